"""Columns of a two-sided statement that the official one does not have: budgets beside accounts, last year, expenditure by its nature.

They are told by their headings, taken out before the statement is read, and named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qifu.engines.statements.layouts import ledger_line
from qifu.engines.statements.model import Unreadable
from qifu.engines.statements.paper import Line, row_of
from qifu.engines.statements.words import compact, unnumbered

from . import grid
from .frames import Trouble
from .outline import Region

_MONEY = re.compile(r"财政拨款|公共预算|基金预算|资本经营|专户管理|按功能")  # a kind of money is no half of a year
_NATURE = re.compile(r"支出性质|经济分类|按性质")
_FOREIGN = "“{head}”不是这张表的固定栏目，没有读入"


def without_others(region: Region, half: Callable[[str, str], str], year: str, trouble: Trouble) -> Region:
    """A two-sided statement with just the columns of its own year and kind; as it is, where the headings name no other."""
    wanted = "actual" if region.layout.kind == "final_accounts" else "budget"
    heads = _heads(region.lines)
    halves = {at: half(head, year) for at, head in heads.items() if not _MONEY.search(head)}
    found: dict[int, str] = {}
    if wanted in halves.values():
        found = {
            at: heads[at] for at, each in halves.items() if each in ("budget", "actual", "beside") and each != wanted
        }
    nature = min((at for at, head in heads.items() if _NATURE.search(head)), default=None)
    if nature is not None:
        found |= dict.fromkeys(range(nature, max(len(line.cells or ()) for line in region.lines)), heads[nature])
    if not found:
        return region
    name, at = region.layout.id, region.title.number
    for head in dict.fromkeys(found.values()):
        trouble.unreadable.append(Unreadable(f"{name}“{head}”栏", head, _FOREIGN.format(head=head), at))
    return replace(region, lines=[_without(line, found) for line in region.lines])


def _heads(lines: Sequence[Line]) -> dict[int, str]:
    """What stands above the first line of the statement, by place; the lowest row that says anything of a place."""
    found: dict[int, str] = {}
    for line in lines:
        if any(ledger_line(cell) for cell in line.cells or () if not _MONEY.search(cell) or unnumbered(cell) != cell):
            break
        if line.is_row and not grid.is_column_numbers(line):
            found |= {i: compact(cell) for i, cell in enumerate(line.cells or ()) if cell}
    return found


def _without(line: Line, places: dict[int, str]) -> Line:
    if not line.is_row:
        return line
    return row_of(line.number, [cell for i, cell in enumerate(line.cells or ()) if i not in places], line.page)
