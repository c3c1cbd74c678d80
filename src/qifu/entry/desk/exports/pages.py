"""What I asked to carry away: ask, watch, cancel, fetch."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from qifu.entry.desk.exports.kinds import kind
from qifu.entry.desk.exports.tasks import enqueue
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.exports import actions, queries

LONGEST = 200


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    return render(request, "exports/listing.html", _shown(request))


@require_GET
def progress(incoming: HttpRequest) -> HttpResponse:
    """How far each is, asked by the page every two seconds while something is being written."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    response = render(request, "exports/_rows.html", _shown(request))
    response["Cache-Control"] = "no-store"
    return response


def _shown(request: PersonRequest) -> dict[str, object]:
    rows = queries.mine(request.actor)
    return {"rows": rows, "is_working": any(row.is_open for row in rows), "kept_days": actions.KEPT.days}


@require_POST
def ask(incoming: HttpRequest, name: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    of = kind(name)
    of.require(request.actor)
    values = {key: str(value)[:LONGEST] for key, value in request.GET.items() if key != "cursor"}
    with transaction.atomic():
        made = actions.ask(actor=request.actor, now=request.now, kind=name, title=of.label, asked=values)
        enqueue(made)
    return redirect("desk_exports")


@require_POST
def cancel(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    actions.cancel(actor=request.actor, now=request.now, export=number)
    return redirect("desk_exports")


@require_GET
def file(incoming: HttpRequest, number: int) -> FileResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    row, content = queries.opened(request.actor, number)
    return FileResponse(content, as_attachment=True, filename=f"{row.title}{row.asked_at:%Y%m%d}.xlsx")
