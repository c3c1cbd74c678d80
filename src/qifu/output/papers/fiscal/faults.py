"""Faults planted in faultless documents, each with the rules of which one must find it: how recall is measured, rule by rule.

    planted = plant(model, "FRM-02", rng)      # None where the document has no place for this fault

Every fault is one that published documents show: digits transposed, a figure of last year, a rate where a score belongs, a form
left out, a slot of the template, a name beside a benefit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Claim, Form, Goal, Indicator, Paragraph
from qifu.engines.statements.money import ZERO
from qifu.engines.statements.reading.claims import claims_of, without_unit
from qifu.engines.statements.reading.repairs import with_value
from qifu.engines.statements.relations import Key, cells_of, relations
from qifu.engines.statements.subjects import is_unknown

Planter = Callable[[Model, random.Random], Model | None]
SUMS = (
    *("TBL-01a", "TBL-01b", "TBL-01c", "TBL-01d", "TBL-02", "TBL-03", "TBL-04", "TBL-05", "TBL-06", "TBL-07", "TBL-08"),
    *(
        "XTB-01-02",
        "XTB-01-03",
        "XTB-01-04",
        "XTB-03-05",
        "XTB-03-05-08",
        "XTB-04-05",
        "XTB-04-07",
        "XTB-04-08",
        "XTB-05-06",
    ),
)


# ---- figures ---------------------------------------------------------------------------------------------------------


def wrong(value: Decimal, rng: random.Random) -> Decimal:
    """A figure as it goes wrong: two digits transposed, one digit other, one lost; far enough from the right one."""
    digits = f"{abs(value):.2f}"
    for _ in range(20):
        kind = rng.randint(0, 2)
        place = rng.randrange(len(digits) - 3) if len(digits) > 4 else 0
        letters = list(digits)
        if kind == 0 and place + 1 < len(letters) - 3:
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif kind == 1:
            letters[place] = str((int(letters[place]) + rng.randint(1, 8)) % 10)
        elif len(letters) > 4:
            del letters[place]
        changed = Decimal("".join(letters))
        if abs(changed - abs(value)) >= Decimal("0.5"):
            return changed.quantize(Decimal("0.01"))
    return value + 7


def with_cell(model: Model, key: Key, value: Decimal | None) -> Model:
    """The model with one cell of a statement changed."""
    statement, _ = with_value(model.tables[key[0]], key[1], key[2], value)
    return replace(model, tables={**model.tables, key[0]: statement})


def _sum(code: str) -> Planter:
    def planter(model: Model, rng: random.Random) -> Model | None:
        values = cells_of(model)
        found = [
            cell
            for relation in relations(model)
            if relation.rule == code
            for cell, _ in relation.cells
            if values.get(cell)
        ]
        if not found:
            return None
        key = rng.choice(found)
        return with_cell(model, key, wrong(values[key] or ZERO, rng))

    return planter


def retold(model: Model, text: tuple[Paragraph, ...]) -> Model:
    """The model with another text, and the claims of that text."""
    claims = tuple(without_unit(claim, model.document.unit) for claim in claims_of(text))
    return replace(model, text=text, claims=claims)


def _edited(model: Model, number: int, text: str) -> Model:
    paragraph = replace(model.text[number], text=text)
    return retold(model, (*model.text[:number], paragraph, *model.text[number + 1 :]))


def _claim(choose: Callable[[Claim], bool], change: Callable[[Decimal, random.Random], Decimal] = wrong) -> Planter:
    """Change one figure of the text that fits."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        found = [c for c in model.claims if choose(c) and c.value > 0 and c.paragraph < len(model.text)]
        if not found:
            return None
        claim = rng.choice(found)
        text = model.text[claim.paragraph].text
        said = f"{change(claim.value, rng):f}"
        number = re.match(r"[\d.,]+", text[claim.offset :])
        if number is None or said == number[0]:
            return None
        return _edited(model, claim.paragraph, text[: claim.offset] + said + text[claim.offset + number.end() :])

    return planter


def _rate(value: Decimal, rng: random.Random) -> Decimal:
    shift = Decimal(rng.choice(("1", "-1", "10", "0.5", "-0.7")))
    return abs(value + shift).quantize(Decimal("0.01"))


