"""What must hold between the figures of a disclosure: sums that are zero, each with the rule that demands it.

The same relations serve the auditor, who reports those that fail, and the reader, who mends damage only where two of them
force one value. Cells are known by statement, row and column: ("T03", "2080505", "basic"), ("T01", "income:current", "amount").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from .layouts import SUMS, addends, column_name, identities, keyed, ledger_line, printed_name
from .model import Entry, Model, Row, Statement
from .spots import spoken_place
from .subjects import economic

Key = tuple[str, str, str]  # statement, row (code, or side:key), column
ROW_RULES = {
    "T02": "TBL-02",
    "T03": "TBL-03",
    "T04": "TBL-04",
    "T05": "TBL-05",
    "T07": "TBL-07",
    "T08": "TBL-08",
    "T09": "TBL-09",
    "B02": "BUD-02",
    "B03": "BUD-03",
    "B05": "BUD-05",
    "B05-2": "BUD-05",
    "B06": "BUD-06",
    "B07": "BUD-07",
    "B08": "BUD-08",
    "B09": "BUD-09",
    "B10": "BUD-10",
}


@dataclass(frozen=True)
class Relation:
    """A sum of cells that must be zero: the first cell against the others; and how it is said."""

    rule: str
    cells: tuple[tuple[Key, int], ...]
    left: str
    right: str
    constant: Decimal = Decimal(0)
    line: int = 0
    of: str = ""  # the statement whose rows it adds up, though none may be printed

    @property
    def why(self) -> str:
        return f"{self.left}＝{self.right}"

    def implied(self, key: Key, values: dict[Key, Decimal | None]) -> Decimal:
        """What the other cells force this one to be."""
        rest, sign = self.constant, 1
        for cell, coefficient in self.cells:
            if cell == key:
                sign = coefficient
            else:
                rest += coefficient * (values.get(cell) or Decimal(0))
        return -rest * sign

    def sides(self, values: dict[Key, Decimal | None]) -> tuple[Decimal, Decimal]:
        """The printed left side and what the right side comes to."""
        first = self.cells[0][0]
        return values.get(first) or Decimal(0), self.implied(first, values)

    def is_filled(self, values: dict[Key, Decimal | None]) -> bool:
        """Whether any cell of it holds a figure."""
        return any(values.get(cell) is not None for cell, _ in self.cells)


def place_name(key: Key) -> str:
    """Where a cell stands, as findings and repairs write it."""
    name, row, column = key
    return f"{name}.{row.partition(':')[2] or row or '合计'}.{column}"


def cells_of(model: Model) -> dict[Key, Decimal | None]:
    """Every cell of every statement under its key."""
    found: dict[Key, Decimal | None] = {}
    for name, statement in model.tables.items():
        for row in statement.rows:
            for column, value in row.amounts.items():
                found.setdefault((name, row.code, column), value)
        for side in ("income", "expenditure"):
            for key, entry in keyed(getattr(statement, side)).items():
                for column, value in entry.amounts.items():
                    found[name, f"{side}:{key}", column] = value
        if statement.personnel_total is not None or statement.public_total is not None:
            found[name, "personnel", "amount"] = statement.personnel_total
            found[name, "public", "amount"] = statement.public_total
        for half in ("budget", "actual"):
            for column, value in (getattr(statement, half) or {}).items():
                found[name, half, column] = value
    return found


def lines_of(model: Model) -> dict[Key, int]:
    """Where every cell stands in the source."""
    found: dict[Key, int] = {}
    for name, statement in model.tables.items():
        for row in statement.rows:
            for column in row.amounts:
                found.setdefault((name, row.code, column), row.at)
        for side in ("income", "expenditure"):
            for key, entry in keyed(getattr(statement, side)).items():
                for column in entry.amounts:
                    found[name, f"{side}:{key}", column] = entry.at
        for place in ("personnel", "public", "budget", "actual"):
            found.setdefault((name, place, "amount"), statement.until or statement.at)
    return found


def children(statement: Statement) -> dict[str, list[str]]:
    """Parent code → the printed rows right below it; '' is the total row."""
    codes = list(dict.fromkeys(row.code for row in statement.rows if row.code))
    known = set(codes)
    below: dict[str, list[str]] = {}
    for code in codes:
        parent = next((code[:n] for n in (5, 3) if n < len(code) and code[:n] in known), "")
        below.setdefault(parent, []).append(code)
    return below


def tops(statement: Statement, code: str) -> list[str]:
    """The highest rows printed of a 类: the 类 itself, else what of it stands right below the total."""
    if statement.row(code) is not None:
        return [code]
    return [each for each in children(statement).get("", []) if each.startswith(code)]


def _row_name(statement: Statement, row: Row) -> str:
    return f"{printed_name(statement.id)}" + (f"“{row.called}”行" if row.code else "合计行")


def _inside(model: Model) -> Iterator[Relation]:
    for name, statement in model.tables.items():
        for row in statement.rows:
            yield from _row_sums(statement, row)
        if name not in ("T06", "B02", "B05-2", "B10"):
            yield from _tree(statement)
        for half, words in (("budget", "预算数"), ("actual", "决算数")):
            for column, parts in SUMS.get(name, ()) if getattr(statement, half) else ():
                yield Relation(
                    ROW_RULES[name],
                    (((name, half, column), 1), *(((name, half, part), -1) for part in parts)),
                    f"{printed_name(name)}{words}的{column_name(name, column)}",
                    "、".join(column_name(name, part) for part in parts) + "之和",
                    line=statement.until,
                )


def _row_sums(statement: Statement, row: Row) -> Iterator[Relation]:
    name = statement.id
    for column, parts in SUMS.get(name, ()):
        if column == "closing" and row.code:
            continue  # carried over by subject is not always printed
        if not any(each.amounts.get(part.lstrip("-")) is not None for each in statement.rows for part in parts):
            continue  # the parts are not printed in this layout
        yield Relation(
            ROW_RULES[name],
            (
                ((name, row.code, column), 1),
                *(((name, row.code, part.lstrip("-")), 1 if part.startswith("-") else -1) for part in parts),
            ),
            f"{_row_name(statement, row)}的{column_name(name, column)}",
            "该行其余各栏之和"
            if len(parts) > 3
            else "、".join(column_name(name, p.lstrip("-")) for p in parts)
            + ("之和" if "-" not in "".join(parts) else "相加减"),
            line=row.at,
        )


def _tree(statement: Statement) -> Iterator[Relation]:
    name = statement.id
    for parent, codes in children(statement).items():
        top = statement.row(parent)
        if top is None:
            continue
        for column in top.amounts:
            yield Relation(
                ROW_RULES.get(name, "TBL-03"),
                (((name, parent, column), 1), *(((name, code, column), -1) for code in codes)),
                f"{_row_name(statement, top)}的{column_name(name, column)}",
                "下级科目之和" if parent else "各类科目之和",
                line=top.at,
            )


def _named_lines(entries: Iterable[Entry]) -> str:
    numbers = [entry.line for entry in entries if entry.line is not None]
    return (
        f"第{numbers[0]}至{numbers[-1]}行之和"
        if len(numbers) > 1
        else (f"第{numbers[0]}行" if numbers else "所列各项之和")
    )


def _ledgers(model: Model) -> Iterator[Relation]:
    for identity in identities():
        statement = model.tables.get(identity.statement)
        lines = keyed(getattr(statement, identity.side)) if statement else {}
        if identity.left not in lines or (
            identity.statement == "B04" and identity.left == "grand" and "current" not in lines
        ):
            continue
        right = addends(identity, lines)
        if not right:
            continue
        names = {id(entry): key for key, entry in lines.items()}
        left = lines[identity.left]
        for column in left.amounts:
            yield Relation(
                identity.rule,
                (
                    ((identity.statement, f"{identity.side}:{identity.left}", column), 1),
                    *(((identity.statement, f"{identity.side}:{names[id(entry)]}", column), -1) for entry in right),
                ),
                _line_name(identity.statement, left, column),
                _named_lines(right),
                line=left.at,
            )
    for name, rule in (("T01", "TBL-01d"), ("T04", "TBL-04"), ("B01", "BUD-01"), ("B04", "BUD-04")):
        yield from _balanced(model, name, rule)
    yield from _fourth_rows(model)


def _balanced(model: Model, name: str, rule: str) -> Iterator[Relation]:
    statement = model.tables.get(name)
    sides = (keyed(statement.income), keyed(statement.expenditure)) if statement else ({}, {})
    if "grand" in sides[0] and "grand" in sides[1]:
        column = "total" if name == "T04" else "amount"
        yield Relation(
            rule,
            (((name, "income:grand", column), 1), ((name, "expenditure:grand", column), -1)),
            f"{printed_name(name)}收入总计",
            "支出总计",
            line=sides[0]["grand"].at,
        )


def _line_name(statement: str, entry: Entry, column: str) -> str:
    number = f"第{entry.line}行" if entry.line is not None else ""
    tail = f"的{column_name(statement, column)}" if column not in ("amount", "total") else ""
    return f"{printed_name(statement)}{number}“{entry.name}”{tail}"


def _fourth_rows(model: Model) -> Iterator[Relation]:
    statement = model.tables.get("T04")
    for key, entry in keyed(statement.expenditure).items() if statement else ():
        if not any(entry.amounts.get(part) is not None for part in ("general", "fund", "capital")):
            continue
        row = f"expenditure:{key}"
        yield Relation(
            "TBL-04",
            ((("T04", row, "total"), 1), *((("T04", row, part), -1) for part in ("general", "fund", "capital"))),
            _line_name("T04", entry, "total") + "的合计",
            "一般公共预算、政府性基金、国有资本经营三栏之和",
            line=entry.at,
        )


def _economic(model: Model) -> Iterator[Relation]:
    for name, rule, columns in (("T06", "TBL-06", ("amount",)), ("B06", "BUD-06", ())):
        statement = model.tables.get(name)
        if statement is None:
            continue
        for parent, codes in children(statement).items() if name == "T06" else ():
            top = statement.row(parent)
            if parent and top:
                yield Relation(
                    rule,
                    (((name, parent, "amount"), 1), *(((name, code, "amount"), -1) for code in codes)),
                    f"公开06表“{parent} {top.name}”",
                    "下级款之和",
                    line=top.at,
                )
        if columns and prints_halves(statement):
            yield from _personnel_and_public(statement)


def prints_halves(statement: Statement) -> bool:
    """Whether 06表 closes with 人员经费合计 and 公用经费合计; some districts print one 合计 above its subjects instead."""
    known = (statement.personnel_total, statement.public_total)
    return any(value is not None for value in known) or not any(row.amounts.get("amount") for row in statement.rows)


def _personnel_and_public(statement: Statement) -> Iterator[Relation]:
    classes = [row.code for row in statement.rows if len(row.code) == 3]
    for key, words, members in (
        ("personnel", "人员经费合计", [code for code in classes if code in ("301", "303")]),
        ("public", "公用经费合计", [code for code in classes if code not in ("301", "303")]),
    ):
        yield Relation(
            "TBL-06",
            ((("T06", key, "amount"), 1), *((("T06", code, "amount"), -1) for code in members)),
            f"公开06表{words}",
            "＋".join(f"{code}{economic().get(code, '')}" for code in members) or "各类之和",
            line=statement.until,
        )


def only_general(model: Model) -> bool:
    """Whether all money of the year is general budget money."""
    return only_fiscal(model) and all(_kind_is_known(model, name, ()) for name in ("T07", "T08"))


def only_fiscal(model: Model) -> bool:
    """Whether the year's money is from the treasury alone and none was carried over."""
    second = model.tables.get("T02")
    total = second.row("") if second else None
    if total is None or model.is_doubted("T02"):
        return False
    if any(total.amounts.get(column) for column in ("superior", "undertaking", "business", "affiliate", "other")):
        return False
    first = model.tables.get("T01")
    lines = keyed([*first.income, *first.expenditure]) if first else {}
    return not any(
        lines[key].amounts.get("amount")
        for key in ("used_surplus", "opening", "closing", "distribution")
        if key in lines
    )


