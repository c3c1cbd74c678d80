"""For everybody: what is paid for now, one scheme with what it says to the enterprise, public lists and objections."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.grants.actions import applying, publicity
from qifu.domain.grants.queries import lists, schemes
from qifu.entry.portal.certify import choice
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.phrases import phrase
from qifu.kernel.errors import Conflict, Forbidden, Invalid


@never_cache
@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """Schemes that are open, public lists; to a contact the own applications first."""
    request = cast(PersonRequest, incoming)
    enterprise = choice.current(request) if request.actor.is_contact else None
    mine = lists.mine(actor=request.actor, now=request.now, enterprise=enterprise) if enterprise is not None else []
    context = {"mine": mine, "cards": schemes.open_now(request.now), "notices": schemes.notices(most=10)}
    return render(request, "grants_portal/list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def scheme(incoming: HttpRequest, code: str) -> HttpResponse:
    """One scheme; what is sent here opens a draft."""
    request = cast(PersonRequest, incoming)
    card, rests = schemes.public(code=code)
    enterprise = choice.current(request) if request.actor.is_contact else None
    if request.method == "POST":
        if enterprise is None:
            raise Forbidden("请先登录并认证企业，再申报。")
        try:
            row = applying.start(actor=request.actor, now=request.now, scheme=code, enterprise=enterprise)
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect("portal_scheme", code=code)
        return redirect("portal_grant_form", number=row.number)
    context: dict[str, Any] = {"card": card, "row": card.row, "rests": rests}
    if enterprise is not None:
        context["own"] = schemes.own(actor=request.actor, now=request.now, version=card.row, enterprise=enterprise)
    return render(request, "grants_portal/scheme.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def notice(incoming: HttpRequest, number: str) -> HttpResponse:
    """A public list; what is sent here is an objection to a line of it."""
    request = cast(PersonRequest, incoming)
    problem: Invalid | None = None
    if request.method == "POST":
        post, line = request.POST, request.POST.get("line", "")
        try:
            made = publicity.object_to(
                actor=request.actor, now=request.now, number=number, text=post.get("text", ""), who=post.get("who", ""),
                phone=post.get("phone", ""), line=int(line) if line.isascii() and line.isdecimal() and len(line) < 18 else 0,
            )  # fmt: skip
        except Invalid as refusal:
            problem = refusal
        else:
            messages.success(
                request, phrase("异议已收到，编号 {number}。查证以后，处理结果列在这一页。", number=made.number)
            )
            return redirect("portal_notice", number=made.notice.number)
    told = schemes.notice(actor=request.actor, now=request.now, number=number)
    context = {"told": told, "row": told.row, "problems": problem.fields if problem else {}, "typed": request.POST}
    return render(request, "grants_portal/notice.html", context, status=422 if problem else 200)
