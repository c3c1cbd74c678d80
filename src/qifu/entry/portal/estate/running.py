"""For whoever runs a building: its tenants floor by floor, confirmed each half-year; who came, who left."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.estate import actions, queries
from qifu.domain.estate.moments import today
from qifu.entry.portal.estate.forms import TenantForm, number
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid, Missing


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not signed in, or not as somebody who runs buildings."""
    if not actor.is_staff:
        raise Forbidden("请用楼宇运营方的账号登录后再办理。")


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    return render(request, "rooms/buildings.html", {"mine": queries.running(request.actor, request.now)})


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    told = queries.run(request.actor, request.now, number)
    return render(request, "rooms/building.html", {"told": told, "today": today(request.now)})


@require_POST
def confirm(incoming: HttpRequest, number: int) -> HttpResponse:
    """Confirm what was ticked on a floor; `all` confirms all of it that is still open."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    said = _said(request)
    done = actions.confirm(actor=request.actor, now=request.now, building=number, said=said)
    messages.success(request, "全部租户已确认，谢谢。" if done.ended_at else "已确认，请继续下一层。")
    floor = request.POST.get("floor", "")
    anchor = f"#floor-{floor}" if floor.isascii() and floor.isdecimal() else ""
    return redirect(reverse("portal_building", args=[number]) + anchor)


def _said(request: PersonRequest) -> list[actions.Said]:
    """What was ticked; for those who left, the last day."""
    said = []
    for key, value in request.POST.items():
        name, _, pk = key.partition("-")
        tenancy = number(pk)
        if name != "tenant" or tenancy is None or value not in ("stays", "moved"):
            continue
        until = _day(request.POST.get(f"until-{tenancy}", "")) if value == "moved" else None
        said.append(actions.Said(tenancy, until))
    if not said and request.POST.get("all"):
        said = [actions.Said(one) for text in request.POST.getlist("open") if (one := number(text)) is not None]
    return said


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("请填写迁出租户的最后一天。", {"until": "请填写日期。"}) from None


@require_http_methods(["GET", "POST"])
def let(incoming: HttpRequest, number: int, room: int) -> HttpResponse:
    """Enter a new tenant in an empty room of one's building."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    told = queries.run(request.actor, request.now, number)
    name = next((name for floor in told.floors for pk, name in floor.empty if pk == room), None)
    if name is None:
        raise Missing("这个房间已经有租户，或不在这栋楼里，请返回重新选择。")
    form = TenantForm(request.POST if request.method == "POST" else None, initial={"since": today(request.now)})
    if request.method == "POST" and form.is_valid() and _let(request, room, form):
        messages.success(request, "新租户已登记。")
        return redirect("portal_building", number)
    context = {"form": form, "told": told, "name": name}
    return render(request, "rooms/tenant.html", context, status=422 if form.errors else 200)


def _let(request: PersonRequest, room: int, form: TenantForm) -> bool:
    told = dict(form.cleaned_data)
    told["enterprise"], told["tenant"] = queries.written(told["tenant"])
    try:
        actions.let(actor=request.actor, now=request.now, room=room, letting=actions.Letting(**told))
    except Invalid as refusal:
        for field, said in refusal.fields.items() or {"tenant": refusal.message}.items():
            form.add_error(field if field in form.fields else None, said)
        return False
    return True
