"""Money that was paid and that came back, for whoever keeps the books of the units whose budget it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from qifu.domain.grants.models import LedgerEntry


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment, or its return (`pays` is then the entry that paid; None where there is none)."""

    id: int
    is_return: bool
    amount: Decimal
    project: str
    project_name: str
    functional: str
    economic: str
    source: str
    order: str
    at: datetime
    pays: int | None = None


def movements(units: Collection[int]) -> list[Movement]:
    """Every payment and return on lines of these units, in the order in which they were entered."""
    rows = LedgerEntry.objects.filter(kind__in=["pay", "return"], line__unit__in=list(units)).order_by("pk")
    last: dict[str, int] = {}
    found = []
    for row in rows.select_related("line"):
        is_return = row.kind == "return"
        pays = last.pop(row.source, None) if is_return else None
        if not is_return:
            last[row.source] = row.pk
        found.append(
            Movement(
                row.pk, is_return, row.amount, row.project, row.line.project, row.functional, row.economic, row.source,
                row.order, row.at, pays,
            )
        )  # fmt: skip
    return found
