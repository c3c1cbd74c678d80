"""What an item would pay to many enterprises at once: the formulas of the engine, over columns.

An estimate for planning: it is worked out in floating point, and a test holds it to the exact amount of each enterprise
within a cent. Facts that are missing make a lower and an upper bound, as in the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qifu.engines.eligibility import Formula, Numbers, Table, match
from qifu.engines.eligibility.amounts import UNITS, Case, Number, Part, Tiers, Value
from qifu.engines.eligibility.amounts import Sum as Joined

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The least and the most of every row; the most may be infinite."""

    low: Floats
    high: Floats


def amounts(formula: Formula, table: Table) -> Bounds:
    """Work out, in 元, what a formula comes to for every row of a table."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = _part(formula.part, table)
    unit = float(UNITS[formula.unit])
    return Bounds(np.maximum(found.low, 0) * unit, np.maximum(found.high, 0) * unit)


def _part(part: Part, table: Table) -> Bounds:
    if isinstance(part, Number):
        whole = np.full(table.rows, float(part.value))
        return Bounds(whole, whole)
    if isinstance(part, Value):
        return _value(part.field.name, table)
    if isinstance(part, Case):
        return _chosen(part, table)
    if isinstance(part, Tiers):
        over = _part(part.over, table)
        return (_sliced if part.is_sliced else _stepped)(part, over)
    return _joined(part, [_part(each, table) for each in part.parts])


def _value(name: str, table: Table) -> Bounds:
    column = table.columns.get(name)
    if not isinstance(column, Numbers):
        nothing = np.full(table.rows, np.inf)
        return Bounds(-nothing, nothing)
    held = column.floats(slice(0, table.rows))
    missing = np.isnan(held)
    return Bounds(np.where(missing, -np.inf, held), np.where(missing, np.inf, held))


def _joined(part: Joined, parts: list[Bounds]) -> Bounds:
    lows, highs = [each.low for each in parts], [each.high for each in parts]
    if part.operator == "+":
        return Bounds(np.sum(lows, axis=0), np.sum(highs, axis=0))
    if part.operator == "-":
        return Bounds(lows[0] - highs[1], highs[0] - lows[1])
    if part.operator in ("min", "max"):
        pick = np.minimum if part.operator == "min" else np.maximum
        return Bounds(pick.reduce(lows), pick.reduce(highs))
    found = parts[0]
    for each in parts[1:]:
        ends = [_times(a, b) for a in (found.low, found.high) for b in (each.low, each.high)]
        found = Bounds(np.minimum.reduce(ends), np.maximum.reduce(ends))
    return found


def _times(one: Floats, other: Floats) -> Floats:
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _chosen(case: Case, table: Table) -> Bounds:
    """The first part whose condition holds; while conditions are unknown, all that may apply."""
    low, high = np.full(table.rows, np.inf), np.full(table.rows, -np.inf)
    is_open = np.ones(table.rows, np.bool_)
    for condition, part in zip((*case.conditions, None), case.parts, strict=True):
        found = _part(part, table)
        if condition is None:
            yes = possible = np.ones(table.rows, np.bool_)
        else:
            told = match(condition, table, date.min, threads=1)
            yes, possible = told.eligible(0), told.eligible(0) | told.unknown(0)
        applies = is_open & possible
        low = np.where(applies, np.minimum(low, found.low), low)
        high = np.where(applies, np.maximum(high, found.high), high)
        is_open &= ~yes
    return Bounds(low, high)


def _stepped(tiers: Tiers, over: Bounds) -> Bounds:
    bounds = [(-np.inf, 0.0), *((float(bound), float(value)) for bound, value in tiers.bounds)]
    last = np.zeros(len(over.low), dtype=np.int64)
    for n, (bound, _) in enumerate(bounds):
        last = np.where(over.low >= bound, n, last)
    low, high = np.full(len(last), np.inf), np.full(len(last), -np.inf)
    for n, (bound, value) in enumerate(bounds):
        reached = (last == n) | ((over.low < bound) & (bound <= over.high))
        low = np.where(reached, np.minimum(low, value), low)
        high = np.where(reached, np.maximum(high, value), high)
    return Bounds(low, high)


def _sliced(tiers: Tiers, over: Bounds) -> Bounds:
    pairs = [(float(bound), float(rate)) for bound, rate in tiers.bounds]

    def at(x: Floats) -> Floats:
        total = np.zeros_like(x)
        for n, (bound, rate) in enumerate(pairs):
            end = pairs[n + 1][0] if n + 1 < len(pairs) else np.inf
            total = total + np.where(x > bound, _times(np.minimum(x, end) - bound, np.full_like(x, rate)), 0.0)
        return total

    first, last = at(over.low), at(over.high)
    low, high = np.minimum(first, last), np.maximum(first, last)
    for bound, _ in pairs:
        corner = at(np.full_like(over.low, bound))
        inside = (over.low < bound) & (bound < over.high)
        low = np.where(inside, np.minimum(low, corner), low)
        high = np.where(inside, np.maximum(high, corner), high)
    return Bounds(low, high)
