"""Figures by industry, street, size and building, from columns of enterprises. Pure: columns in, figures out.

Money is in 万元 of the last full year. A figure of a group in which fewer than three enterprises are known is withheld:
who knows one of them could tell the others (Statistics Law, art. 9 and its rules on secrecy).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl  # some forty megabytes that only the working out needs

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


def analyse(columns: Mapping[str, Sequence[object]], labels: Labels, houses: Sequence[House], on: date) -> Analysis:
    """Work out the report. `columns` has one list a field, as long as there are enterprises, None where unknown."""
    frame = _frame(columns, [*labels.standings])
    return Analysis(
        on=on,
        year=on.year - 1,
        all=_group("", "全区", frame),
        industries=_groups(frame, "section", labels.industries),
        streets=_groups(frame, "street", {name: name for name in labels.streets}),
        sizes=_groups(frame, "size_class", labels.sizes),
        standings=tuple(_standing(frame, key, label) for key, label in labels.standings.items()),
        houses=tuple(sorted(houses, key=lambda house: (-(house.tax or 0), house.code))),
        head_share=_heads(frame),
        gaps=_gaps(frame, labels.fields),
    )


def _frame(columns: Mapping[str, Sequence[object]], standings: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    count = len(columns["industry"])
    sections = [str(code)[:1] if code else None for code in columns["industry"]]
    figures = {name: _numbers(columns.get(name), count) for name in (*COUNTED, "revenue_growth")}
    words = {name: pl.Series(name, list(columns[name]), dtype=pl.String) for name in ("street", "size_class")}
    marks = {name: pl.Series(name, list(columns.get(name) or [None] * count), dtype=pl.Boolean) for name in standings}
    return pl.DataFrame({"section": pl.Series(sections, dtype=pl.String), **words, **figures, **marks})


def _numbers(values: Sequence[object] | None, count: int) -> pl.Series:
    import polars as pl

    told = [None] * count if values is None else [None if v is None else float(v) for v in values]  # type: ignore[arg-type]
    return pl.Series(told, dtype=pl.Float64)


def _groups(frame: pl.DataFrame, column: str, labels: Mapping[str, str]) -> tuple[Group, ...]:
    import polars as pl

    parts = {key: part for (key,), part in frame.group_by(column)}
    found = [_group(key, label, parts[key]) for key, label in labels.items() if key in parts]
    rest = [part for key, part in parts.items() if key not in labels]
    found.sort(key=lambda group: (-(group.value("tax_paid") or 0), -group.firms, group.key))
    return (*found, _group("", UNKNOWN, pl.concat(rest))) if rest else tuple(found)


def _group(key: str, label: str, part: pl.DataFrame) -> Group:
    import polars as pl

    both = part.filter(
        pl.col("revenue").is_not_null() & pl.col("revenue_growth").is_not_null() & (pl.col("revenue_growth") > -1)
    )
    before = float((both["revenue"] / (1 + both["revenue_growth"])).sum() or 0)
    grown = both.height >= LEAST and before > 0
    growth = float(both["revenue"].sum()) / before - 1 if grown else None
    return Group(key, label, part.height, {name: _sum(part[name]) for name in COUNTED}, growth, both.height)


def _sum(column: pl.Series) -> Sum:
    known = column.len() - column.null_count()
    return Sum(float(column.sum()) if known >= LEAST else None, known)


def _standing(frame: pl.DataFrame, key: str, label: str) -> Standing:
    column = frame[key]
    return Standing(key, label, int(column.sum() or 0), column.len() - column.null_count())


def _heads(frame: pl.DataFrame) -> float | None:
    paid = frame["tax_paid"].drop_nulls().sort(descending=True)
    whole = float(paid.sum() or 0)
    return float(paid.head(HEADS).sum()) / whole if paid.len() > HEADS * 3 and whole > 0 else None


def _gaps(frame: pl.DataFrame, fields: Mapping[str, str]) -> tuple[Gap, ...]:
    found = [Gap(name, label, frame[name].null_count(), frame.height) for name, label in fields.items()]
    return tuple(sorted(found, key=lambda gap: -gap.unknown))
