"""The first page, and how things work here."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from qifu.domain.appeals.queries import lists
from qifu.domain.publishing import queries as publishing
from qifu.domain.registry import agencies, greetings
from qifu.engines.calendar import SHANGHAI
from qifu.entry.portal.cases import promised
from qifu.entry.portal.cases.shown import cards
from qifu.entry.theme.context import home_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.workdays import queries as workdays
from qifu.output.messages import queries as messages

SHOWN = 5  # cases of each kind on the first page


@never_cache
@require_GET
def home(incoming: HttpRequest) -> HttpResponse:
    """To visitors what can be done here; to an enterprise what waits for it; the staff go to their desk."""
    request = cast(PersonRequest, incoming)
    if request.actor.is_staff and (desk := home_of(request.actor)) != request.path:
        return redirect(desk)
    context: dict[str, object] = {"promises": promised.three(request.now), "hours": promised.service_hours()}
    if request.actor.is_contact:
        return render(request, "portal/mine.html", context | _mine(request))
    return render(request, "portal/home.html", context | {"answers": publishing.published(limit=4)})


@require_GET
def how(incoming: HttpRequest) -> HttpResponse:
    """How it works, what is promised, how time is counted; and answers to what others asked."""
    request = cast(PersonRequest, incoming)
    q = request.GET.get("q", "").strip()[:100]
    context = {
        "q": q,
        "answers": publishing.published(q),
        "promises": promised.three(request.now),
        "hours": promised.service_hours(),
        "known_until": workdays.calendar().known_until,
        "today": request.now.astimezone(SHANGHAI).date(),
    }
    return render(request, "portal/help.html", context)


def _mine(request: PersonRequest) -> dict[str, object]:
    actor, now = request.actor, request.now
    asked = lists.page(actor=actor, now=now, filters=lists.Filters(scope="asked"), size=SHOWN)
    going = lists.page(actor=actor, now=now, filters=lists.Filters(scope="going"), size=SHOWN + len(asked.lines))
    waiting = {line.id for line in asked.lines}
    moving = [line for line in going.lines if line.id not in waiting][:SHOWN]
    shown = cards([*asked.lines, *moving], several=len(actor.agencies) > 1)
    return {
        "asked": shown[: len(asked.lines)],
        "asked_count": asked.count,
        "moving": shown[len(asked.lines) :],
        "moving_count": going.count - asked.count,
        "unread": messages.unread(actor),
        "firms": agencies.mine(actor),
        "welcome": greetings.welcome(actor, now),
    }
