"""Rules on department budgets: statements (BUD), explanations, and performance targets (TGT)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from qifu.engines.statements.model import Claim, Form
from qifu.engines.statements.money import ZERO, amount, percentage, shown, tail
from qifu.engines.statements.reading.claims import value_in_wan
from qifu.engines.statements.relations import Key
from qifu.engines.statements.words import compact

from .case import Case, differs
from .measures import measure
from .narrative import class_of_claim
from .registry import BUDGET_FORMULAS, INFO, OPENNESS, PRIVACY, TARGETS, WARNING, Hit, rule

BUDGET = ("budget",)
_SUM = "{left}为{a}，应等于{right}{b}，相差{d}万元。"


def _checker(code: str) -> Callable[[Case], Iterator[Hit]]:
    def check(case: Case) -> Iterator[Hit]:
        yield from case.sums(code)

    check.__doc__ = f"Check the relations of {code}."
    return check


for _code, _title in (
    ("BUD-01", "收支预算总表不平"),
    ("BUD-02", "收入预算总表合计不符"),
    ("BUD-03", "支出预算总表合计不符"),
    ("BUD-04", "财政拨款收支预算总表合计不符"),
    ("BUD-05", "一般公共预算支出表合计不符"),
    ("BUD-06", "一般公共预算基本支出表合计不符"),
    ("BUD-07", "“三公”经费预算表合计不符"),
    ("BUD-08", "政府性基金预算支出表合计不符"),
    ("BUD-09", "国有资本经营预算支出表合计不符"),
    ("BUD-10", "项目支出表合计不符"),
):
    rule(_code, _title, source=BUDGET_FORMULAS, message=_SUM, kinds=BUDGET, fix="核对预算表，更正填错的数。")(
        _checker(_code)
    )

_SAID = "说明“{section}”中{subject}为{a}万元，{table}为{b}万元，相差{d}万元。"
_CELLS: tuple[tuple[str, str, Key], ...] = (
    ("overall", r"收支总预算$", ("B01", "income:grand", "amount")),
    ("income", r"^(部门)?预算收入$|^收入(总)?预算$", ("B02", "", "total")),
    ("expenditure", r"^(部门)?支出预算$", ("B03", "", "total")),
    ("expenditure", r"^基本支出$", ("B03", "", "basic")),
    ("expenditure", r"^项目支出$", ("B03", "", "project")),
    ("fiscal", r"财政拨款收支总预算$", ("B04", "income:grand", "amount")),
    ("general", r"^一般公共预算支出(预算数?)?$", ("B05", "", "total")),
    ("general", r"^基本支出$", ("B05", "", "basic")),
    ("general", r"^项目支出$", ("B05", "", "project")),
    ("basic", r"^一般公共预算基本支出$", ("B06", "", "total")),
    ("basic", r"^人员经费$", ("B06", "", "personnel")),
    ("basic", r"^公用经费$", ("B06", "", "public")),
)
_INCOMES: tuple[tuple[str, str], ...] = (
    ("general", r"一般公共预算(财政)?拨款.*收入$"),
    ("fund", r"政府性基金预算.*收入$"),
    ("capital", r"国有资本经营预算.*收入$"),
    ("undertaking", r"^事业收入$"),
    ("other", r"^其他收入$"),
)


@rule("NAR-21", "预算说明与预算表不符", source=OPENNESS, message=_SAID, kinds=BUDGET, fix="以预算表为准改正说明。")
def totals(case: Case) -> Iterator[Hit]:
    """The figures of the explanations against the tables."""
    for topic, pattern, key in _CELLS:
        for claim in case.claims(topic, subject=pattern, unit="万元"):
            without_carried = compact(case.paragraph(claim)[: claim.offset]).endswith("本年预算")  # part of the total
            if claim.measure in ("amount", "budget") and not without_carried:
                yield from _against(case, claim, key)
    for topic, statement in (("overall", "B01"), ("income", "B01"), ("fiscal", "B04")):
        for claim in case.claims(topic, "amount", unit="万元"):
            for income, words in _INCOMES:
                if re.search(words, compact(claim.subject)):
                    yield from _against(case, claim, (statement, f"income:{income}", "amount"))
    yield from _classes(case)


def _classes(case: Case) -> Iterator[Hit]:
    for topic, statement in (("overall", "B01"), ("fiscal", "B04")):
        for claim in case.claims(topic, "amount", unit="万元"):
            if code := class_of_claim(claim):
                yield from _against(case, claim, (statement, f"expenditure:{code}", "amount"))
    table = case.model.tables.get("B05")
    for claim in case.claims("general", "amount", unit="万元"):
        rows = (
            [row for row in table.rows if len(row.code) == 7 and compact(row.name) == compact(claim.subject)]
            if table
            else []
        )
        if len(rows) == 1:
            yield from _against(case, claim, ("B05", rows[0].code, "total"))


def _against(case: Case, claim: Claim, key: Key) -> Iterator[Hit]:
    expected, said = case.value(key), value_in_wan(claim)
    if expected is None or said is None or not case.is_of_year(claim):
        return
    case.checked += 1
    if severity := differs(said, expected):
        number = int(key[0][1:3])
        values = {
            "section": claim.section,
            "subject": claim.subject,
            "a": shown(claim.value),
            "b": shown(expected),
            "d": f"{abs(said - expected):f}",
            "table": f"预算表{number}",
        }
        yield Hit(
            values,
            (claim.line,),
            (shown(claim.value), shown(expected)),
            severity if severity == INFO else "",
            cells=frozenset({key}),
            cause=f"说明 {claim.line} {claim.offset}",
        )


def _funds(case: Case) -> Form | None:
    return next((form for form in case.model.forms if form.kind == "unit" and "funds" in form.details), None)


def _fund_table(form: Form) -> dict[str, list[Decimal | None]]:
    """The money of the whole unit's form: row → amounts of this year and the years before."""
    found = {}
    for line in form.details.get("funds", "").split("\n"):
        name, _, figures = line.partition("\t")
        found[name] = [amount(each) for each in figures.split("\t")]
    return found


