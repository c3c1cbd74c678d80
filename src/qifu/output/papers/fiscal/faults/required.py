"""Faults of the explanations: counts, budgets copied from accounts, what is left unsaid."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Paragraph
from qifu.engines.statements.money import CENT

from .figures import Kinds, Planter
from .passages import (
    before,
    drop,
    drop_one,
    edited,
    erase,
    in_sections,
    inserts,
    places,
    retold,
    swap,
)

_COMPARED = ("overall", "income", "expenditure", "general")


def _fewer_forms(model: Model, rng: random.Random) -> Model | None:
    found = [i for i, form in enumerate(model.forms) if form.kind == "project"]
    gone = rng.choice(found) if len(found) > 1 else None
    return (
        None if gone is None else replace(model, forms=tuple(form for i, form in enumerate(model.forms) if i != gone))
    )


def _one_more(pattern: str) -> Planter:
    return swap(pattern, lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", topic="performance")


def _fewer_tables(model: Model, rng: random.Random) -> Model | None:
    gone = rng.choice(("T07", "T08", "T09"))
    return replace(model, tables={name: table for name, table in model.tables.items() if name != gone})


_REASON = r"决算数(大于|小于)年初预算数的主要原因是[^。]*。"


def _far_item(reason: str) -> Planter:
    """Another reason, or none, beside an item that is 5 % and more off its budget."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [
            c.paragraph
            for c in model.claims
            if c.topic == "general" and c.measure == "completion" and c.item and abs(c.value - 100) > 6
        ]
        if not found:
            return None
        i = rng.choice(found)
        return edited(model, i, re.sub(_REASON, reason, model.text[i].text))

    return planter


def _other_budget(model: Model, rng: random.Random) -> Model | None:
    """The budget of an item moved away from what was spent, without a reason."""
    found = [
        c for c in model.claims if c.topic == "general" and c.measure == "completion" and c.item and c.value == 100
    ]
    if not found:
        return None
    claim = rng.choice(found)
    budget = before(model, claim, "initial")
    if budget is None or budget.value < 1:
        return None
    text = model.text[claim.paragraph].text.replace("完成年初预算的100.00%", "完成年初预算的80.00%")
    said = f"年初预算为{(budget.value * Decimal('1.25')).quantize(CENT):f}万元"
    return edited(model, claim.paragraph, re.sub(r"年初预算为[\d.]+万元", said, text, count=1))


_PAIR = r"年初预算为([\d.]+)万元，支出决算为([\d.]+)万元"


def _copied(kept: int, *, budget: bool = True) -> Planter:
    """The budgets of nearly all items copied from what was spent, or what was spent from them."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        items = places(model, "explanations", "general", rf"^\d+\..*（项）。{_PAIR}")
        if len(items) < max(5, 5 * kept):
            return None
        own = set(rng.sample(items, kept))

        def said(found: re.Match[str], place: int) -> str:
            spent = found[2] if budget else found[1]
            first = f"{Decimal(spent) * 2:f}" if place in own else spent
            return f"年初预算为{first}万元，支出决算为{spent}万元"

        return retold(
            model,
            [
                replace(p, text=re.sub(_PAIR, lambda m, i=i: said(m, i), p.text)) if i in items else p  # type: ignore[misc]
                for i, p in enumerate(model.text)
            ],
        )

    return planter


def _part(name: str) -> Callable[[Paragraph], bool]:
    return lambda p: p.part == name


def _section(name: str) -> Callable[[Paragraph], bool]:
    return lambda p: p.part == "explanations" and p.section == name


def _item(p: Paragraph) -> bool:
    return p.part == "explanations" and p.section == "五(三)" and bool(re.match(r"\d+\.", p.text))


def _about(*words: str) -> Callable[[Paragraph], bool]:
    return lambda p: p.part == "explanations" and p.topic == "performance" and any(word in p.text for word in words)


def _first_item(model: Model, rng: random.Random) -> Model | None:
    found = [i for i, p in enumerate(model.text) if _item(p)]
    return retold(model, [p for i, p in enumerate(model.text) if i != found[0]]) if found else None


_DONE = r"，完成年初预算的[\d.]+%"
_SMALLER = r"授予中小企业[^。]*。"
PLANTERS: dict[str, Kinds] = {
    "CNT-01": {
        "form left out": _fewer_forms,
        "number of projects": _one_more(r"(涉及项目)(\d+)(个)"),
        "number of first-level projects": _one_more(r"(涉及)(\d+)(个一级项目)"),
        "review left out": drop_one(_about("自评综述")),
    },
    "CNT-02": inserts(
        "works",
        {
            "gap": "。一是完善制度。二是加强培训。四是强化督查",
            "second left out": "。一是走访。三是回访",
            "second twice": "。一是宣传。二是辅导。二是兑现",
        },
    ),
    "CNT-03": inserts(
        "explanations",
        {
            "whole": "。设置18个三级指标（含产出指标10个、效益指标6个、满意度指标1个）",
            "part left out": "。设置17个三级指标（含产出指标10个、效益指标6个）",
            "part": "。设置12个二级指标（含产出指标4个、效益指标5个、满意度指标2个）",
        },
        "performance",
    ),
    "REQ-02": {
        "statement": _fewer_tables,
        "section": drop(lambda p: p.topic == "operation"),
        "section on assets": drop(lambda p: p.topic == "assets"),
        "glossary": drop(_part("terms")),
    },
    "REQ-03": {
        "an item": drop_one(_item),
        "the first item": _first_item,
        "all items": drop(_item),
    },
    "REQ-04": {
        "of an item": swap(rf"(（项）。.*){_DONE}", lambda m: m[1], topic="general"),
        "of the whole": swap(rf"^(20\d\d.*决算为[\d.]+万元){_DONE}", lambda m: m[1], topic="general"),
        "in words": swap(_DONE, "，完成了年初预算", topic="general"),
    },
    "REQ-05": {
        "left out": _far_item(""),
        "words that give none": _far_item("按规定执行。"),
        "budget of another item": _other_budget,
    },
    "REQ-08": {
        "abroad": erase("hospitality", "因公出国"),
        "vehicles": erase("hospitality", "公务用车"),
        "reception": erase("hospitality", "公务接待"),
    },
    "REQ-09": {
        "use of the results": drop(_about("应用")),
        "the whole unit": drop(_about("整体")),
        "how it was done": drop(_about("开展情况", "开展绩效", "绩效管理")),
    },
    "REQ-12": {
        "vehicles": erase("assets", "车"),
        "equipment": erase("assets", "设备"),
        "both": erase("assets", "车", "设备"),
    },
    "REQ-13": {
        "percentage left out": in_sections(r"((?:增加|减少)[\d.]+万元)，(?:增长|下降)[\d.]+%", r"\1", _COMPARED),
        "amount left out": in_sections(r"(?:增加|减少)[\d.]+万元，((?:增长|下降)[\d.]+%)", r"\1", _COMPARED),
        "percentage in words": in_sections(
            r"((?:增加|减少)[\d.]+万元，)(?:增长|下降)[\d.]+%", r"\1变动不大", _COMPARED
        ),
    },
    "REQ-14": {
        "left out": swap(_SMALLER, "", topic="procurement"),
        "small firms only": swap(_SMALLER, "授予小微企业合同金额5.00万元。", topic="procurement"),
        "words": swap(_SMALLER, "合同均授予本地企业。", topic="procurement"),
    },
    "PLS-02": {"all but one": _copied(1), "all but two": _copied(2), "what was spent copied": _copied(1, budget=False)},
}
