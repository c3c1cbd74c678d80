"""A person's decisions: kept for the pairs they were made of, and what they teach about the pairs beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .features import Floats, Integers
from .weights import NEVER

if TYPE_CHECKING:
    from .scoring import Scorer

Known = dict[tuple[int, int], bool]
ALWAYS = 1000.0
ENOUGH = 20  # decisions from which on they teach anything about other pairs
SPREAD = 1.0  # how far, in bits, the weights are thought to be off before anybody decided anything


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word about two rows, by their ids."""

    one: str
    other: str
    is_same: bool


def by_position(decisions: Iterable[Decision], ids: Sequence[str]) -> Known:
    """Decisions by the positions of their rows, the lesser first; those about rows not in the lists are passed over."""
    place = {row: k for k, row in enumerate(ids)}
    known: Known = {}
    for each in decisions:
        a, b = place.get(each.one), place.get(each.other)
        if a is not None and b is not None and a != b:
            known[min(a, b), max(a, b)] = each.is_same
    return known


def imposed(known: Known, pairs: Integers, scores: Floats) -> tuple[Integers, Floats]:
    """The pairs with those that a person decided, beyond any evidence."""
    if not known:
        return pairs, scores
    told = np.array(sorted(a << 32 | b for a, b in known), dtype=np.int64)
    said = np.array([ALWAYS if known[k >> 32, k & 0xFFFFFFFF] else NEVER * 10 for k in told.tolist()])
    kept = ~np.isin(pairs, told)
    pairs, scores = np.concatenate([pairs[kept], told]), np.concatenate([scores[kept], said])
    order = np.argsort(pairs, kind="stable")
    return pairs[order], scores[order]


def offset(known: Known, scorer: Scorer) -> float:
    """By how many bits evidence was taken for too strong, judged by decisions on pairs near even odds.

    The most likely shift of a logistic curve, with a normal prior of `SPREAD` bits; 0 with fewer than `ENOUGH` decisions.
    """
    if len(known) < ENOUGH:
        return 0.0
    ends = np.array(list(known), dtype=np.int64)
    scores = scorer.score(ends[:, 0], ends[:, 1])
    said = np.array(list(known.values()), dtype=np.float64)
    near = np.abs(scores) < 12
    scores, said = scores[near] * math.log(2), said[near]
    if len(said) < ENOUGH:
        return 0.0
    shift, spread = 0.0, SPREAD * math.log(2)
    for _ in range(30):
        likely = 1 / (1 + np.exp(-(scores - shift)))
        slope = float(np.sum(likely - said)) - shift / spread**2
        curve = float(np.sum(likely * (1 - likely))) + 1 / spread**2
        shift += slope / curve
    return round(shift / math.log(2), 3)
