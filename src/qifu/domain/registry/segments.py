"""Reading the selections that people keep."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from qifu.domain.people import queries as people
from qifu.domain.registry.models import Segment
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One selection, and whose it is."""

    id: int
    name: str
    asked: dict[str, str]
    is_shared: bool
    is_mine: bool
    owner: str


def segments(actor: Actor) -> list[SegmentView]:
    """The person's own, then those that colleagues share. At most two queries."""
    if not actor.is_staff or actor.account is None:
        return []
    rows = list(Segment.objects.filter(Q(account=actor.account) | Q(is_shared=True)).order_by("name", "pk")[:300])
    owners = people.names(row.account for row in rows)
    told = [_view(row, actor, owners.get(row.account, "")) for row in rows]
    return sorted(told, key=lambda one: not one.is_mine)


def segment(actor: Actor, number: int) -> SegmentView:
    """One that the person may use.

    :raises Missing: none, or a colleague's that is not shared.
    """
    found = next((one for one in segments(actor) if one.id == number), None)
    if found is None:
        raise Missing("没有这个分群，或它没有共享给您。")
    return found


def _view(row: Segment, actor: Actor, owner: str) -> SegmentView:
    return SegmentView(row.pk, row.name, dict(row.asked), row.is_shared, row.account == actor.account, owner)
