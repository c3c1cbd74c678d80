"""Groups of rows that grow, pair by pair, and the evidence between them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .features import Features, Floats, Integers
from .learning import Known
from .weights import NEVER, Weights


@dataclass(slots=True)
class Grouping:
    """Which group each row belongs to, and the pair by which groups were joined."""

    group: Integers
    links: list[tuple[int, int, float]] = field(default_factory=list)  # row, row, average evidence at the merge
    doubts: list[tuple[int, int, float]] = field(default_factory=list)  # best pair of two groups that were left apart


def ends(pairs: Integers) -> tuple[Integers, Integers]:
    return pairs >> 32, pairs & 0xFFFFFFFF


def roots(parent: Sequence[int] | Integers) -> Integers:
    found = np.array(parent, dtype=np.int64)
    while True:
        above = found[found]
        if (above == found).all():
            return found
        found = above


class Merger:
    """Groups of rows, and the evidence between them: sum, pairs counted, whether a merge is forbidden, best pair."""

    def __init__(self, rows: Features, weights: Weights) -> None:
        self.weights, self.codes, count = weights, _Codes(rows), len(rows)
        self.parent, self.size = list(range(count)), [1] * count
        self.between: dict[int, dict[int, list[float]]] = {}
        self.heap: list[tuple[float, int, int, int]] = []
        self.result = Grouping(np.zeros(count, dtype=np.int64))

    def load(self, pairs: Integers, scores: Floats) -> None:
        """Take the pairs of further rows; those loaded before are done with."""
        self.between, self.heap = {}, []
        one, other = ends(pairs)
        clipped = np.clip(scores, -self.weights.clip, self.weights.clip).tolist()
        forbidden = (scores < NEVER / 2).tolist()
        for a, b, score, bad in zip(one.tolist(), other.tolist(), clipped, forbidden, strict=True):
            link = [score, 1.0, float(bad), score]
            self.between.setdefault(a, {})[b] = link
            self.between.setdefault(b, {})[a] = link
            if score > self.weights.merge and not bad:
                self.heap.append((-score, a, b, 2))
        heapq.heapify(self.heap)
        self.loaded = sorted(self.between)

    def holds(self, pair: tuple[int, int]) -> bool:
        """Whether the pair is among those loaded."""
        return pair[1] in self.between.get(pair[0], ())

    def members(self, pairs: Sequence[tuple[int, int]] = ()) -> dict[int, list[int]]:
        """The rows of each group of the rows loaded, or of the groups of these pairs."""
        found: dict[int, list[int]] = {}
        wanted = {root for pair in pairs for root in pair}
        for row in range(len(self.parent)) if pairs else self.loaded:
            root = self.root(row)
            if not pairs or root in wanted:
                found.setdefault(root, []).append(row)
        return found

    def impose(self, known: Known) -> None:
        """Join first what a person joined, whatever the evidence says."""
        for (one, other), is_same in known.items():
            a, b = self.root(one), self.root(other)
            if is_same and a != b:
                self._absorb(min(a, b), max(a, b))

    def run(self) -> None:
        """Merge the two groups with the best average of evidence, again and again."""
        while self.heap:
            minus, a, b, when = heapq.heappop(self.heap)
            if self.parent[a] != a or self.parent[b] != b or when != self.size[a] + self.size[b]:
                continue
            if self.codes.clash(a, b):
                continue
            self._absorb(a, b)
            self.result.links.append((a, b, -minus))

    def finish(self) -> Grouping:
        """Give the groups, the pairs that made them, and what remained in doubt."""
        self.result.group = roots(self.parent)
        return self.result

    def root(self, row: int) -> int:
        """The first row of the group that a row is in."""
        while self.parent[row] != row:
            row = self.parent[row]
        return row

    def _absorb(self, a: int, b: int) -> None:
        """Make b part of a, and weigh the groups around them anew."""
        self.parent[b] = a
        self.size[a] += self.size[b]
        self.codes.join(a, b)
        mine, theirs = self.between.setdefault(a, {}), self.between.pop(b, {})
        mine.pop(b, None)
        for near, link in theirs.items():
            if near == a:
                continue
            held = mine.get(near)
            if held is None:
                held = mine[near] = link
            else:
                held[0] += link[0]
                held[1] += link[1]
                held[2] = max(held[2], link[2])
                held[3] = max(held[3], link[3])
            beside = self.between[near]
            beside.pop(b, None)
            beside[a] = held
        for near, link in mine.items():
            average = self._average(a, near, link)
            if average > self.weights.merge and not link[2]:
                heapq.heappush(self.heap, (-average, min(a, near), max(a, near), self.size[a] + self.size[near]))

    def is_forbidden(self, a: int, b: int) -> bool:
        """Whether a rule or a person keeps two groups apart."""
        return self.codes.clash(a, b) or bool(self.between.get(a, {}).get(b, (0, 0, 0, 0))[2])

    def join(self, a: int, b: int, score: float) -> None:
        """Join two groups for a reason found outside."""
        self._absorb(a, b)
        self.result.links.append((a, b, score))

    def hopeful(self) -> list[tuple[int, int]]:
        """Groups left apart though a pair between them speaks for one firm."""
        return [
            (a, b)
            for a, others in sorted(self.between.items())
            for b, link in sorted(others.items())
            if a < b and link[3] > self.weights.merge and not link[2]
        ]

    def _average(self, a: int, b: int, link: list[float]) -> float:
        """Evidence of all pairs between two groups; a pair that shares no key speaks mildly against."""
        every = self.size[a] * self.size[b]
        return (link[0] + self.weights.unseen * (every - link[1])) / every

    def leave_doubts(self) -> None:
        """Two groups left apart against little evidence are for a person to decide."""
        for a, others in self.between.items():
            for b, link in others.items():
                if a < b and not link[2]:
                    average = self._average(a, b, link)
                    if average > self.weights.review_from:
                        self.result.doubts.append((a, b, average))


class _Codes:
    """The codes of each group: two groups that each hold a code twice, and not the same one, are two firms."""

    def __init__(self, rows: Features) -> None:
        self.of = [Counter({int(code): 1}) if code >= 0 and sure else Counter() for code, sure in
                   zip(rows.code.tolist(), rows.code_is_sure.tolist(), strict=True)]  # fmt: skip

    def clash(self, a: int, b: int) -> bool:
        one, other = self.of[a], self.of[b]
        if not one or not other:
            return False
        (first, times), (second, again) = one.most_common(1)[0], other.most_common(1)[0]
        return first != second and times >= 2 and again >= 2

    def join(self, a: int, b: int) -> None:
        self.of[a] += self.of[b]
