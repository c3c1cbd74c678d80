"""The nine statements of final accounts, each cell by its terms; amounts follow from the terms and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.layouts import keyed, layout, ledger
from qifu.engines.statements.model import Amounts, Entry, Row, Statement
from qifu.engines.statements.relations import Key
from qifu.engines.statements.subjects import economic, name_of
from qifu.engines.statements.words import in_chinese

from .books import MONEYS, Books, Term, in_wan

CLASSES = (
    "201", "202", "203", "204", "205", "206", "207", "208", "210", "211", "212", "213", "214", "215", "216", "217", "219",
    "220", "221", "222", "223", "224", "229", "231", "232", "234",
)  # fmt: skip
TAIL = "本套报表金额单位转换时可能存在尾数误差。"
Terms = tuple[Term, ...]
_ABOUT = {
    "T01": "的总收支和年末结转结余",
    "T02": "取得的各项收入",
    "T03": "各项支出",
    "T04": "一般公共预算财政拨款、政府性基金预算财政拨款和国有资本经营预算财政拨款的总收支和年末结转结余",
    "T05": "一般公共预算财政拨款支出",
    "T06": "一般公共预算财政拨款基本支出明细",
    "T07": "政府性基金预算财政拨款收入、支出及结转和结余",
    "T08": "国有资本经营预算财政拨款支出",
    "T09": "财政拨款“三公”经费支出预决算",
}
_NOTHING = {
    "T07": "政府性基金预算财政拨款收入支出",
    "T08": "国有资本经营预算财政拨款支出",
    "T09": "财政拨款“三公”经费支出",
}
_THREE = {  # column of 三公 → economic subjects
    "total": ("30212", "30231", "31013", "30217"),
    "abroad": ("30212",),
    "vehicles": ("30231", "31013"),
    "vehicle_purchase": ("31013",),
    "vehicle_running": ("30231",),
    "reception": ("30217",),
}
_ECONOMIC = ("301", "302", "303", "310")
_CHART = tuple(code for code in sorted(economic()) if code[:3] in _ECONOMIC)


@dataclass(frozen=True)
class Made:
    """Statements, and the terms of each cell."""

    tables: dict[str, Statement]
    terms: dict[Key, Terms]


class _Maker:
    def __init__(self, books: Books) -> None:
        self.books = books
        self.terms: dict[Key, Terms] = {}

    def value(self, key: Key, terms: Terms) -> Decimal | None:
        """The amount of a cell as printed; nought is blank."""
        self.terms[key] = terms
        return in_wan(self.books.sum(terms)) or None

    def amounts(self, table: str, row: str, columns: Mapping[str, Terms]) -> Amounts:
        return {column: self.value((table, row, column), terms) for column, terms in columns.items()}


def statements(books: Books, unit: str) -> Made:
    """Compute the nine statements of a year."""
    maker = _Maker(books)
    made = (
        _first(maker), _second(maker), _third(maker), _fourth(maker), _fifth(maker), _sixth(maker), _seventh(maker),
        _eighth(maker), _ninth(maker),
    )  # fmt: skip
    tables = {one.id: _dressed(one, books.year, unit) for one in made}
    printed = {(one.id, row) for one in made for row in _rows(one)}
    return Made(tables, {key: terms for key, terms in maker.terms.items() if key[:2] in printed})


def _rows(table: Statement) -> Iterator[str]:
    yield from (row.code for row in table.rows)
    for side in ("income", "expenditure"):
        yield from (f"{side}:{key}" for key in keyed(getattr(table, side)))
    yield from ("budget", "actual", "personnel", "public")


# ---- two-sided -------------------------------------------------------------------------------------------------------


def _names() -> dict[str, str]:
    return {known.key: known.label for known in ledger() if known.side == "income"}


def _first(maker: _Maker) -> Statement:
    incomes: dict[str, Terms] = {
        **{money: (Term("income", column="fiscal", moneys=(money,)),) for money in MONEYS},
        **{
            name: (Term("income", column=name),)
            for name in ("superior", "undertaking", "business", "affiliate", "other")
        },
        "current": (Term("income"),),
        "opening": _left(),
        "grand": (*_left(), Term("income")),
    }
    keys = ("general", "fund", "capital", "superior", "undertaking", "business", "affiliate", "other")
    names = _names()
    left = [(key, f"{in_chinese(i)}、{names[key]}") for i, key in enumerate(keys, 1)] + [("", "")] * 18
    left += [("current", "本年收入合计"), ("used_surplus", "使用非财政拨款结余（含专用结余）")]
    left += [("opening", "年初结转和结余"), ("grand", "总计")]
    spent: dict[str, Terms] = {code: (Term("spent", functional=code),) for code in CLASSES}
    spent |= {"current": (Term("spent"),), "closing": (*_left(), Term("income"), Term("spent", -1))}
    spent["grand"] = incomes["grand"]
    right = [*_classes(maker), ("current", "本年支出合计"), ("distribution", "结余分配")]
    right += [("closing", "年末结转和结余"), ("grand", "总计")]
    return Statement(
        "T01",
        income=_entries(maker, "T01", "income", left, {key: {"amount": terms} for key, terms in incomes.items()}, 1),
        expenditure=_entries(maker, "T01", "expenditure", right, {key: {"amount": t} for key, t in spent.items()}, 31),
    )


def _fourth(maker: _Maker) -> Statement:
    incomes: dict[str, Terms] = {money: (Term("income", column="fiscal", moneys=(money,)),) for money in MONEYS}
    incomes["current"] = (Term("income", column="fiscal", moneys=MONEYS),)
    incomes["opening"] = _left(MONEYS)
    incomes |= {f"opening_{money}": _left((money,)) for money in MONEYS}
    incomes["grand"] = (*incomes["opening"], *incomes["current"])
    names = _names()
    kinds = [("general", "一、"), ("fund", "二、"), ("capital", "三、")]
    left = [(key, f"{mark}{names[key].removesuffix('收入')}") for key, mark in kinds] + [("", "")] * 23
    left += [("current", "本年收入合计"), ("opening", "年初财政拨款结转和结余")]
    left += [(f"opening_{key}", names[key].removesuffix("收入")) for key, _ in kinds] + [("grand", "总计")]

    def wide(make: Callable[[tuple[str, ...]], Terms]) -> dict[str, Terms]:
        return {"total": make(MONEYS)} | {money: make((money,)) for money in MONEYS}

    spent: dict[str, dict[str, Terms]] = {code: wide(_spent_of(code)) for code in CLASSES}
    spent["current"] = wide(_spent_of(""))
    spent["closing"] = wide(_remaining)
    spent["grand"] = wide(lambda moneys: (*_left(moneys), Term("income", column="fiscal", moneys=moneys)))
    right = [*_classes(maker), ("current", "本年支出合计"), ("closing", "年末财政拨款结转和结余"), *[("", "")] * 3]
    right.append(("grand", "总计"))
    return Statement(
        "T04",
        income=_entries(maker, "T04", "income", left, {key: {"total": terms} for key, terms in incomes.items()}, 1),
        expenditure=_entries(maker, "T04", "expenditure", right, spent, 33),
    )


def _left(moneys: tuple[str, ...] = ()) -> Terms:
    """What earlier years left: their income less what they spent."""
    return (Term("opening_income", moneys=moneys), Term("opening_spent", -1, moneys=moneys))


def _remaining(moneys: tuple[str, ...]) -> Terms:
    income, spent = Term("income", column="fiscal", moneys=moneys), Term("spent", -1, moneys=moneys)
    return (*_left(moneys), income, spent)


def _spent_of(code: str) -> Callable[[tuple[str, ...]], Terms]:
    return lambda moneys: (Term("spent", functional=code, moneys=moneys),)


def _classes(maker: _Maker) -> list[tuple[str, str]]:
    return [(code, f"{in_chinese(i)}、{name_of(code, maker.books.year)}") for i, code in enumerate(CLASSES, 1)]


def _entries(
    maker: _Maker, table: str, side: str, labels: list[tuple[str, str]], terms: dict[str, dict[str, Terms]], start: int
) -> tuple[Entry, ...]:
    blank: dict[str, Terms] = dict.fromkeys(next(iter(terms.values())), ())
    return tuple(
        Entry(number, label, maker.amounts(table, f"{side}:{key}", terms.get(key, blank)))
        for number, (key, label) in enumerate(labels, start)
        if label
    )


# ---- by subject ------------------------------------------------------------------------------------------------------


def _listed(
    maker: _Maker, table: str, base: Term, columns: Mapping[str, Terms], books: Iterable[Term] = ()
) -> Statement:
    """The total row, then 类, 款 and 项 of every subject that rows name."""
    codes = maker.books.codes([base, *books])
    levels = sorted({code[:size] for code in codes for size in (3, 5, 7) if size <= len(code)})
    rows = []
    for code in ["", *levels] if levels else []:
        held = {column: tuple(replace(term, functional=code) for term in terms) for column, terms in columns.items()}
        name = name_of(code, maker.books.year) if code else "合计"
        amounts = maker.amounts(table, code, held)
        if not code or any(amounts.values()):
            rows.append(Row(code, name, amounts))
    return Statement(table, rows=tuple(rows) if len(rows) > 1 else ())


def _columns(book: str, names: Iterable[str]) -> dict[str, Terms]:
    found: dict[str, Terms] = {"total": (Term(book),)}
    for name in names:
        found[name] = (Term(book, column=name),)
    return found


def _second(maker: _Maker) -> Statement:
    names = layout("T02").columns[1:]
    columns = _columns("income", names)
    return _listed(maker, "T02", Term("income"), columns)


def _third(maker: _Maker) -> Statement:
    names = layout("T03").columns[1:]
    columns = _columns("spent", names)
    return _listed(maker, "T03", Term("spent"), columns)


def _spending(money: str) -> dict[str, Terms]:
    moneys = (money,)
    return {
        "total": (Term("spent", moneys=moneys),),
        "basic": (Term("spent", column="basic", moneys=moneys),),
        "project": (Term("spent", column="project", moneys=moneys),),
    }


def _fifth(maker: _Maker) -> Statement:
    return _listed(maker, "T05", Term("spent", moneys=("general",)), _spending("general"))


def _seventh(maker: _Maker) -> Statement:
    moneys = ("fund",)
    income = Term("income", column="fiscal", moneys=moneys)
    columns: dict[str, Terms] = {"opening": _left(moneys), "income": (income,), **_spending("fund")}
    columns["closing"] = _remaining(moneys)
    return _listed(maker, "T07", Term("spent", moneys=moneys), columns, (income, *_left(moneys)))


def _eighth(maker: _Maker) -> Statement:
    return _listed(maker, "T08", Term("spent", moneys=("capital",)), _spending("capital"))


def _sixth(maker: _Maker) -> Statement:
    def held(*codes: str) -> Terms:
        return (Term("spent", column="basic", economic=codes, moneys=("general",)),)

    used = maker.books.economics(held("3"))
    codes = sorted({*_CHART, *used, *(code[:3] for code in used)})
    rows = tuple(
        Row(code, economic().get(code, code), maker.amounts("T06", code, {"amount": held(code)})) for code in codes
    )
    public = ("302", "307", "309", "310", "311", "312", "313", "399")
    return Statement(
        "T06",
        rows=rows,
        personnel_total=maker.value(("T06", "personnel", "amount"), held("301", "303")),
        public_total=maker.value(("T06", "public", "amount"), held(*public)),
    )


def _ninth(maker: _Maker) -> Statement:
    halves: dict[str, Amounts] = {}
    for half, book in (("budget", "adjusted"), ("actual", "spent")):
        columns = {name: (Term(book, economic=codes, moneys=MONEYS),) for name, codes in _THREE.items()}
        halves[half] = maker.amounts("T09", half, columns)
    if any(value for half in halves.values() for value in half.values()):
        halves = {name: {c: v or Decimal("0.00") for c, v in half.items()} for name, half in halves.items()}
    return Statement("T09", budget=halves["budget"], actual=halves["actual"])


def _dressed(table: Statement, year: int, unit: str) -> Statement:
    """Head and notes of a statement."""
    notes = [f"注：本表反映部门本年度{_ABOUT[table.id]}情况。"]
    if table.id == "T01":
        notes.append(TAIL)
    if table.is_empty and table.id in _NOTHING:
        notes.append(f"本部门{year}年度无{_NOTHING[table.id]}。")
    return replace(table, title=f"{year}年度{layout(table.id).name}", unit=unit, money_unit="万元", notes=tuple(notes))
