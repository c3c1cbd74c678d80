"""Documents: the list, one with what rests on it, entering, correcting, relating, repealing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.policies import access, facts
from qifu.domain.policies.actions import documents as actions
from qifu.domain.policies.actions import viewing
from qifu.domain.policies.queries import desk, public
from qifu.entry.desk.policies.listing import MOST, place_of, workbook
from qifu.entry.theme import attachments
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.needs import Kept, files_field, uploads
from qifu.entry.theme.shapes import Choice, FileItem, Filter, FilterBar
from qifu.kernel.errors import Conflict, Invalid

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
LISTED = ("标题", "文号", "层级", "发文机关", "成文日期", "开始执行", "停止执行", "事项（项）", "原文网址")
WIDTHS = (50, 26, 8, 26, 12, 12, 12, 10, 40)
TEXT_FIRST = ["text"]
RELATIONS = (("amends", "修改"), ("repeals", "废止"), ("implements", "落实"), ("extends", "延续"))


class PaperForm(forms.Form):
    """What a document says of itself."""

    title = forms.CharField(label="标题", max_length=200)
    level = forms.ChoiceField(
        label="层级", choices=[("", "请选择"), *((str(k), str(v)) for k, v in public.LEVELS.items())]
    )
    issuer = forms.CharField(label="发文机关", max_length=200)
    number = forms.CharField(
        label="文号", max_length=80, required=False, help_text="如 财税〔2026〕1号；没有文号可不填。"
    )
    issued_on = forms.DateField(label="成文日期", required=False, widget=DAY)
    effective_from = forms.DateField(label="开始执行", required=False, widget=DAY)
    effective_to = forms.DateField(label="停止执行", required=False, widget=DAY, help_text="不填为未定。")
    url = forms.URLField(label="原文网址", required=False, max_length=500, assume_scheme="https")
    gist = forms.CharField(label="要点", required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    text = forms.CharField(
        label="正文", required=False, max_length=actions.LONGEST_TEXT, widget=forms.Textarea({"rows": 16}),
        help_text="粘贴全文，编写条件时会显示在旁边。",
    )  # fmt: skip
    papers = files_field()
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def paper(self) -> actions.Paper:
        told = dict(self.cleaned_data)
        for name in ("seen", "papers"):
            told.pop(name)
        return actions.Paper(**told)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse | FileResponse:
    """All documents; as a workbook if asked for."""
    request = cast(PersonRequest, incoming)
    access.require_staff(request.actor)
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "level")}
    wanted, place = request.GET.get("sort", ""), place_of(request.GET.get("from", ""))
    sort = wanted if wanted in desk.DOCUMENT_SORTS else "newest"
    if request.GET.get("as") == "xlsx":
        return _carried(request, given, sort)
    rows, count = desk.documents(actor=request.actor, q=given["q"], level=given["level"], sort=sort, place=place)
    levels = [Choice(str(code), str(label)) for code, label in public.LEVELS.items()]
    search = Filter("q", "搜索", "search", placeholder="标题、文号、发文机关")
    bar = FilterBar([search, Filter("level", "层级", choices=levels)], given, keep=("sort",))
    context = {
        "rows": [(row, public.LEVELS[row.level]) for row in rows],
        "count": count,
        "bar": bar,
        "sort": sort,
        "sorts": desk.DOCUMENT_SORTS,
        "before": max(0, place - desk.PAGE) if place else None,
        "after": place + desk.PAGE if place + desk.PAGE < count else None,
        "may_write": access.may_write(request.actor),
    }
    return render(request, "library/documents.html", context)


def _carried(request: PersonRequest, given: dict[str, str], sort: str) -> FileResponse:
    """The list as asked for, as a workbook."""
    found, _ = desk.documents(actor=request.actor, q=given["q"], level=given["level"], sort=sort, size=MOST)
    days = ("issued_on", "effective_from", "effective_to")
    rows = (
        (one.title, one.number, str(public.LEVELS[one.level]), one.issuer,
         *(day.isoformat() if (day := getattr(one, name)) else "" for name in days), getattr(one, "items", 0), one.url)
        for one in found
    )  # fmt: skip
    file = workbook("政策文件", LISTED, WIDTHS, rows)
    viewing.carry_away(actor=request.actor, now=request.now, what="documents", rows=len(found), asked=given)
    return FileResponse(file, as_attachment=True, filename=f"政策文件{request.now:%Y%m%d}.xlsx")


@require_GET
def show(incoming: HttpRequest, document: int) -> HttpResponse:
    """One document: its text, what it does to others, the items that rest on it."""
    request = cast(PersonRequest, incoming)
    sheet = desk.document(actor=request.actor, number=document, on=facts.day(request.now))
    others = [(pk, name) for pk, name in desk.document_choices(request.actor) if pk != document]
    kinds = dict(RELATIONS)
    context = {
        "sheet": sheet,
        "row": sheet.row,
        "level": public.LEVELS[sheet.row.level],
        "relations": [(kinds[one.kind], one) for one in sheet.relations],
        "related": [(kinds[one.kind], one) for one in sheet.related],
        "kinds": RELATIONS,
        "others": others,
        "files": [
            (FileItem(one.name, reverse("desk_policy_document_file", args=[document, one.pk]), one.size), one.pk)
            for one in sheet.files
        ],
    }
    return render(request, "library/document.html", context)


@require_http_methods(["GET", "POST"])
def enter(incoming: HttpRequest) -> HttpResponse:
    """Enter a document."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    kept = _uploaded(request)
    if request.POST.get("act") == "read":
        return _read_out(request, kept)
    form = PaperForm(request.POST or None, field_order=TEXT_FIRST)
    if request.method == "POST" and _is_fine(form, kept):
        try:
            made = actions.enter(actor=request.actor, now=request.now, paper=form.paper, files=kept.ids)
        except (Invalid, Conflict) as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, "文件已登记，可以从它分解政策事项。")
            return redirect("desk_policy_document", document=made.pk)
    context = {"form": form, "kept": kept.files}
    return render(request, "library/document_form.html", context, status=422 if form.errors else 200)


