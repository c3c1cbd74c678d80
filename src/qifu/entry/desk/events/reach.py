"""Whom a year of events reached, and who never comes."""

from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.events.actions.carrying import note_export
from qifu.domain.events.queries import reach
from qifu.domain.registry import queries as registry
from qifu.engines.codes import industries
from qifu.entry.desk.events import asked
from qifu.entry.desk.events.listing import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

HEADS = ("企业", "统一社会信用代码", "街道", "行业", "规模")


@require_GET
def page(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    by = asked.one_of(request.GET.get("by", ""), reach.BY) or "street"
    cut, values = _read(request)
    context = {
        "told": reach.reach(request.actor, request.now, by),
        "by": by,
        "cuts": reach.BY,
        "absent": reach.absent(request.actor, request.now, page=asked.number(request.GET.get("page", "")) or 1, **cut),
        "bar": _bar(values | {"by": by if by != "street" else ""}),
    }
    return render(request, "events/reach.html", context)


def _read(request: PersonRequest) -> tuple[dict[str, Any], dict[str, str]]:
    query = request.GET
    street = asked.number(query.get("street", ""))
    values = {
        "q": query.get("q", "").strip()[: asked.LONGEST],
        "street": str(street or ""),
        "section": asked.one_of(query.get("section", ""), {one.code for one in industries.sections()}),
        "size": asked.one_of(query.get("size", ""), dict(registry.sizes())),
    }
    return values | {"street": street}, values


def _bar(values: dict[str, str]) -> FilterBar:
    sections = [Choice(one.code, f"{one.code} {one.name}") for one in industries.sections()]
    return FilterBar(
        (
            Filter("q", "没来过的企业", "search", placeholder="名称片段、信用代码"),
            Filter("street", "街道", choices=asked.streets()),
            Filter("section", "行业门类", choices=sections),
            Filter("size", "规模", choices=[Choice(*pair) for pair in registry.sizes()]),
        ),
        values,
        ("by",),
    )


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """Who never comes, as a workbook."""
    request = cast(PersonRequest, incoming)
    cut, values = _read(request)
    rows: list[tuple[object, ...]] = [
        (one.name, one.uscc, one.street_name, one.industry_name, one.size_label)
        for one in reach.every_absent(request.actor, request.now, **cut)
    ]
    note_export(actor=request.actor, now=request.now, stream="events.absent", rows=len(rows), filters=values)
    return workbook("没有来过", HEADS, rows, "一年内没有参加活动的企业.xlsx")
