"""A workbook of any length, written row by row in constant memory; nothing in it can run as a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from qifu.entry.intake.tables import safe_cell

if TYPE_CHECKING:
    import xlsxwriter

OF_A_SHEET = 1_000_000  # rows; a sheet ends at 1,048,576
STRIDE = 2_000  # rows between two words about progress
Columns = Sequence[tuple[str, int]]  # heading, width


def write(
    place: Path | IO[bytes],
    name: str,
    columns: Columns,
    rows: Iterable[Sequence[str]],
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write the rows under their headings, a further sheet after each million; return how many there were."""
    import xlsxwriter  # some megabytes that only a workbook needs

    count, sheet = 0, None
    book = xlsxwriter.Workbook(
        str(place) if isinstance(place, Path) else place,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    try:
        for count, row in enumerate(rows, 1):
            if sheet is None or (count - 1) % OF_A_SHEET == 0:
                sheet = _sheet(book, name if count == 1 else f"{name}{(count - 1) // OF_A_SHEET + 1}", columns)
            for column, text in enumerate(row):
                sheet.write_string((count - 1) % OF_A_SHEET + 1, column, safe_cell(text))
            if count % STRIDE == 0:
                progress(count)
        if sheet is None:
            _sheet(book, name, columns)
    finally:
        book.close()
    return count


def _sheet(book: xlsxwriter.Workbook, name: str, columns: Columns) -> Any:
    sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
    for place, (heading, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    sheet.freeze_panes(1, 0)
    return sheet
