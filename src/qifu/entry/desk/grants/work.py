"""The work list, and one application with the steps that the person may take."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.grants import access
from qifu.domain.grants.actions import reviewing, taking
from qifu.domain.grants.flow import APPLICATION, words
from qifu.domain.grants.overlaps import queries as overlaps
from qifu.domain.grants.queries import lists, sheet
from qifu.domain.people import queries as people
from qifu.engines.flow import Step
from qifu.entry.desk.grants.forms import VisitForm
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Conflict, Invalid, Refusal
from qifu.kernel.files.kinds import MEDIA
from qifu.output.papers import decisions

TOGETHER = {
    "enlist": "确认列入",
    "offer": "通知企业确认",
    "grant": "决定支持",
}  # steps that may be taken on many at once
WAYS = {"enlist": "none", "offer": "confirm"}  # steps of one way in; they are offered where such applications are shown
MOST_SHOWN = 2_000
LONGEST = 60
CUTS = ("year", "unit", "scheme", "refusal", "passed", "lacks")  # what numbers of the board cut the list to


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """What waits for me, or all that I may see; filters stay in the address."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    filters = _filters(request)
    page = lists.page(actor=request.actor, now=request.now, filters=filters, place=_whole(request.GET.get("from", "")))
    states = [Choice(name, f"{label} {n}") for name, label, n in lists.counts(request.actor)]
    states += [Choice(name, label) for name, label in lists.GROUPS.items() if name == filters.state]
    schemes = [Choice(str(pk), title) for pk, title in lists.schemes(request.actor)]
    bar = FilterBar(
        (
            Filter("q", "查找", "search", placeholder="申报编号、企业名称"),
            Filter("state", "状态", choices=states),
            Filter("version", "项目", choices=schemes),
        ),
        {"q": filters.q, "state": filters.state, "version": str(filters.version or ""), "scope": filters.scope}
        | {name: request.GET.get(name, "")[:20] for name in CUTS},
        keep=("scope", *CUTS),
    )
    ways = {one.way for one in page.lines}
    together = [
        (step, label) for step, label in TOGETHER.items()
        if filters.state in APPLICATION.steps[step].sources and (step not in WAYS or WAYS[step] in ways)
    ]  # fmt: skip
    context = {
        "page": page, "bar": bar, "filters": filters, "waiting": lists.waiting(request.actor), "together": together,
        "here": "work", "query": request.GET.urlencode(), "cut": _cut_said(filters),
    }  # fmt: skip
    return render(request, "grants/list.html", context)


@require_POST
def act(incoming: HttpRequest) -> HttpResponse:
    """Take one step on all that were ticked, each by itself; what did not go is named with its reason."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    step = request.POST.get("step", "")
    if step not in TOGETHER:
        raise Invalid("请选择要批量办理的步骤。")
    numbers = request.POST.getlist("number")[:MOST_SHOWN]
    given = {"reason": request.POST.get("reason", ""), "clause": request.POST.get("clause", "")}
    done, problem = taking.take_each(actor=request.actor, now=request.now, numbers=numbers, step=step, given=given)
    if done:
        messages.success(request, f"已办理 {done} 件。")
    if problem:
        messages.error(request, f"有 {len(numbers) - done} 件没有办成。{problem}")
    if not numbers:
        messages.error(request, "请先勾选要办理的申报。")
    return redirect("desk_grants")


@require_GET
def show(incoming: HttpRequest, number: str) -> HttpResponse:
    """One application."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return page(request, number)


@require_POST
def take(incoming: HttpRequest, number: str, step: str) -> HttpResponse:
    """Take a step, or give the opinion of a department; a refused one shows the page again with what was typed."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    try:
        if step == "review":
            reviewing.give(actor=request.actor, now=request.now, number=number, opinion=_opinion(request))
            messages.success(request, "意见已提交。全部部门提交后，各部门的分数一起公开。")
        else:
            _taken(request, number, step)
    except (Invalid, Conflict) as refusal:
        if isinstance(refusal, Conflict):
            messages.error(request, refusal.message)
            return redirect("desk_grant", number=number)
        return page(request, number, refused=(step, refusal), status=422)
    return redirect("desk_grant", number=number)


@require_GET
def attachment(incoming: HttpRequest, number: str, file: int) -> FileResponse:
    """A paper of the application."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    row, stream = sheet.opened(actor=request.actor, number=number, file=file)
    return FileResponse(
        stream, as_attachment=True, filename=row.name, content_type=MEDIA.get(row.kind, "application/octet-stream")
    )