def _between(model: Model) -> Iterator[Relation]:
    yield from _first_and_others(model)
    yield from _fourth_and_others(model)
    yield from _same_rows(model)
    if "T05" in model.tables and "T06" in model.tables:
        sixth = model.tables["T06"]
        halves = prints_halves(sixth)
        rows = ["personnel", "public"] if halves else [row.code for row in sixth.rows if len(row.code) == 3]
        yield Relation(
            "XTB-05-06",
            ((("T05", "", "basic"), 1), *((("T06", row, "amount"), -1) for row in rows)),
            "公开05表基本支出合计",
            "公开06表人员经费合计＋公用经费合计" if halves else "公开06表各类之和",
            line=_total_line(model, "T05"),
        )


def _total_line(model: Model, name: str) -> int:
    statement = model.tables.get(name)
    row = statement.row("") if statement else None
    return row.at if row else (statement.at if statement else 0)


def _first_and_others(model: Model) -> Iterator[Relation]:
    tables = model.tables
    first = tables.get("T01")
    if first is None:
        return
    lines = keyed(first.expenditure)
    incomes = keyed(first.income)
    if "T03" in tables and "current" in lines:
        yield _pair(
            "XTB-01-03",
            ("T01", "expenditure:current", "amount"),
            ("T03", "", "total"),
            "公开01表本年支出合计",
            "公开03表合计",
            lines["current"].at,
        )
        for code, entry in lines.items():
            if code.isdigit():
                yield _class_sum(
                    "XTB-01-03", ("T01", f"expenditure:{code}", "amount"), entry, tables["T03"], code, "total"
                )
    if "T02" in tables and "current" in incomes:
        yield _pair(
            "XTB-01-02",
            ("T01", "income:current", "amount"),
            ("T02", "", "total"),
            "公开01表本年收入合计",
            "公开02表合计",
            incomes["current"].at,
        )
        fiscal = [key for key in ("general", "fund", "capital") if key in incomes]
        yield Relation(
            "XTB-01-02",
            ((("T02", "", "fiscal"), 1), *((("T01", f"income:{key}", "amount"), -1) for key in fiscal)),
            "公开02表财政拨款收入合计",
            "公开01表第1至3行之和",
            line=_total_line(model, "T02"),
        )
        for key in ("superior", "undertaking", "business", "affiliate", "other"):
            if key in incomes:
                yield _pair(
                    "XTB-01-02",
                    ("T01", f"income:{key}", "amount"),
                    ("T02", "", key),
                    f"公开01表“{incomes[key].name}”",
                    f"公开02表{column_name('T02', key)}",
                    incomes[key].at,
                )
    if "T04" in tables and only_fiscal(model):
        fourth = keyed(tables["T04"].expenditure)
        for key, entry in lines.items():
            if (key.isdigit() or key == "current") and key in fourth:
                yield _pair(
                    "XTB-01-04",
                    ("T01", f"expenditure:{key}", "amount"),
                    ("T04", f"expenditure:{key}", "total"),
                    _line_name("T01", entry, "amount"),
                    "公开04表同一项",
                    entry.at,
                )
        for key in ("general", "fund", "capital"):
            if key in incomes and key in keyed(tables["T04"].income):
                yield _pair(
                    "XTB-01-04",
                    ("T01", f"income:{key}", "amount"),
                    ("T04", f"income:{key}", "total"),
                    _line_name("T01", incomes[key], "amount"),
                    "公开04表同一项",
                    incomes[key].at,
                )


