"""Rows into the database by statements that are drawn up once: the framework writes the same one anew for every row.

For the few acts that happen all day: a case handed in, a step taken, evidence, messages. No signals, no parents of
models, no expressions as values; whatever else is wanted goes through the framework.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import AutoField, Field, Model


def insert(row: Model) -> None:
    """Insert the row; a key that the database gives out is set.

    :raises IntegrityError: a constraint forbids it.
    """
    insert_all([row])


def insert_all(rows: Sequence[Model]) -> None:
    """Insert rows of one model in one statement, and set the keys that the database gives out, in the order given.

    :raises IntegrityError: a constraint forbids one of them; none is written.
    """
    for row, key in zip(rows, _inserted(rows, ""), strict=True):
        if key is not None:
            row.pk = key


def insert_new(row: Model, unique: str = "") -> bool:
    """Insert the row unless one like it is there already, and say whether it was written. A second writer waits for the first.

    :param unique: the column that alone may be taken already; otherwise any unique constraint may.
    :raises IntegrityError: another constraint forbids it.
    """
    target = f' ("{unique}")' if unique else ""
    keys = _inserted([row], f" ON CONFLICT{target} DO NOTHING")
    if keys:
        row.pk = keys[0]
    return bool(keys)


def insert_lenient(rows: Sequence[Model]) -> None:
    """Insert those rows of one model that are not there yet, in one statement; keys are not set."""
    _inserted(rows, " ON CONFLICT DO NOTHING")


def update(row: Model, *names: str) -> None:
    """Write these columns of the row.

    :raises DatabaseError: there is no such row any more.
    """
    if not names:
        return
    text, fields = _updating(connection.vendor, type(row), names)
    with connection.cursor() as cursor:
        cursor.execute(text, [*_values(row, fields, is_new=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is gone")


def _inserted(rows: Sequence[Model], conflict: str) -> list[Any]:
    """Insert; the keys of those that were written."""
    if not rows:
        return []
    text, fields = _inserting(connection.vendor, type(rows[0]), len(rows), conflict)
    with connection.cursor() as cursor:
        cursor.execute(text, [value for row in rows for value in _values(row, fields, is_new=True)])
        keys = [key for (key,) in cursor.fetchall()]
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return keys


Columns = tuple[Field[Any, Any], ...]


@cache
def _inserting(vendor: str, model: type[Model], count: int, conflict: str) -> tuple[str, Columns]:
    fields = tuple(field for field in model._meta.concrete_fields if not isinstance(field, AutoField))
    row = f"({', '.join(['%s'] * len(fields))})"
    into = f"{_quoted(model._meta.db_table)} ({', '.join(_quoted(field.column) for field in fields)})"
    text = f"INSERT INTO {into} VALUES {', '.join([row] * count)}{conflict}"  # noqa: S608 - names of our own
    return f"{text} RETURNING {_quoted(model._meta.pk.column)}", fields


@cache
def _updating(vendor: str, model: type[Model], names: tuple[str, ...]) -> tuple[str, Columns]:
    fields = tuple(field for field in map(model._meta.get_field, names) if isinstance(field, Field))
    columns = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    key = _quoted(model._meta.pk.column)
    return f"UPDATE {_quoted(model._meta.db_table)} SET {columns} WHERE {key} = %s", fields  # noqa: S608 - likewise


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")


def _values(row: Model, fields: Sequence[Field[Any, Any]], *, is_new: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, is_new), connection) for field in fields]
