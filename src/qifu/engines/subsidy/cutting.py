"""The ceilings of a scheme, one after another, and a budget that does not suffice for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .model import Cut, Loan, Terms

Amounts = dict[tuple[str, int], Decimal]  # by loan and calendar year
NOUGHT = Decimal(0)


def cut(amounts: Amounts, loans: Sequence[Loan], terms: Terms, earlier: Mapping[int, Decimal]) -> list[Cut]:
    """Lower the amounts to the ceilings, narrowest first: the loan's, the firm's of a year, the firm's of the period."""
    found: list[Cut] = []
    for loan in loans:
        own = [key for key in amounts if key[0] == loan.number]
        if terms.interest_paid_needed and loan.paid_interest is not None:
            why = f"企业本期实付利息 {loan.paid_interest} 元"
            found += _fill(amounts, own, loan.paid_interest, "interest-paid", why)
        if terms.of_loan is not None:
            why = f"单笔贷款贴息上限 {terms.of_loan} 元，此前已贴 {loan.earlier} 元"
            found += _fill(amounts, own, terms.of_loan - loan.earlier, "of-loan", why)
    ordered = [key for loan in loans for key in sorted(amounts) if key[0] == loan.number]
    if terms.of_firm_in_year is not None:
        for year in sorted({year for _, year in ordered}):
            had = earlier.get(year, NOUGHT)
            why = f"单户 {year} 年贴息上限 {terms.of_firm_in_year} 元，此前已贴 {had} 元"
            of_year = [key for key in ordered if key[1] == year]
            found += _fill(amounts, of_year, terms.of_firm_in_year - had, "of-firm-in-year", why)
    if terms.of_firm_in_period is not None:
        why = f"单户本期贴息上限 {terms.of_firm_in_period} 元"
        found += _fill(amounts, ordered, terms.of_firm_in_period, "of-firm-in-period", why)
    return found


def _fill(amounts: Amounts, keys: Sequence[tuple[str, int]], ceiling: Decimal, code: str, why: str) -> list[Cut]:
    """Give in the order of the keys until the ceiling is reached."""
    room = max(ceiling, NOUGHT)
    found = []
    for key in keys:
        before = amounts[key]
        amounts[key] = min(before, room)
        room -= amounts[key]
        if amounts[key] < before:
            found.append(Cut(code, key[0], before, amounts[key], f"{key[1]} 年：{why}。"))
    return found


def shared_out(amounts: Mapping[str, Decimal], budget: Decimal, unit: Decimal = Decimal("0.01")) -> dict[str, Decimal]:
    """Lower all amounts in proportion, to the unit, so that together they are the budget; unchanged when it suffices.

    What rounding down leaves goes, one unit each, to the largest remainders, then by name.

    :raises ValueError: the budget or an amount is negative.
    """
    total = sum(amounts.values(), NOUGHT)
    if budget < 0 or any(amount < 0 for amount in amounts.values()):
        raise ValueError("预算和金额不能是负数。")
    if total <= budget:
        return dict(amounts)
    units = int(budget // unit)
    whole = {name: divmod(int(amount / unit) * units, int(total / unit)) for name, amount in amounts.items()}
    left = units - sum(share for share, _ in whole.values())
    first = set(sorted(whole, key=lambda name: (-whole[name][1], name))[:left])
    return {name: (share + (name in first)) * unit for name, (share, _) in whole.items()}
