"""Classes: sizes, above scale and about to be, certified by class, each rate with its denominator and the list behind."""

from __future__ import annotations

from typing import Any, cast

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from qifu.domain.registry import access, classes
from qifu.domain.registry.classes import Drawn
from qifu.engines.codes.scale import Family
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.desk.registry.workbook import carried
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

KEPT = 600  # seconds for which the figures of the district are not drawn again
SHOWN = 50
CANDIDATES = ("企业", "街道", "标准", "营业收入（万元）", "标准线（万元）", "还差（万元）", "已达标准")
MEMBERS = ("企业", "统一社会信用代码", "街道", "可办事的人数")


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
    families = {family.value: family.label for family in Family}
    found, at, family, over, q = _candidates(request)
    start = request.GET.get("cursor", "")
    first = int(start) if start.isascii() and start.isdecimal() and len(start) < 8 else 0
    bar = FilterBar(
        fields=(
            Filter("q", "企业", "search", placeholder="名称中的几个字"),
            Filter("family", "类别", choices=[Choice(value, name) for value, name in families.items()]),
            Filter("over", "距离", choices=[Choice("yes", "已达标准未入库"), Choice("no", "准四上（差两成以内）")]),
        ),
        values={"q": q, "family": family, "over": over},
    )
    context = {
        "rows": classes.named(found[first : first + SHOWN]),
        "may_export": access.may_export(request.actor),
        "total": len(found),
        "bar": bar,
        "at": at,
        "next": str(first + SHOWN) if len(found) > first + SHOWN else "",
    }
    return render(request, "registry/candidates.html", context)


@require_GET
def candidates_export(incoming: HttpRequest) -> HttpResponse:
    """The candidates as asked for, with what each lacks."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    found, _, family, over, q = _candidates(request)
    rows = (
        (name, one.street, one.line, one.revenue, one.threshold, max(0.0, one.lacking), "是" if one.is_over else "否")
        for one, name in classes.named(found)
    )
    return carried(request, "准四上企业", CANDIDATES, rows, q, family=family, over=over)


def _candidates(request: PersonRequest) -> tuple[list[classes.Candidate], str, str, str, str]:
    """The candidates as the address asks for, when they were drawn, and what was asked."""
    told, at = _drawn(request)
    family, over = request.GET.get("family", ""), request.GET.get("over", "")
    family = family if family in {one.value for one in Family} else ""
    over, q = over if over in ("yes", "no") else "", request.GET.get("q", "").strip()[:60]
    found = classes.candidates(told, classes.streets_seen(request.actor), family, over)
    return classes.called(found, q) if q else found, at, family, over, q


@require_GET
def members(incoming: HttpRequest, key: str) -> HttpResponse:
    """The enterprises behind a certification rate."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    label, rows, certified, q = _members(request, key)
    page, following = classes.members(rows, request.GET.get("cursor", ""))
    bar = FilterBar(
        fields=(
            Filter("q", "企业", "search", placeholder="名称片段、拼音首字母、信用代码"),
            Filter("certified", "认证", choices=[Choice("yes", "已认证"), Choice("no", "未认证")]),
        ),
        values={"q": q, "certified": certified},
    )
    total, is_more = classes.total(rows)
    context = {
        "label": label,
        "key": key,
        "rows": page,
        "next": following,
        "total": total,
        "is_more": is_more,
        "bar": bar,
        "may_export": access.may_export(request.actor),
    }
    return render(request, "registry/members.html", context)


@require_GET
def members_export(incoming: HttpRequest, key: str) -> HttpResponse:
    """The enterprises of a class as asked for."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    label, rows, certified, q = _members(request, key)
    lines = ((one.name, one.uscc, one.street, one.people or "未认证") for one in classes.every(rows))
    return carried(request, label, MEMBERS, lines, q, certified=certified)


def _members(request: PersonRequest, key: str) -> tuple[str, QuerySet[Any], str, str]:
    """The words of a class, who is in it as the address asks for, and what was asked."""
    labels = {name: label for name, label, _ in classes.CLASSES}
    if key not in labels:
        raise Http404
    certified, q = request.GET.get("certified", ""), request.GET.get("q", "").strip()[:60]
    certified = certified if certified in ("yes", "no") else ""
    return labels[key], classes.of_class(request.actor, key, certified, q), certified, q
