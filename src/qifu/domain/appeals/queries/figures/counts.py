"""How many: read from the tallies where a grain is kept, counted exactly from the cases otherwise. Both give the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from qifu.domain.appeals.models import Appeal, Tallied, Tally
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.figures.cuts import DIMENSIONS, Cut, Scope
from qifu.domain.appeals.queries.figures.measures import COLUMNS, NOTHING, Counts, aggregates, based
from qifu.engines.calendar import SHANGHAI

Key = int | str | date
GRAINS: tuple[tuple[str, ...], ...] = ((), *combinations(DIMENSIONS, 1), *combinations(DIMENSIONS, 2))


@dataclass(frozen=True, slots=True)
class Stamp:
    """Up to when the figures count, and whether they are read from tallies or counted now."""

    at: datetime
    is_tallied: bool
    mark: int = 0  # what was read under one mark is the same until the next
    dues: tuple[tuple[date, int, int], ...] = field(default=(), compare=False)
    arrivals: tuple[tuple[date, int], ...] = field(default=(), compare=False)


def stamp(now: datetime) -> Stamp:
    """Say how fresh the tallies are; before the first run everything is counted now."""
    row = Tallied.objects.first()
    if row is None:
        return Stamp(now, False)
    dues = tuple((date.fromisoformat(day), unit, n) for day, unit, n in row.dues)
    return Stamp(row.at, True, row.mark, dues, tuple((date.fromisoformat(day), n) for day, n in row.arrivals))


def is_kept(basis: str, dimensions: int) -> bool:
    """Whether tallies keep such a grain: pairs of dimensions only for all cases, where most people look."""
    return dimensions <= (2 if basis == "all" else 1)


def name_of(grain: Iterable[str]) -> str:
    """The name of a grain as it is kept."""
    return "+".join(sorted(grain))


def total(cut: Cut, scope: Scope, stamp: Stamp) -> Counts:
    """Count the whole cut."""
    found = by_month(cut, scope, stamp)
    return sum(found.values(), NOTHING)


def by_month(cut: Cut, scope: Scope, stamp: Stamp) -> dict[date, Counts]:
    """Count each month of the cut that has cases."""
    held = cut.fixed(scope)
    if stamp.is_tallied and is_kept(cut.basis, len(held)):
        kept = _read(_kept(cut, scope, ()), "month")
        return {month: counts for month, counts in kept.items() if isinstance(month, date)}
    rows = _rows(cut, scope).annotate(of=TruncMonth("submitted_at", tzinfo=SHANGHAI))
    return {at.date(): counts for at, counts in _count(rows, stamp.at) if isinstance(at, datetime)}


def by(dimension: str, cut: Cut, scope: Scope, stamp: Stamp) -> dict[Key, Counts]:
    """Count each unit, street, channel, kind or second-level category of the cut; 0: none yet."""
    if stamp.is_tallied and is_kept(cut.basis, len({*cut.fixed(scope), dimension})):
        return _read(_kept(cut, scope, (dimension,)), dimension)
    found = _count(_rows(cut, scope).annotate(of=F(dimension)), stamp.at)
    return {(key if key is not None else 0): counts for key, counts in found}


def sliced(dimension: str, cut: Cut, scope: Scope, stamp: Stamp) -> dict[Key, Counts]:
    """Count by a dimension as a table shows it: categories by their first level."""
    if dimension == "category":
        return by_top_category(cut, scope, stamp)
    return by(dimension, cut, scope, stamp)


def by_top_category(cut: Cut, scope: Scope, stamp: Stamp) -> dict[Key, Counts]:
    """Count each first-level category; below one that is chosen, each of its second level."""
    found = by("category", cut, scope, stamp)
    if cut.category is not None:
        return found
    known, above = categories().by_id, dict[Key, Counts]()
    for key, counts in found.items():
        view = known.get(int(str(key)))
        top = view.parent or view.id if view else 0
        above[top] = above.get(top, NOTHING) + counts
    return above


def exact(cut: Cut, scope: Scope, at: datetime) -> Counts:
    """Count the cut from the cases themselves, in one statement."""
    return Counts(_rows(cut, scope).aggregate(**aggregates(at)))


def _rows(cut: Cut, scope: Scope) -> QuerySet[Appeal]:
    return Appeal.objects.filter(based(cut.basis), cut.rows(scope)).order_by()


def _count(rows: QuerySet[Appeal], at: datetime) -> list[tuple[Key | datetime | None, Counts]]:
    grouped = rows.values("of").annotate(**aggregates(at))  # type: ignore[misc]
    found = grouped.values_list("of", *COLUMNS)
    return [(row[0], Counts(dict(zip(COLUMNS, row[1:], strict=True)))) for row in found]


def _kept(cut: Cut, scope: Scope, more: tuple[str, ...]) -> QuerySet[Tally]:
    held = cut.fixed(scope)
    rows = Tally.objects.filter(
        basis=cut.basis, grain=name_of({*held, *more}), month__gte=cut.since, month__lte=cut.until
    )
    for name, values in held.items():
        rows = rows.filter(**{f"{name}__in": sorted(values)})
    return rows


def _read(rows: QuerySet[Tally], key: str) -> dict[Key, Counts]:
    found = (
        rows.values(key).annotate(**{f"{n}_": Sum(n) for n in COLUMNS}).values_list(key, *(f"{n}_" for n in COLUMNS))
    )
    return {row[0]: Counts(dict(zip(COLUMNS, row[1:], strict=True))) for row in found}
