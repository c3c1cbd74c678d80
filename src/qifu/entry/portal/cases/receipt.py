"""The receipt: number, named duty owner, promised times and how each is counted; to copy, to scan, to print."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from qifu.domain.appeals.queries import sheet as sheets
from qifu.entry.portal.cases import promised
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.theme.middleware import PersonRequest


@for_contacts
@require_GET
def receipt(request: PersonRequest, number: str) -> HttpResponse:
    """What the enterprise holds in its hands."""
    told = sheets.receipt(actor=request.actor, now=request.now, number=number)
    address = request.build_absolute_uri(reverse("portal:case", kwargs={"number": number}))
    context = {
        "receipt": told,
        "spaced": f"{number[:2]} {number[2:8]} {number[8:12]} {number[12:]}",
        "address": address,
        "code": drawn(address),
        "hours": promised.service_hours(),
    }
    return render(request, "portal/receipt.html", context)


def drawn(address: str) -> str:
    """A QR code as SVG: drawn by attributes, without any style."""
    import segno

    svg: str = segno.make(address, error="m").svg_inline(scale=4, border=2, dark="#10353f", light="#fff")
    return mark_safe(svg)  # noqa: S308 (made by the library of an address of our own)
