"""What the address of a page of visits asks for; values that are none of ours count as not set."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from qifu.domain.people import queries as people
from qifu.domain.visits import flow, rules
from qifu.domain.visits.queries.listing import OF, Wish
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

LONGEST = 60
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
STATES = [Choice(state.name, state.label) for state in flow.STATES]
RULES = [Choice(one.code, one.label) for one in rules.PLANNING] + [Choice(rules.HAND, rules.label(rules.HAND))]


def number(text: str) -> int | None:
    """A number of the address; None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def day_of(text: str) -> date | None:
    """A day of the address; None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def one_of(value: str, known: list[Choice]) -> str:
    """The value, if it is one of these."""
    return value if any(choice.value == value for choice in known) else ""


def units(*kinds: str) -> list[Choice]:
    """Units of these kinds to choose from."""
    return [Choice(str(unit.id), unit.short_name) for kind in kinds for unit in people.units(kind)]


def read(query: QueryDict) -> tuple[Wish, dict[str, str]]:
    """The list as asked for, and as the address says it."""
    since, until = day_of(query.get("since", "")), day_of(query.get("until", ""))
    wish = Wish(
        q=query.get("q", "").strip()[:LONGEST],
        state=one_of(query.get("state", ""), STATES),
        street=number(query.get("street", "")),
        unit=number(query.get("unit", "")),
        account=number(query.get("account", "")),
        rule=one_of(query.get("rule", ""), RULES),
        of=query.get("of", "") if query.get("of", "") in OF else "",
        since=since,
        until=until,
        page=number(query.get("page", "")) or 1,
    )
    values = {
        "q": wish.q, "state": wish.state, "street": str(wish.street or ""), "unit": str(wish.unit or ""),
        "rule": wish.rule, "of": wish.of, "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "", "account": str(wish.account or ""),
    }  # fmt: skip
    return wish, values


def bar(values: dict[str, str]) -> FilterBar:
    """The filters over the list."""
    return FilterBar(
        (
            Filter("q", "走访对象", "search", placeholder="企业、楼宇或走访编号"),
            Filter("state", "状态", choices=STATES),
            Filter("street", "街道", choices=units("street")),
            Filter("unit", "走访单位", choices=units("centre", "department", "street")),
            Filter("rule", "缘由", choices=RULES),
            Filter("of", "对象", choices=[Choice(*pair) for pair in OF.items()]),
            Filter("since", "从哪天", "date"),
            Filter("until", "到哪天", "date"),
        ),
        values,
        keep=("account",),
    )
