"""Paid enterprises beside comparable unpaid ones: a comparison, with the numbers of both, and as a workbook."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.grants import access
from qifu.domain.grants.obligations.actions import carrying
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.charts.tables import as_xlsx

HEADS = (
    "项目", "拨付年度", "比到", "拨付（户）", "找到可比的（户）", "可比企业（户）", "指标", "拨付企业增长中位数", "可比企业增长中位数",
    "拨付企业有数（户）", "可比企业有数（户）",
)  # fmt: skip


@require_GET
def page(incoming: HttpRequest) -> HttpResponse | FileResponse:
    """All schemes and years of payment."""
    request = cast(PersonRequest, incoming)
    access.require_money(request.actor)
    from qifu.domain.grants.queries import effect  # columns in memory, some megabytes that nothing else here needs

    told = effect.effects(actor=request.actor)
    if request.GET.get("as") != "xlsx":
        context = {"told": told, "least": effect.LEAST, "measures": effect.MEASURES.values(), "here": "after"}
        return render(request, "grants/effect.html", context)
    rows = [
        (
            one.title, one.year, one.after, one.firms, one.matched, one.others, change.label,
            "" if change.paid is None else round(change.paid, 4), "" if change.others is None else round(change.others, 4),
            change.paid_firms, change.other_firms,
        )
        for one in told
        for change in one.changes
    ]  # fmt: skip
    carrying.carry_away(actor=request.actor, now=request.now, what="effect", rows=len(rows))
    return workbook(as_xlsx([("效果比较", HEADS, rows)]), f"拨付效果比较{request.now:%Y%m%d}.xlsx")
