"""What an enterprise owes after it was paid, on its phone: what is due when, the report with its file, the answer to a claim."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.grants.obligations import queries
from qifu.domain.grants.obligations.actions import recovering, reporting
from qifu.entry.portal.grants.door import for_contacts
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files.actions import keep
from qifu.kernel.files.kinds import MEDIA
from qifu.output.papers import clawbacks


@for_contacts
@require_http_methods(["GET", "POST"])
def show(request: PersonRequest, number: str) -> HttpResponse:
    """What is owed for one application; what is sent here is a report, or an answer."""
    if request.method == "GET":
        return _page(request, number)
    act, duty = request.POST.get("act", ""), request.POST.get("duty", "")
    queries.of_application(actor=request.actor, now=request.now, number=number)
    try:
        text, file = request.POST.get("text", ""), _kept(request)
        if act == "state":
            case = request.POST.get("case", "")
            recovering.state(actor=request.actor, now=request.now, number=case, text=text, file=file)
            messages.success(request, "说明已提交，决定后会通知您。")
        else:
            which = int(duty) if duty.isascii() and duty.isdecimal() and len(duty) < 18 else 0
            reporting.report(actor=request.actor, now=request.now, number=which, text=text, file=file)
            messages.success(request, "报告已提交，确认后会通知您。")
    except Invalid as refusal:
        return _page(request, number, refusal)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("portal_grant_duties", number=number)


@for_contacts
@require_GET
def attachment(request: PersonRequest, number: str, duty: int, file: int) -> HttpResponse:
    """A file that was handed in."""
    row, stream = queries.opened(actor=request.actor, number=duty, file=file)
    answer = HttpResponse(stream.read(), content_type=MEDIA.get(row.kind, "application/octet-stream"))
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.name)}"
    return answer


@for_contacts
@require_GET
def letter(request: PersonRequest, number: str, case: str) -> HttpResponse:
    """The letter by which money is asked back, as a Word document."""
    queries.of_application(actor=request.actor, now=request.now, number=number)
    return clawbacks.answer(actor=request.actor, number=case)


def _kept(request: PersonRequest) -> int | None:
    upload = request.FILES.get("file")
    if upload is None:
        return None
    kept = keep(actor=request.actor, now=request.now, file=cast(BinaryIO, upload.file), name=upload.name or "附件")
    return kept.pk


def _page(request: PersonRequest, number: str, refusal: Invalid | None = None) -> HttpResponse:
    row, sheets = queries.of_application(actor=request.actor, now=request.now, number=number)
    typed = request.POST
    context = {"row": row, "sheets": sheets, "refusal": refusal, "typed": typed}
    return render(request, "grants_portal/duties.html", context, status=422 if refusal else 200)
