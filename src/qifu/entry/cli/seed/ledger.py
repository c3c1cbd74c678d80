"""Writes what was played: rows in bulk with their numbers given, evidence chained as `record` would chain it.

Rows go in as plain values, by COPY on PostgreSQL and by one prepared statement on the embedded database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from qifu.kernel.evidence.actions import Entry, linked
from qifu.kernel.evidence.models import ZERO, Content, Record
from qifu.kernel.sealed import SealedField, seal

Shape = Callable[[Any], Any]


def next_pk(model: type[models.Model]) -> int:
    """The number that the next row of the table may bear."""
    last = model._default_manager.aggregate(last=models.Max("pk"))["last"]
    return int(last or 0) + 1


def write(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that were made plain by `plain`."""
    names = [connection.ops.quote_name(str(field.column)) for field in _fields(model)]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", list(rows))  # noqa: S608


def plain(row: models.Model) -> tuple[Any, ...]:
    """The row as values that the database takes."""
    values = row.__dict__
    return tuple(
        values[name] if shape is None else shape(values[name]) for name, shape in _shapes(type(row), connection.vendor)
    )


def chained(entries: Iterable[Entry], seqs: dict[str, tuple[int, bytes]]) -> list[tuple[Record, Content | None]]:
    """Chain entries in the order given; `seqs` holds each object's end, and is moved on."""
    made = []
    for entry in entries:
        seq, prev = seqs.get(entry.stream, (0, ZERO))
        record, kept = linked(entry, seq + 1, prev)
        seqs[entry.stream] = (seq + 1, bytes(record.hash))
        made.append((record, kept))
    return made


def settle_numbers(tables: Sequence[type[models.Model]]) -> None:
    """Let the database go on numbering behind the rows written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)


@cache
def _fields(model: type[models.Model]) -> tuple[models.Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


@cache
def _shapes(model: type[models.Model], vendor: str) -> tuple[tuple[str, Shape | None], ...]:
    return tuple((field.attname, _shape(field, vendor)) for field in _fields(model))


def _shape(field: models.Field[Any, Any], vendor: str) -> Shape | None:
    if isinstance(field, SealedField):
        return seal
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField) and vendor == "sqlite":
        return _naive
    return None


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _naive(value: datetime | None) -> str | None:
    """The embedded database keeps moments as UTC text."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))
