"""Plausible final accounts of invented units, of any layout and year, faultless to the cent.

    model = sample(random.Random(7))

Everything follows from a few drawn amounts, so that all identities hold; text and claims are worded from the figures.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from qifu.engines.statements import Model
from qifu.engines.statements.layouts import layout, ledger
from qifu.engines.statements.model import (
    Amounts,
    Document,
    Entry,
    Form,
    Goal,
    Indicator,
    Row,
    Statement,
)
from qifu.engines.statements.money import ZERO, rounded
from qifu.engines.statements.subjects import economic, name_of
from qifu.engines.statements.words import compact, in_chinese
from qifu.engines.statements.writing.explain import Facts, worded

PLACES = ("临江市云桥区", "江州市东湖区", "安陆市南岗区", "清河市北城区", "望海市青阳区")
BODIES = ("企业服务中心", "营商环境促进中心", "中小企业服务中心", "招商服务中心", "政务服务中心")
PROJECTS = (
    "企业服务平台运维",
    "楼宇走访专项",
    "惠企政策宣传",
    "企业诉求办理",
    "营商环境监测",
    "服务站点建设",
    "产业分析研究",
    "公众号运营",
)
REASONS = (
    "人员变动，支出相应调整",
    "按规定压减一般性支出",
    "部分项目跨年实施",
    "年中追加项目经费",
    "社保缴费基数调整",
)
CLASSES = [
    "201",
    "202",
    "203",
    "204",
    "205",
    "206",
    "207",
    "208",
    "210",
    "211",
    "212",
    "213",
    "214",
    "215",
    "216",
    "217",
    "219",
    "220",
    "221",
    "222",
    "223",
    "224",
    "229",
    "231",
    "232",
    "234",
]
_ECONOMIC = tuple(code for code in economic() if code[0] == "3" and code[:3] in ("301", "302", "303", "310"))
_FORMULAS = {
    "T01": "注：27行=(1+2+3+4+5+6+7+8)行；30行=(27+28+29)行；57行=(31+32+…+56)行；60行=(57+58+59)行。",
    "T04": "注：27行=(1+2+3)行；32行=(27+28)行；59行=(33+34+…+58)行；64行=(59+60)行。",
}


@dataclass(frozen=True)
class Style:
    """How a document is printed, beside its figures."""

    year: int = 2024
    all_levels: bool = True  # 类 and 款 rows beside the 项
    formulas: bool = False  # formulas under the tables, as in the layouts up to 2022
    scored: bool = False  # forms with scores
    zeros: bool = False  # 0.00 instead of blanks in 三公
    capital: bool = False
    fund: bool = False
    other_income: bool = False
    carried: bool = False
    trimmed: bool = False  # noughts at the end of decimals left out, as workbooks do


def any_style(rng: random.Random) -> Style:
    """Draw a style."""
    year = rng.randint(2020, 2025)
    old = year <= 2022
    return Style(
        year,
        all_levels=rng.random() < 0.6,
        formulas=old and rng.random() < 0.8,
        scored=old or rng.random() < 0.3,
        zeros=rng.random() < 0.4,
        capital=rng.random() < 0.25,
        fund=rng.random() < 0.15,
        other_income=rng.random() < 0.2,
        carried=rng.random() < 0.15,
        trimmed=rng.random() < 0.2,
    )


@dataclass
class _World:
    """The drawn amounts of one unit's year."""

    rng: random.Random
    style: Style
    basic: dict[str, Decimal] = field(default_factory=dict)  # 项 → basic expenditure of the general budget
    project: dict[str, Decimal] = field(default_factory=dict)
    capital: dict[str, Decimal] = field(default_factory=dict)
    fund: dict[str, Decimal] = field(default_factory=dict)
    own: Decimal = ZERO  # expenditure from other income
    carried_in: Decimal = ZERO
    carried_out: Decimal = ZERO
    economic: dict[str, Decimal] = field(default_factory=dict)

    def cents(self, low: int, high: int) -> Decimal:
        """An amount between two whole numbers of 万元, to the cent."""
        drawn = Decimal(self.rng.randint(low * 100, high * 100)) / 100
        return drawn if self.style.trimmed else rounded(drawn, 2)


