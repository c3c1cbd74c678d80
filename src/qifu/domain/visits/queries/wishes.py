"""Wishes for another specialist: those that wait, and what an enterprise was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access
from qifu.domain.visits.models import ChangeWish
from qifu.kernel.actor import Actor

MOST = 100


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish for another specialist."""

    id: int
    enterprise: int
    enterprise_name: str
    account: int
    who: str
    reason: str
    state: str
    state_label: str
    answer: str
    asked_at: datetime


def waiting(actor: Actor) -> tuple[WishView, ...]:
    """Those that wait for the actor's answer, the oldest first. Three queries."""
    rows = ChangeWish.objects.filter(state="open", enterprise__street__in=access.kept_streets(actor)).order_by("pk")
    return _views(list(rows[:MOST]))


def of_enterprise(enterprise: int) -> tuple[WishView, ...]:
    """The latest of an enterprise; the caller has passed its door. Three queries."""
    return _views(list(ChangeWish.objects.filter(enterprise=enterprise).order_by("-pk")[:3]))


def _views(rows: list[ChangeWish]) -> tuple[WishView, ...]:
    names = registry.names(row.enterprise_id for row in rows)
    who = people.names(row.account_id for row in rows)
    return tuple(
        WishView(
            row.pk, row.enterprise_id, names.get(row.enterprise_id, ""), row.account_id, who.get(row.account_id, ""),
            row.reason, row.state, row.get_state_display(), row.answer, row.asked_at,
        )
        for row in rows
    )  # fmt: skip
