"""One enterprise field by field, the row that a value comes from, and corrections proposed and decided."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.registry import access, actions, corrections, golden, merged, queries
from qifu.domain.registry.saying import label
from qifu.engines.eligibility import catalogue
from qifu.entry.desk.registry.asked import searched
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.desk.registry.workbook import carried
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import FileItem
from qifu.entry.theme.words import cn_week
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files import actions as files
from qifu.kernel.files.kinds import MEDIA
from qifu.output.dossiers import housed

HEADS = ("企业", "项目", "由", "改为", "理由", "提出人", "提出时间", "状态", "核实人", "核实时间", "答复")
STATES = {"pending": "待核实", "accepted": "已采纳", "refused": "未采纳", "withdrawn": "已撤回"}


@require_GET
def fields(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    found = housed.fields(request.actor, number, localdate(request.now))
    context = {
        "firm": queries.enterprise(request.actor, number),
        "fields": found,
        "differing": sum(bool(one.differing) for one in found),
        "lacking": golden.lacking(request.actor, number),
        "merges": merged.merges_of(request.actor, number),
        "may_merge": access.may_load(request.actor),
        "corrections": corrections.of_enterprise(request.actor, number),
        "may_propose": access.may_propose(request.actor),
    }
    return render(request, "registry/fields.html", context)


@require_GET
def row(incoming: HttpRequest, number: int) -> HttpResponse:
    """The row of a source from which a value comes, with its earlier versions."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    told = housed.source_row(request.actor, number)
    return render(request, "registry/row.html", {"told": told, "may_load": access.may_load(request.actor)})


@require_http_methods(["GET", "POST"])
def correct(incoming: HttpRequest, number: int, field: str) -> HttpResponse:
    """Hold a value to be wrong and say what is right."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    access.enterprise_to_correct(request.actor, number)
    wrong: dict[str, str] = {}
    problem = ""
    if request.method == "POST":
        try:
            _propose(request, number, field)
        except Invalid as refusal:
            problem, wrong = refusal.message, refusal.fields
        except Conflict as refusal:
            problem = refusal.message
        else:
            messages.success(request, "更正申请已提交，等待中心核实。")
            return redirect("desk_enterprise_fields", number)
    held = next(
        (one for one in golden.fields(request.actor, number, localdate(request.now)) if one.field == field), None
    )
    known = catalogue().get(field)
    context = {
        "firm": queries.enterprise(request.actor, number),
        "field": field,
        "label": label(field),
        "held": held,
        "members": list(known.members.items()) if known else [],
        "is_flag": known is not None and known.type == "boolean",
        "unit": known.unit if known else "",
        "problem": problem or ("" if actions.may_correct(field) else "这一项不能更正。"),
        "wrong": wrong,
        "typed": request.POST,
    }
    return render(request, "registry/correct.html", context, status=422 if problem else 200)


def _propose(request: PersonRequest, number: int, field: str) -> None:
    kept = [
        files.keep(actor=request.actor, now=request.now, file=cast(BinaryIO, one), name=one.name or "证明").pk
        for one in request.FILES.getlist("files")
    ]
    actions.propose_correction(
        actor=request.actor,
        now=request.now,
        enterprise=number,
        field=field,
        value=request.POST.get("value", ""),
        reason=request.POST.get("reason", ""),
        files=kept,
    )


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """Corrections that wait, and those decided."""
    request = cast(PersonRequest, incoming)
    state = request.GET.get("state", "")
    state = state if state in STATES else "pending"
    q = request.GET.get("q", "").strip()[:60]
    context = {
        "queue": corrections.queue(request.actor, state, request.GET.get("cursor", ""), q=q),
        "here": state,
        "tabs": STATES.items(),
        "waiting": corrections.count_pending(request.actor),
        "bar": searched(q, state, "pending", "企业名称中的几个字"),
        "q": q,
        "may_export": access.may_export(request.actor),
    }
    return render(request, "registry/corrections.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The corrections of one state."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    state, q = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    state = state if state in STATES else "pending"
    rows = (
        (one.enterprise_name, one.label, one.before, one.after, one.reason, one.filed_by, cn_week(one.filed_at),
         one.state_label, one.decided_by, cn_week(one.decided_at) if one.decided_at else "", one.answer)
        for one in corrections.every(request.actor, state, q)
    )  # fmt: skip
    return carried(request, "数据更正", HEADS, rows, q, state=state)


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    return _page(request, number)


def _page(request: PersonRequest, number: int, problem: str = "") -> HttpResponse:
    papers = [
        FileItem(file.name, reverse("desk_correction_file", args=[number, file.pk]), file.size)
        for file in corrections.proof(request.actor, number)
    ]
    context = {
        "told": corrections.correction(request.actor, number),
        "papers": papers,
        "problem": problem,
        "typed": request.POST.get("answer", ""),
        "may_decide": access.may_review(request.actor),
    }
    return render(request, "registry/correction.html", context, status=422 if problem else 200)


@require_POST
def accept(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    made = actions.accept_correction(actor=request.actor, now=request.now, correction=number)
    messages.success(request, "已采纳，更正后的值自即刻起为准。")
    return redirect("desk_enterprise_fields", made.enterprise_id)


@require_POST
def refuse(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    answer = request.POST.get("answer", "")
    try:
        actions.refuse_correction(actor=request.actor, now=request.now, correction=number, answer=answer)
    except Invalid as refusal:
        return _page(request, number, refusal.message)
    messages.success(request, "未采纳，对方会看到原因。")
    return redirect("desk_corrections")


@require_GET
def file(incoming: HttpRequest, number: int, file: int) -> FileResponse:
    """One file of the proof, to be saved and never shown as a page."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    held, data = corrections.proof_opened(request.actor, number, file)
    return FileResponse(data, as_attachment=True, filename=held.name, content_type=MEDIA[held.kind])
