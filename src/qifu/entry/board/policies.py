"""Policies for leaders: how far they reach, what is due and was not asked for, how fast they come out, what pushes led to."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qifu.domain.policies import facts
from qifu.domain.policies.queries import overview as overviews
from qifu.domain.policies.queries import public
from qifu.domain.policies.queries.figures import UnclaimedLine
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.charts.ranked import ranked

SHOWN = 15  # lines of a table of items; all others are one click away
BARS = 10
Row = tuple[UnclaimedLine, str]


@require_safe
def policies(incoming: HttpRequest) -> HttpResponse:
    """Show the board of policies; every number opens its list."""
    request = cast(PersonRequest, incoming)
    kind = request.GET.get("kind", "")
    kind = kind if kind in public.KINDS else ""
    told = overviews.overview(actor=request.actor, on=facts.day(request.now), kind=kind)
    items = [(one, reverse("desk_policy_behind", args=[one.key])) for one in told.items[:SHOWN]]
    streets, sections = _linked(told.streets, "street", kind), _linked(told.sections, "section", kind)
    steps = told.funnel.steps
    context = {
        "told": told,
        "kind": kind,
        "kinds": [("", "全部"), *public.KINDS.items()],
        "items": items,
        "more": max(0, len(told.items) - SHOWN),
        "cuts": [("街道", streets, _bars(streets)), ("行业", sections, _bars(sections))],
        "chart": _bars(items),
        "all_items": _list(kind),
        "verified_note": f"{told.verified:,} / {told.in_force:,} 项",
        "reached_note": f"{told.reached:,} / {told.enterprises:,} 户",
        "due": f"{told.yuan / 10_000:,.0f}",
        "due_note": f"{told.year} 年，只计算得出金额的",
        "open_note": f"{told.firms:,} 户次，一户符合几项算几户次",
        "fitting_note": f"{told.funnel.fits:,} / {told.funnel.fits + told.funnel.not_fits:,} 个回答",
        "answered": told.funnel.fits + told.funnel.not_fits,
        "steps": [(label, n, steps[max(0, place - 1)][1]) for place, (label, n) in enumerate(steps)],
    }
    return render(request, "board/policies.html", context)


def _linked(lines: list[UnclaimedLine], cut: str, kind: str) -> list[Row]:
    return [(one, _list(kind, **{cut: one.key})) for one in lines]


def _list(kind: str, **cut: str) -> str:
    """The address of the items behind a number."""
    query = {name: value for name, value in {"kind": kind, **cut}.items() if value}
    return f"{reverse('desk_policy_unclaimed')}{'?' if query else ''}{urlencode(query)}"


def _bars(rows: list[Row]) -> dict[str, object]:
    return ranked([(one.label, round(one.yuan / 10_000, 2), url) for one, url in rows[:BARS] if one.yuan], "万元")
