"""The only reads of overlaps: the worklist, and what stands beside one application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from qifu.domain.grants import access as grants
from qifu.domain.grants.models import Application, Overlap
from qifu.domain.grants.overlaps import access
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.overlap import ALARM
from qifu.kernel.actor import Actor

PAGE = 100


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two applications."""

    number: str
    firm: str
    title: str
    year: int
    state: str
    is_seen: bool  # whether the reader may open it


@dataclass(frozen=True, slots=True)
class Finding:
    """A pair that may be the same thing asked for twice."""

    id: int
    points: int
    is_alarm: bool
    sides: tuple[Side, Side]
    ties: tuple[dict[str, Any], ...]
    state: str
    state_label: str
    reason: str
    who: str
    at: datetime | None
    may_judge: bool


def listing(actor: Actor, state: str = "open") -> tuple[Finding, ...]:
    """The strongest first. At most six queries.

    :raises Forbidden: not of the staff.
    """
    return _told(actor, list(_full(actor).filter(state=state).order_by("-points", "pk")[:PAGE]))


def counts(actor: Actor) -> dict[str, int]:
    """How many by state."""
    states = list(access.visible(actor).values_list("state", flat=True))
    return {state: states.count(state) for state in Overlap.State.values}


def findings_for(actor: Actor, application: int) -> tuple[Finding, ...]:
    """What stands beside one application, open ones first; for whoever has passed its door."""
    rows = _full(actor).filter(Q(earlier=application) | Q(later=application)).order_by("-points", "pk")
    return tuple(sorted(_told(actor, list(rows[:PAGE])), key=lambda one: one.state != "open"))


def _full(actor: Actor) -> Any:
    return access.visible(actor).select_related("earlier__version__scheme", "later__version__scheme")


def _told(actor: Actor, rows: Sequence[Overlap]) -> tuple[Finding, ...]:
    names = registry.names({one.enterprise_id for row in rows for one in (row.earlier, row.later)})
    who = people.names(row.decided_by for row in rows)
    both = {pk for row in rows for pk in (row.earlier_id, row.later_id)}
    seen = set(grants.visible(actor).filter(pk__in=both).values_list("pk", flat=True))
    return tuple(
        Finding(
            row.pk, row.points, row.points >= ALARM, (_side(row.earlier, names, seen), _side(row.later, names, seen)),
            tuple(row.ties), row.state, str(Overlap.State(row.state).label), row.reason, who.get(row.decided_by or 0, ""),
            row.decided_at, row.state == "open" and access.may_judge(actor, row),
        )
        for row in rows
    )  # fmt: skip


def _side(row: Application, names: dict[int, str], seen: set[int]) -> Side:
    return Side(row.number, names.get(row.enterprise_id, ""), row.version.title, row.year, row.state, row.pk in seen)
