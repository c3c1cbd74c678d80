"""The coming week: replies that fall due on each working day, by unit, and how many new cases are to be expected.

Expected arrivals are the plain mean of the same weekday over the past eight weeks, working days apart from days of
rest, so that a holiday week does not lower the next Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from qifu.domain.appeals.queries.figures.counts import Stamp
from qifu.domain.appeals.queries.figures.cuts import Scope
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI, Calendar
from qifu.kernel.workdays import queries as workdays

DAYS = 5  # working days looked ahead


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    due: int
    by_unit: list[tuple[int, str, int]]  # unit, name, replies due; the most first
    expected: Decimal | None  # arrivals; None when the past says nothing
    samples: int  # past days that the expectation rests on


@dataclass(frozen=True, slots=True)
class Week:
    days: list[Day]


def week(stamp: Stamp, scope: Scope, now: datetime) -> Week:
    """Look at the next five working days, today included, as far as the tallies know."""
    calendar, tree = workdays.calendar(), people.unit_tree()
    days: list[Day] = []
    for on in _working_days(now.astimezone(SHANGHAI).date(), calendar):
        found = [(unit, n) for day, unit, n in stamp.dues if day == on and _sees(scope, unit)]
        named = [(u, tree.units[u].short_name if u in tree.units else "（尚未转办）", n) for u, n in found]
        expected, samples = _expected(stamp.arrivals, on, calendar) if scope.is_whole else (None, 0)
        days.append(Day(on, sum(n for _, n in found), sorted(named, key=lambda x: -x[2]), expected, samples))
    return Week(days)


def _sees(scope: Scope, unit: int) -> bool:
    return scope.is_whole or unit in (scope.units or scope.streets or ())


def _working_days(first: date, calendar: Calendar) -> list[date]:
    found: list[date] = []
    on = first
    while len(found) < DAYS:
        if calendar.is_working_day(on):
            found.append(on)
        on += timedelta(days=1)
    return found


def _expected(arrivals: tuple[tuple[date, int], ...], on: date, calendar: Calendar) -> tuple[Decimal | None, int]:
    """The mean of the same weekday of the past weeks on which work was done; a day without arrivals counts as none."""
    if not arrivals:
        return None, 0
    came = dict(arrivals)
    first = min(came)
    past = [on - timedelta(weeks=n) for n in range(1, 10)]
    past = [day for day in past if first <= day <= max(came) and calendar.is_working_day(day)][:8]
    if not past:
        return None, 0
    return (Decimal(sum(came.get(day, 0) for day in past)) / len(past)).quantize(Decimal("0.1")), len(past)