def _pair(rule: str, left: Key, right: Key, left_name: str, right_name: str, line: int) -> Relation:
    return Relation(rule, ((left, 1), (right, -1)), left_name, right_name, line=line)


def _fourth_and_others(model: Model) -> Iterator[Relation]:
    tables = model.tables
    fourth = tables.get("T04")
    lines = keyed(fourth.expenditure) if fourth else {}
    if "current" not in lines:
        return
    for name, column, rule in (
        ("T05", "general", "XTB-04-05"),
        ("T07", "fund", "XTB-04-07"),
        ("T08", "capital", "XTB-04-08"),
    ):
        if name not in tables or (lines["current"].amounts.get(column) is None and model.holds_nothing(name)):
            continue
        yield _pair(
            rule,
            ("T04", "expenditure:current", column),
            (name, "", "total"),
            f"公开04表本年支出合计的{column_name('T04', column)}",
            f"{printed_name(name)}合计",
            lines["current"].at,
        )
        for code, entry in lines.items():
            if code.isdigit():
                yield _class_sum(rule, ("T04", f"expenditure:{code}", column), entry, tables[name], code, "total")


def _class_sum(rule: str, key: Key, entry: Entry, statement: Statement, code: str, column: str) -> Relation:
    """A class line against the rows of that class in a statement by subject."""
    return Relation(
        rule,
        ((key, 1), *(((statement.id, each, column), -1) for each in tops(statement, code))),
        _line_name(key[0], entry, key[2]),
        f"{printed_name(statement.id)}{code}类各行之和",
        line=entry.at,
        of=statement.id,
    )


