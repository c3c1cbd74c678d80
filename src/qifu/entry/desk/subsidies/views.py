"""Pages of subsidised interest: one action or query each."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.grants.access import require_payer, require_writer
from qifu.domain.grants.loans import access, queries
from qifu.domain.grants.loans.actions import exporting, lists, settling, setup
from qifu.entry.desk.estate.forms import done
from qifu.entry.desk.subsidies import files
from qifu.entry.desk.subsidies.forms import BankForm, ListForm, PeriodForm, ProgrammeForm, WorkForm
from qifu.entry.theme.attachments import workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid
from qifu.output.feeds.loan_template import template

LIST_STEPS = {"enter": (lists.enter_list, "清单已提交，可以测算了。"), "undo": (lists.undo_list, "清单已撤回。")}


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    rows = queries.programmes(request.actor)
    is_writer, is_payer = queries.may_add_programme(request.actor), queries.may_add_bank(request.actor)
    return render(request, "subsidies/list.html", {"rows": rows, "is_writer": is_writer, "is_payer": is_payer})


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Set a programme up."""
    request = cast(PersonRequest, incoming)
    require_writer(request.actor)
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    made: list[int] = []

    def act() -> None:
        given = form.cleaned_data
        row = setup.add_programme(
            actor=request.actor, now=request.now, title=given["title"], clause=given["clause"], line=int(given["line"]),
            unit=int(given["unit"]), asked=form.asked(), sizes=given["sizes"],
        )  # fmt: skip
        made.append(row.pk)

    if request.method == "POST" and done(form, act):
        messages.success(request, "贴息项目已建立。")
        return redirect("desk_subsidy", made[0])
    return render(request, "subsidies/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def banks(incoming: HttpRequest) -> HttpResponse:
    """All banks, and for finance the form of one."""
    request = cast(PersonRequest, incoming)
    rows = queries.banks(request.actor)
    if request.method == "POST":
        require_payer(request.actor)
    form = BankForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        setup.add_bank(actor=request.actor, now=request.now, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, "银行已保存。")
        return redirect("desk_subsidy_banks")
    context = {"rows": rows, "form": form, "is_payer": queries.may_add_bank(request.actor)}
    return render(request, "subsidies/banks.html", context, status=422 if form.errors else 200)


@require_GET
def programme(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _programme(request, number)


def _programme(
    request: PersonRequest, number: int, handing: Form | None = None, working: Form | None = None, problem: str = ""
) -> HttpResponse:
    context = {
        "told": queries.programme(request.actor, number),
        "handing": handing or ListForm(),
        "working": working or WorkForm(auto_id="id_work_%s"),
        "problem": problem,
    }
    return render(request, "subsidies/programme.html", context, status=422 if handing or working else 200)


@require_POST
def hand(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take a bank's list in; it is tried at once and counts for nothing yet."""
    request = cast(PersonRequest, incoming)
    access.require_keeper(request.actor, access.programme(request.actor, number))
    form, made = ListForm(request.POST), list[int]()

    def act() -> None:
        given = form.cleaned_data
        row = lists.try_list(
            actor=request.actor, now=request.now, programme=number, bank=int(given["bank"]), first=given["first"],
            last=given["last"], handed=files.handed(request.FILES.get("file")),
        )  # fmt: skip
        made.append(row.pk)

    if done(form, act):
        return redirect("desk_loan_list", made[0])
    return _programme(request, number, handing=form)


@require_GET
def blank(incoming: HttpRequest, number: int) -> HttpResponse | FileResponse:
    """The workbook that banks fill in, for a period."""
    request = cast(PersonRequest, incoming)
    row = access.programme(request.actor, number)
    form = PeriodForm(request.GET)
    if not form.is_valid() or form.cleaned_data["last"] < form.cleaned_data["first"]:
        return _programme(request, number, problem="请先选择贴息期间，再下载模板。")
    content = template(row.title, form.cleaned_data["first"], form.cleaned_data["last"])
    return workbook(content, f"贷款清单模板-{row.title}.xlsx")


@require_POST
def work(incoming: HttpRequest, number: int) -> HttpResponse:
    """Work a period out."""
    request = cast(PersonRequest, incoming)
    access.require_keeper(request.actor, access.programme(request.actor, number))
    form, made = WorkForm(request.POST, auto_id="id_work_%s"), list[int]()

    def act() -> None:
        row = settling.work_out(actor=request.actor, now=request.now, programme=number, **form.cleaned_data)
        made.append(row.pk)

    if done(form, act):
        messages.success(request, "已测算。")
        return redirect("desk_settlement", made[0])
    return _programme(request, number, working=form)


@require_GET
def loan_list(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "subsidies/loan_list.html", {"told": queries.loan_list(request.actor, number)})


@require_POST
def list_step(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    """Enter a list or take it back."""
    request = cast(PersonRequest, incoming)
    act, said = LIST_STEPS[step]
    act(actor=request.actor, now=request.now, number=number)
    messages.success(request, said)
    return redirect("desk_loan_list", number)


@require_GET
def settlement(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "subsidies/settlement.html", {"told": queries.settlement(request.actor, number)})


@require_POST
def decide(incoming: HttpRequest, number: int) -> HttpResponse:
    """Decide a settlement; a refusal for what was typed is shown on its page."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    try:
        settling.decide(actor=request.actor, now=request.now, number=number, reason=reason)
    except Invalid as refusal:
        told = queries.settlement(request.actor, number)
        context = {"told": told, "problem": refusal.message, "reason": reason}
        return render(request, "subsidies/settlement.html", context, status=422)
    messages.success(request, "已核定，各银行的资金已经留好，等财务拨付。")
    return redirect("desk_settlement", number)


@require_GET
def export(incoming: HttpRequest, number: int) -> FileResponse:
    """A settlement as a workbook; who took it is kept."""
    request = cast(PersonRequest, incoming)
    told = queries.settlement(request.actor, number)
    exporting.note_export(actor=request.actor, now=request.now, number=number, rows=len(told.loans))
    return workbook(files.workbook(told), f"贴息结算-{told.programme_title}-{told.row.first:%Y%m%d}.xlsx")


@require_GET
def loan(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "subsidies/loan.html", {"told": queries.loan(request.actor, number)})


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    """Leave a loan out."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    try:
        lists.drop_loan(actor=request.actor, now=request.now, number=number, reason=reason)
    except Invalid as refusal:
        context = {"told": queries.loan(request.actor, number), "problem": refusal.message, "reason": reason}
        return render(request, "subsidies/loan.html", context, status=422)
    messages.success(request, "已剔除，请重新测算。")
    return redirect("desk_loan", number)
