"""Screens of the examination: the list where files are dropped, a batch with its progress, one document in five views."""

from __future__ import annotations

from io import BytesIO
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.disclosure import actions, queries
from qifu.engines.statements.spots import spoken_place
from qifu.entry.desk.disclosure import shown
from qifu.entry.desk.disclosure.jobs import enqueue
from qifu.entry.intake.tables import safe_cell
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files.actions import path_of

STATES = (
    Choice("wrong", "有错误"),
    Choice("done", "已审核"),
    Choice("reading", "审核中"),
    Choice("refused", "不能审核"),
)
VIEWS = {"findings": "问题", "text": "原文", "tables": "报表", "forms": "绩效表", "repairs": "修复"}


@require_http_methods(["GET", "POST"])
def listed(incoming: HttpRequest) -> HttpResponse:
    """What was handed in, and the place to drop more."""
    request = cast(PersonRequest, incoming)
    refusal = ""
    if request.method == "POST":
        try:
            return _handed_in(request)
        except Invalid as problem:
            refusal = problem.message
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state", "kind")}
    page = queries.listing(actor=request.actor, cursor=request.GET.get("cursor", ""), **given)
    bar = FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="文件名或单位"),
            Filter("state", "结果", choices=STATES),
            Filter("kind", "种类", choices=[Choice(code, name) for code, name in queries.KINDS.items()]),
        ],
        given,
        keep=(),
    )
    context = {"page": page, "bar": bar, "refusal": refusal, "others": queries.comparable(request.actor), "most": actions.MOST,
               "is_under_way": any(line.is_under_way for line in page.lines), "is_filtered": any(given.values())}  # fmt: skip
    return _page(request, "disclosure/list.html", context, 422 if refusal else 200)


def _handed_in(request: PersonRequest) -> HttpResponse:
    uploads = [(cast(BinaryIO, file), file.name or "文件") for file in request.FILES.getlist("files")]
    against = request.POST.get("against", "")
    other = int(against) if against.isascii() and against.isdecimal() and len(against) < 19 else None
    with transaction.atomic():
        handed = actions.hand_in(actor=request.actor, now=request.now, uploads=uploads, against=other)
        enqueue(handed.examinations, request.now)
    if handed.batch is not None:
        return redirect("examination_batch", handed.batch)
    return redirect("examination", handed.examinations[0])


@require_GET
def batch(incoming: HttpRequest, number: int) -> HttpResponse:
    """Files handed in together: the table of results, kept current while it fills."""
    request = cast(PersonRequest, incoming)
    context = {"batch": queries.batch(request.actor, number)}
    template = "disclosure/_batch.html" if request.headers.get("HX-Request") == "true" else "disclosure/batch.html"
    response = _page(request, template, context)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "HX-Request"
    return response


