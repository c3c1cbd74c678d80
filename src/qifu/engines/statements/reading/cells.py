"""Cells of rows as a page breaks them: two figures fallen into one cell, names of subjects cut at the edge of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qifu.engines.statements.model import Paragraph, Repair, Row, Statement
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.subjects import names_of
from qifu.engines.statements.words import compact

_FIGURE = r"-?\d[\d,，]*(?:\.\d+)?%?"
_TWO = re.compile(rf"({_FIGURE}) +({_FIGURE})")
SHORTEST = 4  # characters that a cut name must have left to be known


def parted(lines: Iterable[Line]) -> Iterator[Line]:
    """Part a cell that holds two figures while the next one is empty: 93.5 100%."""
    for line in lines:
        cells = line.cells
        if cells is None or not any(" " in cell for cell in cells):
            yield line
            continue
        made = list(cells)
        for i, cell in enumerate(cells[:-1]):
            found = _TWO.fullmatch(cell)
            if found and not cells[i + 1] and amount(cell) is None and ("." in found[1] or "%" in found[2]):
                made[i : i + 2] = found[1], found[2]
        yield replace(line, cells=tuple(made)) if made != list(cells) else line


def mend_names(
    tables: dict[str, Statement], text: Sequence[Paragraph]
) -> tuple[dict[str, Statement], tuple[Repair, ...]]:
    """Restore names that a cell cut short: the official name stands in full beside the same code, or in the text."""
    printed: dict[str, dict[str, str]] = {}  # code → compact name → as printed
    for table in tables.values():
        for row in table.rows:
            printed.setdefault(row.code, {}).setdefault(compact(row.name), row.name)
    said = compact("".join(each.text for each in text))
    repairs: list[Repair] = []
    mended = {}
    for name, table in tables.items():
        rows = tuple(_whole(name, row, printed.get(row.code, {}), said, repairs) for row in table.rows)
        mended[name] = replace(table, rows=rows) if rows != table.rows else table
    return mended, tuple(repairs)


def _whole(statement: str, row: Row, beside: dict[str, str], said: str, repairs: list[Repair]) -> Row:
    plain = compact(row.name)
    official = {compact(each): each for each in names_of(row.code)}
    if not row.code or len(plain) < SHORTEST or plain in official:
        return row
    longer = {name: shown for name, shown in (official or beside).items() if name.startswith(plain) and name != plain}
    found = [shown for name, shown in longer.items() if name in beside or name in said]
    if len(found) != 1:
        return row
    why = "名称在单元格边缘被截断，同一编码的全称见于文件别处"
    repairs.append(Repair(f"{statement}.{row.code}.name", row.name, found[0], why, row.at))
    return replace(row, name=found[0])
