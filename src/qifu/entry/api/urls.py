"""Addresses of the API. Each answers a problem document to what it does not know: path, method, size."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from qifu.entry.api import cases, others, policies, problems
from qifu.entry.api.contract import DESCRIPTION, Contract, Reader, Writer

View = Callable[..., HttpResponse]
MARGIN = 2**20  # of a multipart body, around its file

api = Contract(
    title="企服开放接口",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    parser=Reader(),
    renderer=Writer(),
    urls_namespace="api",
)
problems.bind(api)
api.add_router("/appeals", cases.router)
api.add_router("", others.router)
api.add_router("", policies.router)


def unknown(request: HttpRequest) -> HttpResponse:
    """Nothing is here."""
    return problems.document(request, 404, "没有这个地址，请核对路径。全部地址见 /api/v1/openapi.json。")


def _guarded(view: View) -> View:
    """Refuse what is too large before it is read; say in our own form that a method is not known."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        limit = settings.UPLOAD_LIMIT + MARGIN
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return problems.document(request, 413, problems.LARGE)
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            response = problems.document(request, 405, f"这个地址只接受 {allowed}。")
            response["Allow"] = allowed
        response["Cache-Control"] = "no-store"
        return response

    return guarded


def _patterns() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        view = {"api-root": unknown, "openapi-json": csrf_exempt(require_safe(pattern.callback))}.get(
            pattern.name or ""
        )
        pattern.callback = _guarded(view or pattern.callback)
        found.append(pattern)
    return found


app_name = "api"
urlpatterns = [*_patterns(), re_path(r"^.*$", csrf_exempt(unknown), name="unknown")]
