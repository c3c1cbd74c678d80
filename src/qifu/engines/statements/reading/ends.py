"""Whether a source breaks off: half a page of the web, a text that stops within a sentence, a statement or a form.

What stood behind the break is unknown. The statement, form or paragraph in which it falls is not read whole: nothing is
concluded from it, and no rule that asks for what may have stood behind it speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qifu.engines.statements.model import END, Form, Model, Unreadable
from qifu.engines.statements.paper import Line, Paper
from qifu.engines.statements.words import compact

from .outline import Outline, Region

_CLOSED = re.compile(r"[。；！？：;!?:.)）”」》…]$|\d{1,2}日$|[\d-]{7,}$|^\d{1,3}$")
_LATER = re.compile(r"说明|名词解释")
_CLOSING = re.compile(r"总分|总得分|合计|备注|说明|注[:：]|填报|.{0,10}(原因|措施|方案)")
_SHORTEST = 15  # a line of fewer characters at the end is a signature, a unit or a footer
_WHY = "读到这里为止：文件在此处中断，后面的内容没有读到，须看后文才能判断的都没有审核"
_PART = "读到这里为止，这一部分没有读完"


def broken_off(paper: Paper, outline: Outline, model: Model) -> Model:
    """The model with the place named at which its source breaks off, if it does."""
    last = next((line for line in reversed(paper.lines) if compact(line.text)), None)
    if last is None or not (paper.cut or (not paper.faithful and _stops(last, outline, model))):
        return model
    places = (Unreadable(END, last.text[-60:], _WHY, last.number), *_unfinished(last, outline, model))
    start = max((each.line for each in model.text if each.line <= last.number), default=0)
    claims = model.claims
    if _holds_text(last, outline):
        claims = tuple(claim for claim in claims if claim.line < start)
    return replace(model, claims=claims, unreadable=(*model.unreadable, *places))


def _unfinished(last: Line, outline: Outline, model: Model) -> Iterator[Unreadable]:
    region = _last_region(outline)
    if region is not None:
        where = f"{region.layout.id} 第{last.number}行" if region.layout.id in model.tables else region.title.alone
        yield Unreadable(where, last.text[-60:], _PART, last.number)
    elif (form := _last_form(model.forms, outline)) is not None:
        yield Unreadable(form.title or "绩效自评表", last.text[-60:], _PART, last.number)


def _last_region(outline: Outline) -> Region | None:
    """The statement or target form with which a document ends."""
    region = outline.regions[-1] if outline.regions else None
    others = [each.line for each in outline.paragraphs] + [table.lines[0].number for table in outline.tables]
    return region if region is not None and region.title.number > max(others, default=0) else None


def _last_form(forms: Sequence[Form], outline: Outline) -> Form | None:
    """The self-evaluation with which a document ends."""
    form = max(forms, key=lambda form: form.at, default=None)
    return form if form is not None and all(each.line <= form.at for each in outline.paragraphs) else None


def _holds_text(last: Line, outline: Outline) -> bool:
    """Whether the last line belongs to a paragraph."""
    final = outline.paragraphs[-1] if outline.paragraphs else None
    return final is not None and final.kind == "text" and final.line_at(len(final.text)) == last.number


def _stops(last: Line, outline: Outline, model: Model) -> bool:
    """Whether a text ends where no document ends."""
    if _holds_text(last, outline):
        plain = compact(last.text)
        return len(plain) >= _SHORTEST and not _CLOSED.search(plain)
    final = outline.paragraphs[-1] if outline.paragraphs else None
    if final is not None and final.kind == "heading" and final.line == last.number:
        return final.part != "annex"
    if (region := _last_region(outline)) is not None:
        return not _goes_on(outline, region.title.number) and _announces_more(outline)
    form = _last_form(model.forms, outline)
    return form is not None and not _is_closed(form, outline)


def _goes_on(outline: Outline, line: int) -> bool:
    return any(each.part in ("explanations", "terms") and each.line > line for each in outline.paragraphs)


def _announces_more(outline: Outline) -> bool:
    """Whether the contents speak of explanations, or the parts of a disclosure have begun and stop at the statements."""
    parts = {each.part for each in outline.paragraphs if each.kind == "heading"}
    spoken = any(_LATER.search(compact(line.alone)) for line in outline.contents)
    return (spoken or "statements" in parts) and "explanations" not in parts


def _is_closed(form: Form, outline: Outline) -> bool:
    """Whether below its indicators a self-evaluation has the rows with which it ends: total, reasons, remedies."""
    rows = [line for table in outline.tables for line in table.lines if form.at <= line.number]
    heads = [i for i, line in enumerate(rows) if "三级指标" in compact(line.text)]
    below = rows[heads[-1] + 1 :] if heads else []
    return any(_CLOSING.match(compact(next((cell for cell in line.cells or () if cell), ""))) for line in below)
