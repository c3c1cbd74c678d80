"""Rows as the engine takes them: a plan with its values as a form to be scored, and a measure's value as it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from qifu.domain.performance.models import Actual, Evaluation, Goal, Indicator
from qifu.engines import indicators as law
from qifu.kernel.measures import Measure, Value

TENTH, CENT = Decimal("0.1"), Decimal("0.01")
Goals = Sequence[tuple[Goal, Sequence[Indicator]]]


def form(
    goals: Goals, evaluation: Evaluation | None, actuals: Mapping[int, Actual], names: Mapping[int, str]
) -> law.Form:
    """The self-evaluation as it stands; without one, as if nothing had been reached."""
    budget = evaluation.budget if evaluation is not None and evaluation.budget is not None else Decimal(0)
    executed = evaluation.executed if evaluation is not None and evaluation.executed is not None else Decimal(0)
    return law.Form(
        budget=max(budget, Decimal(0)),
        executed=max(executed, Decimal(0)),
        goals=tuple(
            law.Goal(goal.text, None, tuple(_line(one, actuals.get(one.pk), names) for one in lines))
            for goal, lines in goals
        ),
        reasons=evaluation.reasons if evaluation is not None else "",
        measures=evaluation.remedies if evaluation is not None else "",
    )


def _line(row: Indicator, actual: Actual | None, names: Mapping[int, str]) -> law.Line:
    judgement = None
    if actual is not None and actual.grade and actual.share is not None and actual.judged_on is not None:
        by = names.get(actual.judged_by or 0, "")
        judgement = law.Judgement(actual.grade, actual.share, by, actual.judged_on, actual.why)
    return law.Line(indicator(row), actual.value if actual is not None else "", judgement)


def indicator(row: Indicator) -> law.Indicator:
    """A line as the engine takes it."""
    return law.Indicator(row.level2, row.name, row.target, row.points)


def printed(measure: Measure, value: Value) -> str:
    """A measure's value as a form prints it; empty where it is not said."""
    if value.amount is None:
        return ""
    if measure.is_rate:
        return f"{(value.amount * 100).quantize(TENTH, ROUND_HALF_UP).normalize():f}%"
    whole = value.amount == value.amount.to_integral_value()
    return (
        f"{value.amount:.0f} {measure.unit}"
        if whole
        else f"{value.amount.quantize(CENT, ROUND_HALF_UP)} {measure.unit}"
    )
