"""One calendar over all offices, a week at a time; and the enterprises that none of them has visited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, rules
from qifu.domain.visits.actions import moving
from qifu.domain.visits.queries import listing as visits
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.visits import asked
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.output.charts.tables import as_xlsx

SPANS = [
    Choice("90", "三个月内没有"),
    Choice("180", "半年内没有"),
    Choice("365", "一年内没有"),
    Choice("all", "从来没有"),
]
MOST = 10_000
HEADS = ("企业", "统一社会信用代码", "街道", "行业", "规模", "标签")


@require_GET
def week(incoming: HttpRequest) -> HttpResponse:
    """Who calls on whom this week, whichever office it is."""
    request = cast(PersonRequest, incoming)
    today = request.now.astimezone(SHANGHAI).date()
    day = asked.day_of(request.GET.get("day", "")) or today
    monday = day - timedelta(days=day.weekday())
    unit, street = asked.number(request.GET.get("unit", "")), asked.number(request.GET.get("street", ""))
    values = {"unit": str(unit or ""), "street": str(street or ""), "day": monday.isoformat()}
    fields = (
        Filter("unit", "走访单位", choices=asked.units("centre", "department", "street")),
        Filter("street", "街道", choices=asked.units("street")),
        Filter("day", "哪一周", "date"),
    )
    days = visits.calendar(request.actor, monday, monday + timedelta(days=6), unit=unit, street=street)
    context = {
        "days": days,
        "count": sum(one.count for one in days),
        "drawn": sum(len(one.lines) for one in days),
        "bar": FilterBar(fields, values),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": today,
        "offices": rules.OFFICES,
        "window": rules.WINDOW,
    }
    return render(request, "visits/calendar.html", context)


@require_GET
def unseen(incoming: HttpRequest) -> HttpResponse:
    """Enterprises that no office has visited for so long, or ever."""
    request = cast(PersonRequest, incoming)
    since, values = _asked(request)
    found = visits.unseen(
        request.actor, since, street=asked.number(values["street"]), mark=values["mark"],
        page=asked.number(request.GET.get("page", "")) or 1,
    )  # fmt: skip
    fields = (
        Filter("span", "多久", choices=SPANS),
        Filter("street", "街道", choices=asked.units("street")),
        Filter("mark", "标签", choices=[Choice(*pair) for pair in registry.mark_kinds()]),
    )
    context = {"found": found, "bar": FilterBar(fields, values), "may_plan": access.kept_streets(request.actor)}
    return render(request, "visits/unseen.html", context)


@require_GET
def unseen_export(incoming: HttpRequest) -> FileResponse:
    """The same as a workbook, ten thousand at most; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    since, values = _asked(request)
    found = visits.unseen_rows(request.actor, since, street=asked.number(values["street"]), mark=values["mark"])
    ids = list(found.values_list("pk", flat=True)[:MOST])
    known = registry.brief(ids)
    rows = [
        (one.name, one.uscc, one.street_name, one.industry_name, one.size_label, "、".join(one.mark_labels))
        for one in (known[pk] for pk in ids)
    ]
    moving.note_export(actor=request.actor, now=request.now, rows=len(rows), filters={"list": "unseen", **values})
    return workbook(as_xlsx([("未走访企业", HEADS, rows)]), f"未走访企业{request.now.astimezone(SHANGHAI):%Y%m%d}.xlsx")


def _asked(request: PersonRequest) -> tuple[date | None, dict[str, str]]:
    span = asked.one_of(request.GET.get("span", ""), SPANS) or "365"
    today = request.now.astimezone(SHANGHAI).date()
    since = None if span == "all" else today - timedelta(days=int(span))
    mark = request.GET.get("mark", "")
    mark = mark if mark in dict(registry.mark_kinds()) else ""
    street = asked.number(request.GET.get("street", ""))
    return since, {"span": span, "street": str(street or ""), "mark": mark}
