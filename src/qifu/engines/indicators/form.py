"""A whole self-evaluation: the rate of execution, the score of each indicator, the total, and what must still be said."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .measuring import CENT, Indicator, Judgement, Result, measured
from .schemes import FULL, Scheme


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator with what came of it."""

    indicator: Indicator
    actual: str
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of the year and its indicators; `points` is what the form prints for it."""

    text: str
    points: Decimal | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A self-evaluation. Money is in one unit throughout: the budget as adjusted, with what was carried over, and what was spent.

    `reasons` and `measures` are what the form says of deviations and remedies.
    """

    budget: Decimal
    executed: Decimal
    goals: tuple[Goal, ...]
    reasons: str = ""
    measures: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """What the form must still say or mend before it may be handed in."""

    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A form worked out. `total` is None while an indicator has no score."""

    rate: Decimal | None  # part of one
    execution: Decimal | None  # points
    results: tuple[tuple[Result, ...], ...]  # of each goal
    total: Decimal | None
    demands: tuple[Demand, ...]

    @property
    def may_be_handed_in(self) -> bool:
        return not self.demands


def scored(form: Form, scheme: Scheme) -> Scored:
    """Work out a form: 20 (or 10) points by the execution rate, the rest by the indicators, 100 in all.

    :raises ValueError: money is negative, or a judgement lies outside its band.
    """
    if form.budget < 0 or form.executed < 0:
        raise ValueError("预算数和执行数不能是负数。")
    rate = form.executed / form.budget if form.budget else None
    execution = None if rate is None else (scheme.execution * min(rate, Decimal(1))).quantize(CENT, ROUND_HALF_UP)
    results = tuple(
        tuple(measured(line.indicator, line.actual, scheme, line.judgement) for line in goal.lines)
        for goal in form.goals
    )
    scores = [execution, *(result.score for goal in results for result in goal)]
    known = [score for score in scores if score is not None]
    total = sum(known, Decimal(0)) if len(known) == len(scores) else None
    demands = (*_weights(form, scheme), *_money(form, rate, scheme), *_lines(form, results))
    return Scored(rate, execution, results, total, demands)


def _weights(form: Form, scheme: Scheme) -> list[Demand]:
    """Points must be there, add up within each goal, and make 100 with those of the budget."""
    found = []
    for goal in form.goals:
        points = [line.indicator.points for line in goal.lines]
        if any(value is None for value in points):
            found.append(Demand("weight-missing", goal.text, "有指标没有填写分值。"))
        elif goal.points is not None and (held := sum(filter(None, points), Decimal(0))) != goal.points:
            found.append(Demand("weight-goal", goal.text, f"各指标分值合计 {held}，与本目标的 {goal.points} 分不符。"))
    if not found:
        held = sum(
            (line.indicator.points or Decimal(0) for goal in form.goals for line in goal.lines), scheme.execution
        )
        if held != FULL:
            message = f"预算执行 {scheme.execution} 分与各指标分值合计 {held} 分，应为 100 分。"
            found.append(Demand("weight-total", "总分", message))
    return found


def _money(form: Form, rate: Decimal | None, scheme: Scheme) -> list[Demand]:
    if rate is None:
        return [Demand("budget-missing", "预算数", "没有预算数，不能计算执行率。")]
    found = []
    if rate > 1:
        found.append(Demand("over-budget", "执行数", "执行数超过了调整后的预算数，请核对。"))
    if rate < scheme.explained_below:
        found += _said(
            form, "预算执行率", f"执行率 {rate:.2%}，低于 {scheme.explained_below:.0%}，请写明原因和改进措施。"
        )
    return found


def _lines(form: Form, results: tuple[tuple[Result, ...], ...]) -> list[Demand]:
    found = []
    for goal, of_goal in zip(form.goals, results, strict=True):
        for line, result in zip(goal.lines, of_goal, strict=True):
            for message in result.explain:
                if result.verdict == "unknown" or result.score is None:
                    found.append(Demand("unmeasured", line.indicator.name, message))
                else:
                    found += _said(form, line.indicator.name, message)
    return found


def _said(form: Form, place: str, message: str) -> list[Demand]:
    """Demand a reason for a deviation, unless the form gives reason and remedy."""
    return [] if form.reasons.strip() and form.measures.strip() else [Demand("reason-missing", place, message)]
