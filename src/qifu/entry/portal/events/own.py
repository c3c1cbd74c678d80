"""Registering, one's tickets with their code, giving a place back, saying what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.events.actions import afterwards, registering
from qifu.domain.events.actions.registering import Wanted
from qifu.domain.events.queries import people, rooms, sheet
from qifu.domain.people import queries as accounts
from qifu.domain.registry import agencies
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.events.asked import number as as_number
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid

STARS = (("content", "内容"), ("order", "组织"), ("use", "收获"))
TEL = {"type": "tel", "inputmode": "tel", "autocomplete": "tel-national"}
WORDS = ("很差", "较差", "一般", "满意", "很满意")


class RegisterForm(forms.Form):
    """Who comes; what is known is filled in."""

    enterprise = forms.ChoiceField(
        label="代表哪家企业", required=False, error_messages={"invalid_choice": "请重新选择企业。"}
    )
    firm = forms.CharField(
        label="单位名称", max_length=120, required=False, error_messages={"max_length": "名称过长，请精简。"}
    )
    person = forms.CharField(
        label="参加人姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "请填写参加人姓名。", "max_length": "姓名过长，请核对。"},
    )  # fmt: skip
    phone = forms.CharField(
        label="参加人手机号", max_length=20, widget=forms.TextInput(attrs=TEL),
        error_messages={"required": "请填写 11 位手机号。", "max_length": "请填写 11 位手机号。"},
    )  # fmt: skip

    def __init__(self, data: object, *, firms: list[tuple[str, str]], **kept: object) -> None:
        super().__init__(data, **kept)  # type: ignore[arg-type]
        if firms:
            self.fields["enterprise"].choices = [*firms, ("", "不代表上面的企业")]  # type: ignore[attr-defined]
            self.fields["firm"].help_text = "不代表上面的企业时填写。"
        else:
            del self.fields["enterprise"]

    def wanted(self) -> Wanted:
        """What was typed."""
        told = self.cleaned_data
        return Wanted(told["person"], told["phone"], as_number(told.get("enterprise", "")), told["firm"])


@dataclass(frozen=True, slots=True)
class Mark:
    """A question that is answered in stars."""

    name: str
    label: str
    stars: tuple[tuple[int, str, bool], ...]
    error: str


@require_http_methods(["GET", "POST"])
@for_contacts
def register(incoming: HttpRequest, number: int) -> HttpResponse:
    """Take a place, or a place in the waiting list."""
    request = cast(PersonRequest, incoming)
    told = sheet.shown(number, request.now)
    firms = [(str(one.id), one.name) for one in agencies.mine(request.actor)]
    phone = accounts.phone_to_send(request.actor.account or 0).removeprefix("+86")
    known = {"person": request.actor.name, "phone": phone, "enterprise": firms[0][0] if firms else ""}
    form = RegisterForm(request.POST if request.method == "POST" else None, firms=firms, initial=known)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("idempotency_key", "")
        try:
            made = registering.register(
                actor=request.actor, now=request.now, event=number, wanted=form.wanted(), key=key
            )
        except Invalid as wrong:
            for name, said in wrong.fields.items() or {"": wrong.message}.items():
                form.add_error(name if name in form.fields else None, said)
        except Conflict as full:
            refusal = full.message
        else:
            messages.success(request, "报名成功。" if made.state == "registered" else "名额已满，已列入候补。")
            return redirect("portal_ticket", made.code)
    status = 409 if refusal else 422 if form.errors else 200
    context = {"form": form, "told": told, "refusal": refusal}
    return render(request, "events_portal/register.html", context, status=status)


@require_GET
@for_contacts
def mine(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    tickets = people.mine(request.actor, request.now)
    coming = [one for one in tickets if one.row.state != "cancelled" and one.event.ends >= request.now]
    context = {
        "coming": coming[::-1],
        "past": [one for one in tickets if one not in coming],
        "bookings": rooms.mine(request.actor),
    }
    return render(request, "events_portal/mine.html", context)


@require_GET
@for_contacts
def ticket(incoming: HttpRequest, code: str) -> HttpResponse:
    """The code to be shown at the door; afterwards, what one thought of it."""
    request = cast(PersonRequest, incoming)
    return _ticket(request, code)


def _ticket(request: PersonRequest, code: str, wrong: Invalid | None = None) -> HttpResponse:
    import segno

    told = people.ticket(request.actor, code, request.now)
    shown = told.row.state in ("registered", "attended")
    svg = segno.make(code, error="q").svg_inline(scale=6, border=3, dark="#000", light="#fff") if shown else ""
    context = {"told": told, "qr": svg, "marks": _marks(request, told, wrong), "wrong": wrong}
    return render(request, "events_portal/ticket.html", context, status=422 if wrong else 200)


def _marks(request: PersonRequest, told: people.Ticket, wrong: Invalid | None) -> list[Mark]:
    if not told.may_rate:
        return []
    found = []
    for name, label in STARS:
        kept = getattr(told.opinion, name) if told.opinion else 0
        chosen = as_number(request.POST.get(name, "")) or kept
        stars = tuple((n, WORDS[n - 1], n == chosen) for n in range(1, 6))
        found.append(Mark(name, label, stars, wrong.fields.get(name, "") if wrong else ""))
    return found


@require_POST
@for_contacts
def cancel(incoming: HttpRequest, code: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    made = registering.cancel(actor=request.actor, now=request.now, code=code)
    messages.success(request, "报名已取消，名额会留给候补的人。")
    return redirect("portal_event", made.event_id)


@require_POST
@for_contacts
def rate(incoming: HttpRequest, code: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    content, order, use = (as_number(request.POST.get(name, "")) or 0 for name, _ in STARS)
    words = request.POST.get("words", "")
    try:
        afterwards.rate(
            actor=request.actor, now=request.now, code=code, content=content, order=order, use=use, words=words
        )
    except Invalid as wrong:
        return _ticket(request, code, wrong)
    messages.success(request, "评价已收到，谢谢。")
    return redirect("portal_ticket", code)
