"""Public lists on the desk, and the settling of objections."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.grants import access
from qifu.domain.grants.actions import publicity
from qifu.domain.grants.queries import schemes as queries
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All public lists."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return render(request, "grants/notices.html", {"notices": queries.notices(), "here": "notices"})


@require_GET
def show(incoming: HttpRequest, number: str) -> HttpResponse:
    """One list with what was said against it."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    told = queries.notice(actor=request.actor, now=request.now, number=number)
    return render(request, "grants/notice.html", {"told": told, "row": told.row, "here": "notices"})


@require_POST
def settle(incoming: HttpRequest, number: str) -> HttpResponse:
    """Settle an objection."""
    request = cast(PersonRequest, incoming)
    try:
        row = publicity.settle(
            actor=request.actor, now=request.now, number=number, is_upheld=request.POST.get("is_upheld") == "yes",
            text=request.POST.get("text", ""),
        )  # fmt: skip
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect(
            request.POST.get("back", "") if request.POST.get("back", "").startswith("/desk/") else "desk_notices"
        )
    messages.success(request, "异议已处理。")
    return redirect("desk_notice", number=row.notice.number)
