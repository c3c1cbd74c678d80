"""Entering a visit to the site."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from qifu.domain.grants import access
from qifu.domain.grants.actions import visiting
from qifu.entry.desk.grants.forms import VisitForm
from qifu.entry.desk.grants.work import page
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Conflict, Invalid


@require_POST
def enter(incoming: HttpRequest, number: str) -> HttpResponse:
    """Enter what was seen; a refused entry shows the page again with what was typed."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    access.visiting_unit(request.actor, access.application(request.actor, number))
    form = VisitForm(request.POST)
    kept, problem = needs.uploads(request.POST, request.FILES, "photos", actor=request.actor, now=request.now)
    if problem:
        form.add_error("photos", problem)
    if not form.is_valid():
        return page(request, number, visit=form, status=422)
    given = form.cleaned_data
    seen = visiting.Seen(
        given["on"], given["visitors"], given["place"], given["outcome"], given["findings"], [one.id for one in kept]
    )
    try:
        visiting.enter(actor=request.actor, now=request.now, number=number, seen=seen)
    except Invalid as refusal:
        for name, said in refusal.fields.items():
            form.add_error(name if name in form.fields else None, said)
        return page(request, number, visit=form, status=422)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "现场核查已登记，写入决定的理由。")
    return redirect("desk_grant", number=number)
