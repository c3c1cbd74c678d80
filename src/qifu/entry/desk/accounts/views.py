"""Screens of a disclosure: the list, what is left to do, the text with last year's beside, a figure opened, what changed since."""

from __future__ import annotations

from itertools import zip_longest
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.disclosure import access
from qifu.domain.disclosure.actions import accounts as actions
from qifu.domain.disclosure.queries import accounts as queries
from qifu.engines.statements.layouts import column_name, layout
from qifu.entry.desk.budget.asked import number_of
from qifu.entry.theme.documents import FORMS, handed_out
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid
from qifu.output.papers.fiscal.linked import linked

PAGES = {  # table of a row → its page
    "disclosure.voucher": "desk_voucher",
    "disclosure.budget": "desk_budget_version",
}
MOST = 300  # rows that a page lists
STATES = {"changed": "公开后有改动", "gone": "公开后已删除", "come": "公开后新增"}
TONES = {"error": "red", "warning": "amber", "info": "calm"}
SEVERITIES = {"error": "错误", "warning": "提醒", "info": "提示"}
DONE = {
    "hand-in": "已送审，由另一名财务绩效人员或审计员审核。",
    "review": "已审核，等待中心领导签发。",
    "publish": "已签发并公开，数据和明细已冻结。",
    "give-back": "已退回编制人。",
}


@require_http_methods(["GET", "POST"])
def listing(incoming: HttpRequest) -> HttpResponse:
    """All disclosures; begin that of another year."""
    request = cast(PersonRequest, incoming)
    if request.method == "POST":
        access.require_write(request.actor)
        year = number_of(request.POST.get("year", "")) or 0
        row = actions.begin(actor=request.actor, now=request.now, year=year)
        messages.success(request, f"{year} 年决算公开已经开始编制，各表已由凭证算出。")
        return redirect("desk_account", row.pk)
    years = [year for year in queries.years(actor=request.actor) if year < request.now.year]
    context = {
        "rows": queries.listing(actor=request.actor),
        "years": years,
        "may_write": access.may_write(request.actor),
    }
    return render(request, "accounts/list.html", context)


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """What is left to say, what the auditor finds, who has signed."""
    return _show(cast(PersonRequest, incoming), number)


def _show(request: PersonRequest, number: int, problems: list[str] | None = None) -> HttpResponse:
    sheet = queries.sheet(actor=request.actor, number=number)
    report = sheet.made.report
    found = [(one, SEVERITIES[one.severity], TONES[one.severity]) for one in report.findings]
    works = [
        (f"work:{place}", goal.text, sheet.words.get(f"work:{place}", ""))
        for form in sheet.made.model.forms
        if form.kind == "unit"
        for place, goal in enumerate(form.goals)
    ]
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "own": [(one, sheet.words.get(one.place, "")) for one in sheet.made.needs if not one.by_number],
        "numbers": [one for one in sheet.made.needs if one.by_number],
        "works": works,
        "findings": sorted(found, key=lambda each: list(TONES).index(each[0].severity)),
        "checked": report.checked,
        "signatures": [
            ("编制", sheet.names.get(sheet.row.drawn_by or 0, ""), sheet.row.drawn_at),
            ("审核", sheet.names.get(sheet.row.reviewed_by or 0, ""), sheet.row.reviewed_at),
            ("签发", sheet.names.get(sheet.row.published_by or 0, ""), sheet.row.published_at),
        ],
        "problems": problems or [],
        "forms": FORMS.items(),
        "may_take_back": sheet.row.state in ("drawn", "reviewed") and sheet.row.drawn_by == request.actor.account,
    }
    return render(request, "accounts/show.html", context, status=422 if problems else 200)


@require_GET
def text(incoming: HttpRequest, number: int) -> HttpResponse:
    """The whole text, every figure a link; on request with last year's beside it."""
    request = cast(PersonRequest, incoming)
    sheet = queries.sheet(actor=request.actor, number=number)
    beside = request.GET.get("beside") == "yes" and sheet.prior is not None
    rows = list(_beside(sheet)) if beside else []
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "beside": beside,
        "rows": rows,
        "blocks": [] if beside else linked(sheet.made.model),
        "figure": reverse("desk_account_figure", args=[number]),
    }
    return render(request, "accounts/text.html", context)


