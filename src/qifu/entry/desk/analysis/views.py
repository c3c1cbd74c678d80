"""Look at the analysis; take it along in Word, PDF or Excel."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from qifu.domain.people import queries as people
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.charts.tables import as_xlsx
from qifu.output.papers.industry import chapters, compose
from qifu.output.papers.industry.analysis import Analysis

FORMS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ASKED = {"industries": "section", "streets": "street", "sizes": "size"}  # what opens the list behind a line


@require_GET
def page(incoming: HttpRequest) -> HttpResponse:
    """The report as a page; a line of a table opens the enterprises behind it."""
    request = cast(PersonRequest, incoming)
    told, at = _worked_out(request)
    found = [(chapter, _shown(chapter)) for chapter in chapters.chapters(told)]
    context = {"title": chapters.title(told), "chapters": found, "at": at, "forms": [*FORMS]}
    return render(request, "analysis/page.html", context)


@require_GET
def paper(incoming: HttpRequest, form: str) -> HttpResponse:
    """The report as a file."""
    request = cast(PersonRequest, incoming)
    if form not in FORMS:
        raise Http404
    told, _ = _worked_out(request)
    if form == "xlsx":
        tables = [table for chapter in chapters.chapters(told) for table in chapter.tables]
        body = as_xlsx((table.name, table.heads, [row.cells for row in table.rows]) for table in tables)
    elif form == "pdf":
        from qifu.output.papers.industry import pdf  # some megabytes that only this form needs

        body = pdf.build(told, _centre())
    else:
        from qifu.output.papers.industry import word

        body = word.build(told, _centre())
    disposition = content_disposition_header(True, f"{chapters.title(told)}.{form}") or "attachment"
    return HttpResponse(body, content_type=FORMS[form], headers={"Content-Disposition": disposition})


def _worked_out(request: PersonRequest) -> tuple[Analysis, str]:
    """The figures and when they were worked out.

    :raises Forbidden: the actor does not see the whole district.
    """
    require_staff(request.actor)
    return compose.kept(actor=request.actor, now=request.now)


def _centre() -> str:
    return next((unit.name for unit in people.units("centre")), "区企业服务中心")


def _shown(chapter: chapters.Chapter) -> list[tuple[chapters.Table, list[tuple[chapters.Row, str]], bool]]:
    """The tables of a chapter, each line with the address of the list behind it, and whether bars compare them."""
    streets = {unit.short_name: str(unit.id) for unit in people.units("street", closed=True)}
    asked, found = ASKED.get(chapter.key), []
    for table in chapter.tables:
        at = reverse("desk_enterprises") if asked and table is chapter.tables[0] else ""
        lines = [(row, _behind(at, asked or "", streets.get(row.key, row.key))) for row in table.rows]
        found.append((table, lines, sum(row.bar > 0 for row in table.rows) > 1))
    return found


def _behind(at: str, asked: str, key: str) -> str:
    return f"{at}?{urlencode({asked: key})}" if at and key else ""
