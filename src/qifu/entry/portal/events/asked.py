"""What the address of a page asks for; what is none of ours counts as not set."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from qifu.domain.events.queries.listing import KINDS, Wish
from qifu.domain.people import queries as people

LONGEST = 60


def wish(query: QueryDict) -> Wish:
    """A list of events as the address asks for it."""
    return Wish(
        q=query.get("q", "").strip()[:LONGEST],
        kind=query.get("kind", "") if query.get("kind") in dict(KINDS) else "",
        street=number(query.get("street", "")),
        month=month(query.get("month", "")),
        is_open=query.get("open") == "1",
        is_past=query.get("past") == "1",
        page=number(query.get("page", "")) or 1,
    )


def month(text: str) -> date | None:
    """The first day of a month of the address."""
    return day(f"{text}-01")


def day(text: str) -> date | None:
    """A day of the address."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def number(text: str) -> int | None:
    """A number of the address."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def streets() -> list[tuple[str, str]]:
    """The streets to choose from."""
    return [("", "不限"), *((str(unit.id), unit.short_name) for unit in people.units("street"))]
