"""Several units or projects in one figure: counts add up, rates are weighted by the money behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qifu.engines.quantities import Amount, Bound, read

RATES = ("%", "‰", "个百分点")


@dataclass(frozen=True, slots=True)
class Share:
    """What one of them reached, as printed, and the money behind it."""

    actual: str
    money: Decimal


def combined(shares: Sequence[Share]) -> Amount | None:
    """The figure of all together; None when one of them is no exact number, the units differ, or no money stands behind rates.

    Source: the notes below the Hubei self-evaluation form.
    """
    found = [read(share.actual) for share in shares]
    points = [amount.point for amount in found if isinstance(amount, Amount) and not amount.change]
    units = {amount.unit for amount in found if isinstance(amount, Amount)}
    known = [point for point in points if point is not None]
    if not shares or len(known) != len(shares) or len(units) != 1:
        return None
    (unit,) = units
    if unit not in RATES and "/" not in unit:
        return _exact(sum(known, Decimal(0)), unit)
    money = sum((share.money for share in shares), Decimal(0))
    if money <= 0 or any(share.money < 0 for share in shares):
        return None
    weighted = sum((point * share.money for point, share in zip(known, shares, strict=True)), Decimal(0))
    return _exact(weighted / money, unit)


def _exact(value: Decimal, unit: str) -> Amount:
    return Amount(Bound(value), Bound(value), unit)
