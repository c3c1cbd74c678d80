"""The page, the service worker that keeps it on the device, and the manifest by which it is installed."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import cast

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from qifu.domain.visits.access import require_official
from qifu.entry.theme.headers import DENIED
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import NavItem

MODULES = ("app", "day", "form", "gains", "pieces", "queue", "shrink", "sign", "speech", "store", "sync")
KEPT = (
    "vendor/bootstrap/bootstrap.min.css", "vendor/htmx/htmx.min.js", "qifu/qifu.css", "qifu/qifu.js", "qifu/forms.js",
    "qifu/icons.svg", "qifu/favicon.svg", "field/field.css", "field/app.js", "field/icon-192.png",
)  # fmt: skip
USED = {"geolocation", "microphone"}  # where one is, and what one says; camera: the file field takes pictures itself
POLICY = ", ".join(f"{name}=({'self' if name in USED else ''})" for name in DENIED)


@require_GET
def page(incoming: HttpRequest) -> HttpResponse:
    """The frame; what stands in it is drawn on the device."""
    request = cast(PersonRequest, incoming)
    require_official(request.actor)
    nav = (
        NavItem("今天", reverse("field"), "calendar", active=True),
        NavItem("待发送", f"{reverse('field')}#/queue", "send"),
        NavItem("工作台", "/desk/", "inbox"),
    )
    response = render(request, "field/page.html", {"nav": nav})
    response["Permissions-Policy"] = POLICY
    return response


@require_GET
def worker(incoming: HttpRequest) -> HttpResponse:
    """The service worker: names the files it keeps, and changes whenever one of them does."""
    assets = [*dict.fromkeys([*(static(name) for name in KEPT), *(_module(name) for name in MODULES)])]
    context = {"version": _version(), "assets": json.dumps(assets), "page": reverse("field")}
    response = render(incoming, "field/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(incoming: HttpRequest) -> HttpResponse:
    """What a phone needs to put the app beside the others."""
    home = reverse("field")
    told = {
        "id": home, "name": "企服走访", "short_name": "走访", "lang": "zh-Hans", "start_url": home, "scope": home,
        "display": "standalone", "background_color": "#f5f6f8", "theme_color": "#0e5a68",
        "icons": [
            {"src": static(f"field/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
            for size in (192, 512)
        ] + [{"src": static("field/icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}],
    }  # fmt: skip
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


def _module(name: str) -> str:
    """Modules name each other by their plain names."""
    return static("field/app.js").rpartition("/")[0] + f"/{name}.js"


@lru_cache(maxsize=1)
def _version() -> str:
    """A digest of all that is kept."""
    digest = hashlib.sha256()
    for name in (*KEPT, *(f"field/{one}.js" for one in MODULES)):
        found = finders.find(name)
        if isinstance(found, str):
            with open(found, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:12]
