"""New enterprises: who was greeted, who waits, who could not be reached and why; by month; as a workbook."""

from __future__ import annotations

import re
from typing import cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.registry import access, greetings
from qifu.domain.registry.greetings import Filters
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.desk.registry.workbook import carried
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import cn_week

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
HEADS = (
    "企业",
    "街道",
    "录入方式",
    "录入时间",
    "状态",
    "原因",
    "问候时间",
    "是否一小时内",
    "方式",
    "服务专员",
    "已符合政策数",
    "政策",
)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    filters = _read(request.GET)
    context = {
        "page": greetings.page(request.actor, filters, request.GET.get("cursor", "")),
        "months": greetings.months(request.actor, request.now),
        "reasons": greetings.reasons(request.actor, request.now),
        "bar": _bar(filters),
        "may_export": access.may_export(request.actor),
    }
    return render(request, "registry/greetings.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The list as asked for; that it was carried away is recorded."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    filters = _read(request.GET)
    rows = (_cells(line) for line in greetings.every(request.actor, filters))
    told = {"state": filters.state, "why": filters.why, "month": filters.month}
    return carried(request, "新企业问候", HEADS, rows, filters.q, **told)


def _cells(line: greetings.Line) -> tuple[object, ...]:
    prompt = "" if line.told_at is None else "是" if line.is_prompt else "否"
    at = cn_week(line.told_at) if line.told_at else ""
    return (
        line.name, line.street, line.origin, cn_week(line.made_at), line.state_label, line.why_label, at, prompt,
        line.channel_words, line.specialist, line.count, "；".join(line.titles),
    )  # fmt: skip


def _read(query: QueryDict) -> Filters:
    """Read the address; values that are none of ours count as not set."""
    state, why, month = query.get("state", ""), query.get("why", ""), query.get("month", "")
    return Filters(
        q=query.get("q", "").strip()[:60],
        state=state if state in dict(greetings.STATES) else "",
        why=why if why in dict(greetings.WHYS) else "",
        month=month if MONTH.fullmatch(month) else "",
    )


def _bar(filters: Filters) -> FilterBar:
    return FilterBar(
        fields=(
            Filter("q", "企业", "search", placeholder="名称中的几个字"),
            Filter("state", "状态", choices=[Choice(value, label) for value, label in greetings.STATES]),
            Filter("why", "原因", choices=[Choice(value, label) for value, label in greetings.WHYS]),
            Filter("month", "录入月份", "month"),
        ),
        values={"q": filters.q, "state": filters.state, "why": filters.why, "month": filters.month},
    )
