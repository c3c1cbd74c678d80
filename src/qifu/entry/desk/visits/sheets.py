"""One visit at the desk: what was said, what came of it, its steps; and arranging one by hand."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.people.specialists import staff_of_units
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, flow
from qifu.domain.visits.actions.arranging import Wanted, arrange
from qifu.domain.visits.actions.moving import take
from qifu.domain.visits.queries import sheet as visits
from qifu.entry.desk.visits import asked
from qifu.entry.desk.visits.forms import ArrangeForm
from qifu.entry.theme.attachments import sent
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Entry
from qifu.kernel.errors import Conflict, Invalid

TONES = {"取消走访": "red", "登记未成": "red", "提交走访记录": "green", "按现场记录补报": "green"}


@require_GET
def page(incoming: HttpRequest, number: str) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    told = visits.sheet(request.actor, request.now, number)
    entries = [
        Entry(one.at, one.what, one.who, one.text, public=False, tone=TONES.get(one.what, "")) for one in told.history
    ]
    context = {"told": told, "entries": entries, "needs_day": ("move", "again"), "shown": flow.BY_FORM}
    return render(request, "visits/sheet.html", context)


@require_GET
def picture(incoming: HttpRequest, number: str, photo: int) -> FileResponse:
    """A picture, to be saved by whoever may read the visit."""
    request = cast(PersonRequest, incoming)
    return sent(*visits.picture(request.actor, number, photo))


@require_POST
def step(incoming: HttpRequest, number: str, step: str) -> HttpResponse:
    """Take a step that a form of the page offers."""
    request = cast(PersonRequest, incoming)
    if step not in flow.BY_FORM:
        access.visit_to_see(request.actor, number)
        raise Http404
    given: dict[str, object] = {"reason": request.POST.get("reason", "").strip()}
    given["day"] = asked.day_of(request.POST.get("day", ""))
    given["account"] = asked.number(request.POST.get("account", ""))
    seq = asked.number(request.POST.get("seq", ""))
    row = take(actor=request.actor, now=request.now, number=number, step=step, given=given, seq=seq)
    messages.success(request, f"已{flow.FLOW.steps[step].label}，现在是“{flow.label(row.state)}”。")
    return redirect("desk_visit", row.number)


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Arrange a visit by hand."""
    request = cast(PersonRequest, incoming)
    access.require_arranger(request.actor)
    units = _units(request)
    form = ArrangeForm(request.POST or None, initial=_initial(request), units=units, staff=_staff(request, units))
    if request.method == "POST" and form.is_valid():
        try:
            row = arrange(actor=request.actor, now=request.now, wanted=_wanted(form.cleaned_data))
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "走访已安排。")
            return redirect("desk_visit", row.number)
    status = 422 if request.method == "POST" else 200
    return render(request, "visits/new.html", {"form": form, "units": units}, status=status)


def _wanted(told: dict[str, Any]) -> Wanted:
    return Wanted(told["day"], told["staff"][0], told["staff"][1], told["why"], told["enterprise"], told["building"])


def _initial(request: PersonRequest) -> dict[str, object]:
    firm = asked.number(request.GET.get("enterprise", ""))
    place = asked.number(request.GET.get("building", ""))
    known = registry.visible_ids(request.actor).filter(pk=firm or 0).exists()
    name = registry.names([firm]).get(firm or 0, "") if known else ""
    found = estate.brief([place]).get(place or 0) if place else None
    return {"target": name or (found.name if found else "")}


def _units(request: PersonRequest) -> list[int]:
    """The units for which the actor arranges visits: the own ones, and those below where it keeps them."""
    own = {post.unit for post in request.actor.posts}
    if access.is_clerk(request.actor):
        own |= {unit.id for unit in people.units("station")} | {unit.id for unit in people.units("street")}
    return sorted(own | access.units_of(request.actor, *access.KEEPERS))


def _staff(request: PersonRequest, units: list[int]) -> list[tuple[str, str]]:
    """Who can be sent, with the unit."""
    tree = people.unit_tree().units
    found = staff_of_units(units, request.now)
    return [(f"{unit}-{account}", f"{tree[unit].short_name} {name}") for unit, account, name in found if unit in tree]
