"""Figures that rooms can prove: what one is, where all are found. How one is declared: docs/howto/measures.md.

A room says which rows count and which of them count above; the number is always drawn from these rows, so that a figure
and the list behind it cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from qifu.engines.calendar import SHANGHAI
from qifu.kernel.errors import Missing

PERIOD, DAY = "period", "day"


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: from which day to which (both included), counted at which moment, which dimensions held still."""

    since: date
    until: date
    at: datetime
    where: tuple[tuple[str, str], ...] = ()  # dimension, value

    @property
    def begins(self) -> datetime:
        """The instant at which the first day begins here."""
        return datetime(self.since.year, self.since.month, self.since.day, tzinfo=SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The instant at which the day after the last begins."""
        after = self.until + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure; of a rate both numbers that it is made of. `amount` is None where it is not said."""

    amount: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


Rows = Callable[[Ask], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """A table whose rows stand behind figures: how one is named for people, and what of it the digest covers."""

    table: str  # room.table, as streams name it
    label: str  # the column that people know a row by
    columns: tuple[str, ...]  # what figures read of a row
    handle: str = "pk"  # the column that its address takes


@dataclass(frozen=True, slots=True)
class Dimension:
    """By what a figure may be cut."""

    name: str
    label: str
    column: str
    choices: Callable[[], Sequence[tuple[str, str]]]  # value, word


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that a room can prove."""

    name: str  # room.figure
    label: str
    unit: str  # 件, 家, %, 元 …
    over: str  # PERIOD: what happened between two days · DAY: what stood on the last
    definition: str  # one sentence
    source: Source
    rows: Rows
    met: Callable[[Ask], Q] | None = None  # of a rate: which of the rows count above
    amount: str = ""  # the column that is added up; none: rows are counted
    dated: str = ""  # the column by which rows fall into months; none: each month is counted by itself
    dimensions: tuple[Dimension, ...] = ()
    kept: Callable[[Ask], Value | None] | None = None  # running totals that the room keeps anyway
    kept_months: Callable[[Ask], dict[date, Value] | None] | None = None
    recalls: bool = False  # whether past days are told as they were, not only as they look now
    least: int = 0  # of a smaller denominator no share is said
    better: int = 0  # 1: high is good, -1: low is good, 0: neither

    @property
    def is_rate(self) -> bool:
        return self.met is not None

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]


_KNOWN: dict[str, Measure] = {}
_ROOMS: dict[str, str] = {}


def register(room: str, label: str, measures: Iterable[Measure]) -> None:
    """Take what a room declares, when it starts.

    :raises ValueError: a name is taken or is not the room's.
    """
    _ROOMS[room] = label
    for one in measures:
        if one.room != room or one.name in _KNOWN:
            raise ValueError(f"{one.name} is taken, or not of {room}")
        _KNOWN[one.name] = one


def measure(name: str) -> Measure:
    """:raises Missing: no room declares it."""
    found = _KNOWN.get(name)
    if found is None:
        raise Missing("没有这项指标口径，请从列表重新选择。")
    return found


def measures(room: str = "") -> tuple[Measure, ...]:
    """All that is declared, in the order of the rooms; or one room's."""
    return tuple(one for one in _KNOWN.values() if not room or one.room == room)


def rooms() -> dict[str, str]:
    """The rooms that declare something, with their words."""
    return dict(_ROOMS)


__all__ = [
    "DAY",
    "PERIOD",
    "Ask",
    "Dimension",
    "Measure",
    "Source",
    "Value",
    "measure",
    "measures",
    "register",
    "rooms",
]
