"""Selections of enterprises kept under a name: keep, open, rename, share, give up."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.registry import actions, queries, segments
from qifu.entry.desk.registry import asked
from qifu.entry.desk.registry.enterprises import require_staff
from qifu.entry.theme.middleware import PersonRequest

ASKED = ("q", "street", "section", "size", "mark", "status")


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    """All that the person may use, each in the words of its filters."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    rows = [(one, _address(one), _words(one)) for one in segments.segments(request.actor)]
    return render(request, "registry/segments.html", {"rows": rows})


@require_POST
def keep(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    wanted = asked.read(request.GET).values
    actions.keep_segment(
        actor=request.actor,
        now=request.now,
        name=request.POST.get("name", ""),
        asked={name: wanted[name] for name in ASKED},
        is_shared=request.POST.get("is_shared") == "1",
    )
    messages.success(request, "已保存为分群，可在“我的分群”中随时打开。")
    return redirect("desk_segments")


@require_POST
def change(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    actions.change_segment(
        actor=request.actor,
        now=request.now,
        segment=number,
        name=request.POST.get("name", ""),
        is_shared=request.POST.get("is_shared") == "1",
    )
    return redirect("desk_segments")


@require_POST
def drop(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    actions.drop_segment(actor=request.actor, now=request.now, segment=number)
    messages.success(request, "分群已删除，企业没有变化。")
    return redirect("desk_segments")


@require_GET
def size(incoming: HttpRequest, number: int) -> HttpResponse:
    """How many enterprises belong to it now, asked row by row after the page."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    wanted = asked.read(asked.as_query(segments.segment(request.actor, number).asked))
    return render(request, "registry/_segment.html", {"total": queries.count(request.actor, wanted.q, wanted.filters)})


def _address(one: segments.SegmentView) -> str:
    return f"{reverse('desk_enterprises')}?{urlencode(one.asked)}"


def _words(one: segments.SegmentView) -> str:
    """The filters as the list of enterprises names them."""
    told = []
    for field in asked.bar(asked.read(asked.as_query(one.asked))).fields:
        value = one.asked.get(field.name, "")
        if value:
            label = next((choice.label for choice in field.choices if choice.value == value), value)
            told.append(f"{field.label}：{label}")
    return "，".join(told)
