"""Reading the statement of 三公: one row of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Amounts, Statement
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import is_chinese

from . import grid
from .frames import Trouble, data_lines
from .headings import as_printed


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
