"""Faults of names that must be printed alike, of lists that must be whole, of quantities and of targets."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from qifu.engines.statements import Model
from qifu.engines.statements.model import Entry, Form, Goal, Indicator, Statement
from qifu.engines.statements.words import unnumbered

from .figures import Kinds, Planter
from .passages import edited, inserts, places, retold, swap

# ---- names -----------------------------------------------------------------------------------------------------------


def _title(change: Callable[[str, int], str]) -> Planter:
    """The title of one statement worded otherwise."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        name = rng.choice(sorted(model.tables))
        table = model.tables[name]
        title = change(table.title, model.document.year or 0)
        return None if title == table.title else _with(model, replace(table, title=title))

    return planter


def _with(model: Model, table: Statement) -> Model:
    return replace(model, tables={**model.tables, table.id: table})


def _line(change: Callable[[str], str]) -> Planter:
    """The name of one line of a two-sided statement written wrongly."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables.get(rng.choice(("T01", "T04", "B01")))
        table = table or model.tables.get("T01") or model.tables.get("B01")
        if table is None:
            return None
        side = rng.choice(("income", "expenditure"))
        entries: tuple[Entry, ...] = getattr(table, side)
        found = [i for i, e in enumerate(entries) if "、" in e.name and len(unnumbered(e.name)) >= 6]
        i = rng.choice(found)
        head, _, name = entries[i].name.partition("、")
        line = replace(entries[i], name=f"{head}、{change(name)}")
        lines = (*entries[:i], line, *entries[i + 1 :])
        changed = replace(table, income=lines) if side == "income" else replace(table, expenditure=lines)
        return _with(model, changed)

    return planter


def _heading(pattern: str, words: str) -> Planter:
    return swap(pattern, words, kind="heading")


_BUDGET = r"年初预算为([\d.]+万元，支出决算为[\d.]+万元，完成)年初预算"

# ---- lists -----------------------------------------------------------------------------------------------------------


def _fund(saying: str) -> Planter:
    return swap(r"^.*无政府性基金.*$", saying, topic="fund")


def _bare(which: Callable[[list[int], random.Random], list[int]]) -> Planter:
    """What was done taken from under the title of a key work."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        heads = [i for i, p in enumerate(model.text) if p.part == "works" and p.kind == "heading" and p.section]
        gone = {model.text[i].section for i in which(heads, rng)} if len(heads) > 1 else set()
        kept = [p for p in model.text if p.part != "works" or p.kind == "heading" or p.section not in gone]
        return retold(model, kept) if len(kept) < len(model.text) else None

    return planter


# ---- quantities ------------------------------------------------------------------------------------------------------


def _twice(one: str, other: str) -> Planter:
    """One figure said of two periods."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = places(model, "works", "")
        if not found:
            return None
        year, number = model.document.year, rng.randint(100, 900)
        said = "".join(each.format(year=year, number=number) for each in (one, other))
        return edited(model, found[0], f"{model.text[found[0]].text.rstrip('。')}。{said}")

    return planter


# ---- targets ---------------------------------------------------------------------------------------------------------


def _history(change: Callable[[tuple[Indicator, ...]], tuple[Indicator, ...]], kind: str) -> Planter:
    """The values of the years before left out of the first goal that has them."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        for i, form in enumerate(model.forms):
            for j, goal in enumerate(form.goals):
                if form.kind != kind or sum(any(one.past) for one in goal.indicators) < 2:
                    continue
                changed = change(goal.indicators)
                if changed != goal.indicators:
                    return _goal(model, i, j, replace(goal, indicators=changed))
        return None

    return planter


def _goal(model: Model, i: int, j: int, goal: Goal) -> Model:
    form = model.forms[i]
    form = replace(form, goals=(*form.goals[:j], goal, *form.goals[j + 1 :]))
    return replace(model, forms=(*model.forms[:i], form, *model.forms[i + 1 :]))


