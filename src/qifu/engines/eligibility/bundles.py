"""Which items together: the admissible bundle that pays most, and why each item is in it or not.

Rules between items: of a *choice* at most so many may be taken (mutually exclusive 互斥, the higher only 就高不重复); a *ceiling*
limits what a set of items pays in a year. Ceilings lie within each other or apart. Rules may run in circles: they are
read without direction. Items that no rule ties together are settled apart: where at most one of each choice may be taken and
no ceiling can be reached, as the heaviest set of items that do not exclude each other; else by branch and bound over the
items. The answer is exact unless it says otherwise, and then says what no bundle exceeds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from .heaviest import Search, bits, heaviest

EFFORT = 5_000  # branches of one group before the search settles for what it has: some seconds
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """Something an enterprise is eligible for, and what it would pay alone, in 元."""

    id: str
    yuan: Decimal
    title: str = ""

    @property
    def name(self) -> str:
        return self.title or self.id


@dataclass(frozen=True, slots=True)
class Choice:
    """Of these items at most `most`; `takes_higher` is 就高不重复, else 互斥."""

    items: frozenset[str]
    most: int = 1
    takes_higher: bool = False
    source: str = ""

    @property
    def word(self) -> str:
        return "就高不重复" if self.takes_higher else "互斥"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """These items together pay at most `yuan` a year, of which `used` has been paid."""

    items: frozenset[str]
    yuan: Decimal
    used: Decimal = _NOTHING
    source: str = ""

    @property
    def left(self) -> Decimal:
        return max(self.yuan - self.used, _NOTHING)


@dataclass(frozen=True, slots=True)
class Taken:
    """An item of the bundle, what it pays within it, and why less than alone."""

    id: str
    yuan: Decimal
    why: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An item that is not in the bundle, and why."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The items to take; `is_best` is false where the search was cut short, `bound` is what no bundle exceeds."""

    taken: tuple[Taken, ...]
    left: tuple[Left, ...]
    yuan: Decimal
    is_best: bool
    bound: Decimal


class Crossed(ValueError):
    """Two ceilings overlap without one lying within the other: what they leave together is not defined."""


@dataclass(slots=True)
class _Group:
    """Items that rules tie together, dearest first."""

    items: list[Item]
    choices: list[Choice]
    ceilings: list[Ceiling]
    room: list[int]
    is_cut: bool = False
    best: tuple[Decimal, tuple[str, ...]] = (_NOTHING, ())
    bound: Decimal = _NOTHING
    weights: list[int] = field(default_factory=list)  # of the items, in the smallest unit in use
    unit: Decimal = Decimal(1)
    excluded: list[int] = field(default_factory=list)  # for each item those that it excludes, as bits


def best_bundle(
    items: Iterable[Item],
    choices: Collection[Choice] = (),
    ceilings: Collection[Ceiling] = (),
    *,
    received: Collection[str] = (),
    effort: int = EFFORT,
) -> Bundle:
    """Find the bundle that pays most; `received` were taken before and use up their choices.

    :raises Crossed: two ceilings overlap without one lying within the other.
    """
    _check_nested(ceilings)
    offered = sorted((item for item in items if item.id not in received), key=lambda item: (-item.yuan, item.id))
    groups = [_searched(group, effort) for group in _groups(offered, choices, ceilings, received)]
    chosen = {name for group in groups for name in group.best[1]}
    paid = _shared([item for item in offered if item.id in chosen], ceilings)
    taken = tuple(
        Taken(item.id, paid[item.id], _cut(item, paid[item.id], ceilings)) for item in offered if item.id in chosen
    )
    left = tuple(Left(i.id, _why_left(i, taken, offered, choices, received)) for i in offered if i.id not in chosen)
    cut_short = any(group.is_cut for group in groups)
    total = sum((each.yuan for each in taken), _NOTHING)
    bound = sum((group.bound if group.is_cut else group.best[0] for group in groups), _NOTHING)
    return Bundle(taken, left, total, not cut_short or bound == total, bound)


