"""Lists of tenants: handed in and tried, looked at, entered, taken back."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.estate import access, actions, queries
from qifu.entry.intake.tables import Table, open_table
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid

LARGEST = 20 * 2**20
COLUMNS = {
    "building": ("楼宇", "楼宇名称", "大楼", "大厦", "项目名称", "楼栋名称", "楼宇编码", "地址", "经营地址"),
    "room": ("房号", "房间号", "房间", "楼层房号", "室号", "门牌", "单元", "位置"),
    "firm": ("企业名称", "租户", "租户名称", "单位名称", "公司名", "公司名称", "入驻企业", "承租方"),
    "code": ("统一社会信用代码", "社会信用代码", "信用代码", "税号"),
    "since": ("入驻日期", "入驻时间", "起租日期", "起租日", "开始日期", "租期起"),
    "until": ("迁出日期", "迁出时间", "退租日期", "退租日", "结束日期", "租期止"),
    "rent": ("租金", "月租金单价", "租金单价", "租金（元/平方米·月）"),
    "shared": ("合租", "是否合租"),
}
_LABELS = {"building": "楼宇", "room": "房号", "firm": "企业名称"}
_NOISE = re.compile(r"[\s*＊:：]+")
_BRACKETS = re.compile(r"\(.*?\)")
_METRE = re.compile(r"㎡|m2|m²|平方?米?")


def _plain(heading: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading)).lower()


_MEANS = {_plain(heading): name for name, headings in COLUMNS.items() for heading in headings}


def means(heading: str) -> str:
    """What a heading stands for, spaces and remarks in brackets aside; a rent is one only if it is by the square metre."""
    text = _plain(heading)
    bare = _BRACKETS.sub("", text)
    if bare in ("租金", "月租金", "租金单价") and bare != text:
        return "rent" if _METRE.search(text) else ""
    return _MEANS.get(text) or _MEANS.get(bare, "")


@require_http_methods(["GET", "POST"])
def listing(incoming: HttpRequest) -> HttpResponse:
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
            return redirect("desk_tenant_list", made)
    context = {"lists": queries.lists(request.actor), "problem": problem, "columns": COLUMNS.items()}
    return render(request, "estate/lists.html", context, status=422 if problem else 200)


def _tried(request: PersonRequest) -> int:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。")
    if (upload.size or 0) > LARGEST:
        raise Invalid("文件超过 20 MB，请分成几份导入。")
    name = upload.name or "租户名单"
    with NamedTemporaryFile(suffix=Path(name).suffix) as kept:
        for piece in upload.chunks():
            kept.write(piece)
        kept.flush()
        table = open_table(Path(kept.name), name, lambda heading: bool(means(heading)))
        lines = _lines(table)
    return actions.try_list(actor=request.actor, now=request.now, name=name, lines=lines).pk


def _lines(table: Table) -> list[actions.Line]:
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        if name := means(heading):
            places.setdefault(name, place)
    missing = [label for name, label in _LABELS.items() if name not in places]
    if missing:
        raise Invalid(f"没有找到“{'”“'.join(missing)}”列，请核对标题行。")
    return [
        actions.Line(number=number, **{name: cells[place] for name, place in places.items()})
        for number, cells in table.rows()
    ]


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "estate/list.html", {"told": queries.tenant_list(request.actor, number)})


@require_POST
def enter(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = actions.enter_list(actor=request.actor, now=request.now, number=number)
    messages.success(request, f"已导入：新登记 {row.fresh} 条，登记迁出 {row.ended} 条。")
    return redirect("desk_tenant_list", number)


@require_POST
def undo(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    done = actions.undo_list(actor=request.actor, now=request.now, number=number)
    kept = f"；{done.kept} 条之后又有人改过，没有动" if done.kept else ""
    messages.success(request, f"已撤回 {done.taken_back} 条{kept}。")
    return redirect("desk_tenant_list", number)
