"""Many cases at once: accept, transfer, take a list out as a workbook. Each case is a step of its own, done or refused by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from qifu.domain.appeals.actions import exports
from qifu.domain.appeals.actions.take import take
from qifu.entry.desk.cases import workbook
from qifu.entry.desk.cases.doors import require_staff, safe
from qifu.entry.desk.cases.lists import filters_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid, Refusal

ACTS = {"accept": "接单", "dispatch": "转办"}
MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case."""

    number: str
    said: str
    is_done: bool


@require_POST
def batch(incoming: HttpRequest) -> HttpResponse:
    """Take one step on every case picked; tell which were done and which refused, and why."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    act, picked = request.POST.get("act", ""), list(dict.fromkeys(request.POST.getlist("pick")))[:MOST]
    if act not in ACTS or not picked:
        raise Invalid("请先勾选事项，再选择接单或转办。")
    given: dict[str, object] = {}
    if act == "dispatch":
        unit = request.POST.get("unit", "")
        if not unit.isdecimal():
            raise Invalid("请选择要转办到的单位。", {"unit": "请选择单位"})
        given["unit"] = int(unit)
    key = request.POST.get("idempotency_key", "")[:60]
    results = [_one(request, act, given, mark, key) for mark in picked]
    done = [r for r in results if r.is_done]
    context = {
        "act": ACTS[act],
        "done": done,
        "refused": [r for r in results if not r.is_done],
        "back": safe(request, request.POST.get("next", "")) or "/desk/",
    }
    return render(request, "cases/batch.html", context)


@require_POST
def export(incoming: HttpRequest) -> FileResponse:
    """The list as a workbook, filters as in the address it was asked from."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    taken = exports.export(actor=request.actor, now=request.now, filters=filters_of(request.POST, "all"))
    file = workbook.of_cases(taken)
    day = request.now.astimezone(workbook.HERE).strftime("%Y%m%d-%H%M")
    return FileResponse(file, as_attachment=True, filename=f"事项清单-{day}.xlsx")


def _one(request: PersonRequest, act: str, given: dict[str, object], mark: str, key: str) -> Result:
    """Take the step on one case. The mark is its number and the step count that was seen."""
    number, _, seq = mark.partition("~")
    try:
        take(
            actor=request.actor,
            now=request.now,
            number=number[:20],
            step=act,
            given=given,
            seq=int(seq) if seq.isdecimal() else None,
            key=f"{key}:{number}"[:100] if key else "",
        )
    except Refusal as refusal:
        return Result(number, refusal.message, False)
    return Result(number, f"已{ACTS[act]}", True)
