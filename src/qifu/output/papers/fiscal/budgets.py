"""Plausible budgets of invented units, of any year, faultless to the cent: twelve tables, applications of projects, explanations.

    model = budget(random.Random(7))

Everything follows from a few drawn amounts, so that all identities hold; text and claims are worded from the figures.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.layouts import layout
from qifu.engines.statements.model import Amounts, Document, Entry, Row, Statement
from qifu.engines.statements.money import ZERO, rounded
from qifu.engines.statements.subjects import economic, name_of
from qifu.engines.statements.words import in_chinese
from qifu.engines.statements.writing.plan import Plan, planned

from .budget_amounts import KINDS, BudgetStyle, World, any_budget_style, draw
from .budget_targets import applications, of_department
from .samples import BODIES, CLASSES, PLACES, REASONS


def budget(rng: random.Random, style: BudgetStyle | None = None) -> Model:
    """Draw a faultless budget."""
    model, plan = budget_figures(rng, style)
    return planned(model, plan)


def budget_figures(rng: random.Random, style: BudgetStyle | None = None) -> tuple[Model, Plan]:
    """Draw statements and forms, and the facts that their explanation needs."""
    world = World(rng, style or any_budget_style(rng), rng.choice(PLACES) + rng.choice(BODIES))
    draw(world)
    year, day = world.style.year, rng.randint(10, 28)
    title = f"{year}年{world.name}部门预算公开"
    document = Document("budget", world.name, year, f"{year}-01-{day}", "万元", title)
    tables = {name: _dressed(table, world) for name, table in sorted(_tables(world).items())}
    return Model(document, tables, (of_department(world), *applications(world))), _plan(world, tables, day)


# ---- statements ------------------------------------------------------------------------------------------------------


def _printed(world: World, amounts: Amounts, columns: Sequence[str]) -> Amounts:
    """Amounts under their columns; nothing is 0.00 or blank, as the style has it."""
    nothing = Decimal("0.00") if world.style.zeros else None
    return {column: (amounts.get(column) or ZERO).quantize(Decimal("0.01")) or nothing for column in columns}


def _sum(rows: Iterable[Amounts], columns: Sequence[str]) -> Amounts:
    listed = list(rows)
    return {column: sum((row.get(column) or ZERO for row in listed), ZERO) for column in columns}


def _spending(personnel: Decimal, public: Decimal, project: Decimal) -> Amounts:
    basic = personnel + public
    return {"total": basic + project, "basic": basic, "personnel": personnel, "public": public, "project": project}


def _by_subject(world: World, statement: str, items: dict[str, Amounts]) -> Statement:
    """The total row, and rows by 类, 款 and 项."""
    columns = layout(statement).columns
    if not items:
        return Statement(statement)
    levels: dict[str, Amounts] = {"": _sum(items.values(), columns)}
    sizes = (3,) if statement == "B06" else (3, 5)
    for code in sorted(items):
        for size in sizes:
            head = code[:size]
            levels.setdefault(head, _sum((a for each, a in items.items() if each.startswith(head)), columns))
        levels[code] = items[code]
    names = economic() if statement == "B06" else {}
    rows = (
        Row(code, (names.get(code) or name_of(code, world.style.year)) if code else "合计", _printed(world, a, columns))
        for code, a in levels.items()
    )
    return Statement(statement, rows=tuple(rows))


def _items(world: World, *kinds: str, basic: bool = True) -> dict[str, Amounts]:
    """Expenditure by 项, of some kinds of money."""
    people, public = (world.personnel, world.public) if basic else ({}, {})
    spent: dict[str, Decimal] = {}
    for each in world.projects:
        if each.kind in kinds:
            spent[each.item] = spent.get(each.item, ZERO) + each.amount
    codes = sorted({*people, *public, *spent})
    return {c: _spending(people.get(c, ZERO), public.get(c, ZERO), spent.get(c, ZERO)) for c in codes}


def _tables(world: World) -> dict[str, Statement]:
    general = _items(world, "general", "carried_general")
    by_economic: dict[str, Amounts] = {
        code: {
            "total": value,
            "personnel": value if code[:3] in ("301", "303") else ZERO,
            "public": value if code[:3] == "302" else ZERO,
        }
        for code, value in world.economic.items()
    }
    return {
        "B01": _first(world),
        "B02": _by_unit(world, "B02"),
        "B03": _by_subject(world, "B03", _items(world, *KINDS)),
        "B04": _fourth(world),
        "B05": _by_subject(world, "B05", general),
        "B05-2": _by_unit(world, "B05-2"),
        "B06": _by_subject(world, "B06", by_economic),
        "B07": _seventh(world),
        "B08": _by_subject(world, "B08", _items(world, "fund", basic=False)),
        "B09": _by_subject(world, "B09", _items(world, "capital", basic=False)),
        "B10": _tenth(world),
    }


def _labelled(world: World, labels: Sequence[tuple[str, str]], values: dict[str, Decimal]) -> tuple[Entry, ...]:
    return tuple(Entry(None, label, _printed(world, {"amount": values.get(key)}, ("amount",))) for key, label in labels)


def _class_labels(world: World, form: str) -> list[tuple[str, str]]:
    """The 类 of expenditure, numbered 一、 or （一）."""
    year = world.style.year
    return [(code, form.format(in_chinese(i), name_of(code, year))) for i, code in enumerate(CLASSES, start=1)]


def _by_class(items: dict[str, Amounts]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for code, amounts in items.items():
        found[code[:3]] = found.get(code[:3], ZERO) + (amounts["total"] or ZERO)
    return found


def _first(world: World) -> Statement:
    total = world.basic() + world.spent(*KINDS)
    carried = world.spent("carried_general")
    incomes = {
        "general": world.basic() + world.spent("general"),
        "fund": world.spent("fund"),
        "capital": world.spent("capital"),
        "other": world.spent("unit"),
        "current": total - carried,
        "opening": carried,
        "grand": total,
    }
    names = (
        ("general", "一般公共预算拨款收入"),
        ("fund", "政府性基金预算拨款收入"),
        ("capital", "国有资本经营预算拨款收入"),
        ("special_account", "财政专户管理资金收入"),
        ("undertaking", "事业收入"),
        ("business", "事业单位经营收入"),
        ("superior", "上级补助收入"),
        ("affiliate", "附属单位上缴收入"),
        ("other", "其他收入"),
    )
    left = [(key, f"{in_chinese(i)}、{name}") for i, (key, name) in enumerate(names, start=1)]
    left += [("current", "本年收入合计"), ("opening", "上年结转结余"), ("grand", "收入总计")]
    spent = {**_by_class(_items(world, *KINDS)), "current": total, "grand": total}
    right = [
        *_class_labels(world, "{}、{}"),
        ("current", "本年支出合计"),
        ("closing", "年终结转结余"),
        ("grand", "支出总计"),
    ]
    return Statement("B01", income=_labelled(world, left, incomes), expenditure=_labelled(world, right, spent))


def _fourth(world: World) -> Statement:
    carried = world.spent("carried_general")
    incomes = {
        "general": world.basic() + world.spent("general"),
        "fund": world.spent("fund"),
        "capital": world.spent("capital"),
        "opening": carried,
        "opening_general": carried,
    }
    incomes["current"] = incomes["general"] + incomes["fund"] + incomes["capital"]
    incomes["grand"] = incomes["current"] + carried
    kinds = (
        ("general", "（一）一般公共预算拨款"),
        ("fund", "（二）政府性基金预算拨款"),
        ("capital", "（三）国有资本经营预算拨款"),
    )
    left = [("current", "一、本年收入"), *kinds, ("opening", "二、上年结转")]
    left += [(f"opening_{key}", label) for key, label in kinds] + [("grand", "收入总计")]
    items = _items(world, "general", "carried_general", "fund", "capital")
    spent = {**_by_class(items), "current": incomes["grand"], "grand": incomes["grand"]}
    right = [
        ("current", "一、本年支出"),
        *_class_labels(world, "（{}）{}"),
        ("closing", "二、年终结转结余"),
        ("grand", "支出总计"),
    ]
    return Statement("B04", income=_labelled(world, left, incomes), expenditure=_labelled(world, right, spent))


def _unit_names(world: World) -> tuple[str, ...]:
    place = world.name[:6]
    return (f"{world.name}本级", f"{place}企业服务一站", f"{place}企业服务二站")[: world.style.units]


def _portions(world: World, whole: Decimal) -> list[Decimal]:
    """Basic money by unit: the first has what the others leave."""
    others = [rounded(whole * share / 10, 2) for share in (2, 1)[: world.style.units - 1]]
    return [whole - sum(others, ZERO), *others]


def _by_unit(world: World, statement: str) -> Statement:
    """The total, the department and each of its units."""
    columns = layout(statement).columns
    people = _portions(world, sum(world.personnel.values(), ZERO))
    public = _portions(world, sum(world.public.values(), ZERO))
    held = []
    for unit in range(world.style.units):
        spent = dict.fromkeys(KINDS, ZERO)
        for each in world.projects:
            if each.unit == unit:
                spent[each.kind] += each.amount
        if statement == "B02":
            held.append(_incomes(people[unit] + public[unit], spent))
        else:
            held.append(_spending(people[unit], public[unit], spent["general"] + spent["carried_general"]))
    return Statement(statement, rows=_departed(world, columns, held))


def _incomes(basic: Decimal, spent: dict[str, Decimal]) -> Amounts:
    kinds = {
        "general": basic + spent["general"],
        "fund": spent["fund"],
        "capital": spent["capital"],
        "other": spent["unit"],
    }
    current, carried = sum(kinds.values(), ZERO), spent["carried_general"]
    return {**kinds, "total": current + carried, "current": current, "carried": carried, "carried_general": carried}


def _departed(world: World, columns: Sequence[str], held: Sequence[Amounts]) -> tuple[Row, ...]:
    """Rows by unit under those of the total and the department."""
    whole = _printed(world, _sum(held, columns), columns)
    units = (
        Row(f"1370{number:02}", name, _printed(world, amounts, columns))
        for number, (name, amounts) in enumerate(zip(_unit_names(world), held, strict=True), start=1)
    )
    return (Row("", "合计", whole), Row("137", world.name, whole), *units)


def _seventh(world: World) -> Statement:
    columns = layout("B07").columns
    reception, running = (world.economic.get(code, ZERO) for code in ("30217", "30231"))
    held = {"vehicle_running": running, "vehicles": running, "reception": reception, "total": running + reception}
    return Statement("B07", budget=_printed(world, dict(held), columns))


def _tenth(world: World) -> Statement:
    columns = layout("B10").columns
    each_row = [
        Row(p.code, p.name, _printed(world, {"total": p.amount, p.kind: p.amount}, columns)) for p in world.projects
    ]
    whole = _printed(world, _sum((row.amounts for row in each_row), columns), columns)
    head = (Row("", "合计", whole), Row("137", world.name, whole), Row("31", "本级支出项目", whole))
    return Statement("B10", rows=(*head, *each_row))


def _dressed(table: Statement, world: World) -> Statement:
    """Head and notes of a statement."""
    year, name = world.style.year, layout(table.id).name
    number = table.id[1:].lstrip("0")
    if table.id == "B05":
        number, name = "5-1", f"{name}（分功能科目）"
    title = f"表{number}.{name}" if world.style.numbered or table.id == "B10" else f"{year}年{name}"
    notes: tuple[str, ...] = ()
    if table.id == "B01":
        notes = ("备注：财政专户管理资金收入是指教育收费收入；事业收入不含教育收费收入，下同。",)
    elif table.is_empty:
        notes = (f"本单位{year}年无{_NOTHING[table.id]}。",)
    return replace(table, title=title, unit=world.name, money_unit="万元", notes=notes)


_NOTHING = {"B07": "“三公”经费预算", "B08": "政府性基金预算", "B09": "国有资本经营预算"}


# ---- what the explanations need --------------------------------------------------------------------------------------


def _plan(world: World, tables: dict[str, Statement], day: int) -> Plan:
    rng = world.rng
    before = world.basic_before[1] + world.before(1)
    now = (tables["B07"].budget or {}).get("total") or ZERO
    staff = rng.randint(8, 40)
    uses: dict[str, list[str]] = {}
    for each in world.projects:
        if each.kind in ("general", "carried_general"):
            uses.setdefault(each.item, []).append(each.name)
    return Plan(
        prior_total=before,
        prior_general=rounded(before * Decimal(rng.randint(80, 100)) / 100, 2),
        prior_hospitality=now + rng.choice((ZERO, Decimal("0.50"), Decimal("1.20"))) if now else ZERO,
        reason=rng.choice(REASONS),
        duties=("承担企业服务的统筹协调工作", "收集并协调解决企业诉求", "承办上级交办的其他事项"),
        units=world.style.units,
        posts=staff + rng.randint(0, 5),
        staff=staff,
        goods=world.cents(1, 20),
        works=ZERO,
        services=world.cents(1, 30),
        bought=rng.choice((ZERO, world.cents(1, 20))),
        property=world.cents(5, 300),
        vehicles=1 if world.style.hospitality else 0,
        uses=tuple((code, "、".join(names)) for code, names in uses.items()),
        published=f"{world.style.year}年1月{day}日",
    )
