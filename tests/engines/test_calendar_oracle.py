"""The calendar against an independent computation: half-minutes laid out one by one, days stepped one by one.

The oracle takes its working days from two published packages (chinesecalendar, holidays), which must agree, and shares no
code with the engine. Whole grid: every day of 2018 to 2026 × eleven times of day × {1 hour, 3 hours, 3 working days}.
Random part: terms with pauses over weekends, make-up days, the New Year and the Spring Festival, fixed seed printed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache

import chinese_calendar
import holidays
import numpy as np

from qifu.engines.calendar import SHANGHAI, Hours, Term, due, published

SEED = 20260930
RANDOM_CASES = 110_000
GRAIN = 30  # seconds: the resolution of the oracle, all moments lie on it
DAY_GRAINS = 86400 // GRAIN
BEGIN, STOP = date(2017, 12, 1), date(2027, 12, 31)
ZERO = datetime(2017, 12, 1, tzinfo=SHANGHAI)
HOURS = {
    "09:00-12:00,14:00-17:30": [(540, 720), (840, 1050)],
    "08:30-11:30,13:00-17:00": [(510, 690), (780, 1020)],
}
TIMES_OF_DAY = ["00:00:00", "08:59:30", "09:00:00", "11:59:30", "12:00:00", "13:00:00", "14:00:00", "16:40:00"]
TIMES_OF_DAY += ["17:29:30", "17:30:00", "23:59:30"]
Span = tuple[int, int]


def works(day: date) -> bool:
    if day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


@cache
def working_days() -> list[bool]:
    return [works(BEGIN + timedelta(n)) for n in range((STOP - BEGIN).days + 1)]


@cache
def working_grains(hours: str) -> np.ndarray:
    """Number every half-minute of service since the beginning, in order."""
    day = np.zeros(DAY_GRAINS, dtype=bool)
    for opens, closes in HOURS[hours]:
        day[opens * 2 : closes * 2] = True
    return np.flatnonzero((np.array(working_days())[:, None] & day[None, :]).ravel())


def nth_grain(hours: str, start: int, count: int, pauses: list[Span]) -> int:
    """Step over half-minutes of service from `start`, leaving paused ones out, until `count` have passed."""
    grains = working_grains(hours)
    first = int(np.searchsorted(grains, start))
    if not pauses:
        return int(grains[first + count - 1]) + 1
    reach = count + sum(int(np.searchsorted(grains, b) - np.searchsorted(grains, a)) for a, b in pauses)
    ahead = grains[first : first + reach]
    free = np.ones(len(ahead), dtype=bool)
    for a, b in pauses:
        free &= (ahead < a) | (ahead >= b)
    return int(ahead[free][count - 1]) + 1


def nth_day(hours: str, start: int, count: int, pauses: list[Span]) -> int:
    """Step over days after the day of arrival; then, if paused, over the service time that this takes."""
    days = working_days()
    day = start // DAY_GRAINS
    while count:
        day += 1
        count -= days[day]
    closing = day * DAY_GRAINS + HOURS[hours][-1][1] * 2
    if not pauses:
        return closing
    grains = working_grains(hours)
    return nth_grain(hours, start, int(np.searchsorted(grains, closing) - np.searchsorted(grains, start)), pauses)


def expected(hours: str, start: int, kind: str, n: int, pauses: list[Span]) -> tuple[datetime, bool]:
    minutes = kind == "minutes"
    grain = nth_grain(hours, start, n * 2, pauses) if minutes else nth_day(hours, start, n, pauses)
    moment = moment_of(grain)
    return moment, moment.date() > date(2026, 12, 31)


def moment_of(grain: int) -> datetime:
    return ZERO + timedelta(seconds=grain * GRAIN)


def agrees(hours: str, start: int, kind: str, n: int, pauses: list[Span]) -> bool:
    spans = [(moment_of(a), moment_of(b)) for a, b in pauses]
    term = Term(kind, n)  # type: ignore[arg-type]
    found = due(moment_of(start), term, calendar=CALENDAR, hours=ENGINE_HOURS[hours], pauses=spans)
    return (found.at, found.assumed) == expected(hours, start, kind, n, pauses)


CALENDAR = published()
ENGINE_HOURS = {text: Hours.parse(text) for text in HOURS}


def test_two_packages_and_our_table_name_the_same_working_days() -> None:
    china = holidays.country_holidays("CN", years=range(2003, 2028))
    days = [date(2004, 1, 1) + timedelta(n) for n in range((date(2026, 12, 31) - date(2004, 1, 1)).days + 1)]
    ours = {day: CALENDAR.is_working_day(day) for day in days}
    assert [day for day in days if ours[day] != china.is_working_day(day)] == []
    # The notice for 2006 names this Saturday as worked; chinesecalendar leaves it out.
    assert [day for day in days if ours[day] != chinese_calendar.is_workday(day)] == [date(2005, 12, 31)]


def test_every_day_and_class_of_time() -> None:
    hours = "09:00-12:00,14:00-17:30"
    first = (date(2018, 1, 1) - BEGIN).days
    checked = 0
    wrong = []
    for day in range(first, (date(2026, 12, 31) - BEGIN).days + 1):
        for clock in TIMES_OF_DAY:
            hour, minute, second = map(int, clock.split(":"))
            start = day * DAY_GRAINS + (hour * 60 + minute) * 2 + second // GRAIN
            for kind, n in (("minutes", 60), ("minutes", 180), ("workdays", 3)):
                checked += 1
                if not agrees(hours, start, kind, n, []):
                    wrong.append((moment_of(start), kind, n))
    assert wrong == []
    assert checked == 3287 * 11 * 3


def anchors() -> list[int]:
    """List days where the week breaks: make-up days, holidays, New Year's Days, as places of the oracle."""
    days = working_days()
    return [n for n, works in enumerate(days) if works != ((BEGIN + timedelta(n)).weekday() < 5)] + [
        (date(year, 1, 1) - BEGIN).days for year in range(2018, 2028)
    ]


