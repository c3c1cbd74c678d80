"""Events as a list: searched, filtered, a page at a time; what everybody sees, and what the desk sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from qifu.domain.events import access, flow
from qifu.domain.events.models import Event
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import search
from qifu.kernel.actor import Actor

PAGE, BATCH, COUNTED = 50, 1000, 10_000
SHOWN = 20  # on a page of the portal
TONES = {"draft": "", "published": "green", "closed": "amber", "held": "calm", "cancelled": "red"}
KINDS = tuple((str(value), str(label)) for value, label in Event.Kind.choices)
STATES = tuple((name, state.label) for name, state in flow.EVENT.states.items())


@dataclass(frozen=True, slots=True)
class Wish:
    """A list as asked for; empty cuts nothing."""

    q: str = ""
    kind: str = ""
    state: str = ""
    street: int | None = None
    host: int | None = None
    month: date | None = None  # its first day
    is_open: bool = False  # registration
    is_past: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An event in a list."""

    id: int
    title: str
    kind: str
    state: str
    starts: datetime
    ends: datetime
    opens: datetime
    closes: datetime
    place: str
    street_name: str
    host_name: str
    places: int | None
    taken: int
    waiting: int
    queue_most: int
    budget: Decimal | None
    cost: Decimal | None
    standing: str  # of registration: open, full, queue, early, over, off

    @property
    def kind_label(self) -> str:
        return str(Event.Kind(self.kind).label)

    @property
    def state_label(self) -> str:
        return flow.label(flow.EVENT, self.state)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def left(self) -> int | None:
        """How many places are left; None: as many as come."""
        return None if self.places is None else max(0, self.places - self.taken)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list."""

    lines: tuple[Line, ...]
    count: int
    is_more: bool
    before: int
    after: int


def events(actor: Actor, now: datetime, wish: Wish) -> Page:
    """A page of all events, the latest first. A fixed number of queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    found = _filtered(Event.objects.all(), now, wish).order_by("-starts", "-pk")
    return _page(found, now, wish.page, PAGE)


def every(actor: Actor, now: datetime, wish: Wish) -> Iterator[Line]:
    """All that are asked for, ten thousand at most.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    found = _filtered(Event.objects.all(), now, wish).order_by("-starts", "-pk")
    for start in range(0, COUNTED, BATCH):
        rows = list(found.select_related("venue")[start : start + BATCH])
        yield from _lines(rows, now)
        if len(rows) < BATCH:
            return


def shown(now: datetime, wish: Wish) -> Page:
    """A page of what everybody may see: what comes, the next first; or what was, the latest first."""
    rows = _filtered(access.public(), now, wish)
    if wish.month is None and not wish.state:
        rows = rows.filter(ends__lt=now) if wish.is_past else rows.filter(ends__gte=now)
    return _page(rows.order_by(*(("-starts", "-pk") if wish.is_past else ("starts", "pk"))), now, wish.page, SHOWN)


def month(now: datetime, first: date, wish: Wish) -> dict[date, tuple[Line, ...]]:
    """The events of a month by the day on which they begin, for a calendar."""
    found: dict[date, list[Line]] = {}
    rows = access.public().filter(_in_month(first)).exclude(state="cancelled")
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.street is not None:
        rows = rows.filter(street=wish.street)
    for line in _lines(list(rows.select_related("venue").order_by("starts", "pk")[:300]), now):
        found.setdefault(line.starts.astimezone(SHANGHAI).date(), []).append(line)
    return {day: tuple(lines) for day, lines in found.items()}


def line_of(row: Event, now: datetime) -> Line:
    """One event as lists tell it."""
    return _lines([row], now)[0]


def standing(row: Event, now: datetime) -> str:
    """How registration stands at the moment: open, queue (only waiting is left), full, early, over, off."""
    if row.state in ("cancelled", "draft"):
        return "off"
    if row.state != "published" or now >= row.closes:
        return "over"
    if now < row.opens:
        return "early"
    if row.places is None or row.taken < row.places:
        return "open"
    return "queue" if row.waiting < row.queue_most else "full"


def _page(found: QuerySet[Event], now: datetime, asked: int, size: int) -> Page:
    count = found.order_by()[: COUNTED + 1].count()
    last = max(1, -(-min(count, COUNTED) // size))
    page = min(max(1, asked), last)
    rows = list(found.select_related("venue")[(page - 1) * size : page * size])
    return Page(_lines(rows, now), min(count, COUNTED), count > COUNTED, page - 1, page + 1 if page < last else 0)


def _lines(rows: list[Event], now: datetime) -> tuple[Line, ...]:
    units = people.unit_tree().units if rows else {}

    def short(unit: int | None) -> str:
        return units[unit].short_name if unit in units else ""

    return tuple(
        Line(
            id=row.pk, title=row.title, kind=row.kind, state=row.state, starts=row.starts, ends=row.ends,
            opens=row.opens, closes=row.closes, place=row.venue.name if row.venue else row.place,
            street_name=short(row.street_id), host_name=short(row.host_id), places=row.places, taken=row.taken,
            waiting=row.waiting, queue_most=row.queue_most, budget=row.budget, cost=row.cost, standing=standing(row, now),
        )
        for row in rows
    )  # fmt: skip


def _filtered(rows: QuerySet[Event], now: datetime, wish: Wish) -> QuerySet[Event]:
    rows = search.matching(rows, wish.q)
    for name, value in (("kind", wish.kind), ("state", wish.state), ("street", wish.street)):
        if value not in (None, ""):
            rows = rows.filter(**{name: value})
    if wish.host is not None:
        rows = rows.filter(host__in=people.subtree(wish.host))
    if wish.month is not None:
        rows = rows.filter(_in_month(wish.month))
    if wish.is_open:
        rows = rows.filter(state="published", opens__lte=now, closes__gt=now)
    return rows


def _in_month(first: date) -> Q:
    begins = datetime(first.year, first.month, 1, tzinfo=SHANGHAI)
    ends = (begins + timedelta(days=32)).replace(day=1)
    return Q(starts__gte=begins, starts__lt=ends)
