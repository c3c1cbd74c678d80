"""Rooms that can be had for an hour: which, when they are free, asking for one, giving it back."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.events.actions import venues
from qifu.domain.events.queries import rooms
from qifu.domain.registry import agencies
from qifu.engines.calendar import SHANGHAI
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.events.asked import LONGEST, day, number, streets
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Forbidden, Invalid

WANTED = {"required": "这一项要填写。", "invalid": "格式不对，请重新填写。"}


class BookingForm(forms.Form):
    """An hour in a room."""

    enterprise = forms.ChoiceField(label="代表哪家企业", error_messages={"invalid_choice": "请重新选择企业。"} | WANTED)
    day = forms.DateField(
        label="哪一天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=WANTED
    )
    starts = forms.TimeField(label="从几点", widget=forms.TimeInput(attrs={"type": "time"}), error_messages=WANTED)
    ends = forms.TimeField(label="到几点", widget=forms.TimeInput(attrs={"type": "time"}), error_messages=WANTED)
    people = forms.IntegerField(
        label="多少人", min_value=1, max_value=100_000, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=WANTED | {"min_value": "至少 1 人。", "max_value": "人数过大。"},
    )  # fmt: skip
    purpose = forms.CharField(label="用途", max_length=120, error_messages=WANTED | {"max_length": "最多 120 个字。"})

    def asked(self) -> venues.Asked:
        """What was typed."""
        told = self.cleaned_data
        starts, ends = (datetime.combine(told["day"], told[name], SHANGHAI) for name in ("starts", "ends"))
        return venues.Asked(starts, ends, told["purpose"], told["people"], enterprise=number(told["enterprise"]))


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    q, street = request.GET.get("q", "").strip()[:LONGEST], number(request.GET.get("street", ""))
    found = rooms.venues(request.now, q=q, street=street)
    context = {"found": found, "q": q, "street": street, "streets": streets()}
    return render(request, "events_portal/venues.html", context)


@require_http_methods(["GET", "POST"])
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """A week of a room, and asking for it."""
    request = cast(PersonRequest, incoming)
    today = request.now.astimezone(SHANGHAI).date()
    venue, week = rooms.week(request.actor, number, day(request.GET.get("week", "")) or today)
    firms = [(str(one.id), one.name) for one in agencies.mine(request.actor)] if request.actor.is_contact else []
    if request.method == "POST" and not firms:
        raise Forbidden("请先登录并认证企业，再预约场地。")
    form = BookingForm(request.POST if request.method == "POST" else None)
    form.fields["enterprise"].choices = firms  # type: ignore[attr-defined]
    refusal = ""
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("idempotency_key", "")
        try:
            made = venues.book(actor=request.actor, now=request.now, venue=number, asked=form.asked(), key=key)
        except Invalid as wrong:
            for name, said in wrong.fields.items() or {"": wrong.message}.items():
                form.add_error(name if name in form.fields else None, said)
        except Conflict as taken:
            refusal = taken.message
        else:
            messages.success(request, "预约成功。" if made.state == "approved" else "预约已提交，审批结果会告知您。")
            return redirect("portal_my_events")
    context = {"venue": venue, "week": week, "form": form if firms else None, "refusal": refusal, "today": today}
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "events_portal/venue.html", context, status=status)


@require_POST
@for_contacts
def cancel(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    venues.take(actor=request.actor, now=request.now, booking=number, step="cancel", given={"reason": "企业取消"})
    messages.success(request, "预约已取消。")
    return redirect("portal_my_events")