def _same_rows(model: Model) -> Iterator[Relation]:
    tables = model.tables
    if "T03" not in tables or "T05" not in tables or not only_fiscal(model):
        return
    kinds = [name for name in ("T07", "T08") if name in tables and not model.holds_nothing(name)]
    others = [name for name in kinds if not tables[name].is_empty]
    rule = "XTB-03-05-08" if others else "XTB-03-05"
    codes = [row.code for row in tables["T03"].rows]
    for code in codes:
        if not all(_kind_is_known(model, name, kinds) or _has_row(model, name, code) for name in ("T07", "T08")):
            continue  # what of this subject is of another kind of money could not be read, or was cut off
        row = tables["T03"].row(code)
        parts = [name for name in ("T05", *kinds) if tables[name].row(code) is not None]
        if row is None or not parts:
            continue
        for column in ("total", "basic", "project"):
            yield Relation(
                rule,
                ((("T03", code, column), 1), *(((name, code, column), -1) for name in parts)),
                f"{_row_name(tables['T03'], row)}的{column_name('T03', column)}",
                "＋".join(printed_name(name) for name in parts) + "同一科目",
                line=row.at,
            )


_KINDS = {"T07": "fund", "T08": "capital"}


def _kind_is_known(model: Model, name: str, read: Iterable[str]) -> bool:
    """Whether it is known what was spent of another kind of money: its statement was read, or no such money came in."""
    if name in model.tables:
        return model.holds_nothing(name) or (name in read and not model.is_doubted(name))
    witnesses = [
        entry.amounts
        for first in ("T01", "T04")
        if (table := model.tables.get(first)) is not None
        if (entry := keyed(table.income).get(_KINDS[name])) is not None
    ]
    return bool(witnesses) and not any(value for amounts in witnesses for value in amounts.values())