@rule(
    "BUD-11",
    "整体绩效目标表的资金合计不符",
    source=BUDGET_FORMULAS,
    message="部门整体绩效目标表{what}。",
    kinds=BUDGET,
    fix="核对近两年收支数，收入合计应等于支出合计。",
)
def funds(case: Case) -> Iterator[Hit]:
    """Income and expenditure of every year add up and are equal."""
    form = _funds(case)
    if form is None:
        return
    table = _fund_table(form)
    for position, when in ((0, "当年"), (2, "前年"), (3, "上年")):
        value = {
            name: cells[position]
            for name, cells in table.items()
            if len(cells) > position and cells[position] is not None
        }
        for total, parts in (("收入合计", ("财政拨款", "其他资金")), ("支出合计", ("基本支出", "项目支出"))):
            if total not in value or not any(value.get(part) for part in parts):
                continue
            case.checked += 1
            expected = sum((value.get(part) or ZERO for part in parts), ZERO)
            if abs((value[total] or ZERO) - expected) > tail(2):
                what = f"{when}{total}为{shown(value[total])}，应为{expected:f}"
                yield Hit({"what": what}, (form.at,), (shown(value[total]), f"{expected:f}"), cause=f"资金 {when}")
        if "收入合计" in value and "支出合计" in value:
            case.checked += 1
            if abs((value["收入合计"] or ZERO) - (value["支出合计"] or ZERO)) > tail(2):
                what = f"{when}收入合计{shown(value['收入合计'])}与支出合计{shown(value['支出合计'])}不等"
                yield Hit(
                    {"what": what},
                    (form.at,),
                    (shown(value["收入合计"]), shown(value["支出合计"])),
                    cause=f"资金 {when}",
                )
    yield from _this_year(case, form, table)


