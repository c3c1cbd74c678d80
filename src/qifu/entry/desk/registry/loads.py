"""Reading a list in: choose the file, look at the columns, try it, carry it out, take the refused rows away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.registry import access, actions, columns
from qifu.domain.registry import loads as kept
from qifu.domain.registry.loads import Load
from qifu.entry.desk.registry import telling
from qifu.entry.desk.registry.tasks import enqueue
from qifu.entry.intake.tables import open_table, safe_cell
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.files import actions as files
from qifu.kernel.files.kinds import kind_of
from qifu.output.dossiers import housed

LISTS = ("xlsx", "csv", "txt")
STEPS = {"run": actions.begin_run, "pause": actions.pause, "cancel": actions.cancel, "undo": actions.begin_undo}
AT_ONCE = 500  # rows that are taken back while the person waits


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "registry/loads.html", {"loads": kept.recent(request.actor)})


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Take the file in and recognise its columns."""
    request = cast(PersonRequest, incoming)
    access.require_loader(request.actor)
    upload = request.FILES.get("file")
    if request.method == "GET" or upload is None:
        return _asked(request, "请先选择文件。" if request.method == "POST" else "")
    try:
        row = _taken(request, upload, upload.name or "名单")
    except Invalid as refusal:
        return _asked(request, refusal.message)
    return redirect("desk_load", row.pk)


def _asked(request: PersonRequest, problem: str) -> HttpResponse:
    context = {
        "columns": columns.COLUMNS,
        "figures": columns.FIGURES,
        "sources": kept.sources(),
        "problem": problem,
        "typed": request.POST,
        "today": localdate(request.now),
    }
    return render(request, "registry/load_new.html", context, status=422 if problem else 200)


