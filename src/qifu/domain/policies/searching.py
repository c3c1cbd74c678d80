"""Finding an item from a plain question, ranked by how telling the words are that both have.

Each item is a bag of tokens (see `wording`), its title counting more than its summary, that more than its clauses.
Ranking is BM25 over the weighted fields. Items that are nearly the same (one support for each of twelve trades) would
fill the first page: each further one of a kind steps back, so that the different answers stand first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qifu.domain.policies import wording

K1, B = 1.2, 0.6
TITLE, SUMMARY, WORDS = 3.0, 1.5, 0.6
LEAST = 0.2  # of the best score: what falls below only shares a common word
VARIED = 400  # first places in which nearly the same steps back
KINDS = 16  # that are told apart among them
ALIKE, BACK = 0.5, 0.6  # what counts as nearly the same title, and what is left of its score


@dataclass(frozen=True, slots=True)
class Entry:
    """What one item is found by: its title, what it says in short, and everything else."""

    title: str
    words: str
    summary: str = ""


class Index:
    """Items by what they say; built once, asked often."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        bags = [_bag(entry) for entry in entries]
        sizes = np.array([sum(bag.values()) for bag in bags], dtype=np.float32)
        mean = float(sizes.mean()) if bags else 1.0
        norms = (K1 * (1 - B + B * sizes / mean)).astype(np.float32)
        held: dict[str, tuple[list[int], list[float]]] = {}
        for place, bag in enumerate(bags):
            for token, count in bag.items():
                places, counts = held.setdefault(token, ([], []))
                places.append(place)
                counts.append(count)
        self._size = len(bags)
        self._titles = [frozenset(wording.tokens(entry.title)) for entry in entries]
        self._postings = {token: self._posting(*each, norms) for token, each in held.items()}

    def ranked(self, question: str) -> list[tuple[int, float]]:
        """The places of what fits, the best first, with scores; nothing where no word is known."""
        scores = np.zeros(self._size, dtype=np.float32)
        for token, weight in wording.asked(question).items():
            if token in self._postings:
                places, worth = self._postings[token]
                scores[places] += weight * worth
        best = float(scores.max(initial=0.0))
        if best <= 0:
            return []
        near = np.flatnonzero(scores >= best * LEAST)
        order = near[np.argsort(-scores[near], kind="stable")].tolist()
        return self._varied(order, scores) + [(place, float(scores[place])) for place in order[VARIED:]]

    def _posting(
        self, places: list[int], counts: list[float], norms: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        rare = math.log(1 + (self._size - len(places) + 0.5) / (len(places) + 0.5))
        where, often = np.array(places, dtype=np.int32), np.array(counts, dtype=np.float32)
        return where, rare * often * np.float32(K1 + 1) / (often + norms[where])

    def _varied(self, order: Sequence[int], scores: NDArray[np.float32]) -> list[tuple[int, float]]:
        """The first places anew: what is nearly the same as a better one steps back."""
        kinds: list[tuple[frozenset[str], int]] = []
        kept: list[tuple[int, float]] = []
        for place in order[:VARIED]:
            title, like = self._titles[place], 0
            for n, (kind, count) in enumerate(kinds):
                if _is_alike(title, kind):
                    like = count
                    kinds[n] = (kind, count + 1)
                    break
            else:
                if len(kinds) < KINDS:
                    kinds.append((title, 1))
            kept.append((place, float(scores[place]) * BACK ** min(like, 2)))
        return sorted(kept, key=lambda pair: -pair[1])


def _is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > ALIKE * len(one | other)


@lru_cache(maxsize=16_384)
def _bag(entry: Entry) -> Counter[str]:
    """The tokens of an entry; kept, since one changed item leaves all others as they were."""
    bag: Counter[str] = Counter()
    for text, weight in ((entry.title, TITLE), (entry.summary, SUMMARY), (entry.words, WORDS)):
        for token in wording.tokens(text):
            bag[token] += weight  # type: ignore[assignment]
    return bag
