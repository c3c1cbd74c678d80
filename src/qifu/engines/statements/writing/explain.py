"""The explanations of final accounts, worded from the figures.

What statements do not hold (last year's totals, the budget at the beginning of the year, reasons, procurement) comes in `Facts`;
where it is missing a slot ×× stands, which the audit reports, so that no document leaves with one unfilled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Form, Model, Paragraph, Row, Statement
from qifu.engines.statements.money import HUNDRED, ZERO, rounded
from qifu.engines.statements.reading.claims import claims_of, without_unit
from qifu.engines.statements.relations import tops
from qifu.engines.statements.subjects import name_of
from qifu.engines.statements.words import compact, in_chinese

SLOT = "××"
SECTIONS = (
    "收入支出决算总体情况说明",
    "收入决算情况说明",
    "支出决算情况说明",
    "财政拨款收入支出决算总体情况说明",
    "一般公共预算财政拨款支出决算情况说明",
    "一般公共预算财政拨款基本支出决算情况说明",
    "政府性基金预算财政拨款收入支出决算情况说明",
    "国有资本经营预算财政拨款支出决算情况说明",
    "财政拨款“三公”经费支出决算情况说明",
    "机关运行经费支出说明",
    "政府采购支出说明",
    "国有资产占用情况说明",
    "预算绩效情况说明",
)
TOPICS = (
    *("overall", "income", "expenditure", "fiscal", "general", "basic", "fund", "capital", "hospitality"),
    *("operation", "procurement", "assets", "performance"),
)


@dataclass(frozen=True)
class Facts:
    """What the explanations need beyond the statements; None is a slot to be filled."""

    prior_total: Decimal | None = None
    prior_general: Decimal | None = None
    initial: dict[str, Decimal] = field(default_factory=dict)
    reason: str = SLOT
    duties: tuple[str, ...] = (SLOT,)
    offices: str = SLOT
    goods: Decimal | None = None
    works: Decimal | None = None
    services: Decimal | None = None
    medium_share: Decimal | None = None  # part of procurement that went to smaller firms, in 万元
    key_work: tuple[tuple[str, str], ...] = ()
    published: str = ""


def in_money(value: Decimal | None) -> str:
    return SLOT if value is None else f"{value:.2f}"


def in_percent(part: Decimal, whole: Decimal) -> str:
    return f"{rounded(part / whole * HUNDRED, 2):.2f}" if whole else "0.00"


def in_change(now: Decimal, before: Decimal | None) -> str:
    """比上年的增减额和幅度 in words."""
    if before is None:
        return f"增加{SLOT}万元，增长{SLOT}%"
    difference = abs(now - before)
    if difference == 0:
        return "与上年持平"
    more, up = ("增加", "增长") if now > before else ("减少", "下降")
    rate = f"，{up}{in_percent(difference, before)}%" if before else ""
    return f"{more}{in_money(difference)}万元{rate}"


@dataclass
class Writer:
    model: Model
    facts: Facts
    found: list[Paragraph] = field(default_factory=list)
    section: str = ""
    topic: str = ""

    @property
    def year(self) -> int:
        return self.model.document.year or 0

    @property
    def unit(self) -> str:
        return self.model.document.unit

    def say(self, part: str, text: str) -> None:
        self.found.append(Paragraph(part, self.section, "text", text, self.topic if part == "explanations" else ""))

    def head(self, part: str, text: str) -> None:
        self.found.append(Paragraph(part, self.section, "heading", text, self.topic if part == "explanations" else ""))

    def part(self, part: str, text: str) -> None:
        self.section = self.topic = ""
        self.found.append(Paragraph(part, "", "heading", text))

    def cell(self, table: str, code: str, column: str) -> Decimal:
        statement = self.model.tables.get(table)
        row = statement.row(code) if statement else None
        return (row.amounts.get(column) if row else None) or ZERO


def worded(model: Model, facts: Facts) -> Model:
    """Give a model its text, and the claims of that text."""
    text = explain(model, facts)
    claims = tuple(without_unit(claim, model.document.unit) for claim in claims_of(text))
    return replace(model, text=text, claims=claims)


def explain(model: Model, facts: Facts) -> tuple[Paragraph, ...]:
    """Word the whole text of final accounts from its statements and forms."""
    writer = Writer(model, facts)
    _overview(writer)
    writer.part("statements", f"第二部分{writer.unit}{writer.year}年度部门决算表")
    writer.part("explanations", f"第三部分{writer.unit}{writer.year}年度部门决算情况说明")
    for number, (title, topic) in enumerate(zip(SECTIONS, TOPICS, strict=True), start=1):
        writer.section, writer.topic = in_chinese(number), topic
        writer.head("explanations", f"{in_chinese(number)}、{title}")
        _WORDINGS[topic](writer)
    _works(writer)
    _terms(writer)
    writer.part("annex", "第六部分附件")
    return (*_front(writer), *writer.found)


def _front(writer: Writer) -> Iterator[Paragraph]:
    title = writer.model.document.title or f"{writer.year}年度{writer.unit}部门决算公开"
    yield Paragraph("cover", "", "text", title)
    if writer.facts.published:
        yield Paragraph("cover", "", "text", writer.facts.published)
    yield Paragraph("contents", "", "text", "目录")
    for each in writer.found:
        if each.kind == "heading" and each.text.startswith("第") and "部分" in each.text[:6]:
            yield Paragraph("contents", "", "text", each.text)
            if each.part == "explanations":
                for number, section in enumerate(SECTIONS, start=1):
                    yield Paragraph("contents", "", "text", f"{in_chinese(number)}、{section}")


def _overview(writer: Writer) -> None:
    writer.part("overview", f"第一部分{writer.unit}概况")
    writer.section = "一"
    writer.head("overview", "一、部门主要职责")
    for number, duty in enumerate(writer.facts.duties, start=1):
        writer.section = f"一({in_chinese(number)})"
        writer.say("overview", f"（{in_chinese(number)}）{duty}。")
    writer.section = "二"
    writer.head("overview", "二、机构设置情况")
    writer.say("overview", f"从单位构成看，{writer.unit}部门决算由实行独立核算的本级决算组成。")
    writer.say("overview", f"{writer.unit}内设{writer.facts.offices}。")


def _overall(writer: Writer) -> None:
    total = grand_total(writer.model.tables.get("T01"), "amount")
    writer.say(
        "explanations",
        f"{writer.year}年度收、支总计均为{in_money(total)}万元。与{writer.year - 1}年度相比，收、支总计"
        f"{in_change(total, writer.facts.prior_total)}，主要原因是{writer.facts.reason}。",
    )


def grand_total(table: Statement | None, column: str) -> Decimal:
    line = keyed(table.income).get("grand") if table else None
    return (line.amounts.get(column) if line else None) or ZERO


def _income(writer: Writer) -> None:
    total = writer.cell("T02", "", "total")
    writer.say(
        "explanations",
        f"{writer.year}年度收入合计{in_money(total)}万元，与{writer.year - 1}年度相比，收入合计"
        f"{in_change(total, writer.facts.prior_total)}，主要原因是{writer.facts.reason}。",
    )
    names = (
        ("fiscal", "财政拨款收入"),
        ("superior", "上级补助收入"),
        ("undertaking", "事业收入"),
        ("business", "经营收入"),
    )
    held = [
        (name, value) for column, name in (*names, ("other", "其他收入")) if (value := writer.cell("T02", "", column))
    ]
    parts = "；".join(f"{name}{in_money(value)}万元，占本年收入{in_percent(value, total)}%" for name, value in held)
    writer.say("explanations", f"其中：{parts}。")


def _expenditure(writer: Writer) -> None:
    total = writer.cell("T03", "", "total")
    writer.say(
        "explanations",
        f"{writer.year}年度支出合计{in_money(total)}万元，与{writer.year - 1}年度相比，支出合计"
        f"{in_change(total, writer.facts.prior_total)}，主要原因是{writer.facts.reason}。",
    )
    parts = "；".join(
        f"{name}{in_money(writer.cell('T03', '', column))}万元，占本年支出{in_percent(writer.cell('T03', '', column), total)}%"
        for column, name in (("basic", "基本支出"), ("project", "项目支出"))
    )
    writer.say("explanations", f"其中：{parts}。")


def _fiscal(writer: Writer) -> None:
    total = grand_total(writer.model.tables.get("T04"), "total")
    before = writer.facts.prior_total
    writer.say(
        "explanations",
        f"{writer.year}年度财政拨款收、支总计均为{in_money(total)}万元。与{writer.year - 1}年度相比，财政拨款收、支总计各"
        f"{in_change(total, before)}。主要原因是{writer.facts.reason}。",
    )


def item_rows(table: Statement | None) -> list[Row]:
    """The 项 of a statement that hold money."""
    rows = table.rows if table else ()
    return [row for row in rows if len(row.code) == 7 and row.amounts.get("total")]


def full_name(row: Row, year: int) -> str:
    first, second = name_of(row.code[:3], year), name_of(row.code[:5], year)
    return f"{first}（类）{second}（款）{row.name}（项）"


def _general(writer: Writer) -> None:
    total, all_money = writer.cell("T05", "", "total"), writer.cell("T03", "", "total")
    year = writer.year
    writer.section = "五(一)"
    writer.head("explanations", "（一）一般公共预算财政拨款支出决算总体情况")
    writer.say(
        "explanations",
        f"{year}年度一般公共预算财政拨款支出{in_money(total)}万元，占本年支出合计的{in_percent(total, all_money)}%。与{year - 1}"
        f"年度相比，一般公共预算财政拨款支出{in_change(total, writer.facts.prior_general)}，主要原因是{writer.facts.reason}。",
    )
    writer.section = "五(二)"
    writer.head("explanations", "（二）一般公共预算财政拨款支出决算结构情况")
    writer.say("explanations", f"{year}年度一般公共预算财政拨款支出{in_money(total)}万元，主要用于以下方面：")
    table = writer.model.tables.get("T05")
    classes = list(dict.fromkeys(row.code[:3] for row in item_rows(table)))
    for number, code in enumerate(classes, start=1):
        amount = sum((writer.cell("T05", each, "total") for each in tops(table, code)), ZERO) if table else ZERO
        name = name_of(code, year).removesuffix("支出")
        writer.say(
            "explanations",
            f"{number}.{name}（类）支出{in_money(amount)}万元，占{in_percent(amount, total)}%。主要用于{name}方面的支出。",
        )
    _items(writer, total, table)


def _items(writer: Writer, total: Decimal, table: Statement | None) -> None:
    facts, year = writer.facts, writer.year
    writer.section = "五(三)"
    writer.head("explanations", "（三）一般公共预算财政拨款支出决算具体情况")
    rows = item_rows(table)
    known = all(row.code in facts.initial for row in rows)
    whole = sum((facts.initial[row.code] for row in rows), ZERO) if known else None
    basic, project = writer.cell("T05", "", "basic"), writer.cell("T05", "", "project")
    done = f"完成年初预算的{in_percent(total, whole)}%" if whole else f"完成年初预算的{SLOT}%"
    writer.say(
        "explanations",
        f"{year}年度一般公共预算财政拨款支出年初预算为{in_money(whole)}万元，支出决算为{in_money(total)}万元，{done}。其中：基本支出"
        f"{in_money(basic)}万元，项目支出{in_money(project)}万元。",
    )
    for number, row in enumerate(rows, start=1):
        writer.say("explanations", f"{number}.{full_name(row, year)}。{_of_item(row, facts)}")


def _of_item(row: Row, facts: Facts) -> str:
    spent, budget = row.amounts.get("total") or ZERO, facts.initial.get(row.code)
    head = f"年初预算为{in_money(budget)}万元，支出决算为{in_money(spent)}万元"
    if budget is None:
        return f"{head}，完成年初预算的{SLOT}%。"
    if budget == 0:
        return f"{head}，年初未安排预算，主要原因是{facts.reason}。"
    why = (
        "" if spent == budget else f"决算数{'大于' if spent > budget else '小于'}年初预算数的主要原因是{facts.reason}。"
    )
    return f"{head}，完成年初预算的{in_percent(spent, budget)}%。{why}"


def _basic(writer: Writer) -> None:
    table = writer.model.tables.get("T06")
    personnel, public = (table.personnel_total, table.public_total) if table else (None, None)
    writer.say(
        "explanations",
        f"{writer.year}年度一般公共预算财政拨款基本支出{in_money(writer.cell('T05', '', 'basic'))}万元，其中：",
    )
    for words, value, classes in (
        ("人员经费", personnel, ("301", "303")),
        ("公用经费", public, ("302", "307", "309", "310", "312", "399")),
    ):
        names = (
            [
                row.name
                for row in table.rows
                if len(row.code) == 5 and row.code[:3] in classes and row.amounts.get("amount")
            ]
            if table
            else []
        )
        listed = f"，主要包括：{'、'.join(names)}" if names else ""
        writer.say("explanations", f"{words}{in_money(value or ZERO)}万元{listed}。")


def _fund(writer: Writer) -> None:
    table = writer.model.tables.get("T07")
    if table is None or table.is_empty:
        writer.say("explanations", "本部门当年无政府性基金预算财政拨款收入支出。")
        return
    writer.say(
        "explanations",
        f"{writer.year}年度政府性基金预算财政拨款年初结转和结余{in_money(writer.cell('T07', '', 'opening'))}万元，本年收入"
        f"{in_money(writer.cell('T07', '', 'income'))}万元，本年支出{in_money(writer.cell('T07', '', 'total'))}万元，年末结转和结余"
        f"{in_money(writer.cell('T07', '', 'closing'))}万元。",
    )


def _capital(writer: Writer) -> None:
    table = writer.model.tables.get("T08")
    if table is None or table.is_empty:
        writer.say("explanations", "本部门当年无国有资本经营预算财政拨款支出。")
        return
    writer.say(
        "explanations",
        f"{writer.year}年度国有资本经营预算财政拨款支出{in_money(writer.cell('T08', '', 'total'))}万元，具体情况为：",
    )
    for number, row in enumerate(item_rows(table), start=1):
        writer.say(
            "explanations",
            f"{number}.{full_name(row, writer.year)}。支出决算为{in_money(row.amounts.get('total'))}万元。",
        )


def _hospitality(writer: Writer) -> None:
    table = writer.model.tables.get("T09")
    budget, actual = (table.budget or {}, table.actual or {}) if table else ({}, {})

    def said(column: str) -> str:
        return f"全年预算为{or_zero(budget.get(column))}万元，支出决算为{or_zero(actual.get(column))}万元"

    writer.section = "九(一)"
    writer.head("explanations", "（一）“三公”经费财政拨款支出决算总体情况说明。")
    writer.say("explanations", f"{writer.year}年度“三公”经费财政拨款支出{said('total')}。")
    writer.section = "九(二)"
    writer.head("explanations", "（二）“三公”经费财政拨款支出决算具体情况说明。")
    for number, (column, name) in enumerate(
        (("abroad", "因公出国（境）费"), ("vehicles", "公务用车购置及运行维护费"), ("reception", "公务接待费")), start=1
    ):
        writer.say("explanations", f"{number}.{name}{said(column)}。")


def or_zero(value: Decimal | None) -> str:
    return f"{value:.2f}" if value else "0"


def _operation(writer: Writer) -> None:
    writer.say("explanations", "本单位为公益一类事业单位，无机关运行经费支出。")


def _procurement(writer: Writer) -> None:
    facts = writer.facts
    kinds = (facts.goods, facts.works, facts.services)
    whole = sum((each for each in kinds if each is not None), ZERO) if None not in kinds else None
    text = (
        f"{writer.year}年度{writer.unit}政府采购支出总额{in_money(whole)}万元，其中：政府采购货物支出{in_money(facts.goods)}万元、"
        f"政府采购工程支出{in_money(facts.works)}万元、政府采购服务支出{in_money(facts.services)}万元。"
    )
    share = facts.medium_share
    if whole is not None and share is not None:
        text += f"授予中小企业合同金额{in_money(share)}万元，占政府采购支出总额的{in_percent(share, whole)}%。"
    writer.say("explanations", text)


def _assets(writer: Writer) -> None:
    writer.say("explanations", f"截至{writer.year}年12月31日，{writer.unit}无车辆，无单价100万元（含）以上设备。")


def _performance(writer: Writer) -> None:
    projects = [form for form in writer.model.forms if form.kind == "project"]
    money = sum((form.executed or ZERO for form in projects), ZERO)
    total = writer.cell("T03", "", "total")
    pieces = (
        (
            "（一）预算绩效管理工作开展情况",
            f"根据预算绩效管理要求，我部门组织对{writer.year}年度项目支出全面开展绩效自评，共涉及项目{len(projects)}个，资金{in_money(money)}万元，"
            f"占项目支出总额的{in_percent(money, writer.cell('T03', '', 'project'))}%。从评价情况看，项目管理规范。",
        ),
        (
            "（二）部门整体支出自评结果",
            f"我部门组织对本单位开展整体支出绩效自评，资金{in_money(total)}万元，从评价情况看，完成了年度绩效目标。",
        ),
        (
            "（三）项目支出自评结果",
            f"我部门在{writer.year}年度部门决算中反映所有项目绩效自评结果，共涉及{len(projects)}个一级项目。",
        ),
    )
    for number, (title, text) in enumerate(pieces, start=1):
        writer.section = f"十三({in_chinese(number)})"
        writer.head("explanations", title)
        writer.say("explanations", text)
    for number, form in enumerate(projects, start=1):
        writer.say("explanations", f"{number}.{_review(form)}")
    writer.section = "十三(四)"
    writer.head("explanations", "（四）绩效自评结果应用情况")
    writer.say("explanations", "根据自评结果完善预算管理，优化支出结构，改进绩效指标。")


def _review(form: Form) -> str:
    rate = in_percent(form.executed or ZERO, form.budget or ZERO)
    return (
        f"{form.name}项目绩效自评综述：项目全年预算数为{in_money(form.budget)}万元，执行数为{in_money(form.executed)}万元，完成预算的{rate}%。"
        "主要产出和效益是按计划完成年度工作。"
    )


def _works(writer: Writer) -> None:
    writer.part("works", f"第四部分{writer.year}年度重点工作完成情况")
    for number, (title, text) in enumerate(writer.facts.key_work, start=1):
        writer.section = in_chinese(number)
        writer.head("works", f"{in_chinese(number)}、{title}")
        writer.say("works", text)


def _terms(writer: Writer) -> None:
    """The glossary: fixed terms, and just the subjects that the statements use."""
    writer.part("terms", "第五部分名词解释")
    fixed = (
        ("一般公共预算财政拨款收入", "指区级财政一般公共预算当年拨付的资金"),
        ("年初结转和结余", "指单位以前年度尚未完成、结转到本年仍按原规定用途继续使用的资金"),
    )
    for number, (term, meaning) in enumerate(fixed, start=1):
        writer.section = f"({in_chinese(number)})"
        writer.say("terms", f"（{in_chinese(number)}）{term}：{meaning}。")
    writer.section = "(三)"
    writer.say("terms", "（三）本部门使用的支出功能分类科目（到项级）。")
    rows = {
        row.code: row
        for name in ("T03",)
        if name in writer.model.tables
        for row in item_rows(writer.model.tables[name])
    }
    for number, row in enumerate(rows.values(), start=1):
        meaning = f"反映{compact(row.name).removesuffix('支出')}方面的支出"
        writer.say("terms", f"{number}.{full_name(row, writer.year)}：{meaning}。")
    for number, (term, meaning) in enumerate(
        (
            ("基本支出", "指为保障机构正常运转、完成日常工作任务而发生的人员支出和公用支出"),
            ("项目支出", "指在基本支出之外为完成特定行政任务或事业发展目标所发生的支出"),
        ),
        start=4,
    ):
        writer.section = f"({in_chinese(number)})"
        writer.say("terms", f"（{in_chinese(number)}）{term}：{meaning}。")


_WORDINGS = {
    "overall": _overall,
    "income": _income,
    "expenditure": _expenditure,
    "fiscal": _fiscal,
    "general": _general,
    "basic": _basic,
    "fund": _fund,
    "capital": _capital,
    "hospitality": _hospitality,
    "operation": _operation,
    "procurement": _procurement,
    "assets": _assets,
    "performance": _performance,
}
