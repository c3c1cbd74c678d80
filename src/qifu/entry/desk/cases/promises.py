"""The times promised, for the administrator: each with its rule and what it means now."""

from __future__ import annotations

from itertools import groupby
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.appeals.actions import settings as actions
from qifu.domain.appeals.queries.promises import PromiseView
from qifu.domain.appeals.queries.promises import promises as all_promises
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid, Missing

TERMS = (
    ("minutes", "分钟，只计服务时间"),
    ("workdays", "工作日"),
    ("wall", "分钟，昼夜连续计"),
    ("days", "天，自然日"),
)


class PromiseForm(needs.StepForm):
    """One promise."""

    n = forms.CharField(label="数值", widget=forms.NumberInput({"min": 1, "max": 43200}))
    term = forms.ChoiceField(
        label="计时方式",
        choices=TERMS,
        help_text="“只计服务时间”夜间和休息日不走；“昼夜连续计”一直走，夜间也要有人值守",
    )


@require_GET
def promises(incoming: HttpRequest) -> HttpResponse:
    """All of them, by kind and urgency."""
    request = cast(PersonRequest, incoming)
    actions.require_administrator(request.actor)
    groups = [(label, list(rows)) for label, rows in groupby(all_promises(request.now), lambda p: p.kind_label)]
    return render(request, "cases/promises.html", {"groups": groups})


@require_http_methods(["GET", "POST"])
def change(incoming: HttpRequest, kind: str, urgency: str, clock: str) -> HttpResponse:
    """One of them: set it, or go back to the usual."""
    request = cast(PersonRequest, incoming)
    actions.require_administrator(request.actor)
    held = _one(request, kind, urgency, clock)
    form, status = PromiseForm(initial={"n": held.n, "term": held.term}), 200
    if request.method == "POST":
        try:
            _write(request, held)
        except Invalid as refusal:
            form, status = PromiseForm(request.POST, problems=refusal.fields), refusal.status
        else:
            now = _one(request, kind, urgency, clock)
            messages.success(request, f"{now.kind_label}（{now.urgency_label}）{now.clock_label}时限现在是{now.rule}。")
            return redirect("desk:promises")
    return render(request, "cases/promise.html", {"form": form, "held": held}, status=status)


def _write(request: PersonRequest, held: PromiseView) -> None:
    place = {"kind": held.kind, "urgency": held.urgency, "clock": held.clock}
    if request.POST.get("act") == "usual":
        actions.promise_as_usual(actor=request.actor, now=request.now, **place)
        return
    n = request.POST.get("n", "")
    actions.promise(
        actor=request.actor,
        now=request.now,
        term=request.POST.get("term", ""),
        n=int(n) if n.isdecimal() and len(n) < 9 else 0,
        **place,
    )


def _one(request: PersonRequest, kind: str, urgency: str, clock: str) -> PromiseView:
    found = [p for p in all_promises(request.now, kind) if (p.urgency, p.clock) == (urgency, clock)]
    if not found:
        raise Missing("这类事项没有这个时限。")
    return found[0]
