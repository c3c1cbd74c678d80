"""Coverage, what is unclaimed with the list behind it, freshness, the funnel with what enterprises answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import pushing, viewing
from qifu.domain.policies.queries import desk, figures, public
from qifu.domain.registry import actions as registry
from qifu.domain.registry.access import may_export
from qifu.entry.desk.policies.listing import place_of, workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

HEADINGS = ("企业名称", "统一社会信用代码", "街道", "行业", "规模")
WIDTHS = (40, 22, 14, 24, 8)
REACH = ("编号", "政策", "种类", "层级", "符合（户）", "不确定（户）", "不符合（户）", "最缺", "已推送（次）")
REACH_WIDTHS = (18, 44, 10, 8, 12, 12, 12, 18, 12)
DUE = ("编号或名称", "名称", "未申报（户次）", "金额，至少（元）", "今年已申报")
DUE_WIDTHS = (18, 44, 14, 18, 12)
SHOWN = 100  # items of the table; the rest is in the list
ORDERS = {"yuan": "金额最多", "firms": "户次最多", "claimed": "已申报最多", "key": "按编号"}


@require_GET
def coverage(incoming: HttpRequest) -> HttpResponse | FileResponse:
    """How far the library reaches, item by item; as a workbook if asked for."""
    request = cast(PersonRequest, incoming)
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "level", "sort")}
    sort = given["sort"] if given["sort"] in figures.SORTS else "eligible"
    told = figures.coverage(actor=request.actor, on=facts.day(request.now), sort=sort, kind=_kind(given["kind"]))
    lines = [
        one
        for one in told.lines
        if _holds(given["q"], one.title, one.code) and given["level"] in ("", one.level)
    ]  # fmt: skip
    if request.GET.get("as") == "xlsx":
        rows = [
            (one.code, one.title, str(public.KINDS[one.kind]), str(public.LEVELS[one.level]), one.eligible, one.unknown,
             one.ineligible, one.lacking, one.pushed)
            for one in lines
        ]  # fmt: skip
        return _carried(request, "政策覆盖", "coverage", REACH, REACH_WIDTHS, rows, given)
    levels = [Choice(str(code), str(label)) for code, label in public.LEVELS.items()]
    bar = [_SEARCH, Filter("kind", "种类", choices=_KINDS), Filter("level", "层级", choices=levels)]
    context = {
        "told": told,
        "reached": f"{told.reached:,} / {told.enterprises:,} 户",
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "sort": sort,
        "sorts": figures.SORTS,
        "bar": FilterBar(bar, given),
        "result": f"{len(lines)} 项",
    }
    return render(request, "library/coverage.html", context)


@require_GET
def unclaimed(incoming: HttpRequest) -> HttpResponse | FileResponse:
    """Eligible and not claimed, by item, street or industry; items of one street or industry; as a workbook if asked for."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    is_cut = access.streets(request.actor) is not None
    cuts = {name: label for name, label in figures.CUTS.items() if not (is_cut and name == "section")}
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "by", "kind", "street", "section", "sort")}
    by = given["by"] if given["by"] in cuts else "item"
    cut = {name: given[name] for name in ("street", "section")}
    told = figures.unclaimed(actor=request.actor, on=facts.day(request.now), by=by, kind=_kind(given["kind"]), **cut)
    order = given["sort"] if given["sort"] in ORDERS else "yuan"
    lines = [one for one in told.lines if _holds(given["q"], one.label, one.key)]
    if order != "yuan":
        lines.sort(key=lambda one: one.key if order == "key" else -getattr(one, order))
    if request.GET.get("as") == "xlsx":
        rows = [(one.key, one.label, one.firms, one.yuan, one.claimed) for one in lines]
        return _carried(request, "应享未享", "unclaimed_items", DUE, DUE_WIDTHS, rows, given)
    choices = [Choice(name, label) for name, label in cuts.items()]
    fields = [Filter("by", "怎么看", choices=choices), _SEARCH, Filter("kind", "种类", choices=_KINDS)]
    bar = FilterBar(fields, given, keep=("sort", "street", "section"))
    context = {
        "told": told,
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "by": by,
        "bar": bar,
        "result": f"{len(lines)} {'项' if by == 'item' else '个'}",
        "sort": order,
        "sorts": {name: label for name, label in ORDERS.items() if by == "item" or name in ("yuan", "firms")},
        "given": given,
        "cut_label": given["street"] or public.section_label(given["section"]),
        "is_cut": is_cut,
    }
    return render(request, "library/unclaimed.html", context)


