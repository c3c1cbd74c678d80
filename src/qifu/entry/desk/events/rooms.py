"""Rooms: the list with their use, a week of one, deciding on bookings."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.events import access, flow
from qifu.domain.events.actions import venues
from qifu.domain.events.queries import Venue, rooms
from qifu.engines.calendar import SHANGHAI
from qifu.entry.desk.events import asked
from qifu.entry.desk.events.forms import VenueForm, described, done
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Choice, Filter, FilterBar

STATES = tuple((name, state.label) for name, state in flow.BOOKING.states.items())


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    q, street = request.GET.get("q", "").strip()[: asked.LONGEST], asked.number(request.GET.get("street", ""))
    fields = (
        Filter("q", "场地", "search", placeholder="名称、地址"),
        Filter("street", "街道", choices=asked.streets()),
    )
    context = {
        "found": rooms.venues(request.now, all_of_them=True, q=q, street=street),
        "bar": FilterBar(fields, {"q": q, "street": str(street or "")}),
        "may_keep": access.is_clerk(request.actor),
        "span": rooms.SPAN,
    }
    return render(request, "events/venues.html", context)


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    """A week of a room."""
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    today = request.now.astimezone(SHANGHAI).date()
    venue, week = rooms.week(request.actor, number, asked.day(request.GET.get("week", "")) or today)
    context = {"venue": venue, "week": week, "today": today, "may_keep": access.is_clerk(request.actor)}
    return render(request, "events/venue.html", context)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.venue_to_keep(request.actor)
    return _form(request, None)


@require_http_methods(["GET", "POST"])
def edit(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    return _form(request, access.venue_to_keep(request.actor, number))


def _form(request: PersonRequest, row: Venue | None) -> HttpResponse:
    usual = {"longest": 4, "ahead": 60, "weekdays": list("12345"), "needs_approval": True, "is_open": True}
    initial = described(row) if row else usual
    form = VenueForm(request.POST if request.method == "POST" else None, initial=initial)
    made: list[Venue] = []

    def act() -> None:
        number = row.pk if row else None
        made.append(venues.put_venue(actor=request.actor, now=request.now, facts=form.facts(), venue=number))

    if request.method == "POST" and done(form, act):
        messages.success(request, "场地已保存。")
        return redirect("desk_venue", made[0].pk)
    context = {"form": form, "row": row, "title": f"修改：{row.name}" if row else "新增场地"}
    return render(request, "events/form.html", context, status=422 if form.errors else 200)


@require_GET
def bookings(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    venue = asked.number(request.GET.get("venue", ""))
    state = asked.one_of(request.GET.get("state", ""), dict(STATES))
    page = asked.number(request.GET.get("page", "")) or 1
    slots, count, before, after = rooms.bookings(request.actor, venue=venue, state=state, page=page)
    known = [Choice(str(one.venue.pk), one.venue.name) for one in rooms.venues(request.now, all_of_them=True)]
    fields = (
        Filter("venue", "场地", choices=known),
        Filter("state", "状态", choices=[Choice(*pair) for pair in STATES]),
    )
    bar = FilterBar(fields, {"venue": str(venue or ""), "state": state})
    context = {"slots": slots, "count": count, "before": before, "after": after, "bar": bar}
    return render(request, "events/bookings.html", context)


@require_POST
def take(incoming: HttpRequest, number: int, step: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    access.require_official(request.actor)
    given = {"reason": request.POST.get("reason", "")}
    row = venues.take(actor=request.actor, now=request.now, booking=number, step=step, given=given)
    messages.success(request, f"预约现在是“{flow.label(flow.BOOKING, row.state)}”。")
    return redirect("desk_bookings")
