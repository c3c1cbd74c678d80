"""Lists in, firms out: reading every row, comparing, grouping, and what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from . import codes, learning, words
from .addresses import Address, Reader, Wards
from .clusters import group
from .directory import Building, Directory, directory
from .features import Features, build
from .learning import Decision
from .lexicon import Lexicon, common_regions
from .merging import Grouping
from .names import Name, learned, parse
from .pairs import candidates
from .scoring import Scorer
from .text import plain
from .weights import WEIGHTS, Weights

T = TypeVar("T")
R = TypeVar("R")


class Spread(Protocol):
    """Does one piece of work on every item, perhaps in several processes."""

    def __call__(self, work: Callable[[T], R], items: Sequence[T], /) -> list[R]: ...


STEPS = ("读取名称", "读取地址", "配对", "比较", "归并")


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows of all sources, one entry a row in each column; empty where the row does not say."""

    ids: Sequence[str]
    names: Sequence[str]
    codes: Sequence[str]
    addresses: Sequence[str]
    rooms: Sequence[str]  # beside a building in `addresses`, where a list keeps them apart
    phones: Sequence[str]
    persons: Sequence[str]
    formers: Sequence[str]

    def __len__(self) -> int:
        return len(self.ids)

    def taken(self, order: Sequence[int]) -> Lists:
        """The same rows in another order."""
        return Lists(*([getattr(self, name)[k] for k in order] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair of rows (positions) and the evidence between them, in bits above even odds."""

    one: int
    other: int
    score: float
    pieces: dict[str, float]


@dataclass(slots=True)
class Linked:
    """What became of the rows; positions are those of the lists handed in."""

    cluster: list[int]  # number of the firm, from 0, by the least id of its rows
    names: list[Name]
    addresses: list[Address]
    codes: list[str]  # right, or repaired
    links: list[Weighed]  # the pairs by which groups were joined
    review: list[Weighed]  # pairs that a person should decide, most doubtful first
    directory: Directory
    pairs: int = 0
    offset: float = 0.0  # what a person's decisions taught, in bits


def one_by_one(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Do the work on each item, in this process."""
    return [work(item) for item in items]


def link(
    lists: Lists,
    buildings: Iterable[Building],
    decisions: Iterable[Decision] = (),
    *,
    weights: Weights = WEIGHTS,
    tell: Callable[[str], None] = lambda step: None,
    spread: Spread = one_by_one,
) -> Linked:
    """Group the rows of lists into firms and read their addresses.

    The order of rows does not matter: they are worked on in the order of their ids. `spread` may work on many texts in
    several processes; `tell` is called with the name of each step.
    """
    order = sorted(range(len(lists)), key=lambda k: lists.ids[k])
    lists, known = lists.taken(order), directory(buildings)
    read = reading(lists, known, tell=tell, spread=spread)
    linked = Linked([], read.names, read.addresses, read.codes, [], [], known)
    _grouped(lists, read, linked, list(decisions), weights, tell)
    return _as_handed_in(linked, order)


@dataclass(slots=True)
class Reading:
    """What was read out of every row, before any is compared."""

    names: list[Name]
    addresses: list[Address]
    codes: list[str]
    rows: Features


def reading(
    lists: Lists, known: Directory, *, tell: Callable[[str], None] = lambda step: None, spread: Spread = one_by_one
) -> Reading:
    """Take the names, addresses and codes of all rows apart."""
    cities, districts = common_regions(map(plain, lists.addresses))
    tell(STEPS[0])
    lexicon = _lexicon(lists, known, cities, districts)
    names = _each_once(lists.names, _NameReader(lexicon), spread)
    tell(STEPS[1])
    streets = frozenset(b.street.removesuffix("街道").removesuffix("街") for b in known.buildings if b.street)
    reader = Reader(known, Wards(frozenset(words.PROVINCES) | cities, districts, streets))
    addresses = _each_once(list(zip(lists.addresses, lists.rooms, strict=True)), _AddressReader(reader), spread)
    right, wrong = codes.read(lists.codes)
    repaired = codes.repaired(right, wrong)
    rows = build(names, lists.formers, addresses, (right, wrong, repaired), lists.phones, lists.persons, lexicon)
    return Reading(names, addresses, repaired, rows)


def _lexicon(lists: Lists, known: Directory, cities: frozenset[str], districts: frozenset[str]) -> Lexicon:
    houses = known.buildings
    places = {place for b in houses for place in (b.road, b.street, b.street.rstrip("街道"), b.name, *b.aliases)}
    lexicon = Lexicon(
        cities=frozenset(words.MAJOR_CITIES) | cities,
        districts=districts,
        local=cities,
        places=frozenset(plain(place) for place in places if len(place) > 1),
    )
    more = learned(_sample(lists.names), lexicon)
    return replace(lexicon, trades=lexicon.trades | more, shops={}, misspelt={})


def _grouped(
    lists: Lists, read: Reading, linked: Linked, decisions: Sequence[Decision], weights: Weights, tell: Callable[[str], None]
) -> None:  # fmt: skip
    """Pair the rows, weigh the pairs and group the rows."""
    tell(STEPS[2])
    pairs = candidates(read.rows)
    tell(STEPS[3])
    scorer = Scorer(read.rows, weights)
    scores = scorer.scores(pairs)
    known = learning.by_position(decisions, lists.ids)
    linked.offset = learning.offset(known, scorer)
    pairs, scores = learning.imposed(known, pairs, scores - linked.offset)
    tell(STEPS[4])
    found = group(read.rows, scorer, pairs, scores, weights, known)
    linked.pairs = len(pairs)
    linked.cluster = _numbered(found.group.tolist())
    linked.links = _weighed(scorer, found.links)
    linked.review = _doubtful(found, scorer, known)


@dataclass(frozen=True, slots=True)
class _NameReader:
    lexicon: Lexicon

    def __call__(self, text: str) -> Name:
        return parse(text, self.lexicon)


@dataclass(frozen=True, slots=True)
class _AddressReader:
    reader: Reader

    def __call__(self, text: tuple[str, str]) -> Address:
        return self.reader.read(*text)


def _each_once(items: Sequence[T], work: Callable[[T], R], spread: Spread) -> list[R]:
    """Do the work once on each different item."""
    different = list(dict.fromkeys(items))
    done = dict(zip(different, spread(work, different), strict=True))
    return [done[item] for item in items]


def _sample(names: Sequence[str], most: int = 25_000) -> list[str]:
    """The names from which words are learned: all, or so many of them, evenly taken."""
    different = sorted(set(names))
    return different[:: max(1, len(different) // most)]


def _numbered(group: Sequence[int]) -> list[int]:
    """Groups by their first row."""
    number: dict[int, int] = {}
    return [number.setdefault(each, len(number)) for each in group]


def _weighed(scorer: Scorer, links: Sequence[tuple[int, int, float]]) -> list[Weighed]:
    if not links:
        return []
    one, other = (np.array([each[side] for each in links], dtype=np.int64) for side in (0, 1))
    pieces = {name: values.tolist() for name, values in scorer.pieces(one, other).items()}
    return [
        Weighed(a, b, round(score, 2), {name: round(values[k], 2) for name, values in pieces.items() if values[k]})
        for k, (a, b, score) in enumerate(links)
    ]


def _doubtful(found: Grouping, scorer: Scorer, known: learning.Known) -> list[Weighed]:
    """Pairs near even odds, decided ones left out, the most doubtful first."""
    weak = [each for each in found.links if each[2] < scorer.w.review_to]
    pairs = [each for each in weak + found.doubts if (min(each[:2]), max(each[:2])) not in known]
    return sorted(_weighed(scorer, pairs), key=lambda each: (abs(each.score), each.one, each.other))


def _as_handed_in(linked: Linked, order: Sequence[int]) -> Linked:
    """Turn positions back to those of the lists handed in."""
    back = [0] * len(order)
    for place, k in enumerate(order):
        back[k] = place

    def moved(pairs: list[Weighed]) -> list[Weighed]:
        return [replace(each, one=order[each.one], other=order[each.other]) for each in pairs]

    linked.cluster = [linked.cluster[k] for k in back]
    linked.names = [linked.names[k] for k in back]
    linked.addresses = [linked.addresses[k] for k in back]
    linked.codes = [linked.codes[k] for k in back]
    linked.links, linked.review = moved(linked.links), moved(linked.review)
    return linked
