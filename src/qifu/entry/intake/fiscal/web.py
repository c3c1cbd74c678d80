"""Pages of a web site: paragraphs and tables, with cells that span rows or columns held apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from qifu.engines.statements import Line, Paper, line_of, row_of

from .plain import decode
from .problems import Unusable

_BLOCKS = frozenset(
    (
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dt", "dd", "br", "hr"),
        *("section", "article", "header", "footer", "caption", "figure", "blockquote"),
    )
)
_SILENT = frozenset(["script", "style", "head", "noscript", "template", "nav", "svg"])
MOST_LINES = 60_000


def read_web(raw: bytes, name: str) -> Paper:
    """Read an HTML page.

    :raises Unusable: it is not text, or absurdly long.
    """
    reader = _Reader()
    text, cut = decode(raw)
    reader.feed(text)
    reader.close()
    reader.end_all()
    if len(reader.lines) > MOST_LINES:
        raise Unusable("网页太长，不像预决算公开文件。", "The page is too long.")
    cut = cut or not reader.is_closed
    return Paper(tuple(reader.lines), name, faithful=True, cut=cut)


class _Table:
    def __init__(self) -> None:
        self.row: list[str] = []
        self.cell: list[str] | None = None
        self.span = (1, 1)
        self.hanging: dict[int, int] = {}  # column → rows for which a cell from above still covers it


class _Reader(HTMLParser):
    """Walks a page and makes one line of each block and of each row of a table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.text: list[str] = []
        self.tables: list[_Table] = []
        self.silent = 0
        self.is_closed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _SILENT:
            self.silent += 1
        elif tag == "table":
            self.end_block()
            self.tables.append(_Table())
        elif self.tables and tag == "tr":
            self.end_cell()
            self.end_row()
        elif self.tables and tag in ("td", "th"):
            self.end_cell()
            table = self.tables[-1]
            table.cell = []
            table.span = (_number(given.get("colspan")), _number(given.get("rowspan")))
        elif tag == "input" and (given.get("type") or "").lower() in ("checkbox", "radio"):
            self.handle_data("☑" if "checked" in given else "□")
        elif tag in _BLOCKS:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("body", "html"):
            self.is_closed = True
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "table" and self.tables:
            self.end_cell()
            self.end_row()
            self.tables.pop()
        elif self.tables and tag in ("td", "th"):
            self.end_cell()
        elif self.tables and tag == "tr":
            self.end_cell()
            self.end_row()
        elif tag in _BLOCKS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.tables:
            cell = self.tables[-1].cell
            if cell is not None:
                cell.append(data)
        else:
            self.text.append(data)

    def end_all(self) -> None:
        """Close what a page that breaks off has left open."""
        while self.tables:
            self.handle_endtag("table")
        self.end_block()

    def end_block(self) -> None:
        """Close the line of text that is open; inside a cell a block only parts words."""
        if self.tables:
            cell = self.tables[-1].cell
            if cell:
                cell.append(" ")
            return
        words = re.sub(r"\s+", " ", "".join(self.text)).strip()
        self.text = []
        if words:
            self.lines.append(line_of(len(self.lines) + 1, words, starts=True))

    def end_cell(self) -> None:
        table = self.tables[-1]
        if table.cell is None:
            return
        self._cover(table)
        columns, rows = table.span
        place = len(table.row)
        table.row += [re.sub(r"\s+", " ", "".join(table.cell)).strip()] + [""] * (columns - 1)
        if rows > 1:
            for column in range(place, place + columns):
                table.hanging[column] = rows
        table.cell = None

    def _cover(self, table: _Table) -> None:
        """Leave blank the places that a cell from above covers."""
        while table.hanging.get(len(table.row), 0) > 0 and len(table.row) < 1000:
            table.row.append("")

    def end_row(self) -> None:
        table = self.tables[-1]
        if not table.row and not table.hanging:
            return
        if table.row:
            self._cover(table)
            number = len(self.lines) + 1
            one = [cell for cell in table.row if cell]
            if len(table.row) == 1 and one:
                self.lines.append(line_of(number, one[0], starts=True))
            else:
                self.lines.append(row_of(number, table.row))
            table.hanging = {column: rows - 1 for column, rows in table.hanging.items() if rows > 1}
        table.row = []


def _number(text: str | None) -> int:
    return max(1, min(int(text), 200)) if text and text.strip().isdigit() else 1
