"""The decision on an application as a Word document, in the fonts and sizes of official papers (GB/T 9704-2012)."""

from __future__ import annotations

import io
from urllib.parse import quote

from django.http import HttpResponse
from docx import Document
from docx.shared import Pt

from qifu.domain.grants.obligations.terms import promised
from qifu.domain.grants.queries import sheet
from qifu.kernel.actor import Actor
from qifu.kernel.files.kinds import MEDIA
from qifu.output.papers.orders import SIZE_TABLE, SIZE_TITLE, TITLE, _day, _line, _page, _paragraphs


def build(*, actor: Actor, number: str) -> tuple[str, bytes]:
    """The name of the document and its content.

    :raises Missing: there is no decision for this actor.
    """
    row, decision, firm, rests, unit = sheet.decision(actor=actor, number=number)
    document = Document()
    _page(document)
    what = "予以支持" if decision.kind == "grant" else "不予支持"
    _line(document, f"政策兑现{what}决定书", font=TITLE, size=SIZE_TITLE, align="center")
    _line(document, decision.number, align="center", size=SIZE_TABLE)
    _line(document, f"{firm.name}（统一社会信用代码 {firm.uscc}）：")
    told = f"{_came(row.version.title, row.number, row.version.way)}经审查，依据{decision.clause}，"
    if decision.kind == "grant" and decision.amount is not None:
        _paragraphs(document, f"{told}决定予以支持，金额人民币 {decision.amount:,.2f} 元（{row.worked_out}）。")
    else:
        _paragraphs(document, f"{told}决定不予支持。")
    for visit in sheet.visits(row):
        _paragraphs(document, f"现场核查：{visit.told}")
    _paragraphs(document, f"理由：{decision.reasons}")
    _paragraphs(document, f"政策依据：《{rests.document}》{f'（{rests.number}）' if rests.number else ''}。")
    if decision.kind == "grant" and row.version.clawback:
        _paragraphs(document, f"你单位应当遵守：{row.version.clawback}")
    if decision.kind == "grant":
        for duty in promised(row.version.duties):
            _paragraphs(document, f"{duty}。")
    if decision.kind == "refuse":
        _paragraphs(
            document, "如不服本决定，可以自收到之日起六十日内在平台申请复核，也可以依法申请行政复议或者提起行政诉讼。"
        )
    _line(document, unit, align="right", before=Pt(28))
    _line(document, _day(decision.at), align="right")
    out = io.BytesIO()
    document.save(out)
    return f"{decision.number}.docx", out.getvalue()


def _came(title: str, number: str, way: str) -> str:
    """How it began: asked for, or listed without being asked."""
    if way == "apply":
        return f"你单位“{title}”申报（编号 {number}）收悉。"
    return f"“{title}”不用申报，你单位列入了名单（编号 {number}）。"


def answer(*, actor: Actor, number: str) -> HttpResponse:
    """The document as what a browser fetches."""
    name, content = build(actor=actor, number=number)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return HttpResponse(content, content_type=MEDIA["docx"], headers=headers)
