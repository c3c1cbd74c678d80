"""Pages of relief: one action or query each."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.grants.access import may_write, require_writer
from qifu.domain.grants.relief import access, actions, queries
from qifu.entry.desk.estate.forms import done
from qifu.entry.desk.relief.forms import ListForm, SchemeForm
from qifu.entry.intake.relief import HEADS, read_people
from qifu.entry.intake.uploads import received
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid
from qifu.output.charts.tables import as_xlsx

STEPS = {"enter": (actions.enter_list, "名单已提交，等待核定。"), "undo": (actions.undo_list, "名单已撤回。")}
COLUMNS = ("姓名", "身份证号", "类别", "开户行", "账号尾号", "金额（元）", "状态", "银行回单", "说明")


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    context = {"rows": queries.schemes(request.actor), "is_writer": may_write(request.actor)}
    return render(request, "relief/list.html", context)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Set a scheme up."""
    request = cast(PersonRequest, incoming)
    require_writer(request.actor)
    form, made = SchemeForm(request.POST if request.method == "POST" else None), list[int]()

    def act() -> None:
        given = form.cleaned_data
        row = actions.add_scheme(
            actor=request.actor, now=request.now, title=given["title"], clause=given["clause"], line=int(given["line"]),
            unit=int(given["unit"]), every=given["every"], standards=given["standards"],
        )  # fmt: skip
        made.append(row.pk)

    if request.method == "POST" and done(form, act):
        messages.success(request, "慰问救助项目已建立。")
        return redirect("desk_relief", made[0])
    return render(request, "relief/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def scheme(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _scheme(request, number)


def _scheme(request: PersonRequest, number: int, form: Form | None = None) -> HttpResponse:
    context = {"told": queries.scheme(request.actor, number), "form": form or ListForm(), "heads": HEADS}
    return render(request, "relief/scheme.html", context, status=422 if form else 200)


@require_GET
def blank(incoming: HttpRequest, number: int) -> FileResponse:
    """The empty list that is filled in."""
    request = cast(PersonRequest, incoming)
    row = access.scheme(request.actor, number)
    return workbook(as_xlsx([("名单", HEADS, [])]), f"发放名单模板-{row.title}.xlsx")


@require_POST
def hand(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take a list in; it is tried at once and counts for nothing yet."""
    request = cast(PersonRequest, incoming)
    access.require_keeper(request.actor, access.scheme(request.actor, number))
    form, made = ListForm(request.POST), list[int]()

    def act() -> None:
        row = actions.try_list(
            actor=request.actor, now=request.now, scheme=number, period=form.cleaned_data["period"],
            handed=_handed(request.FILES.get("file")),
        )  # fmt: skip
        made.append(row.pk)

    if done(form, act):
        return redirect("desk_relief_list", made[0])
    return _scheme(request, number, form)


def _handed(upload: object) -> actions.Handed:
    """:raises Invalid: no file, too large, or no list of persons."""
    with received(upload, most=5, name="发放名单") as kept:
        return actions.Handed(kept.name, kept.digest, read_people(kept.path, kept.name))


@require_GET
def relief_list(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "relief/people.html", {"told": queries.relief_list(request.actor, number)})


@require_POST
def step(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Enter a list or take it back."""
    request = cast(PersonRequest, incoming)
    act, said = STEPS[step]
    act(actor=request.actor, now=request.now, number=number)
    messages.success(request, said)
    return redirect("desk_relief_list", number)


@require_POST
def decide(incoming: HttpRequest, number: int) -> HttpResponse:
    """Decide a list; a refusal for what was typed is shown on its page."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    try:
        actions.decide(actor=request.actor, now=request.now, number=number, reason=reason)
    except Invalid as refusal:
        context = {"told": queries.relief_list(request.actor, number), "problem": refusal.message, "reason": reason}
        return render(request, "relief/people.html", context, status=422)
    messages.success(request, "已核定，资金已经留好，等财务拨付。")
    return redirect("desk_relief_list", number)


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    """Leave one person out."""
    request = cast(PersonRequest, incoming)
    try:
        row = actions.drop_person(
            actor=request.actor, now=request.now, number=number, reason=request.POST.get("reason", "")
        )
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return redirect("desk_relief_list", access.person(request.actor, number).list_id)
    messages.success(request, "已剔除。")
    return redirect("desk_relief_list", row.list_id)


@require_POST
def show(incoming: HttpRequest, number: int) -> JsonResponse:
    """The name and identity number of one person; the look is kept with its reason."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    return JsonResponse({"value": actions.show(actor=request.actor, now=request.now, number=number, reason=reason)})


@require_GET
def export(incoming: HttpRequest, number: int) -> FileResponse:
    """A list as a workbook, masked; who took it is kept."""
    request = cast(PersonRequest, incoming)
    told = queries.relief_list(request.actor, number)
    actions.note_export(actor=request.actor, now=request.now, number=number, rows=len(told.persons))
    rows = [
        (one.name, one.identity, one.kind, one.bank, one.tail, float(one.amount), one.state_label, one.receipt, one.why)
        for one in told.persons
    ]
    return workbook(as_xlsx([("名单", COLUMNS, rows)]), f"{told.scheme_title}-{told.row.period}.xlsx")
