"""Classes: sizes, above scale and about to be, certified by class, each rate with its denominator and the list behind."""

from __future__ import annotations

from typing import cast

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from qifu.domain.registry import classes
from qifu.domain.registry.classes import Drawn
from qifu.engines.codes.scale import Family
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

KEPT = 600  # seconds for which the figures of the district are not drawn again
SHOWN = 50


def _drawn(request: PersonRequest) -> tuple[Drawn, str]:
    """The figures of the district and when they were drawn."""
    told = cache.get("registry.classes")
    if told is None:
        told = (classes.drawn(), f"{localtime(request.now):%H:%M}")
        cache.set("registry.classes", told, KEPT)
    return cast(tuple[Drawn, str], told)


@require_GET
def page(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    told, at = _drawn(request)
    streets = classes.streets_seen(request.actor)
    sizes = classes.sizes(told, streets)
    total = sum(n for _, _, n in sizes)
    context = {
        "at": at,
        "sizes": [(key, label, n, n / total if total else 0.0) for key, label, n in sizes],
        "total": total,
        "above": classes.above(told, streets),
        "rates": classes.certification(request.actor),
    }
    return render(request, "registry/classes.html", context)


@require_GET
def candidates(incoming: HttpRequest) -> HttpResponse:
    """Who is about to cross the threshold, or has crossed it and is not on the list."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    told, at = _drawn(request)
    families = {family.value: family.label for family in Family}
    family, over = request.GET.get("family", ""), request.GET.get("over", "")
    family, over = family if family in families else "", over if over in ("yes", "no") else ""
    found = classes.candidates(told, classes.streets_seen(request.actor), family, over)
    start = request.GET.get("cursor", "")
    first = int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0
    bar = FilterBar(
        fields=(
            Filter("family", "类别", choices=[Choice(value, name) for value, name in families.items()]),
            Filter("over", "距离", choices=[Choice("yes", "已达标准未入库"), Choice("no", "准四上（差两成以内）")]),
        ),
        values={"family": family, "over": over},
    )
    context = {
        "rows": classes.named(found[first : first + SHOWN]),
        "families": families,
        "total": len(found),
        "bar": bar,
        "at": at,
        "next": str(first + SHOWN) if len(found) > first + SHOWN else "",
    }
    return render(request, "registry/candidates.html", context)


@require_GET
def members(incoming: HttpRequest, key: str) -> HttpResponse:
    """The enterprises behind a certification rate."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    labels = {name: label for name, label, _ in classes.CLASSES}
    if key not in labels:
        raise Http404
    certified = request.GET.get("certified", "")
    certified = certified if certified in ("yes", "no") else ""
    rows = classes.of_class(request.actor, key, certified)
    page, following = classes.members(rows, request.GET.get("cursor", ""))
    bar = FilterBar(
        fields=(Filter("certified", "认证", choices=[Choice("yes", "已认证"), Choice("no", "未认证")]),),
        values={"certified": certified},
    )
    context = {"label": labels[key], "rows": page, "next": following, "total": rows.count(), "bar": bar}
    return render(request, "registry/members.html", context)
