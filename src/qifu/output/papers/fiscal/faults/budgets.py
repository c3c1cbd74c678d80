"""Faults of department budgets: tables, applications of projects, targets."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Claim, Form, Indicator
from qifu.engines.statements.money import amount

from .figures import WAYS, Kinds, Planter, Way, hospitality, last_year, other, shifted, sums, transposed
from .forms import Change, form, indicator
from .passages import figure, figures, says, swap

SUMS = ("BUD-01", "BUD-02", "BUD-03", "BUD-04", "BUD-05", "BUD-06", "BUD-08", "BUD-09", "BUD-10")
_STATED = {
    "overall": r"收支总预算$|收入$",
    "income": r"预算收入$|^收入(总)?预算$|拨款收入$",
    "expenditure": r"支出预算$|^基本支出$|^项目支出$",
    "fiscal": r"财政拨款收支总预算$",
    "general": r"^一般公共预算支出|^基本支出$|^项目支出$",
    "basic": r"^一般公共预算基本支出$|^人员经费$|^公用经费$",
}


def _stated(claim: Claim) -> bool:
    """A figure that one of the tables holds, of the year of the document."""
    pattern = _STATED.get(claim.topic, "")
    if claim.topic == "general" and claim.subject.startswith("一般公共预算支出") and not claim.period:
        return False  # 本年预算, which no table holds alone
    return bool(pattern) and claim.measure in ("amount", "budget") and bool(re.search(pattern, claim.subject))


def _without(name: str) -> Planter:
    def planter(model: Model, rng: random.Random) -> Model | None:
        if name not in model.tables:
            return None
        return replace(model, tables={each: table for each, table in model.tables.items() if each != name})

    return planter


# ---- the form of the whole unit --------------------------------------------------------------------------------------


def _fund(rows: tuple[str, ...], columns: tuple[int, ...], way: Way) -> Planter:
    """One figure of the money of the whole unit."""

    def change(each: Form, rng: random.Random) -> Form | None:
        lines = [line.split("\t") for line in each.details.get("funds", "").split("\n")]
        cells = [
            (i, column + 1)
            for i, line in enumerate(lines)
            for column in columns
            if line[0] in rows and len(line) > column + 1 and amount(line[column + 1])
        ]
        rng.shuffle(cells)
        for i, column in cells:
            value = way(amount(lines[i][column]) or Decimal(0), rng)
            if value is not None:
                lines[i][column] = f"{value:f}"
                return replace(each, details={**each.details, "funds": "\n".join("\t".join(line) for line in lines)})
        return None

    return form(change, "unit")


_TOTALS = ("收入合计", "支出合计")
_SPENT = ("基本支出", "项目支出")

# ---- applications ----------------------------------------------------------------------------------------------------


def _detail(*names: str, way: Way) -> Planter:
    """A figure of an application; several names hold the same one."""

    def change(each: Form, rng: random.Random) -> Form | None:
        if "current" not in each.details or not all(name in each.details for name in names):
            return None
        value = way(Decimal(each.details[names[0]]), rng)
        if value is None or abs(value - Decimal(each.details["current"])) < 200:
            return None
        return replace(each, details={**each.details, **dict.fromkeys(names, f"{value:.2f}")})

    return form(change, "project")


def _whole_application(way: Way) -> Planter:
    """An application that agrees with itself and with no project of the table."""

    def change(each: Form, rng: random.Random) -> Form | None:
        names = [name for name in ("current", "sources", "estimate") if name in each.details]
        if "current" not in names:
            return None
        value = way(Decimal(each.details["current"]), rng)
        if value is None or abs(value - Decimal(each.details["current"])) < 200:
            return None
        return replace(each, details={**each.details, **dict.fromkeys(names, f"{value:.2f}")})

    return form(change, "project")


def _set(details: Callable[[Form], dict[str, str] | None], kind: str = "project") -> Planter:
    """Some details of a form set otherwise."""

    def change(each: Form, rng: random.Random) -> Form | None:
        found = details(each)
        return None if found is None else replace(each, details={**each.details, **found})

    return form(change, kind)


def _one_year(each: Form) -> dict[str, str] | None:
    """Begins and ends in one year, and is called standing."""
    year = each.details.get("start")
    return {"end": year} if year and "常年" in each.details.get("frequency", "") else None


def _ends_as_begun(each: Form) -> dict[str, str] | None:
    year = each.details.get("end")
    return {"start": year} if year and "常年" in each.details.get("frequency", "") else None


def _called_standing(each: Form) -> dict[str, str] | None:
    year = each.details.get("start") or each.details.get("end")
    return {"frequency": "常年性项目", "start": year, "end": year} if year and "frequency" in each.details else None


def _plan(text: Callable[[str, str], tuple[str, str]]) -> Planter:
    def details(each: Form) -> dict[str, str] | None:
        summary, plan = each.details.get("summary", ""), each.details.get("plan", "")
        if not summary and not plan:
            return None
        one, two = text(summary or plan, plan or summary)
        return {"summary": one, "plan": two}

    return _set(details)


def _first_level(change: Callable[[int], int]) -> Planter:
    return swap(r"(\d{1,2})个一级项目", lambda m: f"{max(0, change(int(m[1])))}个一级项目")


def _other_level(model: Model, rng: random.Random) -> Model | None:
    """A project put under another first-level project, so that there are more of them or fewer."""
    levels = [each.details["level"] for each in model.forms if each.kind == "project" and each.details.get("level")]
    spread = sorted({each for each in levels if levels.count(each) > 1 or len(set(levels)) > 1})
    if not spread:
        return None
    level = rng.choice(spread)
    new = "另一类专项" if levels.count(level) > 1 else next(each for each in levels if each != level)

    def change(each: Form, r: random.Random) -> Form | None:
        is_of_level = each.details.get("level") == level
        return replace(each, details={**each.details, "level": new}) if is_of_level else None

    return form(change, "project")(model, rng)


# ---- targets ---------------------------------------------------------------------------------------------------------


def _shared(model: Model) -> set[str]:
    """The names of indicators that stand in the form of the whole unit and in one of a project."""
    whole = {one.name for each in model.forms if each.kind == "unit" for one in each.indicators}
    return whole & {one.name for each in model.forms if each.kind == "project" for one in each.indicators}


def _target(kind: str, text: Callable[[str], str]) -> Planter:
    """The number of a target that another form states too."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        names = _shared(model)

        def fits(one: Indicator) -> bool:
            return one.name in names and bool(re.search(r"\d", one.target))

        def changed(one: Indicator, r: random.Random) -> Indicator:
            return replace(one, target=re.sub(r"\d+(?:\.\d+)?", lambda m: text(m[0]), one.target, count=1))

        return indicator(fits, changed, kind)(model, rng)

    return planter


