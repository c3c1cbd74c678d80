"""The written order of supervision (督办单) as a Word document, in the fonts and sizes of official papers.

GB/T 9704-2012: A4, margins 37 mm above, 35 mm below, 28 mm left, 26 mm right; title in 小标宋 of size 二号, text in 仿宋 of size 三号,
28 points a line.
Fonts are named, not embedded: a machine without them shows its own.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

HERE = ZoneInfo("Asia/Shanghai")
TITLE, HEADING, TEXT = "方正小标宋简体", "黑体", "仿宋_GB2312"
SIZE_TITLE, SIZE_TEXT, SIZE_TABLE = Pt(22), Pt(16), Pt(14)
LINE = Pt(28)


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """What the order says."""

    number: str
    level: str
    centre: str
    unit: str
    case_number: str
    title: str
    category: str
    enterprise: str
    body: str
    text: str
    issued_at: datetime
    reply_due: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None


def build(paper: OrderPaper) -> bytes:
    """Return the document."""
    document = Document()
    _page(document)
    _line(document, f"{paper.centre}督办单", font=TITLE, size=SIZE_TITLE, align="center")
    _line(document, f"（{paper.level}）　编号：{paper.number}", align="center", size=SIZE_TABLE)
    _table(document, paper)
    _line(document, "一、督办要求", font=HEADING)
    _paragraphs(document, paper.text)
    _line(document, "二、事项内容", font=HEADING)
    _paragraphs(document, paper.body)
    if paper.answer:
        _line(document, "三、承办单位回复", font=HEADING)
        _paragraphs(document, paper.answer)
        _line(document, f"{paper.unit}　{_day(paper.answered_at)}", align="right")
    _line(document, paper.centre, align="right", before=Pt(28))
    _line(document, _day(paper.issued_at), align="right")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document) -> None:  # type: ignore[no-untyped-def]
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def _table(document, paper: OrderPaper) -> None:  # type: ignore[no-untyped-def]
    rows = [
        ("承办单位", paper.unit),
        ("受理编号", paper.case_number),
        ("事项", paper.title),
        ("分类", paper.category),
        ("企业", paper.enterprise or "未登记"),
        ("签发时间", _moment(paper.issued_at)),
        ("回复期限", _moment(paper.reply_due)),
    ]
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(32), Mm(124)
        _write(cells[0].paragraphs[0], label, HEADING, SIZE_TABLE)
        _write(cells[1].paragraphs[0], value, TEXT, SIZE_TABLE)


def _paragraphs(document, text: str) -> None:  # type: ignore[no-untyped-def]
    for part in text.splitlines():
        if part.strip():
            _line(document, part.strip(), indent=True)


def _line(  # type: ignore[no-untyped-def]
    document,
    text: str,
    *,
    font: str = TEXT,
    size: Pt = SIZE_TEXT,
    align: str = "",
    indent: bool = False,
    before: Pt | None = None,
) -> None:
    paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    layout.space_before, layout.space_after = before or Pt(0), Pt(0)
    if align:
        paragraph.alignment = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}[align]
    if indent or font == HEADING:
        layout.first_line_indent = Pt(32)  # two characters
    _write(paragraph, text, font, size)


def _write(paragraph, text: str, font: str, size: Pt) -> None:  # type: ignore[no-untyped-def]
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _moment(at: datetime | None) -> str:
    if at is None:
        return "—"
    here = at.astimezone(HERE)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def _day(at: datetime | None) -> str:
    if at is None:
        return ""
    here = at.astimezone(HERE)
    return f"{here.year}年{here.month}月{here.day}日"
