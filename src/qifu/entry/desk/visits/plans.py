"""Monthly plans: drawn up, looked at, accepted or dropped."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.people import queries as people
from qifu.domain.visits import access, rules
from qifu.domain.visits.actions import moving, planning
from qifu.domain.visits.queries import plans as visits
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.visits import asked
from qifu.entry.desk.visits.forms import PlanForm
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Conflict, Invalid
from qifu.output.charts.tables import as_xlsx

HEADS = ("序号", "日期", "走访对象", "街道", "走访单位", "走访人", "缘由", "为什么")


@require_http_methods(["GET", "POST"])
def listing(incoming: HttpRequest) -> HttpResponse:
    """The plans there are; drawing up another."""
    request = cast(PersonRequest, incoming)
    told = visits.plans(request.actor)
    if request.method == "POST":
        access.require_keeping(request.actor)
    form = PlanForm(request.POST or None, initial=_next(request), streets=_streets(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = planning.draw_up(
                actor=request.actor, now=request.now, month=given["month"], each=given["each"],
                street=asked.number(given["street"]),
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("desk_visit_plan", made.pk)
    context = {
        "plans": told,
        "form": form,
        "may_plan": bool(access.kept_streets(request.actor)),
        "rules": rules.in_force(rules.PLANNING, request.now.astimezone(SHANGHAI).date()),
    }
    return render(request, "visits/plans.html", context, status=422 if request.method == "POST" else 200)


def _next(request: PersonRequest) -> dict[str, object]:
    today = request.now.astimezone(SHANGHAI).date()
    month = today.month % 12 + 1
    return {"month": f"{today.year + (today.month == 12)}-{month:02d}", "each": rules.EACH}


def _streets(request: PersonRequest) -> list[tuple[str, str]]:
    kept = access.kept_streets(request.actor)
    whole = [("", "全区")] if access.is_clerk(request.actor) else []
    return whole + [(str(unit.id), unit.short_name) for unit in people.units("street") if unit.id in kept]


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """What a plan proposes."""
    request = cast(PersonRequest, incoming)
    rule, account = asked.one_of(request.GET.get("rule", ""), asked.RULES), asked.number(request.GET.get("account", ""))
    told = visits.plan(
        request.actor, number, rule=rule, account=account, page=asked.number(request.GET.get("page", "")) or 1
    )
    who = [Choice(str(pk), name) for pk, name in visits.who_is_in(request.actor, number)]
    fields = (Filter("rule", "缘由", choices=asked.RULES), Filter("account", "走访人", choices=who))
    context = {"told": told, "bar": FilterBar(fields, {"rule": rule, "account": str(account or "")})}
    return render(request, "visits/plan.html", context)


@require_GET
def export(incoming: HttpRequest, number: int) -> FileResponse:
    """A plan as a workbook; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    plan, lines = visits.every_line(request.actor, number)
    rows = [
        (one.place, one.day.isoformat(), one.title, one.street_name, one.unit_name, one.who, one.rule_label, one.why)
        for one in lines
    ]
    moving.note_export(actor=request.actor, now=request.now, rows=len(rows), filters={"plan": number})
    return workbook(as_xlsx([("走访计划", HEADS, rows)]), f"走访计划{plan.month:%Y%m}{plan.street_name}.xlsx")


@require_POST
def accept(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = planning.accept(actor=request.actor, now=request.now, plan=number)
    left = f"，{row.left_out} 次因日期已过或企业已另有安排没有列入" if row.left_out else ""
    messages.success(request, f"计划已采用，安排走访 {row.accepted} 次{left}。")
    return redirect("desk_visit_plan", number)


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    planning.drop(actor=request.actor, now=request.now, plan=number)
    messages.success(request, "计划已放弃，没有安排走访。")
    return redirect("desk_visit_plans")