def _check_nested(ceilings: Collection[Ceiling]) -> None:
    for one, other in combinations(ceilings, 2):
        if one.items & other.items and not (one.items <= other.items or other.items <= one.items):
            raise Crossed("两个累计上限的范围交叉，须一个包含另一个或互不相干。")


def _groups(
    items: Sequence[Item], choices: Collection[Choice], ceilings: Collection[Ceiling], received: Collection[str]
) -> list[_Group]:
    """Part the items into groups that share no rule."""
    mark = {item.id: item.id for item in items}
    ties: list[Choice | Ceiling] = [*choices, *ceilings]
    for rule in ties:
        tied = [name for name in rule.items if name in mark]
        marks = {mark[name] for name in tied}
        mark |= {name: min(marks) for name, old in mark.items() if old in marks}
    found = []
    for first in dict.fromkeys(mark.values()):
        own = [item for item in items if mark[item.id] == first]
        names = {item.id for item in own}
        rules = [rule for rule in choices if rule.items & names]
        room = [rule.most - len(rule.items & set(received)) for rule in rules]
        found.append(_Group(own, rules, [rule for rule in ceilings if rule.items & names], room))
    return found


def _searched(group: _Group, effort: int) -> _Group:
    """Find the best of a group: as a heaviest set where exclusions are all there is, else item by item."""
    _weigh(group)
    open_ = [n for n, item in enumerate(group.items) if item.yuan > 0 and not _is_shut(group, item)]
    place = {n: k for k, n in enumerate(open_)}
    own = [sum(1 << place[other] for other in bits(group.excluded[n]) if other in place) for n in open_]
    found = heaviest([group.weights[n] for n in open_], own, effort)
    chosen = tuple(group.items[open_[k]] for k in found.places)
    if all(room <= 1 for room in group.room) and not any(_can_bind(each, group.items) for each in group.ceilings):
        group.best = found.weight * group.unit, tuple(item.id for item in chosen)
        group.bound, group.is_cut = found.bound * group.unit, found.bound > found.weight
    else:
        _branched(group, chosen, effort)
    group.best = (group.best[0], _needed(group))
    return group


def _weigh(group: _Group) -> None:
    """Amounts as whole numbers of one unit, and who excludes whom."""
    least = min((int(item.yuan.as_tuple().exponent) for item in group.items), default=0)
    group.unit = Decimal(1).scaleb(min(least, 0))
    group.weights = [int(item.yuan / group.unit) for item in group.items]
    places = {item.id: n for n, item in enumerate(group.items)}
    group.excluded = [0] * len(group.items)
    for rule, room in zip(group.choices, group.room, strict=True):
        if room == 1:
            among = sum(1 << places[name] for name in rule.items if name in places)
            for n in bits(among):
                group.excluded[n] |= among & ~(1 << n)


def _is_shut(group: _Group, item: Item) -> bool:
    """Whether a choice that it stands in is used up."""
    return any(room < 1 and item.id in rule.items for rule, room in zip(group.choices, group.room, strict=True))


def _can_bind(ceiling: Ceiling, items: Sequence[Item]) -> bool:
    """Whether the items together could exceed a ceiling."""
    return sum((item.yuan for item in items if item.id in ceiling.items), _NOTHING) > ceiling.left


