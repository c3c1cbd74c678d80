"""Terms and due times: from when something arrived and how long it may take to the moment it is due.

Kinds of term
    workdays  the day of arrival is not counted; due at closing time of the n-th working day after it
    minutes   working minutes; a start outside service hours begins at the next opening
    wall      minutes round the clock
    days      calendar days, the day of arrival not counted; due at closing time of the last day, or of the next
              working day when the last is not one (民法典 第二百零一条 and 第二百零三条)

Worked examples and choices stand in docs/rules/calendar.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from .days import LENGTH, BeyondCalendar, Calendar
from .hours import DAY, Hours
from .scales import (
    Instant,
    Pause,
    Scale,
    WallScale,
    WorkScale,
    advance,
    instant_of,
    moment_of,
    paused,
)

Kind = Literal["workdays", "minutes", "wall", "days"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_HOURS = Hours()
_WALL = WallScale()


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take. :raises ValueError: an unknown kind, or a number that is not whole and >= 0."""

    kind: Kind
    n: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"不认识期限的种类“{self.kind}”。")
        if not isinstance(self.n, int) or isinstance(self.n, bool) or self.n < 0:
            raise ValueError("期限须是不小于零的整数。")


@dataclass(frozen=True, slots=True)
class Due:
    """When a term ends. `at` is None while a pause without end holds it; `assumed` past the published calendar."""

    at: datetime | None
    assumed: bool
    known_until: date


def _closing_on_or_after(scale: WorkScale, instant: Instant) -> Instant:
    """Find the first closing time of a working day that is not before this instant."""
    day, second = instant
    calendar = scale.calendar
    first = calendar.before[day if second <= scale.hours.closing else day + 1]
    if first >= len(calendar.working):
        raise BeyondCalendar
    return calendar.working[first], scale.hours.closing


def _workdays_end(scale: WorkScale, start: Instant, n: int) -> Instant:
    if n == 0:
        return _closing_on_or_after(scale, start)
    nth = scale.calendar.before[start[0] + 1] + n - 1
    if nth >= len(scale.calendar.working):
        raise BeyondCalendar
    return scale.calendar.working[nth], scale.hours.closing


def _minutes_end(scale: WorkScale, start: Instant, n: int) -> Instant:
    if n > 0:
        return scale.find(scale.read(start) + n * 60)
    day, second = start
    just_before = (day, second - 1) if second else (day - 1, DAY - 1)
    # A closing instant belongs to the service that ends there, so that nothing more to do is due at once.
    if just_before[0] >= 0 and scale.is_open(just_before):
        return start
    return scale.opening(start)


def _days_end(scale: WorkScale, start: Instant, n: int, pauses: Sequence[Pause]) -> Instant | None:
    if start[0] + n >= LENGTH:
        raise BeyondCalendar
    since = _WALL.read(start)
    last = max(_WALL.read((start[0] + n, scale.hours.closing)), since)
    reading = advance(_WALL, since, last - since, pauses) if pauses else last
    return None if reading is None else _closing_on_or_after(scale, _WALL.find(reading))


def _unpaused(scale: WorkScale, start: Instant, term: Term) -> Instant:
    if term.kind == "workdays":
        return _workdays_end(scale, start, term.n)
    return _minutes_end(scale, start, term.n)


def _end(scale: WorkScale, start: Instant, term: Term, pauses: Sequence[Pause]) -> Instant | None:
    if term.kind == "days":
        return _days_end(scale, start, term.n, pauses)
    if term.kind == "wall":
        reached = advance(_WALL, _WALL.read(start), term.n * 60, pauses)
        return None if reached is None else _WALL.find(reached)
    end = _unpaused(scale, start, term)
    if not pauses:
        return end
    since, until = scale.read(start), scale.read(end)
    target = advance(scale, since, until - since, pauses)
    if target is None:
        return None
    return end if target == until else scale.find(target)


