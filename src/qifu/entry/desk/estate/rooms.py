"""One room with its history; letting, ending, correcting and taking back."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.estate import access, actions, queries
from qifu.domain.estate.moments import Moment, today
from qifu.entry.desk.estate.forms import EndForm, FactsForm, LettingForm, done
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid


@require_GET
def page(incoming: HttpRequest, room: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    told = queries.room(request.actor, room, Moment(today(request.now)))
    return render(request, "estate/room.html", {"told": told, "today": today(request.now)})


@require_http_methods(["GET", "POST"])
def let(incoming: HttpRequest, room: int) -> HttpResponse:
    """Enter somebody who sits in the room."""
    request = cast(PersonRequest, incoming)
    row = access.room_to_keep(request.actor, room, lock=False)
    form = LettingForm(request.POST if request.method == "POST" else None, initial={"since": today(request.now)})

    def act() -> None:
        actions.let(
            actor=request.actor, now=request.now, room=room, letting=form.letting(), note=form.cleaned_data["note"]
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, "入驻已登记。")
        return redirect("desk_room", room)
    context = {"form": form, "title": f"登记入驻：{row.building.name} {row.number} 室", "ok": "登记"}
    return render(request, "estate/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def facts(incoming: HttpRequest, room: int) -> HttpResponse:
    """Say what the room is."""
    request = cast(PersonRequest, incoming)
    row = access.room_to_keep(request.actor, room, lock=False)
    kept = {name: getattr(row, name) for name in ("area", "use", "state", "asking", "owner_kind", "owner")}
    form = FactsForm(request.POST if request.method == "POST" else None, initial=kept)

    def act() -> None:
        actions.change_room(actor=request.actor, now=request.now, room=room, facts=form.facts())

    if request.method == "POST" and done(form, act):
        messages.success(request, "房间信息已保存。")
        return redirect("desk_room", room)
    context = {"form": form, "title": f"房间信息：{row.building.name} {row.number} 室", "ok": "保存"}
    return render(request, "estate/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def correct(incoming: HttpRequest, tenancy: int) -> HttpResponse:
    """Say better what was said of a tenancy; what was believed stays in the history."""
    request = cast(PersonRequest, incoming)
    row, said, sitting = queries.tenancy(request.actor, tenancy)
    kept = {name: getattr(said, name) for name in LettingForm.base_fields if name not in ("tenant", "note")}
    form = LettingForm(request.POST if request.method == "POST" else None, initial=kept | {"tenant": sitting.name})

    def act() -> None:
        note = form.cleaned_data["note"]
        actions.correct(actor=request.actor, now=request.now, tenancy=tenancy, letting=form.letting(), note=note)

    if request.method == "POST" and done(form, act):
        messages.success(request, "已更正；原来的记录保留在历史里。")
        return _back(row.room_id, row.building_id)
    context = {"form": form, "title": f"更正入驻：{sitting.name}", "ok": "更正"}
    return render(request, "estate/form.html", context, status=422 if form.errors else 200)


@require_POST
def end(incoming: HttpRequest, tenancy: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row, _, _ = queries.tenancy(request.actor, tenancy)
    form = EndForm(request.POST)
    if not form.is_valid():
        raise Invalid("请选择最后一天。", {"until": "请选择最后一天。"})
    actions.end(actor=request.actor, now=request.now, tenancy=tenancy, until=form.cleaned_data["until"])
    messages.success(request, "迁出已登记。登记错了可以在历史里撤回。")
    return _back(row.room_id, row.building_id)


@require_POST
def undo(incoming: HttpRequest, tenancy: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row, _, _ = queries.tenancy(request.actor, tenancy)
    actions.undo(actor=request.actor, now=request.now, tenancy=tenancy)
    messages.success(request, "已撤回上一步。")
    return _back(row.room_id, row.building_id)


def _back(room: int | None, building: int) -> HttpResponse:
    return redirect("desk_room", room) if room is not None else redirect("desk_building", building)
