"""Erasing what is personal, wherever it is kept: in the case, and in messages that spoke of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from qifu.domain.appeals.actions import privacy
from qifu.domain.appeals.queries.standing import title_of
from qifu.kernel.actor import Actor
from qifu.output.messages import actions as messages


@transaction.atomic
def erase(*, actor: Actor, now: datetime, number: str, reason: str, at_request: bool = False) -> None:
    """Erase one case with the messages about it; the refusals are those of `privacy.erase_personal`."""
    title = title_of(number)
    privacy.erase_personal(actor=actor, now=now, number=number, reason=reason, at_request=at_request)
    messages.forget(number=number, words=title, instead=privacy.ERASED)


def erase_old(now: datetime) -> int:
    """Erase what the term of retention (QIFU_RETENTION_DAYS) has run out for; 0 days: never."""
    days = int(getattr(settings, "RETENTION_DAYS", 0))
    if days < privacy.REST.days:
        return 0
    # messages are gone by themselves long before, unless the term is short
    with_messages = timedelta(days=days) < messages.KEPT
    numbers = privacy.due_for_erasure(now=now, days=days)
    titles = {number: title_of(number) for number in numbers} if with_messages else {}
    done = privacy.erase_old(now=now, days=days)
    for number in done:
        if title := titles.get(number):
            messages.forget(number=number, words=title, instead=privacy.ERASED)
    return len(done)
