"""The list of events, and the same as a workbook; who took it is kept."""

from __future__ import annotations

from io import BytesIO
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.events import access
from qifu.domain.events.actions.carrying import note_export
from qifu.domain.events.queries import listing as events
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.events import asked
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.files.kinds import MEDIA
from qifu.output.charts.tables import as_xlsx

HEADS = (
    "名称",
    "类型",
    "状态",
    "开始",
    "结束",
    "地点",
    "街道",
    "主办",
    "名额",
    "已报",
    "候补",
    "预算（元）",
    "实际支出（元）",
)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wish, values = asked.read(request.GET)
    context = {
        "found": events.events(request.actor, request.now, wish),
        "bar": asked.bar(values),
        "may_make": access.may_make(request.actor),
    }
    return render(request, "events/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    request = cast(PersonRequest, incoming)
    wish, values = asked.read(request.GET)
    rows: list[tuple[object, ...]] = [
        (
            one.title, one.kind_label, one.state_label, f"{one.starts.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            f"{one.ends.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", one.place, one.street_name, one.host_name,
            "不限" if one.places is None else one.places, one.taken, one.waiting,
            "" if one.budget is None else float(one.budget), "" if one.cost is None else float(one.cost),
        )
        for one in events.every(request.actor, request.now, wish)
    ]  # fmt: skip
    note_export(actor=request.actor, now=request.now, stream="events.list", rows=len(rows), filters=values)
    return workbook("活动", HEADS, rows, f"活动{request.now.astimezone(SHANGHAI):%Y%m%d}.xlsx")


def workbook(name: str, heads: tuple[str, ...], rows: list[tuple[object, ...]], file: str) -> FileResponse:
    """Rows as a workbook to be carried away."""
    content = BytesIO(as_xlsx([(name, heads, rows)]))
    return FileResponse(content, as_attachment=True, filename=file, content_type=MEDIA["xlsx"])
