"""My cases: what is under way, what waits for me, what is done; the company's too."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qifu.domain.appeals.queries import lists
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.cases.shown import cards
from qifu.entry.theme.middleware import PersonRequest

TABS = (("going", "进行中"), ("asked", "待我处理"), ("done", "已办结"))
EMPTY = {
    "going": "没有进行中的事项。有困难、有问题，随时可以提交。",
    "asked": "没有等您处理的事项。需要您补充、确认时，会发短信告诉您。",
    "done": "还没有办结的事项。",
}
SIZE = 15


@for_contacts
@require_GET
def mine(request: PersonRequest) -> HttpResponse:
    """One tab of the list, searched and paged."""
    tab = request.GET.get("tab", "going")
    tab = tab if tab in EMPTY else "going"
    q = request.GET.get("q", "").strip()[:100]
    filters = lists.Filters(scope=tab, q=q)
    cursor = request.GET.get("cursor", "")[:80]
    page = lists.page(actor=request.actor, now=request.now, filters=filters, cursor=cursor, size=SIZE)
    waiting = lists.waiting(request.actor)
    context = {
        "tabs": [(name, label, lists.badge(waiting[name])) for name, label in TABS],
        "tab": tab,
        "q": q,
        "page": page,
        "cards": cards(page.lines, several=len(request.actor.agencies) > 1),
        "empty": f"没有找到和“{q}”有关的事项。换个说法，或到其他分页看看。" if q else EMPTY[tab],
    }
    return render(request, "portal/cases.html", context)
