"""The queue of findings, one finding with what to make of it, the queue as a workbook, how fast it all goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.policies import facts
from qifu.domain.policies.actions import viewing
from qifu.domain.policies.collection import freshness as pace
from qifu.domain.policies.collection import queries
from qifu.domain.policies.collection.actions import deciding
from qifu.domain.policies.queries import public
from qifu.entry.desk.policies.documents import PaperForm, put_errors
from qifu.entry.desk.policies.listing import place_of, workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid

HEADINGS = ("编号", "标题", "文号", "发文日期", "来源", "层级", "状态", "疑似重复", "发现时间", "网址")
WIDTHS = (10, 60, 24, 12, 20, 8, 10, 12, 18, 60)
FIELDS = ("q", "state", "source", "level")
GIFTS = {"is": "", "max": "最高 ", "rate": ""}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """What waits for an editor, searched and filtered."""
    request = cast(PersonRequest, incoming)
    given, sort = _given(request), _sort(request)
    page = queries.queue(
        actor=request.actor, q=given["q"], given=given, sort=sort, place=place_of(request.GET.get("from", ""))
    )
    context = {
        "page": page,
        "bar": _bar(request, given),
        "sort": sort,
        "sorts": queries.SORTS,
        "counts": queries.counts(request.actor),
        "may_write": queries.may_write(request.actor),
        "result": f"{page.count} 条",
    }
    return render(request, "collection/list.html", context)


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The queue as asked for, as a workbook."""
    request = cast(PersonRequest, incoming)
    given = _given(request)
    lines = list(queries.exported(actor=request.actor, q=given["q"], given=given, sort=_sort(request)))
    rows = (
        (
            one.row.pk, one.row.title, one.row.number, one.row.issued_on.isoformat() if one.row.issued_on else "",
            one.source, one.level, one.state_label, one.likeness_label,
            one.row.first_seen.astimezone(pace.SHANGHAI).strftime("%Y-%m-%d %H:%M"), one.row.url,
        )
        for one in lines
    )  # fmt: skip
    file = workbook("线索", HEADINGS, WIDTHS, rows)
    viewing.carry_away(actor=request.actor, now=request.now, what="findings", rows=len(lines), asked=given)
    return FileResponse(file, as_attachment=True, filename=f"政策线索{request.now:%Y%m%d}.xlsx")


@require_GET
def freshness(incoming: HttpRequest) -> HttpResponse:
    """How fast what is found becomes what an enterprise can get."""
    request = cast(PersonRequest, incoming)
    asked = request.GET.get("span", "")
    span = asked if asked in pace.SPANS else "90"
    shown = pace.freshness(actor=request.actor, on=facts.day(request.now), span=int(span))
    context = {"shown": shown, "span": span, "spans": pace.SPANS, "within": pace.WITHIN}
    return render(request, "collection/freshness.html", context)


@require_GET
def show(incoming: HttpRequest, number: int) -> HttpResponse:
    """One finding: its text, what changed, what it is like, and the document that it would become."""
    request = cast(PersonRequest, incoming)
    return _shown(request, queries.sheet(actor=request.actor, number=number), None)


@require_POST
def take(incoming: HttpRequest, number: int) -> HttpResponse:
    """Make a document of a finding."""
    request = cast(PersonRequest, incoming)
    form = PaperForm(request.POST)
    if form.is_valid():
        try:
            made = deciding.take(
                actor=request.actor, now=request.now, finding=number, paper=form.paper,
                seen=form.cleaned_data["seen"] or 0,
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, "已采用为文件，可以从它分解政策事项。")
            return redirect("desk_policy_document", document=made.pk)
    deciding.require_decider(request.actor)
    return _shown(request, queries.sheet(actor=request.actor, number=number), form)


@require_POST
def decide(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Leave out, join to another, put back, or note a change."""
    request = cast(PersonRequest, incoming)
    if step not in STEPS:
        raise Http404
    said = STEPS[step](request, number, place_of(request.POST.get("seen", "")))
    messages.success(request, said)
    return redirect("desk_finding", number=number)


def _ignore(request: PersonRequest, number: int, seen: int) -> str:
    why = request.POST.get("why", "")
    deciding.ignore(actor=request.actor, now=request.now, finding=number, why=why, seen=seen)
    return "已标为不采用。"


def _duplicate(request: PersonRequest, number: int, seen: int) -> str:
    of, document = (place_of(request.POST.get(name, "")) or None for name in ("of", "document"))
    deciding.duplicate(actor=request.actor, now=request.now, finding=number, seen=seen, of=of, document=document)
    return "已标为重复。"


def _reopen(request: PersonRequest, number: int, seen: int) -> str:
    deciding.reopen(actor=request.actor, now=request.now, finding=number, seen=seen)
    return "已退回待处理。"


def _note(request: PersonRequest, number: int, seen: int) -> str:
    deciding.note_change(actor=request.actor, now=request.now, finding=number, seen=seen)
    return "已记下：改动核对过了。"


STEPS: dict[str, Callable[[PersonRequest, int, int], str]] = {
    "ignore": _ignore, "duplicate": _duplicate, "reopen": _reopen, "noted": _note,
}  # fmt: skip


def _shown(request: PersonRequest, sheet: queries.Sheet, form: PaperForm | None) -> HttpResponse:
    initial = asdict(sheet.paper) | {"seen": sheet.row.version}
    told = sheet.row.extracted
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "form": form or PaperForm(initial=initial),
        "gifts": [_gift(one) for one in told.get("gifts", [])],
        "told": told,
        "may_take": sheet.may_write and sheet.row.state != "taken",
        "is_open": sheet.row.state == "new",
    }
    return render(request, "collection/finding.html", context, status=422 if form is not None else 200)


def _gift(one: dict[str, str]) -> tuple[str, str]:
    """A grant in words: the figure, and the clause it stands in."""
    if one["kind"] == "rate":
        return f"{float(one['low']):.4%}".rstrip("0%").rstrip(".") + "%", one["words"]
    low, high = (f"{float(one[end]):,.2f}".removesuffix(".00") for end in ("low", "high"))
    figure = low if low == high else f"{low} 至 {high}"
    return f"{GIFTS[one['kind']]}{figure} 元" + (f" / {one['per']}" if one["per"] else ""), one["words"]


def _given(request: PersonRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:100] for name in FIELDS}


def _sort(request: PersonRequest) -> str:
    asked = request.GET.get("sort", "newest")
    return asked if asked in queries.SORTS else "newest"


def _bar(request: PersonRequest, given: dict[str, str]) -> FilterBar:
    fields = [
        Filter("q", "搜索", "search", placeholder="标题、文号、发文机关"),
        Filter("state", "状态", choices=[Choice(code, label) for code, label in queries.STATES.items()]),
        Filter("level", "层级", choices=[Choice(str(code), str(label)) for code, label in public.LEVELS.items()]),
        Filter("source", "来源", choices=_sources(request.actor)),
    ]
    return FilterBar(fields, given | {"sort": request.GET.get("sort", "")})


def _sources(actor: Actor) -> list[Choice]:
    return [Choice(str(pk), name) for pk, name in queries.source_names(actor)]
