"""Splitting a room, joining several, and taking that back."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from qifu.domain.estate import access, actions, queries
from qifu.domain.estate.actions import Part
from qifu.domain.estate.moments import day_said, today
from qifu.entry.desk.estate import asked
from qifu.entry.desk.estate.forms import MergeForm, SplitForm, done
from qifu.entry.theme.middleware import PersonRequest

FEWEST, MOST = 2, 8


@require_http_methods(["GET", "POST"])
def split(incoming: HttpRequest, room: int) -> HttpResponse:
    """Say into which rooms one is split, and who goes into which."""
    request = cast(PersonRequest, incoming)
    row = access.standing_room(request.actor, room)
    parts = min(max(asked.number(request.GET.get("parts", "")) or FEWEST, FEWEST), MOST)
    day = asked.day_of(request.POST.get("day", "")) or today(request.now)
    sitting = [(one.id, _said(one)) for one in queries.following(request.actor, [room], day)]
    typed = request.POST if request.method == "POST" else None
    form = SplitForm(typed, number=row.number, parts=parts, sitting=sitting, today=today(request.now))

    def act() -> None:
        actions.reshape(
            actor=request.actor, now=request.now, rooms=[room], parts=form.wanted(), day=form.cleaned_data["day"],
            note=form.cleaned_data["note"],
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        messages.success(request, f"{row.number} 室已拆分为 {parts} 间，租户已随房间转入。")
        return redirect("desk_room", room)
    context = {
        "form": form, "title": f"拆分房间：{row.building.name} {row.number} 室", "ok": "拆分",
        "more": range(FEWEST, MOST + 1), "parts": parts, "area": row.area,
    }  # fmt: skip
    return render(request, "estate/split.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def merge(incoming: HttpRequest, room: int) -> HttpResponse:
    """Say with which rooms of the floor one is joined."""
    request = cast(PersonRequest, incoming)
    row = access.standing_room(request.actor, room)
    others = {one.pk: one for one in queries.neighbours(row)}
    choices = [(one.pk, f"{one.number} 室{_area(one.area)}") for one in others.values()]
    typed = request.POST if request.method == "POST" else None
    form = MergeForm(typed, number=row.number, others=choices, today=today(request.now))

    def act() -> None:
        told = form.cleaned_data
        chosen = [row, *(others[number] for number in told["rooms"])]
        part = Part(told["number_1"].strip(), told["area_1"] or _sum([one.area for one in chosen]))
        actions.reshape(
            actor=request.actor, now=request.now, rooms=[one.pk for one in chosen], parts=[part], day=told["day"],
            note=told["note"],
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        messages.success(request, "房间已合并，租户已随房间转入。")
        return redirect("desk_room", room)
    context = {"form": form, "title": f"合并房间：{row.building.name} {row.number} 室", "ok": "合并"}
    return render(request, "estate/form.html", context, status=422 if form.errors else 200)


@require_POST
def undo(incoming: HttpRequest, room: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    old = actions.undo_reshape(actor=request.actor, now=request.now, room=room)
    messages.success(request, "已撤回，原来的房间和租户恢复。")
    return redirect("desk_room", old[0].pk)


def _said(one: queries.Version) -> str:
    since = day_said(one.since) if one.since else "何时入驻不详"
    return f"{one.sitting.name}（{since}至{day_said(one.until) if one.until else '今'}）"


def _area(area: Decimal | None) -> str:
    return f"，{area:.2f} 平方米" if area is not None else ""


def _sum(areas: list[Decimal | None]) -> Decimal | None:
    known = [one for one in areas if one is not None]
    return sum(known, Decimal()) if len(known) == len(areas) else None