def _read_out(request: PersonRequest, kept: _Uploaded) -> HttpResponse:
    """Put what the pasted text says of itself where nothing is written yet; nothing is kept."""
    from qifu.entry.desk.policies import pasting  # tables of industries, some megabytes that only a reading needs

    given = {name: request.POST.get(name, "").strip() for name in PaperForm.base_fields if name != "papers"}
    text = given["text"][: actions.LONGEST_TEXT]
    found = pasting.paper(text) if text else {}
    filled = [name for name in found if not given.get(name)]
    form = PaperForm(initial=found | {name: value for name, value in given.items() if value}, field_order=TEXT_FIRST)
    labels = [str(PaperForm.base_fields[name].label) for name in PaperForm.base_fields if name in filled]
    context = {"form": form, "kept": kept.files, "has_read": True, "filled": labels, "has_text": bool(text)}
    return render(request, "library/document_form.html", context | ({"told": pasting.told(text)} if text else {}))


@require_http_methods(["GET", "POST"])
def correct(incoming: HttpRequest, document: int) -> HttpResponse:
    """Correct a document."""
    request = cast(PersonRequest, incoming)
    access.require_writer(request.actor)
    row = access.document(request.actor, document)
    initial: dict[str, Any] = {name: getattr(row, name) for name in PaperForm.base_fields if hasattr(row, name)}
    form, kept = PaperForm(request.POST or None, initial=initial | {"seen": row.version}), _uploaded(request)
    if request.method == "POST" and _is_fine(form, kept):
        seen = form.cleaned_data["seen"] or 0
        try:
            actions.correct(
                actor=request.actor, now=request.now, document=document, paper=form.paper, seen=seen, files=kept.ids
            )
        except (Invalid, Conflict) as refusal:
            put_errors(form, refusal)
        else:
            messages.success(request, "已保存。")
            return redirect("desk_policy_document", document=document)
    context = {"form": form, "row": row, "kept": kept.files}
    return render(request, "library/document_form.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class _Uploaded:
    """Files that have arrived with a form, and what was refused of them."""

    files: list[Kept]
    problem: str

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.files]


def _uploaded(request: PersonRequest) -> _Uploaded:
    """Keep what arrived at once, so that a refused form does not ask for it again."""
    if request.method != "POST":
        return _Uploaded([], "")
    return _Uploaded(*uploads(request.POST, request.FILES, "papers", actor=request.actor, now=request.now))


def _is_fine(form: PaperForm, kept: _Uploaded) -> bool:
    if kept.problem:
        form.add_error("papers", kept.problem)
    return form.is_valid()


@require_GET
def attachment(incoming: HttpRequest, document: int, file: int) -> FileResponse:
    """An attachment, through the document's door."""
    request = cast(PersonRequest, incoming)
    return attachments.sent(*desk.attachment(actor=request.actor, number=document, file=file))


@require_POST
def detach(incoming: HttpRequest, document: int, file: int) -> HttpResponse:
    """Take an attachment away."""
    request = cast(PersonRequest, incoming)
    actions.detach(actor=request.actor, now=request.now, document=document, file=file)
    messages.success(request, "附件已删去。")
    return redirect("desk_policy_document", document=document)


@require_POST
def relate(incoming: HttpRequest, document: int) -> HttpResponse:
    """Say what the document does to another."""
    request = cast(PersonRequest, incoming)
    kind, number = request.POST.get("kind", ""), request.POST.get("number", "")
    actions.relate(actor=request.actor, now=request.now, document=document, kind=kind, number=number)
    messages.success(request, "关系已记下。")
    return redirect("desk_policy_document", document=document)


@require_POST
def repeal(incoming: HttpRequest, document: int) -> HttpResponse:
    """End what rests on the document, because a later one takes its place."""
    request = cast(PersonRequest, incoming)
    access.require_publisher(request.actor)
    access.document(request.actor, document)
    by = place_of(request.POST.get("by", ""))
    day = day_of(request.POST.get("on", ""))
    if not by or day is None:
        raise Invalid("请选择后来的文件，并填写从哪一天起废止。")
    ended = actions.repeal(actor=request.actor, now=request.now, document=document, by=by, on=day)
    messages.success(request, f"已废止，{len(ended)} 项政策随之停止执行；对以前日期的答复不变。")
    return redirect("desk_policy_document", document=document)


def put_errors(form: forms.Form, refusal: Invalid | Conflict) -> None:
    """Set what is wrong beside the fields; what belongs to none stands above."""
    told = refusal.fields if isinstance(refusal, Invalid) else {}
    for name, said in told.items():
        form.add_error(name if name in form.fields else None, said)
    if not told:
        form.add_error(None, refusal.message)


def day_of(text: str) -> date | None:
    """A day as a form sends it; None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
