"""A paper being written with python-docx: A4 with official margins and fonts, lines and tables one after another."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE, HEADING, TEXT = "方正小标宋简体", "黑体", "仿宋_GB2312"
SIZE_TITLE, SIZE_HEADING, SIZE_TEXT, SIZE_TABLE = Pt(22), Pt(14), Pt(12), Pt(10.5)
NONE = "无"


class Paper:
    """A document being written."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(30), Mm(25)
        section.left_margin, section.right_margin = Mm(26), Mm(24)

    def line(self, text: str, font: str, size: Pt, *, center: bool = False, right: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        if center or right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
        _write(paragraph, text, font, size)

    def table(self, heading: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A heading and a table beneath it; the word for nothing where there are no rows."""
        self.line(heading, HEADING, SIZE_HEADING)
        held = list(rows)
        if not held:
            self.line(NONE, TEXT, SIZE_TEXT)
            return
        table = self.document.add_table(rows=0, cols=len(held[0]), style="Table Grid")
        for font, cells in [*([(HEADING, heads)] if heads else []), *((TEXT, row) for row in held)]:
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                _write(cell.paragraphs[0], text, font, SIZE_TABLE)

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


def _write(paragraph, text: str, font: str, size: Pt) -> None:  # type: ignore[no-untyped-def]
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
