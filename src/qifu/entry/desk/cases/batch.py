"""Many cases at once: accept, transfer, take a list out as a workbook. Each case is a step of its own, done or refused by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from qifu.domain.appeals.actions import exports
from qifu.domain.appeals.actions.take import take
from qifu.domain.appeals.queries import transfer
from qifu.domain.people import queries as people
from qifu.entry.desk.cases import workbook
from qifu.entry.desk.cases.bars import unit_choices
from qifu.entry.desk.cases.doors import require_staff, safe, whole
from qifu.entry.desk.cases.lists import filters_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Forbidden, Invalid, Refusal

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
    """Take one step on every case picked; tell which were done and which refused, and why. A transfer is confirmed first."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    act, picked = request.POST.get("act", ""), list(dict.fromkeys(request.POST.getlist("pick")))[:MOST]
    if act not in ACTS or not picked:
        raise Invalid("请先勾选事项，再选择接单或转办。")
    if act == "dispatch":
        chosen = _chosen(request, picked)
        if "confirmed" not in request.POST or not all(chosen.values()):
            return _confirm(request, picked, chosen)
        steps: list[tuple[str, dict[str, object]]] = [(mark, {"unit": unit}) for mark, unit in chosen.items()]
    else:
        steps = [(mark, {}) for mark in picked]
    key = request.POST.get("idempotency_key", "")[:60]
    results = [_one(request, act, given, mark, key) for mark, given in steps]
    context = {
        "act": ACTS[act],
        "done": [r for r in results if r.is_done],
        "refused": [r for r in results if not r.is_done],
        "back": safe(request, request.POST.get("next", "")) or "/desk/",
    }
    return render(request, "cases/batch.html", context)


def _chosen(request: PersonRequest, picked: list[str]) -> dict[str, int | None]:
    """To which unit each case picked is to go: the one chosen for all, else the one of its row."""
    return {
        mark: whole(request.POST.get("unit", "")) or whole(request.POST.get(f"unit-{mark.partition('~')[0]}", ""))
        for mark in picked
    }


def _confirm(request: PersonRequest, picked: list[str], chosen: dict[str, int | None]) -> HttpResponse:
    """The cases picked, each with the unit that suggests itself, to be looked at and changed before anything is done."""
    if not transfer.may_transfer(request.actor):
        raise Forbidden("只有中心调度员可以转办。")
    is_confirmed = "confirmed" in request.POST
    marks = {mark.partition("~")[0]: mark for mark in picked}
    found = transfer.transfers(actor=request.actor, now=request.now, numbers=list(marks))
    rows = [
        (one, marks[one.line.number], str((chosen[marks[one.line.number]] if is_confirmed else one.unit) or ""))
        for one in found
    ]
    able = [row for row in rows if not row[0].problem]
    context = {
        "rows": able,
        "unable": [row[0] for row in rows if row[0].problem],
        "lacking": sum(not unit for _, _, unit in able) if is_confirmed else 0,
        "is_confirmed": is_confirmed,
        "units": unit_choices(*transfer.KINDS),
        "back": safe(request, request.POST.get("next", "")) or "/desk/",
    }
    return render(request, "cases/batch_transfer.html", context, status=422 if context["lacking"] else 200)


@require_POST
def export(incoming: HttpRequest) -> FileResponse:
    """The list as a workbook, filters as in the address it was asked from."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    taken = exports.export(actor=request.actor, now=request.now, filters=filters_of(request.POST, "all"))
    file = workbook.of_cases(taken)
    day = request.now.astimezone(workbook.HERE).strftime("%Y%m%d-%H%M")
    return FileResponse(file, as_attachment=True, filename=f"事项清单-{day}.xlsx")


def _one(request: PersonRequest, act: str, given: Mapping[str, object], mark: str, key: str) -> Result:
    """Take the step on one case. The mark is its number and the step count that was seen."""
    number, _, seq = mark.partition("~")
    try:
        take(
            actor=request.actor,
            now=request.now,
            number=number[:20],
            step=act,
            given=given,
            seq=whole(seq),
            key=f"{key}:{number}"[:100] if key else "",
        )
    except Refusal as refusal:
        return Result(number, refusal.message, False)
    unit = given.get("unit")
    where = people.unit_tree().get(unit).name if isinstance(unit, int) else ""
    return Result(number, f"已{ACTS[act]}" + (f"到{where}" if where else ""), True)
