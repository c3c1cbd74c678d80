"""Faults of performance forms: rates, scores, points, money, indicators, reasons."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from math import ceil

from qifu.engines.statements import Model
from qifu.engines.statements.model import Document, Form, Goal, Indicator
from qifu.engines.statements.money import CENT, HUNDRED

from .figures import WAYS, Kinds, Planter, Way, lost, other, shifted, transposed

Change = Callable[[Form, random.Random], Form | None]


def form(change: Change, kind: str = "") -> Planter:
    """Change one form that can be changed so."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        places = [i for i, each in enumerate(model.forms) if not kind or each.kind == kind]
        rng.shuffle(places)
        for i in places:
            changed = change(model.forms[i], rng)
            if changed is not None and changed != model.forms[i]:
                return replace(model, forms=(*model.forms[:i], changed, *model.forms[i + 1 :]))
        return None

    return planter


def indicator(
    choose: Callable[[Indicator], bool],
    change: Callable[[Indicator, random.Random], Indicator],
    kind: str = "",
    where: Callable[[Form], bool] = lambda each: True,
) -> Planter:
    """Change one indicator of one form."""

    def changed(each: Form, rng: random.Random) -> Form | None:
        places = [(g, i) for g, goal in enumerate(each.goals) for i, one in enumerate(goal.indicators) if choose(one)]
        if not places or not where(each):
            return None
        g, i = rng.choice(places)
        goal = each.goals[g]
        one = change(goal.indicators[i], rng)
        changed = replace(goal, indicators=(*goal.indicators[:i], one, *goal.indicators[i + 1 :]))
        return replace(each, goals=(*each.goals[:g], changed, *each.goals[g + 1 :]))

    return form(changed, kind)


def rate_of(each: Form) -> Decimal | None:
    """The printed rate in per cent."""
    return Decimal(each.rate.rstrip("%")) if each.rate else None


def _unexplained(each: Form) -> bool:
    return not each.reasons


# ---- rates and scores ------------------------------------------------------------------------------------------------


def _rate(way: Way) -> Planter:
    def change(each: Form, rng: random.Random) -> Form | None:
        rate = rate_of(each)
        value = way(rate, rng) if rate else None
        return replace(each, rate=f"{value:f}%") if value is not None else None

    return form(change)


def _inverse(each: Form, rng: random.Random) -> Form | None:
    if not each.budget or not each.executed or each.budget == each.executed:
        return None
    return replace(each, rate=f"{(each.budget / each.executed * HUNDRED).quantize(CENT):f}%")


def _score(value: Callable[[Form, random.Random], Decimal | None]) -> Planter:
    def change(each: Form, rng: random.Random) -> Form | None:
        found = value(each, rng) if each.score is not None else None
        far = found is not None and abs(found - (each.score or 0)) > Decimal("0.02")
        return replace(each, score=found) if far else None

    return form(change)


def _total(value: Callable[[Form, random.Random], Decimal | None]) -> Planter:
    def change(each: Form, rng: random.Random) -> Form | None:
        found = value(each, rng) if each.total_score is not None and each.score is not None else None
        far = found is not None and abs(found - (each.total_score or 0)) > Decimal("0.02")
        return replace(each, total_score=found) if far else None

    return form(change)


def _goal(change: Callable[[Goal, random.Random], Goal | None]) -> Planter:
    """Change the points of one goal of a scored form."""

    def changed(each: Form, rng: random.Random) -> Form | None:
        if not each.goals or not each.goals[0].points or each.full is None:
            return None
        place = rng.randrange(len(each.goals))
        goal = change(each.goals[place], rng)
        return replace(each, goals=(*each.goals[:place], goal, *each.goals[place + 1 :])) if goal else None

    return form(changed)


def _with_score(goal: Goal, place: int, score: int) -> Goal:
    one = replace(goal.indicators[place], score=str(score))
    return replace(goal, indicators=(*goal.indicators[:place], one, *goal.indicators[place + 1 :]))


def _more_score(goal: Goal, rng: random.Random) -> Goal:
    place = rng.randrange(len(goal.indicators))
    return _with_score(goal, place, int(goal.indicators[place].score) + rng.randint(1, 5))


def _less_score(goal: Goal, rng: random.Random) -> Goal | None:
    places = [i for i, each in enumerate(goal.indicators) if int(each.score) > 1]
    place = rng.choice(places) if places else None
    return None if place is None else _with_score(goal, place, int(goal.indicators[place].score) - 1)


def _whole_score(goal: Goal, rng: random.Random) -> Goal | None:
    """The points of the goal stand where those of one indicator belong."""
    place = rng.randrange(len(goal.indicators))
    return _with_score(goal, place, int(goal.points)) if len(goal.indicators) > 1 else None


