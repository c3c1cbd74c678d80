"""`GET /healthz`: whether the database and the queue answer. Says nothing about people or cases."""

from __future__ import annotations

from dataclasses import asdict

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qifu.kernel.outbox import queries as outbox


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with JSON when database and queue answer, 503 when one does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        queue = asdict(outbox.health(now=request.now))  # type: ignore[attr-defined]
    except (DatabaseError, InterfaceError):
        return JsonResponse({"ok": False, "database": False}, status=503)
    return JsonResponse({"ok": True, "database": True, "queue": queue})
