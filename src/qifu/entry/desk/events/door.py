"""The door: a page that works without a network, the list that it takes along, and what it sends when it can."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import cast

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qifu.domain.events import access
from qifu.domain.events.actions import door
from qifu.domain.events.actions.door import Check
from qifu.domain.events.queries import people
from qifu.engines.calendar import SHANGHAI
from qifu.entry.theme.headers import DENIED
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.errors import Invalid

KEPT = (
    "vendor/bootstrap/bootstrap.min.css", "vendor/htmx/htmx.min.js", "qifu/qifu.css", "qifu/qifu.js", "qifu/forms.js",
    "qifu/icons.svg", "qifu/favicon.svg", "events/door.css", "events/door.js",
)  # fmt: skip
POLICY = ", ".join(f"{name}=({'self' if name == 'camera' else ''})" for name in DENIED)
LARGEST = 200_000  # bytes sent at once


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    row = access.event_to_let_in(request.actor, number)
    response = render(request, "events/door.html", {"row": row, "nav": ()})
    response["Permissions-Policy"] = POLICY
    return response


@require_GET
def taken_along(incoming: HttpRequest, number: int) -> JsonResponse:
    """Who may come in: names, firms and codes, no telephones."""
    request = cast(PersonRequest, incoming)
    return JsonResponse({"guests": people.door_list(request.actor, number), "csrf": get_token(incoming)})


@require_POST
def checks(incoming: HttpRequest, number: int) -> JsonResponse:
    """Take check-ins, at once or later; each has a key and counts once."""
    request = cast(PersonRequest, incoming)
    access.event_to_let_in(request.actor, number)
    sent = _read(request.body)
    answers = door.check_in(actor=request.actor, now=request.now, event=number, checks=sent)
    told = [
        {
            "key": one.key, "word": one.word, "person": one.person, "firm": one.firm,
            "first": one.first_at.astimezone(SHANGHAI).strftime("%H:%M") if one.first_at else "",
        }
        for one in answers
    ]  # fmt: skip
    return JsonResponse({"answers": told})


def _read(body: bytes) -> list[Check]:
    try:
        if len(body) > LARGEST:
            raise ValueError
        rows = json.loads(body)["checks"]
        return [_one(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid("签到记录读不出来，请刷新页面后再试。") from None


def _one(row: dict[str, object]) -> Check:
    at = datetime.fromisoformat(str(row["at"]))
    if at.tzinfo is None:
        raise ValueError
    code = str(row["code"]).strip().upper()[:12]
    if "\0" in code or "\0" in str(row["key"]):
        raise ValueError
    return Check(str(row["key"]), code, at, str(row.get("how", "scan")), row.get("offline") is True)


@require_GET
def worker(incoming: HttpRequest) -> HttpResponse:
    """The service worker: names the files it keeps, and changes whenever one of them does."""
    context = {
        "version": _version(),
        "assets": json.dumps([static(name) for name in KEPT]),
        "scope": reverse("desk_door_worker").rpartition("/")[0] + "/",
    }
    response = render(incoming, "events/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def _version() -> str:
    digest = hashlib.sha256()
    for name in KEPT:
        found = finders.find(name)
        if isinstance(found, str):
            with open(found, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:12]
