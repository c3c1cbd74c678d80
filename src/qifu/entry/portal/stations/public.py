"""Where enterprises are served near by: a list that everybody may search, and one station."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.people import queries as people
from qifu.domain.people import service
from qifu.entry.theme.middleware import PersonRequest

LONGEST, SHOWN = 60, 20


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    q, text = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("street", "")
    street = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
    asked = request.GET.get("page", "")
    page = max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    found = service.stations(q=q, street=street, public=True)
    context = {
        "found": found[(page - 1) * SHOWN : page * SHOWN],
        "count": len(found),
        "before": page - 1,
        "after": page + 1 if page * SHOWN < len(found) else 0,
        "q": q,
        "street": street,
        "streets": people.units("street"),
    }
    return render(request, "stations/list.html", context)


@require_GET
def page(incoming: HttpRequest, unit: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return render(request, "stations/station.html", {"one": service.station(unit, public=True)})
