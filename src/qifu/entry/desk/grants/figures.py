"""Figures of grants: paid against budget, days in each stage, refusals by reason; each with its denominator."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.grants import facts
from qifu.domain.grants.queries import figures
from qifu.entry.theme.middleware import PersonRequest


@require_GET
def page(incoming: HttpRequest) -> HttpResponse:
    """The figures of a year."""
    request = cast(PersonRequest, incoming)
    year = facts.day(request.now).year
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdecimal() and len(asked) == 4:
        year = int(asked)
    told = figures.figures(actor=request.actor, now=request.now, year=year)
    return render(request, "grants/figures.html", {"told": told, "here": "figures"})
