"""Whether an actual value meets its target, how far, and how far it deviates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .model import Amount, Bound, Day, Phrase, Quantity, Unread, Vague

Verdict = Literal["yes", "no", "unknown"]
Direction = Literal["more", "less", "exact"]  # what an exactly printed target means: reach it, keep to it, hit it


@dataclass(frozen=True, slots=True)
class Met:
    """The answer: met or not, the share reached (1 is all of it) and the reason in a sentence.

    `ratio` is actual ÷ target for a target to be reached and target ÷ actual for one to be kept to; None where it cannot be told.
    """

    verdict: Verdict
    why: str
    ratio: Decimal | None = None


def meets(target: Quantity, actual: Quantity, *, direction: Direction = "more") -> Met:
    """Compare an actual value with its target.

    A target printed without a comparison (50 人次) is read by `direction`: 数量, 质量, 效益, 满意度 are to be reached ("more"),
    成本 and 时效 are to be kept to ("less"). An actual value that is itself a range meets the target only if all of it does.
    """
    for spoken, name in ((target, "目标"), (actual, "完成值")):
        if isinstance(spoken, Unread):
            return Met("unknown", f"{name}没有读懂：{spoken.why}")
        if isinstance(spoken, Vague):
            return Met("unknown", f"{name}没有可以衡量的内容。")
    if isinstance(target, Day) and isinstance(actual, Day):
        return Met("yes", "在期限内。") if actual.by <= target.by else Met("no", "晚于期限。")
    if isinstance(target, Amount) and isinstance(actual, Amount):
        return _amounts(_meant(target, direction), actual)
    if isinstance(target, Phrase) or isinstance(actual, Phrase):
        return Met("unknown", "文字表述，需要由人判断。")
    return Met("unknown", "目标和完成值不是同一类，不能比较。")


def _meant(target: Amount, direction: Direction) -> Amount:
    if (not target.is_exact and not target.is_rough) or direction == "exact":
        return target
    low, high = (target.low, None) if direction == "more" else (None, target.high)
    return Amount(low, high, target.unit, target.change, target.is_rough, target.subject, target.printed)


def _amounts(target: Amount, actual: Amount) -> Met:
    nothing = actual.point == 0 and not actual.unit
    if actual.unit != target.unit and not nothing:
        return Met("unknown", f"单位不同：目标用“{target.unit or '无'}”，完成值用“{actual.unit or '无'}”。")
    if {target.change, actual.change} == {"rise", "fall"}:
        return Met("no", "变化的方向与目标相反。")
    if target.change != actual.change:
        return Met("unknown", "一个说的是变化，一个说的是数值，不能比较。")
    ratio = _ratio(target, actual)
    low, high = _inside(target.low, actual, above=True), _inside(target.high, actual, above=False)
    if "no" in (low, high):
        over = target.low is not None and low == "yes" and high == "no"
        if over and target.high is not None:  # a range is kept to on its far side by doing better, where more is meant
            return Met("no", "高于目标的上限。", ratio)
        return Met("no", "没有达到目标。" if low == "no" else "超过了目标的上限。", ratio)
    if "unknown" in (low, high):
        return Met("unknown", "完成值写得不够准确，不能断定。", ratio)
    return Met("yes", "达到目标。", ratio)


def _inside(bound: Bound | None, actual: Amount, *, above: bool) -> Verdict:
    """Whether all, none or some of the actual interval lies on the right side of an end of the target."""
    if bound is None:
        return "yes"
    near, far = (actual.low, actual.high) if above else (actual.high, actual.low)
    sign = 1 if above else -1
    if near is not None and _beyond(near, bound, sign):
        return "yes"
    if far is not None:
        gap = sign * (far.value - bound.value)
        if gap < 0 or (gap == 0 and not (far.is_closed and bound.is_closed)):
            return "no"
    return "unknown"


def _beyond(near: Bound, bound: Bound, sign: int) -> bool:
    gap = sign * (near.value - bound.value)
    return gap > 0 or (gap == 0 and (bound.is_closed or not near.is_closed))


def _ratio(target: Amount, actual: Amount) -> Decimal | None:
    reached, goal = actual.point, target.low or target.high
    if reached is None or goal is None:
        return None
    if target.low is not None:
        return reached / goal.value if goal.value > 0 else None
    return min(Decimal(1), goal.value / reached) if reached > 0 else Decimal(1)