def _has_row(model: Model, name: str, code: str) -> bool:
    return name in model.tables and model.tables[name].row(code) is not None


def _same_incomes(model: Model) -> Iterator[Relation]:
    tables = model.tables
    if "T02" not in tables or "T03" not in tables or not only_fiscal(model):
        return
    for row in tables["T02"].rows:
        if tables["T03"].row(row.code) is not None:
            yield _pair(
                "XTB-02-03",
                ("T02", row.code, "total"),
                ("T03", row.code, "total"),
                f"{_row_name(tables['T02'], row)}的本年收入",
                "公开03表同一科目的本年支出",
                row.at,
            )


_SAID = (
    ("expenditure", "基本支出", ("T03", "", "basic")),
    ("expenditure", "项目支出", ("T03", "", "project")),
    ("expenditure", "支出合计", ("T03", "", "total")),
    ("basic", "人员经费", ("T06", "personnel", "amount")),
    ("basic", "公用经费", ("T06", "public", "amount")),
    ("overall", "收、支总计", ("T01", "income:grand", "amount")),
    ("income", "收入合计", ("T02", "", "total")),
)


def said(model: Model) -> Iterator[Relation]:
    """What the text asserts of cells: witnesses when damage is mended (the auditor has rules of its own for the text)."""
    for topic, subject, key in _SAID:
        for claim in model.claims:
            if (claim.topic, claim.subject, claim.measure, claim.unit) == (topic, subject, "amount", "万元"):
                yield Relation(
                    "NAR-01",
                    ((key, 1),),
                    spoken_place(place_name(key)),
                    f"说明中的“{subject}”",
                    -claim.value,
                    claim.line,
                )
                break


