"""What a firm's loans come to: the days are counted, the exact sum is rounded once, then the ceilings are applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from .cutting import Amounts, cut
from .days import ONE, balance, doubts, first_drawdown, is_overdue, rate_on, stretches, window
from .model import Cut, Doubt, Line, Loan, LoanResult, Settlement, Terms

NOUGHT = Decimal(0)
SHOWN = Decimal("0.0001")


def settled(firm: str, loans: Sequence[Loan], terms: Terms, earlier: Mapping[int, Decimal] | None = None) -> Settlement:
    """Work out what a firm is to get for its loans in the period.

    `earlier`: what the firm got before, by calendar year. Loans take their place under a ceiling of the firm in the order of
    their first drawdown.

    :raises ValueError: two loans of one number, or a loan of somebody else.
    """
    _require(firm, loans)
    order = sorted(loans, key=lambda loan: (first_drawdown(loan) or date.max, loan.number))
    said = _doubts(order, terms)
    counted = [loan for loan in order if not said[loan.number]]
    lines = _lines(counted, terms)
    amounts = {key: _rounded(value, terms) for key, value in _by_year(lines, terms).items()}
    cuts = cut(amounts, counted, terms, earlier or {})
    results = tuple(_result(loan, said[loan.number], lines, amounts, cuts) for loan in order)
    known = sum((result.amount for result in results if result.amount is not None), NOUGHT)
    return Settlement(firm, known if all(result.is_known for result in results) else None, known, results)


def _require(firm: str, loans: Sequence[Loan]) -> None:
    if len({loan.number for loan in loans}) != len(loans):
        raise ValueError("同一企业有两笔贷款用了同一个编号。")
    if any(loan.firm != firm for loan in loans):
        raise ValueError("贷款不属于这家企业。")


def _doubts(order: Sequence[Loan], terms: Terms) -> dict[str, tuple[Doubt, ...]]:
    """What is in the way of each loan; behind one that cannot be told stand all that share a ceiling with it."""
    found: dict[str, tuple[Doubt, ...]] = {}
    waits = ""
    for loan in order:
        held = doubts(loan, terms)
        if not held and waits and terms.is_shared:
            held = (Doubt("waits", True, f"同一企业的贷款 {waits} 还不能确定，共用的上限算不出来。"),)
        if not waits and any(doubt.is_missing for doubt in held):
            waits = loan.number
        found[loan.number] = held
    return found


def _lines(loans: Sequence[Loan], terms: Terms) -> list[Line]:
    """The trace of all loans in time, neighbours alike joined."""
    last: dict[str, Line] = {}
    found: list[Line] = []
    for begin, end in stretches(loans, terms):
        room = terms.principal_of_firm
        for loan in loans:
            line = _line(loan, terms, begin, end, room)
            if line is None:
                continue
            room = None if room is None else room - line.principal
            if (before := last.get(loan.number)) and _goes_on(before, line):
                line = _joined(found.pop(found.index(before)), line, terms)
            found.append(line)
            last[loan.number] = line
    return found


def _line(loan: Loan, terms: Terms, begin: date, end: date, room: Decimal | None) -> Line | None:
    reach = window(loan, terms)
    owed = balance(loan, begin)
    if reach is None or begin < reach[0] or end > reach[1] or owed <= 0 or is_overdue(loan, begin):
        return None
    contract = rate_on(loan.rates, begin) or NOUGHT
    principal = owed if room is None else min(owed, room)
    line = Line(
        loan.number, begin, end - ONE, (end - begin).days, owed, principal, contract,
        subsidised_rate(contract, rate_on(terms.benchmark, begin), terms), NOUGHT,
    )  # fmt: skip
    return replace(line, amount=_shown(line, terms))


def subsidised_rate(contract: Decimal, benchmark: Decimal | None, terms: Terms) -> Decimal:
    """The rate of the subsidy on a day, in per cent a year; never above what the contract bears."""
    if terms.way == "points":
        return min(terms.value, contract)
    if terms.way == "benchmark":
        return min((benchmark or NOUGHT) * terms.value / 100, contract)
    return (contract if benchmark is None else min(contract, benchmark)) * min(terms.value, Decimal(100)) / 100


def exact(line: Line, basis: int) -> Fraction:
    """What a line comes to: principal × rate × days ÷ basis."""
    return Fraction(line.principal) * Fraction(line.subsidised) * line.days / (100 * basis)


def _goes_on(before: Line, line: Line) -> bool:
    alike = (before.balance, before.principal, before.contract, before.subsidised, before.first.year)
    return before.last + ONE == line.first and alike == (
        line.balance, line.principal, line.contract, line.subsidised, line.first.year,
    )  # fmt: skip


def _joined(before: Line, line: Line, terms: Terms) -> Line:
    whole = replace(before, last=line.last, days=before.days + line.days)
    return replace(whole, amount=_shown(whole, terms))


def _shown(line: Line, terms: Terms) -> Decimal:
    return _decimal(exact(line, terms.basis), SHOWN, ROUND_HALF_UP)


def _by_year(lines: Sequence[Line], terms: Terms) -> dict[tuple[str, int], Fraction]:
    found: dict[tuple[str, int], Fraction] = {}
    for line in lines:
        key = line.loan, line.first.year
        found[key] = found.get(key, Fraction(0)) + exact(line, terms.basis)
    return found


def _rounded(value: Fraction, terms: Terms) -> Decimal:
    return _decimal(value, terms.unit, ROUND_HALF_UP if terms.rounding == "half-up" else ROUND_DOWN)


def _decimal(value: Fraction, unit: Decimal, rounding: str) -> Decimal:
    """Round a fraction exactly: whole units are divided out before anything is decimal."""
    units = value / Fraction(unit)
    whole, rest = divmod(units.numerator, units.denominator)
    up = rounding == ROUND_HALF_UP and 2 * rest >= units.denominator
    return (whole + up) * unit


def _result(
    loan: Loan,
    said: tuple[Doubt, ...],
    lines: Sequence[Line],
    amounts: Amounts,
    cuts: Sequence[Cut],
) -> LoanResult:
    own = tuple(line for line in lines if line.loan == loan.number)
    years = tuple((year, amount) for (number, year), amount in sorted(amounts.items()) if number == loan.number)
    if any(doubt.is_missing for doubt in said):
        return LoanResult(loan.number, None, (), (), said)
    total = sum((amount for _, amount in years), NOUGHT)
    return LoanResult(loan.number, total, own, tuple(one for one in cuts if one.loan == loan.number), said,
                      sum(line.days for line in own), years)  # fmt: skip
