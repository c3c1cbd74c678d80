"""Enterprises that were found to be one: which one leads, and which count under it. For rooms that keep their own rows.

A room keeps the enterprise that its row was made for; it asks here under which one the row is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from qifu.domain.people import queries as people
from qifu.domain.registry.access import enterprise_to_see
from qifu.domain.registry.models import Enterprise, Merge
from qifu.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class MergeView:
    """One merge: which into which, why, by whom, and whether it was undone."""

    id: int
    leading: int
    leading_name: str
    merged: int
    merged_name: str
    reason: str
    made_by: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None
    undone_reason: str


def leading(enterprise: int) -> int:
    """The enterprise under which this one counts: itself unless it was merged."""
    into = Enterprise.objects.filter(pk=enterprise).values_list("merged_into_id", flat=True).first()
    return into or enterprise


def leadings(enterprises: Iterable[int]) -> dict[int, int]:
    """The same for many: each → the one under which it counts. One query."""
    wanted = set(enterprises)
    rows = Enterprise.objects.filter(pk__in=wanted, merged_into__isnull=False).values_list("pk", "merged_into_id")
    return {pk: pk for pk in wanted} | {pk: into for pk, into in rows if into is not None}


def together(enterprise: int) -> tuple[int, ...]:
    """The enterprise and those merged into it. One query."""
    return (enterprise, *Enterprise.objects.filter(merged_into=enterprise).order_by("pk").values_list("pk", flat=True))


def merges_of(actor: Actor, enterprise: int) -> tuple[MergeView, ...]:
    """Merges in which the enterprise leads or was merged, newest first.

    :raises Missing: not for this actor.
    """
    enterprise_to_see(actor, enterprise)
    rows = list(
        (Merge.objects.filter(leading=enterprise) | Merge.objects.filter(merged=enterprise))
        .select_related("leading", "merged")
        .order_by("-pk")
    )
    names = people.names(number for row in rows for number in (row.made_by_id, row.undone_by_id))
    return tuple(
        MergeView(
            row.pk,
            row.leading_id,
            row.leading.name,
            row.merged_id,
            row.merged.name,
            row.reason,
            names.get(row.made_by_id or 0, "系统"),
            row.made_at,
            names.get(row.undone_by_id or 0, "系统") if row.undone_at else "",
            row.undone_at,
            row.undone_reason,
        )
        for row in rows
    )
