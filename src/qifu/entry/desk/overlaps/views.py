"""The worklist of what may be asked for twice, and the judgement of a pair."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.grants.overlaps import actions, queries
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid

STATES = {"open": "待判断", "confirmed": "确认重复", "cleared": "不是重复"}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _page(request)


def _page(request: PersonRequest, problem: str = "") -> HttpResponse:
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    counts = queries.counts(request.actor)
    context = {
        "rows": queries.listing(request.actor, state),
        "tabs": [(name, label, counts[name]) for name, label in STATES.items()],
        "state": state,
        "problem": problem,
    }
    return render(request, "overlaps/list.html", context, status=422 if problem else 200)


@require_POST
def judge(incoming: HttpRequest, number: int) -> HttpResponse:
    """Judge a pair; what was typed wrong is said on the list."""
    request = cast(PersonRequest, incoming)
    given = {name: request.POST.get(name, "") for name in ("judgement", "reason")}
    try:
        actions.judge(actor=request.actor, now=request.now, number=number, **given)
    except Invalid as refusal:
        return _page(request, refusal.message)
    messages.success(request, "判断已记录。")
    return redirect("desk_overlaps")
