"""Who claimed what: the claims with their lists; a list handed in and tried, looked at, entered, taken back."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.policies import access
from qifu.domain.policies.actions import claim_lists as actions
from qifu.domain.policies.actions import viewing
from qifu.domain.policies.claim_plan import Line
from qifu.domain.policies.queries import claims as queries
from qifu.domain.registry import actions as registry
from qifu.domain.registry.access import may_export
from qifu.entry.desk.policies.listing import MOST, place_of, workbook
from qifu.entry.intake.tables import Table, open_table
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Invalid

LARGEST = 20 * 2**20
COLUMNS = {
    "item": ("政策编号", "政策名称", "事项编号", "事项名称", "政策", "政策事项", "项目名称", "奖补项目", "兑现事项"),
    "firm": ("企业名称", "单位名称", "公司名称", "公司名", "申报单位", "申报企业", "企业", "受益企业"),
    "code": ("统一社会信用代码", "社会信用代码", "信用代码", "税号"),
    "applied": ("申报日期", "申请日期", "申报时间", "申请时间", "受理日期", "提交日期"),
    "paid": ("拨付日期", "拨付时间", "兑现日期", "到账日期", "发放日期", "支付日期"),
    "yuan": ("金额", "金额（元）", "拨付金额", "拨付金额（元）", "兑现金额", "兑现金额（元）", "补贴金额", "补贴金额（元）",
             "奖励金额", "奖励金额（元）"),
    "wan": ("金额（万元）", "拨付金额（万元）", "兑现金额（万元）", "补贴金额（万元）", "奖励金额（万元）"),
}  # fmt: skip
_MEANS = {heading: name for name, headings in COLUMNS.items() for heading in headings}
HEADINGS = (
    "政策编号",
    "政策",
    "企业名称",
    "统一社会信用代码",
    "街道",
    "年度",
    "申报日期",
    "拨付日期",
    "金额（元）",
    "来自",
)
WIDTHS = (18, 36, 36, 22, 14, 8, 12, 12, 14, 30)
REJECTED = ("行号", "原因", "政策", "企业名称", "统一社会信用代码", "申报日期", "拨付日期", "金额")
REJECTED_WIDTHS = (8, 50, 30, 36, 22, 14, 14, 14)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All claims, searched and filtered."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    given, sort = _given(request), request.GET.get("sort", "newest")
    place = place_of(request.GET.get("from", ""))
    page = queries.claims(actor=request.actor, q=given["q"], given=given, sort=sort, place=place)
    context = {
        "page": page,
        "bar": _bar(request, given),
        "sort": sort if sort in queries.SORTS else "newest",
        "sorts": queries.SORTS,
        "result": f"{page.count:,} 条，其中已拨付 {page.paid:,} 条",
        "may_load": access.may_write(request.actor),
        "may_export": may_export(request.actor),
    }
    return render(request, "library/claims.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The claims as asked for, as a workbook."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    registry.require_exporter(request.actor)
    given, sort = _given(request), request.GET.get("sort", "newest")
    page = queries.claims(actor=request.actor, q=given["q"], given=given, sort=sort, size=MOST)
    rows = (
        (
            one.code, one.title, one.firm, one.uscc, one.street, one.year, one.applied_on.isoformat(),
            one.paid_on.isoformat() if one.paid_on else "", one.yuan, one.source,
        )
        for one in page.lines
    )  # fmt: skip
    file = workbook("申报兑现", HEADINGS, WIDTHS, rows)
    viewing.carry_away(actor=request.actor, now=request.now, what="claims", rows=len(page.lines), asked=given)
    return FileResponse(file, as_attachment=True, filename=f"申报兑现{request.now:%Y%m%d}.xlsx")


@require_http_methods(["GET", "POST"])
def lists(incoming: HttpRequest) -> HttpResponse:
    """Hand in a list; it is tried at once and nothing is written."""
    request = cast(PersonRequest, incoming)
    access.require_clerk(request.actor)
    problem = ""
    if request.method == "POST":
        try:
            made = _tried(request)
        except Invalid as refusal:
            problem = refusal.message
        else:
            return redirect("desk_policy_claim_list", made)
    context = {
        "lists": queries.lists(request.actor),
        "items": queries.item_choices(request.actor),
        "problem": problem,
        "typed": request.POST,
        "columns": COLUMNS.items(),
    }
    return render(request, "library/claim_lists.html", context, status=422 if problem else 200)


def _tried(request: PersonRequest) -> int:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。")
    if (upload.size or 0) > LARGEST:
        raise Invalid("文件超过 20 MB，请分成几份导入。")
    name, item = upload.name or "申报兑现名单", request.POST.get("item", "").strip()[:24]
    with NamedTemporaryFile(suffix=Path(name).suffix) as kept:
        for piece in upload.chunks():
            kept.write(piece)
        kept.flush()
        lines = _lines(open_table(Path(kept.name), name, lambda heading: _plain(heading) in _MEANS), item)
    origin = request.POST.get("origin", "")
    return actions.try_list(actor=request.actor, now=request.now, name=name, origin=origin, lines=lines).pk


def _lines(table: Table, item: str) -> list[Line]:
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        if (name := _MEANS.get(_plain(heading), "")) and not (name == "item" and item):
            places.setdefault(name, place)
    if "firm" not in places and "code" not in places:
        raise Invalid("没有找到“企业名称”或“统一社会信用代码”列，请核对标题行。")
    if "applied" not in places and "paid" not in places:
        raise Invalid("没有找到“申报日期”或“拨付日期”列，请核对标题行。")
    if "item" not in places and not item:
        raise Invalid("没有找到“政策编号”或“政策名称”列；整份名单都是一项政策的，请在上传时选好是哪一项。")
    fixed = {"item": item} if item else {}
    return [
        Line(number=number, **fixed, **{name: cells[place] for name, place in places.items()})
        for number, cells in table.rows()
    ]


def _plain(heading: str) -> str:
    """A heading with brackets as they are printed and without blanks."""
    return "".join(heading.split()).replace("(", "（").replace(")", "）")


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """What a list would do, or did; each row that cannot be used with its reason."""
    request = cast(PersonRequest, incoming)
    return render(request, "library/claim_list.html", {"told": queries.claim_list(request.actor, number)})


@require_GET
def rejects(incoming: HttpRequest, number: int) -> FileResponse:
    """The rows that cannot be used as a workbook, to be mended and handed in again."""
    request = cast(PersonRequest, incoming)
    told = queries.claim_list(request.actor, number)
    rows = ((one["number"], one["reason"], *cast("list[str]", one["cells"])) for one in told.rejects)
    file = workbook("不能用的行", REJECTED, REJECTED_WIDTHS, rows)
    asked = {"number": str(number)}
    viewing.carry_away(actor=request.actor, now=request.now, what="claim_rejects", rows=told.rejected, asked=asked)
    return FileResponse(file, as_attachment=True, filename=f"不能用的行{number}.xlsx")


@require_POST
def enter(incoming: HttpRequest, number: int) -> HttpResponse:
    """Enter a list that was looked at."""
    request = cast(PersonRequest, incoming)
    row = actions.enter_list(actor=request.actor, now=request.now, number=number)
    messages.success(request, f"已导入：新登记 {row.fresh} 条，更新 {row.changed} 条；应享未享正在重新计算。")
    return redirect("desk_policy_claim_list", number)


@require_POST
def undo(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take a list back."""
    request = cast(PersonRequest, incoming)
    done = actions.undo_list(actor=request.actor, now=request.now, number=number)
    kept = f"；{done.kept} 条之后又有人改过，没有动" if done.kept else ""
    messages.success(request, f"已撤回 {done.taken_back} 条{kept}；应享未享正在重新计算。")
    return redirect("desk_policy_claim_list", number)


def _given(request: PersonRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:100] for name in ("q", "year", "state", "code")}


def _bar(request: PersonRequest, given: dict[str, str]) -> FilterBar:
    years = [Choice(str(year), f"{year} 年") for year in queries.years(request.actor)]
    fields = [
        Filter("q", "搜索", "search", placeholder="企业、信用代码、政策名称或编号"),
        Filter("year", "年度", choices=years),
        Filter("state", "状态", choices=[Choice(code, label) for code, label in queries.STATES.items()]),
        Filter("code", "政策编号", "text"),
    ]
    return FilterBar(fields, given | {"sort": request.GET.get("sort", "")})