def _carried(
    request: PersonRequest, title: str, what: str, headings: tuple[str, ...], widths: tuple[int, ...],
    rows: Sequence[tuple[object, ...]], given: dict[str, str],
) -> FileResponse:  # fmt: skip
    file = workbook(title, headings, widths, rows)
    viewing.carry_away(actor=request.actor, now=request.now, what=what, rows=len(rows), asked=given)
    return FileResponse(file, as_attachment=True, filename=f"{title}{request.now:%Y%m%d}.xlsx")


def _holds(words: str, *texts: str) -> bool:
    """Whether the texts hold all words that are searched for."""
    whole = " ".join(texts).lower()
    return all(word in whole for word in words.lower().split())


@require_GET
def behind(incoming: HttpRequest, code: str) -> HttpResponse:
    """The enterprises behind an unclaimed figure."""
    request = cast(PersonRequest, incoming)
    given = {name: request.GET.get(name, "").strip()[:40] for name in ("street", "section", "q")}
    place = place_of(request.GET.get("from", ""))
    page = figures.behind(
        actor=request.actor,
        on=facts.day(request.now),
        code=code,
        street=given["street"],
        section=given["section"],
        q=given["q"],
        place=place,
    )
    before = max(0, page.place - figures.PAGE) if page.place else None
    bar = FilterBar(
        [Filter("q", "搜索", "search", placeholder="企业名称或信用代码")], given, keep=("street", "section")
    )
    context = {"page": page, "given": given, "before": before, "bar": bar, "result": f"{page.count:,} 户"}
    context["section_label"] = public.section_label(given["section"])
    context["may_export"] = may_export(request.actor)
    return render(request, "library/behind.html", context)


@require_GET
def export(incoming: HttpRequest, code: str) -> FileResponse:
    """The list behind a figure as a workbook."""
    request = cast(PersonRequest, incoming)
    access.item(request.actor, code)
    registry.require_exporter(request.actor)
    given = {name: request.GET.get(name, "").strip()[:40] for name in ("street", "section", "q")}
    found = list(figures.every_behind(actor=request.actor, on=facts.day(request.now), code=code, **given))
    rows = ((one.name, one.uscc, one.street, one.industry, one.size) for one in found)
    file = workbook("应享未享", HEADINGS, WIDTHS, rows)
    viewing.carry_away(
        actor=request.actor, now=request.now, what="unclaimed", rows=len(found), asked=given | {"code": code}
    )
    return FileResponse(file, as_attachment=True, filename=f"应享未享{code}{request.now:%Y%m%d}.xlsx")


@require_GET
def funnel(incoming: HttpRequest) -> HttpResponse:
    """What came of pushes, what enterprises answered, how fast documents become items."""
    request = cast(PersonRequest, incoming)
    on = facts.day(request.now)
    told = figures.funnel(actor=request.actor)
    context = {
        "told": told,
        "steps": _steps(told),
        "fresh": figures.freshness(actor=request.actor, on=on),
        "objections": desk.objections(actor=request.actor),
        "may_write": access.may_write(request.actor),
        "may_operate": access.may_operate(request.actor),
        "answered": told.fits + told.not_fits,
        "fitting": f"{told.fits:,} / {told.fits + told.not_fits:,} 个回答",
    }
    return render(request, "library/funnel.html", context)


def _steps(told: figures.Funnel) -> list[tuple[str, int, int]]:
    """Each step with the one it is part of."""
    steps = told.steps
    return [(label, number, steps[max(0, place - 1)][1]) for place, (label, number) in enumerate(steps)]


@require_POST
def handle(incoming: HttpRequest, push: int) -> HttpResponse:
    """Say that an answer has been dealt with."""
    request = cast(PersonRequest, incoming)
    pushing.handle(actor=request.actor, now=request.now, push=push)
    messages.success(request, "已记为处理完毕。")
    return redirect("desk_policy_funnel")


def _kind(text: str) -> str:
    return text if text in public.KINDS else ""


_SEARCH = Filter("q", "搜索", "search", placeholder="名称或编号")
_KINDS = [Choice(str(code), str(label)) for code, label in public.KINDS.items()]
