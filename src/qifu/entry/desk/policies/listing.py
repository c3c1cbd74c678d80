"""The list of all items, and what is set off from it: matching."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import notifying, viewing
from qifu.domain.policies.queries import desk, public
from qifu.entry.intake.tables import safe_cell
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

HEADINGS = (
    "编号",
    "名称",
    "层级",
    "种类",
    "主题",
    "负责单位",
    "状态",
    "开始执行",
    "停止执行",
    "符合（户）",
    "不确定（户）",
)
WIDTHS = (18, 44, 8, 10, 10, 20, 14, 12, 12, 12, 12)
MOST = 10_000  # rows of a workbook


@require_GET
def library(incoming: HttpRequest) -> HttpResponse:
    """All items with their state, searched and filtered."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    on, given = facts.day(request.now), _given(request)
    sort = request.GET.get("sort", "code")
    page = desk.library(
        actor=request.actor, on=on, q=given["q"], given=given, sort=sort, place=place_of(request.GET.get("from", ""))
    )
    context = {
        "page": page,
        "bar": _bar(request, given),
        "sort": sort if sort in desk.SORTS else "code",
        "sorts": desk.SORTS,
        "counts": desk.counts(request.actor, on),
        "may_write": access.may_write(request.actor),
        "may_operate": access.may_operate(request.actor),
        "result": f"{page.count} 项",
    }
    return render(request, "library/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The list as asked for, as a workbook."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    on, given = facts.day(request.now), _given(request)
    page = desk.library(actor=request.actor, on=on, q=given["q"], given=given, size=MOST)
    rows = (
        (
            one.code, one.title, one.level_label, one.kind_label, one.theme, one.unit, one.state_label,
            one.force_from.isoformat(), one.force_to.isoformat() if one.force_to else "", one.eligible, one.unknown,
        )
        for one in page.lines
    )  # fmt: skip
    file = workbook("政策", HEADINGS, WIDTHS, rows)
    viewing.carry_away(actor=request.actor, now=request.now, what="library", rows=len(page.lines), asked=given)
    return FileResponse(file, as_attachment=True, filename=f"政策清单{request.now:%Y%m%d}.xlsx")


@require_POST
def match(incoming: HttpRequest) -> HttpResponse:
    """Match all against all in the background."""
    request = cast(PersonRequest, incoming)
    access.require_operator(request.actor)
    notifying.set_off(now=request.now)
    messages.success(request, "已开始逐户逐项匹配，通常一分钟内完成，完成后刷新本页。")
    return redirect("desk_policies")


def workbook(
    title: str, headings: tuple[str, ...], widths: tuple[int, ...], rows: Iterable[tuple[object, ...]]
) -> IO[bytes]:
    """A sheet written row by row; nothing in it can run as a formula."""
    import xlsxwriter  # some megabytes that only a workbook needs

    file = TemporaryFile()  # noqa: SIM115 (closed by whoever sends it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, int | Decimal):
                sheet.write_number(number, place, value)
            elif value is not None:
                sheet.write_string(number, place, safe_cell(str(value)))
    book.close()
    file.seek(0)
    return file


def place_of(text: str) -> int:
    """A place in a list from the address; anything else is its beginning."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _given(request: PersonRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state", "kind", "level", "theme")}


def _bar(request: PersonRequest, given: dict[str, str]) -> FilterBar:
    themes = desk.themes(request.actor)
    fields = [
        Filter("q", "搜索", "search", placeholder="名称、文号、条件中的字词"),
        Filter("state", "状态", choices=[Choice(code, label) for code, label in desk.STATES.items()]),
        Filter("level", "层级", choices=[Choice(str(code), str(label)) for code, label in public.LEVELS.items()]),
        Filter("kind", "种类", choices=[Choice(str(code), str(label)) for code, label in public.KINDS.items()]),
        Filter("theme", "主题", choices=[Choice(theme, theme) for theme in themes]),
    ]
    return FilterBar(fields, given | {"sort": request.GET.get("sort", "")})
