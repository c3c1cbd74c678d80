"""The lists of cases: what waits, all that may be seen, what is supervised. One view, three doors in."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.appeals.actions.submit import may_enter
from qifu.domain.appeals.queries import lists, waiting
from qifu.domain.appeals.queries.burning import burning
from qifu.entry.desk.cases import bars, shown
from qifu.entry.desk.cases.doors import require_staff
from qifu.entry.desk.cases.drawn import Row
from qifu.entry.theme.middleware import PersonRequest

LABELS = {
    "accept": "待接单", "dispatch": "待转办", "dispute": "待裁定", "extension": "延期待批", "call": "待回访",
    "unit": "本单位在办", "joint": "待会办", "mine": "我经办的", "open": "全部在办", "supervised": "督办中",
    "area": "辖区事项", "all": "全部",
}  # fmt: skip
EMPTY = {
    "accept": "没有等待接单的事项。新提交的会出现在这里。",
    "dispatch": "没有等待转办的事项。",
    "dispute": "没有等待裁定的事项。",
    "extension": "没有等待决定的延期申请。",
    "call": "没有等待回访的事项。回访样本每天早上八点抽取。",
    "unit": "本单位没有在办的事项。",
    "joint": "没有等待本单位反馈的会办任务。",
    "mine": "没有由您经办的在办事项。",
    "supervised": "没有正在督办的事项。",
}
NEWEST = ("all", "area", "call")  # lists in which the newest stands first; in the others what burns


@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    return _list(cast(PersonRequest, request), "")


@require_GET
def everything(request: HttpRequest) -> HttpResponse:
    """All cases that I may see."""
    return _list(cast(PersonRequest, request), "all")


@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """What is supervised."""
    return _list(cast(PersonRequest, request), "supervised")


def filters_of(given: QueryDict, scope: str) -> lists.Filters:
    """The filters of an address, with the scope and the order that fit the list."""
    named = {name: value for name, value in given.items() if isinstance(value, str)}
    named["scope"] = named.get("scope") or scope
    named["order"] = named.get("order") or ("newest" if named["scope"] in NEWEST else "burns")
    return lists.Filters.read(named)


def _list(request: PersonRequest, usual: str) -> HttpResponse:
    require_staff(request.actor)
    scopes = lists.scopes(request.actor)
    filters = filters_of(request.GET, usual or scopes[0])
    counts, is_cut = lists.waiting(request.actor, filters.scope), bars.is_set(filters)
    page = lists.page(
        actor=request.actor,
        now=request.now,
        filters=filters,
        cursor=request.GET.get("cursor", "")[:80],
        known=None if is_cut else counts.get(filters.scope),
    )
    may_batch = filters.scope in ("accept", "dispatch", "open", "all") and "accept" in scopes
    context = {
        "page": page,
        "rows": rows(request, filters.scope, page.lines, may_batch=may_batch),
        "tabs": tabs(scopes, counts, filters),
        "bar": bars.bar(request.actor, filters, request.now),
        "title": LABELS.get(filters.scope, "全部"),
        "empty": "没有符合条件的事项，请放宽条件再查。" if is_cut else EMPTY.get(filters.scope, "这里没有事项。"),
        "here": request.get_full_path(),
        "may_batch": may_batch,
        "may_enter": may_enter(request.actor),
    }
    return render(request, "cases/list.html", context)


def rows(request: PersonRequest, scope: str, found: list[lists.Line], *, may_batch: bool) -> list[Row]:
    """The lines with their clocks, and in some lists what the step needs that is taken from the list itself."""
    ids, here = [line.id for line in found], request.get_full_path()
    clocks = burning([line.id for line in found if line.is_open], request.now)
    calls = waiting.calls(ids) if scope == "call" else {}
    extensions = waiting.extensions(ids) if scope == "extension" else {}
    orders = waiting.orders(ids) if scope == "supervised" else {}
    return [
        Row(
            line=line,
            url=shown.address(line.number, here),
            tone=shown.STATES.get(line.state, ""),
            clock=clocks.get(line.id),
            call=calls.get(line.id),
            extension=extensions.get(line.id),
            order=orders.get(line.id),
            now=request.now,
            may_batch=may_batch,
        )
        for line in found
    ]


def tabs(scopes: list[str], counts: dict[str, int], filters: lists.Filters) -> list[dict[str, object]]:
    """The lists of this person with how many wait in each."""
    return [
        {
            "label": LABELS[scope],
            "url": "?" + urlencode({"scope": scope}),
            "count": lists.badge(counts.get(scope, 0)),
            "is_here": scope == filters.scope,
            "is_urgent": scope not in ("open", "all", "area", "supervised", "mine"),
        }
        for scope in scopes
    ]
