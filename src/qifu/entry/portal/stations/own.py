"""An enterprise sees who looks after it, can reach them, and can ask for somebody else."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.people import service
from qifu.domain.registry import agencies, queries
from qifu.domain.visits.actions import wishing
from qifu.domain.visits.queries import bindings, wishes
from qifu.engines.codes import industries
from qifu.entry.theme.attachments import sent
from qifu.entry.theme.middleware import PersonRequest


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    agencies.require_mine(request.actor, number)
    one = bindings.specialist_of(number, request.now)
    names = {section.code: section.name for section in industries.sections()}
    asked = wishes.of_enterprise(number)
    context = {
        "firm": queries.enterprise(request.actor, number),
        "one": one,
        "sections": [names[code] for code in one.face.sections if code in names] if one and one.face else [],
        "wishes": asked,
        "is_waiting": any(wish.state == "open" for wish in asked),
        "last": bindings.last_seen(number),
    }
    return render(request, "stations/specialist.html", context)


@require_GET
def photo(incoming: HttpRequest, number: int) -> FileResponse:
    """The face of one's own specialist."""
    request = cast(PersonRequest, incoming)
    agencies.require_mine(request.actor, number)
    one = bindings.require_own(request.actor, number, request.now)
    response = sent(*service.photo(one.account))
    response["Content-Disposition"] = "inline"
    return response


@require_POST
def change(incoming: HttpRequest, number: int) -> HttpResponse:
    """Ask for somebody else."""
    request = cast(PersonRequest, incoming)
    agencies.require_mine(request.actor, number)
    wishing.ask_change(actor=request.actor, now=request.now, enterprise=number, reason=request.POST.get("reason", ""))
    messages.success(request, "已收到，办理结果会显示在这里。")
    return redirect("portal_specialist", number)
