"""Which days of a loan count, at what balance and what rate: the first day in, the last day out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from .model import Doubt, Loan, RateStep, Terms

ONE = timedelta(days=1)


def first_drawdown(loan: Loan) -> date | None:
    """The day on which money was first lent."""
    return min((move.day for move in loan.movements if move.amount > 0), default=None)


def balance(loan: Loan, day: date) -> Decimal:
    """What is owed at the end of a day: lent that day counts, paid back that day no longer does."""
    return sum((move.amount for move in loan.movements if move.day <= day), Decimal(0))


def rate_on(steps: Sequence[RateStep], day: date) -> Decimal | None:
    """The rate of a day; None before the first step."""
    held = [step for step in steps if step.since <= day]
    return max(held, key=lambda step: step.since).rate if held else None


def window(loan: Loan, terms: Terms) -> tuple[date, date] | None:
    """From the first day that counts to the day after the last one; None when there is none.

    The day a loan is due bears no interest, nor does any day after it (展期 and 逾期 are not subsidised unless the
    scheme says so of the former).
    """
    start = first_drawdown(loan)
    if start is None or loan.due is None:
        return None
    due = loan.extended if terms.extension_counts and loan.extended else loan.due
    ends = [terms.period.last + ONE, due]
    if terms.months is not None:
        ends.append(months_after(start, terms.months))
    begin, end = max(start, terms.period.first), min(ends)
    return (begin, end) if begin < end else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def is_overdue(loan: Loan, day: date) -> bool:
    return any(span.first <= day <= span.last for span in loan.overdue)


def stretches(loans: Iterable[Loan], terms: Terms) -> Iterator[tuple[date, date]]:
    """Cut the period wherever anything of these loans changes, and at each new year; yield from, to (not counted)."""
    first, end = terms.period.first, terms.period.last + ONE
    days = {first, end, *(step.since for step in terms.benchmark)}
    days |= {date(year, 1, 1) for year in range(first.year + 1, end.year + 1)}
    for loan in loans:
        days |= {move.day for move in loan.movements} | {step.since for step in loan.rates}
        days |= {span.first for span in loan.overdue} | {span.last + ONE for span in loan.overdue}
        days |= set(window(loan, terms) or ())
    return pairwise(sorted(day for day in days if first <= day <= end))


def doubts(loan: Loan, terms: Terms) -> tuple[Doubt, ...]:
    """Why this loan gets nothing, or what is missing before it can be told."""
    return tuple(_missing(loan, terms)) or tuple(_excluded(loan, terms))


def _missing(loan: Loan, terms: Terms) -> Iterator[Doubt]:
    start = first_drawdown(loan)
    if start is None:
        yield Doubt("drawdown-missing", True, "没有放款记录，请银行补充放款日期和金额。")
        return
    if any(balance(loan, move.day) < 0 for move in loan.movements):
        yield Doubt("overpaid", True, "还款合计超过了放款合计，请银行核对还款记录。")
    if loan.due is None:
        yield Doubt("due-missing", True, "没有到期日，请银行补充借款合同约定的到期日。")
        return
    if not (reach := window(loan, terms)):
        return
    if rate_on(loan.rates, reach[0]) is None:
        yield Doubt("rate-missing", True, f"{reach[0]} 没有合同利率，请银行补充。")
    if terms.benchmark and rate_on(terms.benchmark, reach[0]) is None:
        yield Doubt("benchmark-missing", True, f"基准利率表没有 {reach[0]} 的利率，请补充后重新计算。")
    if terms.interest_paid_needed and loan.paid_interest is None:
        yield Doubt("interest-missing", True, "没有企业本期实付利息，请银行补充。")


def _excluded(loan: Loan, terms: Terms) -> Iterator[Doubt]:
    start, reach = first_drawdown(loan), window(loan, terms)
    if start and terms.lent_since and start < terms.lent_since:
        yield Doubt("lent-early", False, f"首次放款 {start} 早于 {terms.lent_since}，不在贴息范围。")
    if start and terms.lent_until and start > terms.lent_until:
        yield Doubt("lent-late", False, f"首次放款 {start} 晚于 {terms.lent_until}，不在贴息范围。")
    if reach is None:
        yield Doubt("no-days", False, "本期内没有可以贴息的天数。")
    elif terms.rate_ceiling is not None and (top := _highest(loan, *reach)) > terms.rate_ceiling:
        yield Doubt("rate-high", False, f"合同年利率最高 {top}%，超过规定的 {terms.rate_ceiling}%，不予贴息。")


def _highest(loan: Loan, begin: date, end: date) -> Decimal:
    rates = [step.rate for step in loan.rates if begin < step.since < end]
    return max([rate_on(loan.rates, begin) or Decimal(0), *rates])
