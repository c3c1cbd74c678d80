"""The ledger: vouchers, their reversal, months, files of the finance system."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.disclosure import access
from qifu.domain.disclosure.actions import ledger as actions
from qifu.domain.disclosure.actions import pulling
from qifu.domain.disclosure.queries import ledger as queries
from qifu.entry.desk.budget import reading
from qifu.entry.desk.budget.asked import day_of, number_of, year_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import local
from qifu.kernel.errors import Conflict, Invalid
from qifu.output.charts.tables import as_csv


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """Vouchers of a year, newest first."""
    request = cast(PersonRequest, incoming)
    filters = _filters(request)
    page = queries.vouchers(actor=request.actor, filters=filters, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "bar": _bar(filters), "year": filters.year, "may_write": access.may_write(request.actor)}
    return render(request, "budget/vouchers.html", context)


@require_GET
def export(incoming: HttpRequest) -> StreamingHttpResponse:
    """Every line of the vouchers listed, as CSV of any length."""
    request = cast(PersonRequest, incoming)
    filters = _filters(request)
    asked = {"month": filters.month, "kind": filters.kind, "project": filters.project}
    actions.note_export(actor=request.actor, now=request.now, year=filters.year, filters=asked)
    lines = as_csv(queries.COLUMNS, queries.every_line(actor=request.actor, filters=filters))
    name = content_disposition_header(True, f"{filters.year}年凭证.csv") or "attachment"
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


@require_POST
def pull(incoming: HttpRequest) -> HttpResponse:
    """Draw in what grants have paid since the last time."""
    request = cast(PersonRequest, incoming)
    found = pulling.pull(actor=request.actor, now=request.now)
    messages.success(request, f"新登记 {found.entered} 张拨付凭证，冲销 {found.reversed} 张退汇。")
    for each in found.waiting[:10]:
        messages.warning(request, f"未入账：{each}")
    if len(found.waiting) > 10:
        messages.warning(request, f"另有 {len(found.waiting) - 10} 笔未入账。")
    return redirect("desk_vouchers")


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One voucher."""
    return _show(cast(PersonRequest, incoming), number)


@require_POST
def take_back(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take a voucher back by one in red."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    try:
        row = actions.reverse(
            actor=request.actor,
            now=request.now,
            voucher=number,
            day=day_of(request.POST.get("day", "")),
            reason=request.POST.get("reason", ""),
        )
    except Invalid as refusal:
        return _show(request, number, refusal.message)
    messages.success(request, "已用红字凭证冲销，原凭证保留。")
    return redirect("desk_voucher", row.pk)


@require_POST
def close(incoming: HttpRequest) -> HttpResponse:
    """Close a month for good."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    year, month = year_of(request), number_of(request.POST.get("month", "")) or 0
    actions.close_month(actor=request.actor, now=request.now, year=year, month=month)
    messages.success(request, f"{year}年{month}月已结账。")
    return redirect(f"{reverse('desk_budget')}?year={year}")


@require_http_methods(["GET", "POST"])
def imports(incoming: HttpRequest) -> HttpResponse:
    """Hand in a file of the finance system; it is tried at once and nothing is entered."""
    request = cast(PersonRequest, incoming)
    problem = ""
    if request.method == "POST":
        access.require_write(request.actor)
        try:
            read = reading.vouchers(request.FILES.get("file"))
            row = actions.try_file(
                actor=request.actor, now=request.now, name=read.name, digest=read.digest, rows=read.rows, entries=read.entries,
                unread=read.unread,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            problem = refusal.message
        else:
            return redirect("desk_voucher_import", row.pk)
    context = {
        "rows": queries.imports(actor=request.actor),
        "problem": problem,
        "columns": reading.VOUCHER.items(),
        "may_write": access.may_write(request.actor),
    }
    return render(request, "budget/imports.html", context, status=422 if problem else 200)


@require_GET
def tried(incoming: HttpRequest, number: int) -> HttpResponse:
    """What a file would enter, or has entered, and what is wrong with it."""
    request = cast(PersonRequest, incoming)
    row = access.import_door(request.actor, number)
    context = {"row": row, "first": row.vouchers[:20], "may_write": access.may_write(request.actor)}
    return render(request, "budget/import.html", context)


@require_POST
def enter(incoming: HttpRequest, number: int) -> HttpResponse:
    """Enter all vouchers of a tried file."""
    request = cast(PersonRequest, incoming)
    row = actions.enter_file(actor=request.actor, now=request.now, number=number)
    messages.success(request, f"已登记 {row.fresh} 张凭证。")
    return redirect("desk_voucher_import", number)


def _show(request: PersonRequest, number: int, problem: str = "") -> HttpResponse:
    sheet = queries.voucher(actor=request.actor, number=number)
    today = local(request.now).date()
    context = {
        "sheet": sheet,
        "problem": problem,
        "given": request.POST,
        "day": max(sheet.row.day, min(today, today.replace(year=sheet.row.year, day=1))).isoformat(),
    }
    return render(request, "budget/voucher.html", context, status=422 if problem else 200)


def _filters(request: PersonRequest) -> queries.Filters:
    given = request.GET
    month = number_of(given.get("month", ""))
    kind = given.get("kind", "")
    return queries.Filters(
        year=year_of(request),
        q=given.get("q", "").strip()[:60],
        month=month if month is not None and 1 <= month <= 12 else None,
        kind=kind if kind in queries.LABELS else "",
        project=number_of(given.get("project", "")),
    )


def _bar(filters: queries.Filters) -> FilterBar:
    projects = [Choice("0", "基本支出"), *(Choice(str(one.pk), one.name) for one in queries.projects(filters.year))]
    values = {
        "year": str(filters.year), "q": filters.q, "month": str(filters.month or ""), "kind": filters.kind,
        "project": "" if filters.project is None else str(filters.project),
    }  # fmt: skip
    return FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="凭证号或摘要"),
            Filter("month", "月份", choices=[Choice(str(n), f"{n}月") for n in range(1, 13)]),
            Filter("kind", "种类", choices=[Choice(*each) for each in queries.LABELS.items()]),
            Filter("project", "项目", choices=projects),
        ],
        values,
        keep=("year",),
    )
