"""What the examination of a budget or final accounts found, as a Word document to send back to its authors."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from qifu.domain.disclosure.queries import SEVERITIES, Sheet
from qifu.engines.statements.spots import spoken_place

HERE = ZoneInfo("Asia/Shanghai")
TITLE, HEADING, TEXT = "方正小标宋简体", "黑体", "仿宋_GB2312"
NOTE = "本意见由系统按公开的勾稽关系和要求核对得出，供修改时参考；引用的数字以原文为准。提醒和提示可能有合理原因，请结合实际判断。"


def build(sheet: Sheet, now: datetime) -> bytes:
    """Return the document: what was examined, the findings by severity, what was mended or could not be read."""
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    _line(document, "预决算公开文本审核意见", TITLE, 22, center=True)
    row, found = sheet.row, sheet.findings
    _line(document, f"文件：{row.name}")
    _line(document, f"认出：{sheet.title or '种类、单位或年度未能认出'}")
    _line(
        document,
        f"核对关系 {row.relations} 条，发现错误 {row.errors} 处、提醒 {row.warnings} 处、提示 {row.infos} 处。",
    )
    for severity, label in SEVERITIES:
        some = [one for one in found if one["severity"] == severity]
        if some:
            _line(document, f"{label}（{len(some)} 处）", HEADING)
        for number, one in enumerate(some, 1):
            _line(document, f"{number}. {one['title']}（规则 {one['rule']}{_places(one)}）", HEADING, 14)
            _line(document, one["message"], size=14)
            if one.get("fix"):
                _line(document, f"建议：{one['fix']}", size=14)
    if not found:
        _line(document, "没有发现问题。")
    _trouble(document, sheet)
    _line(document, NOTE, size=12)
    at = now.astimezone(HERE)
    _line(document, f"{at.year}年{at.month}月{at.day}日", right=True)
    for paragraph in document.paragraphs:
        paragraph.paragraph_format.space_after = Pt(4)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _trouble(document, sheet: Sheet) -> None:  # type: ignore[no-untyped-def]
    repairs, unreadable = sheet.model.get("repairs", []), sheet.model.get("unreadable", [])
    if repairs:
        _line(document, f"读取时修复的数字（{len(repairs)} 处，请对照原件）", HEADING)
    for place, one in enumerate(repairs):
        word = {True: "，已确认", False: "，经核对有误"}.get(sheet.words.get(place, None), "")  # type: ignore[arg-type]
        _line(
            document,
            f"{spoken_place(one['where'])}：读到“{one['raw']}”，按“{one['value']}”核对（{one['why']}）{word}",
            size=14,
        )
    if unreadable:
        _line(document, f"没有读懂的地方（{len(unreadable)} 处，未参与核对）", HEADING)
    for one in unreadable:
        _line(document, f"{spoken_place(one['where'])}：{one['raw']}（{one['why']}）", size=14)


def _places(one: dict[str, object]) -> str:
    lines = one.get("lines") or []
    assert isinstance(lines, list)
    return f"，第 {'、'.join(str(line) for line in lines[:6])} 行" if lines else ""


def _line(  # type: ignore[no-untyped-def]
    document, text: str, font: str = TEXT, size: int = 16, *, center: bool = False, right: bool = False
) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    if center or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if center else WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run("".join(c for c in text if c >= " "))  # control characters cannot stand in a Word file
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
