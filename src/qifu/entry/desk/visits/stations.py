"""The cards of stations at the desk: the list, and writing one."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.people import service
from qifu.domain.people.actions.service import Card, may_keep, require_keeper, write_card
from qifu.domain.visits.access import require_official
from qifu.entry.desk.visits import asked
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Filter, FilterBar
from qifu.kernel.errors import Invalid


class CardForm(forms.Form):
    """What a station tells everybody."""

    scope = forms.CharField(label="服务内容", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    address = forms.CharField(label="地址", max_length=120)
    equipment = forms.CharField(
        label="设备", max_length=300, required=False, help_text="用顿号或逗号分开，最多 12 项。"
    )
    contact = forms.CharField(label="联系人", max_length=40, required=False, help_text="公开显示；可写“值班专员”。")
    note = forms.CharField(label="说明", max_length=300, required=False, help_text="怎么去、什么时候不开。")
    is_public = forms.BooleanField(label="在网站上公开", required=False)

    def card(self) -> Card:
        """What was typed."""
        told = dict(self.cleaned_data)
        words = told.pop("equipment").replace("，", "、").replace(",", "、").split("、")
        return Card(equipment=words, **told)


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """The stations with their cards; those without one are named."""
    request = cast(PersonRequest, incoming)
    require_official(request.actor)
    q, street = request.GET.get("q", "").strip()[: asked.LONGEST], asked.number(request.GET.get("street", ""))
    found = service.stations(q=q, street=street)
    context = {
        "found": found,
        "lacking": sum(not one.has_card for one in found),
        "bar": FilterBar(
            (Filter("q", "服务站", "search", placeholder="名称、地址、服务"), Filter("street", "街道", choices=asked.units("street"))),
            {"q": q, "street": str(street or "")},
        ),
    }  # fmt: skip
    return render(request, "visits/stations.html", context)


@require_http_methods(["GET", "POST"])
def page(incoming: HttpRequest, unit: int) -> HttpResponse:
    """Look at a station, and write its card where one keeps it."""
    request = cast(PersonRequest, incoming)
    require_official(request.actor)
    told = service.station(unit)
    if request.method == "POST":
        require_keeper(request.actor, unit)
    held = {
        "scope": told.scope, "address": told.address, "equipment": "、".join(told.equipment), "contact": told.contact,
        "note": told.note, "is_public": told.is_public or not told.has_card,
    }  # fmt: skip
    form = CardForm(request.POST or None, initial=held)
    if request.method == "POST" and form.is_valid():
        try:
            write_card(actor=request.actor, now=request.now, unit=unit, card=form.card())
        except Invalid as refusal:
            for name, text in refusal.fields.items():
                form.add_error(name, text)
        else:
            messages.success(request, "服务站信息已保存。")
            return redirect("desk_station", unit)
    context = {"told": told, "form": form, "may_write": may_keep(request.actor, unit)}
    return render(request, "visits/station.html", context, status=422 if request.method == "POST" else 200)
