"""Periods of relief: a year, a half, a quarter, a month; and the standard a head that holds at the beginning of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from qifu.kernel.errors import Invalid

EVERY: Final = (("year", "每年一次"), ("half", "每半年一次"), ("quarter", "每季度一次"), ("month", "每月一次"))
_SHAPES: Final = {
    "year": (re.compile(r"(20\d\d)()"), 12, "2026"), "half": (re.compile(r"(20\d\d)H([12])"), 6, "2026H1"),
    "quarter": (re.compile(r"(20\d\d)Q([1-4])"), 3, "2026Q3"), "month": (re.compile(r"(20\d\d)-(0[1-9]|1[0-2])"), 1, "2026-09"),
}  # fmt: skip


def begins(every: str, period: str) -> date:
    """The first day of a period.

    :raises Invalid: it is not written as such.
    """
    shape, months, example = _SHAPES[every]
    held = shape.fullmatch(period.strip().upper())
    if held is None:
        raise Invalid(f"期间应写成 {example} 的样子。", {"period": f"例如 {example}"})
    return date(int(held[1]), (int(held[2] or 1) - 1) * months + 1, 1)


def label(every: str, period: str) -> str:
    """A period as people say it."""
    day = begins(every, period)
    return {
        "year": f"{day.year} 年", "half": f"{day.year} 年{'上' if day.month == 1 else '下'}半年",
        "quarter": f"{day.year} 年第 {(day.month + 2) // 3} 季度", "month": f"{day.year} 年 {day.month} 月",
    }[every]  # fmt: skip


def standards(held: Sequence[dict[str, Any]], day: date) -> dict[str, Decimal]:
    """What each kind of person gets a head on a day: the latest standard that has begun."""
    found: dict[str, tuple[date, Decimal]] = {}
    for one in held:
        since = date.fromisoformat(one["since"])
        if since <= day and (one["kind"] not in found or found[one["kind"]][0] < since):
            found[one["kind"]] = since, Decimal(one["amount"])
    return {kind: amount for kind, (_, amount) in found.items()}
