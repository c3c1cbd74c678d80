"""A formula of an amount in words, as far as words are shorter than the formula."""

from __future__ import annotations

from typing import Any

from qifu.engines import eligibility as law


def said(formula: object) -> str:
    """Each with its unit: 3 万元; 每人 1000 元（按从业人员），最高 30 万元; nothing for none. A longer one says only that it is one."""
    if formula is None:
        return ""
    if isinstance(formula, int | float) and not isinstance(formula, bool):
        return f"{formula:g} 万元"
    if isinstance(formula, dict) and set(formula) == {"min"} and len(formula["min"]) == 2:
        cap, part = formula["min"]
        if isinstance(cap, int | float) and (told := _share(part)):
            return f"{told}，最高 {cap:g} 万元"
    return _share(formula) or "按公式分档计算"


def _share(part: Any) -> str:
    """A part of one field; the field's own unit is said, because the amount is in 万元."""
    given = part.get("*") if isinstance(part, dict) and set(part) == {"*"} else None
    if not isinstance(given, list) or len(given) != 2 or not isinstance(given[0], dict) or set(given[0]) != {"var"}:
        return ""
    known, rate = law.catalogue().get(str(given[0]["var"])), given[1]
    if known is None or not isinstance(rate, int | float):
        return ""
    if known.unit == "万元":
        return f"{known.label}的 {round(rate * 100, 6):g}%"
    each = f"{rate:g} 万元" if rate >= 1 else f"{round(rate * 10_000, 4):g} 元"
    return f"每{known.unit} {each}（按{known.label}）" if known.unit else f"{known.label}乘以 {each}"