def _this_year(case: Case, form: Form, table: dict[str, list[Decimal | None]]) -> Iterator[Hit]:
    for name, key in (
        ("支出合计", ("B03", "", "total")),
        ("基本支出", ("B03", "", "basic")),
        ("项目支出", ("B03", "", "project")),
    ):
        expected = case.value(key)
        printed = table.get(name, [None])[0]
        if expected is None or printed is None:
            continue
        case.checked += 1
        if differs(printed, expected):
            yield Hit(
                {"what": f"当年{name}为{printed:f}，预算表3为{expected:f}"},
                (form.at,),
                (f"{printed:f}", f"{expected:f}"),
                cause=f"资金 {name}",
            )
    whole = table.get("支出合计", [None])[0]
    for name in ("基本支出", "项目支出"):
        cells = table.get(name, [])
        if len(cells) > 1 and cells[0] is not None and cells[1] is not None and whole:
            case.checked += 1
            ratio = percentage(cells[1], cells[0], whole)
            if ratio.verdict in ("wrong", "near"):
                yield Hit(
                    {"what": f"{name}占比为{cells[1]:f}%，应为{shown(ratio.expected)}%"},
                    (form.at,),
                    (f"{cells[1]:f}",),
                    WARNING,
                )


@rule(
    "BUD-12",
    "项目申报表各数不符",
    source=BUDGET_FORMULAS,
    message="{name}申报表{what}。",
    kinds=BUDGET,
    fix="核对项目总预算、当年预算、资金来源与明细测算。",
)
def applications(case: Case) -> Iterator[Hit]:
    """The money of an application: budget, sources and estimate are one, and that of the table of projects."""
    rows = [row for row in case.model.tables["B10"].rows if row.is_project] if case.is_whole("B10") else []
    amounts = {case.value(("B10", row.code, "total")) for row in rows}
    prior: dict[str, Decimal] = {}
    forms = [form for form in case.project_forms if "current" in form.details]
    for form in forms:
        current = amount(form.details["current"])
        if current is None:
            continue
        for key, what in (("sources", "资金来源合计"), ("estimate", "明细测算合计")):
            if (stated := amount(form.details.get(key, ""))) is not None:
                case.checked += 1
                if stated != current:
                    yield Hit(
                        {"name": f"项目“{form.name}”", "what": f"当年预算{current:f}元，{what}{form.details[key]}元"},
                        (form.at,),
                        (f"{current:f}", form.details[key]),
                    )
        if rows and None not in amounts:
            case.checked += 1
            if not any(value is not None and abs(value - current / 10000) <= tail(1) for value in amounts):
                yield Hit(
                    {"name": f"项目“{form.name}”", "what": f"当年预算{current:f}元，预算表10中没有金额相同的项目"},
                    (form.at,),
                    (f"{current:f}",),
                )
        for line in form.details.get("prior", "").split(";"):
            year, _, money = line.partition("=")
            prior[year] = prior.get(year, ZERO) + (amount(money) or ZERO)
    yield from _prior_years(case, prior, len(forms))


def _prior_years(case: Case, prior: dict[str, Decimal], count: int) -> Iterator[Hit]:
    form, year = _funds(case), case.model.document.year
    cells = _fund_table(form).get("项目支出", []) if form else []
    for back, position in ((2, 2), (1, 3)):
        total = prior.get(str((year or 0) - back))
        if form is None or total is None or len(cells) <= position or cells[position] is None:
            continue
        case.checked += 1
        stated = cells[position] or ZERO
        if total / 10000 > stated + tail(1):
            when = (year or 0) - back
            what = (
                f"共{count}个项目，{when}年预算合计{total / 10000:f}万元，大于整体绩效目标表当年项目支出{stated:f}万元"
            )
            yield Hit({"name": "项目", "what": what}, (form.at,), (f"{total / 10000:f}", f"{stated:f}"), WARNING)


@rule(
    "CNT-04",
    "一级项目个数与申报表不符",
    source=OPENNESS,
    severity=WARNING,
    message="说明写{n}个一级项目，申报表的一级项目名称只有{m}个（{names}）。",
    kinds=BUDGET,
)
def first_level(case: Case) -> Iterator[Hit]:
    """The number of first-level projects is that of their different names."""
    names = {compact(form.details["level"]) for form in case.project_forms if form.details.get("level")}
    for paragraph in case.explanations:
        found = re.search(r"(\d{1,2})个一级项目", compact(paragraph.text))
        if found and names:
            case.checked += 1
            if int(found[1]) != len(names):
                yield Hit(
                    {"n": found[1], "m": str(len(names)), "names": "、".join(sorted(names))},
                    (paragraph.line,),
                    (found[1], str(len(names))),
                )


