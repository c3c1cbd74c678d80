"""Numbers of the year that no ledger holds, and contracts: what there is to tell and what was told."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qifu.domain.disclosure import access
from qifu.domain.disclosure.models import Purchase, Standing
from qifu.domain.disclosure.models.budgets import ITEMS
from qifu.kernel.actor import Actor

KINDS, SIZES = Purchase.KINDS, Purchase.SIZES  # of contracts: value, word


@dataclass(frozen=True, slots=True)
class Told:
    """One number of the year; `value` is None until somebody said it."""

    item: str
    label: str
    unit: str
    value: Decimal | None
    basis: str


def standings(*, actor: Actor, year: int) -> list[Told]:
    """Every number that a disclosure of the year tells.

    :raises Forbidden: the budget is not for this person.
    """
    access.require_look(actor)
    held = {row.item: row for row in Standing.objects.filter(year=year)}
    return [
        Told(item, label, unit, held[item].value if item in held else None, held[item].basis if item in held else "")
        for item, (label, unit) in ITEMS.items()
    ]


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts of a year: all of them, and their sums by kind; how much went to small and micro enterprises."""

    rows: list[Purchase]
    sums: list[tuple[str, Decimal]]
    total: Decimal
    small: Decimal  # small, medium and micro together
    micro: Decimal


def contracts(*, actor: Actor, year: int) -> Contracts:
    """:raises Forbidden: the budget is not for this person."""
    access.require_look(actor)
    rows = list(Purchase.objects.filter(year=year).select_related("project").order_by("-signed_on", "-pk")[:1000])
    sums = [(label, sum((r.amount for r in rows if r.kind == kind), Decimal(0))) for kind, label in Purchase.KINDS]
    return Contracts(
        rows,
        sums,
        sum((row.amount for row in rows), Decimal(0)),
        sum((row.amount for row in rows if row.size), Decimal(0)),
        sum((row.amount for row in rows if row.size == "micro"), Decimal(0)),
    )


__all__ = ["ITEMS", "KINDS", "SIZES", "Contracts", "Told", "contracts", "standings"]
