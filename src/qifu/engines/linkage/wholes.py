"""Groups compared as wholes, after rows were: what one row tells holds for all rows of its group.

A renamed firm is two groups of rows of which few give the code, so that few pairs speak for it; one misspelt row speaks
against a row that has the very name of another. As wholes, code, name and place count once each: the code as the rows
give it on average, the place and the telephone by the pair that fits best, the name by the best pair too, unless the two
groups hold names of sisters, who share short names: then by all pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .features import Features, Floats
from .scoring import Scorer
from .weights import NEVER

if TYPE_CHECKING:
    from .merging import Merger

MOST_HOLDERS = 12  # groups that hold one code; more is the code of an agent, which tells nothing
ROUNDS = 6  # after a merge the groups around are weighed anew; chains longer than this do not come up
AT_ONCE = 100_000  # groups weighed in one go
AROUND = ("place", "phone", "person")
Two = tuple[int, int]


def join_wholes(merger: Merger, scorer: Scorer, members: dict[int, list[int]], pairs: Sequence[Two]) -> None:
    """Join those pairs of groups that fit as wholes, the best first; `members` are the rows of each group."""
    todo = list(dict.fromkeys(pairs))
    for _ in range(ROUNDS):
        todo = [pair for pair in dict.fromkeys(_roots(merger, todo)) if not merger.is_forbidden(*pair)]
        if not todo:
            return
        scores = np.concatenate(
            [as_wholes(todo[k : k + AT_ONCE], members, scorer) for k in range(0, len(todo), AT_ONCE)]
        )  # fmt: skip
        stale: list[Two] = []
        changed: set[int] = set()
        for k in np.argsort(-scores, kind="stable").tolist():
            a, b = todo[k]
            if a in changed or b in changed:
                stale.append((a, b))
            elif scores[k] > merger.weights.merge:
                merger.join(a, b, float(scores[k]))
                members[a] += members.pop(b)
                changed.update((a, b))
        todo = stale


def _roots(merger: Merger, pairs: Sequence[Two]) -> list[Two]:
    found = ((merger.root(a), merger.root(b)) for a, b in pairs)
    return [(min(a, b), max(a, b)) for a, b in found if a != b]


def holders_of_one_code(merger: Merger, rows: Features) -> list[Two]:
    """Pairs of groups that hold one code."""
    holders: dict[int, set[int]] = {}
    for row in np.flatnonzero((rows.code >= 0) & rows.code_is_sure).tolist():
        holders.setdefault(int(rows.code[row]), set()).add(merger.root(row))
    few = (sorted(holders[code]) for code in sorted(holders) if 1 < len(holders[code]) <= MOST_HOLDERS)
    return [(a, b) for roots in few for k, a in enumerate(roots) for b in roots[k + 1 :]]


def as_wholes(pairs: Sequence[Two], members: dict[int, list[int]], scorer: Scorer) -> Floats:
    """Evidence of each pair of groups, in bits."""
    ends = [(x, y) for a, b in pairs for x in members[a] for y in members[b]]
    sizes = np.array([len(members[a]) * len(members[b]) for a, b in pairs], dtype=np.int64)
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    rows = np.array(ends, dtype=np.int64)
    total, around = np.zeros(len(pairs)), np.zeros(len(pairs))
    parts: dict[str, Floats] = {}
    never = np.zeros(len(pairs), dtype=bool)
    for piece, values in scorer.pieces(rows[:, 0], rows[:, 1]).items():
        telling = values != 0
        count = np.add.reduceat(telling, starts, dtype=np.int64)
        mean = np.add.reduceat(values, starts) / np.maximum(count, 1)
        best = np.where(count > 0, np.maximum.reduceat(np.where(telling, values, -np.inf), starts), 0.0)
        least = np.minimum.reduceat(values, starts)
        never |= least < NEVER / 2
        if piece in AROUND:
            around += best
        elif piece == "name":
            parts[piece] = np.where(least > scorer.w.name_sister, best, mean)
        elif piece != "shared":
            parts[piece] = mean
    for values in parts.values():
        total += values
    capped = (parts["name"] < 0) & (parts["code"] <= 0)
    total += np.where(capped, np.minimum(around, scorer.w.shared_most), around)
    return np.where(never, NEVER, total)
