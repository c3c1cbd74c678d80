"""The enterprise file: the page, and the same as a Word document; that it was carried away is recorded."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from qifu.domain.registry import access, watching
from qifu.domain.registry.actions import filing
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Entry
from qifu.output import dossiers
from qifu.output.charts.yearly import yearly

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    file = dossiers.compose(request.actor, request.now, number)
    context = {
        "file": file,
        "firm": file.firm,
        "chart": yearly(file.series) if file.series else None,
        "entries": [
            Entry(one.at, one.what, "", one.text, public=False, icon=one.icon, tone=one.tone) for one in file.events
        ],
        "may_export": access.may_export(request.actor),
    }
    return render(request, "dossiers/enterprise.html", context)


@require_GET
def paper(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    file = dossiers.compose(request.actor, request.now, number)
    filing.note_file(actor=request.actor, now=request.now, enterprise=number)
    from qifu.output.papers import dossier  # python-docx and lxml: some megabytes that only a paper needs

    answer = HttpResponse(dossier.build(file, request.actor.name), content_type=DOCX)
    name = content_disposition_header(True, f"一企一档-{file.firm.brief.name}-{request.now:%Y%m%d}.docx")
    answer["Content-Disposition"] = name or "attachment"
    return answer
