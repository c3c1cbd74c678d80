"""The only reads of performance: the plans of a year, one with its goals and its self-evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qifu.domain.people import queries as people
from qifu.domain.performance import access
from qifu.domain.performance.models import Actual, Evaluation, Goal, Indicator, Plan
from qifu.domain.performance.reading import actuals_of, goals_of, scored
from qifu.engines import indicators as law
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.kernel.measures import Measure, measure

STATES = {
    "draft": "待批准",
    "approved": "已批准",
    "open": "自评中",
    "returned": "已退回",
    "handed_in": "待复核",
    "accepted": "已复核",
}
KINDS = {"unit": "整体", "project": "项目"}
SCHEMES = {code: scheme.name for code, scheme in law.SCHEMES.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A plan in a list."""

    row: Plan
    kind_label: str
    state: str  # of the evaluation where there is one
    state_label: str
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """An indicator with what came of it."""

    row: Indicator
    measure: Measure | None
    actual: Actual | None
    result: law.Result
    needs_word: bool  # a person has to judge it


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal with its indicators."""

    row: Goal
    lines: list[IndicatorView]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plan with its self-evaluation as it stands."""

    row: Plan
    kind_label: str
    state: str
    state_label: str
    goals: list[GoalView]
    evaluation: Evaluation | None
    scored: law.Scored
    scheme: law.Scheme
    names: dict[int, str]
    may_write: bool
    may_approve: bool
    may_fill: bool
    may_review: bool

    @property
    def known(self) -> Decimal:
        """The points that are sure so far."""
        points = [self.scored.execution, *(one.result.score for goal in self.goals for one in goal.lines)]
        return sum((each for each in points if each is not None), Decimal(0))


def years(*, actor: Actor) -> list[int]:
    """The years that have goals, latest first.

    :raises Forbidden: goals are not for this person.
    """
    access.require_look(actor)
    return sorted(Plan.objects.values_list("year", flat=True).distinct(), reverse=True)


def plans(*, actor: Actor, year: int, q: str = "") -> list[Line]:
    """The plans of a year: the whole unit first.

    :raises Forbidden: goals are not for this person.
    """
    access.require_look(actor)
    rows = Plan.objects.filter(year=year).select_related("evaluation").order_by("-kind", "pk")
    if q:
        rows = rows.filter(name__icontains=q)
    return [_line(row) for row in rows]


def plan(*, actor: Actor, number: int) -> Sheet:
    """:raises Missing: there is none. :raises Forbidden: goals are not for this person."""
    row = access.plan_door(actor, number)
    goals, evaluation = goals_of(row), Evaluation.objects.filter(plan=row).first()
    actuals = actuals_of(evaluation)
    told = scored(row, goals, evaluation, actuals)
    state = evaluation.state if evaluation is not None else row.state
    who = [row.drawn_by, row.approved_by]
    who += [evaluation.handed_by, evaluation.reviewed_by] if evaluation is not None else []
    may_write = access.may_write(actor)
    is_filling = evaluation is None or evaluation.state in ("open", "returned")
    return Sheet(
        row=row,
        kind_label=KINDS[row.kind],
        state=state,
        state_label=STATES[state],
        goals=[
            GoalView(
                goal, [_view(one, actuals.get(one.pk), result) for one, result in zip(lines, results, strict=True)]
            )
            for (goal, lines), results in zip(goals, told.results, strict=True)
        ],
        evaluation=evaluation,
        scored=told,
        scheme=law.SCHEMES[row.scheme],
        names=people.names(who),
        may_write=may_write,
        may_approve=access.may_approve(actor, row),
        may_fill=may_write and row.state == "approved" and is_filling,
        may_review=evaluation is not None and access.may_review(actor, evaluation),
    )


def _view(row: Indicator, actual: Actual | None, result: law.Result) -> IndicatorView:
    needs_word = actual is not None and (result.is_judged or result.score is None)
    return IndicatorView(row, _measure(row.measure), actual, result, needs_word)


def _measure(name: str) -> Measure | None:
    try:
        return measure(name) if name else None
    except Missing:
        return None


def _line(row: Plan) -> Line:
    evaluation: Evaluation | None = getattr(row, "evaluation", None)
    state = evaluation.state if evaluation is not None else row.state
    return Line(row, KINDS[row.kind], state, STATES[state], evaluation.score if evaluation is not None else None)


__all__: Sequence[str] = (
    "KINDS",
    "SCHEMES",
    "STATES",
    "GoalView",
    "IndicatorView",
    "Line",
    "Sheet",
    "plan",
    "plans",
    "years",
)
