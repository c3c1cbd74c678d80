"""Two scales on which a clock runs: working seconds of a unit, and wall-clock seconds.

Each maps an instant to a reading that never runs backward, and a reading back to the first instant that has it. An
instant is a pair: day of the table, second of that day (86,400 is that day's midnight closing).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from .days import EPOCH, LENGTH, BeyondCalendar, Calendar
from .hours import DAY, Hours

Instant = tuple[int, int]
Pause = tuple[datetime, datetime | None]


def instant_of(moment: datetime) -> Instant:
    """Place a moment in Shanghai's days; parts of a second are cut off.

    :raises ValueError: without time zone; :raises BeyondCalendar: outside the years served.
    """
    if moment.tzinfo is None:
        raise ValueError("时刻须带时区。")
    since = moment - EPOCH
    if 0 <= since.days < LENGTH:
        return since.days, since.seconds
    raise BeyondCalendar


def moment_of(instant: Instant) -> datetime:
    """Turn a place in Shanghai's days back into a moment."""
    return EPOCH + timedelta(instant[0], instant[1])


class Scale(Protocol):
    """A reading that grows with time, and its inverse."""

    def read(self, instant: Instant) -> int:
        """Read the scale at this instant."""

    def find(self, reading: int) -> Instant:
        """Find the first instant with this reading (1 or more)."""


class WallScale:
    """Seconds round the clock."""

    def read(self, instant: Instant) -> int:
        return instant[0] * DAY + instant[1]

    def find(self, reading: int) -> Instant:
        day, second = divmod(reading, DAY)
        if day >= LENGTH:
            raise BeyondCalendar
        return day, second


class WorkScale:
    """Seconds of service of a unit on working days."""

    __slots__ = ("calendar", "hours")

    def __init__(self, calendar: Calendar, hours: Hours) -> None:
        self.calendar = calendar
        self.hours = hours

    def read(self, instant: Instant) -> int:
        day, second = instant
        before = self.calendar.before
        whole = before[day] * self.hours.total
        return whole + self.hours.served(second) if before[day + 1] > before[day] else whole

    def find(self, reading: int) -> Instant:
        # One second back and forth: a reading at the end of a day belongs to its closing, not to the next opening.
        days, rest = divmod(reading - 1, self.hours.total)
        working = self.calendar.working
        if days >= len(working):
            raise BeyondCalendar
        return working[days], self.hours.reached(rest + 1)

    def is_open(self, instant: Instant) -> bool:
        """Say whether the unit serves at this instant; at the closing second it no longer does."""
        day, second = instant
        before = self.calendar.before
        if before[day + 1] == before[day]:
            return False
        return any(start <= second < end for start, end, _ in self.hours.seconds)

    def opening(self, instant: Instant) -> Instant:
        """Find the instant itself when the unit serves, else the next opening."""
        if self.is_open(instant):
            return instant
        day, second = self.find(self.read(instant) + 1)
        return day, second - 1


def spans_on(scale: Scale, pauses: Iterable[Pause], since: int) -> list[tuple[int, int | None]]:
    """Read pauses on a scale: in order, joined where they overlap, only what lies after `since`.

    :raises ValueError: a pause that ends before it begins.
    """
    read: list[tuple[int, int | None]] = []
    for begins, ends in pauses:
        if ends is not None and ends < begins:
            raise ValueError("暂停的结束早于开始。")
        low = max(scale.read(instant_of(begins)), since)
        high = None if ends is None else scale.read(instant_of(ends))
        if high is None or high > low:
            read.append((low, high))
    read.sort(key=lambda span: span[0])
    joined: list[tuple[int, int | None]] = []
    for low, high in read:
        if joined and ((last := joined[-1])[1] is None or low <= last[1]):
            joined[-1] = (last[0], None if last[1] is None or high is None else max(last[1], high))
        else:
            joined.append((low, high))
    return joined


def advance(scale: Scale, since: int, amount: int, pauses: Iterable[Pause]) -> int | None:
    """Find the reading at which `amount` has run since `since` outside the pauses; None when a pause has no end."""
    target = since + amount
    for low, high in spans_on(scale, pauses, since):
        if low >= target:
            break
        if high is None:
            return None
        target += high - low
    return target


def paused(scale: Scale, since: int, until: int, pauses: Iterable[Pause]) -> int:
    """Add up what the pauses took between two readings."""
    return sum(
        max(0, (until if high is None else min(high, until)) - low) for low, high in spans_on(scale, pauses, since)
    )
