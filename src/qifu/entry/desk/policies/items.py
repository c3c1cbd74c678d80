"""One item: its revisions and cases, reading, publishing, withdrawing, comparing two revisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import access, checking, facts, formulas, windows
from qifu.domain.policies.actions import drafting, publishing
from qifu.domain.policies.queries import desk, mine, trial
from qifu.engines.eligibility import Unreadable, catalogue
from qifu.engines.eligibility import facts as read_facts
from qifu.entry.desk.policies.documents import day_of
from qifu.entry.desk.policies.listing import place_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import FileItem
from qifu.kernel.errors import Invalid

RESULTS = {"eligible": "符合", "unknown": "不确定", "ineligible": "不符合"}


@require_GET
def show(incoming: HttpRequest, code: str) -> HttpResponse:
    """One item: what it says, its cases as they turn out, what stands in the way of publishing, its history."""
    request = cast(PersonRequest, incoming)
    wanted = place_of(request.GET.get("revision", "")) or None
    sheet = desk.sheet(actor=request.actor, code=code, on=facts.day(request.now), number=wanted)
    return render(request, "library/item.html", _context(request, sheet))


def _context(request: PersonRequest, sheet: desk.Sheet) -> dict[str, Any]:
    row, kinds = sheet.shown.row, dict(desk.CASE_KINDS)
    tried = [
        (one, kinds[one.case.kind], _facts(one.case), RESULTS[one.case.expected], RESULTS.get(one.answer, ""))
        for one in sheet.tried
    ]
    last = sheet.tried[-1].case.facts if sheet.tried else {}  # the next example differs from it in little
    asked = [(catalogue()[name], str(last.get(name, ""))) for name in sorted(drafting.fields_of(row.condition))]
    return {
        "sheet": sheet,
        "row": row,
        "is_counting": sheet.match is None and sheet.shown.state == "in_force",
        "window": windows.said(row.window),
        "tried": tried,
        "kinds": desk.CASE_KINDS,
        "results": list(checking.RESULTS.items()),
        "asked": asked,
        "files": [
            FileItem(one.name, reverse("desk_policy_document_file", args=[row.document_id, one.pk]), one.size)
            for one in sheet.files
        ],
        "paper_text": row.document.text if row.state in ("draft", "reviewed") else "",  # a reader compares
        "case_day": max(facts.day(request.now), row.force_from),
        "wants_cases": len({one.case.kind for one in sheet.tried}) < len(desk.CASE_KINDS),
        "formula": formulas.said(row.formula),
    }


def _facts(case: desk.CaseRow) -> str:
    """The facts of a case in one line."""
    known = catalogue()
    try:
        told: Mapping[str, object] = read_facts(case.facts, case.on)
    except Unreadable:
        told = case.facts
    return "，".join(
        f"{known[name].label} {mine.value_said(name, told.get(name)) or value}"
        for name, value in case.facts.items()
        if name in known
    )


@require_POST
def renew(incoming: HttpRequest, code: str) -> HttpResponse:
    """Begin the next revision, and go on to write it."""
    request = cast(PersonRequest, incoming)
    made = drafting.renew(actor=request.actor, now=request.now, code=code)
    messages.success(request, f"已从上一版起草第 {made.number} 版，请修改执行日期和内容。")
    return redirect("desk_policy_edit", code=code, revision=made.number)


@require_POST
def read(incoming: HttpRequest, code: str, revision: int) -> HttpResponse:
    """Say that one has read the draft."""
    request = cast(PersonRequest, incoming)
    seen = place_of(request.POST.get("seen", ""))
    publishing.read(actor=request.actor, now=request.now, code=code, number=revision, seen=seen)
    messages.success(request, "已记下您的审读，可以发布。")
    return redirect("desk_policy", code=code)


@require_POST
def publish(incoming: HttpRequest, code: str, revision: int) -> HttpResponse:
    """Put out what was read; what stands in the way is listed on the page."""
    request = cast(PersonRequest, incoming)
    publishing.publish(actor=request.actor, now=request.now, code=code, number=revision)
    messages.success(request, "已发布，正在逐户匹配。")
    return redirect("desk_policy", code=code)


@require_POST
def withdraw(incoming: HttpRequest, code: str, revision: int) -> HttpResponse:
    """Take a revision back, with a reason."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    publishing.withdraw(actor=request.actor, now=request.now, code=code, number=revision, reason=reason)
    messages.success(request, "已撤回；对以前日期的答复不变。")
    return redirect("desk_policy", code=code)


@require_POST
def add_case(incoming: HttpRequest, code: str, revision: int) -> HttpResponse:
    """Give a draft an example."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    access.revision(request.actor, code, revision)
    day = day_of(request.POST.get("on", ""))
    if day is None:
        raise Invalid("请填写算例的日期。")
    kind = request.POST.get("kind", "")
    given = {
        name.removeprefix("fact_"): text.strip()
        for name in request.POST
        if name.startswith("fact_") and (text := request.POST[name]).strip()
    }
    drafting.add_case(
        actor=request.actor, now=request.now, code=code, number=revision, name=request.POST.get("name", ""),
        kind=kind, on=day, given=given, expected=request.POST.get("expected", "") or checking.MEANT.get(kind, ""),
    )  # fmt: skip
    messages.success(request, "算例已保存。")
    return redirect("desk_policy", code=code)


@require_POST
def drop_case(incoming: HttpRequest, code: str, revision: int, example: int) -> HttpResponse:
    """Take an example away."""
    request = cast(PersonRequest, incoming)
    drafting.drop_case(actor=request.actor, now=request.now, code=code, number=revision, case=example)
    messages.success(request, "算例已删去。")
    return redirect("desk_policy", code=code)


@require_GET
def compare(incoming: HttpRequest, code: str) -> HttpResponse:
    """Two revisions over the enterprises of today."""
    request = cast(PersonRequest, incoming)
    numbers = desk.numbers_of(request.actor, code)
    one = place_of(request.GET.get("one", "")) or (numbers[1] if len(numbers) > 1 else numbers[0])
    other = place_of(request.GET.get("other", "")) or numbers[0]
    context: dict[str, Any] = {"code": code, "numbers": numbers, "one": one, "other": other}
    if one != other:
        told = trial.comparison(actor=request.actor, on=facts.day(request.now), code=code, one=one, other=other)
        moved = [(RESULTS[a], RESULTS[b], n) for a, b, n in told.moved if n]
        context |= {"told": told, "moved": moved, "title": told.other.title}
    return render(request, "library/compare.html", context)