def _budget(model: Model) -> Iterator[Relation]:
    tables = model.tables
    first = tables.get("B01")
    lines = keyed(first.expenditure) if first else {}
    incomes = keyed(first.income) if first else {}
    if "B02" in tables and "grand" in incomes:
        yield _pair(
            "BUD-02",
            ("B02", "", "total"),
            ("B01", "income:grand", "amount"),
            "预算表2合计",
            "预算表1收入总计",
            _total_line(model, "B02"),
        )
    if "B03" in tables and "current" in lines:
        yield _pair(
            "BUD-03",
            ("B03", "", "total"),
            ("B01", "expenditure:current", "amount"),
            "预算表3合计",
            "预算表1本年支出合计",
            _total_line(model, "B03"),
        )
        for code, entry in lines.items():
            if code.isdigit():
                yield _class_sum(
                    "BUD-03", ("B01", f"expenditure:{code}", "amount"), entry, tables["B03"], code, "total"
                )
    if "B05" in tables and "B05-2" in tables:
        for column in ("total", "basic", "personnel", "public", "project"):
            yield _pair(
                "BUD-05",
                ("B05-2", "", column),
                ("B05", "", column),
                f"预算表5-2合计的{column_name('B05', column)}",
                "预算表5-1",
                _total_line(model, "B05-2"),
            )
    if "B05" in tables and "B06" in tables:
        for column, other in (("basic", "total"), ("personnel", "personnel"), ("public", "public")):
            yield _pair(
                "BUD-06",
                ("B05", "", column),
                ("B06", "", other),
                f"预算表5-1合计的{column_name('B05', column)}",
                f"预算表6合计的{column_name('B06', other)}",
                _total_line(model, "B05"),
            )
    if "B10" in tables and "B03" in tables and not tables["B10"].is_empty:
        yield _pair(
            "BUD-10",
            ("B10", "", "total"),
            ("B03", "", "project"),
            "预算表10合计",
            "预算表3项目支出合计",
            _total_line(model, "B10"),
        )
    if "B10" in tables:
        yield from _projects(tables["B10"])
    yield from _general_only_budget(model)


def _projects(statement: Statement) -> Iterator[Relation]:
    projects = [row for row in statement.rows if row.is_project]
    whole = statement.row("")
    if whole is None or not projects:
        return
    if sum(row.amounts.get("total") or 0 for row in projects) == 2 * (whole.amounts.get("total") or 0):
        return  # projects of two levels below each other
    yield Relation(
        "BUD-10",
        ((("B10", "", "total"), 1), *((("B10", row.code, "total"), -1) for row in projects)),
        "预算表10合计",
        "各项目之和",
        line=projects[0].at,
    )


def _general_only_budget(model: Model) -> Iterator[Relation]:
    tables = model.tables
    if "B03" not in tables or "B05" not in tables or "B01" not in tables:
        return
    incomes = keyed(tables["B01"].income)
    others = [entry for key, entry in incomes.items() if key not in ("general", "current", "grand")]
    if any(entry.amounts.get("amount") for entry in others):
        return
    for row in tables["B03"].rows:
        if tables["B05"].row(row.code) is not None:
            for column in ("total", "basic", "project"):
                yield _pair(
                    "BUD-05",
                    ("B03", row.code, column),
                    ("B05", row.code, column),
                    f"{_row_name(tables['B03'], row)}的{column_name('B03', column)}",
                    "预算表5-1同一科目",
                    row.at,
                )


def relations(model: Model) -> list[Relation]:
    """Everything that must hold between the cells of a document."""
    found = [*_inside(model), *_ledgers(model), *_economic(model)]
    if model.document.kind == "budget":
        return [*found, *_budget(model)]
    return [*found, *_between(model), *_same_incomes(model)]


def known_line(entry: Entry) -> str:
    """What a ledger line is, by its name; empty when its name is not one of the fixed ones."""
    found = ledger_line(entry.name)
    return found[1] if found else ""