def _branched(group: _Group, first: tuple[Item, ...], effort: int) -> None:
    """Branch on each item, dearest first, with and without it; leave a branch that cannot beat what was found."""
    member = [[n for n, rule in enumerate(group.choices) if item.id in rule.items] for item in group.items]
    start = tuple(group.room)
    if all(
        sum(item.id in rule.items for item in first) <= room for rule, room in zip(group.choices, start, strict=True)
    ):
        group.best = _paid(first, group.ceilings), tuple(item.id for item in first)  # something to beat from the start
    waiting: list[tuple[int, tuple[Item, ...], tuple[int, ...]]] = [(0, (), start)]
    group.bound = _reach(group, 0, (), start, member)
    seen = 0
    while waiting and seen < effort:
        place, chosen, room = waiting.pop()
        seen += 1
        value = _paid(chosen, group.ceilings)
        if value > group.best[0]:
            group.best = (value, tuple(item.id for item in chosen))
        if place == len(group.items) or _reach(group, place, chosen, room, member) <= group.best[0]:
            continue
        waiting.append((place + 1, chosen, room))
        rules = member[place]
        if group.items[place].yuan > 0 and all(room[n] > 0 for n in rules):
            less = tuple(each - (n in rules) for n, each in enumerate(room))
            waiting.append((place + 1, (*chosen, group.items[place]), less))
    group.is_cut = bool(waiting)


def _reach(
    group: _Group, place: int, chosen: tuple[Item, ...], room: Sequence[int], member: Sequence[Sequence[int]]
) -> Decimal:
    """What no completion can exceed: everything still open under the ceilings; of what excludes each other only one."""
    still = [n for n in range(place, len(group.items)) if all(room[rule] > 0 for rule in member[n])]
    capped = _paid((*chosen, *(group.items[n] for n in still)), group.ceilings)
    worth = sum(1 << n for n in still if group.weights[n] > 0)
    cover = Search(group.weights, group.excluded, 0).bound(worth) * group.unit
    return min(capped, _paid(chosen, group.ceilings) + cover)


def _needed(group: _Group) -> tuple[str, ...]:
    """Drop items that a full ceiling makes worthless, cheapest first: less to apply for."""
    by_id = {item.id: item for item in group.items}
    kept = [by_id[name] for name in group.best[1]]
    for item in reversed(list(kept)):
        rest = [each for each in kept if each is not item]
        if _paid(rest, group.ceilings) == group.best[0]:
            kept = rest
    return tuple(item.id for item in kept)


def _paid(items: Sequence[Item], ceilings: Sequence[Ceiling]) -> Decimal:
    """What a set of items pays under the ceilings."""
    if not ceilings:
        return sum((item.yuan for item in items), _NOTHING)
    return sum(_shared(items, ceilings).values(), _NOTHING)


def _shared(items: Sequence[Item], ceilings: Collection[Ceiling]) -> dict[str, Decimal]:
    """What each item pays: narrow ceilings first, and of what is too much the last items give way."""
    paid = {item.id: item.yuan for item in items}
    for ceiling in sorted(ceilings, key=lambda each: len(each.items)):
        left = ceiling.left
        for name in paid:
            if name in ceiling.items:
                paid[name] = min(paid[name], left)
                left -= paid[name]
    return paid


def _cut(item: Item, paid: Decimal, ceilings: Collection[Ceiling]) -> str:
    if paid == item.yuan:
        return ""
    held = max((each for each in ceilings if item.id in each.items), key=lambda each: item.yuan - each.left)
    used = f"，已用 {held.used:f} 元" if held.used else ""
    return f"单独可得 {item.yuan:f} 元，因年度累计上限 {held.yuan:f} 元{used}，只计 {paid:f} 元。"


def _why_left(
    item: Item, taken: Sequence[Taken], offered: Sequence[Item], choices: Collection[Choice], received: Collection[str]
) -> str:
    names: Mapping[str, str] = {each.id: each.name for each in offered}
    for rule in choices:
        if item.id in rule.items:
            before = sorted(rule.items & set(received))
            against = [each.id for each in taken if each.id in rule.items]
            if len(before) + len(against) >= rule.most:
                told = "、".join(f"“{names.get(name, name)}”" for name in (*before, *against))
                return f"与{told}{rule.word}，" + ("本年已享受。" if not against else "取后者合计更多。")
    if item.yuan <= 0:
        return "按公式计算金额为零。"
    return "年度累计上限已满，再申报不增加金额。"
