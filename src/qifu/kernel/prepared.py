"""A query that every page asks, drawn up once: the framework takes longer to write such a statement than the database to answer.

The query set is built with placeholders, its statement kept for each kind of database, and the placeholders found again
among its parameters. An aggregate over everything is written as `Func`, lest it be grouped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

NUMBER = 31_741  # fits the smallest column; no query names it otherwise
MOMENT = datetime(1601, 1, 1, tzinfo=UTC)
R = TypeVar("R")
Convert = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """What was drawn up for one kind of database."""

    text: str
    slots: tuple[tuple[str, Any], ...]  # for each parameter the name it stands for, or its value
    converters: tuple[tuple[int, tuple[Convert, ...], Any], ...]  # column, what makes a value of it, its expression
    model: type[Model] | None  # whose rows these are, when whole rows are read
    columns: tuple[str, ...]


class Prepared(Generic[R]):
    """A statement with named numbers, texts and moments, asked as `posts(account=7, now=…)`.

    It answers a list of what the query set holds: tuples of `values_list`, or rows of one model (without `select_related`).
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any, R]],
        *,
        numbers: Sequence[str] = (),
        texts: Sequence[str] = (),
        moments: Sequence[str] = (),
    ) -> None:
        self.build = build
        self.moments = frozenset(moments)
        self.places: dict[str, Any] = {name: NUMBER + n for n, name in enumerate(numbers)}
        self.places |= {name: f"\x01{name}\x01" for name in texts}
        self.places |= {name: MOMENT + timedelta(microseconds=n) for n, name in enumerate(moments)}
        self._drawn: dict[str, Statement] = {}

    def __call__(self, **given: Any) -> list[R]:
        """The rows. :raises KeyError: a name is not given."""
        drawn = self._drawn.get(connection.vendor) or self._draw()
        values = {name: self._stored(name, value) for name, value in given.items()}
        with connection.cursor() as cursor:
            cursor.execute(drawn.text, [values[name] if name else value for name, value in drawn.slots])
            rows: list[Any] = cursor.fetchall()
        if drawn.converters:
            rows = [_converted(row, drawn.converters) for row in rows]
        if drawn.model is None:
            return rows
        return [drawn.model.from_db(connection.alias, drawn.columns, row) for row in rows]  # type: ignore[misc]

    def _stored(self, name: str, value: Any) -> Any:
        return connection.ops.adapt_datetimefield_value(value) if name in self.moments else value

    def _draw(self) -> Statement:
        named = {self._stored(name, place): name for name, place in self.places.items()}
        rows = self.build(**self.places)
        compiler = rows.query.get_compiler(connection=connection)
        text, params = compiler.as_sql()
        slots = tuple((named.get(param, ""), param) for param in params)
        if missing := self.places.keys() - {name for name, _ in slots}:
            raise TypeError(f"the query does not use {', '.join(sorted(missing))}")
        of_columns = compiler.get_converters([column for column, _, _ in compiler.select])
        converters = tuple((n, tuple(convert), expression) for n, (convert, expression) in of_columns.items())
        is_whole = rows._fields is None  # type: ignore[attr-defined]
        columns = tuple(column.target.attname for column, _, _ in compiler.select) if is_whole else ()
        drawn = Statement(text, slots, converters, rows.model if is_whole else None, columns)
        self._drawn[connection.vendor] = drawn
        return drawn


def _converted(row: Sequence[Any], converters: tuple[tuple[int, tuple[Convert, ...], Any], ...]) -> tuple[Any, ...]:
    values = list(row)
    for column, steps, expression in converters:
        for step in steps:
            values[column] = step(values[column], expression, connection)
    return tuple(values)


class PreparedMany(Generic[R]):
    """A query about several keys at once, drawn up once for every power of two up to `MOST`; more are asked as they come."""

    MOST = 64

    def __init__(self, build: Callable[[Sequence[int]], QuerySet[Any, R]]) -> None:
        self.build = build
        self._of: dict[int, Prepared[R]] = {}

    def __call__(self, keys: Iterable[int]) -> list[R]:
        """The rows; nothing is asked for no keys."""
        wanted = sorted(set(keys))
        if not wanted or len(wanted) > self.MOST:
            return list(self.build(wanted)) if wanted else []
        count = 1 << (len(wanted) - 1).bit_length()
        if count not in self._of:
            names = [f"k{n}" for n in range(count)]
            self._of[count] = Prepared(lambda **held: self.build([held[name] for name in names]), numbers=names)
        filled = wanted + wanted[-1:] * (count - len(wanted))
        return self._of[count](**{f"k{n}": key for n, key in enumerate(filled)})
