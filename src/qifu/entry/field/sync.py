"""What goes between the device and the house: the day down, reports and pictures up. All of it JSON, refusals too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import BinaryIO, cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.visits import forms
from qifu.domain.visits.access import require_official
from qifu.domain.visits.actions import moving, photos, reporting
from qifu.domain.visits.actions.reporting import Reported
from qifu.domain.visits.queries import day as days
from qifu.entry.field import reading
from qifu.entry.theme.middleware import PersonRequest, problem
from qifu.kernel.errors import Conflict, Invalid, Refusal

View = Callable[..., HttpResponse]


def spoken(view: View) -> View:
    """Answer refusals as the device understands them; nobody signed in is told so instead of being sent to a page."""

    @wraps(view)
    def answered(incoming: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request = cast(PersonRequest, incoming)
        if request.actor.account is None:
            return JsonResponse({"detail": "登录已过期，请重新登录。没有发出的记录还在本机。"}, status=401)
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return problem(refusal)

    return answered


@require_GET
@spoken
def day(incoming: HttpRequest) -> HttpResponse:
    """The route around today, the forms, what a need can be about, and the proof that a form comes from here."""
    request = cast(PersonRequest, incoming)
    found = days.day(request.actor, request.now)
    used = {one.form for one in found.calls} | {
        forms.form_for(of, found.today).version for of in ("enterprise", "building")
    }
    body = {
        "person": request.actor.mark,
        "name": request.actor.name,
        "csrf": get_token(request),
        "now": request.now.isoformat(),
        "today": found.today.isoformat(),
        "calls": [asdict(one) | {"state_label": one.state_label} for one in found.calls],
        "forms": [asdict(forms.BY_VERSION[version]) for version in sorted(used)],
        "needs": days.needs(),
        "learnt": days.learnt(),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_POST
@spoken
def report(incoming: HttpRequest) -> HttpResponse:
    """Take one report; of a visit that the desk changed meanwhile, say how it stands now."""
    request = cast(PersonRequest, incoming)
    require_official(request.actor)
    parcel = reading.parcel(request.body)
    try:
        done = reporting.report(
            actor=request.actor, now=request.now, key=parcel.key, sent=parcel.sent, told=parcel.told
        )
    except Conflict as refusal:
        refusal.extra["standing"] = days.standing(request.actor, parcel.told.number)
        raise
    return JsonResponse(_told(done))


def _told(done: Reported) -> dict[str, object]:
    return {
        "number": done.visit.number,
        "state": done.visit.state,
        "seq": done.visit.seq,
        "again": done.again,
        "needs": [{"key": key, "case": number} for key, number in done.gains.needs],
        "facts": [{"key": key, "refusal": refusal} for key, refusal in done.gains.facts],
    }


@require_POST
@spoken
def start(incoming: HttpRequest, number: str) -> HttpResponse:
    """Note that somebody has arrived."""
    request = cast(PersonRequest, incoming)
    row = moving.take(actor=request.actor, now=request.now, number=number, step="start", given={})
    return JsonResponse({"number": row.number, "state": row.state, "seq": row.seq})


@require_POST
@spoken
def photo(incoming: HttpRequest, number: str) -> HttpResponse:
    """Keep one picture under its key."""
    request = cast(PersonRequest, incoming)
    require_official(request.actor)
    file = request.FILES.get("file")
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Invalid("图片没有编号，请重新拍摄。", {"key": "无法读取"}) from None
    if file is None:
        raise Invalid("没有收到图片，请重新发送。", {"file": "没有收到"})
    with transaction.atomic():
        made, again = photos.add(
            actor=request.actor, now=request.now, number=number, key=key, kind=request.POST.get("kind", ""),
            file=cast(BinaryIO, file),
        )  # fmt: skip
    return JsonResponse({"key": str(made.key), "again": again}, status=200 if again else 201)
