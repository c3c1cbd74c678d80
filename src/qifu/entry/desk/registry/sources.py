"""The sources: how far each is believed and how long its values are fresh; and where a form asked again for what is held."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.registry import access, actions, asking, loads
from qifu.domain.registry.saying import label
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _page(request)


def _page(request: PersonRequest, problem: str = "") -> HttpResponse:
    context = {
        "sources": loads.all_sources(request.actor),
        "may_keep": access.may_keep_sources(request.actor),
        "may_load": access.may_load(request.actor),
        "exceptions": [(one, label(one.field)) for one in asking.exceptions(request.actor)],
        "problem": problem,
    }
    return render(request, "registry/sources.html", context, status=422 if problem else 200)


@require_POST
def change(incoming: HttpRequest, number: int) -> HttpResponse:
    """Say anew how far a source is believed."""
    request = cast(PersonRequest, incoming)
    try:
        row = actions.change_source(
            actor=request.actor,
            now=request.now,
            source=number,
            authority=_number(request.POST.get("authority", "")),
            freshness=_number(request.POST.get("freshness", "")),
            may_tell=request.POST.get("may_tell") == "1",
        )
    except Invalid as refusal:
        return _page(request, refusal.message)
    messages.success(request, f"“{row.name}”已更改。涉及的企业今夜重新判断以哪个来源为准。")
    return redirect("desk_sources")


@require_GET
def asked(incoming: HttpRequest) -> HttpResponse:
    """The exceptions one by one: who was asked again for what, and why."""
    request = cast(PersonRequest, incoming)
    form, field = request.GET.get("form", "")[:60], request.GET.get("field", "")[:40]
    rows, following = asking.asked_again(request.actor, form, field, request.GET.get("cursor", ""))
    context = {
        "rows": [(one, label(one.field)) for one in rows],
        "next": following,
        "form": form,
        "field": label(field) if field else "",
    }
    return render(request, "registry/asked.html", context)


def _number(text: str) -> int:
    """The number typed; one that is none is out of every bound."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1
