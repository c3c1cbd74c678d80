"""The same conditions as SQL, for data that outgrow one machine: text only, run by whoever holds the data.

SQL's own NULL is Kleene's unknown, so that a condition is written as it stands. The statements keep to what DuckDB and
PostgreSQL both understand. The table has a column for each field, named and typed as in `columns`; `age_months` is one of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from itertools import pairwise

from .conditions import Comparison, Constant, Group, Literal, Membership, Negation, Node
from .fields import Field, catalogue
from .programs import Library

TYPES = {"number": "DOUBLE PRECISION", "integer": "DOUBLE PRECISION", "date": "DATE", "boolean": "BOOLEAN"}
BATCH = 100  # policies of one statement
_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")


def columns() -> dict[str, str]:
    """The columns of a table of enterprises, with their types."""
    return {name: TYPES.get(field.type, "VARCHAR") for name, field in catalogue().items()}


def statements(
    library: Library, on: date, *, table: str = "enterprises", has: Collection[str] | None = None
) -> Iterator[str]:
    """Yield queries that give `enterprise_id, policy_id, result, missing` for all who are eligible or unknown on a day.

    `has` names the columns that the table has, all of the catalogue when it is None; others are unknown throughout.

    :raises ValueError: the table's name is no plain name.
    """
    if not _NAME.fullmatch(table):
        raise ValueError(f"{table!r} is no plain name of a table")
    known = library.fields | {"enterprise_id"}
    absent = [name for name in sorted(known) if has is not None and name not in has]
    blank = "".join(f", CAST(NULL AS {columns()[name]}) AS {name}" for name in absent)
    source = f"(SELECT *{blank} FROM {table}) AS e"  # noqa: S608 - a plain name
    in_force = [policy for policy in library.policies if policy.is_in_force(on)]
    for start in range(0, len(in_force), BATCH):
        rows = ", ".join(
            f"({_text(policy.id)}, {condition(policy.when)}, {_missing(policy.when)})"
            for policy in in_force[start : start + BATCH]
        )
        yield (
            "SELECT e.enterprise_id, p.policy_id, "  # noqa: S608 - figures and quoted texts of conditions only
            "CASE WHEN p.is_met THEN 'eligible' ELSE 'unknown' END AS result, "
            "CASE WHEN p.is_met THEN '' ELSE p.missing END AS missing "
            f"FROM {source} CROSS JOIN LATERAL (VALUES {rows}) AS p(policy_id, is_met, missing) "
            "WHERE p.is_met IS NOT FALSE"
        )


def condition(node: Node) -> str:
    """Write a condition: true, false or NULL."""
    if isinstance(node, Constant):
        return "TRUE" if node.value else "FALSE"
    if isinstance(node, Negation):
        return f"(NOT {condition(node.part)})"
    if isinstance(node, Group):
        return "(" + f" {node.operator.upper()} ".join(condition(part) for part in node.parts) + ")"
    return _membership(node) if isinstance(node, Membership) else _comparison(node)


def _comparison(node: Comparison) -> str:
    kind = node.fields[0]
    given = [_column(each) if isinstance(each, Field) else _literal(each, kind) for each in node.operands]
    operator = {"==": "=", "!=": "<>"}.get(node.operator, node.operator)
    told = " AND ".join(f"{one} {operator} {other}" for one, other in pairwise(given))
    if len(given) == 2:
        return f"({told})"
    unknown = " OR ".join(f"{_column(field)} IS NULL" for field in dict.fromkeys(node.fields))
    return f"(CASE WHEN {unknown} THEN NULL ELSE {told} END)"


def _membership(node: Membership) -> str:
    column = _column(node.field)
    if not node.values:
        return f"({column} <> {column})"  # no for whoever is known
    if node.operator == "in":
        return f"({column} IN ({', '.join(_literal(each, node.field) for each in node.values)}))"
    lengths = sorted({len(str(each)) for each in node.values})
    by_length = (
        f"left({column}, {length}) IN ({', '.join(_text(str(v)) for v in node.values if len(str(v)) == length)})"
        for length in lengths
    )
    return f"({' OR '.join(by_length)})"


def _missing(node: Node) -> str:
    """The fields that keep it unknown, joined by `|`, in the order of the condition."""
    found: dict[str, list[str]] = {}
    for field, doubt in _doubts(node, ""):
        found.setdefault(field, []).append(doubt)
    if not found:
        return "''"
    parts = (f"CASE WHEN {' OR '.join(doubts)} THEN '{field}' END" for field, doubts in found.items())
    return f"concat_ws('|', {', '.join(parts)})"


def _doubts(node: Node, above: str) -> Iterator[tuple[str, str]]:
    """Each field of each clause, and when it is unknown in nothing but unknown groups."""
    if isinstance(node, Constant):
        return
    here = f"{above}{condition(node)} IS NULL AND "
    if isinstance(node, Comparison | Membership):
        for field in dict.fromkeys(node.fields):
            yield field.name, f"({here}{_column(field)} IS NULL)"
        return
    for part in node.parts if isinstance(node, Group) else (node.part,):
        yield from _doubts(part, here)


def _column(field: Field) -> str:
    return f"e.{field.name}"


def _literal(value: Literal, field: Field) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return _text(value)
    if field.type == "date":
        return f"DATE '{date.fromordinal(int(value)).isoformat()}'"
    return f"CAST({value!r} AS DOUBLE PRECISION)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
