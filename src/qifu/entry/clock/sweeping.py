"""What libraries leave behind: sessions that have ended, devices of such sessions, wrong passwords of long ago, counts
that ran out.

Names and addresses of failed sign-ins are personal, and the law on network security asks for half a year of logs
(网络安全法 article 21): they are kept that long and no longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

KEPT = timedelta(days=183)


def sweep(now: datetime) -> int:
    """Remove what has ended; answer how many rows that was."""
    gone: int = Session.objects.filter(expire_date__lt=now).delete()[0]
    gone += UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        gone += model.objects.filter(attempt_time__lt=now - KEPT).delete()[0]
    return gone + _run_out(now)


def _run_out(now: datetime) -> int:
    """Entries of the cache are removed when the table is full only; until then those that ran out lie about."""
    kept = caches["default"]
    if not isinstance(kept, DatabaseCache):
        return 0
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
        until = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [until])  # noqa: S608  a name of our own settings
        return int(cursor.rowcount)
