"""The report in Word, in the fonts of official papers (GB/T 9704-2012); under each table that compares a chart that Word draws."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from qifu.output.charts.office import bars
from qifu.output.papers.orders import HEADING, TEXT, TITLE

from .analysis import Analysis
from .chapters import Chapter, Table, chapters, title

NUMERALS = "一二三四五六七八九十"
CHARTED = 15  # lines of a chart


def build(analysis: Analysis, centre: str) -> bytes:
    """Return the document."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(28)
    section.left_margin, section.right_margin = Mm(22), Mm(20)
    _line(document, title(analysis), TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER)
    day = analysis.on
    _line(document, f"{centre}　{day.year} 年 {day.month} 月 {day.day} 日", TEXT, 14, WD_ALIGN_PARAGRAPH.CENTER)
    for number, chapter in enumerate(chapters(analysis)):
        _chapter(document, NUMERALS[number], chapter)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _chapter(document: Any, number: str, chapter: Chapter) -> None:
    _line(document, f"{number}、{chapter.title}", HEADING, 16, style="Heading 1")
    for text in chapter.paragraphs:
        _line(document, text, TEXT, 14, indent=True)
    for table in chapter.tables:
        _table(document, table)


def _table(document: Any, table: Table) -> None:
    if not table.rows:
        _line(document, f"{table.name}：没有数据。", TEXT, 12)
        return
    _line(document, table.name, HEADING, 12, WD_ALIGN_PARAGRAPH.CENTER)
    grid = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    _cells(grid.rows[0].cells, table.heads, HEADING)
    grid.rows[0]._tr.get_or_add_trPr().append(grid.rows[0]._tr.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
    for row in table.rows:
        _cells(grid.add_row().cells, row.cells, TEXT)
    if table.note:
        _line(document, f"注：{table.note}", TEXT, 10.5)
    lines = [(row.cells[0], f"{row.tax:.2f}") for row in table.rows if row.bar > 0]
    if len(lines) > 1:
        bars(document, f"{table.name}：纳税", "万元", lines[:CHARTED])


def _cells(cells: Sequence[Any], values: Sequence[str], font: str) -> None:
    for place, (cell, value) in enumerate(zip(cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if place else WD_ALIGN_PARAGRAPH.LEFT
        _run(paragraph, value, font, 9)


def _line(
    document: Any,
    text: str,
    font: str,
    size: float,
    align: Any = None,
    *,
    indent: bool = False,
    style: str | None = None,
) -> None:
    paragraph = document.add_paragraph(style=style)
    if align is not None:
        paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)
    _run(paragraph, text, font, size)


def _run(paragraph: Any, text: str, font: str, size: float) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run.font.color.rgb = None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
