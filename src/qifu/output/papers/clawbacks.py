"""The letter by which money is asked back, as a Word document: before the decision what is intended and until when one may answer,
after it the decision with its day and what one may do against it.

Remedies: 《中华人民共和国行政复议法》 (2023) 第二十条, sixty days; 《中华人民共和国行政诉讼法》 第四十六条, six months.
"""

from __future__ import annotations

import io
from datetime import date
from urllib.parse import quote

from django.http import HttpResponse
from docx import Document
from docx.shared import Pt

from qifu.domain.grants.obligations import queries
from qifu.domain.grants.obligations.queries import Letter
from qifu.kernel.actor import Actor
from qifu.kernel.files.kinds import MEDIA
from qifu.output.papers.orders import SIZE_TABLE, SIZE_TITLE, TITLE, _day, _line, _page, _paragraphs

REMEDY = "如不服本决定，可以自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法提起行政诉讼。"


def build(*, actor: Actor, number: str) -> tuple[str, bytes]:
    """The name of the letter and its content.

    :raises Missing: there is none for this actor.
    """
    told = queries.letter(actor=actor, number=number)
    title, document = _title(told), Document()
    _page(document)
    _line(document, title, font=TITLE, size=SIZE_TITLE, align="center")
    _line(document, f"编号：{told.row.number}", align="center", size=SIZE_TABLE)
    _line(document, f"{told.firm.name}（统一社会信用代码 {told.firm.uscc}）：")
    for text in (_granted(told), _found(told), *_said(told), f"政策依据：{_document(told)}。"):
        _paragraphs(document, text)
    _line(document, told.unit, align="right", before=Pt(28))
    _line(document, _day(told.row.decided_at or told.row.proposed_at), align="right")
    out = io.BytesIO()
    document.save(out)
    return f"{title}-{told.row.number}.docx", out.getvalue()


def answer(*, actor: Actor, number: str) -> HttpResponse:
    """The letter as what a browser fetches."""
    name, content = build(actor=actor, number=number)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return HttpResponse(content, content_type=MEDIA["docx"], headers=headers)


def _title(told: Letter) -> str:
    if told.row.state == "hearing":
        return "拟追回资金告知书"
    return "追回资金决定书" if told.row.decided else "不予追回资金告知书"


def _granted(told: Letter) -> str:
    row, granted = told.duty, told.duty.application
    by = f"依据{told.decision}，" if told.decision else ""
    return (
        f"你单位“{granted.version.title}”（申报编号 {granted.number}）{by}获得资金人民币 {granted.granted:,.2f} 元，"
        f"并约定自 {_date(row.since)}至 {_date(row.until)}：{row.said}"
    )


def _found(told: Letter) -> str:
    return f"经查，自 {_date(told.row.breached_on)}起：{told.row.reason}"


def _said(told: Letter) -> list[str]:
    row = told.row
    if row.state == "hearing":
        return [
            f"依据{row.clause}，拟追回人民币 {row.amount:,.2f} 元（{row.worked_out}）。",
            f"你单位可以在 {_day(row.hear_until)}前在平台说明事实和理由，并提交证明材料。逾期不说明的，依法作出决定。",
        ]
    heard = f"你单位说明：{row.statement}" if row.stated_at else "你单位在规定的期限内没有说明。"
    if not row.decided or row.due_on is None:
        return [*([] if row.is_waiver else [heard]), f"依据{row.clause}，决定不予追回。理由：{row.why}"]
    return [
        heard,
        f"依据{row.clause}，决定追回人民币 {row.decided:,.2f} 元（按约定：{row.worked_out}）。理由：{row.why}",
        f"请在 {_date(row.due_on)}前退回原付款账户，并注明编号 {row.number}。",
        REMEDY,
    ]


def _document(told: Letter) -> str:
    return f"《{told.rests.document}》{f'（{told.rests.number}）' if told.rests.number else ''}"


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
