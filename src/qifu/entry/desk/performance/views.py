"""Goals of a year, one plan with its self-evaluation, and every step of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.performance import access, actions, queries
from qifu.engines.statements.money import amount
from qifu.entry.desk.performance import reading
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.words import local
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.measures import measure

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """The plans of a year."""
    request = cast(PersonRequest, incoming)
    years = queries.years(actor=request.actor)
    year = _year(request, years)
    context = {
        "year": year,
        "years": sorted({year, *years}, reverse=True),
        "rows": queries.plans(actor=request.actor, year=year, q=request.GET.get("q", "").strip()[:40]),
        "may_write": access.may_write(request.actor),
    }
    return render(request, "performance/list.html", context)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Draw up the goals of a year from a table of indicators."""
    request = cast(PersonRequest, incoming)
    access.require_write(request.actor)
    problem, wrong = "", []
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in ("name", "project", "scheme")}
        try:
            lines = reading.indicators(request.FILES.get("file"))
            row = actions.draw(
                actor=request.actor, now=request.now, year=_number(request.POST.get("year", "")), lines=lines, **given
            )
        except (Invalid, Conflict) as refusal:
            problem, wrong = refusal.message, cast(list[tuple[int, str]], refusal.extra.get("problems", []))
        else:
            messages.success(request, "绩效目标已登记，另一名人员批准后生效。")
            return redirect("desk_plan", row.pk)
    projects = next((cut for cut in measure(actions.BUDGET).dimensions if cut.name == "project"), None)
    context = {
        "year": local(request.now).year,
        "given": request.POST,
        "schemes": queries.SCHEMES.items(),
        "projects": projects.choices() if projects is not None else (),
        "problem": problem,
        "wrong": wrong[:100],
        "columns": reading.COLUMNS.items(),
    }
    return render(request, "performance/new.html", context, status=422 if problem else 200)


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One plan with its goals, and its self-evaluation as it stands."""
    return _show(cast(PersonRequest, incoming), number)


@require_GET
def paper(incoming: HttpRequest, number: int) -> HttpResponse:
    """The official form as a Word document."""
    from qifu.output.papers.selfevaluation import build

    request = cast(PersonRequest, incoming)
    sheet = queries.plan(actor=request.actor, number=number)
    name = content_disposition_header(True, f"{sheet.row.year}年{sheet.row.name}绩效自评表.docx") or "attachment"
    return HttpResponse(build(sheet), content_type=WORD, headers={"Content-Disposition": name})


@require_POST
def approve(incoming: HttpRequest, number: int) -> HttpResponse:
    return _done(
        incoming, number, "已批准，可以开始自评。", lambda r: actions.approve(actor=r.actor, now=r.now, plan=number)
    )


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.drop(actor=request.actor, now=request.now, plan=number)
    messages.success(request, "草稿已删除。")
    return redirect("desk_plans")


@require_POST
def fill(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take money and values from the records, frozen as they are now."""
    said = "已按现在的记录取数并冻结；没有取数口径的指标请手工填写。"
    return _done(incoming, number, said, lambda r: actions.fill(actor=r.actor, now=r.now, plan=number))


@require_POST
def say(incoming: HttpRequest, number: int, indicator: int) -> HttpResponse:
    """Write the value of an indicator by hand."""
    given = incoming.POST

    def act(request: PersonRequest) -> object:
        return actions.say(
            actor=request.actor, now=request.now, plan=number, indicator=indicator, value=given.get("value", ""),
            proof=given.get("proof", ""),
        )  # fmt: skip

    return _done(incoming, number, "完成值已填写。", act)


@require_POST
def judge(incoming: HttpRequest, number: int, indicator: int) -> HttpResponse:
    """Judge what no number decides."""
    given = incoming.POST

    def act(request: PersonRequest) -> object:
        access.require_write(request.actor)
        percent = amount(given.get("share", "").removesuffix("%"))
        if percent is None:
            raise Invalid("请填写得分占分值的百分比。", {"share": "请填写数字"})
        share = (percent / 100).quantize(Decimal("0.001"))
        return actions.judge(
            actor=request.actor, now=request.now, plan=number, indicator=indicator, grade=given.get("grade", ""), share=share,
            why=given.get("why", ""),
        )  # fmt: skip

    return _done(incoming, number, "判断已记录。", act)


@require_POST
def explain(incoming: HttpRequest, number: int) -> HttpResponse:
    """Write reasons and remedies."""
    given = {name: incoming.POST.get(name, "") for name in ("reasons", "remedies")}
    return _done(
        incoming,
        number,
        "原因和措施已保存。",
        lambda r: actions.explain(actor=r.actor, now=r.now, plan=number, **given),
    )


@require_POST
def hand_in(incoming: HttpRequest, number: int) -> HttpResponse:
    return _done(
        incoming, number, "自评已提交，等待复核。", lambda r: actions.hand_in(actor=r.actor, now=r.now, plan=number)
    )


@require_POST
def review(incoming: HttpRequest, number: int) -> HttpResponse:
    """Accept a self-evaluation or give it back."""
    accepted, opinion = incoming.POST.get("word") == "accept", incoming.POST.get("opinion", "")

    def act(request: PersonRequest) -> object:
        return actions.review(actor=request.actor, now=request.now, plan=number, is_accepted=accepted, opinion=opinion)

    return _done(incoming, number, "复核意见已记录。", act)


def _done(incoming: HttpRequest, number: int, said: str, act: Callable[[PersonRequest], object]) -> HttpResponse:
    """Act; what cannot be used is said above the sheet."""
    request = cast(PersonRequest, incoming)
    try:
        act(request)
    except Invalid as refusal:
        return _show(request, number, refusal.message)
    messages.success(request, said)
    return redirect("desk_plan", number)


def _show(request: PersonRequest, number: int, problem: str = "") -> HttpResponse:
    sheet = queries.plan(actor=request.actor, number=number)
    context = {"sheet": sheet, "problem": problem, "given": request.POST}
    return render(request, "performance/plan.html", context, status=422 if problem else 200)


def _year(request: PersonRequest, years: list[int]) -> int:
    asked = _number(request.GET.get("year", ""))
    return asked if 2000 <= asked < 2100 else years[0] if years else local(request.now).year


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
