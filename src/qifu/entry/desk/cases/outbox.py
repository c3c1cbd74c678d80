"""The queue as operators see it: what waits, what failed, what is parked; schedules and workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.entry.clock.schedule import ENTRIES
from qifu.entry.desk.cases.doors import require_inspector, safe
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Role
from qifu.kernel.errors import Missing
from qifu.kernel.outbox import actions, queries
from qifu.kernel.outbox.models import Item, State
from qifu.output.messages import wording
from qifu.output.messages.wording import WORDINGS

PAGE = 20
CHANNELS = {"inapp": "站内消息", "sms": "短信", "mail": "邮件", "task": "任务", "periodic": "定时"}
TONES = {State.PARKED: "red", State.RUNNING: "accent", State.WAITING: "amber", State.DONE: "green", State.CANCELLED: ""}
ORDER = (State.PARKED, State.RUNNING, State.WAITING, State.DONE, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Row:
    """One item as it is shown."""

    item: Item

    @property
    def what(self) -> str:
        """What it is about, in words where there are some."""
        subject = self.item.subject
        if subject in WORDINGS:
            return self._headline(subject)
        return ENTRIES[subject].label if subject in ENTRIES else subject or self.item.key

    def _headline(self, template: str) -> str:
        """The headline as it is sent; what was cleared since is left open."""
        variables, pattern = self.item.payload.get("variables"), WORDINGS[template].subject
        known = variables if isinstance(variables, dict) else {}
        return wording.fill(pattern, dict.fromkeys(wording.PLACE.findall(pattern), "…") | wording.USUAL | known)

    @property
    def channel(self) -> str:
        return CHANNELS.get(self.item.channel, self.item.channel)

    @property
    def tone(self) -> str:
        return TONES.get(State(self.item.state), "")


@require_GET
def queue(incoming: HttpRequest) -> HttpResponse:
    """Items by state and channel; parked ones first when nothing is asked."""
    request = cast(PersonRequest, incoming)
    require_inspector(request.actor)
    counts = queries.counts(request.actor, now=request.now)
    parked = sum(row.get(State.PARKED, 0) for row in counts.values())
    state, channel = request.GET.get("state"), request.GET.get("channel", "")
    if state is None:
        state = str(State.PARKED) if parked else ""
    before = request.GET.get("before", "")
    page = queries.listing(
        request.actor,
        state=state if state in set(State) else "",
        channel=channel if channel in CHANNELS else "",
        stream=request.GET.get("stream", "")[:100],
        size=PAGE,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
    )
    context = {
        "rows": [Row(item) for item in page.items],
        "next": page.next,
        "totals": [(str(s), s.label, sum(row.get(s, 0) for row in counts.values())) for s in ORDER],
        "channels": CHANNELS,
        "state": state,
        "channel": channel,
        "schedules": [(run, *_entry(run.name), _said(run.state)) for run in queries.schedules(request.actor)],
        "workers": queries.workers(request.actor, now=request.now),
        "health": queries.health(now=request.now),
        "may_act": request.actor.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "cases/queue.html", context)


@require_POST
def act(incoming: HttpRequest, item: int, act: str) -> HttpResponse:
    """Try an item again, or take it out of the queue."""
    request = cast(PersonRequest, incoming)
    if act not in ("retry", "cancel"):
        raise Missing("没有这个操作。")
    if act == "retry":
        actions.retry(item, actor=request.actor, now=request.now)
        messages.success(request, "已排到最前，几秒内重试。")
    else:
        actions.cancel(item, actor=request.actor, now=request.now, reason=request.POST.get("reason", ""))
        messages.success(request, "已取消，不会再发送或执行。")
    return redirect(
        safe(request, request.headers.get("Referer", "").removeprefix(f"{request.scheme}://{request.get_host()}"))
        or "desk:outbox"
    )


def _entry(name: str) -> tuple[str, str]:
    """What a schedule is called, and how often it runs."""
    entry = ENTRIES.get(name)
    if entry is None:
        return name, ""
    if entry.daily is not None:
        return entry.label, f"每天 {entry.daily:%H:%M}"
    every = entry.every or 0
    return entry.label, f"每 {every} 秒" if every < 120 else f"每 {every // 60} 分钟"


def _said(state: str) -> tuple[str, str]:
    if state not in set(State):
        return "", ""
    return State(state).label, TONES[State(state)]
