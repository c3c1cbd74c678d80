"""Screens of measures: the list, one with its course and parts, the rows behind it, a frozen one against today."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.people import queries as people
from qifu.entry.desk.measures import shown
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Missing
from qifu.kernel.measures import Ask, Measure, Value, access, actions, evaluation, measure, measures, queries, rooms
from qifu.output.charts.tables import as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = 60  # seconds for which values of a list are not counted again
OVER = {"period": "期间", "day": "期末"}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All measures of a span, by room."""
    request, ask, found = _read_list(incoming)
    groups = [
        (label, [(one, shown.said(one, value), value) for one, value in found if one.room == room])
        for room, label in rooms().items()
    ]
    given = {name: request.GET.get(name, "").strip()[:40] for name in ("q", "room", "since", "until")}
    bar = FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="名称或定义中的词"),
            Filter("room", "领域", choices=[Choice(room, label) for room, label in rooms().items()]),
            Filter("since", "从", "month"),
            Filter("until", "到", "month"),
        ],
        given,
        keep=(),
    )
    context = {
        "groups": [group for group in groups if group[1]],
        "count": len(found),
        "bar": bar,
        "span": shown.span(ask),
        "at": ask.at,
        "query": shown.query(ask),
        "over": OVER,
    }
    return render(request, "measures/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The list as a workbook, each figure with what it was computed from and how it is defined."""
    _, ask, found = _read_list(incoming)
    heads = ("领域", "指标", "口径", "单位", "数值", "分子", "分母", "期间或时点", "定义", "代码")
    labels = rooms()
    lines = [
        (
            labels[one.room], one.label, OVER[one.over], one.unit, shown.figure(one, value),
            *(None if each is None else float(each) for each in (value.numerator, value.denominator)),
            shown.span(ask, one.over), one.definition, one.name,
        )
        for one, value in found
    ]  # fmt: skip
    name = content_disposition_header(True, f"指标-{shown.span(ask)}.xlsx") or "attachment"
    return HttpResponse(as_xlsx([("指标", heads, lines)]), content_type=XLSX, headers={"Content-Disposition": name})


def _read_list(incoming: HttpRequest) -> tuple[PersonRequest, Ask, list[tuple[Measure, Value]]]:
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    ask, q, room = (
        shown.read(request.GET.dict(), request.now),
        request.GET.get("q", "").strip(),
        request.GET.get("room", ""),
    )
    chosen = [one for one in measures(room) if not q or q in one.label or q in one.definition]
    at, values = counted(ask)
    return request, replace(ask, at=at), [(one, values[one.name]) for one in chosen if one.name in values]


def counted(ask: Ask) -> tuple[datetime, dict[str, Value]]:
    """All values of a span, counted at most once a minute for everybody who looks, and when that was."""
    key = f"measures.values:{ask.since}:{ask.until}"
    held = cache.get(key)
    if held is None:
        held = (ask.at, {one.name: evaluation.told(one, ask) for one in measures()})
        cache.set(key, held, KEPT)
    return cast(tuple[datetime, dict[str, Value]], held)


@require_GET
def show(incoming: HttpRequest, name: str) -> HttpResponse:
    """One measure: definition, value, course over months, parts, what was frozen of it."""
    request, one, ask = _read(incoming, name)
    by = request.GET.get("by", "")
    by = by if by in {cut.name for cut in one.dimensions} else one.dimensions[0].name if one.dimensions else ""
    value, months = evaluation.told(one, ask), evaluation.months(one, ask)
    context = {
        "one": one,
        "room": rooms()[one.room],
        "value": value,
        "said": shown.said(one, value),
        "numerator": shown.plain(value.numerator),
        "denominator": shown.plain(value.denominator),
        "span": shown.span(ask, one.over),
        "query": shown.query(ask),
        "bar": _bar(one, ask),
        "trend": shown.trend(one, months),
        "months": [(first, shown.said(one, each), each) for first, each in months],
        "cuts": [(cut.label, f"?{shown.query(ask, by=cut.name)}", cut.name == by) for cut in one.dimensions],
        "parts": [
            (word, shown.said(one, each), each, f"{_rows(one)}?{shown.query(ask, **({by: key} if key else {}))}")
            for key, word, each in (evaluation.parts(one, ask, by) if by else ())
        ],
        "rows": _rows(one),
        "may_freeze": access.may_freeze(request.actor),
        "snapshots": [(row, shown.span(queries.asked(row), one.over)) for row in queries.snapshots(one.name)],
    }
    return render(request, "measures/show.html", context)


@require_GET
def rows(incoming: HttpRequest, name: str) -> HttpResponse:
    """The rows behind a measure; each opens to its own page, whose door decides."""
    request, one, ask = _read(incoming, name)
    part = request.GET.get("part", "all")
    if part not in evaluation.PARTS or (part != "all" and not one.is_rate):
        raise Http404
    page = evaluation.page(one, ask, part, request.GET.get("cursor", ""))
    value, base = evaluation.value(one, ask), shown.query(ask)
    sides = (
        [(word, f"?{base}&part={key}", key == part) for key, word in evaluation.PARTS.items()] if one.is_rate else []
    )
    context = {
        "one": one,
        "said": shown.said(one, value),
        "span": shown.span(ask, one.over),
        "sides": sides,
        "page": page,
        "lines": [(line, shown.address(one.source.table, line.handle)) for line in page.lines],
        "first": f"?{base}&part={part}" if request.GET.get("cursor") else "",
        "next": f"?{base}&part={part}&cursor={page.next}" if page.next else "",
        "home": f"{reverse('desk_measure', args=[one.name])}?{base}",
    }
    return render(request, "measures/rows.html", context)


@require_POST
def freeze(incoming: HttpRequest, name: str) -> HttpResponse:
    """Keep the figure as it stands."""
    request = cast(PersonRequest, incoming)
    access.require_freezer(request.actor)
    one = measure(name)
    ask = shown.read(request.POST.dict(), request.now, one)
    purpose = request.POST.get("purpose", "").strip()
    row = actions.freeze(actor=request.actor, now=request.now, measure=one, ask=ask, purpose=purpose)
    messages.success(request, "数值和明细的校验码已冻结，以后的改动都能对照出来。")
    return redirect("desk_snapshot", row.pk)


@require_GET
def frozen(incoming: HttpRequest, number: int) -> HttpResponse:
    """A frozen figure as it was, and how the rows behind it look today."""
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    row = queries.snapshot(number)
    one = measure(row.name)
    found = queries.compare(one, row)
    kept = Value(row.amount, row.numerator, row.denominator)
    context = {
        "row": row,
        "one": one,
        "found": found,
        "by": people.names([row.by]).get(row.by or 0, ""),
        "was": shown.said(one, kept),
        "is": shown.said(one, found.now),
        "numbers": [(shown.plain(each.numerator), shown.plain(each.denominator)) for each in (kept, found.now)],
        "span": shown.span(queries.asked(row), one.over),
        "states": [(queries.STATES[key], count) for key, count in found.counts.items()],
        "lines": [
            (held, queries.STATES[held.state], shown.address(row.table, held.line.handle) if held.line else "")
            for held in found.lines
        ],
        "is_redefined": row.definition != one.definition,
        "home": f"{reverse('desk_measure', args=[one.name])}?{shown.query(queries.asked(row))}",
    }
    return render(request, "measures/snapshot.html", context)


def _read(incoming: HttpRequest, name: str) -> tuple[PersonRequest, Measure, Ask]:
    request = cast(PersonRequest, incoming)
    access.require_reader(request.actor)
    try:
        one = measure(name)
    except Missing:
        raise Http404 from None
    return request, one, shown.read(request.GET.dict(), request.now, one)


def _rows(one: Measure) -> str:
    return reverse("desk_measure_rows", args=[one.name])


def _bar(one: Measure, ask: Ask) -> FilterBar:
    fields = [Filter("since", "从", "month"), Filter("until", "到", "month")]
    fields += [
        Filter(cut.name, cut.label, choices=[Choice(key, word) for key, word in cut.choices()])
        for cut in one.dimensions
    ]
    values = {"since": f"{ask.since:%Y-%m}", "until": f"{ask.until:%Y-%m}", **dict(ask.where)}
    return FilterBar(fields, values, keep=())
