"""A specialist's day: the route in its order, with what is known of each place; and what a report may refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import saying
from qifu.domain.registry.actions import may_correct
from qifu.domain.visits import access, flow, forms, rules
from qifu.domain.visits.models import Photo, Visit
from qifu.domain.visits.queries.known import LEARNT, Known, known
from qifu.engines.calendar import SHANGHAI
from qifu.engines.eligibility import catalogue
from qifu.kernel.actor import Actor

BEFORE, AFTER = timedelta(days=3), timedelta(days=3)
MOST = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One visit of the route."""

    number: str
    seq: int
    state: str
    day: date
    place: int
    of: str  # enterprise, building
    title: str
    where: str
    why: str
    rule: str
    reason: str
    form: str
    arrived_at: datetime | None
    left_at: datetime | None
    photos_lacking: int
    known: Known | None = None

    @property
    def state_label(self) -> str:
        return flow.label(self.state)


@dataclass(frozen=True, slots=True)
class Day:
    """The route of a day, what is overdue, and what comes."""

    today: date
    calls: tuple[Call, ...]


def day(actor: Actor, now: datetime) -> Day:
    """The calls of the actor around today, in their order. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    today = now.astimezone(SHANGHAI).date()
    mine = Q(account=actor.account) | Q(account__in=[p.for_account for p in actor.posts if p.for_account])
    near = Q(day__gte=today - BEFORE, day__lte=today + AFTER)
    late = Q(day__lt=today, state__in=("planned", "under_way"))
    rows = list(Visit.objects.filter(mine, near | late).order_by("day", "place", "pk")[:MOST])
    return Day(today, calls(actor, now, rows))


def calls(actor: Actor, now: datetime, rows: Iterable[Visit]) -> tuple[Call, ...]:
    """Visits with what is known of their places."""
    held = list(rows)
    told = known(actor, now, [row.enterprise_id for row in held if row.enterprise_id is not None])
    places = estate.brief(row.building_id for row in held)
    kept = _kept(held)
    return tuple(_call(row, told, places, kept) for row in held)


def _kept(rows: list[Visit]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for visit, key in Photo.objects.filter(visit__in=[row.pk for row in rows]).values_list("visit_id", "key"):
        found.setdefault(visit, set()).add(str(key))
    return found


def _call(row: Visit, told: dict[int, Known], places: dict[int, estate.Brief], kept: dict[int, set[str]]) -> Call:
    of = "building" if row.building_id is not None else "enterprise"
    firm, place = told.get(row.enterprise_id or 0), places.get(row.building_id or 0)
    title = place.name if place else firm.name if firm else "非本街道企业"
    where = place.address if place else " ".join(one for one in (firm.room, firm.address) if one) if firm else ""
    return Call(
        number=row.number,
        seq=row.seq,
        state=row.state,
        day=row.day,
        place=row.place,
        of=of,
        title=title,
        where=where,
        why=row.why,
        rule=rules.label(row.rule),
        reason=row.reason,
        form=forms.form_for(of, row.day).version,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
        photos_lacking=len(set(row.expected) - kept.get(row.pk, set())),
        known=firm,
    )


def standing(actor: Actor, number: str) -> dict[str, object]:
    """How a visit stands now, for a device that knew it otherwise.

    :raises Missing: none for this actor.
    """
    row = access.visit_to_see(actor, number)
    names = people.names([row.account_id])
    return {
        "number": row.number,
        "seq": row.seq,
        "state": row.state,
        "state_label": flow.label(row.state),
        "day": row.day.isoformat(),
        "who": names.get(row.account_id, ""),
        "reason": row.reason,
    }


def needs() -> list[tuple[str, list[tuple[str, str]]]]:
    """The categories of needs by group: code and name."""
    held = categories()
    return [(top.name, [(one.code, one.name) for one in held.below(top.id)]) for top in held.tops()]


def learnt() -> list[dict[str, str]]:
    """The fields that a specialist may tell, with their unit and kind."""
    found = []
    for name in LEARNT:
        if may_correct(name):
            one = catalogue().get(name)
            found.append({"field": name, "label": saying.label(name), "unit": one.unit if one else "",
                          "kind": one.type if one else "text"})  # fmt: skip
    return found