def sample(rng: random.Random, style: Style | None = None) -> Model:
    """Draw a faultless document."""
    model, facts = figures(rng, style)
    return worded(model, facts)


def figures(rng: random.Random, style: Style | None = None) -> tuple[Model, Facts]:
    """Draw statements and forms, and the facts that their explanation needs."""
    world = _World(rng, style or any_style(rng))
    _draw(world)
    unit = rng.choice(PLACES) + rng.choice(BODIES)
    year = world.style.year
    document = Document(
        "final_accounts", unit, year, f"{year + 1}-09-{rng.randint(10, 28)}", "万元", f"{year}年度{unit}部门决算公开"
    )
    tables = {name: _dressed(table, world, unit) for name, table in _tables(world).items()}
    forms = _forms(world, unit)
    return Model(document, tables, forms), _facts(world, document, tables)


# ---- amounts ---------------------------------------------------------------------------------------------------------


def _draw(world: _World) -> None:
    rng = world.rng
    home = rng.choice(("20103", "20113", "21508", "20138"))
    running, other = {"20103": ("50", "99"), "20113": ("50", "99"), "21508": ("01", "99"), "20138": ("50", "99")}[home]
    world.basic[home + running] = world.cents(120, 900)
    world.project[home + other] = world.cents(20, 700)
    if rng.random() < 0.4:
        world.project[home + "02"] = world.cents(5, 90)
    for code, low, high in (
        ("2080502", 2, 90),
        ("2080505", 15, 60),
        ("2080506", 5, 30),
        ("2101102", 8, 30),
        ("2101103", 8, 25),
        ("2210201", 15, 60),
    ):
        if code not in ("2080506", "2101103") or rng.random() < 0.7:
            world.basic[code] = world.cents(low, high)
    for code, low, high in (("2080599", 1, 9), ("2210202", 3, 12), ("2210203", 2, 20)):
        if rng.random() < 0.6:
            world.basic[code] = world.cents(low, high)
    if world.style.capital:
        world.capital["2230199"] = world.cents(10, 80)
    if world.style.fund:
        world.fund["2120899"] = world.cents(5, 60)
    if world.style.other_income:
        world.own = world.cents(5, 60)
    if world.style.carried:
        world.carried_in = world.cents(1, 30)
        world.carried_out = rounded(world.carried_in * Decimal(rng.randint(0, 100)) / 100, 2)
    _draw_economic(world)


def _draw_economic(world: _World) -> None:
    """Economic subjects that add up to the basic expenditure and agree with their functional pairs."""
    basic, rng = world.basic, world.rng
    pairs = {
        "30108": "2080505",
        "30109": "2080506",
        "30110": "2101102",
        "30111": "2101103",
        "30113": "2210201",
        "30302": "2080502",
    }
    for code, functional in pairs.items():
        if functional in basic:
            world.economic[code] = basic[functional]
    left = sum(basic.values(), ZERO) - sum(world.economic.values(), ZERO)
    spread = [
        "30101",
        "30102",
        "30107",
        "30112",
        "30199",
        *rng.sample(
            [c for c in _ECONOMIC if c.startswith("302") and len(c) == 5 and c not in ("30212", "30217", "30231")], 8
        ),
    ]
    if rng.random() < 0.5:
        spread.append("31002")
    weights = [rng.randint(30, 200) if code.startswith("301") else rng.randint(1, 12) for code in spread]
    total = sum(weights)
    given = ZERO
    for code, weight in zip(spread[1:], weights[1:], strict=True):
        share = rounded(left * weight / total, 2)
        if share > 0:
            world.economic[code] = share
            given += share
    world.economic["30101"] = left - given


# ---- statements ------------------------------------------------------------------------------------------------------


def _blank(value: Decimal) -> Decimal | None:
    return value if value else None


