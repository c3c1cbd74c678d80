"""After the money, on the desk: what is owed, reports to confirm, breaches, and money asked back until the last receipt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.grants import access, amounts
from qifu.domain.grants.obligations import queries, terms
from qifu.domain.grants.obligations.actions import carrying, recovering, reporting
from qifu.entry.theme.attachments import sent, workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.output.charts.tables import as_xlsx
from qifu.output.papers import clawbacks

HEADS = ("申报编号", "企业", "项目", "约定", "内容", "起", "止", "状态", "查到的", "来源", "数据日期")
DONE = {
    "confirm": "报告已确认。",
    "ask": "已请企业更正，只能请这一次。",
    "breach": "已登记，请提出处理意见。",
    "propose": "已提出，等企业说明后由督办员决定。",
    "decide": "已作出决定，并通知企业。",
    "enter": "已登记，请另一位财务人员复核。",
    "drop": "已撤销登记。",
    "money": "已复核入账。",
}
LONGEST = 60


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse | FileResponse:
    """What waits for me, or all that I may see; as a workbook if asked for."""
    request = cast(PersonRequest, incoming)
    filters = _filters(request)
    if request.GET.get("as") == "xlsx":
        return _carried(request, filters)
    place = _whole(request.GET.get("from", ""))
    page = queries.page(actor=request.actor, now=request.now, filters=filters, place=place)
    states = [Choice(name, f"{label} {n}") for name, label, n in queries.counts(request.actor)]
    bar = FilterBar(
        (
            Filter("q", "查找", "search", placeholder="申报编号、企业名称"),
            Filter("kind", "约定", choices=[Choice(name, label) for name, label in terms.KINDS.items()]),
            Filter("state", "状态", choices=[*states, Choice("due", "到期未了")]),
        ),
        {"q": filters.q, "kind": filters.kind, "state": filters.state, "scope": filters.scope},
        keep=("scope",),
    )
    waiting = queries.waiting(request.actor, request.now)
    context = {"page": page, "bar": bar, "filters": filters, "waiting": waiting, "here": "after"}
    return render(request, "grants/after.html", context)


@require_http_methods(["GET", "POST"])
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One obligation; what is sent here is a step of it."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    if request.method == "GET":
        return _page(request, number)
    name = request.POST.get("act", "")
    act = ACTS.get(name)
    if act is None:
        queries.sheet(actor=request.actor, now=request.now, number=number)
        raise Invalid("请从页面上的按钮办理。")
    try:
        act(request, number)
    except Invalid as refusal:
        return _page(request, number, refusal, name)
    except (Conflict, Forbidden) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, DONE[name])
    return redirect("desk_after_one", number=number)


@require_GET
def attachment(incoming: HttpRequest, number: int, file: int) -> FileResponse:
    """A file that the enterprise handed in."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return sent(*queries.opened(actor=request.actor, number=number, file=file))


@require_GET
def letter(incoming: HttpRequest, case: str) -> HttpResponse:
    """The letter of a claw-back as a Word document."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return clawbacks.answer(actor=request.actor, number=case)


def _confirm(request: PersonRequest, number: int) -> None:
    reporting.confirm(actor=request.actor, now=request.now, number=number)


def _ask(request: PersonRequest, number: int) -> None:
    reporting.ask(actor=request.actor, now=request.now, number=number, what=request.POST.get("what", ""))


def _breach(request: PersonRequest, number: int) -> None:
    post = request.POST
    reporting.note_breach(
        actor=request.actor, now=request.now, number=number, text=post.get("text", ""), source=post.get("source", ""),
        as_of=_day(post.get("as_of", ""), "as_of"),
    )  # fmt: skip


def _propose(request: PersonRequest, number: int) -> None:
    post = request.POST
    recovering.propose(
        actor=request.actor, now=request.now, number=number, clause=post.get("clause", ""), reason=post.get("reason", ""),
        breached_on=_day(post.get("breached_on", ""), "breached_on"), is_waiver=post.get("is_waiver") == "yes",
    )  # fmt: skip


def _decide(request: PersonRequest, number: int) -> None:
    post = request.POST
    recovering.decide(
        actor=request.actor, now=request.now, number=post.get("case", ""), is_upheld=post.get("is_upheld") == "yes",
        reason=post.get("reason", ""), amount=amounts.read(post.get("amount", "")),
    )  # fmt: skip


def _enter(request: PersonRequest, number: int) -> None:
    post = request.POST
    recovering.enter(
        actor=request.actor, now=request.now, number=post.get("case", ""), receipt=post.get("receipt", ""),
        amount=amounts.read(post.get("amount", "")) or recovering.NOUGHT, on=_day(post.get("on", ""), "on"),
    )  # fmt: skip


def _drop(request: PersonRequest, number: int) -> None:
    recovering.drop(actor=request.actor, now=request.now, repayment=_whole(request.POST.get("repayment", "")))


def _money(request: PersonRequest, number: int) -> None:
    recovering.confirm(actor=request.actor, now=request.now, repayment=_whole(request.POST.get("repayment", "")))


ACTS: dict[str, Callable[[PersonRequest, int], None]] = {
    "confirm": _confirm, "ask": _ask, "breach": _breach, "propose": _propose, "decide": _decide, "enter": _enter,
    "drop": _drop, "money": _money,
}  # fmt: skip


def _page(request: PersonRequest, number: int, refusal: Invalid | None = None, act: str = "") -> HttpResponse:
    told = queries.sheet(actor=request.actor, now=request.now, number=number)
    context = {
        "told": told, "row": told.line.row, "refusal": refusal, "act": act, "here": "after",
        "problems": refusal.fields if refusal else {}, "typed": request.POST,
    }  # fmt: skip
    return render(request, "grants/after_one.html", context, status=422 if refusal else 200)


def _carried(request: PersonRequest, filters: queries.Filters) -> FileResponse:
    rows = [
        (
            one.row.application.number, one.firm, one.row.application.version.title, one.row.kind_label, one.row.said,
            one.row.since.isoformat(), one.row.until.isoformat(), one.label, one.row.finding.get("value", ""),
            one.row.finding.get("source", ""), one.row.finding.get("as_of", ""),
        )
        for one in queries.every(actor=request.actor, now=request.now, filters=filters)
    ]  # fmt: skip
    carrying.carry_away(actor=request.actor, now=request.now, what="obligations", rows=len(rows))
    return workbook(as_xlsx([("拨付以后", HEADS, rows)]), f"拨付以后{request.now:%Y%m%d}.xlsx")


def _filters(request: PersonRequest) -> queries.Filters:
    given = {name: request.GET.get(name, "")[:LONGEST].strip() for name in ("kind", "state", "q")}
    return queries.Filters("all" if request.GET.get("scope") == "all" else "mine", **given)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("请选择日期。", {field: "请选择日期"}) from None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
