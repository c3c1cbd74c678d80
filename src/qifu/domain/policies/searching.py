"""Finding an item from a plain question, ranked by how telling the words are that both have.

Each item is a bag of tokens (see `wording`), its title counting more than its summary, that more than its clauses.
Ranking is BM25 over the weighted fields. Items that are nearly the same (one support for each of twelve trades) would
fill the first page: each further one of a kind steps back, so that the different answers stand first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

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


Posting = tuple[NDArray[np.int32], NDArray[np.float32]]  # slots, and how often a token stands in each


class Index:
    """Items by what they say; asked often. One that follows from another takes over what has not changed.

    Each entry has a slot under its key for as long as it is there; places are those of the list at hand.
    """

    def __init__(
        self, entries: Sequence[Entry], keys: Sequence[Hashable] | None = None, before: Index | None = None
    ) -> None:
        keys = range(len(entries)) if keys is None else keys
        self._slots: dict[Hashable, int] = {}
        self._postings: dict[str, Posting] = {}
        self._entries: list[Entry] = []  # by slot
        self._titles: list[frozenset[str]] = []
        sizes: list[float] = []
        if before is not None and len(before._entries) <= 2 * len(entries):
            self._slots, self._postings = dict(before._slots), dict(before._postings)
            self._entries, self._titles, sizes = [*before._entries], [*before._titles], before._sizes.tolist()
        fresh = [(key, entry) for key, entry in zip(keys, entries, strict=True) if key not in self._slots]
        gone = [self._slots.pop(key) for key in self._slots.keys() - set(keys)]
        self._sizes: NDArray[np.float32] = self._changed(fresh, gone, sizes)
        self._order = np.array([self._slots[key] for key in keys], dtype=np.intp)  # place → slot
        own = self._sizes[self._order]
        mean = float(own.mean(dtype=np.float64)) if len(own) else 1.0
        self._norms = (K1 * (1 - B + B * self._sizes / mean)).astype(np.float32)

    def _changed(
        self, fresh: Sequence[tuple[Hashable, Entry]], gone: Sequence[int], sizes: list[float]
    ) -> NDArray[np.float32]:
        """Put in what is new, take out what has gone; only the tokens of both are touched."""
        held: dict[str, tuple[list[int], list[float]]] = {}
        for slot in gone:
            for token in _bag(self._entries[slot]):
                held.setdefault(token, ([], []))
        for key, entry in fresh:
            slot, bag = len(self._entries), _bag(entry)
            self._slots[key] = slot
            self._entries.append(entry)
            self._titles.append(frozenset(wording.tokens(entry.title)))
            sizes.append(sum(bag.values()))
            for token, count in bag.items():
                places, counts = held.setdefault(token, ([], []))
                places.append(slot)
                counts.append(count)
        out = np.array(gone, dtype=np.int32)
        for token, (places, counts) in held.items():
            posting = np.array(places, dtype=np.int32), np.array(counts, dtype=np.float32)
            self._postings[token] = _joined(self._postings.get(token), posting, out)
        return np.array(sizes, dtype=np.float32)

    def ranked(self, question: str) -> list[tuple[int, float]]:
        """The places of what fits, the best first, with scores; nothing where no word is known."""
        whole = np.zeros(len(self._entries), dtype=np.float32)
        for token, weight in wording.asked(question).items():
            if token in self._postings:
                slots, worth = self._worth(*self._postings[token])
                whole[slots] += weight * worth
        scores = whole[self._order]
        best = float(scores.max(initial=0.0))
        if best <= 0:
            return []
        near = np.flatnonzero(scores >= best * LEAST)
        order = near[np.argsort(-scores[near], kind="stable")].tolist()
        return self._varied(order, scores) + [(place, float(scores[place])) for place in order[VARIED:]]

    def _worth(self, slots: NDArray[np.int32], often: NDArray[np.float32]) -> Posting:
        rare = math.log(1 + (len(self._order) - len(slots) + 0.5) / (len(slots) + 0.5))
        return slots, rare * often * np.float32(K1 + 1) / (often + self._norms[slots])

    def _varied(self, order: Sequence[int], scores: NDArray[np.float32]) -> list[tuple[int, float]]:
        """The first places anew: what is nearly the same as a better one steps back."""
        kinds: list[tuple[frozenset[str], int]] = []
        kept: list[tuple[int, float]] = []
        for place in order[:VARIED]:
            title, like = self._titles[self._order[place]], 0
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


def _joined(before: Posting | None, more: Posting, gone: NDArray[np.int32]) -> Posting:
    """A posting without what has gone, and with what is new."""
    if before is None:
        return more
    stays = ~np.isin(before[0], gone) if len(gone) else np.ones(len(before[0]), dtype=np.bool_)
    return np.concatenate([before[0][stays], more[0]]), np.concatenate([before[1][stays], more[1]])


def _bag(entry: Entry) -> Counter[str]:
    """The tokens of an entry."""
    bag: Counter[str] = Counter()
    for text, weight in ((entry.title, TITLE), (entry.summary, SUMMARY), (entry.words, WORDS)):
        for token in wording.tokens(text):
            bag[token] += weight  # type: ignore[assignment]
    return bag
