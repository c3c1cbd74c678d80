"""The list of alerts, and the list as a workbook."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from qifu.domain.people import queries as people
from qifu.domain.registry import access, watching
from qifu.domain.registry.actions import alerting
from qifu.domain.registry.signals import BY_CODE
from qifu.domain.registry.watching import Filters
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import cn_date
from qifu.output.charts.tables import as_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {"open": "待处置", "closed": "已处置", "false": "误报", "all": "全部"}
HEADS = (
    "企业", "统一社会信用代码", "街道", "规则", "原因", "处置单位", "发现时间", "处置期限", "状态", "结果", "处置情况", "处置时间",
)  # fmt: skip


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """Alerts, those due first at the top."""
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    filters, sort, place = _read(request.GET)
    context = {
        "page": watching.alerts(request.actor, request.now, filters, sort=sort, place=place),
        "bar": _bar(request.GET, filters, sort),
        "sorts": watching.SORTS,
        "sort": sort,
        "may_export": access.may_export(request.actor),
    }
    return render(request, "alerts/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The list as asked for, as a workbook; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    watching.require_staff(request.actor)
    filters, sort, _ = _read(request.GET)
    rows = [
        (
            line.enterprise_name, line.uscc, line.street_name, line.rule_label, line.why, line.unit_name,
            cn_date(line.found_at), cn_date(line.due_at), line.state_label, line.outcome_label, result,
            cn_date(line.closed_at) if line.closed_at else "",
        )
        for line, result in watching.every(request.actor, request.now, filters, sort=sort)
    ]  # fmt: skip
    asked: dict[str, object] = {"state": filters.state, "rule": filters.rule, "unit": filters.unit}
    alerting.note_export(actor=request.actor, now=request.now, rows=len(rows), filters=asked)
    answer = HttpResponse(as_xlsx([("企业预警", HEADS, rows)]), content_type=XLSX)
    name = content_disposition_header(True, f"企业预警{request.now:%Y%m%d}.xlsx")
    answer["Content-Disposition"] = name or "attachment"
    return answer


def _read(query: QueryDict) -> tuple[Filters, str, int]:
    """Read the address; values that are none of ours count as not set."""
    state, rule, unit = query.get("state", "open"), query.get("rule", ""), query.get("unit", "")
    sort, place = query.get("sort", "due"), query.get("from", "")
    filters = Filters(
        q=query.get("q", "").strip()[:60],
        state="" if state == "all" else state if state in STATES else "open",
        rule=rule if rule in BY_CODE else "",
        unit=int(unit) if unit.isascii() and unit.isdecimal() and len(unit) < 18 else None,
        late=query.get("late") == "yes",
    )
    at = int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else 0
    return filters, sort if sort in watching.SORTS else "due", at


def _bar(query: QueryDict, filters: Filters, sort: str) -> FilterBar:
    streets = [
        Choice(str(unit.id), unit.short_name) for kind in ("street", "department") for unit in people.units(kind)
    ]
    state = query.get("state", "")
    values = {
        "q": filters.q, "state": state if state in STATES else "", "rule": filters.rule,
        "unit": str(filters.unit) if filters.unit is not None else "", "late": "yes" if filters.late else "",
        "sort": sort if sort != "due" else "",
    }  # fmt: skip
    return FilterBar(
        fields=(
            Filter("q", "企业", "search", placeholder="名称片段、拼音首字母、信用代码"),
            Filter("state", "状态", choices=[Choice(value, label) for value, label in STATES.items()]),
            Filter("rule", "规则", choices=[Choice(rule.code, rule.label) for rule in BY_CODE.values()]),
            Filter("unit", "街道或单位", choices=streets),
            Filter("late", "期限", choices=[Choice("yes", "已超期")]),
        ),
        values=values,
    )
