"""Looking at a year: how far the money has gone, one project, the subjects."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from qifu.domain.disclosure import access
from qifu.domain.disclosure.queries import budgets, execution
from qifu.entry.desk.budget.asked import XLSX, year_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.entry.theme.words import local
from qifu.output.charts.tables import as_xlsx

HEADS = ("代码", "名称", "年初预算（元）", "调整后预算（元）", "已支出（元）", "执行率（%）", "预计全年（元）", "提醒")
SIDES = (("functional", "功能分类"), ("economic", "部门预算支出经济分类"))


@require_GET
def overview(incoming: HttpRequest) -> HttpResponse:
    """The year at a glance: rate, forecast, warnings; by project, source and subject."""
    request = cast(PersonRequest, incoming)
    told = execution.execution(actor=request.actor, year=year_of(request))
    today = local(request.now)
    is_over = told.next_to_close is not None and (told.year, told.next_to_close) < (today.year, today.month)
    context = {
        "told": told,
        "has_budget": bool(told.whole.adjusted or told.whole.spent),
        "may_close": is_over and access.may_write(request.actor),
        "chart": _chart(told),
        "groups": [("按资金来源", told.moneys), ("按功能分类", told.functional), ("按经济分类（类）", told.economic)],
    }
    return render(request, "budget/overview.html", context)


@require_GET
def export(incoming: HttpRequest) -> HttpResponse:
    """The execution of a year as a workbook: projects, sources, subjects, months."""
    request = cast(PersonRequest, incoming)
    told = execution.execution(actor=request.actor, year=year_of(request))
    parts = (
        ("项目", told.projects),
        ("资金来源", told.moneys),
        ("功能分类", told.functional),
        ("经济分类", told.economic),
        ("三公经费", told.three),
    )
    sheets = [(name, HEADS, [_row(one) for one in (*rows, told.whole)]) for name, rows in parts]
    months = [
        (f"{one.number}月", float(one.spent), float(one.so_far), "已结账" if one.is_closed else "未结账")
        for one in told.months
    ]
    body = as_xlsx([*sheets, ("逐月", ("月份", "当月支出（元）", "累计支出（元）", "结账"), months)])
    name = content_disposition_header(True, f"{told.year}年预算执行.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": name})


@require_GET
def project(incoming: HttpRequest, number: int) -> HttpResponse:
    """One project by subject and month."""
    request = cast(PersonRequest, incoming)
    return render(request, "budget/project.html", {"told": execution.project(actor=request.actor, number=number)})


@require_GET
def chart(incoming: HttpRequest) -> HttpResponse:
    """The subjects of a year."""
    request = cast(PersonRequest, incoming)
    year, q = year_of(request), request.GET.get("q", "").strip()[:30]
    side = request.GET.get("side", "")
    side, used = side if side in dict(SIDES) else "functional", request.GET.get("used") != "no" and not q
    bar = FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="编码或名称"),
            Filter("side", "分类", choices=[Choice(*each) for each in SIDES]),
            Filter("used", "范围", choices=[Choice("no", "全部科目")]),
        ],
        {"q": q, "side": side, "used": "" if used else "no", "year": str(year)},
        keep=("year",),
    )
    rows = list(budgets.chart(actor=request.actor, year=year, side=side, q=q, used=used))
    return render(request, "budget/subjects.html", {"year": year, "rows": rows, "bar": bar, "used": used})


def _row(one: execution.Standing) -> list[object]:
    rate = float(round(one.rate * 100, 2)) if one.rate is not None else None
    forecast = float(one.forecast) if one.forecast is not None else None
    return [
        one.key or "",
        one.label,
        float(one.initial),
        float(one.adjusted),
        float(one.spent),
        rate,
        forecast,
        " ".join(one.warnings),
    ]


def _chart(told: execution.Execution) -> dict[str, object]:
    """Spent by month as bars, the rate so far as a line beside the share of the year."""
    adjusted = told.whole.adjusted
    last = max((one.number for one in told.months if one.spent), default=0)
    rates = [
        float(round(one.so_far / adjusted * 100, 1)) if adjusted > 0 and one.number <= last else None
        for one in told.months
    ]
    return {
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 8, "top": 44, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{one.number}月" for one in told.months]},
        "yAxis": [{"type": "value", "name": "万元"}, {"type": "value", "name": "%", "min": 0, "max": 100, "splitLine": {"show": False}}],
        "series": [
            {"name": "当月支出（万元）", "type": "bar", "barMaxWidth": 28, "itemStyle": {"opacity": 0.35},
             "data": [float(round(one.spent / 10_000, 2)) for one in told.months]},
            {"name": "累计执行率（%）", "type": "line", "yAxisIndex": 1, "symbol": "circle", "data": rates},
            {"name": "时间进度（%）", "type": "line", "yAxisIndex": 1, "symbol": "none", "lineStyle": {"type": "dashed"},
             "data": [round(number / 12 * 100, 1) for number in range(1, 13)]},
        ],
    }  # fmt: skip