def _with_levels(rows: dict[str, Amounts], world: _World, columns: tuple[str, ...]) -> tuple[Row, ...]:
    """The total row, and rows by 项, with 类 and 款 where the style prints them."""
    levels: dict[str, Amounts] = {"": _sum(rows.values(), columns)}
    for code in sorted(rows):
        if world.style.all_levels:
            for size in (3, 5):
                head = code[:size]
                levels.setdefault(
                    head, _sum((amounts for each, amounts in rows.items() if each.startswith(head)), columns)
                )
        levels[code] = rows[code]
    return tuple(
        Row(code, name_of(code, world.style.year) if code else "合计", amounts) for code, amounts in levels.items()
    )


def _sum(rows: Iterable[Amounts], columns: tuple[str, ...]) -> Amounts:
    listed = list(rows)
    return {column: _blank(sum((row.get(column) or ZERO for row in listed), ZERO)) for column in columns}


def _spending(basic: Decimal, project: Decimal) -> Amounts:
    return {"total": _blank(basic + project), "basic": _blank(basic), "project": _blank(project)}


def _tables(world: _World) -> dict[str, Statement]:
    general = {
        code: _spending(world.basic.get(code, ZERO), world.project.get(code, ZERO))
        for code in sorted({*world.basic, *world.project})
    }
    capital = {code: _spending(ZERO, value) for code, value in world.capital.items()}
    fund = {code: _spending(ZERO, value) for code, value in world.fund.items()}
    own = next(iter(world.project))
    third = {**{code: dict(a) for code, a in general.items()}, **capital, **fund}
    third[own] = _spending(world.basic.get(own, ZERO), world.project[own] + world.own)
    tables = {
        "T02": Statement("T02", rows=_with_levels(_incomes(world, third, own), world, layout("T02").columns)),
        "T03": Statement(
            "T03", rows=_with_levels({c: _all(a, "T03") for c, a in third.items()}, world, layout("T03").columns)
        ),
        "T05": Statement("T05", rows=_with_levels(general, world, layout("T05").columns)),
        "T06": _sixth(world),
        "T07": _seventh(world, fund),
        "T08": Statement("T08", rows=_with_levels(capital, world, layout("T08").columns) if capital else ()),
        "T09": _ninth(world),
    }
    tables["T01"], tables["T04"] = _first(world, third), _fourth(world, general, fund, capital)
    return dict(sorted(tables.items()))


def _all(amounts: Amounts, statement: str) -> Amounts:
    return dict.fromkeys(layout(statement).columns) | amounts


def _incomes(world: _World, third: dict[str, Amounts], own: str) -> dict[str, Amounts]:
    rows = {}
    for code, amounts in third.items():
        total = amounts["total"] or ZERO
        if code == own:
            total += world.carried_out - world.carried_in
        rows[code] = _all(
            {
                "total": _blank(total),
                "fiscal": _blank(total - (world.own if code == own else ZERO)),
                "other": _blank(world.own if code == own else ZERO),
            },
            "T02",
        )
    return rows


def _entries(
    side: str, labels: list[tuple[str, str]], values: dict[str, Amounts], start: int, columns: tuple[str, ...]
) -> tuple[Entry, ...]:
    return tuple(
        Entry(number, label, values.get(key, dict.fromkeys(columns)))
        for number, (key, label) in enumerate(labels, start=start)
        if label
    )


def _classes(world: _World) -> list[tuple[str, str]]:
    return [(code, f"{in_chinese(i)}、{name_of(code, world.style.year)}") for i, code in enumerate(CLASSES, start=1)]


