"""Figures by industry, street, size and building, from columns of enterprises. Pure: columns in, figures out.

Money is in 万元 of the last full year. A figure of a group in which fewer than three enterprises are known is withheld:
who knows one of them could tell the others (Statistics Law, art. 9 and its rules on secrecy).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LEAST = 3  # enterprises behind a published sum
MONEY = ("revenue", "tax_paid", "profit", "rd_expense")
COUNTED = (*MONEY, "employees")
HEADS = 10  # the largest taxpayers whose share is told


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over those whose value is known; `value` is None where it is withheld or nothing is known."""

    value: float | None
    known: int


@dataclass(frozen=True, slots=True)
class Group:
    """Enterprises of one industry, street or size."""

    key: str
    label: str
    firms: int
    sums: Mapping[str, Sum]
    growth: float | None  # of revenue, of those whose growth is known too; part of one
    grown: int  # how many that are

    def value(self, name: str) -> float | None:
        return self.sums[name].value

    def known(self, name: str) -> int:
        return self.sums[name].known


@dataclass(frozen=True, slots=True)
class Standing:
    """How many enterprises bear a mark."""

    key: str
    label: str
    firms: int
    known: int


@dataclass(frozen=True, slots=True)
class House:
    """A building."""

    code: str
    name: str
    street: str
    tenants: int
    occupancy: float | None  # part of one
    tax: float | None  # 万元
    tax_known: int
    per_metre: float | None  # 元 a square metre


@dataclass(frozen=True, slots=True)
class Gap:
    """A field, and how many enterprises have none."""

    field: str
    label: str
    unknown: int
    firms: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything the report says, for one day."""

    on: date
    year: int  # of the figures
    all: Group
    industries: tuple[Group, ...]
    streets: tuple[Group, ...]
    sizes: tuple[Group, ...]
    standings: tuple[Standing, ...]
    houses: tuple[House, ...]
    head_share: float | None  # of the tax of all, that the largest taxpayers pay; part of one
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of keys."""

    industries: Mapping[str, str]  # section letter
    streets: Sequence[str]
    sizes: Mapping[str, str]
    standings: Mapping[str, str]  # field of the catalogue
    fields: Mapping[str, str]


UNKNOWN = "（未登记）"


READ = ("industry", "street", "size_class", *COUNTED, "revenue_growth")  # and the marks


class Tally:
    """Enterprises counted a stretch at a time: what is held is a cell for each industry, street and size, not the city."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._cells: dict[tuple[str, str, str], _Cell] = {}
        self._marks = {key: [0, 0] for key in labels.standings}  # bear it, known
        self._heads: list[float] = []
        self._paid = 0.0

    def add(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Count more enterprises: one list a field, as long as there are enterprises, None where unknown."""
        count = len(columns["industry"])
        blank: list[object] = [None] * count
        figures = [columns.get(name) or blank for name in (*COUNTED, "revenue_growth")]
        for industry, street, size, *told in zip(
            columns["industry"], columns["street"], columns["size_class"], *figures, strict=True
        ):
            key = str(industry or "")[:1], str(street or ""), str(size or "")
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = _Cell()
            cell.add(told)
        self._note_heads(columns.get("tax_paid") or ())
        for mark, counted in self._marks.items():
            values = columns.get(mark) or ()
            counted[0] += sum(value is True for value in values)
            counted[1] += sum(value is not None for value in values)

    def done(self, houses: Sequence[House], on: date) -> Analysis:
        """Work out the report of what was counted."""
        whole = _together(self._cells.values())
        return Analysis(
            on=on,
            year=on.year - 1,
            all=_group("", "全区", whole),
            industries=self._groups(0, self._labels.industries),
            streets=self._groups(1, {name: name for name in self._labels.streets}),
            sizes=self._groups(2, self._labels.sizes),
            standings=tuple(Standing(key, label, *self._marks[key]) for key, label in self._labels.standings.items()),
            houses=tuple(sorted(houses, key=lambda house: (-(house.tax or 0), house.code))),
            head_share=self._head_share(whole.known[COUNTED.index("tax_paid")]),
            gaps=_gaps(whole, self._labels.fields),
        )

    def _note_heads(self, paid: Sequence[object]) -> None:
        told = [float(value) for value in paid if value is not None]  # type: ignore[arg-type]
        self._paid += sum(told)
        self._heads = heapq.nlargest(HEADS, [*self._heads, *told])

    def _head_share(self, known: int) -> float | None:
        return sum(self._heads) / self._paid if known > HEADS * 3 and self._paid > 0 else None

    def _groups(self, cut: int, labels: Mapping[str, str]) -> tuple[Group, ...]:
        parts: dict[str, list[_Cell]] = {}
        for key, cell in self._cells.items():
            parts.setdefault(key[cut] if key[cut] in labels else "", []).append(cell)
        found = [_group(key, label, _together(parts[key])) for key, label in labels.items() if key in parts]
        found.sort(key=lambda group: (-(group.value("tax_paid") or 0), -group.firms, group.key))
        return (*found, _group("", UNKNOWN, _together(parts[""]))) if "" in parts else tuple(found)


class _Cell:
    """Sums of the enterprises of one industry, street and size."""

    __slots__ = ("before", "firms", "grown", "known", "now", "sums")

    def __init__(self) -> None:
        self.firms = self.grown = 0
        self.sums, self.known = [0.0] * len(COUNTED), [0] * len(COUNTED)
        self.before = self.now = 0.0  # revenue of those whose growth is known, a year before and now

    def add(self, told: Sequence[object]) -> None:
        self.firms += 1
        for place, value in enumerate(told[:-1]):
            if value is not None:
                self.sums[place] += float(value)  # type: ignore[arg-type]
                self.known[place] += 1
        revenue, growth = told[0], told[-1]
        if revenue is not None and growth is not None and float(growth) > -1:  # type: ignore[arg-type]
            self.grown += 1
            self.now += float(revenue)  # type: ignore[arg-type]
            self.before += float(revenue) / (1 + float(growth))  # type: ignore[arg-type]

    def join(self, other: _Cell) -> None:
        self.firms += other.firms
        self.grown += other.grown
        self.now += other.now
        self.before += other.before
        for place in range(len(COUNTED)):
            self.sums[place] += other.sums[place]
            self.known[place] += other.known[place]


def analyse(columns: Mapping[str, Sequence[object]], labels: Labels, houses: Sequence[House], on: date) -> Analysis:
    """Work out the report of enterprises that are at hand all at once, as `Tally.add` takes them."""
    tally = Tally(labels)
    tally.add(columns)
    return tally.done(houses, on)


def _together(cells: Iterable[_Cell]) -> _Cell:
    whole = _Cell()
    for cell in cells:
        whole.join(cell)
    return whole


def _group(key: str, label: str, cell: _Cell) -> Group:
    growth = cell.now / cell.before - 1 if cell.grown >= LEAST and cell.before > 0 else None
    sums = {
        name: Sum(cell.sums[place] if cell.known[place] >= LEAST else None, cell.known[place])
        for place, name in enumerate(COUNTED)
    }
    return Group(key, label, cell.firms, sums, growth, cell.grown)


def _gaps(whole: _Cell, fields: Mapping[str, str]) -> tuple[Gap, ...]:
    known = dict(zip(COUNTED, whole.known, strict=True))
    found = [Gap(name, label, whole.firms - known[name], whole.firms) for name, label in fields.items()]
    return tuple(sorted(found, key=lambda gap: -gap.unknown))
