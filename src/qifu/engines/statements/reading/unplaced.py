"""Rows whose figures carry no places: blank cells have left no trace, and every way to set them into columns is a possibility.

A way is taken only where nothing else is possible: the row itself admits one alone, or of all ways of the rows below one
whole row exactly one choice makes every column add up. Two rows with the same amount, one of basic and one of project
expenditure, admit two choices: both stay open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qifu.engines.statements.model import Amounts
from qifu.engines.statements.money import ZERO, tail

NO_PLACES = "原文没有分栏，空白处不留痕迹，不能确定各在哪一栏"
MOST_STATES = 20_000  # sums of columns that are followed; beyond, nothing is decided


@dataclass
class Unplaced:
    """A row: its code, and all the ways in which its figures may stand."""

    code: str
    ways: list[Amounts]

    @property
    def only(self) -> Amounts | None:
        return self.ways[0] if len(self.ways) == 1 else None


def agreed(ways: Sequence[Amounts]) -> Amounts:
    """What is sure of a row whose columns stay open: the cells that are the same in every way."""
    first = ways[0] if ways else {}
    return {column: value for column, value in first.items() if all(way[column] == value for way in ways)}


def settle(rows: Sequence[Unplaced], columns: Sequence[str]) -> None:
    """Leave each row the ways that its whole leaves it, from the total row down."""
    below = _below(rows)
    waiting = [i for i, row in enumerate(rows) if not row.code][:1]
    while waiting:
        top = waiting.pop(0)
        parts = below.get(top, [])
        whole = rows[top].only
        if whole is not None and parts:
            _choose(whole, [rows[i] for i in parts], columns)
        waiting += parts


def _below(rows: Sequence[Unplaced]) -> dict[int, list[int]]:
    """The rows right below each row, by their codes."""
    places: dict[str, int] = {}
    for i, row in enumerate(rows):
        places.setdefault(row.code, i)
    found: dict[int, list[int]] = {}
    for code, i in places.items():
        parent = next((places[code[:n]] for n in (5, 3) if n < len(code) and code[:n] in places), places.get(""))
        if code and parent is not None:
            found.setdefault(parent, []).append(i)
    return found


def _choose(whole: Amounts, parts: Sequence[Unplaced], columns: Sequence[str]) -> None:
    """Strike the ways that make no choice add up; where exactly one choice is left, it is the one."""
    if not all(part.ways for part in parts):
        return
    slack = tail(len(parts))
    goal = tuple(whole.get(column) or ZERO for column in columns)
    if all(value >= 0 for part in parts for way in part.ways for value in way.values() if value is not None):
        for part in parts:
            fitting = [way for way in part.ways if _within(_sums(way, columns), goal, slack)]
            part.ways = fitting or part.ways
    reached: dict[tuple[Decimal, ...], list[int] | None] = {tuple(ZERO for _ in columns): []}
    for part in parts:
        following: dict[tuple[Decimal, ...], list[int] | None] = {}
        for sums, picks in reached.items():
            for k, way in enumerate(part.ways):
                made = tuple(a + b for a, b in zip(sums, _sums(way, columns), strict=True))
                following[made] = None if made in following or picks is None else [*picks, k]
        if len(following) > MOST_STATES:
            return
        reached = following
    exact = [
        picks for sums, picks in reached.items() if all(abs(a - b) <= slack for a, b in zip(sums, goal, strict=True))
    ]
    if len(exact) == 1 and exact[0] is not None:
        for part, k in zip(parts, exact[0], strict=True):
            part.ways = [part.ways[k]]


def _sums(way: Amounts, columns: Sequence[str]) -> tuple[Decimal, ...]:
    return tuple(way.get(column) or ZERO for column in columns)


def _within(sums: Sequence[Decimal], goal: Sequence[Decimal], slack: Decimal) -> bool:
    return all(value <= most + slack for value, most in zip(sums, goal, strict=True))
