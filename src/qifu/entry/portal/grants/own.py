"""An application as its enterprise sees it: the form that saves as one types, the way of the money, what waits for me."""

from __future__ import annotations

from typing import Any, BinaryIO, cast
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.grants.actions import applying, taking
from qifu.domain.grants.flow import APPLICATION
from qifu.domain.grants.queries import sheet, way
from qifu.domain.policies.queries import judging
from qifu.entry.portal.grants.door import for_contacts
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Step
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files.actions import keep
from qifu.kernel.files.kinds import MEDIA
from qifu.output.papers import decisions

OWN = ("accept", "answer", "appeal", "withdraw")


@for_contacts
@require_GET
def show(request: PersonRequest, number: str) -> HttpResponse:
    """Where it stands, and what waits for me."""
    return _page(request, number)


@for_contacts
@require_http_methods(["GET", "POST"])
def form(request: PersonRequest, number: str) -> HttpResponse:
    """The form. Typing is saved as it goes; the button hands in."""
    if request.method == "GET":
        return _form(request, number)
    post = request.POST
    if request.htmx and request.FILES:
        return _uploaded(request, number)
    try:
        _upload(request, number)
        values = {name.removeprefix("f_"): str(value) for name, value in post.items() if name.startswith("f_")}
        row = applying.save(
            actor=request.actor, now=request.now, number=number, values=values, phone=post.get("phone", ""),
            contact_name=post.get("contact_name", ""),
        )  # fmt: skip
        if request.htmx:
            return HttpResponse(status=204)
        if "submit" not in post:
            messages.success(request, "已保存。")
            return redirect("portal_grant_form", number=number)
        if row.state == "draft":
            key = post.get("idempotency_key", "")
            applying.submit(actor=request.actor, now=request.now, number=number, key=key)
        else:
            taking.take(
                actor=request.actor, now=request.now, number=number, step="answer", given={"text": post.get("text", "")}
            )
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("portal_grant", number=number)
    except Invalid as refusal:
        return _form(request, number, refusal)
    messages.success(request, "已提交。进展会通知您，也可以随时在这里查看。")
    return redirect("portal_grant", number=number)


@for_contacts
@require_POST
def account(request: PersonRequest, number: str) -> HttpResponse:
    """Say where the money is to go."""
    try:
        applying.confirm_account(
            actor=request.actor, now=request.now, number=number, bank=request.POST.get("bank", ""),
            account=request.POST.get("account", ""),
        )  # fmt: skip
    except Invalid as refusal:
        return _page(request, number, refusal)
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("portal_grant", number=number)
    messages.success(request, "收款账户已确认。")
    return redirect("portal_grant", number=number)


@for_contacts
@require_POST
def take(request: PersonRequest, number: str, step: str) -> HttpResponse:
    """A step of the enterprise's own."""
    if step not in OWN:
        raise Conflict("没有这一步，请刷新页面。")
    wanted = APPLICATION.steps[step]
    sent = needs.read(wanted, request.POST, request.FILES, actor=request.actor, now=request.now)
    try:
        taking.take(
            actor=request.actor, now=request.now, number=number, step=step, given=sent.given,
            key=request.POST.get("idempotency_key", ""),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        messages.error(request, refusal.message)
    return redirect("portal_grant", number=number)


@for_contacts
@require_GET
def attachment(request: PersonRequest, number: str, file: int) -> HttpResponse:
    """A paper that was handed in."""
    row, stream = sheet.opened(actor=request.actor, number=number, file=file)
    answer = HttpResponse(stream.read(), content_type=MEDIA.get(row.kind, "application/octet-stream"))
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.name)}"
    return answer


@for_contacts
@require_GET
def decision(request: PersonRequest, number: str) -> HttpResponse:
    """The decision as a Word document."""
    return decisions.answer(actor=request.actor, number=number)


def _page(request: PersonRequest, number: str, refusal: Invalid | None = None) -> HttpResponse:
    told = sheet.sheet(actor=request.actor, now=request.now, number=number)
    names = {step.name for step in told.steps}
    may_bank = told.row.is_open and told.row.state not in ("draft", "paying") and "contact" in _relations(told)
    context: dict[str, Any] = {
        "told": told, "row": told.row, "line": [Step(*one) for one in way.line(told)], "names": names, "may_bank": may_bank,
        "problems": refusal.fields if refusal else {}, "typed": request.POST,
        "due": next((c for c in told.clocks if c.status == "running"), None),
    }  # fmt: skip
    return render(request, "grants_portal/application.html", context, status=422 if refusal else 200)


def _relations(told: sheet.Sheet) -> set[str]:
    return {"contact"} if told.row.state != "listed" else set()


def _form(request: PersonRequest, number: str, refusal: Invalid | None = None) -> HttpResponse:
    told = sheet.sheet(actor=request.actor, now=request.now, number=number)
    if told.row.state not in applying.EDITABLE:
        return redirect("portal_grant", number=number)
    fields = {one.name: one for one in judging.fields(told.row.enterprise_id, told.row.version.fields)}
    kinds = {one["name"]: one for one in told.row.version.questions}
    problems = refusal.fields if refusal else {}
    rows = [(one, fields.get(one.name), kinds.get(one.name), problems.get(one.name, "")) for one in told.answers]
    papers = [(one, problems.get(f"material_{one.name}", "")) for one in told.papers]
    checks = judging.judged(told.row.enterprise_id, told.row.version.revision_id, request.now.date(), _said(told))
    context = {
        "told": told, "row": told.row, "rows": rows, "papers": papers, "refusal": refusal, "problems": problems,
        "checks": checks,
    }  # fmt: skip
    return render(request, "grants_portal/form.html", context, status=422 if refusal else 200)


def _said(told: sheet.Sheet) -> dict[str, str]:
    return {one.name: one.value for one in told.answers if one.name in told.row.version.fields and one.differs}


def _uploaded(request: PersonRequest, number: str) -> HttpResponse:
    """One paper as soon as it is chosen: its place on the form, with the file or with what is wrong with it."""
    name, problem = next(iter(request.FILES)).removeprefix("m_"), ""
    try:
        _upload(request, number)
    except (Invalid, Conflict) as refusal:
        problem = refusal.message
    row = sheet.sheet(actor=request.actor, now=request.now, number=number)
    one = next((paper for paper in row.papers if paper.name == name), None)
    if one is None:
        raise Conflict("这个项目不要这份材料，请刷新页面核对。")
    return render(request, "grants_portal/_paper.html", {"one": one, "row": row.row, "said": problem})


def _upload(request: PersonRequest, number: str) -> None:
    for name, upload in request.FILES.items():
        if not name.startswith("m_") or upload is None or isinstance(upload, list):
            continue
        kept = keep(actor=request.actor, now=request.now, file=cast(BinaryIO, upload.file), name=upload.name or "附件")
        applying.attach(
            actor=request.actor, now=request.now, number=number, material=name.removeprefix("m_"), file=kept.pk
        )