@require_GET
def batch_table(incoming: HttpRequest, number: int) -> FileResponse:
    """The table of results as a workbook."""
    import xlsxwriter

    request = cast(PersonRequest, incoming)
    found = queries.batch(request.actor, number)
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("审核结果")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["文件", "认出", "状态", "错误", "提醒", "提示", "未读出", "不能审核的原因"], bold)
        for at, line in enumerate(found.lines, 1):
            row = [
                line.name,
                line.title,
                line.state_label,
                line.errors,
                line.warnings,
                line.infos,
                line.unread,
                line.problem,
            ]
            sheet.write_row(at, 0, [safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
        sheet.set_column(0, 1, 36)
        sheet.set_column(7, 7, 60)
        sheet.freeze_panes(1, 0)
    return _file(out.getvalue(), f"审核结果-{number}.xlsx", "xlsx")


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One document: its findings, its text, its statements, its forms, its repairs."""
    request = cast(PersonRequest, incoming)
    sheet = queries.sheet(request.actor, number)
    view = request.GET.get("view", "findings")
    if view not in VIEWS:
        raise Http404
    return _page(request, "disclosure/show.html", _shown(sheet, view))


def _shown(sheet: queries.Sheet, view: str) -> dict[str, Any]:
    found = shown.findings(sheet.findings)
    model = sheet.model
    repairs = [
        (place, {**each, "where": spoken_place(each["where"])}, sheet.words.get(place))
        for place, each in enumerate(model.get("repairs", ()))
    ]
    tabs = [
        (name, label, {"findings": len(found), "tables": len(model.get("tables", ())), "forms": len(model.get("forms", ())),
                       "repairs": len(repairs)}.get(name))
        for name, label in VIEWS.items()
    ]  # fmt: skip
    return {
        "sheet": sheet,
        "row": sheet.row,
        "view": view,
        "tabs": tabs,
        "findings": found,
        "model": model,
        "marked": shown.marked(sheet.lines, found) if view == "text" else [],
        "first_lines": shown.first_lines(found) if view == "text" else [],
        "grids": shown.grids(model, found) if view == "tables" else [],
        "repairs": repairs,
        "unread": [{**each, "where": spoken_place(each["where"])} for each in model.get("unreadable", ())],
        "unjudged": sum(word is None for _, _, word in repairs),
    }


@require_GET
def progress(incoming: HttpRequest, number: int) -> HttpResponse:
    """Asked by the page while a document is read; tells it to load anew when it is done."""
    request = cast(PersonRequest, incoming)
    sheet = queries.sheet(request.actor, number)
    response = render(request, "disclosure/_waiting.html", {"row": sheet.row})
    response["Cache-Control"] = "no-store"
    if not sheet.row.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_GET
def report(incoming: HttpRequest, number: int) -> FileResponse:
    """The findings as a Word document to send back."""
    from qifu.output.papers.examination import build

    request = cast(PersonRequest, incoming)
    sheet = _done(queries.sheet(request.actor, number))
    return _file(build(sheet, request.now), f"审核意见-{number}.docx", "docx")


@require_GET
def data(incoming: HttpRequest, number: int) -> HttpResponse:
    """What was read and found, as data."""
    sheet = _done(queries.sheet(cast(PersonRequest, incoming).actor, number))
    whole = {"model": sheet.model, "audit": sheet.whole["audit"]}
    response = JsonResponse(whole, json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="examination-{number}.json"'
    return response


@require_GET
def original(incoming: HttpRequest, number: int) -> FileResponse:
    """The file as it was handed in."""
    row = queries.sheet(cast(PersonRequest, incoming).actor, number).row
    handle = path_of(row.file.digest).open("rb")
    return FileResponse(handle, as_attachment=True, filename=row.name, content_type="application/octet-stream")


@require_POST
def again(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    with transaction.atomic():
        actions.read_again(actor=request.actor, now=request.now, examination=number)
        enqueue([number], request.now)
    return redirect("examination", number)


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    actions.drop(actor=request.actor, now=request.now, examination=number)
    messages.success(request, "审核记录和文件已删除。")
    return redirect("examinations")


@require_POST
def judge(incoming: HttpRequest, number: int, place: int, word: str) -> HttpResponse:
    """A person's word on a repair."""
    request = cast(PersonRequest, incoming)
    if word not in ("right", "wrong"):
        raise Http404
    actions.judge_repair(
        actor=request.actor, now=request.now, examination=number, place=place, is_right=word == "right"
    )
    if word == "wrong":
        messages.success(request, "已记下。这处的数按没有读出处理，文件已重新核对。")
    response = redirect("examination", number)
    response["Location"] += f"?view=repairs#r{place}"
    return response


@require_POST
def confirm(incoming: HttpRequest, number: int) -> HttpResponse:
    """A person's word that all repairs not spoken of yet are right."""
    request = cast(PersonRequest, incoming)
    count = actions.confirm_repairs(actor=request.actor, now=request.now, examination=number)
    if count:
        messages.success(request, f"已确认 {count} 处修复。")
    response = redirect("examination", number)
    response["Location"] += "?view=repairs"
    return response


def _done(sheet: queries.Sheet) -> queries.Sheet:
    if sheet.row.state != "done":
        raise Conflict("这份文件还没有审核完成，请稍后再下载。", state=sheet.row.state)
    return sheet


def _page(request: PersonRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    frame = "desk.html" if request.actor.is_staff else "portal.html"
    return render(request, template, context | {"frame": frame}, status=status)


def _file(content: bytes, name: str, kind: str) -> FileResponse:
    from qifu.kernel.files.kinds import MEDIA

    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=MEDIA[kind])
