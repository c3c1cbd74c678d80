"""The yearly analysis for leaders: industries, streets, sizes and buildings as drafted findings, pictures and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qifu.domain.estate.queries import directory
from qifu.domain.people import queries as people
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.output.charts.ranked import ranked
from qifu.output.papers.industry import chapters, compose
from qifu.output.papers.industry.analysis import Analysis, Group, House, Standing

BARS = 12
HOUSES = 15  # lines of the table of buildings; all are one click away
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """One way of cutting the district: what is said of it, as a picture, and as lines with the lists behind them."""

    key: str
    title: str
    said: tuple[str, ...]
    head: str
    lines: list[tuple[Group, str, float | None]]  # group, address of its list, part of the tax of all
    chart: Mapping[str, object] | None


@require_safe
def industries(incoming: HttpRequest) -> HttpResponse:
    """Show the analysis; every number opens the enterprises or the building behind it."""
    request = cast(PersonRequest, incoming)
    told, at = compose.kept(actor=request.actor, now=request.now)
    said = {chapter.key: chapter.paragraphs for chapter in chapters.chapters(told)}
    parts = _parts(told, said)
    houses = _houses(request.actor, told.houses)
    context = {
        "told": told,
        "at": at,
        "title": chapters.title(told),
        "whole": said["all"],
        "all_url": _firms(),
        "parts": parts,
        "standings": [(one, _firms(mark=one.key), _part(one)) for one in told.standings],
        "houses": houses[:HOUSES],
        "more": max(0, len(houses) - HOUSES),
        "houses_said": said["houses"],
        "houses_chart": ranked(
            [(one.name, round(one.tax, 2), url) for one, url in houses[:BARS] if one.tax is not None], "万元"
        ),
        "gaps": told.gaps,
        "gaps_said": said["gaps"],
    }
    return render(request, "board/industries.html", context)


def _parts(told: Analysis, said: Mapping[str, tuple[str, ...]]) -> list[Part]:
    streets = {unit.short_name: str(unit.id) for unit in people.units("street", closed=True)}
    return [
        _cut("industries", "行业", told.industries, told, said, lambda key: _firms(section=key)),
        _cut("streets", "街道", told.streets, told, said, lambda key: _firms(street=streets.get(key, ""))),
        _cut("sizes", "规模", told.sizes, told, said, lambda key: _firms(size=key)),
    ]


def _cut(
    key: str, head: str, groups: Sequence[Group], told: Analysis, said: Mapping[str, tuple[str, ...]], at: Address
) -> Part:
    whole = told.all.value("tax_paid")
    lines = []
    for group in groups:
        tax = group.value("tax_paid")
        part = tax / whole if tax is not None and whole else None
        lines.append((group, at(group.key) if group.key else "", part))
    bars = [
        (group.label, round(tax, 2), url)
        for group, url, _ in lines
        if url and (tax := group.value("tax_paid")) is not None
    ]
    return Part(key, f"按{head}", said[key], head, lines, ranked(bars[:BARS], "万元") if len(bars) > 1 else None)


def _firms(**cut: str) -> str:
    """The address of the enterprises behind a number."""
    query = {name: value for name, value in cut.items() if value}
    return f"{reverse('desk_enterprises')}{'?' if query else ''}{urlencode(query)}"


def _part(one: Standing) -> float | None:
    return one.firms / one.known if one.known else None


def _houses(actor: Actor, houses: Sequence[House]) -> list[tuple[House, str]]:
    numbers = {one.code: one.id for one in directory.buildings(actor)}
    return [(one, reverse("desk_building", args=[numbers[one.code]])) for one in houses if one.code in numbers]
