"""The evaluation list of units （考评表）: each measure with its base, ranked one by one and only where the base is large enough.

There is no composite score: how speed weighs against result is for the district to say, not for a program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from qifu.domain.appeals.queries.figures import counts
from qifu.domain.appeals.queries.figures.board import slices
from qifu.domain.appeals.queries.figures.counts import Stamp
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, scope_of
from qifu.domain.appeals.queries.figures.measures import FEW, FIGURES, MARKS, Counts
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

RATES = ("reply", "promise", "first_time", "confirmed", "satisfied", "returned", "supervised")
MEANS = {"speed": "速度均分", "result": "结果均分", "attitude": "态度均分"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one unit. `value` is a share or a mean; None: too small a base to say it."""

    value: Decimal | None
    numerator: int | None
    denominator: int
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    unit: int
    name: str
    kind: str
    counts: Counts
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Evaluation:
    cut: Cut
    scope: Scope
    stamp: Stamp
    lines: list[Line]


def evaluation(*, actor: Actor, now: datetime, cut: Cut) -> Evaluation:
    """Return the list of units that the person may see, ranked among all units of the same period.

    :raises Forbidden: the board is not for this person.
    """
    scope, stamp = scope_of(actor), counts.stamp(now)
    tree = people.unit_tree()
    found = [s for s in slices("unit", cut, Scope(), stamp) if s.key in tree.units and s.counts["dispatched"]]
    cells = {int(str(s.key)): _cells(s.counts) for s in found}
    for name in (*RATES, *MEANS):
        _rank(cells, name)
    seen = scope.units or scope.streets
    lines = [
        Line(int(str(s.key)), s.label, tree.units[int(str(s.key))].kind_label, s.counts, cells[int(str(s.key))])
        for s in found
        if seen is None or s.key in seen
    ]
    return Evaluation(cut, scope, stamp, lines)


def _cells(counts: Counts) -> dict[str, Cell]:
    found = {}
    for name in RATES:
        rate = counts.rate(name)
        found[name] = Cell(rate.share, rate.numerator, rate.denominator)
    for mark in MARKS:
        found[mark] = Cell(counts.mean(mark), None, counts["rated"])
    return found


def _rank(cells: dict[int, dict[str, Cell]], name: str) -> None:
    """Rank the units whose base is large enough; equals share a place."""
    better = FIGURES[name].better if name in FIGURES else 1
    able = {u: c[name] for u, c in cells.items() if c[name].value is not None and c[name].denominator >= FEW}
    for unit, cell in able.items():
        value = (cell.value or Decimal(0)) * better
        place = 1 + sum((other.value or Decimal(0)) * better > value for other in able.values())
        cells[unit][name] = Cell(cell.value, cell.numerator, cell.denominator, place)
