"""Faults of the statements: sums, heads, notes, subjects."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements import Model
from qifu.engines.statements.model import Row, Statement
from qifu.engines.statements.money import ZERO, rounded
from qifu.engines.statements.relations import Key
from qifu.engines.statements.subjects import is_unknown, name_of, names_of

from .figures import Kinds, Planter, hospitality, sums, with_cell
from .passages import places, retold

SUMS = (
    *("TBL-01a", "TBL-01b", "TBL-01c", "TBL-01d", "TBL-02", "TBL-03", "TBL-04", "TBL-05", "TBL-06", "TBL-07", "TBL-08"),
    *("XTB-01-02", "XTB-01-03", "XTB-01-04", "XTB-02-03", "XTB-03-05", "XTB-03-05-08"),
    *("XTB-04-05", "XTB-04-07", "XTB-04-08", "XTB-05-06"),
)


def _with(model: Model, table: Statement) -> Model:
    return replace(model, tables={**model.tables, table.id: table})


# ---- heads and notes -------------------------------------------------------------------------------------------------


def _formula(printed: str, wrong: str) -> Planter:
    """A line number of a formula printed under a statement."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        for name in ("T04", "T01"):
            table = model.tables.get(name)
            notes = tuple(re.sub(printed, wrong, note) for note in table.notes) if table else ()
            if table and notes != table.notes:
                return _with(model, replace(table, notes=notes))
        return None

    return planter


def _head(change: Callable[[Statement, Model], Statement]) -> Planter:
    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables[rng.choice(sorted(model.tables))]
        changed = change(table, model)
        return _with(model, changed) if changed != table else None

    return planter


def _other_year(back: int) -> Planter:
    def change(table: Statement, model: Model) -> Statement:
        year = model.document.year or 0
        return replace(table, title=table.title.replace(str(year), str(year - back)))

    return _head(change)


def _silent(name: str, topic: str) -> Planter:
    """An empty statement about which nothing is said, neither below it nor in its section."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables.get(name)
        held = [*(table.budget or {}).values(), *(table.actual or {}).values()] if table else []
        if table is None or not table.is_empty or any(value is not None for value in held):
            return None
        text = [replace(p, text="详见报表。") if p.topic == topic and p.kind == "text" else p for p in model.text]
        return retold(_with(model, replace(table, notes=())), text)

    return planter


# ---- rows ------------------------------------------------------------------------------------------------------------


def _running(model: Model) -> Row | None:
    """The row of running costs, 行政运行 or 事业运行."""
    table = model.tables.get("T03")
    rows = table.rows if table else ()
    return next((row for row in rows if len(row.code) == 7 and row.name in ("事业运行", "行政运行")), None)


def _project_in_running(share: Decimal | None) -> Planter:
    def planter(model: Model, rng: random.Random) -> Model | None:
        row = _running(model)
        if row is None:
            return None
        basic = row.amounts.get("basic") or ZERO
        value = rounded(Decimal(rng.randint(1, 9)) if share is None else basic * share, 2)
        changed = with_cell(model, ("T03", row.code, "project"), value)
        return changed if share is None else with_cell(changed, ("T03", row.code, "basic"), basic - value)

    return planter


def _basic_in_other(share: Decimal | None) -> Planter:
    """Basic expenditure in the residual subject beside the one of running costs."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        running = _running(model)
        row = model.tables["T03"].row(running.code[:5] + "99") if running else None
        if row is None:
            return None
        project = row.amounts.get("project") or ZERO
        value = rounded(Decimal(rng.randint(1, 9)) if share is None else project * share, 2)
        changed = with_cell(model, ("T03", row.code, "basic"), value)
        return changed if share is None else with_cell(changed, ("T03", row.code, "project"), project - value)

    return planter


def _basic_subject(change: Callable[[Decimal, random.Random], Decimal | None], codes: tuple[str, ...]) -> Planter:
    """An economic subject that no longer agrees with its functional one."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables["T06"]
        held = [row for code in codes if (row := table.row(code)) is not None and row.amounts.get("amount")]
        if not held:
            return None
        row = rng.choice(held)
        return with_cell(model, ("T06", row.code, "amount"), change(row.amounts["amount"] or ZERO, rng))

    return planter


_PAIRED = ("30108", "30113", "30110")


def _exchanged(one: str, other: str) -> Planter:
    """The amounts of two economic subjects have changed places."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables["T06"]
        first, second = (table.row(code) for code in (one, other))
        a, b = (row.amounts.get("amount") if row else None for row in (first, second))
        if not a or not b or a < b or a - b < 1:
            return None
        return with_cell(with_cell(model, ("T06", one, "amount"), b), ("T06", other, "amount"), a)

    return planter


