"""The digest of a row, made where the row lies: sixteen hexadecimal characters over what its columns say.

Both databases write the same text for the same value (moments in UTC to the microsecond, decimals with all their
places, true and false as 1 and 0, nothing for NULL), so that a figure frozen on one is whole on the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from django.db import models
from django.db.models import Expression, F, Func, TextField, Value
from django.db.models.functions import MD5, Left

BETWEEN = "\x1f"
LENGTH = 16  # characters: eight bytes


class _Text(Func):
    """A column as text, alike on both databases."""

    function = ""
    output_field = TextField()
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """PostgreSQL's way of writing it."""
        kind = self.source_expressions[0].output_field
        template = "%(expressions)s::text"
        if isinstance(kind, models.DateTimeField):
            template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        elif isinstance(kind, models.BooleanField):
            template = "%(expressions)s::int::text"
        elif isinstance(kind, models.UUIDField):
            template = "replace(%(expressions)s::text, '-', '')"
        return self.as_sql(compiler, connection, template=f"coalesce({template}, '')", **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The embedded database's way; it keeps no fraction of a moment that has none."""
        kind = self.source_expressions[0].output_field
        template = "CAST(%(expressions)s AS TEXT)"
        if isinstance(kind, models.DateTimeField):
            template = "substr(%(expressions)s || '.000000', 1, 26)"
        elif isinstance(kind, models.DecimalField):
            template = f"iif(%(expressions)s IS NULL, NULL, printf('%%%%.{kind.decimal_places}f', %(expressions)s))"
        return self.as_sql(compiler, connection, template=f"coalesce({template}, '')", **extra)


class _Beside(Func):
    """Two texts, one after the other."""

    template, arg_joiner, output_field = "(%(expressions)s)", " || ", TextField()


def digest_of(columns: Sequence[str]) -> Expression:
    """The digest over the columns, in their order."""
    texts: list[Expression] = []
    for name in columns:
        texts += [_Text(F(name)), Value(BETWEEN, TextField())]
    return Left(MD5(reduce(_Beside, texts)), LENGTH)


__all__ = ["digest_of"]