# ---- forms -----------------------------------------------------------------------------------------------------------


def _form(change: Callable[[Form, random.Random], Form | None], kind: str = "") -> Planter:
    def planter(model: Model, rng: random.Random) -> Model | None:
        places = [i for i, form in enumerate(model.forms) if not kind or form.kind == kind]
        rng.shuffle(places)
        for i in places:
            changed = change(model.forms[i], rng)
            if changed is not None:
                return replace(model, forms=(*model.forms[:i], changed, *model.forms[i + 1 :]))
        return None

    return planter


def _indicator(
    choose: Callable[[Indicator], bool],
    change: Callable[[Indicator, random.Random], Indicator],
    kind: str = "",
    *,
    unexplained: bool = False,
) -> Planter:
    def changed(form: Form, rng: random.Random) -> Form | None:
        if unexplained and form.reasons:
            return None
        places = [(g, i) for g, goal in enumerate(form.goals) for i, each in enumerate(goal.indicators) if choose(each)]
        if not places:
            return None
        g, i = rng.choice(places)
        goal = form.goals[g]
        one = change(goal.indicators[i], rng)
        goals = (
            *form.goals[:g],
            replace(goal, indicators=(*goal.indicators[:i], one, *goal.indicators[i + 1 :])),
            *form.goals[g + 1 :],
        )
        return replace(form, goals=goals)

    return _form(changed, kind)


def _wrong_rate(form: Form, rng: random.Random) -> Form | None:
    value = Decimal(form.rate.rstrip("%")) if form.rate else None
    return replace(form, rate=f"{_rate(value, rng):f}%") if value is not None else None


def _rate_for_score(form: Form, rng: random.Random) -> Form | None:
    if form.score is None:
        return None
    value = rng.choice(
        (
            Decimal(form.rate.rstrip("%")),
            form.score + Decimal("1.25"),
            Decimal(20) if form.rate < "95" and len(form.rate) == 6 else form.score - 2,
        )
    )
    return replace(form, score=value) if value != form.score else None


def _goal(form: Form, change: Callable[[Goal], Goal]) -> Form | None:
    return replace(form, goals=(change(form.goals[0]), *form.goals[1:])) if form.goals else None


def _other_points(form: Form, rng: random.Random) -> Form | None:
    if form.full is None:
        return None
    if rng.random() < 0.5:
        return replace(form, full=form.full + rng.choice((-10, 10)))
    return _goal(form, lambda goal: replace(goal, points=str(int(goal.points) + 5)) if goal.points else goal)


def _other_total(form: Form, rng: random.Random) -> Form | None:
    return (
        replace(form, total_score=form.total_score + rng.choice((-2, 1, Decimal("0.5"))))
        if form.total_score is not None
        else None
    )


def _more_score(each: Indicator, rng: random.Random) -> Indicator:
    return replace(each, score=str(int(each.score) + rng.randint(1, 5)))