# ---- money -----------------------------------------------------------------------------------------------------------


def _executed(way: Way, kind: str) -> Planter:
    def change(each: Form, rng: random.Random) -> Form | None:
        value = way(each.executed, rng) if each.executed else None
        return replace(each, executed=value) if value is not None else None

    return form(change, kind)


def _parts_exchanged(each: Form, rng: random.Random) -> Form | None:
    if not each.basic or not each.project or abs(each.basic - each.project) < 1:
        return None
    return replace(each, basic=each.project, project=each.basic)


def _budget_for_executed(each: Form, rng: random.Random) -> Form | None:
    far = each.budget and each.executed and abs(each.budget - each.executed) > 1
    return replace(each, executed=each.budget) if far else None


# ---- indicators ------------------------------------------------------------------------------------------------------


def _restated(name: str, actual: Callable[[Decimal, random.Random], str | None], *, scored: bool) -> Planter:
    """An indicator that restates the rate of execution."""

    def change(each: Form, rng: random.Random) -> Form | None:
        rate = rate_of(each)
        text = actual(rate, rng) if rate is not None and (not scored or each.full is not None) else None
        if text is None:
            return None
        planted = indicator(
            lambda one: "%" in one.actual, lambda one, r: replace(one, name=name, target="≥95%", actual=text)
        )(Model(_NOBODY, forms=(each,)), rng)
        return planted.forms[0] if planted else None

    return form(change, "" if scored else "project")


def _rate_text(way: Way) -> Callable[[Decimal, random.Random], str | None]:
    def text(rate: Decimal, rng: random.Random) -> str | None:
        value = way(rate, rng)
        return f"{value:f}%" if value is not None and abs(value - rate) > 1 else None

    return text


