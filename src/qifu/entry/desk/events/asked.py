"""What the address of a list asks for; what is none of ours counts as not set."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from qifu.domain.events.queries.listing import KINDS, STATES, Wish
from qifu.domain.people import queries as people
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

LONGEST = 60


def read(query: QueryDict) -> tuple[Wish, dict[str, str]]:
    """Read the address of the list of events."""
    month = day(f"{query.get('month', '')}-01")
    wish = Wish(
        q=query.get("q", "").strip()[:LONGEST],
        kind=one_of(query.get("kind", ""), dict(KINDS)),
        state=one_of(query.get("state", ""), dict(STATES)),
        street=number(query.get("street", "")),
        host=number(query.get("host", "")),
        month=month,
        page=number(query.get("page", "")) or 1,
    )
    values = {
        "q": wish.q, "kind": wish.kind, "state": wish.state, "street": str(wish.street or ""),
        "host": str(wish.host or ""), "month": f"{month:%Y-%m}" if month else "",
    }  # fmt: skip
    return wish, values


def bar(values: dict[str, str]) -> FilterBar:
    """The filters over the list of events."""
    units = [unit for unit in people.units() if unit.kind in ("centre", "department", "street")]
    return FilterBar(
        (
            Filter("q", "活动", "search", placeholder="名称、内容、地点"),
            Filter("kind", "类型", choices=[Choice(*pair) for pair in KINDS]),
            Filter("state", "状态", choices=[Choice(*pair) for pair in STATES]),
            Filter("street", "街道", choices=streets()),
            Filter("host", "主办", choices=[Choice(str(unit.id), unit.short_name) for unit in units]),
            Filter("month", "月份", "month"),
        ),
        values,
    )


def streets() -> list[Choice]:
    """The streets to choose from."""
    return [Choice(str(unit.id), unit.short_name) for unit in people.units("street")]


def number(text: str) -> int | None:
    """A number of the address; None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def day(text: str) -> date | None:
    """A day of the address; None when it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def one_of(value: str, known: object) -> str:
    """The value, if it is one of these."""
    return value if value in known else ""  # type: ignore[operator]
