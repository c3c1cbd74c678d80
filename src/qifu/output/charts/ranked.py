"""What is most, as bars lying below each other, the longest on top. Plain data; the page draws it."""

from __future__ import annotations

from collections.abc import Sequence


def ranked(lines: Sequence[tuple[str, float, str]], unit: str) -> dict[str, object]:
    """Options of a chart of (label, value, address); a bar opens the list behind it."""
    upward = list(reversed(lines))
    return {
        "grid": {"left": 8, "right": 24, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "name": unit, "nameLocation": "end", "splitNumber": 3},
        "yAxis": {
            "type": "category",
            "data": [label for label, _, _ in upward],
            "axisLabel": {"width": 140, "overflow": "truncate"},
        },
        "series": [
            {
                "name": unit,
                "type": "bar",
                "barMaxWidth": 18,
                "data": [{"value": value, "url": url} for _, value, url in upward],
            }
        ],
    }
