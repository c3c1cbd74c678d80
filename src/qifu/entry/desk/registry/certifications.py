"""The queue of certifications: who asks to speak for which enterprise, with what proof."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.registry import actions, agencies
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import FileItem
from qifu.kernel.errors import Invalid
from qifu.kernel.files.kinds import MEDIA

STATES = {"pending": "待审核", "approved": "已通过", "refused": "未通过", "withdrawn": "已撤回"}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    state = request.GET.get("state", "")
    state = state if state in STATES else "pending"
    queue = agencies.waiting(request.actor, state, request.GET.get("cursor", ""))
    waiting = agencies.count_waiting(request.actor)
    context = {"queue": queue, "here": state, "tabs": STATES.items(), "waiting": waiting}
    return render(request, "registry/certifications.html", context)


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _page(request, number)


def _page(request: PersonRequest, number: int, problem: str = "") -> HttpResponse:
    told = agencies.certification(request.actor, number)
    papers = [
        FileItem(file.name, reverse("desk_certification_file", args=[number, file.pk]), file.size)
        for file in agencies.proof(request.actor, number)
    ]
    context = {"told": told, "papers": papers, "problem": problem, "typed": request.POST.get("reason", "")}
    return render(request, "registry/certification.html", context, status=422 if problem else 200)


@require_POST
def approve(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.approve_certification(actor=request.actor, now=request.now, certification=number)
    messages.success(request, f"已通过：{row.person}可以代表{row.enterprise_name}办事，对方会收到通知。")
    return redirect("desk_certifications")


@require_POST
def refuse(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    try:
        reason = request.POST.get("reason", "")
        actions.refuse_certification(actor=request.actor, now=request.now, certification=number, reason=reason)
    except Invalid as refusal:
        return _page(request, number, refusal.message)
    messages.success(request, "已退回，对方会看到原因，可以补充后重新申请。")
    return redirect("desk_certifications")


@require_GET
def file(incoming: HttpRequest, number: int, file: int) -> FileResponse:
    """One file of the proof, to be saved and never shown as a page."""
    request = cast(PersonRequest, incoming)
    row, data = agencies.proof_opened(request.actor, number, file)
    return FileResponse(data, as_attachment=True, filename=row.name, content_type=MEDIA[row.kind])
