"""Rooms: which there are, a week of one, what waits for a decision, and how much of their opening hours is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet

from qifu.domain.events import access, flow
from qifu.domain.events.models import Booking, Venue
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.engines.calendar import SHANGHAI
from qifu.engines.flow import Step
from qifu.kernel.actor import Actor

SPAN = 90  # days over which use is counted
TONES = {"asked": "amber", "approved": "accent", "used": "green", "missed": "red", "refused": "", "cancelled": ""}
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Use:
    """How a room was used in the last ninety days."""

    hours_used: int
    hours_open: int
    used: int
    missed: int
    enterprises: int  # visits of enterprises


@dataclass(frozen=True, slots=True)
class Line:
    """A room in a list."""

    venue: Venue
    street_name: str
    waiting: int
    use: Use

    @property
    def days(self) -> str:
        return "周" + "、".join(WEEKDAYS[int(one) - 1] for one in sorted(self.venue.weekdays))


@dataclass(frozen=True, slots=True)
class Slot:
    """A booking as shown; who has it is for officials and for who asked."""

    row: Booking
    who: str
    steps: tuple[Step, ...] = ()

    @property
    def state_label(self) -> str:
        return flow.label(flow.BOOKING, self.row.state)

    @property
    def tone(self) -> str:
        return TONES[self.row.state]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a room, day by day."""

    first: date
    days: tuple[tuple[date, bool, tuple[Slot, ...]], ...]  # day, whether it is open, bookings that hold

    @property
    def before(self) -> date:
        return self.first - timedelta(days=7)

    @property
    def after(self) -> date:
        return self.first + timedelta(days=7)


def venues(now: datetime, *, all_of_them: bool = False, q: str = "", street: int | None = None) -> tuple[Line, ...]:
    """The rooms with their use. Three queries."""
    rows = Venue.objects.order_by("name")
    if not all_of_them:
        rows = rows.filter(is_open=True)
    if q.strip():
        rows = rows.filter(Q(name__icontains=q.strip()) | Q(address__icontains=q.strip()))
    if street is not None:
        rows = rows.filter(street=street)
    found = list(rows[:300])
    waiting = dict(Booking.objects.filter(state="asked").order_by().values_list("venue").annotate(n=Count("pk")))
    used = _used(found, now)
    units = people.unit_tree().units
    return tuple(
        Line(
            row, units[row.street_id].short_name if row.street_id in units else "", waiting.get(row.pk, 0), used[row.pk]
        )
        for row in found
    )


def _used(found: list[Venue], now: datetime) -> dict[int, Use]:
    since = now - timedelta(days=SPAN)
    rows = Booking.objects.filter(venue__in=[one.pk for one in found], starts__gte=since, starts__lt=now)
    told: dict[int, list[int]] = {one.pk: [0, 0, 0, 0] for one in found}  # minutes, used, missed, of enterprises
    for venue, state, starts, ends, firm in rows.filter(state__in=("used", "missed")).values_list(
        "venue_id", "state", "starts", "ends", "enterprise_id"
    ):
        one = told[venue]
        if state == "used":
            one[0] += int((ends - starts).total_seconds()) // 60
            one[1] += 1
            one[3] += firm is not None
        else:
            one[2] += 1
    today = now.astimezone(SHANGHAI).date()
    return {
        one.pk: Use(told[one.pk][0] // 60, _open_hours(one, today), told[one.pk][1], told[one.pk][2], told[one.pk][3])
        for one in found
    }


def _open_hours(one: Venue, today: date) -> int:
    days = sum(str((today - timedelta(days=n)).isoweekday()) in one.weekdays for n in range(1, SPAN + 1))
    minutes = (one.closes.hour - one.opens.hour) * 60 + one.closes.minute - one.opens.minute
    return days * minutes // 60


def week(actor: Actor, number: int, day: date) -> tuple[Venue, Week]:
    """The week of a day in a room. Names of who has it are for officials only.

    :raises Missing: there is no such room.
    """
    venue = access.venue_to_see(number)
    first = day - timedelta(days=day.weekday())
    begins = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    rows = Booking.objects.filter(
        venue=venue, starts__gte=begins, starts__lt=begins + timedelta(days=7), state__in=flow.HOLDING
    )
    slots = _slots(actor, rows.order_by("starts"))
    days = []
    for n in range(7):
        on = first + timedelta(days=n)
        some = tuple(one for one in slots if one.row.starts.astimezone(SHANGHAI).date() == on)
        days.append((on, str(on.isoweekday()) in venue.weekdays, some))
    return venue, Week(first, tuple(days))


def bookings(
    actor: Actor, *, venue: int | None = None, state: str = "", page: int = 1, size: int = 50
) -> tuple[tuple[Slot, ...], int, int, int]:
    """Bookings, the latest first: a page, how many, the pages before and after.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    rows = Booking.objects.all()
    if venue is not None:
        rows = rows.filter(venue=venue)
    if state:
        rows = rows.filter(state=state)
    count = rows.count()
    last = max(1, -(-count // size))
    here = min(max(1, page), last)
    slots = _slots(actor, rows.order_by("-starts", "-pk")[(here - 1) * size : here * size])
    return slots, count, here - 1, here + 1 if here < last else 0


def mine(actor: Actor, most: int = 50) -> tuple[Slot, ...]:
    """What the actor asked for, the latest first."""
    if actor.account is None:
        return ()
    return _slots(actor, Booking.objects.filter(account=actor.account, event=None).order_by("-starts", "-pk")[:most])


def _slots(actor: Actor, rows: QuerySet[Booking]) -> tuple[Slot, ...]:
    held = list(rows.select_related("venue"))
    names = registry.names(row.enterprise_id for row in held)
    units = people.unit_tree().units if held else {}
    sees = access.is_official(actor)
    found = []
    for row in held:
        relations = access.booking_relations(actor, row)
        who = names.get(row.enterprise_id or 0, "")
        if row.unit_id in units and not who:
            who = units[row.unit_id].short_name
        steps = flow.steps_from(flow.BOOKING, row.state, relations)
        if row.event_id is not None:
            steps = [one for one in steps if one.name in ("use", "miss")]
        found.append(Slot(row, who if sees or "own" in relations else "", tuple(steps)))
    return tuple(found)
