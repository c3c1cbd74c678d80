"""Coverage, what is unclaimed with the list behind it, freshness, the funnel with what enterprises answered."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import pushing, viewing
from qifu.domain.policies.queries import desk, figures, public
from qifu.domain.registry import actions as registry
from qifu.entry.desk.policies.listing import place_of, workbook
from qifu.entry.theme.middleware import PersonRequest

HEADINGS = ("企业名称", "统一社会信用代码", "街道", "行业", "规模")
WIDTHS = (40, 22, 14, 24, 8)
SHOWN = 100  # items of the table; the rest is in the list


@require_GET
def coverage(incoming: HttpRequest) -> HttpResponse:
    """How far the library reaches, item by item."""
    request = cast(PersonRequest, incoming)
    sort, kind = request.GET.get("sort", "eligible"), request.GET.get("kind", "")
    told = figures.coverage(actor=request.actor, on=facts.day(request.now), sort=sort, kind=_kind(kind))
    context = {
        "told": told,
        "reached": f"{told.reached:,} / {told.enterprises:,} 户",
        "lines": told.lines[:SHOWN],
        "more": max(0, len(told.lines) - SHOWN),
        "sort": sort if sort in figures.SORTS else "eligible",
        "sorts": figures.SORTS,
        "kind": kind,
        "kinds": list(public.KINDS.items()),
    }
    return render(request, "library/coverage.html", context)


@require_GET
def unclaimed(incoming: HttpRequest) -> HttpResponse:
    """Eligible and not claimed, by item, street or industry."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    is_cut = access.streets(request.actor) is not None
    cuts = {name: label for name, label in figures.CUTS.items() if not (is_cut and name == "section")}
    by, kind = request.GET.get("by", "item"), request.GET.get("kind", "")
    by = by if by in cuts else "item"
    told = figures.unclaimed(actor=request.actor, on=facts.day(request.now), by=by, kind=_kind(kind))
    context = {
        "told": told,
        "lines": told.lines[:SHOWN],
        "more": max(0, len(told.lines) - SHOWN),
        "cuts": cuts,
        "by": by,
        "kind": kind,
        "kinds": list(public.KINDS.items()),
        "is_cut": is_cut,
    }
    return render(request, "library/unclaimed.html", context)


@require_GET
def behind(incoming: HttpRequest, code: str) -> HttpResponse:
    """The enterprises behind an unclaimed figure."""
    request = cast(PersonRequest, incoming)
    given = {name: request.GET.get(name, "").strip()[:40] for name in ("street", "section")}
    place = place_of(request.GET.get("from", ""))
    page = figures.behind(
        actor=request.actor,
        on=facts.day(request.now),
        code=code,
        street=given["street"],
        section=given["section"],
        place=place,
    )
    before = max(0, page.place - figures.PAGE) if page.place else None
    return render(request, "library/behind.html", {"page": page, "given": given, "before": before})


@require_GET
def export(incoming: HttpRequest, code: str) -> FileResponse:
    """The list behind a figure as a workbook."""
    request = cast(PersonRequest, incoming)
    access.item(request.actor, code)
    registry.require_exporter(request.actor)
    given = {name: request.GET.get(name, "").strip()[:40] for name in ("street", "section")}
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
