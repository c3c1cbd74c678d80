"""Dates, times and spans in the English manner, for pages that a visitor chose to read in English. Pure: `now` is handed in."""

from __future__ import annotations

import re
from datetime import date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOMENT = re.compile("(?P<month>1[0-2]|[1-9])月(?P<day>[1-9][0-9]?)日 (?P<clock>[0-9]{2}:[0-9]{2})")
NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def day(value: date) -> str:
    """30 Sep 2026, with the time where there is one: 30 Sep 2026, 16:40."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" + _clock(value)


def week(value: date) -> str:
    """Wed 30 Sep 2026, 16:40."""
    return f"{DAYS[value.weekday()]} {day(value)}"


def near(value: date, today: date) -> str:
    """Today 16:40, yesterday 09:05, 30 Sep, 16:40 within this year, else the full date."""
    gap = (date(value.year, value.month, value.day) - today).days
    if gap in NEAR:
        return NEAR[gap] + _clock(value, " ")
    return day(value) if value.year != today.year else f"{value.day} {MONTHS[value.month - 1]}" + _clock(value)


def month(value: date) -> str:
    """Sep 2026."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def moment(said: str) -> str:
    """30 Sep, 16:40, for what a message calls 9月30日 16:40; anything else as it is."""
    at = MOMENT.fullmatch(said)
    return f"{at['day']} {MONTHS[int(at['month']) - 1]}, {at['clock']}" if at else said


def duration(days: int, hours: int, minutes: int) -> str:
    """3 d, 3 d 4 h, 2 h 5 min, 5 min, under 1 min."""
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "under 1 min"


def ago(minutes: int) -> str:
    """Just now, 5 min ago, 2 h ago."""
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def _clock(value: date, mark: str = ", ") -> str:
    return f"{mark}{value:%H:%M}" if isinstance(value, datetime) else ""