@rule(
    "TGT-02",
    "同名指标在整体表与项目表中不一致",
    source=TARGETS,
    severity=WARNING,
    message="指标“{name}”在整体表为“{a}”，在项目表为“{b}”。",
    kinds=BUDGET,
)
def same_targets(case: Case) -> Iterator[Hit]:
    """Targets of one name are one."""
    whole = case.unit_form
    known: dict[str, set[str]] = {}
    for each in whole.indicators if whole else ():
        known.setdefault(compact(each.name), set()).add(compact(each.target))
    for form in case.project_forms:
        for each in form.indicators:
            others = known.get(compact(each.name))
            if not others:
                continue
            case.checked += 1
            values = {m.value for other in others if (m := measure(other))}
            mine = measure(each.target)
            if mine is not None and values and mine.value not in values:
                yield Hit({"name": each.name, "a": "、".join(sorted(others)), "b": each.target}, (each.at,))


@rule(
    "TGT-03",
    "目标中的数没有对应的指标",
    source=TARGETS,
    severity=INFO,
    message="目标“{goal}”中的{n}没有成为任何指标的目标值。",
    kinds=BUDGET,
)
def numbers_in_goals(case: Case) -> Iterator[Hit]:
    """Every number of a goal appears as a target."""
    for form in case.model.forms:
        for goal in form.goals:
            targets = compact("".join(each.target for each in form.indicators))
            if not goal.indicators:
                continue
            for number in dict.fromkeys(re.findall(r"\d+(?:\.\d+)?(?=%|家|人|场|次|篇|户|个|条)", compact(goal.text))):
                case.checked += 1
                if not re.search(rf"(?<!\d){re.escape(number)}(?!\d)", targets):
                    yield Hit(
                        {"goal": goal.text[:24], "n": number},
                        (goal.at or form.at,),
                        (number,),
                        cause=f"目标 {goal.text[:12]}{number}",
                    )


@rule(
    "TGT-08",
    "实施方案照抄项目概述",
    source=TARGETS,
    severity=INFO,
    message="项目“{name}”的实施方案与项目概述文字相同。",
    kinds=BUDGET,
)
def copied_plan(case: Case) -> Iterator[Hit]:
    """The plan says more than the summary."""
    for form in case.project_forms:
        summary, plan = compact(form.details.get("summary", "")), compact(form.details.get("plan", ""))
        if summary and plan:
            case.checked += 1
            if summary == plan:
                yield Hit({"name": form.name}, (form.at,))


@rule(
    "FRM-14",
    "项目频度与起止年度不符",
    source=TARGETS,
    severity=WARNING,
    message="项目“{name}”填常年性项目，起止年度都是{year}年{hint}。",
    kinds=BUDGET,
)
def yearly(case: Case) -> Iterator[Hit]:
    """A standing project spans more than one year."""
    for form in case.project_forms:
        start, end = form.details.get("start"), form.details.get("end")
        if start and end and form.details.get("frequency"):
            case.checked += 1
            if "常年" in form.details["frequency"] and start == end:
                hint = "，而前两年已有预算" if form.details.get("prior") else ""
                yield Hit({"name": form.name, "year": start, "hint": hint}, (form.at,))


@rule(
    "PRI-02",
    "含有经办人姓名或电话",
    source=PRIVACY,
    severity=INFO,
    message="申报表含有填报人或负责人的姓名、联系电话，公开前请确认只留办公电话。",
    kinds=BUDGET,
)
def staff(case: Case) -> Iterator[Hit]:
    """Forms ask for names and telephones of staff: remind, do not accuse."""
    lines = tuple(form.at for form in case.model.forms if form.details.get("has_contact"))
    if lines:
        case.checked += 1
        yield Hit({}, lines)
