"""What happens to kept messages: they are read, and after a time removed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, Value
from django.db.models.functions import Replace

from qifu.kernel.actor import Actor
from qifu.output.messages.models import Kept

KEPT = timedelta(days=180)
KEPT_VIEWER = timedelta(days=2)


def read(message: int | None = None, *, actor: Actor, now: datetime) -> int:
    """Mark one of the actor's messages as read, or all of them; answer how many were unread."""
    if actor.account is None:
        return 0
    rows = Kept.objects.filter(account_id=actor.account, channel="inapp", read_at__isnull=True)
    if message is not None:
        rows = rows.filter(pk=message)
    return rows.update(read_at=now)


def prune(*, now: datetime) -> int:
    """Remove in-app messages after half a year, and what the viewer of a demo shows after two days."""
    old = Kept.objects.filter(sent_at__lt=now - KEPT)
    shown = Kept.objects.filter(sent_at__lt=now - KEPT_VIEWER).exclude(channel="inapp")
    return old.delete()[0] + shown.delete()[0]


def forget(*, number: str, words: str, instead: str) -> int:
    """Take words out of the kept messages that speak of the case of this number; answer how many were changed."""
    if not words:
        return 0
    about = Kept.objects.filter(Q(subject__contains=words) | Q(text__contains=words)).filter(
        Q(text__contains=number) | Q(subject__contains=number)
    )
    return about.update(
        subject=Replace(F("subject"), Value(words), Value(instead)),
        text=Replace(F("text"), Value(words), Value(instead)),
    )
