"""How measures are asked for in an address, and how their values and rows are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from qifu.entry.theme.words import local
from qifu.kernel.measures import DAY, Ask, Measure, Value

LONGEST = 36  # months
ADDRESSES = {  # table → the page of one row
    "appeals.appeal": "desk:case",
    "registry.enterprise": "desk_enterprise",
    "estate.building": "desk_building",
    "visits.visit": "desk_visit",
    "estate.tenancy": "desk_building",
    "estate.room": "desk_building",
    "policies.revision": "desk_policy",
    "policies.push": "desk_policy",
    "policies.match": "desk_policy",
    "policies.document": "desk_policy_document",
    "publishing.article": "desk_article",
    "people.account": "people_member",
    "people.unit": "people_unit",
    "disclosure.voucher": "desk_voucher",
    "disclosure.budget": "desk_budget_version",
}


def read(given: Mapping[str, str], now: datetime, measure: Measure | None = None) -> Ask:
    """The question of an address; without months this year so far. Whatever cannot be read is left out."""
    today = local(now).date()
    until = month_of(given.get("until", "")) or today.replace(day=1)
    since = month_of(given.get("since", "")) or date(until.year, 1, 1)
    since, until = min(since, until), max(since, until)
    since = max(since, shifted(until, 1 - LONGEST))
    known = measure.dimensions if measure is not None else ()
    where = tuple((one.name, given[one.name][:40]) for one in known if given.get(one.name))
    return Ask(since, date.fromordinal(shifted(until, 1).toordinal() - 1), now, _valid(measure, where))


def query(ask: Ask, **more: str) -> str:
    """The question as the end of an address."""
    return urlencode({"since": f"{ask.since:%Y-%m}", "until": f"{ask.until:%Y-%m}", **dict(ask.where), **more})


def span(ask: Ask, over: str = "") -> str:
    """The months as people say them; of what stands on a day, the day."""
    if over == DAY:
        return f"{ask.until.year}年{ask.until.month}月{ask.until.day}日"
    ends = f"{ask.until.year}年{ask.until.month}月"
    return (
        ends
        if (ask.since.year, ask.since.month) == (ask.until.year, ask.until.month)
        else (f"{ask.since.year}年{ask.since.month}月—{ends}")
    )


def said(measure: Measure, value: Value) -> str:
    """A value with its unit."""
    if value.amount is None:
        return "—"
    if measure.is_rate:
        return f"{value.amount * 100:.1f}%"
    whole = value.amount == value.amount.to_integral_value()
    return f"{value.amount:,.0f} {measure.unit}" if whole else f"{value.amount:,.2f} {measure.unit}"


def figure(measure: Measure, value: Value) -> float | None:
    """A value for a chart; of a rate per cent."""
    if value.amount is None:
        return None
    return float(round(value.amount * 100, 1) if measure.is_rate else value.amount)


def trend(measure: Measure, months: list[tuple[date, Value]]) -> dict[str, object]:
    """The course over months as a chart; a share that is not said is a gap."""
    return {
        "grid": {"left": 8, "right": 16, "top": 28, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [f"{first.year % 100}年{first.month}月" for first, _ in months]},
        "yAxis": {"type": "value", "name": "%" if measure.is_rate else measure.unit},
        "series": [
            {
                "type": "line" if measure.is_rate or measure.over == DAY else "bar",
                "name": measure.label,
                "barMaxWidth": 28,
                "data": [figure(measure, value) for _, value in months],
            }
        ],
    }


def address(table: str, handle: str) -> str:
    """The page of a row; empty where it has none."""
    name = ADDRESSES.get(table)
    return reverse(name, args=[handle]) if name else ""


def plain(value: Decimal | None) -> str:
    """A count as people write it."""
    return "" if value is None else f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def _valid(measure: Measure | None, where: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    if measure is None or not where:
        return where
    known = {one.name: {key for key, _ in one.choices()} for one in measure.dimensions}
    return tuple((name, value) for name, value in where if value in known[name])


def month_of(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text.strip()[:7]}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def shifted(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)
