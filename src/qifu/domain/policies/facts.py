"""Rows → what the eligibility engine takes: revisions in force as a compiled library, enterprises as facts or columns.

The library of a day is compiled once a process and kept while no revision changes; the columns of all enterprises are
kept for some minutes, for whoever composes a condition and wants its counts at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

import numpy as np
from django.db.models import Count, Max, Q, QuerySet
from numpy.typing import NDArray

from qifu.domain.policies.models import Revision
from qifu.domain.registry import facts as registry
from qifu.engines import eligibility as law
from qifu.engines.calendar import SHANGHAI
from qifu.engines.eligibility.columns import Column
from qifu.engines.eligibility.conditions import Literal

MANY = 500  # revisions that are read one by one; more are read with all
IDENTITIES = ("enterprise_id", "name", "uscc")
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

    ids: NDArray[np.int64]
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
    HELD.clear()


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


def city(on: date, ids: Sequence[int] | None = None, without: Collection[str] = ()) -> City:
    """All enterprises, or those named, as columns of the bulk engine; `without`: fields that nobody asks for."""
    fields = [field for name, field in law.catalogue().items() if name not in without]
    gathered = {field.name: _Gathered(field) for field in fields}
    numbers: list[NDArray[np.int64]] = []
    streets: list[str] = []
    sections: list[str] = []
    for some, given in registry.stretches(ids, [field.name for field in fields]):
        numbers.append(np.array(some, dtype=np.int64))
        streets += [str(value or "") for value in given["street"]]
        sections += [str(value or "")[:1] for value in given["industry"]]
        for name, one in gathered.items():
            one.add(given[name])
    columns = {name: one.column() for name, one in gathered.items()}
    registered, ages = columns["registered_on"], columns["age_months"]
    if isinstance(registered, law.Numbers) and isinstance(ages, law.Numbers) and _is_blank(ages, len(streets)):
        days = registered.floats(slice(0, len(streets)))
        columns["age_months"] = law.numbers(law.months_until(on, days))
    held = np.concatenate(numbers) if numbers else np.array([], dtype=np.int64)
    return City(held, law.Table(len(held), columns), tuple(streets), tuple(sections))


HELD: dict[tuple[date, bool], tuple[float, City]] = {}  # of previews: by day and with names or without, since when


def identities_unasked(shelf: Shelf) -> frozenset[str]:
    """Those of the fields that differ from one enterprise to the next of which no item asks."""
    asked = shelf.library.fields
    formulas = [json.dumps(row.formula) for row in shelf.revisions if row.formula is not None]
    return frozenset(
        name for name in IDENTITIES if name not in asked and not any(f'"{name}"' in text for text in formulas)
    )


def _is_blank(column: law.Numbers, rows: int) -> bool:
    return bool(np.isnan(column.floats(slice(0, rows))).all())


class _Gathered:
    """One column being put together stretch by stretch: figures and places of words, not the words themselves."""

    def __init__(self, field: law.Field) -> None:
        self.field = field
        self.parts: list[NDArray[Any]] = []
        self.places: dict[str, int] = {}

    def add(self, values: Sequence[object]) -> None:
        """Take the values of a stretch."""
        if self.field.is_ordered:
            shape = _ordinal if self.field.type == "date" else float
            bare = [np.nan if v is None else shape(cast(Any, v)) for v in values]
            self.parts.append(np.array(bare, dtype=np.float64))
        elif self.field.type == "boolean":
            self.parts.append(np.array([-1 if v is None else v is True for v in values], dtype=np.int8))
        else:
            self.parts.append(np.array([self._place(v) for v in values], dtype=np.int32))

    def _place(self, value: object) -> int:
        text = None if value is None else str(value)
        if text and self.field.type == "text":
            text = text.strip()
        elif text:
            text = _word(self.field, text)
        return self.places.setdefault(text, len(self.places)) if text else -1

    def column(self) -> Column:
        """The column as the engine reads it."""
        whole = np.concatenate(self.parts) if self.parts else np.array([], dtype=np.float64)
        if self.field.is_ordered:
            return law.numbers(whole)
        if self.field.type == "boolean":
            return law.flags(whole == 1, whole == -1)
        return law.words(whole.astype(np.int64), tuple(self.places))


def _ordinal(day: date) -> float:
    return float(day.toordinal())


@lru_cache(maxsize=65_536)
def _word(field: law.Field, text: str) -> str | None:
    try:
        return cast("str | None", law.read(field, text))
    except law.Unreadable:
        return None
