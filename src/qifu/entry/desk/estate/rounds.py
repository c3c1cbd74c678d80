"""Who has confirmed the tenants this half-year and who has not, rounds on the spot, who runs which building."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.estate import actions, queries
from qifu.domain.estate.actions.rounds import SPOT
from qifu.domain.estate.moments import half_label, half_of, today
from qifu.entry.desk.estate import asked
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

STATES = (("none", "还没开始"), ("begun", "确认了一部分"), ("done", "全部确认"))


@require_GET
def confirmations(incoming: HttpRequest) -> HttpResponse:
    """All buildings with how far their confirmation has come; those that lack most stand first."""
    request = cast(PersonRequest, incoming)
    q = request.GET.get("q", "").strip()[: asked.LONGEST]
    street, state = (
        asked.number(request.GET.get("street", "")),
        asked.one_of(request.GET.get("state", ""), dict(STATES)),
    )
    owed = queries.owed(request.actor, request.now, q, state, street)
    values = {"q": q, "street": str(street or ""), "state": state}
    fields = (
        Filter("q", "楼宇", "search", placeholder="名称、别名、道路"),
        Filter("street", "街道", choices=asked.streets()),
        Filter("state", "进度", choices=[Choice(*pair) for pair in STATES]),
    )
    context = {
        "owed": owed,
        "done": sum(one.state == "done" for one in owed),
        "of_all": f"共 {len(owed)} 栋",
        "bar": FilterBar(fields, values),
        "labels": dict(STATES),
        "half": half_label(half_of(today(request.now))),
    }
    return render(request, "estate/confirmations.html", context)


@require_POST
def grant(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    account = asked.number(request.POST.get("account", "")) or 0
    actions.grant(actor=request.actor, now=request.now, building=number, account=account)
    messages.success(request, "运营授权已授予。")
    return redirect("desk_building", number)


@require_POST
def revoke(incoming: HttpRequest, mandate: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.revoke(actor=request.actor, now=request.now, mandate=mandate)
    messages.success(request, "运营授权已收回。")
    return redirect("desk_building", row.building_id)


@require_POST
def begin(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.begin_round(actor=request.actor, now=request.now, building=number)
    return redirect("desk_round", row.pk)


@require_GET
def page(incoming: HttpRequest, round: int) -> HttpResponse:
    """The rooms of a building to be looked at, floor by floor."""
    request = cast(PersonRequest, incoming)
    told = queries.spot(request.actor, round)
    floors = [(tower, floor) for tower in told.towers for floor in tower.floors if floor.cells]
    chosen = asked.number(request.GET.get("floor", ""))
    at = next((place for place, (_, floor) in enumerate(floors) if floor.id == chosen), 0)
    here = floors[at] if floors else None
    cells = [(cell, told.findings.get(cell.room)) for cell in here[1].cells] if here else []
    looked = {floor.id: sum(cell.room in told.findings for cell in floor.cells) for _, floor in floors}
    context = {
        "told": told,
        "floors": [(tower.name, floor, looked[floor.id]) for tower, floor in floors],
        "here": here,
        "cells": cells,
        "before": floors[at - 1][1].id if at else None,
        "after": floors[at + 1][1].id if at + 1 < len(floors) else None,
        "answers": [(str(one.value), str(one.label)) for one in SPOT],
    }
    return render(request, "estate/round.html", context)


@require_POST
def note(incoming: HttpRequest, round: int) -> HttpResponse:
    """Take down what a room looked like."""
    request = cast(PersonRequest, incoming)
    room = asked.number(request.POST.get("room", "")) or 0
    answer, text = request.POST.get("answer", ""), request.POST.get("note", "")
    actions.note(actor=request.actor, now=request.now, round=round, room=room, answer=answer, note=text)
    floor = asked.number(request.POST.get("floor", ""))
    response = redirect("desk_round", round)
    response["Location"] += f"?floor={floor}#room-{room}" if floor else f"#room-{room}"
    return response


@require_POST
def end(incoming: HttpRequest, round: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.end_round(actor=request.actor, now=request.now, round=round)
    messages.success(request, "核验已结束，结果在楼宇页面可以查看。")
    return redirect("desk_building", row.building_id)
