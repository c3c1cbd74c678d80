"""The list of visits, and the list as a workbook."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.visits import access
from qifu.domain.visits.actions import moving
from qifu.domain.visits.queries import listing as visits
from qifu.domain.visits.queries.listing import Line
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.visits import asked
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.charts.tables import as_xlsx

HEADS = (
    "编号", "走访对象", "街道", "走访单位", "走访人", "日期", "状态", "缘由", "为什么", "诉求（件）", "离开时间", "回访日期",
)  # fmt: skip


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wish, values = asked.read(request.GET)
    context = {
        "found": visits.visits(request.actor, wish),
        "bar": asked.bar(values),
        "may_plan": bool(access.kept_streets(request.actor)),
    }
    return render(request, "visits/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The list as asked for, as a workbook; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    wish, values = asked.read(request.GET)
    rows = [_cells(line) for line in visits.every(request.actor, wish)]
    moving.note_export(actor=request.actor, now=request.now, rows=len(rows), filters=values)
    name = f"走访{request.now.astimezone(SHANGHAI):%Y%m%d}.xlsx"
    return workbook(as_xlsx([("走访", HEADS, rows)]), name)


def _cells(line: Line) -> tuple[object, ...]:
    left = line.left_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if line.left_at else ""
    return (
        line.number, line.title, line.street_name, line.unit_name, line.who, line.day.isoformat(), line.state_label,
        line.rule_label, line.why, line.needs, left, line.follow_up.isoformat() if line.follow_up else "",
    )  # fmt: skip
