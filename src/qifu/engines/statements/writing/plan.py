"""The explanations of a budget, worded from the figures: amounts, shares, changes with their reasons.

What statements do not hold (last year's total, the reason of the change, staff, procurement, assets) comes in `Plan`; where
it is missing a slot ×× stands, which the audit reports, so that no document leaves with one unfilled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Model, Paragraph, Statement
from qifu.engines.statements.money import ZERO
from qifu.engines.statements.reading.claims import claims_of, without_unit
from qifu.engines.statements.subjects import name_of
from qifu.engines.statements.words import compact, in_chinese

from .explain import SLOT, Facts, Writer, full_name, grand_total, in_change, in_money, in_percent, item_rows, or_zero

SECTIONS = (
    ("overall", "部门预算收支情况总体说明"),
    ("income", "部门预算收入情况说明"),
    ("expenditure", "部门预算支出情况说明"),
    ("fiscal", "财政拨款收支预算情况说明"),
    ("general", "一般公共预算支出安排情况说明"),
    ("basic", "一般公共预算基本支出安排情况说明"),
    ("fund", "政府性基金预算支出安排情况说明"),
    ("capital", "国有资本经营预算支出安排情况说明"),
    ("hospitality", "一般公共预算“三公”经费支出情况说明"),
    ("", "其他重要事项的情况说明"),
)
_INCOMES = (
    ("general", "一般公共预算财政拨款收入"),
    ("fund", "政府性基金预算财政拨款收入"),
    ("capital", "国有资本经营预算财政拨款收入"),
    ("undertaking", "事业收入"),
    ("other", "其他收入"),
    ("opening", "上年结转"),
)


@dataclass(frozen=True)
class Plan:
    """What the explanations of a budget need beyond its statements; None is a slot to be filled."""

    prior_total: Decimal | None = None  # the whole budget of the year before
    prior_general: Decimal | None = None
    prior_hospitality: Decimal | None = None
    reason: str = SLOT
    duties: tuple[str, ...] = (SLOT,)
    units: int = 1
    posts: int | None = None
    staff: int | None = None
    goods: Decimal | None = None
    works: Decimal | None = None
    services: Decimal | None = None
    bought: Decimal | None = None  # services bought from society
    property: Decimal | None = None
    vehicles: int | None = None
    uses: tuple[tuple[str, str], ...] = ()  # 项 → what its project money is for
    published: str = ""


def planned(model: Model, plan: Plan) -> Model:
    """Give a budget its text, and the claims of that text."""
    text = propose(model, plan)
    claims = tuple(without_unit(claim, model.document.unit) for claim in claims_of(text))
    return replace(model, text=text, claims=claims)


def propose(model: Model, plan: Plan) -> tuple[Paragraph, ...]:
    """Word the whole text of a budget from its statements and forms."""
    writer = Writer(model, Facts())
    _overview(writer, plan)
    writer.part("statements", f"第二部分{writer.unit}{writer.year}年部门预算表")
    writer.part("explanations", f"第三部分{writer.unit}{writer.year}年部门预算情况说明")
    for number, (topic, title) in enumerate(SECTIONS, start=1):
        writer.section, writer.topic = in_chinese(number), topic
        writer.head("explanations", f"{in_chinese(number)}、{title}")
        for wording in _WORDINGS[topic]:
            wording(writer, plan)
    _terms(writer)
    return (*_front(writer, plan), *writer.found)


def _front(writer: Writer, plan: Plan) -> Iterator[Paragraph]:
    yield Paragraph("cover", "", "text", writer.model.document.title or f"{writer.year}年{writer.unit}部门预算公开")
    if plan.published:
        yield Paragraph("cover", "", "text", plan.published)
    yield Paragraph("contents", "", "text", "目录")
    for each in writer.found:
        if each.kind == "heading" and each.text.startswith("第") and "部分" in each.text[:6]:
            yield Paragraph("contents", "", "text", each.text)
            if each.part == "explanations":
                for number, (_, title) in enumerate(SECTIONS, start=1):
                    yield Paragraph("contents", "", "text", f"{in_chinese(number)}、{title}")


def _overview(writer: Writer, plan: Plan) -> None:
    writer.part("overview", f"第一部分{writer.unit}概况")
    writer.section = "一"
    writer.head("overview", "一、部门主要职能")
    for number, duty in enumerate(plan.duties, start=1):
        writer.section = f"一({in_chinese(number)})"
        writer.say("overview", f"（{in_chinese(number)}）{duty}。")
    writer.section = "二"
    writer.head("overview", "二、部门预算单位构成")
    below = f"和所属{plan.units - 1}家单位预算" if plan.units > 1 else ""
    writer.say("overview", f"从预算单位构成看，{writer.unit}部门预算包括本级预算{below}。")
    writer.section = "三"
    writer.head("overview", "三、部门预算单位人员构成")
    posts, staff = (SLOT if each is None else str(each) for each in (plan.posts, plan.staff))
    writer.say("overview", f"{writer.unit}总编制人数{posts}人。在职实有人数{staff}人。")


# ---- the explanations ------------------------------------------------------------------------------------------------


def _line(statement: Statement | None, side: str, key: str) -> Decimal:
    lines = keyed(getattr(statement, side)) if statement else {}
    return (lines[key].amounts.get("amount") if key in lines else None) or ZERO


def _classes(writer: Writer, statement: str) -> str:
    table = writer.model.tables.get(statement)
    lines = keyed(table.expenditure) if table else {}
    held = [(code, _line(table, "expenditure", code)) for code in lines if code.isdigit()]
    return "、".join(f"{name_of(code, writer.year)}{in_money(value)}万元" for code, value in held if value)


def _overall(writer: Writer, plan: Plan) -> None:
    first = writer.model.tables.get("B01")
    incomes = "、".join(f"{name}{or_zero(_line(first, 'income', key))}万元" for key, name in _INCOMES)
    writer.say(
        "explanations",
        f"按照综合预算的原则，{writer.unit}所有收入和支出均纳入部门预算管理。收入包括：{incomes}。支出包括：{_classes(writer, 'B01')}。",
    )
    total = grand_total(first, "amount")
    writer.say(
        "explanations",
        f"{writer.year}年部门收支总预算{in_money(total)}万元。比{writer.year - 1}年预算"
        f"{in_change(total, plan.prior_total)}，主要原因是{plan.reason}。",
    )


def _income(writer: Writer, plan: Plan) -> None:
    first = writer.model.tables.get("B01")
    total = grand_total(first, "amount")
    held = [(name, value) for key, name in _INCOMES if (value := _line(first, "income", key))]
    parts = "；".join(f"{name}{in_money(value)}万元，占{in_percent(value, total)}%" for name, value in held)
    writer.say("explanations", f"{writer.year}年部门预算收入{in_money(total)}万元，其中：{parts}。")


def _expenditure(writer: Writer, plan: Plan) -> None:
    total = writer.cell("B03", "", "total")
    parts = "；".join(
        f"{name}{in_money(value)}万元，占{in_percent(value, total)}%"
        for column, name in (("basic", "基本支出"), ("project", "项目支出"))
        if (value := writer.cell("B03", "", column))
    )
    writer.say("explanations", f"{writer.year}年部门支出预算{in_money(total)}万元，其中：{parts}。")


def _fiscal(writer: Writer, plan: Plan) -> None:
    fourth = writer.model.tables.get("B04")
    names = (
        ("general", "一般公共预算财政拨款本年收入"),
        ("fund", "政府性基金预算财政拨款本年收入"),
        ("capital", "国有资本经营预算财政拨款本年收入"),
        ("opening", "上年结转"),
    )
    incomes = "、".join(f"{name}{in_money(v)}万元" for key, name in names if (v := _line(fourth, "income", key)))
    writer.say(
        "explanations",
        f"{writer.year}年财政拨款收支总预算{in_money(grand_total(fourth, 'amount'))}万元。收入包括：{incomes}。"
        f"支出包括：{_classes(writer, 'B04')}。",
    )


def _general(writer: Writer, plan: Plan) -> None:
    total = writer.cell("B05", "", "total")
    carried = _line(writer.model.tables.get("B04"), "income", "opening_general")
    writer.say(
        "explanations",
        f"{writer.year}年一般公共预算支出预算数为{in_money(total)}万元，其中：（1）本年预算{in_money(total - carried)}万元，"
        f"比{writer.year - 1}年预算{in_change(total - carried, plan.prior_general)}，主要原因是{plan.reason}；"
        f"（2）上年结转{or_zero(carried)}万元。",
    )
    rows = item_rows(writer.model.tables.get("B05"))
    uses = dict(plan.uses)
    for number, (column, name) in enumerate((("basic", "基本支出"), ("project", "项目支出")), start=1):
        writer.section = f"五({in_chinese(number)})"
        held = [(row, value) for row in rows if (value := row.amounts.get(column))]
        listed = "；".join(
            f"{row.name}{in_money(value)}万元{_use(row.code, column, uses)}"
            for row, value in held
            if value == row.amounts.get("total")
        )
        detail = f"，其中：{listed}" if listed else ""
        writer.say(
            "explanations", f"（{in_chinese(number)}）{name}{in_money(writer.cell('B05', '', column))}万元{detail}。"
        )


def _use(code: str, column: str, uses: dict[str, str]) -> str:
    return f"，主要用于{uses[code]}" if column == "project" and code in uses else ""


def _basic(writer: Writer, plan: Plan) -> None:
    table = writer.model.tables.get("B06")
    writer.say(
        "explanations",
        f"{writer.year}年一般公共预算基本支出{in_money(writer.cell('B06', '', 'total'))}万元，按部门预算支出经济分类包括：",
    )
    for number, (column, name) in enumerate((("personnel", "人员经费"), ("public", "公用经费")), start=1):
        names = [row.name for row in (table.rows if table else ()) if len(row.code) == 5 and row.amounts.get(column)]
        listed = f"，主要用于：{'、'.join(names)}" if names else ""
        writer.say("explanations", f"{number}、{name}{in_money(writer.cell('B06', '', column))}万元{listed}。")


def _own_money(writer: Writer, statement: str, name: str) -> None:
    table = writer.model.tables.get(statement)
    if table is None or table.is_empty:
        writer.say("explanations", f"{writer.unit}{writer.year}年没有使用{name}安排的支出。")
        return
    items = "；".join(
        f"{full_name(row, writer.year)}{in_money(row.amounts.get('total'))}万元" for row in item_rows(table)
    )
    total = in_money(writer.cell(statement, "", "total"))
    writer.say("explanations", f"{writer.year}年{name}支出{total}万元，其中：{items}。")


def _fund(writer: Writer, plan: Plan) -> None:
    _own_money(writer, "B08", "政府性基金预算")


def _capital(writer: Writer, plan: Plan) -> None:
    _own_money(writer, "B09", "国有资本经营预算")


def _hospitality(writer: Writer, plan: Plan) -> None:
    table = writer.model.tables.get("B07")
    held = (table.budget if table else None) or {}
    writer.section = "九(一)"
    writer.head("explanations", "（一）“三公”经费安排的单位范围")
    writer.say("explanations", f"本年一般公共预算财政拨款预算安排“三公”经费的单位共{plan.units}家。")
    writer.section = "九(二)"
    writer.head("explanations", "（二）“三公”经费预算安排情况")
    total = held.get("total") or ZERO
    writer.say(
        "explanations",
        f"{writer.year}年财政拨款“三公”经费预算数{or_zero(total)}万元，其中：因公出国（境）费{or_zero(held.get('abroad'))}万元；"
        f"公务用车购置及运行维护费{or_zero(held.get('vehicles'))}万元（公务用车购置费{or_zero(held.get('vehicle_purchase'))}万元，"
        f"公务用车运行维护费{or_zero(held.get('vehicle_running'))}万元）；公务接待费{or_zero(held.get('reception'))}万元。",
    )
    change = in_change(total, plan.prior_hospitality)
    why = f"，主要原因是{plan.reason}" if total != plan.prior_hospitality else ""
    writer.say(
        "explanations", f"{writer.year}年“三公”经费预算比{writer.year - 1}年预算{change.removeprefix('与上年')}{why}。"
    )


# ---- other matters ---------------------------------------------------------------------------------------------------


def _other(writer: Writer, number: int, title: str, text: str, topic: str = "") -> None:
    writer.section, writer.topic = f"十({in_chinese(number)})", topic or writer.topic
    writer.head("explanations", f"（{in_chinese(number)}）{title}")
    writer.say("explanations", text)


def _matters(writer: Writer, plan: Plan) -> None:
    unit, year = writer.unit, writer.year
    kinds = (plan.goods, plan.services, plan.works)
    whole = sum((each for each in kinds if each is not None), ZERO) if None not in kinds else None
    _other(writer, 1, "机关运行经费安排情况", f"{unit}为公益一类事业单位，无机关运行经费支出。", "operation")
    _other(
        writer,
        2,
        "政府采购预算安排情况",
        f"{year}年部门预算中纳入政府采购预算支出合计{in_money(whole)}万元。包括：货物类{in_money(plan.goods)}万元，"
        f"服务类{in_money(plan.services)}万元，工程类{in_money(plan.works)}万元。",
        "procurement",
    )
    bought = (
        f"{year}年无政府购买服务预算安排。"
        if plan.bought == ZERO
        else f"{year}年政府购买服务预算安排{in_money(plan.bought)}万元。"
    )
    _other(writer, 3, "政府购买服务预算安排情况", bought)
    vehicles = SLOT if plan.vehicles is None else str(plan.vehicles)
    _other(
        writer,
        4,
        "国有资产占有使用情况",
        f"截至{year - 1}年12月31日，部门占有使用国有资产{in_money(plan.property)}万元。其中：公务用车{vehicles}辆，"
        f"单价100万元（含）以上设备0台。{year}年无新增资产预算。",
        "assets",
    )
    _other(writer, 5, "预算绩效管理情况", _performance(writer), "performance")
    _other(writer, 6, "非税收入征收预计数增减变动情况", f"{year}年{unit}无纳入预算管理的非税收入。")


def _performance(writer: Writer) -> str:
    names = {compact(form.details["level"]) for form in writer.model.forms if form.details.get("level")}
    total = writer.cell("B03", "", "total")
    projects = f"、{len(names)}个一级项目支出绩效目标" if names else ""
    return (
        f"{writer.year}年部门项目实行绩效目标管理，设置了部门整体支出绩效目标{projects}，预算支出{in_money(total)}万元全面实施绩效"
        "目标管理。"
    )


def _terms(writer: Writer) -> None:
    """The glossary: fixed terms, and just the subjects that the statements use."""
    writer.part("terms", "第四部分名词解释")
    fixed = (
        ("一般公共预算财政拨款收入", "指区级财政一般公共预算当年拨付的资金"),
        ("上年结转", "指以前年度尚未完成、结转到本年仍按原规定用途继续使用的资金"),
        ("基本支出", "指为保障机构正常运转、完成日常工作任务而发生的人员支出和公用支出"),
        ("项目支出", "指在基本支出之外为完成特定的行政任务和事业发展目标所发生的支出"),
    )
    for number, (term, meaning) in enumerate(fixed, start=1):
        writer.section = f"({in_chinese(number)})"
        writer.say("terms", f"（{in_chinese(number)}）{term}：{meaning}。")
    writer.section = "(五)"
    writer.say("terms", "（五）本部门使用的主要支出功能分类科目（到项级）。")
    rows = {row.code: row for row in item_rows(writer.model.tables.get("B03"))}
    for number, row in enumerate(rows.values(), start=1):
        meaning = f"反映{compact(row.name).removesuffix('支出')}方面的支出"
        writer.say("terms", f"{number}.{full_name(row, writer.year)}：{meaning}。")
    writer.section = "(六)"
    writer.say(
        "terms",
        "（六）“三公”经费：指用一般公共预算财政拨款安排的因公出国（境）费、公务用车购置及运行维护费和公务接待费。",
    )


_WORDINGS = {
    "overall": (_overall,),
    "income": (_income,),
    "expenditure": (_expenditure,),
    "fiscal": (_fiscal,),
    "general": (_general,),
    "basic": (_basic,),
    "fund": (_fund,),
    "capital": (_capital,),
    "hospitality": (_hospitality,),
    "": (_matters,),
}
