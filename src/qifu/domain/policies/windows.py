"""When an item can be asked for: always, every year between two days, or once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch in which it can be asked for; both days included."""

    first: date
    last: date

    def holds(self, on: date) -> bool:
        return self.first <= on <= self.last


def openings(window: Mapping[str, object], on: date, until: date) -> list[Opening]:
    """The stretches that touch the days from `on` to `until`; none where it is always open."""
    kind = window.get("kind")
    if kind == "once":
        found = [Opening(_day(window["from"]), _day(window["to"]))]
    elif kind == "yearly":
        found = [_of_year(window, year) for year in range(on.year - 1, until.year + 1)]
    else:
        return []
    return [each for each in found if each.last >= on and each.first <= until]


def is_open(window: Mapping[str, object], on: date) -> bool:
    """Whether it can be asked for on a day."""
    return window.get("kind", "always") == "always" or bool(openings(window, on, on))


def closes(window: Mapping[str, object], on: date) -> date | None:
    """The last day of the stretch that is open on a day."""
    return next((each.last for each in openings(window, on, on)), None)


def opens(window: Mapping[str, object], on: date) -> date | None:
    """The first day of the next stretch, within a year."""
    later = [each.first for each in openings(window, on, on + timedelta(days=366)) if each.first > on]
    return min(later, default=None)


def said(window: Mapping[str, object]) -> str:
    """The window in words."""
    kind, note = window.get("kind", "always"), str(window.get("note") or "")
    if kind == "once":
        first, last = _day(window["from"]), _day(window["to"])
        told = f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"
    elif kind == "yearly":
        one = _of_year(window, 2028)
        over = "次年" if one.last.year > one.first.year else ""
        told = f"每年{one.first.month}月{one.first.day}日至{over}{one.last.month}月{one.last.day}日"
    else:
        told = "常年受理"
    return f"{told}（{note}）" if note else told


def _of_year(window: Mapping[str, object], year: int) -> Opening:
    """The stretch that begins in a year; one that ends before it begins ends in the next."""
    first, last = _in_year(str(window["from"]), year), _in_year(str(window["to"]), year)
    return Opening(first, last if last >= first else _in_year(str(window["to"]), year + 1))


def _in_year(text: str, year: int) -> date:
    month, day = (int(part) for part in text.split("-")[-2:])
    if (month, day) == (2, 29):  # in other years the last of February
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, month, day)


def _day(text: object) -> date:
    return date.fromisoformat(str(text))
