"""Reading two-sided statements: names with their amounts, income on the left, expenditure on the right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from qifu.engines.statements.layouts import Layout, ledger, ledger_line
from qifu.engines.statements.model import Amounts, Entry, Repair, Statement, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese, unnumbered

from . import grid
from .frames import Trouble, data_lines, display
from .headings import as_printed
from .loose import PARTED, is_doubtful

_Item = tuple[int | None, str, list[Decimal | None]]


def read_ledger(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    data = data_lines(lines)
    layout = as_printed(layout, lines)
    step, middle = _line_step(data), _middle(data)
    income: list[Entry] = []
    expenditure: list[Entry] = []
    for line in data:
        left, right = _sides(line, step, layout.columns, middle) if line.is_row else _unruled_sides(line, step)
        if _is_crowded(left, right, line, step, layout.columns):
            trouble.unreadable.append(Unreadable(f"{base.id} 第{line.number}行", line.text, PARTED, line.number))
            continue
        if len(left) > 1 and not any(value is not None for _, _, figures in (*left, *right) for value in figures):
            continue  # the heading that names the kinds of money
        sides: tuple[tuple[list[Entry], list[_Item], tuple[str, ...]], ...] = (
            (income, left, ("amount",)),
            (expenditure, right, layout.columns),
        )
        for side, items, columns in sides:
            for number, name, figures in items:
                if name or any(value is not None for value in figures):
                    known = figures[:1] if line.cells is None and 1 < len(figures) < len(columns) else figures
                    side.append(Entry(number, name, _amounts(columns, known), line.number))
    income, expenditure = _clean(income, trouble, base.id), _clean(expenditure, trouble, base.id)
    if layout.id == "T04":
        income = [replace(entry, amounts={"total": entry.amounts.get("amount")}) for entry in income]
    return replace(base, income=tuple(income), expenditure=tuple(expenditure))


def _is_crowded(left: list[_Item], right: list[_Item], line: Line, step: int, columns: Sequence[str]) -> bool:
    """Whether a line holds more figures than it has places for, or, without columns, one that a space may have parted."""
    most = [(left, 1), (right, len(columns))]
    if line.cells is None and not step and is_doubtful(line):
        return True
    return any(sum(value is not None for value in held) > width for side, width in most for _, _, held in side)


def _amounts(columns: Sequence[str], figures: Sequence[Decimal | None]) -> Amounts:
    return {column: figures[k] if k < len(figures) else None for k, column in enumerate(columns)}


def _whole(cell: str) -> int | None:
    plain = compact(cell)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 3 else None


def _line_step(lines: Sequence[Line]) -> int:
    """How far the line numbers of the right side run ahead of the left, in most rows; 0 when there are none."""
    steps: Counter[int] = Counter()
    for line in lines:
        numbers = [n for cell in (line.cells or (line.raw or line.text).split()) if (n := _whole(cell)) is not None]
        if not grid.is_column_numbers(line):  # amounts may be whole too: a nought, a small figure
            steps.update({right - left for left, right in combinations(numbers, 2) if right > left})
    if not steps:
        return 0
    step, count = steps.most_common(1)[0]
    return step if count >= 5 and step > 5 else 0


def _sides(line: Line, step: int, columns: Sequence[str], middle: int) -> tuple[list[_Item], list[_Item]]:
    cells = list(line.cells or ())
    if step:
        found = _numbered_places(cells, step)
        if found is None:  # a number of a line was lost: what is left of the numbers is no amount
            bare = [cell for cell in cells if _whole(cell) is None]
            return (
                _paired(bare, columns, (len(bare) + 1) // 2)
                if any("." in cell and amount(cell) is not None for cell in bare)
                else ([], [])
            )
        a, b = found
        left_name = next((c for c in reversed(cells[:a]) if is_chinese(c)), "")
        names = [i for i in range(a + 1, b) if is_chinese(cells[i])]
        cut = names[0] if names else b
        right_name = "".join(cells[i] for i in names)
        left = _one(cells[a + 1 : cut])
        return [(int(compact(cells[a])), left_name, left)], [
            (int(compact(cells[b])), right_name, _spaced(cells[b + 1 :]))
        ]
    return _paired(cells, columns, middle or (len(cells) + 1) // 2)


def _middle(lines: Sequence[Line]) -> int:
    """The cell at which the names of the right side stand: where those of expenditure are; 0 where none is known."""
    places = Counter(
        i
        for line in lines
        for i, cell in enumerate(line.cells or ())
        if i and (known := ledger_line(cell)) and known[0] == "expenditure"
    )
    return places.most_common(1)[0][0] if places else 0


def _numbered_places(cells: Sequence[str], step: int) -> tuple[int, int] | None:
    numbers = [(i, n) for i, cell in enumerate(cells) if (n := _whole(cell)) is not None]
    for i, first in numbers:
        for j, second in numbers:
            if j > i and second - first == step:
                return i, j
    return None


def _one(cells: Sequence[str]) -> list[Decimal | None]:
    """The figure among cells that hold one amount; several are not told apart."""
    return [value for cell in cells if (value := amount(cell)) is not None] or [None]


def _spaced(cells: Sequence[str]) -> list[Decimal | None]:
    return [amount(cell) for cell in cells]


def _paired(cells: Sequence[str], columns: Sequence[str], middle: int) -> tuple[list[_Item], list[_Item]]:
    """Name and amount pairs of a row without line numbers; the sides are told by the names, else by order."""
    items: list[_Item] = []
    places = []
    for i, cell in enumerate(cells):
        if is_chinese(cell):
            items.append((None, cell, []))
            places.append(i)
        elif items and (value := amount(cell)) is not None:
            items[-1][2].append(value)
    if items and len(columns) > 1:
        items[-1] = (None, items[-1][1], _in_columns(cells[places[-1] + 1 :], columns))
    return _by_side(items, places, middle)


def _in_columns(cells: Sequence[str], columns: Sequence[str]) -> list[Decimal | None]:
    """The amounts of a right side in their columns, blanks kept; a row that moved is placed where its total adds up."""
    values = [amount(cell) for cell in cells]
    width, total = len(columns), columns.index("total")
    ways = [values[k : k + width] for k in range(max(1, len(values) - width + 1))]
    held = sum(value is not None for value in values)
    whole = [way for way in ways if sum(value is not None for value in way) == held]
    exact = [
        way for way in whole if len(way) > total and (way[total] or 0) * 2 == sum(value or Decimal(0) for value in way)
    ]
    return (exact or whole or ways)[0]


def _by_side(items: list[_Item], places: Sequence[int] = (), middle: int = 0) -> tuple[list[_Item], list[_Item]]:
    left: list[_Item] = []
    right: list[_Item] = []
    known = [ledger_line(name) for _, name, _ in items]
    if not any(known):
        return [], []
    for k, item in enumerate(items):
        line = known[k]
        side = line[0] if line else ""
        if not side and len(items) == 2:
            side = "income" if k == 0 else "expenditure"
        if not side:
            side = "expenditure" if places and places[k] >= middle else "income"
        (left if side == "income" else right).append((item[0], item[1], item[2] or [None]))
    return left, right


def _unruled_sides(line: Line, step: int) -> tuple[list[_Item], list[_Item]]:
    items: list[_Item] = []
    first, before = None, 0  # the line number of the left side, and the items up to it
    for token in _tokens(line.raw or line.text):
        value = amount(token) if not is_chinese(token) else None
        whole = _whole(token)
        if value is None:
            items.append((None, token, []))
        elif step and whole is not None and first is None:
            first, before = whole, len(items)
            if items:
                items[-1] = (whole, items[-1][1], items[-1][2])
        elif step and whole is not None and first is not None and whole == first + step:
            if len(items) > before and items[-1][0] is None:
                items[-1] = (whole, items[-1][1], items[-1][2])
            else:
                items.append((whole, "", []))
        elif items:
            items[-1][2].append(value)
    return _by_number(items, first) if step and first is not None else _by_side(items)


def _by_number(items: list[_Item], first: int) -> tuple[list[_Item], list[_Item]]:
    """Part the items of a line by their line numbers: up to the first number the left side, after it the right."""
    left = [item for item in items if item[0] is not None and item[0] <= first]
    right = [item for item in items if item[0] is not None and item[0] > first]
    return [(n, name, figures or [None]) for n, name, figures in left], [
        (n, name, figures or [None]) for n, name, figures in right
    ]


def _tokens(text: str) -> list[str]:
    """Names and figures of a line without columns; names that follow each other directly are parted by their ordinals."""
    found: list[str] = []
    for token in text.split():
        figure = not is_chinese(token) and amount(token) is not None
        starts = bool(re.match(r"^([（(]?[一二三四五六七八九十廿]{1,3}[）)、.])", token))
        if figure or starts or not found or amount(found[-1]) is not None:
            found.append(token)
        else:
            found[-1] += token
    parted: list[str] = []
    for token in found:
        parted += _parted(token)
    return parted


def _parted(token: str) -> list[str]:
    """Part two names that stand together: 本年收入合计本年支出合计, 一、教育支出二、…"""
    if not is_chinese(token) or ledger_line(token):
        return [token]
    pieces = re.split(r"(?<=[^（(、.])(?=[（(][一二三四五六七八九十廿]{1,3}[）)])", token)
    if len(pieces) > 1:
        return pieces
    for cut in range(3, len(token) - 2):
        if ledger_line(token[:cut]) and ledger_line(token[cut:]):
            return [token[:cut], token[cut:]]
    return [token]


def _clean(entries: list[Entry], trouble: Trouble, statement: str) -> list[Entry]:
    """Mend names that wrapped into the next line; drop headings that were taken for lines."""
    kept = []
    for entry in entries:
        name = entry.name
        if ledger_line(name) is None and name:
            official = _official_line(name)
            if official:
                trouble.repairs.append(
                    Repair(f"{statement}.{official}", name, official, "行名断在两行，拼合后与固定行名一致", entry.at)
                )
                name = official
            elif entry.line is None:
                continue
        if any(value is not None for value in entry.amounts.values()) or name:
            kept.append(replace(entry, name=display(name)))
    return _full_labels(kept, trouble, statement)


def _official_line(name: str) -> str:
    """The fixed line name that a damaged one stands for, when only one is possible."""
    plain = re.sub(r"[()（）]", "", compact(unnumbered(name)))
    candidates = {known.label for known in ledger() if known.pattern.fullmatch(plain)}
    return candidates.pop() if len(candidates) == 1 else ""


def _full_labels(entries: list[Entry], trouble: Trouble, statement: str) -> list[Entry]:
    full = "使用非财政拨款结余（含专用结余）"
    found = []
    for entry in entries:
        plain = compact(entry.name)
        if "(" in plain and ")" not in plain and compact(full).startswith(plain):
            trouble.repairs.append(
                Repair(f"{statement}.{full}", entry.name, full, "行名被截断，与固定行名一致", entry.at)
            )
            entry = replace(entry, name=full)
        found.append(entry)
    return found
