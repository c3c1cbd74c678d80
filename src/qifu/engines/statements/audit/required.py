"""Rules on what must be said (REQ)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.layouts import layout, layouts
from qifu.engines.statements.model import Claim
from qifu.engines.statements.money import HUNDRED
from qifu.engines.statements.words import compact

from .case import Case, quoted
from .registry import INFO, OPENNESS, PURCHASES, TEMPLATE, WARNING, Hit, rule

FAR = Decimal(5)  # per cent of difference that asks for a reason
TOPIC_NAMES = {
    "overall": "收入支出决算总体情况",
    "income": "收入决算情况",
    "expenditure": "支出决算情况",
    "fiscal": "财政拨款收入支出决算总体情况",
    "general": "一般公共预算财政拨款支出决算情况",
    "basic": "一般公共预算财政拨款基本支出决算情况",
    "fund": "政府性基金预算财政拨款收入支出决算情况",
    "capital": "国有资本经营预算财政拨款支出决算情况",
    "hospitality": "“三公”经费支出决算情况",
    "operation": "机关运行经费支出",
    "procurement": "政府采购支出",
    "assets": "国有资产占用情况",
    "performance": "预算绩效情况",
}
PART_NAMES = {
    "overview": "概况",
    "statements": "决算表",
    "explanations": "情况说明",
    "works": "重点工作完成情况",
    "terms": "名词解释",
    "annex": "附件",
}


@rule(
    "REQ-02",
    "缺少应公开的部分",
    source=OPENNESS,
    severity=WARNING,
    message="没有找到{what}。",
    fix="补上缺少的部分；没有此项收支的也应有空表和说明。",
)
def completeness(case: Case) -> Iterator[Hit]:
    """Nine statements, the sections of the explanations, the parts."""
    tables = [each for each in layouts() if each.kind == "final_accounts" and each.id not in case.model.tables]
    case.checked += 1
    if tables and case.model.tables:
        yield Hit(
            {"what": "、".join(f"《{each.name}》" for each in sorted(tables, key=lambda each: each.id))}, cause="缺表"
        )
    topics = {paragraph.topic for paragraph in case.explanations}
    if topics:
        missing = [name for topic, name in TOPIC_NAMES.items() if topic not in topics]
        if missing:
            yield Hit({"what": f"说明中的{quoted(missing)}"}, cause="缺说明")
    parts = {paragraph.part for paragraph in case.model.text} | ({"statements"} if case.model.tables else set())
    absent = [name for part, name in PART_NAMES.items() if part not in parts and part != "works"]
    if absent and case.explanations:
        yield Hit({"what": "、".join(absent)}, severity=INFO, cause="缺部分")


@rule(
    "REQ-03",
    "没有逐项说明项级科目",
    source=OPENNESS,
    severity=WARNING,
    message="说明五（三）没有说明{what}。",
    fix="按项级科目逐一说明年初预算、决算和完成率。",
)
def by_item(case: Case) -> Iterator[Hit]:
    """Section 五（三） goes down to every 项 of the statement."""
    table = case.model.tables.get("T05")
    if table is None or table.is_empty or not case.is_whole("T05") or not case.claims("general"):
        return
    claims = [claim for claim in case.claims("general") if claim.item]
    rows = [row for row in table.rows if len(row.code) == 7 and row.amounts.get("total")]
    if not rows:
        return
    case.checked += 1
    if not claims:
        yield Hit({"what": "任何项级科目"}, (case.first_line("general"),))
        return
    said = {row.code for claim in claims if (row := case.row_of_item("T05", claim.item))}
    text = compact(case.text_of("general"))
    missing = [row for row in rows if row.code not in said and f"{compact(row.name)}(项)" not in text]
    if missing:
        yield Hit({"what": quoted([f"{row.code}{row.name}" for row in missing])}, (case.first_line("general"),))


def _items(case: Case) -> Iterator[tuple[Claim, Claim, list[Claim]]]:
    """(年初预算, 决算, other claims) of every item of section 五（三）."""
    for initial in case.claims("general", "initial", unit="万元"):
        same = [
            c
            for c in case.model.claims
            if c.item == initial.item and c.section == initial.section and (c.paragraph == initial.paragraph)
        ]
        actual = next((c for c in same if c.measure == "actual" and c.offset > initial.offset), None)
        if actual is not None:
            yield initial, actual, same


@rule(
    "REQ-04",
    "没有写完成年初预算的百分比",
    source=OPENNESS,
    severity=INFO,
    message="说明五（三）“{name}”有年初预算和决算，没有写完成率。",
)
def completion_stated(case: Case) -> Iterator[Hit]:
    """An item with a budget says how far it was completed."""
    for initial, actual, same in _items(case):
        case.checked += 1
        if initial.value > 0 and not any(c.measure == "completion" and c.offset > actual.offset for c in same):
            yield Hit({"name": initial.subject}, (initial.line,), cause=f"完成率 {initial.line}")


@rule(
    "REQ-05",
    "决算与年初预算差异较大而没有说明原因",
    source=OPENNESS,
    severity=WARNING,
    message="说明五（三）“{name}”年初预算{a}万元，决算{b}万元，相差{p}%，没有说明原因。",
    fix="补写决算数与年初预算数不一致的原因。",
)
def reasons(case: Case) -> Iterator[Hit]:
    """A far deviation from the budget has its reason beside it."""
    for initial, actual, _ in _items(case):
        if not initial.item or initial.value <= 0 or initial.value == actual.value:
            continue
        case.checked += 1
        far = abs(actual.value - initial.value) / initial.value * HUNDRED
        text = case.paragraph(actual)[actual.offset :]
        following = case.model.text[actual.paragraph + 1].text if actual.paragraph + 1 < len(case.model.text) else ""
        explained = re.search(r"原因|由于|因为|主要是|因", text) or re.match(r"^(主要原因|原因|决算数)", following)
        if far >= FAR and not explained:
            values = {"name": initial.subject, "a": f"{initial.value:f}", "b": f"{actual.value:f}", "p": f"{far:.1f}"}
            yield Hit(
                values, (initial.line,), (f"{initial.value:f}", f"{actual.value:f}"), cause=f"原因 {initial.line}"
            )


@rule(
    "REQ-08",
    "“三公”经费说明不全",
    source=OPENNESS,
    severity=INFO,
    message="说明九没有写{what}。",
    fix="逐项说明因公出国（境）费、公务用车购置及运行维护费、公务接待费，没有的也写0。",
)
def hospitality(case: Case) -> Iterator[Hit]:
    """All three kinds of 三公 spending are said."""
    text = compact(case.text_of("hospitality"))
    if not text:
        return
    case.checked += 1
    missing = [
        name
        for name, pattern in (
            ("因公出国（境）费", "因公出国"),
            ("公务用车购置及运行维护费", "公务用车"),
            ("公务接待费", "公务接待"),
        )
        if pattern not in text
    ]
    if missing:
        yield Hit({"what": "、".join(missing)}, (case.first_line("hospitality"),))


@rule(
    "REQ-09",
    "绩效情况说明不全",
    source=OPENNESS,
    severity=INFO,
    message="说明十三没有{what}。",
    fix="按开展情况、整体自评结果、项目自评结果、结果应用四部分说明。",
)
def performance(case: Case) -> Iterator[Hit]:
    """The four pieces of the section on performance."""
    text = compact(case.text_of("performance"))
    if not text:
        return
    case.checked += 1
    wanted = (
        ("绩效管理工作开展情况", r"开展情况|开展绩效|绩效管理"),
        ("整体支出自评结果", r"整体"),
        ("项目支出自评结果", r"项目"),
        ("绩效结果应用情况", r"应用"),
    )
    missing = [name for name, pattern in wanted if not re.search(pattern, text)]
    if missing:
        yield Hit({"what": "、".join(missing)}, (case.first_line("performance"),))


@rule(
    "REQ-12",
    "国有资产说明不全",
    source=TEMPLATE,
    severity=WARNING,
    message="说明十二没有写{what}。",
    fix="写明车辆数和单价100万元（含）以上设备数，没有的写无。",
)
def assets(case: Case) -> Iterator[Hit]:
    """Vehicles and equipment of a million and more are both said."""
    text = compact(case.text_of("assets"))
    if not text:
        return
    case.checked += 1
    missing = [
        name
        for name, pattern in (("车辆情况", r"车"), ("单价100万元（含）以上设备情况", r"设备"))
        if not re.search(pattern, text)
    ]
    if missing:
        yield Hit({"what": "和".join(missing)}, (case.first_line("assets"),))


@rule(
    "REQ-13",
    "增减只写了金额或只写了幅度",
    source=OPENNESS,
    severity=INFO,
    message="说明“{section}”中{subject}与上年相比只写了{what}。",
)
def both_ways(case: Case) -> Iterator[Hit]:
    """A change of a total is said as an amount and as a percentage."""
    for topic in ("overall", "income", "expenditure", "general"):
        claims = case.claims(topic)
        change = [c for c in claims if c.measure == "change" and c.unit == "万元"]
        rate = [c for c in claims if c.measure == "change_rate"]
        case.checked += 1
        if bool(change) != bool(rate) and (change or rate):
            one = (change or rate)[0]
            yield Hit(
                {"section": one.section, "subject": one.subject, "what": "金额" if change else "幅度"}, (one.line,)
            )


@rule(
    "REQ-14",
    "政府采购没有写中小企业的份额",
    source=PURCHASES,
    severity=INFO,
    message="说明十一有政府采购支出，没有写授予中小企业合同的金额和比例。",
)
def smaller_firms(case: Case) -> Iterator[Hit]:
    """Procurement says what went to smaller firms."""
    text = compact(case.text_of("procurement")).replace(compact(case.model.document.unit) or "\n", "")
    amounts = [c for c in case.claims("procurement", "amount", unit="万元") if c.value]
    if amounts:
        case.checked += 1
        if "中小企业" not in text:
            yield Hit({}, (amounts[0].line,))


@rule(
    "REQ-15",
    "缺少预算表",
    source=OPENNESS,
    severity=WARNING,
    message="没有找到{what}。",
    kinds=("budget",),
    fix="补上缺少的预算表，没有收支的也应有空表和说明。",
)
def budget_tables(case: Case) -> Iterator[Hit]:
    """The tables that every budget has."""
    wanted = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09", "B10")
    missing = [layout(name).name for name in wanted if name not in case.model.tables]
    case.checked += 1
    if missing and case.model.tables:
        yield Hit({"what": "、".join(f"《{name}》" for name in missing)})
