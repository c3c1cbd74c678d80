"""What everybody may look at: published accounts, each figure with its definition, course and months; no single voucher."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qifu.domain.disclosure.queries import accounts as queries
from qifu.domain.disclosure.rows import Rowed
from qifu.engines.statements.layouts import layout
from qifu.entry.theme.documents import FORMS, handed_out
from qifu.output.papers.fiscal.linked import linked


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts_portal/list.html", {"rows": queries.published()})


@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """The published text, every figure a link."""
    row, made = queries.public(number)
    context = {
        "row": row,
        "blocks": linked(made.model),
        "figure": reverse("portal_account_figure", args=[number]),
        "forms": FORMS.items(),
    }
    return render(request, "accounts_portal/show.html", context)


@require_GET
def figure(request: HttpRequest, number: int) -> HttpResponse:
    """A figure within secrecy: definition, statement, course over published years, sums by month."""
    opened = queries.public_figure(number, tuple(request.GET.get("at", "").split("/")))
    found = opened.figure
    context = {
        "row": opened.row,
        "found": found,
        "parts": [(part, "/".join(part.place)) for part in found.parts],
        "trend": opened.trend,
        "table": layout(found.table).name if found.table else "",
        "months": _months(found.rows) if found.unit == "万元" else [],
        "money": found.unit if found.unit == "万元" else "",
    }
    return render(request, "accounts_portal/figure.html", context)


@require_GET
def download(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """The published document as a file."""
    return handed_out(queries.public(number)[1].model, form)


def _months(rows: Sequence[tuple[Rowed, Decimal]]) -> list[tuple[str, int, Decimal]]:
    """Month, how many rows, their sum in 元."""
    found: dict[str, tuple[int, Decimal]] = {}
    for row, amount in rows:
        count, total = found.get(row.day[:7], (0, Decimal(0)))
        found[row.day[:7]] = (count + 1, total + amount)
    return [(month, count, total) for month, (count, total) in sorted(found.items())]