def _missed(each: Indicator, rng: random.Random) -> Indicator:
    number = re.search(r"\d+", each.target)
    low = max(1, int(number[0]) // 2) if number else 1
    return replace(each, actual=re.sub(r"\d+", str(low), each.actual, count=1))


def _no_reason(form: Form, rng: random.Random) -> Form | None:
    low = form.rate and Decimal(form.rate.rstrip("%")) < 90
    return replace(form, reasons=rng.choice(("", "无偏差", "无"))) if low else None


# ---- text ------------------------------------------------------------------------------------------------------------


def _insert(part: str, sayings: tuple[str, ...], topic: str = "") -> Planter:
    """Add something to the end of a paragraph of a part."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        places = [
            i
            for i, p in enumerate(model.text)
            if p.part == part and p.kind == "text" and (not topic or p.topic == topic)
        ]
        if not places:
            return None
        i = rng.choice(places)
        return _edited(model, i, model.text[i].text.rstrip("。") + rng.choice(sayings) + "。")

    return planter


def _drop(choose: Callable[[Paragraph], bool]) -> Planter:
    """Leave out the paragraphs that fit."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        kept = tuple(p for p in model.text if not choose(p))
        return retold(model, kept) if len(kept) < len(model.text) else None

    return planter


def _swap(
    pattern: str, replacement: Callable[[re.Match[str]], str], part: str = "explanations", topic: str = ""
) -> Planter:
    """Change the first passage that fits in one paragraph."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        places = [
            i
            for i, p in enumerate(model.text)
            if p.part == part and (not topic or p.topic == topic) and re.search(pattern, p.text)
        ]
        if not places:
            return None
        i = rng.choice(places)
        text = re.sub(pattern, replacement, model.text[i].text, count=1)
        return _edited(model, i, text) if text != model.text[i].text else None

    return planter


def _fewer_tables(model: Model, rng: random.Random) -> Model | None:
    gone = rng.choice(("T07", "T08", "T09"))
    return replace(model, tables={name: table for name, table in model.tables.items() if name != gone})


def _no_budget_reason(model: Model, rng: random.Random) -> Model | None:
    """Leave out the reason of an item that is 5 % and more off its budget."""
    places = []
    for claim in model.claims:
        if claim.topic == "general" and claim.measure == "completion" and claim.item and abs(claim.value - 100) > 6:
            places.append(claim.paragraph)
    if not places:
        return None
    number = rng.choice(places)
    return _edited(
        model, number, re.sub(r"决算数(大于|小于)年初预算数的主要原因是[^。]*。", "", model.text[number].text)
    )


def _fewer_forms(model: Model, rng: random.Random) -> Model | None:
    places = [i for i, form in enumerate(model.forms) if form.kind == "project"]
    if len(places) < 2:
        return None
    gone = rng.choice(places)
    return replace(model, forms=tuple(form for i, form in enumerate(model.forms) if i != gone))


def _listed_without_money(model: Model, rng: random.Random) -> Model | None:
    rows = [
        row
        for row in model.tables["T06"].rows
        if len(row.code) == 5 and row.code[:3] == "301" and not row.amounts.get("amount")
    ]
    if not rows:
        return None
    name = rng.choice(rows).name
    return _swap(r"人员经费([^：]*)：", lambda m: f"人员经费{m[1]}：{name}、", topic="basic")(model, rng)


def _unknown_code(model: Model, rng: random.Random) -> Model | None:
    name = rng.choice(("T03", "T05"))
    table = model.tables[name]
    places = [i for i, row in enumerate(table.rows) if len(row.code) == 7 and is_unknown(row.code[:5] + "87")]
    if not places:
        return None
    i = rng.choice(places)
    row = replace(table.rows[i], code=table.rows[i].code[:5] + "87")
    return replace(
        model, tables={**model.tables, name: replace(table, rows=(*table.rows[:i], row, *table.rows[i + 1 :]))}
    )


def _old_name(model: Model, rng: random.Random) -> Model | None:
    table = model.tables["T03"]
    places = [i for i, row in enumerate(table.rows) if len(row.code) == 7]
    i = rng.choice(places)
    row = replace(table.rows[i], name=rng.choice(("一般行政事务管理", "机构运转支出项", "其他专项业务费")))
    return replace(
        model, tables={**model.tables, "T03": replace(table, rows=(*table.rows[:i], row, *table.rows[i + 1 :]))}
    )


def _head(model: Model, rng: random.Random) -> Model | None:
    name = rng.choice(list(model.tables))
    table = model.tables[name]
    year = model.document.year or 0
    changed = rng.choice(
        (
            replace(table, money_unit="元"),
            replace(table, unit="另一单位"),
            replace(table, title=table.title.replace(str(year), str(year - 1))),
        )
    )
    return replace(model, tables={**model.tables, name: changed})


def _formula(model: Model, rng: random.Random) -> Model | None:
    table = model.tables["T04"]
    if not any("59行" in note for note in table.notes):
        return None
    wrong_line = rng.choice(("57", "56", "60"))
    notes = tuple(note.replace("59行=(33", f"{wrong_line}行=(33") for note in table.notes)
    return replace(model, tables={**model.tables, "T04": replace(table, notes=notes)})


def _running_project(model: Model, rng: random.Random) -> Model | None:
    row = next(
        (row for row in model.tables["T03"].rows if len(row.code) == 7 and row.name in ("事业运行", "行政运行")), None
    )
    return with_cell(model, ("T03", row.code, "project"), Decimal(rng.randint(1, 9))) if row else None


def _soft(model: Model, rng: random.Random) -> Model | None:
    row = model.tables["T06"].row(rng.choice(("30108", "30113", "30110")))
    amount = row.amounts.get("amount") if row else None
    return with_cell(model, ("T06", row.code, "amount"), amount + rng.randint(1, 9)) if row and amount else None


def _is(topic: str, measure: str, *, item: bool | None = None, subject: str = "") -> Callable[[Claim], bool]:
    def fits(claim: Claim) -> bool:
        return (
            claim.topic == topic
            and claim.measure == measure
            and (item is None or bool(claim.item) == item)
            and (not subject or bool(re.search(subject, claim.subject)))
        )

    return fits


_PERSONAL = (
    "。发放困难职工王建国生活补助3000元",
    "。发放遗属李秀英抚恤金8000元",
    "。联系人手机13812345678",
    "。身份证号420106198001011234",
)
PLANTERS: dict[str, Planter] = {
    **{code: _sum(code) for code in SUMS},
    "TBL-00": _formula,
    "TBL-10": _head,
    "XTB-05-06-SOFT": _soft,
    "CLS-01": _running_project,
    "VOC-01": lambda model, rng: (_unknown_code if rng.random() < 0.5 else _old_name)(model, rng),
    "NAR-01": _claim(
        lambda c: (
            c.measure == "amount" and c.topic in ("overall", "income", "expenditure", "fiscal", "basic") and not c.item
        )
    ),
    "NAR-02": _claim(
        lambda c: (
            c.topic == "general"
            and (
                (c.measure == "actual" and bool(c.item))
                or (c.measure == "amount" and c.section == "五(二)" and "类" in c.subject)
            )
        )
    ),
    "NAR-02-SUM": _claim(_is("general", "initial", item=False)),
    "NAR-03": _claim(_is("general", "amount", item=False, subject="^(基本|项目)支出$")),
    "NAR-04": _listed_without_money,
    "NAR-06": _claim(lambda c: c.topic == "performance" and c.measure in ("budget", "actual")),
    "NAR-09": _swap(
        r"政府性基金预算财政拨款(年初|支出|本年)[^。]*|国有资本经营预算财政拨款支出\d[^。]*",
        lambda m: (
            "本部门当年无政府性基金预算财政拨款收入支出"
            if "基金" in m[0]
            else "本部门当年无国有资本经营预算财政拨款支出"
        ),
    ),
    "NAR-11": _swap(r"(整体支出绩效自评，资金)[\d.]+", lambda m: f"{m[1]}17.82", topic="performance"),
    "NAR-14": _swap(r"(收入合计|支出合计)[\d.]+(万元)", lambda m: m[1] + m[2]),
    "PCT-YOY": _claim(lambda c: c.measure == "change_rate", _rate),
    "PCT-DIR": _swap(
        r"(增加[\d.]+万元，)增长|(减少[\d.]+万元，)下降", lambda m: f"{m[1]}下降" if m[1] else f"{m[2]}增长"
    ),
    "PCT-SHARE": _claim(lambda c: c.measure == "share" and c.topic in ("income", "expenditure", "general"), _rate),
    "PCT-COMP": _claim(lambda c: c.measure == "completion", _rate),
    "PCT-PROC": _claim(
        lambda c: (
            c.topic == "procurement" and ((c.measure == "amount" and "授予" not in c.subject) or c.measure == "share")
        ),
        lambda v, r: _rate(v, r) + 3,
    ),
    "FRM-01": _form(_wrong_rate),
    "FRM-02": _form(_rate_for_score),
    "FRM-03": _form(_other_points),
    "FRM-04": _indicator(lambda each: each.score.isdigit(), _more_score),
    "FRM-05": _form(_other_total),
    "FRM-06": _form(lambda form, rng: replace(form, executed=wrong(form.executed or ZERO, rng)), "unit"),
    "FRM-09": _indicator(
        lambda each: "%" in each.actual,
        lambda each, rng: replace(each, actual=rng.choice(("99.5%", "86.1%", "1")), target=each.target),
        "unit",
    ),
    "FRM-10": _indicator(
        lambda each: each.level2 in ("时效指标", "社会效益指标"),
        lambda each, rng: replace(each, level1="效益指标" if each.level2 == "时效指标" else "产出指标"),
    ),
    "FRM-11": lambda model, rng: (
        _form(_no_reason)
        if rng.random() < 0.5
        else _indicator(lambda each: "次" in each.target or "条" in each.target, _missed, unexplained=True)
    )(model, rng),
    "FRM-12": _indicator(
        lambda each: "≥" in each.target and "%" in each.target,
        lambda each, rng: replace(each, actual=rng.choice((each.target, "近90%", "97%-100%"))),
    ),
    "FRM-13": _indicator(
        lambda each: "≥" in each.target and "次" in each.target,
        lambda each, rng: replace(each, actual=f"{int(each.target[1:-1]) * rng.randint(2, 4)}次"),
        unexplained=True,
    ),
    "FRM-15": _indicator(
        lambda each: True, lambda each, rng: replace(each, target=rng.choice(("根据实际情况", each.name)))
    ),
    "CNT-01": lambda model, rng: (
        _fewer_forms
        if rng.random() < 0.4
        else _swap(r"(涉及(?:项目)?)(\d)(个)", lambda m: f"{m[1]}{int(m[2]) + 1}{m[3]}", topic="performance")
    )(model, rng),
    "CNT-02": _insert(
        "works",
        ("。一是完善制度。二是加强培训。四是强化督查", "。一是走访。三是回访", "。一是宣传。二是辅导。二是兑现"),
    ),
    "REQ-02": lambda model, rng: (_fewer_tables if rng.random() < 0.5 else _drop(lambda p: p.topic == "operation"))(
        model, rng
    ),
    "REQ-03": _drop(lambda p: p.section == "五(三)" and p.text.startswith("2.")),
    "REQ-04": _swap(r"，完成年初预算的[\d.]+%", lambda m: "", topic="general"),
    "REQ-05": _no_budget_reason,
    "REQ-08": _drop(
        lambda p: (
            p.topic == "hospitality"
            and ("公务接待" in p.text or "因公出国" in p.text)
            and p.kind == "text"
            and p.section == "九(二)"
        )
    ),
    "REQ-09": _drop(lambda p: p.section == "十三(四)"),
    "REQ-12": _swap(r"，无单价100万元（含）以上设备|无车辆，", lambda m: "", topic="assets"),
    "RES-01": _insert("explanations", ("，其中××项目支出", "，20XX年度完成", "，资金用于______")),
    "RES-02": _insert(
        "terms", ("（请根据本单位实际情况填写）", "（如无此项收入，则删去）", "（注：以下为所有单位共用科目）")
    ),
    "RES-03": _insert("explanations", ("，包括办公费、、水费", "，，按规定执行", "。。完成任务")),
    "RES-06": _insert(
        "explanations", ("，主要是用于主要是用于日常运转", "，用于用于办公", "，完成年度任务完成年度任务")
    ),
    "LBL-03": _swap(
        r"(经费)(项目绩效自评综述)",
        lambda m: f"工作{m[1]}{m[2]}" if len(m.string) % 2 else f"专项资金{m[2]}",
        topic="performance",
    ),
    "LBL-06": _swap(r"^(20\d\d)(年度)", lambda m: f"{int(m[1]) - 1}{m[2]}", topic="overall"),
    "LBL-10": _insert("terms", ("，由市级财政拨款安排", "，适用于市直部门", "，纳入市级财政预决算管理")),
    "VOC-02": lambda model, rng: _drop(lambda p: p.part == "terms" and p.text.startswith("2."))(model, rng),
    "VOC-04": _swap(r"机关事业单位基本养老保险缴费支出（项）", lambda m: "机关事业单位基本养老保险缴费（项）", "terms"),
    "PRI-01": _insert("works", _PERSONAL),
}


def plant(model: Model, code: str, rng: random.Random) -> Model | None:
    """Plant one fault that a rule must find; None where the document has no place for it."""
    return PLANTERS[code](model, rng)
