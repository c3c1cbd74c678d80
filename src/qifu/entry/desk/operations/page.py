"""The operations page: one look says whether something is wrong, and what to do."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.entry.desk.cases.outbox import Row
from qifu.entry.desk.operations import lights
from qifu.entry.theme import measures
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden
from qifu.kernel.outbox import queries as outbox
from qifu.kernel.outbox.models import State

PARKED = 5  # items shown here; the queue has them all


def require_inspector(actor: Actor) -> None:
    """:raises Forbidden: neither administrator nor auditor."""
    if not actor.has_role(Role.ADMINISTRATOR, Role.AUDITOR):
        raise Forbidden("只有管理员和审计员可以查看这里。")


@require_GET
def operations(incoming: HttpRequest) -> HttpResponse:
    """How the system stands."""
    request = cast(PersonRequest, incoming)
    require_inspector(request.actor)
    found = lights.lines(request.actor, request.now)
    context = {
        "lines": sorted(found, key=lambda line: (lights.RED, lights.AMBER, lights.GREEN).index(line.tone)),
        "totals": Counter(line.tone for line in found),
        "slowest": lights.slowest(),
        "since": datetime.fromtimestamp(measures.HERE.everywhere().since, UTC),
        "parked": [Row(item) for item in outbox.listing(request.actor, state=State.PARKED, size=PARKED).items],
        "may_erase": request.actor.has_role(Role.ADMINISTRATOR),
    }
    return render(request, "operations/operations.html", context)
