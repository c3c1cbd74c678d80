"""A disclosure as a Word document in the official fonts: portrait text, landscape statements, rows that do not break."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from qifu.engines.statements import Model
from qifu.engines.statements.writing.blocks import Page, Table, Text, blocks_of

# style → font, size, centred, first line indented
_STYLES: dict[str, tuple[str, float, bool, bool]] = {
    "title": ("方正小标宋简体", 22, True, False),
    "part": ("方正小标宋简体", 18, True, False),
    "centre": ("方正小标宋简体", 16, True, False),
    "heading": ("黑体", 16, False, True),
    "contents": ("仿宋_GB2312", 14, False, False),
    "marker": ("宋体", 10.5, False, False),
    "note": ("宋体", 10.5, False, False),
    "text": ("仿宋_GB2312", 16, False, True),
}


def write_word(model: Model) -> bytes:
    """Write a Word document."""
    document: Any = Document()
    _defaults(document)
    landscape = False
    first = True
    for block in blocks_of(model):
        if isinstance(block, Page):
            if block.landscape != landscape:
                _section(document, block.landscape)
                landscape = block.landscape
            elif not first:
                document.add_page_break()
        elif isinstance(block, Table):
            _table(document, block, 24.0 if landscape else 15.6)
        else:
            _text(document, block)
        first = False
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def _defaults(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(16)
    fonts = normal.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), "仿宋_GB2312")
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.rPr.append(language)
    normal.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for side in ("left_margin", "right_margin"):
        setattr(section, side, Cm(2.7))


def _section(document: Any, landscape: bool) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    short, long = Cm(21), Cm(29.7)
    section.page_width, section.page_height = (long, short) if landscape else (short, long)


def _text(document: Any, block: Text) -> None:
    font, size, centred, indented = _STYLES[block.style]
    level = {"part": 1, "heading": 2}.get(block.style)
    paragraph = document.add_paragraph(style=f"Heading {level}" if level else None)
    run = paragraph.add_run(block.text)
    _font(run, font, size)
    run.font.bold = False
    if centred:
        paragraph.alignment = 1
    if indented:
        paragraph.paragraph_format.first_line_indent = Pt(size * 2)


def _font(run: Any, name: str, size: float) -> None:
    run.font.name = "Times New Roman" if name != "宋体" else "宋体"
    run.font.size = Pt(size)
    run.font.color.rgb = None
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _table(document: Any, table: Table, room: float) -> None:
    width = max(map(len, table.rows), default=1)
    shares = table.widths if len(table.widths) == width else (1.0,) * width
    total = sum(shares)
    widths = [int(room / total * share * 567) for share in shares]
    element = OxmlElement("w:tbl")
    element.append(_properties())
    grid = OxmlElement("w:tblGrid")
    for each in widths:
        column = OxmlElement("w:gridCol")
        column.set(qn("w:w"), str(each))
        grid.append(column)
    element.append(grid)
    spans = {(r, c): across for r, c, _, across in table.spans}
    for r, cells in enumerate(table.rows):
        element.append(_row(r, cells, table, widths, spans))
    document.element.body.insert_element_before(element, "w:sectPr")


def _properties() -> Any:
    properties = OxmlElement("w:tblPr")
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("color", "000000")):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    properties.append(borders)
    layout = OxmlElement("w:tblLayout")
    layout.set(qn("w:type"), "fixed")
    properties.append(layout)
    return properties


def _row(r: int, cells: tuple[str, ...], table: Table, widths: list[int], spans: dict[tuple[int, int], int]) -> Any:
    row = OxmlElement("w:tr")
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    if r < table.heads:
        properties.append(OxmlElement("w:tblHeader"))
    row.append(properties)
    c = 0
    while c < len(cells):
        across = spans.get((r, c), 1)
        align = "center" if r < table.heads else ("right" if c in table.numeric else "left")
        row.append(_cell(cells[c], sum(widths[c : c + across]), across, align))
        c += across
    return row


def _cell(text: str, width: int, across: int, align: str) -> Any:
    cell = OxmlElement("w:tc")
    properties = OxmlElement("w:tcPr")
    size = OxmlElement("w:tcW")
    size.set(qn("w:w"), str(width))
    size.set(qn("w:type"), "dxa")
    properties.append(size)
    if across > 1:
        span = OxmlElement("w:gridSpan")
        span.set(qn("w:val"), str(across))
        properties.append(span)
    cell.append(properties)
    paragraph = OxmlElement("w:p")
    settings = OxmlElement("w:pPr")
    justify = OxmlElement("w:jc")
    justify.set(qn("w:val"), align)
    settings.append(justify)
    paragraph.append(settings)
    if text:
        paragraph.append(_run(text))
    cell.append(paragraph)
    return cell


def _run(text: str) -> Any:
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    fonts = OxmlElement("w:rFonts")
    for key in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{key}"), "宋体")
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), "18")
    properties.append(fonts)
    properties.append(size)
    run.append(properties)
    words = OxmlElement("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run