def due(
    start: datetime,
    term: Term,
    *,
    calendar: Calendar,
    hours: Hours = DEFAULT_HOURS,
    pauses: Sequence[Pause] = (),
) -> Due:
    """Compute when a term that began at `start` ends; pauses move the end on by what of the clock they took.

    A pause counts from `start` on and until the moment the term has ended; overlapping pauses count once. A pause
    without end (None) holds the term: `at` is None until it is closed.

    :raises ValueError: a moment without time zone, a pause that runs backward.
    :raises BeyondCalendar: start or end outside 2004 to 2100.
    """
    scale = WorkScale(calendar, hours)
    end = _end(scale, instant_of(start), term, pauses)
    if end is None:
        return Due(None, False, calendar.known_until)
    assumed = term.kind != "wall" and end[0] > calendar.known_index
    return Due(moment_of(end), assumed, calendar.known_until)


def add_working_minutes(start: datetime, minutes: int, *, calendar: Calendar, hours: Hours = DEFAULT_HOURS) -> datetime:
    """Find the moment by which so many working minutes have passed since `start`."""
    return moment_of(_minutes_end(WorkScale(calendar, hours), instant_of(start), Term("minutes", minutes).n))


def working_seconds_between(a: datetime, b: datetime, *, calendar: Calendar, hours: Hours = DEFAULT_HOURS) -> int:
    """Count the seconds of service from `a` to `b`; negative when `b` is earlier."""
    scale = WorkScale(calendar, hours)
    return scale.read(instant_of(b)) - scale.read(instant_of(a))


def working_minutes_between(a: datetime, b: datetime, *, calendar: Calendar, hours: Hours = DEFAULT_HOURS) -> Decimal:
    """Count the minutes of service from `a` to `b`, parts of a minute included; negative when `b` is earlier."""
    return Decimal(working_seconds_between(a, b, calendar=calendar, hours=hours)) / 60


def is_open(moment: datetime, *, calendar: Calendar, hours: Hours = DEFAULT_HOURS) -> bool:
    """Say whether the unit serves at this moment; at the closing second it no longer does."""
    return WorkScale(calendar, hours).is_open(instant_of(moment))


def next_opening(moment: datetime, *, calendar: Calendar, hours: Hours = DEFAULT_HOURS) -> datetime:
    """Find the moment itself when the unit serves, else its next opening."""
    return moment_of(WorkScale(calendar, hours).opening(instant_of(moment)))


def share(
    start: datetime,
    due: datetime,
    fraction: Fraction | Decimal | float | int,
    *,
    calendar: Calendar,
    hours: Hours = DEFAULT_HOURS,
    pauses: Sequence[Pause] = (),
    wall: bool = False,
) -> datetime | None:
    """Find the working moment at which a fraction (0 to 1) of the time from `start` to `due` has run outside pauses.

    Used for warnings at half and at four fifths of a term. `wall` reads the wall clock instead of service hours.
    None while a pause without end comes first.

    :raises ValueError: a fraction outside 0 to 1.
    """
    part = Fraction(str(fraction))
    if not 0 <= part <= 1:
        raise ValueError("份额须在 0 与 1 之间。")
    work = WorkScale(calendar, hours)
    scale: Scale = _WALL if wall else work
    begin, end = instant_of(start), instant_of(due)
    since, until = scale.read(begin), scale.read(end)
    total = until - since - paused(scale, since, until, pauses)
    amount = int(total * part)
    if amount <= 0:
        return min(due, moment_of(begin if wall else work.opening(begin)))
    target = advance(scale, since, amount, pauses)
    return None if target is None else moment_of(scale.find(target))


def remaining(
    start: datetime,
    term: Term,
    *,
    at: datetime,
    calendar: Calendar,
    hours: Hours = DEFAULT_HOURS,
    pauses: Sequence[Pause] = (),
) -> int:
    """Count the seconds that a term still has at the moment `at`: of service, for wall and days of the wall clock.

    Stands still while paused; negative once overdue.
    """
    work = WorkScale(calendar, hours)
    scale: Scale = work if term.kind in ("workdays", "minutes") else _WALL
    begin, now = instant_of(start), scale.read(max(instant_of(at), instant_of(start)))
    end = _end(work, begin, term, ())
    since = scale.read(begin)
    total = 0 if end is None else scale.read(end) - since
    return total - (now - since - paused(scale, since, now, pauses))
