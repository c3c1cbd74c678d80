"""Doubts about rows without a code: one pair after another, side by side, decided by a key."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.registry import actions, pairings
from qifu.entry.desk.registry.asked import searched
from qifu.entry.desk.registry.workbook import carried
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.words import cn_week, pct

STATES = {"waiting": "待判断", "later": "稍后再看", "same": "同一家", "different": "不是同一家"}
HEADS = ("名单上的写法", "可能是", "来源", "名单行号", "相同的把握", "依据", "状态", "判断人", "判断时间")
SAID = {
    "same": "已判断为同一家，这一行归到该企业。",
    "different": "已判断为不是同一家，以后不再询问。",
    "later": "已放到“稍后再看”。",
}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    state = request.GET.get("state", "")
    state = state if state in STATES else "waiting"
    q = request.GET.get("q", "").strip()[:60]
    context = {
        "queue": pairings.queue(request.actor, state, request.GET.get("cursor", ""), q=q),
        "here": state,
        "tabs": STATES.items(),
        "counts": pairings.count(request.actor),
        "bar": searched(q, state, "waiting", "名单上的写法或企业名称中的几个字"),
        "q": q,
    }
    return render(request, "registry/pairings.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The doubts of one state, with the reasons."""
    request = cast(PersonRequest, incoming)
    state, q = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60]
    state = state if state in STATES else "waiting"
    rows = (
        (one.written, one.enterprise_name, one.source, one.row_number or "", pct(one.chance, 0), _said(one.grounds),
         one.state_label, one.decided_by, cn_week(one.decided_at) if one.decided_at else "")
        for one in pairings.every(request.actor, state, q)
    )  # fmt: skip
    return carried(request, "待判断的名单行", HEADS, rows, q, state=state)


def _said(grounds: tuple[tuple[str, str], ...]) -> str:
    return "，".join(f"{what}{weight}" for what, weight in grounds)


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    told = pairings.pairing(request.actor, number)
    left = pairings.count(request.actor)["waiting"]
    before = request.GET.get("last", "")
    is_number = before.isascii() and before.isdecimal() and len(before) < 19
    last = pairings.undoable(request.actor, int(before)) if is_number else None
    return render(request, "registry/pairing.html", {"told": told, "left": left, "last": last})


@require_POST
def decide(incoming: HttpRequest, number: int, word: str) -> HttpResponse:
    """Same, different, later; or take a decision back. The next pair follows at once."""
    request = cast(PersonRequest, incoming)
    if word == "reopen":
        actions.reopen_pairing(actor=request.actor, now=request.now, pairing=number)
        messages.success(request, "判断已撤回，可以重新判断。")
        return redirect("desk_pairing", number)
    if word not in SAID:
        raise Http404
    actions.decide_pairing(actor=request.actor, now=request.now, pairing=number, word=word)
    messages.success(request, SAID[word])
    following = pairings.following(request.actor, number)
    if not following:
        return redirect("desk_pairings")
    response = redirect("desk_pairing", following)
    response["Location"] += f"?last={number}"
    return response