def _first(world: _World, third: dict[str, Amounts]) -> Statement:
    spent = {code: sum((a["total"] or ZERO for c, a in third.items() if c.startswith(code)), ZERO) for code in CLASSES}
    total = sum(spent.values(), ZERO)
    current = total + world.carried_out - world.carried_in
    incomes = {
        "general": current - world.own - sum((*world.fund.values(), *world.capital.values()), ZERO),
        "fund": sum(world.fund.values(), ZERO),
        "capital": sum(world.capital.values(), ZERO),
        "other": world.own,
        "current": current,
        "opening": world.carried_in,
        "grand": current + world.carried_in,
    }
    keys = ("general", "fund", "capital", "superior", "undertaking", "business", "affiliate", "other")
    names = {known.key: known.label for known in ledger() if known.side == "income"}
    left = [(key, f"{in_chinese(i)}、{names[key]}") for i, key in enumerate(keys, start=1)] + [("", "")] * 18
    left += [
        ("current", "本年收入合计"),
        ("used_surplus", "使用非财政拨款结余（含专用结余）"),
        ("opening", "年初结转和结余"),
        ("grand", "总计"),
    ]
    right = [
        *_classes(world),
        ("current", "本年支出合计"),
        ("distribution", "结余分配"),
        ("closing", "年末结转和结余"),
        ("grand", "总计"),
    ]
    spending = {**spent, "current": total, "closing": world.carried_out, "grand": total + world.carried_out}
    columns = ("amount",)
    return Statement(
        "T01",
        income=_entries("income", left, {k: {"amount": _blank(v)} for k, v in incomes.items()}, 1, columns),
        expenditure=_entries(
            "expenditure", right, {k: {"amount": _blank(v)} for k, v in spending.items()}, 31, columns
        ),
    )


def _fourth(
    world: _World, general: dict[str, Amounts], fund: dict[str, Amounts], capital: dict[str, Amounts]
) -> Statement:
    kinds = {"general": general, "fund": fund, "capital": capital}
    by_class = {
        code: {
            kind: sum((a["total"] or ZERO for c, a in rows.items() if c.startswith(code)), ZERO)
            for kind, rows in kinds.items()
        }
        for code in CLASSES
    }
    spent = {kind: sum((each[kind] for each in by_class.values()), ZERO) for kind in kinds}
    opening, closing = world.carried_in, world.carried_out
    incomes = {kind: value + (closing - opening if kind == "general" else ZERO) for kind, value in spent.items()}
    current = sum(incomes.values(), ZERO)
    left_values = {
        **incomes,
        "current": current,
        "opening": opening,
        "opening_general": opening,
        "grand": current + opening,
    }
    left = [
        ("general", "一、一般公共预算财政拨款"),
        ("fund", "二、政府性基金预算财政拨款"),
        ("capital", "三、国有资本经营预算财政拨款"),
        *[("", "")] * 23,
    ]
    left += [
        ("current", "本年收入合计"),
        ("opening", "年初财政拨款结转和结余"),
        ("opening_general", "一般公共预算财政拨款"),
        ("", "政府性基金预算财政拨款"),
        ("", "国有资本经营预算财政拨款"),
        ("grand", "总计"),
    ]
    right = [
        *_classes(world),
        ("current", "本年支出合计"),
        ("closing", "年末财政拨款结转和结余"),
        *[("", "")] * 3,
        ("grand", "总计"),
    ]

    def wide(each: dict[str, Decimal]) -> Amounts:
        return {"total": _blank(sum(each.values(), ZERO)), **{kind: _blank(each[kind]) for kind in kinds}}

    ends = {"general": closing, "fund": ZERO, "capital": ZERO}
    values = {code: wide(each) for code, each in by_class.items()}
    values |= {
        "current": wide(spent),
        "closing": wide(ends),
        "grand": wide({kind: spent[kind] + ends[kind] for kind in kinds}),
    }
    return Statement(
        "T04",
        income=_entries("income", left, {k: {"total": _blank(v)} for k, v in left_values.items()}, 1, ("total",)),
        expenditure=_entries("expenditure", right, values, 33, layout("T04").columns),
    )


def _sixth(world: _World) -> Statement:
    totals: dict[str, Decimal] = {}
    for code, value in world.economic.items():
        totals[code[:3]] = totals.get(code[:3], ZERO) + value
    held = {**world.economic, **totals}
    rows = tuple(Row(code, economic()[code], {"amount": _blank(held.get(code, ZERO))}) for code in sorted(_ECONOMIC))
    personnel = totals.get("301", ZERO) + totals.get("303", ZERO)
    public = totals.get("302", ZERO) + totals.get("310", ZERO)
    return Statement("T06", rows=rows, personnel_total=personnel, public_total=public)


