"""One statement under two titles: a page that repeats the title and goes on, or the statement of another unit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.model import Statement, Unreadable

from .frames import Trouble

ECONOMIC = ("T06",)  # closes with its totals
_TWICE = "同一张表出现不止一次，只读入内容最多的一张"


def joined(first: Statement, second: Statement, trouble: Trouble) -> Statement:
    """The two as one where the second goes on with the first; else the one that holds more, the other named."""
    codes = {row.code for row in first.rows}
    begun = "" in codes or (first.id in ECONOMIC and first.personnel_total is None and first.public_total is None)
    if second.rows and codes and begun and codes.isdisjoint(row.code for row in second.rows):
        return replace(
            first,
            rows=(*first.rows, *second.rows),
            notes=(*first.notes, *second.notes),
            personnel_total=first.personnel_total if first.personnel_total is not None else second.personnel_total,
            public_total=first.public_total if first.public_total is not None else second.public_total,
            until=second.until,
        )
    kept, other = (first, second) if _weight(first) >= _weight(second) else (second, first)
    if _figures(other) and _figures(other) != _figures(kept):
        trouble.unreadable.append(Unreadable(f"{other.id}（另一张）", other.title, _TWICE, other.at))
    return kept


def _weight(statement: Statement) -> int:
    return len(statement.rows) + len(statement.income) + len(statement.expenditure)


def _figures(statement: Statement) -> list[Decimal]:
    """The amounts of a statement, in order."""
    rows = [row.amounts for row in statement.rows]
    rows += [entry.amounts for entry in (*statement.income, *statement.expenditure)]
    return [value for amounts in rows for value in amounts.values() if value]
