"""Chinese search inside the database: words and bigrams in one text column, indexed by FTS5 or GIN.

A table that can be searched has a text column `tokens`; `SearchIndex` in its migration makes the index and, on the embedded database, the
triggers that keep it. Writing the row writes the index, in the same transaction. Recall is that of a substring search.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models
from django.db.migrations.operations.base import Operation
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=models.Model)
_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]+|[a-z0-9]+")
MOST = 40  # tokens of one query


def normal(text: str) -> str:
    """Fold width and case, so that ＡＢｃ and abc are one."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(*texts: str) -> str:
    """Return what a row is found by: each Chinese character and pair, each latin or digit run with its prefixes."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _RUN.findall(normal(text)):
            if run[0] <= "z":
                found.update((run[:size], None) for size in range(1, min(len(run), 20) + 1))
            else:
                found.update((char, None) for char in run)
                found.update((run[i : i + 2], None) for i in range(len(run) - 1))
    return " ".join(found)


def asked(query: str) -> list[str]:
    """Return the tokens that a row must all have: pairs for Chinese, a whole run (as a prefix) for latin and digits."""
    wanted: dict[str, None] = {}
    for run in _RUN.findall(normal(query)):
        if run[0] <= "z":
            wanted[run[:20]] = None
        elif len(run) == 1:
            wanted[run] = None
        else:
            wanted.update((run[i : i + 2], None) for i in range(len(run) - 1))
    return list(wanted)[:MOST]


def matching(rows: models.QuerySet[M, M], query: str, *, also: Iterable[str] = ()) -> models.QuerySet[M, M]:
    """Cut the rows to those that hold all of the query; an empty query cuts nothing, one without any token finds nothing."""
    wanted = [*asked(query), *also]
    if not wanted:
        return rows if not query.strip() else rows.none()
    if connection.vendor == "postgresql":
        lexemes = " & ".join("'" + token.replace("'", "''") + "'" for token in wanted)
        return rows.filter(_Holds(_Vector(models.F("tokens")), models.Value(lexemes)))
    table = rows.model._meta.db_table
    phrase = " ".join('"' + token + '"' for token in wanted)
    return rows.filter(pk__in=RawSQL(f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH %s", (phrase,)))


def few(rows: models.QuerySet[M, M], query: str, most: int) -> list[int] | None:
    """The keys of the rows that hold all of the query, in no order; None when there are more than `most`."""
    found = list(matching(rows, query).order_by().values_list("pk", flat=True)[: most + 1])
    return None if len(found) > most else found


def among(rows: models.QuerySet[M, M], keys: list[int]) -> models.QuerySet[M, M]:
    """Cut the rows to those with the keys."""
    if connection.vendor == "postgresql":  # one value, however many keys
        return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", (keys,)))
    return rows.filter(pk__in=keys)


def sifted(rows: models.QuerySet[M, M], query: str) -> models.QuerySet[M, M]:
    """The same rows as `matching`, for a query that many hold: read row by row in the order wanted, until there are enough.

    An index cannot give the newest of many without fetching all of them; and taking the words of a row apart as the
    index does costs ten times as much as looking for a word between two spaces.
    """
    if connection.vendor != "postgresql":
        return matching(rows, query)
    for token in asked(query):
        rows = rows.filter(_Between(models.F("tokens"), models.Value(f" {token} ")))
    return rows


class _Between(models.Func):
    """Whether a word stands in a text, between two spaces."""

    template = "strpos(' ' || %(expressions)s) > 0"
    arg_joiner = " || ' ', "
    output_field = models.BooleanField()


class _Vector(models.Func):
    """The tokens as PostgreSQL indexes them; the same expression as the index."""

    template = "array_to_tsvector(string_to_array(%(expressions)s, ' '))"
    output_field = models.TextField()


class _Holds(models.Func):
    """Whether a vector holds all lexemes."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = models.BooleanField()


class SearchIndex(Operation):
    """Make the index over `tokens` of one table, whose rows are known by `key`; `where` adds a partial one on PostgreSQL."""

    reversible = True

    def __init__(self, table: str, where: str = "", key: str = "id") -> None:
        self.table, self.where, self.key = table, where, key

    def state_forwards(self, app_label: str, state: object) -> None:
        return None

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:  # type: ignore[no-untyped-def]
        for statement in self._up(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:  # type: ignore[no-untyped-def]
        for statement in self._down(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Search index of {self.table}"

    def _up(self, vendor: str) -> list[str]:
        t = self.table
        if vendor == "postgresql":
            vector = f"USING gin (array_to_tsvector(string_to_array({t}.tokens, ' ')))".replace(f"{t}.", "")
            partial = [f"CREATE INDEX {t}_tokens_part ON {t} {vector} WHERE {self.where}"] if self.where else []
            return [f"CREATE INDEX {t}_tokens ON {t} {vector}", *partial]
        fts, key = f"{t}_fts", self.key
        return [
            f"CREATE VIRTUAL TABLE {fts} USING fts5(tokens, content='{t}', content_rowid='{key}', "
            'tokenize="unicode61 remove_diacritics 0", detail=none)',
            f"CREATE TRIGGER {fts}_insert AFTER INSERT ON {t} BEGIN "
            f"INSERT INTO {fts}(rowid, tokens) VALUES (new.{key}, new.tokens); END",
            f"CREATE TRIGGER {fts}_delete AFTER DELETE ON {t} BEGIN "
            f"INSERT INTO {fts}({fts}, rowid, tokens) VALUES ('delete', old.{key}, old.tokens); END",
            f"CREATE TRIGGER {fts}_update AFTER UPDATE OF tokens ON {t} WHEN old.tokens IS NOT new.tokens BEGIN "
            f"INSERT INTO {fts}({fts}, rowid, tokens) VALUES ('delete', old.{key}, old.tokens); "
            f"INSERT INTO {fts}(rowid, tokens) VALUES (new.{key}, new.tokens); END",
        ]

    def _down(self, vendor: str) -> list[str]:
        t = self.table
        if vendor == "postgresql":
            return [f"DROP INDEX IF EXISTS {t}_tokens", f"DROP INDEX IF EXISTS {t}_tokens_part"]
        return [f"DROP TRIGGER IF EXISTS {t}_fts_{e}" for e in ("insert", "delete", "update")] + [f"DROP TABLE {t}_fts"]


class NoSearchIndex(SearchIndex):
    """Take the index away."""

    def _up(self, vendor: str) -> list[str]:
        return super()._down(vendor)

    def _down(self, vendor: str) -> list[str]:
        return super()._up(vendor)


class SearchTriggers(SearchIndex):
    """Set the triggers anew: the embedded database loses them where a column makes it copy the table.

    Stands before and after such an operation, so that the way back keeps them too.
    """

    def _up(self, vendor: str) -> list[str]:
        if vendor == "postgresql":
            return []
        return [*super()._down(vendor)[:3], *super()._up(vendor)[1:]]

    def _down(self, vendor: str) -> list[str]:
        return self._up(vendor)
