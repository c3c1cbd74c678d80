"""The board: one value with every number of the page, cut to what the person sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries.catalogue import CategoryView, categories
from qifu.domain.appeals.queries.figures import counts, pace
from qifu.domain.appeals.queries.figures.counts import Key, Stamp
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, scope_of, shifted
from qifu.domain.appeals.queries.figures.measures import NOTHING, Counts
from qifu.domain.appeals.queries.figures.pace import Took
from qifu.domain.appeals.queries.figures.rows import CaseLine, waiting
from qifu.domain.appeals.queries.figures.week import Week, week
from qifu.domain.people import queries as people
from qifu.domain.people.tree import UnitView
from qifu.kernel.actor import Actor

HELD = 64  # boards kept in memory, each some dozens of KB, until the tallies move on
NONE_YET = {"unit": "（尚未转办）", "street": "（未归属街道）", "category": "（其他）"}


@dataclass(frozen=True, slots=True)
class Slice:
    """One line of a table: what it is, and its counts."""

    key: Key
    label: str
    counts: Counts


@dataclass(frozen=True, eq=False)
class Board:
    """What stays the same until the tallies move on; compared by identity, so that pages may keep what they drew of it."""

    cut: Cut
    scope: Scope
    stamp: Stamp
    now: Counts
    before: Counts
    last_year: Counts
    months: list[tuple[date, Counts]]
    units: list[Slice]
    streets: list[Slice]
    categories: list[Slice]
    channels: list[Slice]
    kinds: list[Slice]
    paces: dict[str, Took]
    unit_paces: dict[int, Took]
    day_minutes: int  # service minutes of a working day at the centre


@dataclass(frozen=True, slots=True)
class Live:
    """What is read anew for each page."""

    waiting: list[CaseLine]
    week: Week


def board(*, actor: Actor, now: datetime, cut: Cut) -> Board:
    """Return everything the board shows.

    :raises Forbidden: the board is not for this person.
    """
    scope, stamp = scope_of(actor), counts.stamp(now)
    return _held(cut, scope, stamp) if stamp.is_tallied else _board(cut, scope, stamp)


def live(*, board: Board, now: datetime) -> Live:
    """Return what waits now, and the coming week."""
    return Live(waiting(board.cut, board.scope, now), week(board.stamp, board.scope, now))


@lru_cache(maxsize=HELD)
def _held(cut: Cut, scope: Scope, stamp: Stamp) -> Board:
    return _board(cut, scope, stamp)


def _board(cut: Cut, scope: Scope, stamp: Stamp) -> Board:
    months = _months(cut, scope, stamp)
    units = slices("unit", cut, scope, stamp)
    hours = people.hours_of(next((unit.id for unit in people.units("centre")), None))
    return Board(
        cut=cut,
        scope=scope,
        stamp=stamp,
        now=_sum(months, cut),
        before=_sum(months, cut.before()),
        last_year=_sum(months, cut.last_year()),
        months=[(month, months.get(month, NOTHING)) for month in _span(cut)],
        units=units,
        streets=slices("street", cut, scope, stamp),
        categories=slices("category", cut, scope, stamp),
        channels=slices("channel", cut, scope, stamp),
        kinds=slices("kind", cut, scope, stamp),
        paces=pace.paces(cut, scope, stamp),
        unit_paces=pace.unit_paces(cut, scope, stamp, [int(str(s.key)) for s in units]),
        day_minutes=hours.total // 60,
    )


def slices(dimension: str, cut: Cut, scope: Scope, stamp: Stamp) -> list[Slice]:
    """The cut by one dimension, in the dimension's own order."""
    found = counts.sliced(dimension, cut, scope, stamp)
    named = _names(dimension)
    order = {key: place for place, key in enumerate(named)}
    keys = sorted(found, key=lambda key: (order.get(key, len(order)), str(key)))
    return [Slice(key, named.get(key) or NONE_YET.get(dimension, str(key)), found[key]) for key in keys]


def choices(dimension: str, scope: Scope, cut: Cut) -> list[tuple[str, str]]:
    """What the filter of a dimension offers."""
    if dimension == "category":
        return _category_choices(categories().tops(), categories().below)
    named = _names(dimension)
    allowed = {"unit": scope.units, "street": scope.streets}.get(dimension)
    return [(str(key), label) for key, label in named.items() if allowed is None or key in allowed]


def _category_choices(tops: list[CategoryView], below: Callable[[int], list[CategoryView]]) -> list[tuple[str, str]]:
    return [
        pair
        for top in tops
        for pair in [(str(top.id), top.name), *((str(c.id), f"  {top.name} / {c.name}") for c in below(top.id))]
    ]


def _names(dimension: str) -> Mapping[Key, str]:
    if dimension in ("channel", "kind"):
        return dict(words.CHANNELS if dimension == "channel" else words.KINDS)
    if dimension == "category":
        return {view.id: view.name for view in categories().by_id.values()}
    kinds = {"street"} if dimension == "street" else {"centre", "department", "street", "station"}
    return {view.id: _short(view) for view in people.units(closed=True) if view.kind in kinds}


def _short(view: UnitView) -> str:
    return view.short_name or view.name


def _months(cut: Cut, scope: Scope, stamp: Stamp) -> dict[date, Counts]:
    """The months of the cut and of both periods it is compared with, in as few reads as they overlap."""
    spans = [cut, cut.before(), cut.last_year()]
    first = min(one.since for one in spans)
    whole = Cut(first, cut.until, cut.basis, cut.unit, cut.street, cut.category, cut.channel, cut.kind)
    if stamp.is_tallied and whole.months <= 3 * cut.months + 12:
        return counts.by_month(whole, scope, stamp)
    found: dict[date, Counts] = {}
    for one in spans:
        found |= counts.by_month(one, scope, stamp)
    return found


def _span(cut: Cut) -> list[date]:
    return [shifted(cut.since, n) for n in range(cut.months)]


def _sum(months: Mapping[date, Counts], cut: Cut) -> Counts:
    return sum((months.get(month, NOTHING) for month in _span(cut)), NOTHING)
