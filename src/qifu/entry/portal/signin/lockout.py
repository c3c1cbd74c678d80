"""What somebody sees who gave a wrong password too often: how long it lasts and what to do meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from allauth.core.internal.httpkit import get_client_ip
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from qifu.entry.theme.middleware import PersonRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address from which the request comes, past our own proxies and no others."""
    found: str | None = get_client_ip(request)
    return found


def locked_out(request: HttpRequest, original: HttpResponse | None, credentials: dict[str, str] | None) -> HttpResponse:
    """Answer a locked person with the time from which they may try again."""
    username = (credentials or {}).get("username", "")
    until = locked_until(username, client_ip(request), cast(PersonRequest, request).now)
    minutes = settings.AXES_COOLOFF_TIME.total_seconds() / 60
    context = {"until": timezone.localtime(until), "minutes": int(minutes), "limit": settings.AXES_FAILURE_LIMIT}
    response = render(request, "signin/locked.html", context, status=429)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response


def locked_until(username: str, address: str | None, now: datetime) -> datetime:
    """The moment at which the lock opens: some minutes after the last wrong password."""
    rows = AccessAttempt.objects.filter(username=username, ip_address=address).order_by("-attempt_time")
    last: datetime = rows.values_list("attempt_time", flat=True).first() or now
    end: datetime = last + settings.AXES_COOLOFF_TIME
    return end