def random_cases(seed: int) -> Iterator[tuple[str, int, str, int, list[Span]]]:
    chance = random.Random(seed)
    last = (date(2027, 3, 31) - BEGIN).days
    breaks = [day for day in anchors() if 10 < day < last]
    for _ in range(RANDOM_CASES):
        near = chance.random() < 0.5
        day = chance.choice(breaks) - chance.randrange(6) if near else chance.randrange(10, last)
        start = day * DAY_GRAINS + chance.randrange(DAY_GRAINS)
        kind = chance.choice(["minutes", "workdays"])
        n = chance.randrange(1, 21) if kind == "workdays" else chance.choice([1, 60, 180, 390, 1000, 4000])
        yield chance.choice(list(HOURS)), start, kind, n, random_pauses(chance, start, breaks)


def random_pauses(chance: random.Random, start: int, breaks: list[int]) -> list[Span]:
    pauses = []
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        shape = chance.randrange(4)
        if shape == 0:  # the next weekend, from Friday evening on
            friday = start // DAY_GRAINS + (4 - (BEGIN + timedelta(start // DAY_GRAINS)).weekday()) % 7
            low = friday * DAY_GRAINS + 17 * 120
            pauses.append((low, low + chance.randrange(4 * DAY_GRAINS)))
        elif shape == 1:  # over the next break of the week
            ahead = [day for day in breaks if day >= start // DAY_GRAINS][:3] or [breaks[-1]]
            low = chance.choice(ahead) * DAY_GRAINS - chance.randrange(DAY_GRAINS)
            pauses.append((low, low + chance.randrange(10 * DAY_GRAINS)))
        else:  # anywhere near, sometimes before the start, sometimes of no length
            low = start + chance.randrange(-2 * DAY_GRAINS, 15 * DAY_GRAINS)
            pauses.append((low, low + chance.choice([0, 1, chance.randrange(3 * DAY_GRAINS)])))
    return pauses


def test_random_terms_with_pauses(record_property: Callable[[str, object], None]) -> None:
    record_property("seed", SEED)
    print(f"seed {SEED}, {RANDOM_CASES} cases")
    wrong = []
    for hours, start, kind, n, pauses in random_cases(SEED):
        if not agrees(hours, start, kind, n, pauses):
            wrong.append((hours, moment_of(start), kind, n, [(moment_of(a), moment_of(b)) for a, b in pauses]))
    assert wrong[:3] == []


def test_the_random_part_meets_what_it_is_meant_to_meet() -> None:
    met = {"make-up day": 0, "new year": 0, "assumed": 0, "paused": 0, "moved": 0}
    for hours, start, kind, n, pauses in list(random_cases(SEED))[:5000]:
        plain, assumed = expected(hours, start, kind, n, [])
        begins = moment_of(start)
        met["make-up day"] += any(
            CALENDAR.is_working_day(begins.date() + timedelta(k)) and (begins + timedelta(k)).weekday() > 4
            for k in range(min(30, (plain.date() - begins.date()).days))
        )
        met["new year"] += plain.year != begins.year
        met["assumed"] += assumed
        met["paused"] += bool(pauses)
        met["moved"] += expected(hours, start, kind, n, pauses)[0] != plain
    assert min(met.values()) > 50, met
