"""The budget in versions, and what else a year has to tell: drawn up, approved, dropped, recorded."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.disclosure import access
from qifu.domain.disclosure.actions import budgets as actions
from qifu.domain.disclosure.queries import budgets, ledger, standings
from qifu.entry.desk.budget import reading
from qifu.entry.desk.budget.asked import amount_of, day_of, number_of, year_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid


@require_http_methods(["GET", "POST"])
def versions(incoming: HttpRequest) -> HttpResponse:
    """The versions of a year; hand in the lines of another."""
    request = cast(PersonRequest, incoming)
    year, problem, wrong = year_of(request), "", []
    if request.method == "POST":
        access.require_write(request.actor)
        given = {name: request.POST.get(name, "") for name in ("kind", "title", "reason")}
        try:
            lines = reading.budget(request.FILES.get("file"))
            row = actions.draw(actor=request.actor, now=request.now, year=year, lines=lines, **given)
        except (Invalid, Conflict) as refusal:
            problem, wrong = refusal.message, cast(list[tuple[int, str]], refusal.extra.get("problems", []))
        else:
            messages.success(request, "预算版本已登记，另一名人员批准后生效。")
            return redirect("desk_budget_version", row.pk)
    context = {
        "year": year,
        "rows": budgets.versions(actor=request.actor, year=year),
        "kinds": budgets.LABELS.items(),
        "given": request.POST,
        "problem": problem,
        "wrong": wrong[:100],
        "columns": reading.BUDGET.items(),
        "may_write": access.may_write(request.actor),
    }
    return render(request, "budget/versions.html", context, status=422 if problem else 200)


@require_GET
def version(incoming: HttpRequest, number: int) -> HttpResponse:
    """One version with its lines."""
    request = cast(PersonRequest, incoming)
    return render(request, "budget/version.html", {"sheet": budgets.version(actor=request.actor, number=number)})


@require_POST
def approve(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.approve(actor=request.actor, now=request.now, version=number)
    messages.success(request, "已批准，从现在起计入预算。")
    return redirect("desk_budget_version", number)


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    year = access.version_door(request.actor, number).year
    actions.drop(actor=request.actor, now=request.now, version=number)
    messages.success(request, "草稿已删除。")
    return _to("desk_budget_versions", year)


@require_GET
def year(incoming: HttpRequest) -> HttpResponse:
    """What else the year has to tell: staff, vehicles, receptions, assets; contracts of procurement."""
    return _year(cast(PersonRequest, incoming))


@require_POST
def state(incoming: HttpRequest) -> HttpResponse:
    """Say a number of the year."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    asked, given = year_of(request), request.POST
    try:
        value = amount_of(given.get("value", ""), "数值")
        actions.state(
            actor=request.actor,
            now=request.now,
            year=asked,
            item=given.get("item", ""),
            value=value,
            basis=given.get("basis", ""),
        )
    except Invalid as refusal:
        return _year(request, refusal.message)
    messages.success(request, "已登记。")
    return _to("desk_budget_year", asked)


@require_POST
def buy(incoming: HttpRequest) -> HttpResponse:
    """Record a contract."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    given = request.POST
    try:
        row = actions.buy(
            actor=request.actor,
            now=request.now,
            name=given.get("name", ""),
            kind=given.get("kind", ""),
            supplier=given.get("supplier", ""),
            size=given.get("size", ""),
            amount=amount_of(given.get("amount", ""), "合同金额"),
            signed_on=day_of(given.get("signed_on", "")),
            project=number_of(given.get("project", "")),
        )
    except (Invalid, Conflict) as refusal:
        return _year(request, refusal.message)
    messages.success(request, "采购合同已登记。")
    return _to("desk_budget_year", row.year)


def _year(request: PersonRequest, problem: str = "") -> HttpResponse:
    asked = year_of(request)
    context = {
        "year": asked,
        "numbers": standings.standings(actor=request.actor, year=asked),
        "contracts": standings.contracts(actor=request.actor, year=asked),
        "projects": ledger.projects(asked),
        "kinds": standings.KINDS,
        "sizes": standings.SIZES,
        "may_write": access.may_write(request.actor),
        "problem": problem,
        "given": request.POST,
    }
    return render(request, "budget/year.html", context, status=422 if problem else 200)


def _to(name: str, asked: int) -> HttpResponse:
    return redirect(f"{reverse(name)}?year={asked}")
