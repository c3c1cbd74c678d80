"""Money on the desk: lines of the budget, what waits to be paid, batches out, answers of the bank in, and whether the books agree."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.grants import access, amounts, facts
from qifu.domain.grants.actions import money as actions
from qifu.domain.grants.actions import payments
from qifu.domain.grants.bankfile import LAYOUTS
from qifu.domain.grants.queries import checking, funds
from qifu.domain.people import queries as people
from qifu.entry.desk.grants import checks, returns
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.output.charts.tables import as_xlsx


@require_http_methods(["GET", "POST"])
def overview(incoming: HttpRequest) -> HttpResponse:
    """Everything of the year; what is sent here opens a line, draws up a batch, or brings the bank's answer."""
    request = cast(PersonRequest, incoming)
    access.require_money(request.actor)
    if request.method == "POST":
        return _done(request)
    return _page(request)


@require_GET
def ledger(incoming: HttpRequest, line: int) -> HttpResponse:
    """The movements of one line."""
    request = cast(PersonRequest, incoming)
    place = request.GET.get("from", "")
    whole = int(place) if place.isascii() and place.isdecimal() and len(place) < 10 else 0
    told = funds.entries(actor=request.actor, line=line, place=whole)
    return render(request, "grants/ledger.html", {"row": told.row, "told": told, "page": told, "here": "money"})


@require_http_methods(["GET", "POST"])
def batch(incoming: HttpRequest, number: str) -> HttpResponse:
    """One batch; what is sent here lets it go, or takes it back."""
    request = cast(PersonRequest, incoming)
    if request.method == "POST":
        access.require_payer(request.actor)
        try:
            if request.POST.get("act") == "drop":
                payments.drop(actor=request.actor, now=request.now, number=number)
                messages.success(request, "批次已撤销，资金仍然留着。")
            else:
                payments.release(actor=request.actor, now=request.now, number=number)
                messages.success(request, "已复核。请下载付款文件交给银行。")
        except (Conflict, Forbidden) as refusal:
            messages.error(request, refusal.message)
        return redirect("desk_batch", number=number)
    return render(
        request, "grants/batch.html", {"told": funds.batch(actor=request.actor, number=number), "here": "money"}
    )


@require_GET
def bank_file(incoming: HttpRequest, number: str) -> HttpResponse:
    """The file for the bank."""
    request = cast(PersonRequest, incoming)
    file = funds.bank_file(actor=request.actor, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type="text/plain; charset=gb18030", headers=headers)


@require_GET
def check(incoming: HttpRequest) -> HttpResponse:
    """Orders, answers of the bank, ledger and lines of a year held against each other."""
    request = cast(PersonRequest, incoming)
    year = _whole(request.GET.get("year", "")) or facts.day(request.now).year
    told = checking.check(actor=request.actor, now=request.now, year=year)
    return render(request, "grants/check.html", {"told": told, "here": "money"})


@require_GET
def check_workbook(incoming: HttpRequest) -> FileResponse:
    """The same as a workbook; who took it is kept."""
    request = cast(PersonRequest, incoming)
    year = _whole(request.GET.get("year", "")) or facts.day(request.now).year
    told = checking.check(actor=request.actor, now=request.now, year=year)
    actions.note_check(actor=request.actor, now=request.now, year=year, differing=len(told.differences))
    return workbook(as_xlsx(checks.sheets(told)), f"{year}年兑现资金对账{request.now:%Y%m%d}.xlsx")


def _page(request: PersonRequest, problem: str = "", status: int = 200) -> HttpResponse:
    year = facts.day(request.now).year
    context = {
        "lines": funds.lines(actor=request.actor, year=year), "waiting": funds.waiting(actor=request.actor),
        "batches": funds.batches(actor=request.actor), "returns": funds.returns(actor=request.actor),
        "books": funds.reconciled(actor=request.actor, year=year), "year": year, "problem": problem,
        "may_pay": access.may_pay(request.actor), "layouts": LAYOUTS, "typed": request.POST, "here": "money",
        "units": [unit for unit in people.units() if unit.kind in ("centre", "department")],
    }  # fmt: skip
    return render(request, "grants/money.html", context, status=status)


def _done(request: PersonRequest) -> HttpResponse:
    access.require_payer(request.actor)
    acts = {"line": _line, "draw": _draw, "return": returns.take, "go_on": _go_on}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid("请从页面上的按钮办理。")
    try:
        return act(request)
    except (Invalid, Conflict, Forbidden) as refusal:
        return _page(request, refusal.message, refusal.status)


def _line(request: PersonRequest) -> HttpResponse:
    post = request.POST
    actions.open_line(
        actor=request.actor, now=request.now, year=_whole(post.get("year", "")), code=post.get("code", ""),
        project=post.get("project", ""), functional=post.get("functional", "").strip(), economic=post.get("economic", "").strip(),
        unit=people.unit(_whole(post.get("unit", ""))).id, total=amounts.read(post.get("total", "")) or Decimal(0),
    )  # fmt: skip
    messages.success(request, "预算已下达。")
    return redirect("desk_money")


def _draw(request: PersonRequest) -> HttpResponse:
    wanted = [_whole(one) for one in request.POST.getlist("reservation")]
    layout = request.POST.get("layout", "plain")
    made = payments.draw(actor=request.actor, now=request.now, reservations=wanted, layout=layout)
    messages.success(request, f"批次 {made.number} 已制单，请另一位财务人员复核。")
    return redirect("desk_batch", number=made.number)


def _go_on(request: PersonRequest) -> HttpResponse:
    """Work off what an interruption left of an answer."""
    row = access.bank_return(request.actor, _whole(request.POST.get("number", "")))
    return returns.work_off(request, row.pk, row.done, row.left)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
