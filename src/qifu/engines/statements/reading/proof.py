"""Whether the rest of a document bears out the columns that text without columns was given in official order.

A total row of three figures under six official columns is most often 合计, 基本 and 项目, and may be something else. Each of
these figures must stand elsewhere, in a statement or in the text, under the name of its column; else the statement keeps
its totals and nothing more is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qifu.engines.statements.doubt import Doubt
from qifu.engines.statements.model import Model, Statement, Unreadable
from qifu.engines.statements.relations import Relation, cells_of, relations, said

_WHY = "原文没有分栏，别处没有数字能证明这几栏各是什么，只取合计"


def prove(model: Model, assumed: Mapping[str, Sequence[str]]) -> Model:
    """Keep the columns of statements that are borne out; blank the others and name them."""
    waiting = {name: columns for name, columns in assumed.items() if name in model.tables}
    while waiting:
        proven = [name for name, columns in waiting.items() if _is_borne_out(model, name, columns, waiting)]
        if not proven:
            break
        for name in proven:
            del waiting[name]
    tables = dict(model.tables)
    doubts = []
    for name, columns in waiting.items():
        tables[name] = _only_totals(tables[name], columns[0])
        doubts.append(Unreadable(name, tables[name].title, _WHY, tables[name].at))
    return replace(model, tables=tables, unreadable=(*model.unreadable, *doubts)) if doubts else model


def _is_borne_out(model: Model, name: str, columns: Sequence[str], waiting: Mapping[str, Sequence[str]]) -> bool:
    values, doubt = cells_of(model), Doubt.of(model)
    needed = {column for column in columns[1:] if values.get((name, "", column))}

    def bears_out(rule: Relation, column: str) -> bool:
        cells = [cell for cell, _ in rule.cells]
        others = {cell[0] for cell in cells} - {name}
        return (
            [cell for cell in cells if cell[0] == name] == [(name, "", column)]
            and not (others & waiting.keys())
            and not doubt.touches(rule)
            and rule.implied((name, "", column), values) == values[name, "", column]
        )

    rules = [*relations(model), *said(model)]
    return bool(needed) and all(any(bears_out(rule, column) for rule in rules) for column in needed)


def _only_totals(statement: Statement, first: str) -> Statement:
    rows = tuple(
        replace(row, amounts={column: value if column == first else None for column, value in row.amounts.items()})
        for row in statement.rows
    )
    return replace(statement, rows=rows)
