"""One case on one screen, and the steps taken from it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals import access
from qifu.domain.appeals.actions import knowledge
from qifu.domain.appeals.actions import templates as templates_action
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.queries import sheet as sheets
from qifu.domain.appeals.queries.similar import similar
from qifu.domain.appeals.queries.waiting import leader_id
from qifu.engines.flow import Step
from qifu.entry.desk.cases import shown, steps
from qifu.entry.desk.cases.doors import require_staff, safe
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest, problem
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.files.kinds import MEDIA

IMAGES = ("png", "jpg", "webp")


@require_GET
def show(incoming: HttpRequest, number: str) -> HttpResponse:
    """The case with all that belongs to it."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
    context = shown.context(request, sheet) | {"may_write_up": knowledge.may_make(request.actor, sheet)}
    return render(request, "cases/case.html", context)


@require_POST
def take_step(incoming: HttpRequest, number: str, step: str) -> HttpResponse:
    """Take one step; a refusal shows the case as it stands, with what was typed."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    wanted = steps.step_of(number, step)
    sent = needs.read(
        wanted,
        request.POST,
        request.FILES,
        actor=request.actor,
        now=request.now,
        case=lambda text: leader_id(request.actor, text),
    )
    try:
        if sent.problems:
            raise Invalid("".join(sent.problems.values()), sent.problems)
        is_seen = _take(request, number, step, sent)
    except (Conflict, Forbidden, Invalid) as refusal:
        return _again(request, number, wanted, sent, refusal)
    except Missing:
        return _gone(request, number, wanted, sent)
    messages.success(request, f"{number} 已{wanted.label}。")
    back = safe(request, request.POST.get("next", ""))
    if not is_seen:
        return redirect(back or "desk:work")
    return redirect(back if back and request.POST.get("then") == "list" else shown.address(number, back))


@require_POST
def phone(incoming: HttpRequest, number: str) -> HttpResponse:
    """The contact's whole number, once a reason is given."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    reason = request.POST.get("reason", "")
    try:
        value = sheets.reveal_phone(actor=request.actor, now=request.now, number=number, reason=reason)
    except Refusal as refusal:
        return problem(refusal)
    return JsonResponse({"value": value})


@require_GET
def attachment(incoming: HttpRequest, number: str, file: int) -> FileResponse:
    """An attachment, through the case's door. Pictures may be looked at in the page; nothing in a file may run."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    kept, opened = sheets.attachment(actor=request.actor, number=number, file=file)
    is_picture = kept.kind in IMAGES and request.GET.get("inline") == "1"
    media = MEDIA.get(kept.kind, "application/octet-stream")
    response = FileResponse(opened, as_attachment=not is_picture, filename=kept.name, content_type=media)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def order(incoming: HttpRequest, number: str, order: int) -> HttpResponse:
    """A written order of supervision as a Word document."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
    paper = shown.paper(sheet, order)
    from qifu.output.papers import orders  # python-docx and lxml: some megabytes that only a paper needs

    response = HttpResponse(orders.build(paper), content_type=MEDIA["docx"])
    response["Content-Disposition"] = content_disposition_header(True, f"{paper.number}.docx") or "attachment"
    return response


@require_GET
def alike(incoming: HttpRequest, number: str) -> HttpResponse:
    """Open cases like this one, for the dispatcher who looks for what belongs together."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    appeal = sheets.sheet(actor=request.actor, now=request.now, number=number).appeal
    found = similar(
        actor=request.actor,
        now=request.now,
        text=f"{appeal.title} {appeal.body}",
        building=appeal.building_id,
        enterprise=appeal.enterprise_id,
        category=appeal.category_id,
        exclude=number,
    )
    return render(request, "cases/_similar.html", {"found": found})


@require_GET
def staff(incoming: HttpRequest) -> HttpResponse:
    """The people of a unit, as options of a list."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    unit = request.GET.get("unit", "")
    found = steps.staff_choices(int(unit) if unit.isdecimal() and len(unit) < 19 else None, request.now)
    options = format_html_join("", '<option value="{}">{}</option>', [("", "请选择"), *found])
    return HttpResponse(options)


def _take(request: PersonRequest, number: str, step: str, sent: needs.Sent) -> bool:
    """Take the step; return whether the person still sees the case after it."""
    seq, template = request.POST.get("seq", ""), request.POST.get("template", "")
    taken = take(
        actor=request.actor,
        now=request.now,
        number=number,
        step=step,
        given=sent.given,
        seq=int(seq) if seq.isdecimal() and len(seq) < 10 else None,
        key=request.POST.get("idempotency_key", "")[:100],
    )
    if template.isdecimal() and len(template) < 19:
        templates_action.count_use(actor=request.actor, template=int(template))
    return access.still_sees(request.actor, taken)


def _again(
    request: PersonRequest, number: str, wanted: Step, sent: needs.Sent, refusal: Conflict | Forbidden | Invalid
) -> HttpResponse:
    """The case as it stands now, the refused form as it was sent, and what has happened in between."""
    try:
        sheet = sheets.sheet(actor=request.actor, now=request.now, number=number)
    except Missing:
        return _gone(request, number, wanted, sent)
    problems = refusal.fields if isinstance(refusal, Invalid) else {}
    refused = steps.Refused(wanted.name, request.POST, problems, sent)
    context = shown.context(request, sheet, refused)
    context |= {"refusal": refusal, "since": shown.since(request, sheet) if isinstance(refusal, Conflict) else []}
    if wanted.name not in {s.name for s in sheet.steps}:
        context["typed"] = _typed(wanted, sent)
    return render(request, "cases/case.html", context, status=refusal.status)


def _gone(request: PersonRequest, number: str, wanted: Step, sent: needs.Sent) -> HttpResponse:
    """The case has left the person's sight, or never was in it: nothing is told of it, and what was typed is handed back."""
    context = {"number": number, "step": wanted.label, "typed": _typed(wanted, sent)}
    return render(request, "cases/gone.html", context, status=Missing.status)


def _typed(wanted: Step, sent: needs.Sent) -> list[tuple[str, str]]:
    """What was written by hand into the step's fields, each with the field's label."""
    said = []
    for need in wanted.needs:
        value = sent.given.get(need.name)
        if need.kind in ("text", "line", "items") and value:
            said.append((need.label, "\n".join(map(str, value)) if isinstance(value, list) else str(value)))
    return said
