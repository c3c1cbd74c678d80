"""An enterprise sees its data, fills in what is lacking, and says what is wrong."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.registry import actions, agencies, corrections, golden, queries
from qifu.domain.registry.saying import label
from qifu.engines.eligibility import catalogue
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files import actions as files
from qifu.output.dossiers import housed


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    agencies.require_mine(request.actor, number)
    context = {
        "firm": queries.enterprise(request.actor, number),
        "fields": housed.fields(request.actor, number, localdate(request.now)),
        "lacking": [one for one in golden.lacking(request.actor, number) if one.may_state],
        "corrections": corrections.of_enterprise(request.actor, number),
    }
    return render(request, "profile/page.html", context)


@require_http_methods(["GET", "POST"])
def field(incoming: HttpRequest, number: int, field: str) -> HttpResponse:
    """Fill in what nobody has said, or hold a value to be wrong and say what is right."""
    request = cast(PersonRequest, incoming)
    agencies.require_mine(request.actor, number)
    found = golden.fields(request.actor, number, localdate(request.now))
    held = next((one for one in found if one.field == field), None)
    if not (actions.may_correct(field) if held else actions.may_state(field)):
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            said = _correct(request, number, field) if held else _state(request, number, field)
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
        else:
            messages.success(request, said)
            return redirect("portal_profile", number)
    known = catalogue().get(field)
    context = {
        "firm": queries.enterprise(request.actor, number),
        "held": held,
        "label": label(field),
        "known": known,
        "unit": golden.measure(known.unit) if known else "",
        "members": list(known.members.items()) if known else [],
        "is_flag": known is not None and known.type == "boolean",
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "profile/value.html", context, status=422 if problem else 200)


def _state(request: PersonRequest, number: int, field: str) -> str:
    value = request.POST.get("value", "")
    actions.state_fact(
        actor=request.actor, now=request.now, enterprise_id=number, field=field, value=value, proof=_kept(request)
    )
    return "已记下，以后办事不再重复询问。"


def _correct(request: PersonRequest, number: int, field: str) -> str:
    actions.propose_correction(
        actor=request.actor,
        now=request.now,
        enterprise=number,
        field=field,
        value=request.POST.get("value", ""),
        reason=request.POST.get("reason", ""),
        files=_kept(request),
    )
    return "更正申请已提交，核实后会在这里显示结果。"


def _kept(request: PersonRequest) -> list[int]:
    return [
        files.keep(actor=request.actor, now=request.now, file=cast(BinaryIO, one), name=one.name or "证明").pk
        for one in request.FILES.getlist("files")
    ]


@require_POST
def withdraw(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.withdraw_correction(actor=request.actor, now=request.now, correction=number)
    messages.success(request, "更正申请已撤回。")
    return redirect("portal_profile", row.enterprise_id)
