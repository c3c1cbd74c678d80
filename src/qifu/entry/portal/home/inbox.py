"""Messages: one's own inbox; and in the demo, what would have gone out by SMS."""

from __future__ import annotations

import re
from typing import cast

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.appeals import numbers
from qifu.entry.portal.cases.door import for_contacts
from qifu.entry.portal.home import letters
from qifu.entry.theme.middleware import PersonRequest
from qifu.output.messages import actions, queries

NUMBER = re.compile(r"(?:QS|TS|XF|BB)\d{13}")
LOOKED_AT = 200  # messages of the demo


@for_contacts
@require_GET
def inbox(request: PersonRequest) -> HttpResponse:
    """My messages, newest first, each with the way to its case."""
    before = request.GET.get("before", "")
    page = queries.inbox(request.actor, before=int(before) if before.isdigit() and len(before) < 19 else None)
    rows = [{"message": item, "text": letters.text(item), "number": case_of(item.text)} for item in page.items]
    context = {"rows": rows, "next": page.next, "unread": queries.unread(request.actor), "before": before}
    return render(request, "portal/messages.html", context)


@for_contacts
@require_POST
def mark_read(request: PersonRequest) -> HttpResponse:
    """Mark one message as read and go to its case, or mark all."""
    given = request.POST.get("message", "")
    message = int(given) if given.isdigit() and len(given) < 19 else None
    count = actions.read(message, actor=request.actor, now=request.now)
    number = request.POST.get("number", "")
    if numbers.is_number(number):
        return redirect("portal:case", number=number)
    if message is None:
        told.success(request, f"已把 {count} 条消息标为已读。" if count else "没有未读消息。")
    return redirect("portal:messages")


@never_cache
@require_GET
def viewer(incoming: HttpRequest) -> HttpResponse:
    """What went out in the demo, newest first; looked through by the end of a number.

    :raises Missing: this is not a demo.
    """
    request = cast(PersonRequest, incoming)
    rows = queries.viewer(size=LOOKED_AT)
    tail = "".join(c for c in request.GET.get("tail", "") if c.isdigit())[-4:]
    shown = [row for row in rows if row.shown_to.endswith(tail)][:30]
    page = "portal/_sent.html" if request.headers.get("HX-Request") == "true" else "portal/sent.html"
    return render(request, page, {"rows": shown, "tail": tail})


def case_of(text: str) -> str:
    """The receipt number that a message names; empty when it names none."""
    found = NUMBER.search(text)
    return found[0] if found and numbers.is_number(found[0]) else ""