def _seventh(world: _World, fund: dict[str, Amounts]) -> Statement:
    if not fund:
        return Statement("T07")
    rows = {code: _all({"income": amounts["total"], **amounts}, "T07") for code, amounts in fund.items()}
    return Statement("T07", rows=_with_levels(rows, world, layout("T07").columns))


def _ninth(world: _World) -> Statement:
    columns = layout("T09").columns
    half: Amounts = dict.fromkeys(columns, Decimal("0.00") if world.style.zeros else None)
    return Statement("T09", budget=dict(half), actual=dict(half))


def _dressed(table: Statement, world: _World, unit: str) -> Statement:
    """Head and notes of a statement."""
    notes = []
    if world.style.formulas and table.id in _FORMULAS:
        notes.append(_FORMULAS[table.id])
    notes.append(f"注：本表反映部门本年度{_ABOUT.get(table.id, '收支')}情况。")
    if table.is_empty and table.id in ("T07", "T08", "T09"):
        notes.append(f"本部门{world.style.year}年度无{_NOTHING[table.id]}。")
    return replace(
        table, title=f"{world.style.year}年度{layout(table.id).name}", unit=unit, money_unit="万元", notes=tuple(notes)
    )


_ABOUT = {
    "T01": "的总收支和年末结转结余",
    "T02": "取得的各项收入",
    "T03": "各项支出",
    "T09": "财政拨款“三公”经费支出预决算",
}
_NOTHING = {
    "T07": "政府性基金预算财政拨款收入支出",
    "T08": "国有资本经营预算财政拨款支出",
    "T09": "财政拨款“三公”经费支出",
}


# ---- forms -----------------------------------------------------------------------------------------------------------

_INDICATORS = (
    ("产出指标", "数量指标", "走访企业次数", "次"),
    ("产出指标", "数量指标", "推送政策条数", "条"),
    ("产出指标", "质量指标", "诉求办结率", "%"),
    ("产出指标", "时效指标", "完成及时率", "%"),
    ("效益指标", "社会效益指标", "政策知晓率", "%"),
    ("效益指标", "社会效益指标", "营商环境改善程度", ""),
    ("满意度指标", "服务对象满意度指标", "企业满意度", "%"),
)


def _forms(world: _World, unit: str) -> tuple[Form, ...]:
    rng = world.rng
    money = sum((*world.project.values(), *world.capital.values(), *world.fund.values()), ZERO) + world.own
    count = rng.randint(2, 4)
    cuts = sorted(rng.randint(1, int(money * 100) - 1) for _ in range(count - 1))
    edges = [0, *cuts, int(money * 100)]
    parts = [Decimal(b - a) / 100 for a, b in pairwise(edges)]
    names = rng.sample(PROJECTS, count)
    projects = [
        _project(world, name, part, number)
        for number, (name, part) in enumerate(zip(names, parts, strict=True))
        if part > 0
    ]
    basic = sum(world.basic.values(), ZERO)
    budget = basic + sum((form.budget or ZERO for form in projects), ZERO)
    whole = Form(
        f"{world.style.year}年度{unit}整体绩效自评表",
        "unit",
        unit,
        budget,
        basic + money,
        basic=basic,
        project=money,
        goals=tuple(
            replace(goal, text=f"完成{form.name}年度任务，服务企业发展。") for form in projects for goal in form.goals
        ),
        details={"unit": unit},
    )
    return (_scored(whole, world), *projects)


def _project(world: _World, name: str, executed: Decimal, number: int) -> Form:
    rng, year = world.rng, world.style.year
    budget = executed if rng.random() < 0.4 else rounded(executed / Decimal(rng.randint(72, 99)) * 100, 2)
    chosen = sorted(rng.sample(range(len(_INDICATORS)), rng.randint(4, 6)))
    indicators = tuple(_measured(rng, _INDICATORS[i], name) for i in chosen)
    form = Form(
        f"{year}年度{name}项目绩效自评表",
        "project",
        f"{name}经费",
        budget,
        executed,
        goals=(Goal("", "", indicators),),
        details={"项目类型": "1、经常性项目☑2、延续性项目□3、一次性项目□"},
    )
    return _scored(form, world)


