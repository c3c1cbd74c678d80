"""Rooms to let: a list that everybody may search, one room, and what fits a need."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.estate import queries
from qifu.domain.estate.moments import today
from qifu.engines.codes import industries
from qifu.entry.portal.estate import forms
from qifu.entry.theme.middleware import PersonRequest


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wish = forms.wish(request.GET)
    names = ("q", "street", "least", "most", "rent", "use")
    kept = {name: value for name in names if (value := getattr(wish, name)) not in (None, "")}
    context = {
        "found": queries.offers(today(request.now), wish),
        "wish": wish,
        "kept": kept,
        "streets": forms.streets(),
        "uses": forms.USES,
        "sorts": forms.SORTS,
    }
    return render(request, "rooms/list.html", context)


@require_GET
def page(incoming: HttpRequest, room: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "rooms/room.html", {"one": queries.offer(today(request.now), room)})


@require_GET
def match(incoming: HttpRequest) -> HttpResponse:
    """What fits a need, the best first, each with its reasons. Nothing is kept of who asks."""
    request = cast(PersonRequest, incoming)
    asked = "area" in request.GET
    sections = [(one.code, one.name) for one in industries.sections()]
    form = forms.NeedForm(request.GET if asked else None, sections=sections)
    found = queries.match(today(request.now), form.need()) if asked and form.is_valid() else ()
    context = {"form": form, "found": found, "is_asked": asked and form.is_valid()}
    return render(request, "rooms/match.html", context)