def _empty(kind: str, at: int) -> Planter:
    """A goal whose indicators were left out."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [i for i, form in enumerate(model.forms) if form.kind == kind and len(form.goals) > 1]
        if not found:
            return None
        i = rng.choice(found)
        j = at % len(model.forms[i].goals)
        return _goal(model, i, j, replace(model.forms[i].goals[j], indicators=()))

    return planter


def _forgotten(found: tuple[Indicator, ...], at: int = 0) -> tuple[Indicator, ...]:
    held = [i for i, one in enumerate(found) if "历史标准" in one.basis and any(one.past)]
    gone = held[at] if held else -1
    return tuple(replace(one, past=()) if i == gone else one for i, one in enumerate(found))


def _renamed(found: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    return (*found[:-1], replace(found[-1], past=(), basis="历史标准"))


def _estimated(price: int, count: int, said: int) -> Planter:
    """A line of an estimate that was worked out wrongly."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [i for i, form in enumerate(model.forms) if form.kind == "project" and "estimate" in form.details]
        if not found:
            return None
        i = rng.choice(found)
        form: Form = model.forms[i]
        line = f"委托业务费\t{price}.00\t{count}\t{said}.00"
        form = replace(form, details={**form.details, "tasks": line})
        return replace(model, forms=(*model.forms[:i], form, *model.forms[i + 1 :]))

    return planter


PLANTERS: dict[str, Kinds] = {
    "LBL-02": {
        "year left out": _title(lambda title, year: re.sub(r"20\d\d年度?", "", title)),
        "度 left out": _title(lambda title, year: title.replace("年度", "年")),
        "year put in or left out": _title(
            lambda title, year: re.sub(r"20\d\d年度?", "", title) if "年" in title else f"{year}年度{title}"
        ),
    },
    "LBL-05": {
        "rate of the budget after changes": swap(_BUDGET, r"年初预算为\1调整后预算"),
        "rate of the budget of the year": swap(_BUDGET, r"年初预算为\1全年预算"),
        "budget after changes": swap(_BUDGET, r"调整后预算为\1年初预算"),
    },
    "LBL-07": {
        "财政拨款 left out": _heading(r"一般公共预算财政拨款(?=基本支出)", "一般公共预算"),
        "决算 left out": _heading(r"^(四、.*)决算", r"\1"),
        "支出 left out": _heading(r"政府采购支出", "政府采购"),
    },
    "VOC-03": {
        "character mistaken": _line(lambda name: f"{name[:2]}付{name[3:]}"),
        "characters turned": _line(lambda name: f"{name[:1]}{name[2]}{name[1]}{name[3:]}"),
        "character doubled": _line(lambda name: f"{name[:2]}{name[1:]}"),
    },
    "REQ-01": {
        "one income of nothing": swap(r"(占本年收入[\d.]+%)。?$", r"\1；上级补助收入0.00万元，占本年收入0.00%。"),
        "two incomes of nothing": swap(
            r"(占本年收入[\d.]+%)。?$", r"\1；事业收入0万元，占本年收入0%；经营收入0万元，占本年收入0%。"
        ),
        "one expenditure of nothing": swap(r"(占本年支出[\d.]+%)。?$", r"\1；经营支出0.00万元，占本年支出0.00%。"),
    },
    "REQ-07": {
        "income alone": _fund("本部门当年无政府性基金预算财政拨款收入。"),
        "expenditure alone": _fund("本部门没有使用政府性基金预算财政拨款安排的支出。"),
        "what is carried over alone": _fund("本部门无政府性基金预算财政拨款结转和结余。"),
    },
    "REQ-10": {
        "first": _bare(lambda heads, rng: heads[:1]),
        "last": _bare(lambda heads, rng: heads[-1:]),
        "any": _bare(lambda heads, rng: [rng.choice(heads)]),
    },
    "NAR-08": inserts(
        "works",
        {
            "digits transposed": "。慰问困难职工56人，每人500元，共计2.08万元",
            "point shifted": "。举办培训12场，每场3000元，共支出36万元",
            "number of last year": "。走访商户120户，200元/户，共计发放20000元",
        },
    ),
    "NN-03": {
        "of the year": _twice("截至{year}年共收集企业诉求{number}条。", "{year}年共收集企业诉求{number}条。"),
        "whole year": _twice("截至{year}年底累计走访重点企业{number}家。", "全年走访重点企业{number}家。"),
        "year before end": _twice("{year}年度办理企业事项{number}件。", "截至{year}年末已办理企业事项{number}件。"),
    },
    "TGT-01": {
        "first goal of a project": _empty("project", 0),
        "last goal of a project": _empty("project", -1),
        "last goal of the whole unit": _empty("unit", -1),
    },
    "TGT-05": {
        "left out in a project": _history(_forgotten, "project"),
        "left out in the whole unit": _history(_forgotten, "unit"),
        "another standard named": _history(_renamed, "project"),
    },
    "TGT-06": {
        "digits transposed": _estimated(3000, 12, 63000),
        "point shifted": _estimated(450, 20, 90000),
        "number of another line": _estimated(1200, 8, 12000),
    },
}