def _day(text: str) -> date | None:
    """:raises Invalid: not a day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("数据截止日不是认得的日期，请写成 2026-09-30。", {"as_of": "不是日期"}) from None


def _taken(request: PersonRequest, upload: object, name: str) -> Load:
    _require_list(cast(BinaryIO, upload), name)
    file = files.keep(actor=request.actor, now=request.now, file=cast(BinaryIO, upload), name=name)
    try:
        table = open_table(files.path_of(file.digest), name, columns.is_known)
    except Invalid:
        files.drop(actor=request.actor, now=request.now, file=file, reason="不是可以读取的名单")
        raise
    return actions.open_load(
        actor=request.actor,
        now=request.now,
        name=name,
        digest=file.digest,
        headings=table.headings,
        file=file.pk,
        source=request.POST.get("source", "") or "list",
        as_of=_day(request.POST.get("as_of", "")),
        is_complete=request.POST.get("is_complete") == "1",
    )


def _require_list(file: BinaryIO, name: str) -> None:
    """:raises Invalid: neither a workbook nor text; said here, because the desks that take attachments take more."""
    kind, is_empty = kind_of(file, name), not file.read(1)
    file.seek(0)
    if kind in LISTS or is_empty:  # that it is empty is said where it is kept
        return
    if name.lower().endswith(".xls"):
        raise Invalid(f"“{name}”是旧版 .xls 工作簿，请另存为 .xlsx 或 CSV 后重新选择。")
    raise Invalid(f"“{name}”不是可以读取的名单，请选择 Excel（.xlsx）或 CSV 文件。")


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "registry/load.html", _shown(request, number))


@require_GET
def progress(incoming: HttpRequest, number: int) -> HttpResponse:
    """How far it is, asked by the page every second or two."""
    request = cast(PersonRequest, incoming)
    response = render(request, "registry/_load.html", _shown(request, number))
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: PersonRequest, number: int) -> dict[str, object]:
    row = kept.load(request.actor, number)
    is_working = row.state in ("checking", "running", "undoing")
    return {
        "load": row,
        "is_working": is_working,
        "is_stalled": kept.is_stalled(row, request.now),
        "may_check": row.state in ("draft", "checked") or (row.state == "failed" and row.is_dry),
        "may_run": row.state in ("checked", "paused") or (row.state == "failed" and not row.is_dry),
        "may_cancel": row.state in ("draft", "checking", "checked", "running", "paused", "failed"),
        **_columns(row),
        "may_undo": kept.may_undo(row),
        "headings": list(enumerate(row.headings)),
        "samples": [] if is_working else [_sample(sample) for sample in row.samples],
        "rejects": [] if is_working else list(kept.rejects(request.actor, number, kept.SHOWN)),
    }


def _columns(row: Load) -> dict[str, object]:
    """What the list was found to tell, what it was not, and which of its columns nobody uses."""
    found = [(column, row.mapping.get(column.field)) for column in columns.ALL]
    used = set(row.mapping.values())
    return {
        "told": [pair for pair in found if pair[1] is not None or pair[0].field == "name"],
        "untold": [pair for pair in found if pair[1] is None and pair[0].field != "name"],
        "unused": [heading for place, heading in enumerate(row.headings) if heading and place not in used],
    }


def _sample(sample: dict[str, Any]) -> tuple[object, object, list[tuple[str, str, str]]]:
    return sample["row"], sample["name"], [telling.change(*one) for one in sample["changes"]]


@require_POST
def check(incoming: HttpRequest, number: int) -> HttpResponse:
    """Set the columns and try the list without writing."""
    request = cast(PersonRequest, incoming)
    chosen = {c.field: request.POST.get(c.field, "") for c in columns.ALL}
    mapping = {name: int(place) for name, place in chosen.items() if place.isascii() and place.isdecimal()}
    with transaction.atomic():
        row = actions.begin_check(actor=request.actor, now=request.now, load=number, mapping=mapping)
        enqueue(row, _account(request.actor))
    return redirect("desk_load", number)


@require_POST
def step(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Carry out, pause or cancel."""
    request = cast(PersonRequest, incoming)
    if step not in STEPS:
        raise Http404
    with transaction.atomic():
        row = STEPS[step](actor=request.actor, now=request.now, load=number)
        if step == "run":
            if row.file_id is None:
                raise Conflict("这份名单是从命令行导入的，请在命令行用同一文件继续。", state=row.state)
            enqueue(row, _account(request.actor))
        if step == "undo" and row.done <= AT_ONCE:
            actions.carry_on_undo(actor=request.actor, clock=lambda: request.now, load=number)
        elif step == "undo":
            enqueue(row, _account(request.actor))
    return redirect("desk_load", number)


@require_GET
def rows(incoming: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The rows that are new, changed or gone against what the source said before."""
    request = cast(PersonRequest, incoming)
    if kind not in kept.KINDS:
        raise Http404
    page = kept.rows(request.actor, number, kind, request.GET.get("cursor", ""))
    told = housed.changes(one.changes for one in page.items)
    page = replace(page, items=tuple(replace(one, changes=said) for one, said in zip(page.items, told, strict=True)))
    context = {
        "load": kept.load(request.actor, number),
        "page": page,
        "kind": kind,
        "label": kept.KINDS[kind],
        "tabs": kept.KINDS.items(),
    }
    return render(request, "registry/load_rows.html", context)


@require_GET
def rejects(incoming: HttpRequest, number: int) -> StreamingHttpResponse:
    """The refused rows with the reason of each, as CSV that spreadsheets open."""
    request = cast(PersonRequest, incoming)
    row = kept.load(request.actor, number)
    response = StreamingHttpResponse(_lines(request.actor, row), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{number}.csv"'
    return response


class _Echo:
    """Hands back what is written, so that the writer makes one line at a time."""

    def write(self, text: str) -> str:
        return text


def _lines(actor: Actor, row: Load) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + cast(str, writer.writerow(["行号", "处理", "原因", *map(safe_cell, row.headings)]))
    for reject in kept.rejects(actor, row.pk):
        fate = "已采用，个别单元格除外" if reject.is_note else "未采用"
        yield cast(str, writer.writerow([reject.row, fate, reject.reason, *map(safe_cell, reject.raw)]))


def _account(actor: Actor) -> int:
    assert actor.account is not None
    return actor.account
