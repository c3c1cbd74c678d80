"""Reading the statement of 三公: one row of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Amounts, Statement
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line, row_of
from qifu.engines.statements.words import compact, is_chinese

from . import grid
from .frames import Trouble, data_lines
from .headings import as_printed


def read_hospitality(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    blank: Amounts = dict.fromkeys(layout.columns)
    layout = as_printed(layout, lines)
    halves = 2 if layout.kind == "final_accounts" else 1
    budget, actual = dict(blank), dict(blank)
    data = [line for line in data_lines(lines) if not grid.is_column_numbers(line)]
    width = len(layout.columns) * halves
    if not any(_row_values(line, width) for line in data):
        data = _of_the_unit(data, width)
    for line in data:
        values = _row_values(line, width)
        if values:
            budget = blank | dict(zip(layout.columns, values, strict=False))
            if halves == 2:
                actual = blank | dict(zip(layout.columns, values[len(layout.columns) :], strict=False))
    return replace(base, budget=budget, actual=actual if halves == 2 else None)


def _of_the_unit(lines: Sequence[Line], width: int) -> list[Line]:
    """The row of figures behind the name of a unit, without the name: that of 合计, else the only one there is."""
    found: dict[str, Line] = {}
    for line in lines:
        cells = line.cells or ()
        last = max((i for i, cell in enumerate(cells) if is_chinese(cell)), default=-1)
        rest = list(cells[last + 1 :])
        while len(rest) > width and not rest[-1]:
            rest.pop()
        if last >= 0 and len(rest) == width and any(amount(cell) is not None for cell in rest):
            found[compact(cells[last])] = row_of(line.number, rest, line.page)
    whole = [line for name, line in found.items() if name in ("合计", "总计")]
    return whole or (list(found.values()) if len(found) == 1 else [])


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
