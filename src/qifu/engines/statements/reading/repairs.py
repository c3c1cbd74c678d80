"""Mending what damage changed: only where independent relations force the one value that was printed.

A cell is suspect when it bears signs of damage: fewer decimals than its neighbours, empty beside a filled row, a destroyed
digit. It is mended when two relations agree and what is left of it fits; a failing sum alone mends nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.doubt import Doubt
from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Amounts, Entry, Form, Model, Repair, Row, Statement, Unreadable
from qifu.engines.statements.money import decimals
from qifu.engines.statements.relations import Key, Relation, cells_of, place_name, relations, said, tops


@dataclass
class Suspect:
    """A cell with signs of damage: what is left of it, and how a whole value must look to fit."""

    key: Key
    printed: Decimal | None
    pattern: re.Pattern[str] | None = None

    def fits(self, value: Decimal) -> bool:
        if self.pattern is not None:
            return bool(self.pattern.fullmatch(f"{value:.2f}"))
        if self.printed is None:
            return value > 0
        return f"{value:.2f}".startswith(f"{self.printed:f}")


def suspects(model: Model, values: dict[Key, Decimal | None], rules: list[Relation]) -> list[Suspect]:
    """Cells that show fewer decimals than their statement prints, or are empty though their row is filled."""
    short = shortened(values)
    exact, broken = _broken(values, rules, Decimal(0)), _broken(values, rules, Decimal("0.005"))
    found = [Suspect(key, values[key]) for key in short if exact.get(key)]
    found += [Suspect(key, None) for key, value in values.items() if value is None and broken.get(key)]
    return found


def shortened(values: dict[Key, Decimal | None]) -> set[Key]:
    """Cells printed with fewer than two decimals where the document mostly prints two."""
    held = [decimals(value) >= 2 for value in values.values() if value]
    if sum(held) * 2 < len(held):
        return set()
    return {key for key, value in values.items() if value and decimals(value) < 2}


def _broken(values: dict[Key, Decimal | None], rules: list[Relation], unit: Decimal) -> Counter[Key]:
    count: Counter[Key] = Counter()
    for rule in rules:
        key = rule.cells[0][0]
        if abs(rule.implied(key, values) - (values.get(key) or Decimal(0))) > unit * (len(rule.cells) + 1):
            for cell, _ in rule.cells:
                if cell in values:
                    count[cell] += 1
    return count


def mend(
    model: Model,
    patterns: dict[Key, re.Pattern[str]] | None = None,
    *,
    unclear: frozenset[Key] = frozenset(),
    fills: bool = True,
) -> Model:
    """Mend every cell that relations force; name those that stay doubtful.

    What is unreadable or `unclear` is no witness and stays so: its blanks are no noughts.
    A blank is filled only where the source may have lost what stood there (`fills`).
    """
    if not model.tables:
        return model
    doubt = Doubt.of(model)
    rules = [
        rule
        for rule in (*relations(model), *said(model))
        if not doubt.touches(rule) and not any(cell in unclear for cell, _ in rule.cells)
    ]
    values = cells_of(model)
    made: dict[Key, tuple[Decimal | None, Decimal, str]] = {}
    by_cell: dict[Key, list[Relation]] = {}
    for rule in rules:
        for cell, _ in rule.cells:
            by_cell.setdefault(cell, []).append(rule)
    for enough in (2, 2, 2, 1, 1):
        if enough == 1 and not _truncated(made) and not _many(model, values, rules, by_cell):
            break
        for suspect in _all_suspects(model, values, rules, patterns or {}):
            if suspect.key in made:
                continue
            need = 1 if suspect.pattern is not None else enough
            if suspect.printed is None and (need == 1 or not fills):
                continue
            if found := _forced(suspect, by_cell, values, need):
                made[suspect.key] = (suspect.printed, *found)
                values[suspect.key] = found[0]
    model = _applied(model, made) if made else model
    left = [each for each in suspects(model, values, rules) if each.key not in made and each.printed is not None]
    if not _truncated(made):
        left = [each for each in left if _may_be_cut(each.key, by_cell.get(each.key, []), values)]
        left = left if len(left) >= 2 else []
    return _doubtful(model, left) if left else model


def _may_be_cut(key: Key, rules: list[Relation], values: dict[Key, Decimal | None]) -> bool:
    """Whether a failing sum would hold if the digits that short cells lack had been cut off."""
    short = shortened(values)
    for rule in rules:
        left, right = rule.sides(values)
        first = rule.cells[0][0]
        sides = {cell: (cell == first) == (left < right) for cell, _ in rule.cells if cell in short}
        if key in sides and sides[key] and 0 < abs(left - right) <= Decimal("0.09") * sum(sides.values()):
            return True
    return False


def _doubtful(model: Model, left: Iterable[Suspect]) -> Model:
    """Name the cells that bear the signs of truncation, in a document that it has hit, and could not be mended."""
    places = tuple(
        Unreadable(place_name(suspect.key), f"{suspect.printed:f}", "末位数字缺失，没有足够的关系能还原")
        for suspect in left
    )
    return replace(model, unreadable=model.unreadable + places)


def _many(
    model: Model, values: dict[Key, Decimal | None], rules: list[Relation], by_cell: dict[Key, list[Relation]]
) -> bool:
    """Whether several cells lost their last digit, each as one relation says: then it is damage, not a slip."""
    found = [
        suspect
        for suspect in suspects(model, values, rules)
        if suspect.printed is not None and _forced(suspect, by_cell, values, 1)
    ]
    return len(found) >= 2


def _all_suspects(
    model: Model, values: dict[Key, Decimal | None], rules: list[Relation], patterns: dict[Key, re.Pattern[str]]
) -> list[Suspect]:
    marked = [Suspect(key, values.get(key), pattern) for key, pattern in patterns.items()]
    return marked or suspects(model, values, rules)


def _truncated(made: dict[Key, tuple[Decimal | None, Decimal, str]]) -> bool:
    return sum(printed is not None for printed, _, _ in made.values()) >= 2


def _unvouched(short: set[Key], by_cell: dict[Key, list[Relation]], values: dict[Key, Decimal | None]) -> set[Key]:
    """The short cells that no relation confirms: 12.5 for 12.50 has lost nothing.

    What is cut off only makes a figure smaller: where a sum is exact and all its short cells stand on one side, all are whole.
    """

    def vouches(rule: Relation, key: Key) -> bool:
        signs = {coefficient for cell, coefficient in rule.cells if cell in short}
        return len(signs) == 1 and rule.implied(key, values) == values[key]

    return {key for key in short if not any(vouches(rule, key) for rule in by_cell.get(key, []))}


def _forced(
    suspect: Suspect, by_cell: dict[Key, list[Relation]], values: dict[Key, Decimal | None], need: int
) -> tuple[Decimal, str] | None:
    rules = by_cell.get(suspect.key, [])
    votes: dict[Decimal, list[str]] = {}
    common: dict[Decimal, set[Key]] = {}  # what all witnesses of a value speak of
    short = _unvouched(shortened(values), by_cell, values) - {suspect.key}
    for rule in rules:
        if any(cell in short for cell, _ in rule.cells):
            continue  # a relation that holds another damaged cell is no witness
        value = rule.implied(suspect.key, values)
        if suspect.fits(value) and rule.why not in votes.get(value, []):
            votes.setdefault(value, []).append(rule.why)
            cells = {cell for cell, _ in rule.cells}
            common[value] = common.get(value, cells) & cells
    if suspect.printed is None:  # a blank bears no sign of damage: no other cell may explain it as well
        votes = {value: whys for value, whys in votes.items() if common[value] == {suspect.key}}
    if not votes:
        return None
    best, whys = max(votes.items(), key=lambda vote: len(vote[1]))
    rivals = [value for value, others in votes.items() if value != best and len(others) >= len(whys)]
    if len(whys) < need or rivals:
        return None
    return best.quantize(Decimal("0.01")), "与" + "、".join(dict.fromkeys(whys[:3])) + "互相印证，只有这一个数成立"


def _applied(model: Model, made: dict[Key, tuple[Decimal | None, Decimal, str]]) -> Model:
    tables = dict(model.tables)
    repairs = list(model.repairs)
    for (name, row, column), (printed, value, why) in made.items():
        statement = tables[name]
        tables[name], line = with_value(statement, row, column, value)
        repairs.append(
            Repair(place_name((name, row, column)), "" if printed is None else f"{printed:f}", f"{value:f}", why, line)
        )
    return replace(model, tables=tables, repairs=tuple(repairs))


def with_value(statement: Statement, row: str, column: str, value: Decimal | None) -> tuple[Statement, int]:
    """The statement with one cell changed, and the line it stands on."""
    if row in ("personnel", "public"):
        field = f"{row}_total"
        return replace(statement, **{field: value}), statement.until  # type: ignore[arg-type]
    if ":" in row:
        side, _, key = row.partition(":")
        entries: tuple[Entry, ...] = getattr(statement, side)
        wanted = keyed(entries)[key]
        changed = tuple(_amended(entry, column, value) if entry is wanted else entry for entry in entries)
        return replace(statement, **{side: changed}), wanted.at  # type: ignore[arg-type]
    line = 0
    rows = []
    done = False
    for each in statement.rows:
        if each.code == row and not done:
            line, done = each.at, True
            rows.append(replace(each, amounts=_set(each.amounts, column, value)))
        else:
            rows.append(each)
    return replace(statement, rows=tuple(rows)), line


def _amended(entry: Entry, column: str, value: Decimal | None) -> Entry:
    return replace(entry, amounts=_set(entry.amounts, column, value))


def _set(amounts: Amounts, column: str, value: Decimal | None) -> Amounts:
    return {**amounts, column: value}


def mend_forms(model: Model) -> Model:
    """Join a figure of the whole unit's form that a border cut in two, where the statement of expenditure has it."""
    third = model.tables.get("T03")
    total: Row | None = third.row("") if third else None
    forms: list[Form] = []
    repairs = list(model.repairs)
    unreadable = list(model.unreadable)
    for form in model.forms:
        for field in ("basic", "project"):
            pieces = form.details.get(f"{field}_pieces", "")
            if not pieces:
                continue
            whole = Decimal(pieces) if re.fullmatch(r"\d+(\.\d+)?", pieces) else None
            where = f"{form.title or '整体绩效自评表'}.{field}"
            if whole is not None and total is not None and total.amounts.get(field) == whole:
                repairs.append(Repair(where, f"{getattr(form, field)}", pieces, "与公开03表合计一致", form.at))
                kept = {key: value for key, value in form.details.items() if key != f"{field}_pieces"}
                form = replace(form, details=kept, **{field: whole})  # type: ignore[arg-type]
            else:
                unreadable.append(Unreadable(where, pieces, "数字被表格线切断", form.at))
        forms.append(form)
    return replace(model, forms=tuple(forms), repairs=tuple(repairs), unreadable=tuple(unreadable))


