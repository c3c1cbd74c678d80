"""A disclosure handed out as a file: Word, PDF, Excel, a web page, or open data."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from qifu.engines.statements import Model
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.opendata import write_package

FORMS = {  # form → (label, ending, type)
    "docx": ("Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("PDF", "pdf", "application/pdf"),
    "xlsx": ("Excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("HTML", "html", "text/html; charset=utf-8"),
    "data": ("开放数据", "zip", "application/zip"),
}


def handed_out(model: Model, form: str) -> HttpResponse:
    """The document as a download.

    :raises Http404: there is no such form.
    """
    if form not in FORMS:
        raise Http404
    _, ending, kind = FORMS[form]
    write: Callable[[Model], bytes] = write_package if form == "data" else lambda one: render(one, form)
    name = content_disposition_header(True, f"{model.document.title}.{ending}") or "attachment"
    return HttpResponse(write(model), content_type=kind, headers={"Content-Disposition": name})
