"""The State Council's notices on holidays and make-up days, 2004 on, as dated data of this package.

`data/notices.csv` lists the documents (number, date, when the public could read it, last day it settles), `data/days.csv` the
days on which each departs from Monday to Friday, `data/fixed.csv` the fixed-date holidays by decree. A later notice wins
over an earlier one, so that the calendar can be asked what was known on any day.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from .days import Calendar, Day, FixedDates


@dataclass(frozen=True, slots=True)
class Notice:
    """One published document; `number` and dates are blank where no copy could be read."""

    id: str
    number: str
    dated: date | None
    public_on: date | None
    settles_until: date
    title: str
    days: tuple[Day, ...]


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def notices() -> tuple[Notice, ...]:
    """List the notices in the order in which they became public."""
    numbers = {row["notice"]: row["number"] or row["title"] for row in _rows("notices.csv")}
    by_notice: dict[str, list[Day]] = {}
    for row in _rows("days.csv"):
        day = Day(date.fromisoformat(row["date"]), row["works"] == "1", row["holiday"], numbers[row["notice"]])
        by_notice.setdefault(row["notice"], []).append(day)
    found = [
        Notice(
            row["notice"],
            row["number"],
            _date(row["dated"]),
            _date(row["public_on"]),
            date.fromisoformat(row["settles_until"]),
            row["title"],
            tuple(by_notice.get(row["notice"], ())),
        )
        for row in _rows("notices.csv")
    ]
    return tuple(sorted(found, key=lambda notice: notice.public_on or date.min))


@cache
def _decrees() -> tuple[tuple[date, FixedDates], ...]:
    return tuple(
        (
            date.fromisoformat(row["public_on"]),
            FixedDates(int(row["from_year"]), tuple(map(_month_day, row["days"].split())), row["order"]),
        )
        for row in _rows("fixed.csv")
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


@cache
def _calendar(known_notices: int, known_decrees: int) -> Calendar:
    applied = notices()[:known_notices]
    latest: dict[date, Day] = {}
    for notice in applied:
        latest.update({day.date: day for day in notice.days})
    return Calendar(
        version=applied[-1].id,
        known_until=max(notice.settles_until for notice in applied),
        days=tuple(latest[day] for day in sorted(latest)),
        fixed=tuple(law for _, law in _decrees()[:known_decrees]),
    )


def published(as_of: date | None = None) -> Calendar:
    """Give the calendar as published: today's table, or what the public could know on the day `as_of`.

    The first notice of the table carries no date and counts as always known.
    """
    day = as_of or date.max
    known = sum(1 for notice in notices() if (notice.public_on or date.min) <= day)
    decrees = sum(1 for public_on, _ in _decrees() if public_on <= day)
    return _calendar(known, decrees)