def _whole_target(model: Model, rng: random.Random) -> Model | None:
    """The target of the whole unit, wherever its form states it."""
    names = sorted(_shared(model))
    name = rng.choice(names) if names else ""

    def raised(one: Indicator) -> Indicator:
        if one.name != name:
            return one
        return replace(one, target=re.sub(r"\d+(?:\.\d+)?", lambda m: f"{Decimal(m[0]) + 7:f}", one.target, count=1))

    def change(each: Form, r: random.Random) -> Form:
        goals = (replace(goal, indicators=tuple(raised(one) for one in goal.indicators)) for goal in each.goals)
        return replace(each, goals=tuple(goals))

    return form(change, "unit")(model, rng)


def _goal_number(unit: str) -> Planter:
    """A number in a goal that no indicator takes up."""

    def change(each: Form, rng: random.Random) -> Form | None:
        places = [i for i, goal in enumerate(each.goals) if goal.indicators]
        taken = "".join(one.target for one in each.indicators)
        number = next(n for n in (rng.randint(101, 9999) for _ in range(100)) if str(n) not in taken)
        if not places:
            return None
        i = rng.choice(places)
        said = f"达到97.{number % 90 + 10}%" if unit == "%" else f"服务{number}{unit}"
        goal = replace(each.goals[i], text=f"{each.goals[i].text.rstrip('。')}，{said}。")
        return replace(each, goals=(*each.goals[:i], goal, *each.goals[i + 1 :]))

    return form(change)


def _contact(kind: str) -> Change:
    return lambda each, rng: replace(each, details={**each.details, "has_contact": "1"}) if each.kind == kind else None


PLANTERS: dict[str, Kinds] = {
    **{code: sums(code) for code in SUMS},
    "BUD-07": hospitality("B07", "budget"),
    "BUD-11": {
        **{f"total: {name}": _fund(_TOTALS, (0, 2, 3), way) for name, way in WAYS.items()},
        "expenditure of the year": _fund(_SPENT, (0,), transposed),
        "years before": _fund(_SPENT, (2, 3), shifted),
        "share": _fund(_SPENT, (1,), other),
    },
    "BUD-12": {
        "sources": _detail("sources", way=transposed),
        "estimate": _detail("estimate", way=shifted),
        "budget": _detail("current", way=last_year),
        "no project of the table": _whole_application(transposed),
    },
    "NAR-21": {
        **figures(_stated),
        "other income": figure(says("overall", "amount", subject="^其他收入$"), transposed),
        "total of the general budget": figure(lambda c: _stated(c) and c.subject == "一般公共预算支出", last_year),
    },
    "REQ-15": {"三公": _without("B07"), "fund": _without("B08"), "projects": _without("B10")},
    "CNT-04": {
        "one more": _first_level(lambda n: n + 1),
        "twice as many": _first_level(lambda n: n * 2),
        "one project of another kind": _other_level,
    },
    "TGT-02": {
        "digit more in a project": _target("project", lambda text: text + "0"),
        "half of it in a project": _target("project", lambda text: f"{Decimal(text) / 2:f}"),
        "some more in the whole unit": _whole_target,
    },
    "TGT-03": {"firms": _goal_number("家"), "visits": _goal_number("次"), "percentage": _goal_number("%")},
    "TGT-08": {
        "plan copied": _plan(lambda summary, plan: (summary, summary)),
        "summary copied": _plan(lambda summary, plan: (plan, plan)),
        "copied with spaces": _plan(lambda summary, plan: (summary, " ".join(summary))),
    },
    "FRM-14": {
        "ends as it begins": _set(_one_year),
        "begins as it ends": _set(_ends_as_begun),
        "called standing": _set(_called_standing),
    },
    "PRI-02": {
        "whole unit": form(_contact("unit")),
        "project": form(_contact("project")),
        "any form": form(lambda each, rng: replace(each, details={**each.details, "has_contact": "是"})),
    },
}
