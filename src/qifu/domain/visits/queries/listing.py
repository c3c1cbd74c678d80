"""Visits as a list: searched, filtered, a page at a time; one calendar over all offices; those visited by none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.registry.access import visible as enterprises
from qifu.domain.visits import access, flow, rules
from qifu.domain.visits.models import Need, Visit
from qifu.kernel.actor import Actor

PAGE, BATCH, COUNTED = 50, 1000, 10_000
HIDDEN = "非本街道企业"
OF = {"enterprise": "企业", "building": "楼宇"}
TONES = {"planned": "amber", "under_way": "accent", "done": "green", "cancelled": "", "missed": "red"}


@dataclass(frozen=True, slots=True)
class Wish:
    """A list as asked for; empty cuts nothing."""

    q: str = ""
    state: str = ""
    street: int | None = None
    unit: int | None = None
    account: int | None = None
    rule: str = ""
    of: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A visit in a list."""

    number: str
    enterprise: int | None
    building: int | None
    title: str
    street_name: str
    unit: int
    unit_name: str
    who: str
    day: date
    state: str
    rule: str
    why: str
    needs: int
    may_open: bool
    left_at: datetime | None
    follow_up: date | None

    @property
    def state_label(self) -> str:
        return flow.label(self.state)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def rule_label(self) -> str:
        return rules.label(self.rule)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list."""

    lines: tuple[Line, ...]
    count: int
    is_more: bool
    before: int
    after: int


def visits(actor: Actor, wish: Wish) -> Page:
    """A page of the visits, the latest day first. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    found = _found(actor, wish)
    count = found.order_by()[: COUNTED + 1].count()
    last = max(1, -(-min(count, COUNTED) // PAGE))
    page = min(max(1, wish.page), last)
    rows = list(found[(page - 1) * PAGE : page * PAGE])
    return Page(lines(actor, rows), min(count, COUNTED), count > COUNTED, page - 1, page + 1 if page < last else 0)


def of_enterprise(actor: Actor, enterprise: int, size: int = 10) -> tuple[Line, ...]:
    """The visits to an enterprise, the latest day first; none for who is of no office. The caller has passed its door."""
    if not access.is_official(actor):
        return ()
    rows = access.calendar(actor).filter(enterprise=enterprise).exclude(state="cancelled")
    return lines(actor, rows.order_by("-day", "-pk")[:size])


def every(actor: Actor, wish: Wish) -> Iterator[Line]:
    """All that are asked for, a thousand at a time; ten thousand at most."""
    found = _found(actor, wish)
    for start in range(0, COUNTED, BATCH):
        rows = list(found[start : start + BATCH])
        yield from lines(actor, rows)
        if len(rows) < BATCH:
            return


def lines(actor: Actor, rows: Iterable[Visit]) -> tuple[Line, ...]:
    """Visits with the names that the actor may see."""
    held = list(rows)
    ids = {row.enterprise_id for row in held if row.enterprise_id is not None}
    names = dict(enterprises(actor).filter(pk__in=ids).values_list("pk", "name"))
    places = estate.brief(row.building_id for row in held)
    who = people.names(row.account_id for row in held)
    units = people.unit_tree().units if held else {}
    keys = [row.pk for row in held]
    opened = set(access.visible(actor).filter(pk__in=keys).values_list("pk", flat=True))
    needs: dict[int, int] = {}
    for visit in Need.objects.filter(visit__in=keys).values_list("visit_id", flat=True):
        needs[visit] = needs.get(visit, 0) + 1

    def short(unit: int | None) -> str:
        return units[unit].short_name if unit in units else ""

    return tuple(
        Line(
            number=row.number,
            enterprise=row.enterprise_id if row.enterprise_id in names else None,
            building=row.building_id,
            title=places[row.building_id].name if row.building_id else names.get(row.enterprise_id or 0, HIDDEN),
            street_name=short(row.street_id),
            unit=row.unit_id,
            unit_name=short(row.unit_id),
            who=who.get(row.account_id, ""),
            day=row.day,
            state=row.state,
            rule=row.rule,
            why=row.why if row.pk in opened else "",
            needs=needs.get(row.pk, 0) if row.pk in opened else 0,
            may_open=row.pk in opened,
            left_at=row.left_at,
            follow_up=row.follow_up,
        )
        for row in held
    )


def _found(actor: Actor, wish: Wish) -> QuerySet[Visit]:
    rows = access.calendar(actor)
    if wish.q.strip():
        rows = rows.filter(_named(actor, wish.q.strip()))
    for name, value in (
        ("state", wish.state), ("street", wish.street), ("account", wish.account), ("rule", wish.rule),
        ("day__gte", wish.since), ("day__lte", wish.until),
    ):  # fmt: skip
        if value not in (None, ""):
            rows = rows.filter(**{name: value})
    if wish.unit is not None:
        rows = rows.filter(unit__in=people.subtree(wish.unit))
    if wish.of:
        rows = rows.filter(**{f"{wish.of}__isnull": False})
    return rows.order_by("-day", "-pk")


def _named(actor: Actor, q: str) -> Q:
    if q.upper().startswith("ZF"):
        return Q(number__startswith=q.upper())
    buildings = [one.id for one in estate.suggest(q)]
    return Q(enterprise__in=registry.ids_matching(actor, q)) | Q(building__in=buildings)


@dataclass(frozen=True, slots=True)
class DayOf:
    """A day of the calendar over all offices."""

    day: date
    lines: tuple[Line, ...]
    count: int


CROWD = 200  # visits of a week that are drawn; more are counted


def calendar(
    actor: Actor, first: date, last: date, *, unit: int | None = None, street: int | None = None
) -> tuple[DayOf, ...]:
    """Who calls on whom between two days, day by day, over all offices. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    rows = access.calendar(actor).filter(day__gte=first, day__lte=last).exclude(state="cancelled")
    if unit is not None:
        rows = rows.filter(unit__in=people.subtree(unit))
    if street is not None:
        rows = rows.filter(street=street)
    counted: dict[date, int] = {}
    for day in rows.order_by().values_list("day", flat=True):
        counted[day] = counted.get(day, 0) + 1
    told: dict[date, list[Line]] = {}
    for line in lines(actor, rows.order_by("day", "unit", "place", "pk")[:CROWD]):
        told.setdefault(line.day, []).append(line)
    days = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))
    return tuple(DayOf(day, tuple(told.get(day, ())), counted.get(day, 0)) for day in days)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Enterprises that no office has called on since a day."""

    firms: tuple[registry.Brief, ...]
    count: int
    is_more: bool
    before: int
    after: int


def unseen(actor: Actor, since: date | None, *, street: int | None = None, mark: str = "", page: int = 1) -> Unseen:
    """The open enterprises of the actor that nobody has visited since the day; None: ever. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    found = unseen_rows(actor, since, street=street, mark=mark)
    count = found.order_by()[: COUNTED + 1].count()
    last = max(1, -(-min(count, COUNTED) // PAGE))
    page = min(max(1, page), last)
    ids = list(found.values_list("pk", flat=True)[(page - 1) * PAGE : page * PAGE])
    known = registry.brief(ids)
    return Unseen(
        tuple(known[pk] for pk in ids), min(count, COUNTED), count > COUNTED, page - 1, page + 1 if page < last else 0
    )


def unseen_rows(actor: Actor, since: date | None, *, street: int | None = None, mark: str = "") -> QuerySet[Any]:
    """The rows of `unseen`, in the order in which they were entered."""
    access.require_official(actor)
    done = Visit.objects.filter(enterprise=OuterRef("pk"), state="done")
    if since is not None:
        done = done.filter(day__gte=since)
    rows = enterprises(actor).filter(~Exists(done), status="open", merged_into=None)
    if street is not None:
        rows = rows.filter(street=street)
    if mark:
        rows = rows.filter(marks__kind=mark, marks__until=None)
    return rows.order_by("pk")
