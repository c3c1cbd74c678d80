"""One enterprise and one item on any day: the answer with its reasons, and finding the enterprise to ask about."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.policies import access, facts
from qifu.domain.policies.queries import answers
from qifu.domain.registry import queries as registry
from qifu.entry.desk.policies.documents import day_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid

TONES = {"eligible": "green", "unknown": "amber", "ineligible": "", "not_in_force": "", "not_registered": ""}
ANSWERS = {"yes": ("满足", "green"), "no": ("不满足", ""), "unknown": ("还不知道", "amber")}


@require_GET
def choose(incoming: HttpRequest, code: str) -> HttpResponse:
    """Find the enterprise whose answer is wanted."""
    request = cast(PersonRequest, incoming)
    item = access.item(request.actor, code)
    q = request.GET.get("q", "").strip()[:100]
    found = registry.search(request.actor, q, size=20).items if q else []
    return render(request, "library/answer_choose.html", {"code": item.code, "q": q, "found": found})


@require_GET
def show(incoming: HttpRequest, code: str, enterprise: int) -> HttpResponse:
    """The answer of a day: each part of the condition with the value that held, of when and from whom."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    today = facts.day(request.now)
    wanted, known = request.GET.get("on", "").strip(), request.GET.get("known", "now")
    on = day_of(wanted) if wanted else today
    problem = "" if on else "日期没有写对，请从日历中选择；下面是今天的答复。"
    try:
        told = answers.answer(
            actor=request.actor, enterprise=enterprise, code=code, on=on or today, today=today, known=known
        )
    except Invalid as refusal:
        problem = f"{refusal.message}下面是今天的答复。"
        told = answers.answer(actor=request.actor, enterprise=enterprise, code=code, on=today, today=today)
    context = {
        "told": told,
        "tone": TONES[told.result],
        "lines": [(line, *ANSWERS[line.result]) for line in told.reasons],
        "turns": [(turn, answers.RESULTS[turn.became]) for turn in told.turns],
        "known": list(answers.KNOWN.items()),
        "today": today,
        "earliest": answers.EARLIEST,
        "problem": problem,
    }
    return render(request, "library/answer.html", context, status=422 if problem else 200)
