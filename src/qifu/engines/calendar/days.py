"""The working days of the State Council's calendar: which days work, which do not, and until when that is known.

A calendar is a value. It holds only the days on which practice departs from Monday to Friday (holidays on
weekdays, make-up days 调休 on weekends), each with the document that says so. Past the last published notice nobody
knows the make-up days; there the calendar assumes Monday to Friday without the fixed-date holidays of the law, and
`is_known` says that it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from itertools import accumulate

# China keeps one time without summer time since 1992, so that a constant offset is exact for every year served.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
FIRST_DAY = date(2004, 1, 1)
LAST_DAY = date(2100, 12, 31)
EPOCH = datetime(2004, 1, 1, tzinfo=SHANGHAI)
LENGTH = (LAST_DAY - FIRST_DAY).days + 1
_ORIGIN = FIRST_DAY.toordinal()


class BeyondCalendar(ValueError):
    """The day lies outside the years that the calendar serves."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or f"日历只到 {FIRST_DAY.year} 年至 {LAST_DAY.year} 年，所求的日期不在其内。")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that departs from Monday to Friday, and the document that says so."""

    date: date
    works: bool
    holiday: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FixedDates:
    """The holidays that the law ties to a date of the year, from a year on: (month, day) pairs."""

    from_year: int
    days: tuple[tuple[int, int], ...]
    source: str = ""


def index_of(day: date) -> int:
    """Count days from the first day of the table; :raises BeyondCalendar: outside the years served."""
    index = day.toordinal() - _ORIGIN
    if 0 <= index < LENGTH:
        return index
    raise BeyondCalendar


def day_at(index: int) -> date:
    """Name the day at this place of the table."""
    return date.fromordinal(_ORIGIN + index)


@dataclass(frozen=True)
class Calendar:
    """Working days as known at one time. `version` names the last notice it contains."""

    version: str
    known_until: date
    days: tuple[Day, ...]
    fixed: tuple[FixedDates, ...] = ()
    # `before[i]`: working days before day i of the table; `working[k]`: place of the k-th working day.
    before: list[int] = field(init=False, repr=False, compare=False)
    working: list[int] = field(init=False, repr=False, compare=False)
    known_index: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        flags = self._flags()
        object.__setattr__(self, "before", list(accumulate(flags, initial=0)))
        object.__setattr__(self, "working", [index for index, works in enumerate(flags) if works])
        object.__setattr__(self, "known_index", self.known_until.toordinal() - _ORIGIN)

    def _flags(self) -> bytearray:
        monday_first = FIRST_DAY.weekday()
        week = bytes(1 if (monday_first + offset) % 7 < 5 else 0 for offset in range(7))
        flags = bytearray((week * (LENGTH // 7 + 1))[:LENGTH])
        for year in range(self.known_until.year, LAST_DAY.year + 1):
            for month, day in self._fixed_of(year):
                holiday = date(year, month, day)
                if holiday > self.known_until:
                    flags[holiday.toordinal() - _ORIGIN] = 0
        for entry in self.days:
            flags[index_of(entry.date)] = entry.works
        return flags

    def _fixed_of(self, year: int) -> tuple[tuple[int, int], ...]:
        in_force = [law for law in self.fixed if law.from_year <= year]
        return max(in_force, key=lambda law: law.from_year).days if in_force else ()

    def is_working_day(self, day: date) -> bool:
        """Say whether units work on this day, by the notices or, past them, by assumption."""
        index = index_of(day)
        return self.before[index + 1] > self.before[index]

    def is_known(self, day: date) -> bool:
        """Say whether a published notice settles this day."""
        return FIRST_DAY <= day <= self.known_until

    def entry(self, day: date) -> Day | None:
        """Find the special day and its source, if this day departs from Monday to Friday or once did."""
        return next((entry for entry in reversed(self.days) if entry.date == day), None)


def with_days(calendar: Calendar, changes: Iterable[Day], version: str, *, known_until: date | None = None) -> Calendar:
    """Make the calendar that follows from a further notice: its days win over what was listed before.

    A notice that settles a further year hands in the last day of that year as `known_until`.
    """
    changed = tuple(sorted(changes, key=lambda entry: entry.date))
    replaced = {entry.date for entry in changed}
    kept = tuple(entry for entry in calendar.days if entry.date not in replaced)
    return Calendar(version, known_until or calendar.known_until, kept + changed, calendar.fixed)
