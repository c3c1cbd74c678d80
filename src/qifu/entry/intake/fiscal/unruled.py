"""Statements of a PDF that are set in columns without rulings: rows of cells from where the words stand.

Only what follows the title of a statement is looked at, and a statement is read as cells whole or not at all: where words
cross the columns, where a figure may stand under two headings, or where a broken name may belong to two rows, its lines
stay lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qifu.engines.statements.layouts import Layout, is_marker, titled
from qifu.engines.statements.reading.headings import HEADS
from qifu.engines.statements.words import compact

from .columns import Bare, Column, Header, columns_of, header_of
from .places import Char
from .words import Word, bodied, joined_text, rows_of, stands, words_of

_ORDERED = {column: HEADS[column] for column in ("total", "basic", "project", "personnel", "public")} | {
    "general": re.compile("^(本年)?一般公共预算"),
    "fund": re.compile("^(本年)?政府性基金"),
    "capital": re.compile("^(本年)?国有资本"),
}
_HEAD_LINE = re.compile(r"(单位|部门|名称)\s*[:：]|^[（(]?单位[:：]|^20\d\d年度?$")
_SENTENCE = re.compile(r"[。，；]|^\s*(注|备注|说明|本表|本套|我(部门|单位)|本(部门|单位))")
_PART = re.compile(r"^\s*第\s*[一二三四五六七八九十]+\s*部分|^\s*目\s*录\s*$")
_NUMBER = re.compile(r"[-—–·\s]*(第\s*)?\d{1,3}(\s*页)?([/共\s]*\d{1,3}(\s*页)?)?[-—–·\s]*")
_FIGURE = re.compile(r"\d\.\d|\d,\d{3}")

Lines = list[list[Char]]
Rows = list[tuple[float, list[str]]]


@dataclass
class Found:
    """The rows of one page, each with its top, and the numbers of the lines that they stand for."""

    rows: list[tuple[float, list[str]]] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)


@dataclass
class _Part:
    page: int
    lines: list[int]


@dataclass
class _Statement:
    layout: Layout
    parts: list[_Part]
    width: int
    spoiled: bool = False


def tables(pages: Sequence[Lines | None], widths: Sequence[int]) -> dict[int, Found]:
    """The statements of a document as cells, by page; a page that is None is left alone."""
    found: dict[int, Found] = {}
    statements = list(_statements(pages, widths))
    sides = Counter(side for statement in statements if (side := _side(statement, pages)))
    usual = next(iter(sides)) if len(sides) == 1 and sides.total() > 1 else ""
    for statement in statements:
        try:
            cells, _ = _cells(statement, pages, usual)
        except Bare:
            continue
        for part, rows in zip(statement.parts, cells, strict=True):
            page = found.setdefault(part.page, Found())
            page.rows += rows
            page.lines |= set(part.lines)
    return found


def _statements(pages: Sequence[Lines | None], widths: Sequence[int]) -> Iterator[_Statement]:
    """The lines below each title, over as many pages as the table goes on."""
    running = _running(pages)
    now: _Statement | None = None
    for number, lines in enumerate(pages):
        if now is not None and (lines is None or widths[number] != now.width):
            now.spoiled = lines is None
            yield from _done(now)
            now = None
        fresh = True
        for at, line in enumerate(lines or ()):
            text = joined_text(line)
            if _NUMBER.fullmatch(text) and at in (0, len(lines or ()) - 1):
                continue
            if text in running and at in (0, 1, len(lines or ()) - 2, len(lines or ()) - 1):
                continue
            layout = titled(text)
            if layout is not None or _PART.match(text) or (now is not None and _SENTENCE.search(text)):
                yield from _done(now)
                now = None
                if layout is not None and layout.shape != "target_form":
                    now = _Statement(layout, [_Part(number, [])], widths[number])
                    fresh = False
                continue
            if now is None:
                continue
            if fresh:
                now.parts.append(_Part(number, []))
                fresh = False
            part = now.parts[-1]
            if not part.lines and (is_marker(text) or _HEAD_LINE.search(text)):
                continue
            part.lines.append(at)
    yield from _done(now)


def _done(statement: _Statement | None) -> Iterator[_Statement]:
    if statement is not None and not statement.spoiled:
        statement.parts = [part for part in statement.parts if part.lines]
        if statement.parts:
            yield statement


def _running(pages: Sequence[Lines | None]) -> set[str]:
    """What stands first or last on three pages or more."""
    ends: Counter[str] = Counter()
    for lines in pages:
        if lines:
            ends.update({joined_text(line) for line in (*lines[:2], *lines[-2:])})
    return {text for text, count in ends.items() if count > 2 and not _HEAD_LINE.search(text)}


def _side(statement: _Statement, pages: Sequence[Lines | None]) -> str:
    """The side to which a statement sets its figures, where it can be read and shows one."""
    try:
        return _cells(statement, pages, "right")[1]
    except Bare:
        return ""


def _cells(statement: _Statement, pages: Sequence[Lines | None], usual: str) -> tuple[list[Rows], str]:
    """The rows of each page of a statement, and the side to which its figures are set.

    :raises Bare: the columns or the rows cannot be told.
    """
    shape = statement.layout.shape
    fine = []
    for part in statement.parts:
        lines = pages[part.page] or []
        fine.append(words_of([char for at in part.lines for char in lines[at]]))
    head, first = bodied(fine[0], shape)
    bodies = [first, *(_overleaf(head, page, shape) for page in fine[1:])]
    if not any(_FIGURE.search(word.text) for body in bodies for line in body for word in line):
        raise Bare("no figures")
    rows = [rows_of(body, shape) for body in bodies]
    pitch = min((a[0][0].middle - b[0][0].middle for each in rows for a, b in pairwise(each) if len(a) == len(b) == 1),
                default=0.0)  # fmt: skip
    header = header_of([word for line in head for word in line], pitch, shape)
    if shape in ("units", "projects"):
        _refuse_other_order(statement.layout, header)
    columns, side = columns_of(header, [row for each in rows for row in each], usual)
    _refuse_lost_columns(statement.layout, columns)
    made: list[Rows] = []
    for number, each in enumerate(rows):
        top = _top(head) if number == 0 else 0.0
        above = [(top - 0.01 * at, cells) for at, cells in enumerate(header.rows(columns) if number == 0 else [])]
        made.append(above + [(_top(row), _row(row, columns)) for row in each])
    return made, side


def _refuse_other_order(layout: Layout, header: Header) -> None:
    """Refuse a table of units or projects whose columns stand in another order than the official one.

    :raises Bare: a heading stands before one that it follows officially.
    """
    heads = [compact(cell.text) for cell in header.lowest]
    places = [
        next((at for at, head in enumerate(heads) if _ORDERED[column].search(head)), -1)
        for column in layout.columns
        if column in _ORDERED
    ]
    held = [place for place in places if place >= 0]
    if held != sorted(held):
        raise Bare("columns in another order")


def _refuse_lost_columns(layout: Layout, columns: Sequence[Column]) -> None:
    """Refuse a table with another number of columns of amounts than the official one where these are read by their order.

    :raises Bare: it has, or one heading names two columns.
    """
    begin = next(at for at, column in enumerate(columns) if column.money)
    last = max((at for at, column in enumerate(columns) if column.held and not column.money), default=-1)
    amounts, width = len(columns), len(layout.columns)
    if layout.shape in ("units", "projects") and amounts - begin != width:
        raise Bare("not the official columns")
    if layout.shape == "hospitality" and amounts - last - 1 != width * (2 if layout.kind == "final_accounts" else 1):
        raise Bare("not the official columns")
    if layout.shape == "ledger" and width > 1 and amounts - last - 1 != width:
        raise Bare("not the official columns")
    named = [HEADS[column] for column in layout.columns if column in HEADS] if layout.shape == "subjects" else []
    heads = [compact(column.head.text) for column in columns if column.head is not None]
    if any(sum(bool(pattern.search(head)) for pattern in named) > 1 for head in heads):
        raise Bare("two headings in one")


def _overleaf(head: list[list[Word]], lines: list[list[Word]], shape: str) -> list[list[Word]]:
    """The rows of a page on which a statement goes on, without the heading that it may repeat.

    :raises Bare: it begins with something else.
    """
    if _printed(lines[: len(head)]) == _printed(head):
        return lines[len(head) :]
    if lines and stands(lines[0], shape):
        return lines
    raise Bare("another heading overleaf")


def _printed(lines: list[list[Word]]) -> list[list[tuple[str, int]]]:
    return [[(word.text, round(word.left)) for word in line] for line in lines]


def _top(row: list[list[Word]]) -> float:
    return max(word.top for line in row for word in line)


def _row(row: list[list[Word]], columns: Sequence[Column]) -> list[str]:
    """The cells of a row; what is broken over lines is joined.

    :raises Bare: two figures stand in one column, or something besides the only figure.
    """
    cells = [""] * len(columns)
    for line in row:
        for word in line:
            at = next(i for i, column in enumerate(columns) if word in column.held)
            column = columns[at]
            if cells[at] and (column.money or column.single):
                raise Bare("two in one column")
            apart = " " if cells[at] and cells[at][-1].isascii() and word.text[0].isascii() else ""
            cells[at] += apart + word.text
    return cells