@require_GET
def decision(incoming: HttpRequest, number: str) -> HttpResponse:
    """The decision as a Word document."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    return decisions.answer(actor=request.actor, number=number)


def _taken(request: PersonRequest, number: str, name: str) -> None:
    step = APPLICATION.steps.get(name)
    if step is None:
        raise Conflict("没有这一步，请刷新页面。")
    sent = needs.read(step, request.POST, request.FILES, actor=request.actor, now=request.now)
    seq = _whole(request.POST.get("seq", ""))
    taking.take(
        actor=request.actor, now=request.now, number=number, step=name, given=sent.given, seq=seq or None,
        key=request.POST.get("idempotency_key", ""),
    )  # fmt: skip
    messages.success(request, f"{step.label}：已办理。")


def page(
    request: PersonRequest, number: str, *, refused: tuple[str, Refusal] | None = None, visit: VisitForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """One application with what the person may do; `refused` and `visit` are shown as they were sent."""
    told = sheet.sheet(actor=request.actor, now=request.now, number=number)
    forms = [
        (step, _form(request, step, told, refused), bool(refused and refused[0] == step.name)) for step in told.steps
    ]
    problem = refused[1] if refused and refused[0] == "review" else None
    problems = problem.fields if isinstance(problem, Invalid) else {}
    typed = [(one, f"score_{one['name']}") for one in told.row.version.scoring]
    found = overlaps.findings_for(request.actor, told.row.pk)
    context = {
        "open_overlaps": sum(one.state == "open" for one in found),
        "told": told, "row": told.row, "forms": forms, "votes": words.VOTES, "problem": problem, "here": "work",
        "problems": problems,
        "scores": [(one, request.POST.get(name, ""), problems.get(name, "")) for one, name in typed],
        "visiting": (visit or VisitForm()) if told.may_visit else None, "is_money": access.sees_money(request.actor), "overlaps": found,
    }  # fmt: skip
    return render(request, "grants/application.html", context, status=status)


def _form(request: PersonRequest, step: Step, told: sheet.Sheet, refused: tuple[str, Refusal] | None) -> needs.StepForm:
    if refused is not None and refused[0] == step.name and isinstance(refused[1], Invalid):
        problems = refused[1].fields or {"__all__": refused[1].message}
        return needs.fields(step, post=request.POST, problems=problems)
    amount = told.agreed or told.row.granted or told.row.asked
    initial = {
        "clause": told.rests.clause,
        "amount": str(amount) if amount and told.row.version.basis == "asked" else "",
    }
    return needs.fields(step, initial=initial)


def _opinion(request: PersonRequest) -> reviewing.Opinion:
    post = request.POST
    scores = {name.removeprefix("score_"): value for name, value in post.items() if name.startswith("score_")}
    return reviewing.Opinion(
        post.get("has_conflict") == "yes", post.get("conflict", ""), {k: str(v) for k, v in scores.items()},
        post.get("vote", ""), post.get("amount", ""), post.get("opinion", ""),
    )  # fmt: skip


def _filters(request: PersonRequest) -> lists.Filters:
    scope = "all" if request.GET.get("scope") == "all" else "mine"
    return lists.Filters(
        scope,
        request.GET.get("state", "")[:20],
        _whole(request.GET.get("version", "")) or None,
        request.GET.get("q", "")[:LONGEST].strip(),
        year=_whole(request.GET.get("year", "")) or None,
        unit=_whole(request.GET.get("unit", "")) or None,
        scheme=_whole(request.GET.get("scheme", "")) or None,
        refusal=request.GET.get("refusal", "")[:20],
        passed=request.GET.get("passed", "")[:20],
        lacks=request.GET.get("lacks", "")[:20],
    )


def _cut_said(filters: lists.Filters) -> str:
    """What a number of the board has cut the list to, in words."""
    units = people.unit_tree().units
    parts = (
        f"{filters.year} 年" if filters.year else "",
        units[filters.unit].short_name if filters.unit in units else "",
        "一个项目" if filters.scheme else "",
        words.label(words.REFUSALS, filters.refusal) if filters.refusal else "",
        f"走过“{APPLICATION.states[filters.passed].label}”" if filters.passed in APPLICATION.states else "",
        "企业还没有确认收款账户" if filters.lacks else "",
    )
    return "、".join(part for part in parts if part)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
