"""A disclosure as a workbook: one sheet for the text, one a statement, one a form; amounts are numbers."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import Any

import xlsxwriter

from qifu.engines.statements import Model
from qifu.engines.statements.money import amount, decimals
from qifu.engines.statements.writing.blocks import Block, Page, Table, Text, blocks_of

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def write_workbook(model: Model) -> bytes:
    """Write a workbook; each page of the document that holds a table is a sheet."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    writer = _Writer(book)
    for blocks in _pages(model):
        writer.sheet(blocks)
    book.close()
    return raw.getvalue()


def _pages(model: Model) -> list[list[Block]]:
    """Blocks by page; pages of text alone stand together on one sheet."""
    pages: list[list[Block]] = [[]]
    for block in blocks_of(model):
        if isinstance(block, Page):
            pages.append([])
        else:
            pages[-1].append(block)
    gathered: list[list[Block]] = []
    for page in filter(None, pages):
        has_table = any(isinstance(block, Table) for block in page)
        if gathered and not has_table and not any(isinstance(block, Table) for block in gathered[-1]):
            gathered[-1] += page
        else:
            gathered.append(list(page))
    return gathered


def _are_apart(before: Block, after: Block) -> bool:
    """Whether a blank row parts a paragraph from the table above or below it, so that it is no row of the table."""
    if isinstance(before, Text) and isinstance(after, Table):
        return before.style == "text"
    return isinstance(before, Table) and isinstance(after, Text) and after.style == "text"


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: set[str] = set()
        song, fang = (
            {"font_name": "宋体", "font_size": 10},
            {"font_name": "仿宋_GB2312", "font_size": 12, "text_wrap": True},
        )
        cell = {**song, "border": 1, "text_wrap": True, "valign": "vcenter"}
        self.formats: dict[str, Any] = {
            "title": book.add_format({"font_name": "方正小标宋简体", "font_size": 18, "align": "center"}),
            "part": book.add_format({"font_name": "方正小标宋简体", "font_size": 16, "align": "center"}),
            "heading": book.add_format({"font_name": "黑体", "font_size": 12}),
            "centre": book.add_format({"font_name": "方正小标宋简体", "font_size": 14, "align": "center"}),
            "marker": book.add_format({**song}),
            "note": book.add_format({**song}),
            "contents": book.add_format(fang),
            "text": book.add_format(fang),
            "cell": book.add_format(cell),
            "head": book.add_format({**cell, "bold": True, "align": "center"}),
        }
        self.numbers: dict[int, Any] = {
            places: book.add_format(
                {**cell, "align": "right", "num_format": "0" + ("." + "0" * places if places else "")}
            )
            for places in range(7)
        }

    def sheet(self, blocks: list[Block]) -> None:
        """Write one sheet, titled by its first line."""
        first = next((block.text for block in blocks if isinstance(block, Text)), "附表")
        sheet = self.book.add_worksheet(self._name(first))
        tables = [block for block in blocks if isinstance(block, Table)]
        if not tables:
            sheet.set_column(0, 0, 100)
        row, before = 0, None
        for block in blocks:
            if isinstance(before, Table | Text) and _are_apart(before, block):
                row += 1
            before = block
            if isinstance(block, Table):
                row = self._table(sheet, block, row)
            elif isinstance(block, Text):
                sheet.write_string(
                    row, 0, block.text, self.formats[block.style] if not tables else self.formats["marker"]
                )
                row += 1
        if tables:
            for column, width in enumerate(tables[0].widths):
                sheet.set_column(column, column, width * 5)
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _name(self, text: str) -> str:
        plain = _FORBIDDEN.sub("", text)[:24] or "附表"
        name, number = plain, 2
        while name in self.names:
            name, number = f"{plain}{number}", number + 1
        self.names.add(name)
        return name

    def _table(self, sheet: Any, table: Table, row: int) -> int:
        for r, cells in enumerate(table.rows):
            for c, cell in enumerate(cells):
                self._cell(sheet, row + r, c, cell, head=r < table.heads, numeric=c in table.numeric)
        for r, c, down, across in table.spans:
            if across > 1 or down > 1:
                style = self.formats["head" if r < table.heads else "cell"]
                sheet.merge_range(row + r, c, row + r + down - 1, c + across - 1, table.rows[r][c], style)
        return row + len(table.rows)

    def _cell(self, sheet: Any, row: int, column: int, text: str, *, head: bool, numeric: bool) -> None:
        value = amount(text) if numeric and not head else None
        if value is not None and abs(value) < Decimal(10) ** 13 and f"{value:f}" == text:
            sheet.write_number(row, column, float(value), self.numbers[min(decimals(value), 6)])
        elif text:
            sheet.write_string(row, column, text, self.formats["head" if head else "cell"])
        else:
            sheet.write_blank(row, column, None, self.formats["head" if head else "cell"])
