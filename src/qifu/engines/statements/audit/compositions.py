"""Rules on lists and sections that must be whole: compositions (REQ-01), sentences of 无 (REQ-07), key work (REQ-10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.words import compact

from .case import Case
from .registry import INFO, OPENNESS, TEMPLATE, Hit, rule

INCOMES = {
    "财政拨款收入": r"财政拨款收入",
    "上级补助收入": r"上级补助收入",
    "事业收入": r"事业收入",
    "经营收入": r"经营收入",
    "附属单位上缴收入": r"附属单位",
    "其他收入": r"其他收入",
}
EXPENDITURE = {
    "基本支出": r"基本支出",
    "项目支出": r"项目支出",
    "上缴上级支出": r"上缴上级",
    "经营支出": r"经营支出",
    "对附属单位补助支出": r"附属单位",
}
_AMOUNT = r"[^,。;\d]{0,8}?(\d[\d.]*)万?元"


@rule(
    "REQ-01",
    "构成没有列全",
    source=TEMPLATE,
    severity=INFO,
    message="说明“{section}”列了为0的{zero}，没有列{what}。",
    fix="为0的项目要么都列，要么都不列。",
)
def composition(case: Case) -> Iterator[Hit]:
    """A composition that lists items of nothing lists all of them."""
    for topic, section, names in (("income", "二", INCOMES), ("expenditure", "三", EXPENDITURE)):
        text = compact(case.text_of(topic))
        amounts = {name: re.search(pattern + _AMOUNT, text) for name, pattern in names.items()}
        zero = [name for name, found in amounts.items() if found and Decimal(found[1].rstrip(".")) == 0]
        if not zero:
            continue
        case.checked += 1
        missing = [name for name, pattern in names.items() if not re.search(pattern, text)]
        if missing:
            values = {"section": section, "zero": "、".join(zero), "what": "、".join(missing)}
            yield Hit(values, (case.first_line(topic),), cause=f"构成 {topic}")


_NONE = re.compile(r"无|没有|未使用|未安排|未发生")
_SIDES = ("收入", "支出", "结转")


@rule(
    "REQ-07",
    "政府性基金的“无”写得不全",
    source=OPENNESS,
    severity=INFO,
    message="说明七只写了无政府性基金的{said}，没有写{what}。",
    fix="收入、支出、结转结余都写明；都没有的，写“无政府性基金预算财政拨款收入、支出和结转结余”。",
)
def fund(case: Case) -> Iterator[Hit]:
    """That there is no fund is said of income and of expenditure, not of one alone."""
    said = [p for p in case.explanations if p.topic == "fund" and p.kind == "text"]
    text = compact("".join(p.text for p in said))
    if not text or not _NONE.search(text) or case.claims("fund", unit="万元"):
        return
    if (table := case.model.tables.get("T07")) is not None and not table.is_empty:
        return
    case.checked += 1
    named = [side for side in _SIDES if side in text]
    if named and not {"收入", "支出"} <= set(named):
        missing = [side for side in ("收入", "支出") if side not in named]
        yield Hit({"said": "、".join(named), "what": "、".join(missing)}, (said[0].line,))


@rule(
    "REQ-10",
    "重点工作只有标题",
    source=OPENNESS,
    severity=INFO,
    message="重点工作“{title}”下没有内容。",
    fix="写明这项工作的内容和完成情况。",
)
def bare_work(case: Case) -> Iterator[Hit]:
    """An item of the key work says what was done, where another one does."""
    works = [p for p in case.model.text if p.part == "works"]
    if any(grid.part == "works" for grid in case.model.grids) or all(p.kind == "heading" for p in works):
        return
    for here, after in zip(works, [*works[1:], None], strict=True):
        if here.kind != "heading" or not here.section:
            continue
        case.checked += 1
        if after is None or (after.kind == "heading" and not after.section.startswith(f"{here.section}(")):
            yield Hit({"title": here.text[:30]}, (here.line,), cause=f"标题 {here.line}")
