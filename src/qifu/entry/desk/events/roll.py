"""Who registered: searched, carried away, added by hand, taken off."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.estate import queries as estate
from qifu.domain.events import access
from qifu.domain.events.actions import door, registering
from qifu.domain.events.actions.carrying import note_export
from qifu.domain.events.actions.registering import Wanted
from qifu.domain.events.queries import people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.events import asked
from qifu.entry.desk.events.listing import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

HEADS = ("姓名", "单位", "手机号", "状态", "报名时间", "票码")


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    q, state = _read(request)
    row, roll = people.roll(
        request.actor, number, q=q, state=state, page=asked.number(request.GET.get("page", "")) or 1
    )
    fields = (
        Filter("q", "谁", "search", placeholder="姓名、单位、手机号、票码"),
        Filter("state", "状态", choices=[Choice(*pair) for pair in people.STATES]),
    )
    context = {
        "row": row,
        "roll": roll,
        "bar": FilterBar(fields, {"q": q, "state": state}),
        "may_keep": access.keeps(request.actor, row),
        "may_let_in": access.may_let_in(request.actor, row),
        "is_before": request.now < row.starts,
    }
    return render(request, "events/people.html", context)


def _read(request: PersonRequest) -> tuple[str, str]:
    q = request.GET.get("q", "").strip()[: asked.LONGEST]
    return q, asked.one_of(request.GET.get("state", ""), dict(people.STATES))


@require_GET
def export(incoming: HttpRequest, number: int) -> FileResponse:
    """The roll as a workbook; telephones stay masked."""
    request = cast(PersonRequest, incoming)
    q, state = _read(request)
    rows: list[tuple[object, ...]] = [
        (one.person, one.firm, one.phone, one.state_label, f"{one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", one.code)
        for one in people.every(request.actor, number, q=q, state=state)
    ]
    stream, filters = f"events.event:{number}", {"q": q, "state": state}
    note_export(actor=request.actor, now=request.now, stream=stream, rows=len(rows), filters=filters)
    return workbook("报名", HEADS, rows, f"报名名单{number}.xlsx")


@require_POST
def add(incoming: HttpRequest, number: int) -> HttpResponse:
    """Register somebody who came by telephone or stands at the door."""
    request = cast(PersonRequest, incoming)
    access.event_to_let_in(request.actor, number)
    firm = request.POST.get("firm", "").strip()
    enterprise, name = estate.written(firm) if firm else (None, "")
    wanted = Wanted(request.POST.get("person", ""), request.POST.get("phone", ""), enterprise, name)
    key = request.POST.get("idempotency_key", "")
    made = registering.register(actor=request.actor, now=request.now, event=number, wanted=wanted, key=key)
    said = "已登记报名" if made.state == "registered" else "名额已满，已列入候补"
    messages.success(request, f"{made.person}{said}，票码 {made.code}。")
    return redirect("desk_event_people", number)


@require_POST
def strike(incoming: HttpRequest, number: int, registration: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    made = registering.strike(actor=request.actor, now=request.now, event=number, registration=registration)
    messages.success(request, f"{made.person}的报名已取消，名额留给候补的人。")
    return redirect("desk_event_people", number)


@require_POST
def undo(incoming: HttpRequest, number: int, registration: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    made = door.undo(actor=request.actor, now=request.now, event=number, registration=registration)
    messages.success(request, f"{made.person}的签到已撤销。")
    return redirect("desk_event_people", number)
