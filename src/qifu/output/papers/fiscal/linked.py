"""A disclosure for a page on which every figure is a link: paragraphs in pieces, tables in cells, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from qifu.engines.statements import Model
from qifu.engines.statements.layouts import keyed
from qifu.engines.statements.model import Amounts, Entry, Form, Statement
from qifu.engines.statements.writing.blocks import Page, Table, Text, blocks_of

FIRST = 10**12  # amounts stand in for places while the page is laid out; no centre has so many 万元
_MONEY = ("budget", "executed", "basic", "project", "score", "total_score")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text; `at` is the place that opens it."""

    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    piece: Piece
    is_head: bool
    is_number: bool
    down: int
    across: int


@dataclass(frozen=True)
class Block:
    """A heading (`level` 2 or 3), a paragraph, or a table with its rows of heading."""

    style: str  # title, part, heading, centre, contents, marker, note, text, table
    pieces: tuple[Piece, ...] = ()
    heads: tuple[tuple[Cell, ...], ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    anchor: str = ""


class _Numbered:
    """A model whose figures are numbers of places."""

    def __init__(self, model: Model) -> None:
        self.said: list[Piece] = []
        tables = {name: self._table(table) for name, table in model.tables.items()}
        forms = tuple(self._form(place, form) for place, form in enumerate(model.forms))
        self.model = replace(model, tables=tables, forms=forms)

    def _kept(self, text: str, *place: str) -> Decimal:
        self.said.append(Piece(text, "/".join(place)))
        return Decimal(FIRST + len(self.said) - 1)

    def _amounts(self, amounts: Amounts | None, *place: str) -> Any:
        if amounts is None:
            return None
        return {
            column: None if value is None else self._kept(f"{value:f}", "cell", *place, column)
            for column, value in amounts.items()
        }

    def _table(self, table: Statement) -> Statement:
        name = table.id
        held: dict[str, Any] = {
            "rows": tuple(replace(row, amounts=self._amounts(row.amounts, name, row.code)) for row in table.rows)
        }
        for side in ("income", "expenditure"):
            keys = {id(entry): key for key, entry in keyed(getattr(table, side)).items()}
            held[side] = tuple(self._entry(entry, name, side, keys) for entry in getattr(table, side))
        for half in ("budget", "actual"):
            held[half] = self._amounts(getattr(table, half), name, half)
        for place in ("personnel", "public"):
            value = getattr(table, f"{place}_total")
            held[f"{place}_total"] = None if value is None else self._kept(f"{value:f}", "cell", name, place, "amount")
        return replace(table, **held)

    def _entry(self, entry: Entry, name: str, side: str, keys: dict[int, str]) -> Entry:
        key = keys.get(id(entry))
        return replace(entry, amounts=self._amounts(entry.amounts, name, f"{side}:{key}")) if key else entry

    def _form(self, place: int, form: Form) -> Form:
        held: dict[str, Any] = {}
        for name in _MONEY:
            value = getattr(form, name)
            if value is not None:
                held[name] = self._kept(f"{value:f}", "form", str(place), name)
        if form.rate:
            held["rate"] = f"{self._kept(form.rate, 'form', str(place), 'rate'):f}"
        number, goals = 0, []
        for goal in form.goals:
            lines = []
            for one in goal.indicators:
                actual = f"{self._kept(one.actual, 'indicator', str(place), str(number)):f}" if one.actual else ""
                lines.append(replace(one, actual=actual))
                number += 1
            goals.append(replace(goal, indicators=tuple(lines)))
        return replace(form, goals=tuple(goals), **held)

    def piece(self, text: str) -> Piece:
        number = int(text) - FIRST if len(text) == 13 and text.isdigit() else -1
        return self.said[number] if 0 <= number < len(self.said) else Piece(text)


def linked(model: Model) -> list[Block]:
    """Lay a disclosure out with the place of every figure."""
    numbered = _Numbered(model)
    claims: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for number, claim in enumerate(model.claims):
        paragraph = model.text[claim.paragraph]
        at = (paragraph.part, paragraph.text)
        claims.setdefault(at, []).append((claim.offset, claim.offset + len(claim.raw), f"claim/{number}"))
    parts = {paragraph.text: paragraph.part for paragraph in model.text if (paragraph.part, paragraph.text) in claims}
    found: list[Block] = []
    for block in blocks_of(numbered.model):
        if isinstance(block, Table):
            found.append(_table(block, numbered))
        elif isinstance(block, Text):
            cuts = claims.get((parts.get(block.text, ""), block.text), []) if block.style == "text" else []
            found.append(Block(block.style, tuple(_cut(block.text, cuts)), anchor=f"p{len(found)}"))
        else:
            assert isinstance(block, Page)
    return found


def _cut(text: str, cuts: list[tuple[int, int, str]]) -> Iterator[Piece]:
    end = 0
    for start, stop, at in cuts:
        if start > end:
            yield Piece(text[end:start])
        yield Piece(text[start:stop], at)
        end = stop
    if end < len(text):
        yield Piece(text[end:])


def _table(table: Table, numbered: _Numbered) -> Block:
    covered, opening = set(), {}
    for row, column, down, across in table.spans:
        opening[row, column] = (down, across)
        covered |= {(r, c) for r in range(row, row + down) for c in range(column, column + across)} - {(row, column)}
    rows = tuple(
        tuple(
            Cell(
                numbered.piece(text),
                r < table.heads,
                r >= table.heads and c in table.numeric,
                *opening.get((r, c), (1, 1)),
            )
            for c, text in enumerate(row)
            if (r, c) not in covered
        )
        for r, row in enumerate(table.rows)
    )
    return Block("table", heads=rows[: table.heads], rows=rows[table.heads :])
