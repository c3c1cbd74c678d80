"""One alert: why, on which values of which sources, and what came of it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.people import queries as people
from qifu.domain.registry import watching
from qifu.domain.registry.actions import alerting
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Entry
from qifu.kernel.errors import Invalid

VERBS = {
    "alert.raise": ("规则发出预警", "flag", ""),
    "alert.close": ("处置完毕", "check", "green"),
    "alert.dismiss": ("标为误报", "x-circle", "amber"),
}


@require_GET
def show(incoming: HttpRequest, alert: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    return _page(request, alert)


@require_POST
def close(incoming: HttpRequest, alert: int) -> HttpResponse:
    """Say what came of it; what cannot be used is asked again with what was typed."""
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    outcome, result = request.POST.get("outcome", ""), request.POST.get("result", "")
    try:
        alerting.close_alert(actor=request.actor, now=request.now, alert=alert, outcome=outcome, result=result)
    except Invalid as refusal:
        return _page(request, alert, refusal, {"outcome": outcome, "result": result})
    messages.success(request, "已记录处置结果。")
    return redirect("desk_alert", alert)


@require_POST
def dismiss(incoming: HttpRequest, alert: int) -> HttpResponse:
    """Mark it as false."""
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    reason = request.POST.get("reason", "")
    try:
        alerting.dismiss_alert(actor=request.actor, now=request.now, alert=alert, reason=reason)
    except Invalid as refusal:
        return _page(request, alert, refusal, {"reason": reason})
    messages.success(request, "已标为误报，计入规则的准确率。")
    return redirect("desk_alert", alert)


def _page(
    request: PersonRequest, alert: int, refusal: Invalid | None = None, typed: dict[str, str] | None = None
) -> HttpResponse:
    sheet = watching.sheet(request.actor, request.now, alert)
    accounts = {int(record.actor.partition(":")[2]) for record in sheet.history if record.actor[-1:].isdecimal()}
    names = people.names(accounts)
    entries = []
    for record in sheet.history:
        what, icon, tone = VERBS.get(record.verb, ("其他记录", "history", ""))
        mark = record.actor.partition(":")[2]
        who = names.get(int(mark), "") if mark.isdecimal() else "系统"
        entries.append(Entry(record.at, what, who, public=False, icon=icon, tone=tone))
    context = {
        "sheet": sheet,
        "entries": entries,
        "outcomes": watching.outcomes(),
        "typed": typed or {},
        "wrong": refusal.fields if refusal else {},
        "refusal": refusal.message if refusal else "",
    }
    return render(request, "alerts/alert.html", context, status=422 if refusal else 200)
