"""Reading the statement of 三公: one row of figures, or one item below the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Amounts, Statement
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese, unnumbered

from . import grid
from .frames import Trouble, data_lines
from .headings import as_printed

_HOSPITALITY = (
    ("abroad", re.compile(r"因公出国")),
    ("vehicles", re.compile(r"公务用车购置(及|和)运行")),
    ("vehicle_purchase", re.compile(r"公务用车购置")),
    ("vehicle_running", re.compile(r"公务用车运行")),
    ("reception", re.compile(r"公务接待")),
    ("total", re.compile(r"^合计|总计|“三公“经费(支出)?(合计)?$")),
)


def read_hospitality(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    blank: Amounts = dict.fromkeys(layout.columns)
    layout = as_printed(layout, lines)
    halves = 2 if layout.kind == "final_accounts" else 1
    budget, actual = dict(blank), dict(blank)
    for line in data_lines(lines):
        if grid.is_column_numbers(line):
            continue
        values = _row_values(line, len(layout.columns) * halves)
        if values:
            budget = blank | dict(zip(layout.columns, values, strict=False))
            if halves == 2:
                actual = blank | dict(zip(layout.columns, values[len(layout.columns) :], strict=False))
        elif line.is_row and (upright := _upright(line)):
            column, figures = upright
            budget[column] = figures[0]
            if halves == 2 and len(figures) > 1:
                actual[column] = figures[-1]
    return replace(base, budget=budget, actual=actual if halves == 2 else None)


def _row_values(line: Line, width: int) -> list[Decimal | None]:
    """The cells of the one row of figures, when the line is that row."""
    if line.cells is None:
        text, figures = grid.trailing_figures(line.raw or line.text)
        return list(figures) if not is_chinese(text) and len(figures) == width else []
    if any(is_chinese(cell) for cell in line.cells):
        return []
    values = [amount(cell) for cell in line.cells]
    held = [i for i, value in enumerate(values) if value is not None]
    if not held:
        return []
    if len(held) == width:
        return [values[i] for i in held]
    if len(values) >= width:
        lead = len(values) - width
        return values[lead:] if not any(values[i] is not None for i in range(lead)) else values[:width]
    return []


def _upright(line: Line) -> tuple[str, list[Decimal | None]] | None:
    """A row of a 三公 statement that lists its items downwards: the item, and budget and actual."""
    cells = list(line.cells or ())
    name = next((cell for cell in cells if is_chinese(cell)), "")
    figures = [amount(cell) for cell in cells if cell is not name and not is_chinese(cell)]
    held = [
        value
        for value in figures
        if value is not None and not (value == value.to_integral() and value < 20 and value != 0)
    ]
    column = next((key for key, pattern in _HOSPITALITY if pattern.search(compact(unnumbered(name)))), "")
    return (column, list(held)) if column and held else None
