"""A list of enterprises as a workbook, written row by row in constant memory; nothing in it can run as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from tempfile import TemporaryFile
from typing import IO

from qifu.domain.registry.queries import Brief
from qifu.entry.intake.tables import safe_cell

HEADINGS = ("企业名称", "统一社会信用代码", "所属街道", "行业代码", "行业", "规模", "标识", "状态")
WIDTHS = (36, 22, 14, 10, 24, 8, 30, 8)


def written(rows: Iterable[Brief]) -> tuple[IO[bytes], int]:
    """Return the workbook, open at its start, and the number of its rows."""
    import xlsxwriter  # some megabytes that only a workbook needs

    file = TemporaryFile()  # noqa: SIM115 (closed by whoever sends it)
    count = 0
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("企业名单")
    bold = book.add_format({"bold": True})
    for place, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    sheet.freeze_panes(1, 0)
    for count, one in enumerate(rows, 1):
        for place, text in enumerate(_cells(one)):
            sheet.write_string(count, place, safe_cell(text))
    book.close()
    file.seek(0)
    return file, count


def _cells(one: Brief) -> tuple[str, ...]:
    return (
        one.name,
        one.uscc,
        one.street_name,
        one.industry,
        one.industry_name,
        one.size_label,
        "、".join(one.mark_labels),
        one.status_label,
    )