def fill_fourth(model: Model) -> Model:
    """Give the kinds of money of 财政拨款总表 their columns where the text printed none: as the statements by kind have them."""
    fourth = model.tables.get("T04")
    kinds = {"general": "T05", "fund": "T07", "capital": "T08"}
    held = [entry for entry in fourth.expenditure if entry.amounts.get("total")] if fourth else []
    bare = [entry for entry in held if all(entry.amounts.get(kind) is None for kind in kinds)]
    if fourth is None or len(bare) * 2 < len(held) or not bare:
        return model
    keys = {id(entry): key for key, entry in keyed(fourth.expenditure).items()}
    filled: dict[int, Amounts] = {}
    doubts = []
    for entry in bare:
        key, total = keys.get(id(entry), ""), entry.amounts["total"]
        amounts = {kind: _of_class(model, name, key) for kind, name in kinds.items()}
        if (key.isdigit() or key in ("current", "grand")) and sum(amounts.values(), Decimal(0)) == total:
            filled[id(entry)] = {"total": total, **{kind: value or None for kind, value in amounts.items()}}
        else:
            why = "原文没有分栏，不能确定各在哪一栏"
            doubts.append(Unreadable(f"T04.{key or entry.name}", entry.name, why, entry.at))
    entries = tuple(replace(entry, amounts=filled.get(id(entry), entry.amounts)) for entry in fourth.expenditure)
    why = "原文没有分栏；与公开05、07、08表同类金额之和相等，只有这样分栏成立"
    repairs = (Repair("T04", "", f"{len(filled)}行按资金种类分栏", why, fourth.at),) if filled else ()
    return replace(
        model,
        tables={**model.tables, "T04": replace(fourth, expenditure=entries)},
        repairs=(*model.repairs, *repairs),
        unreadable=(*model.unreadable, *doubts),
    )


def _of_class(model: Model, name: str, key: str) -> Decimal:
    table = model.tables.get(name)
    if table is None:
        return Decimal(0)
    codes = tops(table, key) if key.isdigit() else [""]
    rows = [row for code in codes if (row := table.row(code)) is not None]
    return sum((row.amounts.get("total") or Decimal(0) for row in rows), Decimal(0))