def _bonus(model: Model, rng: random.Random) -> Model | None:
    """Rewards without the bonus they are part of."""
    changed = with_cell(model, ("T06", "30103", "amount"), None)
    return with_cell(changed, ("T06", "30309", "amount"), rounded(Decimal(rng.randint(1100, 4900)) / 100, 2))


def _class_shifted(model: Model, rng: random.Random) -> Model | None:
    """The point of 对个人和家庭的补助 or of 工资福利支出 has moved until the smaller is the larger."""
    table = model.tables["T06"]
    wages, grants = (row.amounts.get("amount") if (row := table.row(code)) else None for code in ("301", "303"))
    if not wages or not grants or grants > wages:
        return None
    while grants <= wages:
        grants *= 10
    return with_cell(model, ("T06", "303", "amount"), grants)


def _booked(code: str) -> Planter:
    """三公 money among the basic expenditure that the statement of 三公 does not show."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        ninth, row = model.tables.get("T09"), model.tables["T06"].row(code)
        if ninth is None or ninth.actual is None or row is None:
            return None
        column = {"30212": "abroad", "30217": "reception", "30231": "vehicle_running"}[code]
        more = (ninth.actual.get(column) or ZERO) + rounded(Decimal(rng.randint(60, 480)) / 100, 2)
        return with_cell(model, ("T06", code, "amount"), more)

    return planter


# ---- codes and names -------------------------------------------------------------------------------------------------


def _renamed(change: Callable[[Row, int], tuple[str, str] | None], within: tuple[str, ...] = ("T03", "T05")) -> Planter:
    """A code or a name of a row by subject, where another can be found."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        table = model.tables[rng.choice(within)]
        order = [i for i, row in enumerate(table.rows) if row.code]
        rng.shuffle(order)
        for i in order:
            found = change(table.rows[i], model.document.year or 0)
            if found is not None:
                row = replace(table.rows[i], code=found[0], name=found[1])
                return _with(model, replace(table, rows=(*table.rows[:i], row, *table.rows[i + 1 :])))
        return None

    return planter


def _unknown_code(row: Row, year: int) -> tuple[str, str] | None:
    code = row.code[:5] + "87"
    return (code, row.name) if len(row.code) == 7 and is_unknown(code) else None


def _other_year_name(row: Row, year: int) -> tuple[str, str] | None:
    right = name_of(row.code, year)
    names = [name for name in names_of(row.code) if name != right and not right.startswith(name)]
    return (row.code, names[0]) if names else None


def _name_of_parent(row: Row, year: int) -> tuple[str, str] | None:
    right, parent = name_of(row.code, year), name_of(row.code[:3], year)
    return (row.code, parent) if len(row.code) == 7 and not right.startswith(parent) else None


def _free_name(row: Row, year: int) -> tuple[str, str] | None:
    return (row.code, "机构运转专项业务费") if len(row.code) == 7 else None


def _unknown_economic(row: Row, year: int) -> tuple[str, str] | None:
    """The last digits of a 款 mistaken for ones that the 类 does not have."""
    code = row.code[:3] + "87"
    return (code, row.name) if len(row.code) == 5 and is_unknown(code, year) else None


def _unknown_class(row: Row, year: int) -> tuple[str, str] | None:
    """A 款 below a 类 that the classification of departments does not have."""
    code = "305" + row.code[3:]
    return (code, row.name) if len(row.code) == 5 and is_unknown("305", year) else None


def _other_economic_name(row: Row, year: int) -> tuple[str, str] | None:
    """The name of the 类 in the place of that of the 款."""
    names = names_of(row.code[:3])
    return (row.code, names[0]) if len(row.code) == 5 and names else None


