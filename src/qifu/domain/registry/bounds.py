"""What a figure that somebody enters cannot be: below zero where nothing lies below zero, more than the whole, a day to come."""

from __future__ import annotations

from datetime import date

from qifu.engines.eligibility import Field

SIGNED = frozenset({"profit", "taxable_income", "revenue_growth"})  # may lie below zero
PARTS = frozenset({"rd_staff_ratio", "export_ratio", "disabled_staff_ratio"})  # of a whole: at most one
MOST = 10_000_000  # people, pieces, months


def out_of_bounds(field: Field, value: object, today: date) -> str:
    """Say what is wrong with a value as the engine reads it (a day is its ordinal); empty: nothing."""
    if not isinstance(value, float | int) or isinstance(value, bool):
        return ""
    if field.type == "date":
        return f"{field.label}不能晚于今天。" if value > today.toordinal() else ""
    if value < 0 and field.name not in SIGNED:
        return f"{field.label}不能小于零。"
    if value > 1 and field.name in PARTS:
        return f"{field.label}是比例，不能大于 1；3.5% 请写 3.5% 或 0.035。"
    if field.type == "integer" and value > MOST:
        return f"{field.label}过大，请核对。"
    return ""
