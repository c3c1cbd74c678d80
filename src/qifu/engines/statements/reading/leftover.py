"""What was printed and has gone nowhere: figures of a statement that no cell took, figures that could not be made out.

An unknown layout must end as "not understood, here" and never as wrong data: a figure that stands in the region of a
statement and is in none of its cells shows that the layout was not understood, and nothing is concluded from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from qifu.engines.statements.model import Statement, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line

from .outline import Region

_DECIMAL = re.compile(r"\d\s*[.．]\s*\d")
_UNCLEAR = re.compile(r"[\d.,，?]*(?:\d[.,，]?\?|\?[.,，]?\d|\?[.,，]\?)[\d.,，?]*")
_NOT_TAKEN = "这一行的数字没有归入报表的任何一栏，版式没有读懂"
_ILLEGIBLE = "扫描件上的数字识别没有把握"


def not_taken(region: Region, statement: Statement) -> Iterator[Unreadable]:
    """Lines of a statement with a figure that none of its cells holds."""
    left = Counter(value for value in _held(statement) if value is not None)
    for line in region.lines:
        lost = False
        for value in _figures(line):
            if left[value] > 0:
                left[value] -= 1
            else:
                lost = True
        if lost:
            yield Unreadable(f"{statement.id} 第{line.number}行", line.text, _NOT_TAKEN, line.number)


def _held(statement: Statement) -> Iterator[Decimal | None]:
    for row in statement.rows:
        yield from row.amounts.values()
    for entry in (*statement.income, *statement.expenditure):
        yield from entry.amounts.values()
    for half in (statement.budget, statement.actual):
        yield from (half or {}).values()
    yield from (statement.personnel_total, statement.public_total)
    if statement.personnel_total is not None and statement.public_total is not None:
        yield statement.personnel_total + statement.public_total  # 合计, of which the two are the parts
    elif statement.id == "T06":
        yield sum((row.amounts["amount"] or Decimal(0) for row in statement.rows if len(row.code) == 3), Decimal(0))


def _figures(line: Line) -> Iterator[Decimal]:
    for token in line.cells if line.cells is not None else (line.raw or line.text).split():
        if _DECIMAL.search(token) and (value := amount(token)):  # a nought that no cell took loses nothing
            yield value


def illegible(lines: Sequence[Line], settled: Iterable[int]) -> Iterator[Unreadable]:
    """Figures of a scan of which a digit could not be made out; `settled` are lines whose figures were dealt with."""
    done = set(settled)
    for line in lines:
        for found in _UNCLEAR.finditer(line.text):
            if line.number not in done:
                yield Unreadable("正文", found[0], _ILLEGIBLE, line.number)
