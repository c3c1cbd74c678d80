"""Rows as files: CSV as a stream of any length, Excel up to a bound, both with cells that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO

LIMIT = 50_000  # rows of an Excel file made while somebody waits
BOM = b"\xef\xbb\xbf"  # by which spreadsheets know UTF-8
_RUNS = ("=", "+", "-", "@", "\t", "\r")

Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def plain(value: object) -> object:
    """A text that a spreadsheet would run gets a mark before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RUNS) else value


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]], batch: int = 500) -> Iterator[bytes]:
    """Yield a CSV file piece by piece."""
    yield BOM
    kept = StringIO()
    writer = csv.writer(kept)
    writer.writerow(heads)
    for number, row in enumerate(rows, 1):
        writer.writerow([plain(value) for value in row])
        if number % batch == 0:
            yield kept.getvalue().encode()
            kept.seek(0)
            kept.truncate()
    yield kept.getvalue().encode()


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook; rows are written as they come, so that memory does not grow with them."""
    import xlsxwriter  # some megabytes that only a workbook needs

    out = BytesIO()
    with xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for name, heads, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(heads), 14)
            sheet.write_row(0, 0, heads, bold)
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, [plain(value) for value in row])
    return out.getvalue()