def _beside(sheet: queries.Sheet) -> list[tuple[str, str, str, bool]]:
    """Kind, this year's paragraph, last year's, whether they stand in one place: paragraphs by section, amounts by cell."""
    assert sheet.prior is not None
    found: list[tuple[str, str, str, bool]] = []
    sections: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for side, model in enumerate((sheet.made.model, sheet.prior)):
        for one in model.text:
            if one.part in ("explanations", "works", "terms"):
                sections.setdefault((one.part, one.section), ([], []))[side].append(one.text)
    for (_, section), (ours, theirs) in sections.items():
        for left, right in zip_longest(ours, theirs, fillvalue=""):
            found.append((section, left, right, left == right))
    return found


@require_GET
def figure(incoming: HttpRequest, number: int) -> HttpResponse:
    """A figure: its definition, what it is made of, its course, its rows."""
    request = cast(PersonRequest, incoming)
    place = tuple(request.GET.get("at", "").split("/"))
    opened = queries.figure(actor=request.actor, number=number, place=place)
    found = opened.figure
    rows = [
        (row, amount, reverse(PAGES[row.table], args=[row.handle]) if row.table in PAGES else "", opened.states.get(row.mark, ""))
        for row, amount in found.rows[:MOST]
    ]  # fmt: skip
    snapshot = found.proof.removeprefix("snapshot:") if found.proof.startswith("snapshot:") else ""
    context = {
        "row": opened.row,
        "found": found,
        "rows": rows,
        "states": STATES,
        "parts": [(part, "/".join(part.place)) for part in found.parts],
        "trend": opened.trend,
        "table": layout(found.table).name if found.table else "",
        "snapshot": snapshot,
        "more": max(len(found.rows) - MOST, 0),
        "is_money": found.unit == "万元",
    }
    return render(request, "accounts/figure.html", context)


@require_GET
def since(incoming: HttpRequest, number: int) -> HttpResponse:
    """What changed in the books since it was published."""
    request = cast(PersonRequest, incoming)
    row, found, is_whole = queries.since(actor=request.actor, number=number)
    context = {
        "row": row,
        "is_whole": is_whole,
        "rows": [(one, STATES[one.state], one.was or one.now) for one in found.rows[:MOST]],
        "cells": [
            (layout(key[0]).name, key[1].rpartition(":")[2] or "合计", column_name(key[0], key[2]), was, now, "/".join(("cell", *key)))
            for key, was, now in found.cells
        ],
        "count": len(found.rows),
    }  # fmt: skip
    return render(request, "accounts/since.html", context)


@require_GET
def download(incoming: HttpRequest, number: int, form: str) -> HttpResponse:
    """The document as a file."""
    request = cast(PersonRequest, incoming)
    return handed_out(queries.sheet(actor=request.actor, number=number).made.model, form)


@require_POST
def say(incoming: HttpRequest, number: int) -> HttpResponse:
    """Write the words of one place."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    given = request.POST
    try:
        actions.say(
            actor=request.actor,
            now=request.now,
            account=number,
            place=given.get("place", ""),
            text=given.get("text", ""),
        )
    except Invalid as refusal:
        return _show(request, number, [refusal.message])
    messages.success(request, "已保存，公开文本和审核结果已重新计算。")
    return redirect(f"{reverse('desk_account', args=[number])}#words")


@require_POST
def step(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Sign, or give back."""
    request = cast(PersonRequest, incoming)
    access.require_look(request.actor)
    if step not in DONE:
        raise Http404
    actor, now = request.actor, request.now
    try:
        if step == "hand-in":
            actions.hand_in(actor=actor, now=now, account=number)
        elif step == "review":
            actions.review(actor=actor, now=now, account=number)
        elif step == "publish":
            actions.publish(actor=actor, now=now, account=number)
        else:
            opinion = request.POST.get("opinion", "")
            actions.give_back(actor=actor, now=now, account=number, opinion=opinion)
    except Invalid as refusal:
        return _show(request, number, cast(list[str], refusal.extra.get("problems", [])) or [refusal.message])
    messages.success(request, DONE[step])
    return redirect("desk_account", number)
