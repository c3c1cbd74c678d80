"""The course of a year as a picture: cases as bars, rates as lines over them. Plain data; the page draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from qifu.domain.appeals.queries.figures.measures import Counts

LINES = ("reply", "confirmed", "satisfied")
SYMBOLS = ("circle", "rect", "triangle")  # told apart without colour


def trend(months: Sequence[tuple[date, Counts]], url: Callable[[date], str]) -> dict[str, object]:
    """Options of a chart by month; a bar opens the list of its month. A share of too few opinions is a gap."""
    bars = [{"value": counts["total"], "url": url(month)} for month, counts in months]
    rates = [counts for _, counts in months]
    series: list[dict[str, object]] = [
        {"name": "收到（件）", "type": "bar", "data": bars, "barMaxWidth": 28, "itemStyle": {"opacity": 0.28}}
    ]
    for name, symbol in zip(LINES, SYMBOLS, strict=True):
        label = Counts({}).rate(name).figure.label
        series.append(
            {
                "name": f"{label}(%)",
                "type": "line",
                "yAxisIndex": 1,
                "symbol": symbol,
                "symbolSize": 7,
                "data": [_percent(counts, name) for counts in rates],
            }
        )
    return {
        "legend": {"top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 48, "bottom": 8, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [f"{m.year}年{m.month}月" if m.month == 1 else f"{m.month}月" for m, _ in months],
        },
        "yAxis": [
            {"type": "value", "name": "件", "minInterval": 1},
            {"type": "value", "name": "%", "min": 0, "max": 100, "splitLine": {"show": False}},
        ],
        "series": series,
    }


def _percent(counts: Counts, name: str) -> float | None:
    share = counts.rate(name).share
    return None if share is None else float(round(share * 100, 1))
