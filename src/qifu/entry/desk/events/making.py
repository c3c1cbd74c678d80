"""One event: made, changed, copied, led from step to step; whom it is for, and inviting them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.events import access, flow
from qifu.domain.events.actions import inviting, keeping
from qifu.domain.events.queries import Coverage, Event, sheet
from qifu.domain.events.queries import audience as audiences
from qifu.domain.policies.actions.pushing import due_of
from qifu.domain.policies.queries import figures
from qifu.domain.registry import segments
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.events import asked
from qifu.entry.desk.events.forms import EventForm, done, kept
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Forbidden

CONFIRMS = {
    "publish": "发布后所有人都能看到并报名。",
    "close": "截止后不能再报名，已报名的不受影响。",
    "reopen": "重新开放后可以继续报名。",
    "hold": "登记后，没有签到的记为未到，候补的不再递补。",
}


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    told = sheet.sheet(request.actor, number, request.now)
    steps = [(step, CONFIRMS.get(step.name, "")) for step in told.steps]
    context = {"told": told, "steps": steps, "levels": Coverage.Level.choices, "is_over": told.row.ends < request.now}
    return render(request, "events/page.html", context)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    if not access.may_make(request.actor):
        raise Forbidden("只有中心的调度员、督办员和各单位的承办人、督办员可以新建活动。")
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def edit(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _form(request, access.event_to_keep(request.actor, number, lock=False))


def _form(request: PersonRequest, row: Event | None) -> HttpResponse:
    initial = kept(row) if row else _usual(request.now)
    data = request.POST if request.method == "POST" else None
    form = EventForm(data, actor=request.actor, event=row, now=request.now, initial=initial)
    made: list[Event] = []

    def act() -> None:
        if row is None:
            made.append(keeping.make(actor=request.actor, now=request.now, draft=form.draft()))
        else:
            made.append(keeping.change(actor=request.actor, now=request.now, event=row.pk, draft=form.draft()))

    if request.method == "POST" and done(form, act):
        messages.success(request, "活动已保存。" if row else "草稿已保存，核对后可以发布。")
        return redirect("desk_event", made[0].pk)
    context = {"form": form, "row": row, "title": f"修改：{row.title}" if row else "新建活动"}
    return render(request, "events/form.html", context, status=422 if form.errors else 200)


def _usual(now: datetime) -> dict[str, object]:
    """A week from now, in the afternoon, open for registration at once."""
    local = now.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    starts = (local + timedelta(days=7)).replace(hour=14)
    return {
        "starts": starts, "ends": starts + timedelta(hours=2), "opens": local, "closes": starts - timedelta(hours=2),
        "places": 50, "queue_most": 20, "each_most": 3,
    }  # fmt: skip


@require_POST
def copy(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    made = keeping.copy(actor=request.actor, now=request.now, event=number)
    messages.success(request, "已复制为草稿，请核对时间。")
    return redirect("desk_event_edit", made.pk)


@require_POST
def take(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    given = {"reason": request.POST.get("reason", "")}
    row = keeping.take(actor=request.actor, now=request.now, event=number, step=step, given=given)
    messages.success(request, f"活动现在是“{flow.label(flow.EVENT, row.state)}”。")
    return redirect("desk_event", number)


@require_http_methods(["GET", "POST"])
def audience(incoming: HttpRequest, number: int) -> HttpResponse:
    """Say whom the event is for, and look at who would be told."""
    request = cast(PersonRequest, incoming)
    row = access.event_to_keep(request.actor, number, lock=False)
    today = request.now.astimezone(SHANGHAI).date()
    policies = [(one.code, one.title, one.eligible) for one in figures.coverage(actor=request.actor, on=today).lines]
    if request.method == "POST":
        code = request.POST.get("policy", "")
        title = next((title for known, title, _ in policies if known == code), "")
        inviting.choose(
            actor=request.actor, now=request.now, event=number, audience=request.POST.get("audience", ""),
            segment=asked.number(request.POST.get("segment", "")), policy=(code if title else "", title),
        )  # fmt: skip
        return redirect("desk_event_audience", number)
    context = {
        "row": row,
        "preview": audiences.preview(request.actor, row, request.now),
        "segments": segments.segments(request.actor),
        "policies": policies,
        "choices": Event.Audience.choices,
    }
    return render(request, "events/audience.html", context)


@require_POST
def invite(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    count = inviting.invite(actor=request.actor, now=request.now, event=number, due=due_of(request.now))
    messages.success(request, f"已邀请 {count} 家企业。" if count else "没有新的企业可以邀请。")
    return redirect("desk_event_audience", number)
