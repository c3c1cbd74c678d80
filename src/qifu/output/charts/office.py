"""A bar chart that Word itself draws and lets people edit (DrawingML): the figures are kept in the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm

TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
MAIN = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
TINT = "0E5A66"
WIDTH, LINE, HEAD = 160, 8, 26  # millimetres: of the chart, of a bar, of title and axis


def bars(document: Any, title: str, unit: str, lines: Sequence[tuple[str, str]]) -> None:
    """Add a chart of lying bars, the first on top; values are plain decimal numbers as text."""
    number = 1 + sum(str(part.partname).startswith("/word/charts/") for part in document.part.package.iter_parts())
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, TYPE, _chart(title, unit, lines).encode(), document.part.package)
    relation = document.part.relate_to(part, RELATION)
    run = document.add_paragraph().add_run()
    run._element.append(parse_xml(_frame(relation, number, title, HEAD + LINE * len(lines))))


def _frame(relation: str, number: int, title: str, height: int) -> str:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    told = escape(title, {'"': "&quot;"})
    return (
        f'<w:drawing xmlns:w="{main}"><wp:inline xmlns:wp="{drawing}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{int(Mm(WIDTH))}" cy="{int(Mm(height))}"/>'
        f'<wp:docPr id="{1000 + number}" name="图 {number}" descr="{told}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{MAIN}"><a:graphicData uri="{CHART}">'
        f'<c:chart xmlns:c="{CHART}" xmlns:r="{links}" r:id="{relation}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def _chart(title: str, unit: str, lines: Sequence[tuple[str, str]]) -> str:
    labels = "".join(f'<c:pt idx="{n}"><c:v>{escape(label)}</c:v></c:pt>' for n, (label, _) in enumerate(lines))
    values = "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, (_, value) in enumerate(lines))
    count = f'<c:ptCount val="{len(lines)}"/>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{CHART}" xmlns:a="{MAIN}"><c:roundedCorners val="0"/><c:chart>'
        f'{_text(f"{title}（{unit}）")}<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:v>{escape(unit)}</c:v></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{TINT}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>'
        f"<c:cat><c:strLit>{count}{labels}</c:strLit></c:cat>"
        f"<c:val><c:numLit><c:formatCode>#,##0</c:formatCode>{count}{values}</c:numLit></c:val></c:ser>"
        '<c:gapWidth val="50"/><c:axId val="1"/><c:axId val="2"/></c:barChart>'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
        '<c:numFmt formatCode="#,##0" sourceLinked="0"/><c:crossAx val="1"/><c:crosses val="max"/></c:valAx>'
        '</c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )


def _text(text: str) -> str:
    return (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1100"/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="1100"/><a:t>{escape(text)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )
