"""The report as PDF: text that can be searched and copied, bars drawn beside the figures."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Ruled

from .analysis import Analysis
from .chapters import Chapter, Table, chapters, title
from .word import NUMERALS

FONT, MARGIN, BAR = "STSong-Light", 48.0, 46.0
INK, TINT = colors.HexColor("#0e5a66"), colors.HexColor("#e6eeee")


def build(analysis: Analysis, centre: str) -> bytes:
    """Return the document."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    raw = io.BytesIO()
    document = SimpleDocTemplate(
        raw, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=title(analysis), author=centre, invariant=1,
    )  # fmt: skip
    day = analysis.on
    story: list[Any] = [
        Paragraph(title(analysis), _style(20, align=TA_CENTER, after=6)),
        Paragraph(
            escape(f"{centre}　{day.year} 年 {day.month} 月 {day.day} 日"), _style(10, align=TA_CENTER, after=10)
        ),
    ]
    for number, chapter in enumerate(chapters(analysis)):
        story += _chapter(NUMERALS[number], chapter)
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return raw.getvalue()


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, 26, f"- {document.page} -")


def _style(size: float, *, align: int = 0, after: float = 4, indent: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"s{size}-{align}-{indent}", fontName=FONT, fontSize=size, leading=size * 1.55, alignment=align, spaceAfter=after,
        firstLineIndent=indent, wordWrap="CJK",
    )  # fmt: skip


def _chapter(number: str, chapter: Chapter) -> list[Any]:
    story: list[Any] = [Spacer(1, 8), Paragraph(f"{number}、{chapter.title}", _style(14))]
    story += [Paragraph(escape(text), _style(11, indent=22)) for text in chapter.paragraphs]
    for table in chapter.tables:
        story += _table(table)
    return story


def _table(table: Table) -> list[Any]:
    if not table.rows:
        return [Paragraph(escape(f"{table.name}：没有数据。"), _style(9))]
    has_bars = sum(row.bar > 0 for row in table.rows) > 1
    plain, right = _style(8, after=0), _style(8, align=TA_RIGHT, after=0)
    heads: list[Any] = [Paragraph(escape(head), right if place else plain) for place, head in enumerate(table.heads)]
    rows = [heads + ([""] if has_bars else [])]
    for row in table.rows:
        cells: list[Any] = [Paragraph(escape(row.cells[0]), plain)]
        cells += [Paragraph(escape(value), right) for value in row.cells[1:]]
        rows.append(cells + ([_bar(row.bar)] if has_bars else []))
    whole = A4[0] - 2 * MARGIN - (BAR + 6 if has_bars else 0)
    ruled = Ruled(rows, colWidths=[*_widths(table, whole), *([BAR + 6] if has_bars else [])], repeatRows=1)
    ruled.setStyle([
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#c9d3d3")), ("BACKGROUND", (0, 0), (-1, 0), TINT),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ])  # fmt: skip
    note = [Paragraph(escape(f"注：{table.note}"), _style(8))] if table.note else []
    return [Paragraph(escape(table.name), _style(10, align=TA_CENTER)), ruled, *note, Spacer(1, 6)]


def _widths(table: Table, whole: float) -> list[float]:
    """The width of each column, by the longest that stands in it; a name or a heading may wrap, a figure may not."""
    columns = list(zip(*(row.cells for row in table.rows), strict=True))
    longest = [
        max(min(14, _letters(head)), *((min(20, n) if not place else n) for n in map(_letters, column)))
        for place, (head, column) in enumerate(zip(table.heads, columns, strict=True))
    ]
    return [whole * long / sum(longest) for long in longest]


def _letters(text: str) -> int:
    """How wide a text is, in half letters."""
    return 2 + sum(1 + (letter > "\u2e80") for letter in text)


def _bar(part: float) -> Drawing:
    drawing = Drawing(BAR, 8)
    if part > 0:
        drawing.add(Rect(0, 0, max(1.0, BAR * part), 7, fillColor=INK, strokeColor=None))
    return drawing
