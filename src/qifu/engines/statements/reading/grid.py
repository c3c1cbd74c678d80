"""Rows of a statement as cells: what is a code, a name, an amount, and which columns the amounts stand in.

A recogniser shifts rows, splits codes and drops cells. A row is therefore anchored by what its cells hold, and among the
placements that remain the one that its own sum confirms is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise

from qifu.engines.statements.layouts import SUMS, column_sum
from qifu.engines.statements.model import Amounts
from qifu.engines.statements.money import amount, is_blank, tail
from qifu.engines.statements.paper import Line
from qifu.engines.statements.subjects import names_of
from qifu.engines.statements.words import compact, distance_one, is_chinese

_YEAR = re.compile(r"^(19|20)\d\d$")
_TOTAL = re.compile(r"^(合计|总计|小计合计|本年合计)$")
_FILLER = re.compile(r"^(栏次|类|款|项|次|栏|行次|.)$")
_HEAD_CELL = re.compile(
    r"(部门|单位|机构)(名称)?[:：]|单位[:：](万)?元|^20\d\d年度?(年?初?(预算|执行|决算|完成|调整).*)?$"
)
_CODE_AND_NAME = re.compile(r"^[\[［【(（〔]?([\d][\d\s.,]*\d)\s*[\]］】)）〕]?[\s_:：.-]*([^\d\s.,].*)$")
_NUMBER = r"[+-]?\d(?:[\d,，]*\d)?(?:\s?\.\s?\d{1,4})?"
TRAILING = re.compile(rf"^(.*?)((?:(?:^|\s+){_NUMBER}%?)+)\s*$")


@dataclass
class RawRow:
    """A row before its columns are settled: cells by place, and what kind of row it is."""

    line: Line
    codes: tuple[str, ...]  # groups of digits before the name
    name: str
    name_at: int
    figures: dict[int, Decimal]
    is_total: bool = False
    noise: tuple[str, ...] = ()
    width: int = 0


def is_column_numbers(line: Line) -> list[int] | None:
    """The places of 1, 2, 3 … when a row only numbers the columns; None otherwise."""
    cells = line.cells or tuple((line.raw or line.text).split())
    places = [(i, int(c)) for i, c in enumerate(cells) if c.isascii() and c.isdigit() and len(c) <= 2]
    values = [value for _, value in places]
    others = [c for c in cells if c and not (c.isascii() and c.isdigit())]
    if len(values) < 3 or any(len(compact(c)) > 2 for c in others if is_chinese(c)) or any("." in c for c in cells):
        return None
    ascending = sum(b == a + 1 for a, b in pairwise(values))
    return [i for i, _ in places] if ascending >= len(values) - 2 and values[0] <= 2 else None


def figures_of(cells: Sequence[str]) -> dict[int, Decimal]:
    """The figures that end a row, by place; a workbook may hold whole ones. Years of a heading are none."""
    last = max((i for i, cell in enumerate(cells) if is_chinese(cell)), default=-1)
    found = {i: value for i, cell in enumerate(cells) if i > last and (value := amount(cell)) is not None}
    if any("." in cells[i] for i in found):
        return found
    named = last >= 0 and not all(_YEAR.match(cells[i].strip()) for i in found)
    return found if named else {}


def raw_row(line: Line) -> RawRow | None:
    """Understand a row of cells by what they hold; None when it is a heading or holds nothing."""
    cells = list(line.cells or ())
    if is_column_numbers(line):
        return None
    figures, noise = _figures(cells)
    words = [(i, cell) for i, cell in enumerate(cells) if is_chinese(cell)]
    totals = [i for i, cell in words if _TOTAL.match(compact(cell))]
    if totals and all(_TOTAL.match(compact(cell)) or _FILLER.match(compact(cell)) for _, cell in words):
        at = totals[-1]
        return RawRow(line, (), "合计", at, {i: v for i, v in figures.items() if i > at}, True, noise, len(cells))
    return _subject_row(line, cells, words, figures, noise)


def _subject_row(
    line: Line, cells: list[str], words: list[tuple[int, str]], figures: dict[int, Decimal], noise: tuple[str, ...]
) -> RawRow | None:
    if any(_HEAD_CELL.search(compact(cell)) for _, cell in words):
        return None
    if not words:
        return _nameless(line, cells, figures, noise)
    first_digit = next((i for i, cell in enumerate(cells) if re.search(r"\d{3}", cell)), None)
    if first_digit is None:
        return None
    decimals = [
        i for i, cell in enumerate(cells) if i in figures and re.search(r"\.\s*\d", cell) and len(_digits(cell)) < 16
    ]
    before = [(i, cell) for i, cell in words if i >= first_digit or _CODE_AND_NAME.match(cell)]
    amounts_at = [i for i in decimals if before and i > before[0][0]] or [len(cells)]
    names = [(i, cell) for i, cell in before if i < amounts_at[0]] or before[:1]
    if not names:
        return None
    at, name = names[-1]
    groups = [_digits(cell) for cell in cells[:at] if re.search(r"\d", cell)]
    if found := _CODE_AND_NAME.match(name):
        groups.append(_digits(found[1]))
        name = found[2]
    groups = [group for group in groups if group]
    if not groups or len("".join(groups)) < 3:
        return None
    return RawRow(line, tuple(groups), name, at, {i: v for i, v in figures.items() if i > at}, False, noise, len(cells))


def _nameless(line: Line, cells: list[str], figures: dict[int, Decimal], noise: tuple[str, ...]) -> RawRow | None:
    """A row whose name was lost: a whole code, and amounts with decimals after it."""
    at = next((i for i, cell in enumerate(cells) if cell), 0)
    code = cells[at] if cells else ""
    held = {i: value for i, value in figures.items() if i > at and "." in cells[i]}
    if not re.fullmatch(r"\d{3}|\d{5}|\d{7}", code) or not held:
        return None
    return RawRow(line, (code,), "", min(held) - 1, held, False, noise, len(cells))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _figures(cells: list[str]) -> tuple[dict[int, Decimal], tuple[str, ...]]:
    """Amounts by place; a cell that holds two figures while the next is empty is split (`cells` is changed)."""
    figures: dict[int, Decimal] = {}
    noise = []
    for i, cell in enumerate(cells):
        if not cell or is_chinese(cell):
            continue
        value = amount(cell)
        if value is not None:
            figures[i] = value
            continue
        pieces = cell.split()
        values = [amount(piece) for piece in pieces]
        if (
            len(pieces) == 2
            and None not in values
            and all("." in p for p in pieces)
            and not "".join(cells[i + 1 : i + 2])
        ):
            cells[i : i + 2] = pieces
            figures[i], figures[i + 1] = values[0] or Decimal(0), values[1] or Decimal(0)
        elif not is_blank(cell):
            noise.append(cell)
    return figures, tuple(noise)


def code_of(groups: Sequence[str], name: str) -> tuple[str, bool]:
    """The subject code that groups of digits give, and whether the name was needed to tell.

    A code may be split over cells, its first digits repeated, or a stray point stand in it.
    """
    joined = "".join(groups)
    candidates = [joined, *groups]
    for first, second in combinations(groups, 2):
        candidates += [first[: len(first) - k] + second for k in range(len(first) + 1) if first.endswith(second[:k])]
        candidates.append(first[:3] + second[-4:])
    legal = list(dict.fromkeys(c for c in candidates if len(c) in (3, 5, 7)))
    if not legal:
        return joined, False
    plain = compact(name)
    matching = [code for code in legal if any(_same(plain, compact(known)) for known in names_of(code))]
    if matching:
        if joined in legal and names_of(joined) and all(joined.startswith(code) for code in matching):
            return joined, False  # a whole code under the name of what it belongs to: the name is wrong, not the code
        best = max(matching, key=len) if plain not in {compact(n) for n in names_of(matching[0])} else matching[0]
        return best, best != joined
    return (joined, False) if joined in legal else (max(legal, key=len), True)


def _same(printed: str, official: str) -> bool:
    return bool(printed) and (
        printed == official
        or (len(printed) >= 4 and official.startswith(printed))
        or (len(printed) >= 4 and distance_one(printed, official))
    )


def first_column(rows: Sequence[RawRow], numbered: list[int] | None) -> int:
    """The place at which amounts begin in most rows of a statement."""
    firsts = Counter(min(row.figures) for row in rows if row.figures)
    if not firsts:
        return numbered[0] if numbered else 0
    common, count = firsts.most_common(1)[0]
    if numbered and firsts.get(numbered[0], 0) == count:
        return numbered[0]
    return common


def placed(
    row: RawRow,
    statement: str,
    columns: Sequence[str],
    start: int,
    usual_name_at: int,
    numbered: Sequence[int] | None,
    usual_width: int,
) -> Amounts:
    """Amounts by column: where the cells stand, shifted as a whole, or nearest to the numbers of the columns.

    :raises ValueError: no placement holds all figures.
    """
    shift = row.name_at - usual_name_at
    base = numbered[0] if numbered and len(numbered) >= len(columns) else start
    options: dict[int, int] = {base: 3}
    if row.figures:
        # a row that grew by as many cells as its name moved has moved as a whole
        options[base + shift] = 4 if row.width > usual_width else max(2, options.get(base + shift, 0))
        for offset, liking in (
            (start, 2),
            (start + shift, 1),
            (min(row.figures), 0),
            (row.width - len(columns), 0),
        ):
            options.setdefault(offset, liking)
    holds = [offset for offset in options if all(offset <= i < offset + len(columns) for i in row.figures)]
    if not holds:
        return _nearest(row, statement, columns, numbered or [start + k for k in range(len(columns))])
    ways = {offset: {column: row.figures.get(offset + k) for k, column in enumerate(columns)} for offset in holds}
    total = "total" if "total" in columns else columns[0]
    if shift == 0 and row.width == usual_width and base == start and base in ways and ways[base].get(total) is not None:
        return ways[base]  # nothing shows that it moved: a sum of its own that fails is what it says
    return ways[max(holds, key=lambda offset: options[offset] + _likely(statement, ways[offset], total))]


def _likely(statement: str, amounts: Amounts, total: str) -> int:
    """How much speaks for a placement: it fills the column of totals, and it adds up."""
    if amounts.get(total) is None:
        return 0
    return 13 if adds_up(statement, amounts) else 3


def _nearest(row: RawRow, statement: str, columns: Sequence[str], places: Sequence[int]) -> Amounts:
    """Put figures in the columns whose numbers stand nearest, in order, such that the sums hold."""
    held = sorted(row.figures)
    if len(held) > len(columns) or len(places) < len(columns):
        raise ValueError("figures outside the columns")
    ways = []
    for chosen in combinations(range(len(columns)), len(held)):
        amounts: Amounts = dict.fromkeys(columns)
        for place, at in zip(chosen, held, strict=True):
            amounts[columns[place]] = row.figures[at]
        if adds_up(statement, amounts):
            ways.append((sum(abs(places[place] - at) for place, at in zip(chosen, held, strict=True)), chosen, amounts))
    ways.sort(key=lambda way: way[0])
    if not ways or (len(ways) > 1 and ways[0][0] == ways[1][0]):
        raise ValueError("figures outside the columns")
    return ways[0][2]


def adds_up(statement: str, amounts: Amounts) -> bool:
    """Whether every column that is a sum of others is so, within the tail."""
    for column, parts in SUMS.get(statement, ()):
        if not any(part.lstrip("-") in amounts for part in parts):
            continue  # a table that does not print the parts
        known = amounts.get(column)
        addends = sum(amounts.get(part.lstrip("-")) is not None for part in parts)
        if abs((known or Decimal(0)) - column_sum(amounts, parts)) > tail(addends):
            return False
    return True


def spread(figures: Sequence[Decimal], statement: str, columns: Sequence[str]) -> list[Amounts]:
    """All ways to put figures without places into columns in order, such that the sums hold; the column of totals is filled.

    Figures as many as columns have one place each, whether the sums hold or not.
    """
    if len(figures) >= len(columns):
        return [dict(zip(columns, figures, strict=False))] if len(figures) == len(columns) else []
    total = columns.index("total")
    found = []
    for chosen in combinations(range(len(columns)), len(figures)):
        if total not in chosen:
            continue
        amounts: Amounts = dict.fromkeys(columns)
        for place, value in zip(chosen, figures, strict=True):
            amounts[columns[place]] = value
        if adds_up(statement, amounts):
            found.append(amounts)
    return found


def trailing_figures(text: str) -> tuple[str, list[Decimal]]:
    """Part a line without columns into its words and the amounts that end it."""
    found = TRAILING.match(text)
    if not found:
        return text, []
    tokens = re.findall(_NUMBER + "%?", found[2])
    values = [amount(token.rstrip("%")) for token in tokens]
    return found[1].strip(), [value for value in values if value is not None]