def _missed(one: Indicator, rng: random.Random) -> Indicator:
    number = re.search(r"\d+", one.target)
    low = max(1, int(number[0]) // 2) if number else 1
    return replace(one, actual=re.sub(r"\d+", str(low), one.actual, count=1))


def _beyond(count: Callable[[int], int]) -> Planter:
    return indicator(
        lambda one: "≥" in one.target and "次" in one.target,
        lambda one, rng: replace(one, actual=f"{count(int(one.target[1:-1]))}次"),
        where=_unexplained,
    )


def _target(text: Callable[[Indicator], str]) -> Planter:
    return indicator(lambda one: True, lambda one, rng: replace(one, target=text(one)))


def _actual(text: Callable[[Indicator], str], kind: str = "") -> Planter:
    return indicator(
        lambda one: "≥" in one.target and "%" in one.target, lambda one, rng: replace(one, actual=text(one)), kind
    )


def _level(level2: str, level1: str) -> Planter:
    return indicator(lambda one: level2 in one.level2, lambda one, rng: replace(one, level1=level1))


def _low(text: str) -> Change:
    """No reason for a low rate."""

    def change(each: Form, rng: random.Random) -> Form | None:
        rate = rate_of(each)
        return replace(each, reasons=text) if rate is not None and rate < 90 else None

    return change


def _unpaid(value: Callable[[Form, random.Random], Decimal | None]) -> Planter:
    """A reason that names an unpaid sum other than the gap."""

    def change(each: Form, rng: random.Random) -> Form | None:
        if not each.reasons or not each.budget or not each.executed:
            return None
        named, gap = value(each, rng), each.budget - each.executed
        if named is None or abs(named - gap) < Decimal("0.05"):
            return None
        return replace(each, reasons=f"合同尾款未到期，未支付{named:f}万元。")

    return form(change)


def _gap(way: Way) -> Planter:
    return _unpaid(lambda each, rng: way((each.budget or Decimal(0)) - (each.executed or Decimal(0)), rng))


def _title(change: Callable[[str, str], str]) -> Planter:
    """A form titled unlike the others."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        if sum(each.kind == "project" for each in model.forms) < 2:
            return None
        year = f"{model.document.year}年度"
        return form(
            lambda each, r: replace(each, title=change(each.title, year)) if each.title.startswith(year) else None,
            "project",
        )(model, rng)

    return planter


_NOBODY = Document()

PLANTERS: dict[str, Kinds] = {
    "FRM-01": {
        "digits transposed": _rate(transposed),
        "decimal point shifted": _rate(shifted),
        "another digit": _rate(other),
        "budget over execution": form(_inverse),
        "left blank": form(lambda each, rng: replace(each, rate="") if each.budget and each.executed else None),
    },
    "FRM-02": {
        "the rate for the score": _score(lambda each, rng: rate_of(each)),
        "full points beside a low rate": _score(
            lambda each, rng: each.full if each.full and each.full - (each.score or 0) > 1 else None
        ),
        "digits transposed": _score(lambda each, rng: transposed(each.score or Decimal(0), rng)),
        "decimal point shifted": _score(lambda each, rng: shifted(each.score or Decimal(0), rng)),
    },
    "FRM-03": {
        "points of execution": form(
            lambda each, rng: None if each.full is None else replace(each, full=each.full + rng.choice((-10, 10)))
        ),
        "points of a goal": _goal(lambda goal, rng: replace(goal, points=str(int(goal.points) + 5))),
        "points of the formula": form(
            lambda each, rng: (
                None
                if "score_full" not in each.details
                else replace(each, details={**each.details, "score_full": "10"})
            )
        ),
    },
    "FRM-04": {
        "score above the points": _goal(_more_score),
        "score short though all is reached": _goal(_less_score),
        "points of the goal for one indicator": _goal(_whole_score),
    },
    "FRM-05": {
        "execution not counted": _total(
            lambda each, rng: (each.total_score or Decimal(0)) - (each.score or Decimal(0))
        ),
        "one hundred": _total(lambda each, rng: HUNDRED),
        "digits transposed": _total(lambda each, rng: transposed(each.total_score or Decimal(0), rng)),
        "some points more": _total(lambda each, rng: (each.total_score or Decimal(0)) + rng.choice((-2, 1, 3))),
    },
    "FRM-06": {
        **{f"whole unit: {name}": _executed(way, "unit") for name, way in WAYS.items()},
        "basic and project exchanged": form(_parts_exchanged, "unit"),
        "budget for execution": form(_budget_for_executed, "unit"),
        "one project": _executed(lost, "project"),
    },
    "FRM-07": {
        "range of the target": _restated(
            "预算执行率", lambda rate, rng: "97%-100%" if rate < 96 or rate > 101 else None, scored=False
        ),
        "a hundred": _restated("资金使用率", lambda rate, rng: "100%" if rate < 99 else None, scored=False),
        "digits transposed": _restated("预算执行控制率", _rate_text(transposed), scored=False),
        "another digit": _restated("预算完成率", _rate_text(other), scored=False),
    },
    "FRM-09": {
        "actual value": _actual(lambda one: "86.1%" if one.actual != "86.1%" else "87%", "unit"),
        "lost format": _actual(lambda one: "1", "unit"),
        "target": indicator(
            lambda one: "≥" in one.target and "%" in one.target, lambda one, rng: replace(one, target="≥60%"), "unit"
        ),
    },
    "FRM-10": {
        "时效 under 效益": _level("时效", "效益指标"),
        "社会效益 under 产出": _level("社会效益", "产出指标"),
        "质量 under 满意度": _level("质量", "满意度指标"),
        "满意度 under 产出": _level("满意度", "产出指标"),
    },
    "FRM-11": {
        "reason left blank": form(_low("")),
        "said to be without deviation": form(_low("无偏差")),
        "a stroke for a reason": form(_low("/")),
        "target missed": indicator(
            lambda one: bool(re.match(r"≥\d{2,}(次|条)", one.target)), _missed, where=_unexplained
        ),
    },
    "FRM-12": {
        "target copied": _actual(lambda one: one.target),
        "about": _actual(lambda one: "近90%"),
        "range": _actual(lambda one: "97%-100%"),
        "words": _actual(lambda one: "已完成"),
    },
    "FRM-13": {
        "twice": _beyond(lambda target: target * 2),
        "a digit more": _beyond(lambda target: target * 10),
        "a third more": _beyond(lambda target: ceil(target * 1.34)),
    },
    "FRM-15": {
        "as the case may be": _target(lambda one: "根据实际情况"),
        "name of the indicator": _target(lambda one: one.name),
        "left blank": _target(lambda one: ""),
        "a stroke": _target(lambda one: "/"),
    },
    "FRM-16": {
        name: _restated(name, lambda rate, rng: f"{rate:f}%", scored=True)
        for name in ("预算执行率", "预算执行控制率", "资金执行率")
    },
    "NAR-07": {
        "digits transposed": _gap(transposed),
        "decimal point shifted": _gap(shifted),
        "the whole budget": _unpaid(lambda each, rng: each.budget),
    },
    "LBL-04": {
        "without its year": _title(lambda title, year: title.removeprefix(year)),
        "year at the end": _title(lambda title, year: f"{title.removeprefix(year)}（{year}）"),
        "year in the middle": _title(lambda title, year: title.removeprefix(year).replace("项目", f"项目{year}", 1)),
    },
}
