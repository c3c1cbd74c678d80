"""A plan with its goals in order, and how its self-evaluation stands by the engine: shared by actions and queries."""

from __future__ import annotations

from qifu.domain.people import queries as people
from qifu.domain.performance import facts
from qifu.domain.performance.models import Actual, Evaluation, Indicator, Plan
from qifu.engines import indicators as law


def goals_of(plan: Plan) -> facts.Goals:
    """The goals of a plan, each with its indicators, in order. Two statements."""
    lines: dict[int, list[Indicator]] = {}
    for row in Indicator.objects.filter(goal__plan=plan).order_by("place"):
        lines.setdefault(row.goal_id, []).append(row)
    return [(goal, lines.get(goal.pk, [])) for goal in plan.goals.order_by("place")]


def actuals_of(evaluation: Evaluation | None) -> dict[int, Actual]:
    """The values of an evaluation, by indicator."""
    if evaluation is None:
        return {}
    return {row.indicator_id: row for row in Actual.objects.filter(evaluation=evaluation).select_related("frozen")}


def scored(
    plan: Plan, goals: facts.Goals, evaluation: Evaluation | None, actuals: dict[int, Actual] | None = None
) -> law.Scored:
    """How the form stands now: scores, total, and what must still be said."""
    values = actuals_of(evaluation) if actuals is None else actuals
    names = people.names([one.judged_by for one in values.values()])
    return law.scored(facts.form(goals, evaluation, values, names), law.SCHEMES[plan.scheme])
