"""The directory of buildings, and who sits in one, by floor."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.estate import queries
from qifu.domain.people import queries as people
from qifu.entry.desk.registry.asked import LONGEST
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    q, street = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("street", "")
    number = int(street) if street.isascii() and street.isdecimal() and len(street) < 18 else None
    found = queries.buildings(request.actor, q, number)
    streets = [Choice(str(unit.id), unit.short_name) for unit in people.units("street")]
    bar = FilterBar(
        (Filter("q", "楼宇", "search", placeholder="名称、别名、道路"), Filter("street", "街道", choices=streets)),
        {"q": q, "street": street if number is not None else ""},
    )
    return render(request, "registry/buildings.html", {"buildings": found, "bar": bar})


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "registry/building.html", {"told": queries.building(request.actor, number)})
