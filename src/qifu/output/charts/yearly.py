"""Figures by year as a picture: money as bars, people as a line over them. Plain data; the page draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MONEY, HEADS = "万元", "人"
Series = tuple[str, str, Mapping[int, float]]  # label, unit, value by year


def yearly(series: Sequence[Series]) -> dict[str, object]:
    """Options of a chart by year; a year of which nothing is known is a gap."""
    years = sorted({year for _, _, values in series for year in values})
    drawn: list[dict[str, object]] = []
    for label, unit, values in series:
        data = [values.get(year) for year in years]
        if unit == MONEY:
            drawn.append({"name": f"{label}（万元）", "type": "bar", "data": data, "barMaxWidth": 28})
        else:
            drawn.append(
                {
                    "name": f"{label}（人）",
                    "type": "line",
                    "yAxisIndex": 1,
                    "data": data,
                    "symbol": "circle",
                    "symbolSize": 7,
                }
            )
    return {
        "legend": {"type": "scroll", "top": 0, "left": 0},
        "grid": {"left": 8, "right": 8, "top": 56, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{year}年" for year in years]},
        "yAxis": [
            {"type": "value", "name": MONEY},
            {"type": "value", "name": HEADS, "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": drawn,
    }
