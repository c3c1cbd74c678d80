"""The order in which a table prints its columns, told by its headings: districts put 项目支出 before 基本支出, 公务接待费 before 公务用车.

Only a heading that names every column of the layout once is followed; any other leaves the official order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact

from . import grid

HEADS: dict[str, re.Pattern[str]] = {
    "total": re.compile(r"合计|总计|小计"),
    "basic": re.compile(r"基本支出"),
    "project": re.compile(r"项目支出"),
    "remit": re.compile(r"上缴上级"),
    "business": re.compile(r"经营"),
    "subsidy": re.compile(r"附属单位补助"),
    "personnel": re.compile(r"人员经费"),
    "public": re.compile(r"公用经费"),
    "fiscal": re.compile(r"财政拨款"),
    "superior": re.compile(r"上级补助"),
    "undertaking": re.compile(r"事业收入"),
    "affiliate": re.compile(r"附属单位上缴"),
    "other": re.compile(r"其他收入"),
    "opening": re.compile(r"年初"),
    "income": re.compile(r"本年收入"),
    "closing": re.compile(r"年末"),
}
_KINDS = {
    "total": re.compile(r"^(合计|小计|总计)$"),
    "general": re.compile(r"^一般公共预算"),
    "fund": re.compile(r"^政府性基金"),
    "capital": re.compile(r"^国有资本"),
}
HOSPITALITY = {
    "total": re.compile(r"^(合计|总计|“三公“经费合计)$"),
    "abroad": re.compile(r"因公出国"),
    "vehicles": re.compile(r"^小计$"),
    "vehicle_purchase": re.compile(r"^公务用车购置费?$"),
    "vehicle_running": re.compile(r"^公务用车运行(维护)?费?$"),
    "reception": re.compile(r"公务接待"),
}
_BY_SHAPE = {"subjects": HEADS, "ledger": _KINDS, "hospitality": HOSPITALITY}


def as_printed(layout: Layout, lines: Sequence[Line]) -> Layout:
    """The layout with its columns in the order of the headings, where these name every one of them."""
    patterns = _BY_SHAPE.get(layout.shape, {})
    if not all(column in patterns for column in layout.columns):
        return layout
    places = _places(layout, lines, patterns)
    if len(places) < len(layout.columns) or len(set(places.values())) < len(places):
        return layout
    return replace(layout, columns=tuple(sorted(layout.columns, key=lambda column: places[column])))


def is_headed(layout: Layout, lines: Sequence[Line]) -> bool:
    """Whether every column that holds a figure stands under a heading of its own."""
    places = set(_places(layout, lines, _BY_SHAPE.get(layout.shape, {})).values())
    held = {i for line in lines if not grid.is_column_numbers(line) for i in grid.figures_of(line.cells or ())}
    return len(places) == len(layout.columns) and bool(held) and held <= places


def _places(layout: Layout, lines: Sequence[Line], patterns: dict[str, re.Pattern[str]]) -> dict[str, int]:
    """Where each column is named for the first time, in the rows above the first row of figures."""
    found: dict[str, int] = {}
    for line in lines:
        cells = line.cells or ()
        if grid.is_column_numbers(line) or grid.figures_of(cells):
            break
        for i, cell in enumerate(cells):
            plain = compact(cell)
            column = next((name for name in layout.columns if plain and patterns[name].search(plain)), None)
            if column is not None:
                found.setdefault(column, i)
    return found
