"""Rows → what the eligibility engine takes: revisions in force as a compiled library, enterprises as facts or columns.

The library of a day is compiled once a process and kept while no revision changes; the columns of all enterprises are
kept for some minutes, for whoever composes a condition and wants its counts at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

import numpy as np
from django.db.models import Count, Max, Q, QuerySet

from qifu.domain.policies.models import Revision
from qifu.domain.registry import facts as registry
from qifu.engines import eligibility as law
from qifu.engines.calendar import SHANGHAI
from qifu.engines.eligibility.columns import Column
from qifu.engines.eligibility.conditions import Literal

MANY = 500  # revisions that are read one by one; more are read with all
KEPT = 600  # seconds that the columns of all enterprises are kept for previews
Facts = dict[str, Literal | None]
Stamp = tuple[int, datetime, int]  # a revision, when it was changed, the version of its document


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The revisions in force on a day, compiled together; the places of both agree."""

    on: date
    library: law.Library
    revisions: tuple[Revision, ...]
    places: Mapping[str, int]  # by code of the item
    stamps: tuple[Stamp, ...]  # of each revision: which row it is, and which state of it
    kept: dict[object, Any]  # what others have made of single revisions, handed on from shelf to shelf


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """All enterprises as columns; `ids` ascending, `streets` and `sections` by row."""

    ids: tuple[int, ...]
    table: law.Table
    streets: tuple[str, ...]
    sections: tuple[str, ...]


def day(now: datetime) -> date:
    """The day that a moment belongs to in the district."""
    return now.astimezone(SHANGHAI).date()


def in_force(on: date) -> QuerySet[Revision]:
    """The revisions that hold on a day."""
    held = Q(force_to=None) | Q(force_to__gte=on)
    return Revision.objects.filter(held, state="published", force_from__lte=on)


def policy(revision: Revision) -> law.Policy:
    """A revision as the engine takes it.

    :raises Refused: its condition cannot be used.
    """
    read = law.parse(revision.condition, law.catalogue())
    return law.Policy(revision.item.code, revision.title, read, revision.force_from, revision.force_to)


def shelf(on: date) -> Shelf:
    """The library of a day. One statement while nothing has changed, two when it is read anew."""
    rows = Revision.objects.filter(state__in=["published", "withdrawn"])
    stamp = rows.aggregate(n=Count("pk"), last=Max("pk"), at=Max("changed_at"))
    return _shelf(on, (stamp["n"], stamp["last"], stamp["at"]))


@lru_cache(maxsize=8)
def _shelf(on: date, stamp: tuple[object, ...]) -> Shelf:
    return _KEPT.shelf(on)


class _Kept:
    """What was read and compiled before: a shelf of another day or of a changed library differs in little."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.compiler = law.Compiler()
        self.rows: dict[int, tuple[Stamp, Revision, law.Policy]] = {}
        self.made: dict[object, Any] = {}

    def shelf(self, on: date) -> Shelf:
        """Read and compile what is not kept. Two statements, or three."""
        with self.lock:
            stamps = tuple(in_force(on).order_by("pk").values_list("pk", "changed_at", "document__version"))
            self._read(on, [stamp for stamp in stamps if self.rows.get(stamp[0], (None,))[0] != stamp])
            found = [self.rows[stamp[0]] for stamp in stamps]
            if len(self.rows) > 2 * len(stamps) + MANY:
                self.rows, self.made = {stamp[0]: self.rows[stamp[0]] for stamp in stamps}, {}
            library = self.compiler.library(tuple(held for _, _, held in found))
        rows = tuple(row for _, row, _ in found)
        return Shelf(on, library, rows, {row.item.code: place for place, row in enumerate(rows)}, stamps, self.made)

    def _read(self, on: date, wanted: Sequence[Stamp]) -> None:
        if not wanted:
            return
        rows = in_force(on).select_related("item", "document").defer("tokens", "document__text")
        of = {stamp[0]: stamp for stamp in wanted}
        for row in rows.filter(pk__in=list(of)) if len(of) <= MANY else rows:
            if row.pk in of:
                self.rows[row.pk] = of[row.pk], row, policy(row)


_KEPT = _Kept()


def forget() -> None:
    """Let go of what is kept, as between tests."""
    _shelf.cache_clear()
    _KEPT.begin()
    _CITY.clear()


def of(held: Mapping[str, registry.Held], on: date) -> Facts:
    """The values that stand of one enterprise, as the engine reads them; what does not fit is unknown."""
    return read({name: one.value for name, one in held.items()}, on)


def read(record: Mapping[str, object], on: date) -> Facts:
    """Values by field as the engine reads them; what does not fit its field is unknown."""
    found: Facts = {}
    for name, field in law.catalogue().items():
        try:
            found[name] = law.read(field, record.get(name))
        except law.Unreadable:
            found[name] = None
    return law.with_age(found, on)


def city(on: date, ids: Sequence[int] | None = None) -> City:
    """All enterprises, or those named, as columns of the bulk engine."""
    numbers, given = registry.table(ids)
    columns = {name: _column(law.catalogue()[name], values) for name, values in given.items()}
    registered = columns.get("registered_on")
    if _is_blank(given.get("age_months", ())) and isinstance(registered, law.Numbers):
        days = registered.floats(slice(0, len(numbers)))
        columns["age_months"] = law.numbers(law.months_until(on, days))
    streets = tuple(str(value or "") for value in given["street"])
    sections = tuple(str(value or "")[:1] for value in given["industry"])
    return City(tuple(numbers), law.Table(len(numbers), columns), streets, sections)


_CITY: dict[date, tuple[float, City]] = {}


def city_kept(on: date) -> City:
    """All enterprises as they were some minutes ago at most: for previews while somebody composes."""
    found = _CITY.get(on)
    if found is None or time.monotonic() - found[0] > KEPT:
        _CITY.clear()
        _CITY[on] = found = (time.monotonic(), city(on))
    return found[1]


def _is_blank(values: Sequence[object]) -> bool:
    return all(value is None for value in values)


def _column(field: law.Field, values: Sequence[object]) -> Column:
    if field.type == "date":
        return law.column(field, [None if v is None else float(cast(date, v).toordinal()) for v in values])
    if field.is_ordered:
        bare = np.array([np.nan if v is None else float(cast(float, v)) for v in values], dtype=np.float64)
        return law.numbers(bare)
    if field.type == "boolean":
        return law.column(field, values)
    if field.type == "text":
        return law.column(field, [(str(v).strip() or None) if v is not None else None for v in values])
    return law.column(field, [None if v in (None, "") else _word(field, str(v)) for v in values])


@lru_cache(maxsize=65_536)
def _word(field: law.Field, text: str) -> str | None:
    try:
        return cast("str | None", law.read(field, text))
    except law.Unreadable:
        return None
