"""Columns that the official statement does not have: 其中：教育收费 beside 事业收入, a kind of money of some district's own.

They are taken out before a table is read, so that no figure falls into the column of another. One that says 其中 is part of
its neighbour and changes no sum; beside any other nothing is concluded from the statement.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qifu.engines.statements.model import Unreadable
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese

from . import grid
from .frames import Trouble
from .headings import HEADS
from .outline import Region

_TWICE = "同一栏目印了两次（两个年度或两种口径），不能确定哪一栏是本年，没有读入"
_PART = re.compile(r"^其中[:：]?")
_OTHER = re.compile(r"^(?:其中[:：]?)?(本年|支出|收入|栏次|决算数|预算数|金额|备注|说明)?$")


def without_foreign(region: Region, trouble: Trouble) -> Region:
    """The statement without the columns that its layout does not have."""
    layout = region.layout
    if layout.shape != "subjects":
        return region
    region = _without_serials(region)
    heads = _heads(region.lines)
    lowest = [pieces[-1] for pieces in heads.values()]
    if any(lowest.count(head) > 1 for head in ("基本支出", "项目支出")):
        where = f"{layout.id} 第{region.title.number}行"
        trouble.unreadable.append(Unreadable(where, "、".join(lowest), _TWICE, region.title.number))
        return replace(region, lines=[line for line in region.lines if not grid.figures_of(line.cells or ())])
    known = [HEADS[column] for column in layout.columns if column in HEADS]
    found = {at: pieces[-1] for at, pieces in heads.items() if _is_foreign(pieces, known)}
    if not found or len(found) == len(heads):
        return region
    for head in found.values():
        where = f"{layout.id}“{head}”栏" if _PART.match(head) else f"{layout.id} 第{region.title.number}行"
        why = f"“{head}”不是这张表的固定栏目，没有读入"
        trouble.unreadable.append(Unreadable(where, head, why, region.title.number))
    return replace(region, lines=[_without(line, set(found)) for line in region.lines])


def _without_serials(region: Region) -> Region:
    """The statement without the column that numbers its rows: 序号."""
    places: set[int] = set()
    for line in region.lines:
        if grid.figures_of(line.cells or ()):
            break
        places |= {i for i, cell in enumerate(line.cells or ()) if compact(cell) == "序号"}
    return replace(region, lines=[_without(line, places) for line in region.lines]) if places else region


def _is_foreign(pieces: list[str], known: list[re.Pattern[str]]) -> bool:
    """Whether the headings above a column name none of the layout; one that is broken over rows is read as a whole."""
    if _PART.match(pieces[-1]):
        return True
    wholes = ["".join(pieces[at:]) for at in range(len(pieces))]
    return not any(p.search(pieces[-1]) or _is_put_together(p, pieces, wholes) for p in known)


def _is_put_together(pattern: re.Pattern[str], pieces: list[str], wholes: list[str]) -> bool:
    return not any(pattern.search(piece) for piece in pieces) and any(pattern.search(whole) for whole in wholes)


def _heads(lines: list[Line]) -> dict[int, list[str]]:
    """The headings above each column that holds amounts, the lowest last; empty where a column has none."""
    words: dict[int, list[str]] = {}
    held: set[int] = set()
    for line in lines:
        cells = line.cells or ()
        if not line.is_row or grid.is_column_numbers(line):
            continue
        if figures := grid.figures_of(cells):
            held |= set(figures)
        elif not held:
            for i, cell in enumerate(cells):
                if is_chinese(cell):
                    words.setdefault(i, []).append(compact(cell))
    heads = {i: words.get(i, [""]) for i in held}
    return heads if not any(_OTHER.match(pieces[-1]) for pieces in heads.values()) else {}


def _without(line: Line, places: set[int]) -> Line:
    if line.cells is None or len(line.cells) <= max(places):
        return line
    cells = tuple(cell for i, cell in enumerate(line.cells) if i not in places)
    return replace(line, cells=cells, text=" ".join(cell for cell in cells if cell))
