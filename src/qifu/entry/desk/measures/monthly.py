"""The monthly work report on screen and in Word: the same figures as everywhere, each opening to its rows."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from qifu.entry.desk.measures import shown
from qifu.entry.desk.measures.views import counted
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Filter, FilterBar
from qifu.entry.theme.words import local
from qifu.kernel.measures import access
from qifu.output.papers import monthly

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def show(incoming: HttpRequest) -> HttpResponse:
    """The report of a month; unasked, of the last that is over."""
    request, report = _read(incoming)
    query = shown.query(report.month)
    context = {
        "report": report,
        "title": _title(report),
        "span": shown.span(report.month),
        "spans": [shown.span(ask) for ask in (report.before, report.last_year)],
        "sections": [
            (section, [(line, _cells(line), _tone(line)) for line in section.lines]) for section in report.sections
        ],
        "query": query,
        "month": f"{report.month.since:%Y-%m}",
        "bar": FilterBar([Filter("month", "月份", "month")], {"month": f"{report.month.since:%Y-%m}"}, keep=()),
        "at": report.month.at,
    }
    return render(request, "measures/monthly.html", context)


@require_GET
def paper(incoming: HttpRequest) -> HttpResponse:
    """The same as a Word document."""
    request, report = _read(incoming)
    answer = HttpResponse(monthly.build(report, _title(report), request.actor.name), content_type=DOCX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{_title(report)}.docx") or "attachment"
    return answer


def _read(incoming: HttpRequest) -> tuple[PersonRequest, monthly.Report]:
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    today = local(request.now).date()
    chosen = shown.month_of(request.GET.get("month", "")) or shown.shifted(today.replace(day=1), -1)
    month = min(chosen, today.replace(day=1))
    return request, monthly.compose(date(month.year, month.month, 1), local(request.now), lambda ask: counted(ask)[1])


def _title(report: monthly.Report) -> str:
    return f"{shown.span(report.month)}工作月报"


def _cells(line: monthly.Line) -> tuple[str, ...]:
    one = line.measure
    return (
        monthly.said(one, line.now),
        monthly.said(one, line.before),
        monthly.change_said(one, line.change),
        monthly.said(one, line.last_year),
        monthly.change_said(one, line.yearly_change),
        monthly.said(one, line.so_far),
    )


def _tone(line: monthly.Line) -> str:
    """Whether the change against the month before is for the better; a number falls because there was less to do."""
    if not line.change or not line.measure.better or not line.measure.is_rate:
        return ""
    return "text-success" if line.change * line.measure.better > 0 else "text-danger"
