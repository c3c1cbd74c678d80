"""Reading statements with a row for each unit or project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.layouts import Layout
from qifu.engines.statements.model import Amounts, Row, Statement, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese

from . import grid
from .frames import Trouble, data_lines, display
from .unplaced import NO_PLACES, agreed

NO_CODE = "没有编码，不能归入任何一行"
_LIST_CODE = re.compile(r"^\d{2,8}$|^[0-9A-Z]{12,24}$")


def read_listed(base: Statement, layout: Layout, lines: Sequence[Line], trouble: Trouble) -> Statement:
    rows: list[Row] = []
    words: list[str] = []
    data = data_lines(lines)
    named = _named_units(data)
    usual = _usual_start(data, named)
    projects = _project_names(data) if layout.shape == "projects" else -1
    for line in data:
        if grid.is_column_numbers(line):
            continue
        if (row := _ruled_listed(line, layout, usual, named, projects)) is not None:
            rows.append(row)
            continue
        tokens = list(line.cells) if line.cells is not None else (line.raw or line.text).split()
        figures: list[Decimal] = []
        while tokens and (not tokens[-1] or (amount(tokens[-1]) is not None and not _is_code(tokens, len(figures)))):
            token = tokens.pop()
            if token:
                value = amount(token)
                figures.insert(0, value if value is not None else Decimal(0))
        if len(figures) < 2:
            words += [token for token in (line.cells or (line.raw or line.text).split()) if token]
            continue
        words += [token for token in tokens if token]
        code, name = _code_and_name(words, rows, first=not rows, alone=not any(tokens))
        words = []
        if not name:
            trouble.unreadable.append(Unreadable(f"{base.id} 第{line.number}行", line.text, NO_CODE, line.number))
            continue
        amounts: Amounts = dict.fromkeys(layout.columns)
        ways = grid.spread(figures, layout.id, layout.columns)
        if len(ways) == 1:
            amounts |= ways[0]
        else:
            amounts |= agreed(ways)
            trouble.unreadable.append(Unreadable(f"{base.id}.{code or '合计'}", line.text, NO_PLACES, line.number))
        rows.append(Row(code, name, amounts, line.number))
    return replace(base, rows=tuple(rows))


def _ruled_listed(line: Line, layout: Layout, usual: int, named: frozenset[int], projects: int) -> Row | None:
    """A row whose cells stand in their columns: code, name, maybe the unit, and the amounts, the first in the usual place."""
    cells = list(line.cells or ())
    if len(cells) < 4 or grid.is_column_numbers(line) or usual < 0:
        return None
    first = _first_figure(cells, named)
    heads = [cell for cell in cells[:first] if cell]
    ways = [way for start in (first, usual) if (way := _from(cells, start, layout, named)) is not None]
    if first < 0 or not heads or not ways:
        return None
    amounts = next((way for way in ways if grid.adds_up(layout.id, way)), ways[0])
    if any("合计" in compact(cell) for cell in heads):
        return Row("", "合计", amounts, line.number)
    code = compact(heads[0])
    if _LIST_CODE.match(code) and len(heads) > 1:
        return Row(code, display(heads[1]), amounts, line.number)
    if 0 <= projects < first and cells[projects] and not any(_LIST_CODE.match(compact(cell)) for cell in heads):
        name = display(cells[projects])
        return Row(name, name, amounts, line.number)  # a project without a code is known by its name
    return None


def _project_names(lines: Sequence[Line]) -> int:
    """The column headed 项目名称 of a table of projects; -1 where none is."""
    for line in lines:
        cells = [compact(cell) for cell in line.cells or ()]
        if grid.figures_of(cells):
            break
        if cells.count("项目名称") == 1:
            return cells.index("项目名称")
    return -1


_OF_UNIT = re.compile(r"^(项目|预算|执行|实施|主管)?(单位|部门)(编码|代码|名称)?$")


def _named_units(lines: Sequence[Line]) -> frozenset[int]:
    """The columns whose heading says that a unit stands there: its code is no amount."""
    found: set[int] = set()
    for line in lines:
        cells = line.cells or ()
        if any("." in cell and amount(cell) is not None for cell in cells):
            break
        found |= {i for i, cell in enumerate(cells) if _OF_UNIT.match(compact(cell))}
    return frozenset(found)


def _first_figure(cells: Sequence[str], named: frozenset[int]) -> int:
    """Where the first amount of a row stands, after its last words; -1 where there is none."""
    last = max((i for i, cell in enumerate(cells) if is_chinese(cell)), default=-1)
    whole = frozenset(i for i in named if i < len(cells) and "." not in cells[i])
    return next(
        (i for i, cell in enumerate(cells) if i > last >= 0 and i not in whole and amount(cell) is not None), -1
    )


def _from(cells: Sequence[str], start: int, layout: Layout, named: frozenset[int]) -> Amounts | None:
    """The amounts of a row whose columns begin at a place; None when figures stand outside them."""
    count = len(layout.columns)
    inside = [*cells[start : start + count], *[""] * count][:count]
    outside = [cell for i, cell in enumerate(cells) if i >= start + count or i < start]
    if start < 0 or any("." in cell and amount(cell) is not None for cell in outside):
        return None
    if start in named and start < len(cells) and cells[start] and "." not in cells[start]:
        return None
    return dict(zip(layout.columns, map(amount, inside), strict=True))


def _usual_start(lines: Sequence[Line], named: frozenset[int]) -> int:
    """Where amounts begin in most rows; -1 in a table without cells."""
    places = Counter(at for line in lines if line.is_row and (at := _first_figure(line.cells or (), named)) >= 0)
    return places.most_common(1)[0][0] if places else -1


def _is_code(tokens: Sequence[str], figures_after: int) -> bool:
    return len(tokens) == 1 and figures_after == 0 and bool(_LIST_CODE.match(tokens[0])) and "." not in tokens[0]


def _code_and_name(words: Sequence[str], rows: Sequence[Row], *, first: bool, alone: bool) -> tuple[str, str]:
    """Code and name of a row without cells; a first row of figures `alone` is the total, one that names nothing known has neither."""
    places = [i for i, word in enumerate(words) if _LIST_CODE.match(word)]
    if (first or not places) and any("合计" in compact(word) for word in words[-2:]):
        return "", "合计"
    if not places:
        return "", "合计" if first and alone else ""
    code = words[places[-1]]
    name = "".join(words[places[-1] + 1 :])
    for row in sorted(rows, key=lambda row: -len(row.name)):
        if row.name and name.endswith(row.name) and name != row.name and len(row.name) > 4:
            name = name[: -len(row.name)]
            break
    return code, name
