"""What was read and found, in the shapes that the page draws: marked lines, statements as grids, forms, repairs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from qifu.domain.disclosure.queries import SEVERITIES
from qifu.engines.statements.layouts import COLUMN_NAMES, column_name, layout, printed_name

Json = Mapping[str, Any]
TONES = {"error": "red", "warning": "amber", "info": ""}
ICONS = {"error": "alert", "warning": "flag", "info": "info"}
LABELS = dict(SEVERITIES)
FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding with its number on the page."""

    number: int
    rule: str
    severity: str
    label: str
    tone: str
    title: str
    message: str
    fix: str
    lines: tuple[int, ...]
    figures: frozenset[Decimal]


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of the document: pieces, some of them marked, and the findings at it."""

    number: int
    pieces: tuple[tuple[str, bool], ...]
    findings: tuple[Finding, ...]

    @property
    def tone(self) -> str:
        return self.findings[0].severity if self.findings else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a statement, with the gravest finding that names it."""

    value: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A statement as a table."""

    id: str
    name: str
    title: str
    money_unit: str
    heads: tuple[str, ...]
    rows: list[tuple[str, str, tuple[Cell, ...]]] = field(default_factory=list)  # code, name, cells
    notes: tuple[str, ...] = ()

    @property
    def is_coded(self) -> bool:
        return any(code for code, _, _ in self.rows)

    @property
    def gravest(self) -> Finding | None:
        """The gravest finding at any of its cells."""
        found = [cell.finding for _, _, cells in self.rows for cell in cells if cell.finding is not None]
        return min(found, key=lambda one: one.number, default=None)


def findings(found: Sequence[Json]) -> list[Finding]:
    """Number the findings in the order given."""
    return [
        Finding(
            number, one["rule"], one["severity"], LABELS[one["severity"]], TONES[one["severity"]], one["title"], one["message"],
            one.get("fix") or "", tuple(one.get("lines") or ()), frozenset(_figures(one.get("figures") or ())),
        )
        for number, one in enumerate(found, 1)
    ]  # fmt: skip


def marked(lines: Sequence[str], found: Sequence[Finding]) -> list[Marked]:
    """The text with each finding at its lines and the figures it names marked."""
    at = _by_line(found)
    return [Marked(number, _pieces(text, at[number]), tuple(at[number])) for number, text in enumerate(lines, 1)]


def first_lines(found: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """Where each finding first stands in the text, from the top down."""
    return sorted(((min(one.lines), one) for one in found if one.lines), key=lambda pair: (pair[0], pair[1].number))


def grids(model: Json, found: Sequence[Finding]) -> list[Grid]:
    """Each statement as a table whose failing cells carry their finding."""
    at = _by_line(found)
    return [_grid(name, table, model["places"]["tables"][name], at) for name, table in model.get("tables", {}).items()]


def _grid(name: str, table: Json, places: Json, at: Mapping[int, Sequence[Finding]]) -> Grid:
    shape = layout(name)
    heads = tuple(column_name(name, column) for column in shape.columns)
    grid = Grid(
        name,
        printed_name(name),
        table.get("title") or shape.name,
        table.get("money_unit") or "",
        heads,
        [],
        tuple(table["notes"]),
    )
    for side, label in (("income", "收入"), ("expenditure", "支出")):
        for entry, line in zip(table.get(side) or (), places[side], strict=True):
            code = str(entry["line"]) if entry["line"] is not None else ""
            grid.rows.append(
                (code, f"{label}｜{entry['name']}", _cells(entry["amounts"], shape.columns, at.get(line, ())))
            )
    for half, label in (("budget", "预算数"), ("actual", "决算数")):
        if table.get(half):
            lines = [
                one for number, ones in at.items() if number >= places["from"] for one in ones if _names(one, name)
            ]
            grid.rows.append(("", label, _cells(table[half], shape.columns, lines)))
    for row, line in zip(table.get("rows") or (), places["rows"], strict=True):
        grid.rows.append((row["code"], row["name"] or "合计", _cells(row["amounts"], shape.columns, at.get(line, ()))))
    for total, label in (("personnel_total", "人员经费合计"), ("public_total", "公用经费合计")):
        if table.get(total) is not None:
            grid.rows.append(("", label, _cells({"amount": table[total]}, shape.columns, ())))
    return grid


def _cells(amounts: Mapping[str, str | None], columns: Sequence[str], at: Sequence[Finding]) -> tuple[Cell, ...]:
    cells = [_cell(amounts.get(column), column, at, alone=len(columns) == 1) for column in columns]
    named = {
        cell.finding.number for column, cell in zip(columns, cells, strict=True) if cell.finding and _says(cell, column)
    }
    return tuple(
        Cell(cell.value) if cell.finding and cell.finding.number in named and not _says(cell, column) else cell
        for column, cell in zip(columns, cells, strict=True)
    )


def _says(cell: Cell, column: str) -> bool:
    """Whether the finding names the column: of equal figures in a row it means the one it names."""
    return cell.finding is not None and COLUMN_NAMES.get(column, column) in cell.finding.message


def _cell(value: str | None, column: str, at: Sequence[Finding], *, alone: bool) -> Cell:
    """A figure is lit by a finding that names it, a blank by one that says this column is blank."""
    if value is None:
        said = "为空白" if alone or column == "total" else f"{COLUMN_NAMES.get(column, column)}为空白"
        return Cell("", next((one for one in at if said in one.message), None))
    return Cell(value, next((one for one in at if Decimal(value) in one.figures), None))


def _names(finding: Finding, statement: str) -> bool:
    return printed_name(statement) in finding.message or printed_name(statement) in finding.title


def _by_line(found: Sequence[Finding]) -> defaultdict[int, list[Finding]]:
    at: defaultdict[int, list[Finding]] = defaultdict(list)
    for one in found:  # the gravest first, as they come
        for line in one.lines:
            at[line].append(one)
    return at


def _pieces(text: str, found: Sequence[Finding]) -> tuple[tuple[str, bool], ...]:
    wanted = frozenset[Decimal]().union(*(one.figures for one in found)) if found else frozenset()
    text = text.replace("\t", "　")
    if not wanted:
        return ((text, False),)
    pieces, end = [], 0
    for match in FIGURE.finditer(text):
        if _figure(match[0]) in wanted:
            pieces += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return tuple(piece for piece in [*pieces, (text[end:], False)] if piece[0])


def _figures(given: Sequence[str]) -> list[Decimal]:
    return [value for one in given if (value := _figure(one)) is not None]


def _figure(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").rstrip("%"))
    except InvalidOperation:
        return None
