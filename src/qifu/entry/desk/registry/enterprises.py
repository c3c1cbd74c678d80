"""The list of enterprises, one enterprise, the list as a workbook."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import access, actions, agencies, corrections, merged, queries
from qifu.engines.codes import industries
from qifu.entry.desk.registry import asked, panels, telling, workbook
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid

AT_ONCE = 20_000  # rows of an export that a person waits for; more are written in the background


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    wanted = asked.read(request.GET)
    page = queries.search(request.actor, wanted.q, wanted.filters, wanted.cursor, sort=wanted.sort)
    total = queries.count(request.actor, wanted.q, wanted.filters)
    context = {
        "page": page,
        "total": total,
        "bar": asked.bar(wanted),
        "asked": wanted,
        "sorts": queries.SORTS,
        "may_load": access.may_load(request.actor),
        "may_export": access.may_export(request.actor),
        "at_once": _at_once(total),
        "waiting": agencies.count_waiting(request.actor),
        "wrong": corrections.count_pending(request.actor),
    }
    return render(request, "registry/enterprises.html", context)


@require_GET
def facets(incoming: HttpRequest) -> HttpResponse:
    """How the list divides by street, section, size and mark; read after the list itself."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    wanted = asked.read(request.GET)
    counted = queries.facets(request.actor, wanted.q, wanted.filters)
    labels = {
        "street": {str(unit.id): unit.short_name for unit in people.units("street", closed=True)},
        "section": {each.code: f"{each.code} {each.name}" for each in industries.sections()},
        "size": dict(queries.sizes()),
        "mark": dict(queries.mark_kinds()),
    }
    titles = {"street": "街道", "section": "行业门类", "size": "规模", "mark": "标识"}
    groups = [
        (titles[name], [(labels[name].get(key, "未登记"), n) for key, n in sorted(found.items(), key=lambda p: -p[1])])
        for name, found in counted.items()
    ]
    return render(request, "registry/_facets.html", {"groups": groups})


@require_GET
def export(incoming: HttpRequest) -> FileResponse:
    """The list as asked for, as a workbook; telephones are not in it."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    actions.require_exporter(request.actor)
    wanted = asked.read(request.GET)
    total = queries.count(request.actor, wanted.q, wanted.filters)
    if not _at_once(total):
        raise Invalid(f"符合条件的企业超过 {AT_ONCE} 家，请在企业名录按“后台导出”，完成后会收到消息。")
    file, rows = workbook.written(queries.every(request.actor, wanted.q, wanted.filters))
    filters = {name: value for name, value in wanted.values.items() if name != "q"}
    actions.note_export(actor=request.actor, now=request.now, rows=rows, q=wanted.q, filters=dict(filters))
    return FileResponse(file, as_attachment=True, filename=f"企业名单{request.now:%Y%m%d}.xlsx")


def _at_once(total: queries.Total) -> bool:
    return not total.is_more and total.number <= AT_ONCE


@require_GET
def suggest(incoming: HttpRequest) -> JsonResponse:
    """At most ten enterprises for a field in which somebody types."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    found = queries.suggest(request.actor, request.GET.get("q", "")[: asked.LONGEST])
    items = [{"id": one.id, "name": one.name, "uscc": one.uscc, "street": one.street_name} for one in found]
    return JsonResponse({"items": items})


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    firm = queries.enterprise(request.actor, number)
    context = {
        "firm": firm,
        "phone_url": reverse("desk_enterprise_phone", args=[number]) if access.may_dial(request.actor) else "",
        "leading": _leading(request.actor, firm),
        "may_load": access.may_load(request.actor),
        "places": estate.places_of(number),
        "colleagues": agencies.colleagues(request.actor, number),
        "entries": telling.entries(queries.history(request.actor, number)),
        "panels": panels.shown(request, number),
    }
    return render(request, "registry/enterprise.html", context)


def _leading(actor: Actor, firm: queries.EnterpriseView) -> queries.Brief | None:
    """The enterprise into which this one was merged."""
    number = merged.leading(firm.id)
    return queries.brief([number]).get(number) if number != firm.id else None


@require_POST
def phone(incoming: HttpRequest, number: int) -> JsonResponse:
    """The telephone in clear, for a reason that is recorded."""
    request = cast(PersonRequest, incoming)
    reason = request.POST.get("reason", "")
    value = actions.reveal_phone(actor=request.actor, now=request.now, enterprise=number, reason=reason)
    return JsonResponse({"value": value})
