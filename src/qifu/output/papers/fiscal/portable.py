"""A disclosure as PDF: statements ruled, landscape where they are wide; text that can be searched and copied.

The letters are those of the reader's own Song face (STSong-Light, a standard Chinese font of PDF), so that nothing has to be installed
and files stay small. No system library is needed.
"""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate, Paragraph, Spacer
from reportlab.platypus import Table as Ruled

from qifu.engines.statements import Model
from qifu.engines.statements.writing.blocks import Page, Table, Text, blocks_of

FONT = "STSong-Light"
_MARGIN = 56.0
_SIZES = {
    "title": 20.0,
    "part": 16.0,
    "centre": 14.0,
    "heading": 12.0,
    "marker": 9.0,
    "note": 9.0,
    "contents": 12.0,
    "text": 12.0,
}


def write_pdf(model: Model) -> bytes:
    """Write a PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    raw = io.BytesIO()
    title = model.document.title or "部门决算公开"
    document = BaseDocTemplate(raw, pagesize=A4, title=title, author=model.document.unit, invariant=1)
    document.addPageTemplates([_template("portrait", A4), _template("landscape", landscape(A4))])
    document.build(_story(model))
    return raw.getvalue()


def _template(name: str, size: tuple[float, float]) -> PageTemplate:
    width, height = size
    frame = Frame(_MARGIN, _MARGIN, width - 2 * _MARGIN, height - 2 * _MARGIN, id=name, leftPadding=0, rightPadding=0)
    return PageTemplate(id=name, frames=[frame], pagesize=size, onPage=_number)


def _number(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(canvas._pagesize[0] / 2, 28, f"- {document.page} -")


def _story(model: Model) -> list[Any]:
    story: list[Any] = []
    wide = False
    for block in blocks_of(model):
        if isinstance(block, Page):
            wide = block.landscape
            if story:
                story += [NextPageTemplate("landscape" if wide else "portrait"), PageBreak()]
        elif isinstance(block, Table):
            room = (A4[1] if wide else A4[0]) - 2 * _MARGIN
            story += [_table(block, room), Spacer(1, 6)]
        else:
            story.append(_text(block))
    return story


def _style(name: str) -> ParagraphStyle:
    size = _SIZES[name]
    centred = name in ("title", "part", "centre")
    indent = 0.0 if centred or name in ("marker", "contents") else size * 2
    return ParagraphStyle(
        name,
        fontName=FONT,
        fontSize=size,
        leading=size * 1.6,
        wordWrap="CJK",
        firstLineIndent=indent,
        alignment=TA_CENTER if centred else 0,
        spaceAfter=size * 0.3,
    )


_STYLES = {name: _style(name) for name in _SIZES}


def _text(block: Text) -> Paragraph:
    return Paragraph(escape(block.text), _STYLES[block.style])


def _cell_style(size: float, align: int) -> ParagraphStyle:
    return ParagraphStyle(
        f"cell{align}", fontName=FONT, fontSize=size, leading=size * 1.25, wordWrap="CJK", alignment=align
    )


def _table(table: Table, room: float) -> Ruled:
    width = max(map(len, table.rows), default=1)
    shares = table.widths if len(table.widths) == width else _shares(table, width)
    size = 8.0 if width <= 9 else 7.0 if width <= 12 else 6.0
    widths = [room * share / sum(shares) for share in shares]
    styled = tuple(_cell_style(size, align) for align in (0, TA_CENTER, TA_RIGHT))
    rows = [
        [
            _cell(cell, widths[c], size, styled[1 if r < table.heads else 2 if c in table.numeric else 0])
            for c, cell in enumerate(cells)
        ]
        for r, cells in enumerate(table.rows)
    ]
    styles: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("FONT", (0, 0), (-1, -1), FONT, size, size * 1.25),
        *([("ALIGN", (0, 0), (-1, table.heads - 1), "CENTER")] if table.heads else []),
        *[("ALIGN", (c, table.heads), (c, -1), "RIGHT") for c in sorted(table.numeric)],
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    styles += [("SPAN", (c, r), (c + across - 1, r + down - 1)) for r, c, down, across in table.spans]
    return Ruled(
        rows, colWidths=widths, style=styles, repeatRows=table.heads, splitInRow=int(_is_tall(table, widths, size))
    )


def _cell(text: str, room: float, size: float, style: ParagraphStyle) -> Any:
    """A cell: a plain string where it fits on one line, which is much quicker to set than a paragraph."""
    width = sum(size if ord(letter) > 255 else size * 0.55 for letter in text)
    return text if width < room - 5 and "\n" not in text else Paragraph(escape(text), style)


def _shares(table: Table, width: int) -> tuple[float, ...]:
    """Widths by what the columns hold, so that long cells stay on one page."""
    longest = [max((len(row[c]) for row in table.rows if c < len(row)), default=1) for c in range(width)]
    return tuple(max(2.0, min(length, 900)) ** 0.5 for length in longest)


def _is_tall(table: Table, widths: list[float], size: float) -> bool:
    """Whether some row would not fit on a page, so that it has to be broken."""

    def lines(text: str, room: float) -> float:
        return len(text) * size / max(room - 4, size) + 1

    tallest = max(
        (max(lines(cell, w) for cell, w in zip(row, widths, strict=False)) for row in table.rows if row), default=0
    )
    return tallest * size * 1.25 > 420