def note_of_none(model: Model, rng: random.Random) -> Model | None:
    """A note that there is nothing, under a statement that holds something."""
    held = [model.tables[name] for name in ("T07", "T08") if name in model.tables and not model.tables[name].is_empty]
    if not held:
        return None
    table = rng.choice(held)
    return _with(model, replace(table, notes=(*table.notes, f"本部门{model.document.year}年度无此项收支。")))


def _without_vehicles(key: Key) -> Planter:
    """Running costs of vehicles where the text says that there are none."""

    def planter(model: Model, rng: random.Random) -> Model | None:
        pattern = r"无(公务)?(用)?车(辆)?(?!.{0,4}(购置|运行))|车辆0辆"
        if key[0] not in model.tables or not places(model, "explanations", "assets", pattern):
            return None
        value = rounded(Decimal(rng.randint(80, 690)) / 100, 2)
        if key[0] != "T09":
            return with_cell(model, key, value)
        table = model.tables["T09"]
        return _with(model, replace(table, actual={**(table.actual or {}), key[2]: value}))

    return planter


def _counted_none(model: Model, rng: random.Random) -> Model | None:
    """Vehicles counted as 0 beside their running costs."""
    found = places(model, "explanations", "assets", "无车辆")
    if not found:
        return None
    text = [
        replace(p, text=p.text.replace("无车辆", "共有车辆0辆")) if i in found else p for i, p in enumerate(model.text)
    ]
    return _without_vehicles(("T09", "actual", "vehicle_running"))(retold(model, text), rng)


PLANTERS: dict[str, Kinds] = {
    **{code: sums(code) for code in SUMS},
    "TBL-00": {
        "line before the total of incomes": _formula(r"27行=\(1\+", "26行=(1+"),
        "line after the total of expenditure": _formula(r"(59|57)行=\(3", "58行=(3"),
        "line of the grand total": _formula(r"(59|57)行=\(3", "60行=(3"),
    },
    "TBL-09": {
        **{f"actual: {name}": planter for name, planter in hospitality("T09", "actual").items()},
        **{f"budget: {name}": planter for name, planter in hospitality("T09", "budget").items()},
    },
    "TBL-10": {
        "money unit": _head(lambda table, model: replace(table, money_unit="元")),
        "another unit": _head(lambda table, model: replace(table, unit=f"{model.document.unit[:3]}招商局")),
        "last year": _other_year(1),
        "next year": _other_year(-1),
    },
    "TBL-11": {
        "fund": _silent("T07", "fund"),
        "state capital": _silent("T08", "capital"),
        "三公": _silent("T09", "hospitality"),
    },
    "XTB-05-06-SOFT": {
        "more": _basic_subject(lambda value, rng: value + rng.randint(1, 9), _PAIRED),
        "left blank": _basic_subject(lambda value, rng: None, _PAIRED),
        "decimal point shifted": _basic_subject(lambda value, rng: value * 10, _PAIRED),
    },
    "XTB-06-09": {"abroad": _booked("30212"), "reception": _booked("30217"), "vehicles": _booked("30231")},
    "CLS-01": {
        "small amount": _project_in_running(None),
        "half of the basic money": _project_in_running(Decimal("0.5")),
        "basic money in the column of projects": _project_in_running(Decimal(1)),
    },
    "CLS-02": {
        "small amount": _basic_in_other(None),
        "half of the project money": _basic_in_other(Decimal("0.5")),
        "project money in the column of basic": _basic_in_other(Decimal(1)),
    },
    "PLS-01": {
        "classes exchanged": _exchanged("301", "303"),
        "decimal point of a class shifted": _class_shifted,
        "rewards without bonus": _bonus,
    },
    "NAR-10": {
        "running costs among 三公": _without_vehicles(("T09", "actual", "vehicle_running")),
        "running costs among basic expenditure": _without_vehicles(("T06", "30231", "amount")),
        "vehicles counted as 0": _counted_none,
    },
    "VOC-01": {
        "unknown code": _renamed(_unknown_code),
        "name of another year": _renamed(_other_year_name),
        "name of the 类": _renamed(_name_of_parent),
        "name of its own": _renamed(_free_name),
        "unknown economic 款": _renamed(_unknown_economic, ("T06",)),
        "unknown economic 类": _renamed(_unknown_class, ("T06",)),
        "economic 款 under the name of its 类": _renamed(_other_economic_name, ("T06",)),
    },
}