def _measured(rng: random.Random, kind: tuple[str, str, str, str], name: str) -> Indicator:
    level1, level2, label, unit = kind
    label = f"{name[:4]}{label}"
    if not unit:
        return Indicator(level1, level2, label, "有效提升", "有效提升")
    if unit == "%":
        target = rng.choice((85, 90, 95, 100))
        sign = "=" if target == 100 else "≥"
        return Indicator(level1, level2, label, f"{sign}{target}%", f"{min(100, target + rng.randint(0, 6))}%")
    target = rng.randint(10, 80)
    return Indicator(level1, level2, label, f"≥{target}{unit}", f"{target + rng.randint(0, max(1, target // 5))}{unit}")


def _scored(form: Form, world: _World) -> Form:
    """Rate, and where the style has them points and scores; reasons where the rate is low."""
    rate = rounded((form.executed or ZERO) / (form.budget or Decimal(1)) * 100, 2)
    low = rate < 90
    reasons = "部分工作跨年实施，资金按合同进度支付。" if low else ""
    measures = "加快项目实施进度，及时支付资金。" if low else ""
    form = replace(form, rate=f"{rate:f}%", reasons=reasons, measures=measures)
    if not world.style.scored:
        return form
    count = len(form.goals)
    shares = [80 // count] * count
    shares[-1] += 80 - sum(shares)
    goals = tuple(_pointed(goal, share) for goal, share in zip(form.goals, shares, strict=True))
    score = rounded(rate / 100 * 20, 2)
    details = {**form.details, "score_full": "20"}
    return replace(form, full=Decimal(20), score=score, total_score=score + 80, goals=goals, details=details)


def _pointed(goal: Goal, points: int) -> Goal:
    count = len(goal.indicators)
    each = [points // count] * count
    each[-1] += points - sum(each)
    indicators = tuple(replace(one, score=str(value)) for one, value in zip(goal.indicators, each, strict=True))
    return replace(goal, points=str(points), indicators=indicators)


# ---- what the explanations need --------------------------------------------------------------------------------------


def _facts(world: _World, document: Document, tables: dict[str, Statement]) -> Facts:
    rng = world.rng
    grand = next(e for e in tables["T01"].income if compact(e.name) == "总计").amounts["amount"] or ZERO
    general = tables["T05"].rows[0].amounts["total"] or ZERO
    change = rounded(grand * Decimal(rng.randint(-15, 15)) / 100, 2)
    spent = {row.code: row.amounts["total"] or ZERO for row in tables["T05"].rows if len(row.code) == 7}
    initial = _not_copied({code: _initial(rng, value) for code, value in spent.items()}, spent)
    goods, works, services = world.cents(1, 20), ZERO, world.cents(2, 60)
    return Facts(
        prior_total=grand - change,
        prior_general=general - change if general - change > 0 else general,
        initial=initial,
        reason=rng.choice(REASONS),
        duties=("承担企业服务的统筹协调工作", "收集并协调解决企业诉求", "承办上级交办的其他事项"),
        offices="综合科、企业服务科、信息科",
        goods=goods,
        works=works,
        services=services,
        medium_share=services,
        key_work=(
            ("做好企业诉求办理", "一是完善诉求办理机制。二是加强部门协同。三是定期回访企业。"),
            ("推进楼宇走访", "全年走访重点楼宇，协调解决企业困难。"),
        ),
        published=f"{document.published[:4]}年{int(document.published[5:7])}月{int(document.published[8:])}日",
    )


def _not_copied(initial: dict[str, Decimal], spent: dict[str, Decimal]) -> dict[str, Decimal]:
    """Budgets of which at most half equal what was spent: more would look copied."""
    equal = [code for code, value in initial.items() if value == spent[code]]
    more = {code: rounded(spent[code] * Decimal("1.1"), 2) for code in equal[len(initial) // 2 :]}
    return initial | more


def _initial(rng: random.Random, spent: Decimal) -> Decimal:
    if rng.random() < 0.3:
        return spent
    return rounded(spent * Decimal(rng.randint(85, 125)) / 100, 2) or spent
