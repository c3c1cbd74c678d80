"""What lists need of every item in force: the index of its words, what it counts under in each facet, its order.

Made once for a shelf, so that a list of ten thousand items is a matter of a few masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qifu.domain.policies import facts, sourcing, windows
from qifu.domain.policies.models import Revision
from qifu.domain.policies.searching import Entry, Index
from qifu.engines import eligibility as law
from qifu.engines.codes import industries
from qifu.engines.eligibility.conditions import Membership

FACETS = ("level", "kind", "theme", "unit", "section", "when", "steps")
SOON = 30  # days
ALL_SECTIONS = frozenset(each.code for each in industries.sections())
_LEVELS = ("national", "provincial", "city", "district")
_MOST_STEPS = 2  # more are told as many
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """A shelf as lists use it; `marks`: facet → value → which places count under it."""

    index: Index
    marks: Mapping[str, Mapping[str, Mask]]
    rank: tuple[int, ...]  # places in the order of a list without a question
    closing: tuple[int, ...]  # ordinal of the last day to ask for it, by place

    def places(self, q: str) -> list[int]:
        """The places of what a question finds, the best first; all of them where nothing is asked."""
        return [place for place, _ in self.index.ranked(q)] if q.strip() else list(self.rank)

    def kept(self, places: Iterable[int], given: Mapping[str, str]) -> list[int]:
        """Those of the places that every filter lets through."""
        mask = self.mask(given)
        return [place for place in places if mask[place]]

    def divided(self, places: Sequence[int], given: Mapping[str, str], name: str) -> dict[str, int]:
        """How the places divide by one facet, the other filters kept."""
        mask = self.mask({other: value for other, value in given.items() if other != name})
        found = np.zeros_like(mask)
        found[np.asarray(places, dtype=np.intp)] = True
        found &= mask
        counted = {value: int(np.count_nonzero(found & own)) for value, own in self.marks[name].items()}
        return {value: count for value, count in counted.items() if count}

    def mask(self, given: Mapping[str, str]) -> Mask:
        """Which places every filter lets through; a value that nothing has lets nothing through."""
        mask = np.ones(len(self.rank), dtype=np.bool_)
        for name, value in given.items():
            mask &= self.marks[name].get(value, False)
        return mask


@lru_cache(maxsize=4)
def of(shelf: facts.Shelf) -> Stock:
    """The stock of a shelf; what has not changed since the last one is taken over."""
    rows = shelf.revisions
    rank = sorted(range(len(rows)), key=lambda p: (_LEVELS.index(rows[p].document.level), rows[p].item.code))
    last = [windows.closes(row.window, shelf.on) or date.max for row in rows]
    whens = [_when(row, shelf.on) for row in rows]
    for row, stamp in zip(rows, shelf.stamps, strict=True):
        if stamp not in shelf.kept:
            shelf.kept[stamp] = _entry(row), _lasting(row)
    lasting = [shelf.kept[stamp][1] for stamp in shelf.stamps]
    return Stock(
        _index(shelf),
        {name: _marks(whens if name == "when" else [held[name] for held in lasting]) for name in FACETS},
        tuple(rank),
        tuple(day.toordinal() for day in last),
    )


def _index(shelf: facts.Shelf) -> Index:
    """The index of its words, following from the last one."""
    entries = [shelf.kept[stamp][0] for stamp in shelf.stamps]
    found = Index(entries, shelf.stamps, shelf.kept.get(Index))
    shelf.kept[Index] = found
    return found


def sections(row: Revision) -> frozenset[str]:
    """The sections of industry that a condition names; none: no limit is named."""
    node = law.parse(row.condition, law.catalogue())
    named = (leaf for leaf in sourcing.leaves(node) if isinstance(leaf, Membership) and leaf.field.name == "industry")
    return frozenset(str(value)[:1] for leaf in named for value in leaf.values)


def _entry(row: Revision) -> Entry:
    """What a revision is found by."""
    says = " ".join(str(each.get("says", "")) for each in row.clauses)
    words = (
        f"{row.item.theme} {row.item.unit} {row.item.code} {row.document.title} {row.document.number} {says} {row.how}"
    )
    return Entry(row.title, words, f"{row.summary} {row.amount_words}")


def _marks(values: Sequence[frozenset[str]]) -> dict[str, Mask]:
    marks: dict[str, Mask] = {}
    for place, own in enumerate(values):
        for value in own:
            if value not in marks:
                marks[value] = np.zeros(len(values), dtype=np.bool_)
            marks[value][place] = True
    return marks


def _lasting(row: Revision) -> Mapping[str, frozenset[str]]:
    """What an item counts under in each facet, whatever the day."""
    return {
        "section": sections(row) or ALL_SECTIONS,
        "steps": frozenset({str(min(row.steps, _MOST_STEPS))}),
        "level": frozenset({row.document.level}),
        "kind": frozenset({row.item.kind}),
        "theme": frozenset({row.item.theme}),
        "unit": frozenset({row.item.unit}),
    }


def _when(row: Revision, on: date) -> frozenset[str]:
    if not windows.is_open(row.window, on):
        return frozenset({"later"})
    last = windows.closes(row.window, on)
    return frozenset({"open", "soon"} if last and (last - on).days <= SOON else {"open"})
