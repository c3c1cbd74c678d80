"""Grants for leaders: how much of the budget has reached enterprises, how long each stage takes, who is refused and why."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qifu.domain.grants.queries import board
from qifu.domain.grants.queries.board import Board, Row
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.charts.ranked import ranked

BARS = 10


@require_safe
def grants(incoming: HttpRequest) -> HttpResponse:
    """Show a year; every number opens its list."""
    request = cast(PersonRequest, incoming)
    year, unit = _whole(request.GET.get("year", "")), _whole(request.GET.get("unit", ""))
    told = board.board(actor=request.actor, now=request.now, year=year, unit=unit)
    context = {
        "told": told,
        "all_url": _list(told),
        "open_url": _list(told, state="open"),
        "paid_url": _list(told, state="paid"),
        "decided_url": _list(told, state="decided"),
        "refused_url": _list(told, state="refused"),
        "unbanked_url": _list(told, lacks="account"),
        "money_note": f"{_wan(told.paid)} / {_wan(told.budget)} 万元",
        "paid_note": f"{told.all.paid:,} / {told.all.applied:,} 件",
        "refused_note": f"{told.all.refused:,} / {told.all.decided:,} 件",
        "back_note": f"{_wan(told.after.back)} / {_wan(told.after.owed)} 万元",
        "unbanked_wan": _wan(told.unbanked_yuan),
        "stages": [(one, _list(told, state=one.name), _list(told, passed=one.name)) for one in told.stages],
        "units": [(one, _linked(told, one, "unit")) for one in told.units],
        "items": [(one, _linked(told, one, "scheme")) for one in told.items],
        "refusals": [(label, n, _list(told, state="refused", refusal=key)) for key, label, n in told.refusals],
        "stage_chart": ranked(
            [
                (one.label, one.days.middle, _list(told, passed=one.name))
                for one in reversed(told.stages)
                if one.days.middle is not None
            ],
            "天",
        ),
        "unit_chart": _paid_bars(told, told.units, "unit"),
        "item_chart": _paid_bars(told, told.items, "scheme"),
    }
    return render(request, "board/grants.html", context)


def _linked(told: Board, row: Row, cut: str) -> dict[str, str]:
    return {state: _list(told, **{cut: row.key, "state": state}) for state in ("", "open", "paid", "refused")} | {
        "all": _list(told, **{cut: row.key})
    }


def _list(told: Board, **cut: str) -> str:
    """The address of the applications behind a number."""
    query = {"scope": "all", "year": str(told.year), "unit": str(told.unit or "")} | cut
    return f"{reverse('desk_grants')}?{urlencode({name: value for name, value in query.items() if value})}"


def _paid_bars(told: Board, rows: list[Row], cut: str) -> dict[str, object]:
    return ranked(
        [
            (one.label, round(float(one.paid_yuan) / 10_000, 2), _list(told, **{cut: one.key, "state": "paid"}))
            for one in rows[:BARS]
            if one.paid_yuan
        ],
        "万元",
    )


def _wan(value: object) -> str:
    return f"{float(str(value)) / 10_000:,.2f}"


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 10 else None
