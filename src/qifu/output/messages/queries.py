"""What a page may read of messages: one's own inbox, and in a demo what would have gone out."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.output.messages.models import Kept

PAGE = 30


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of messages, newest first; `next` is the cursor of the following page, None at the end."""

    items: list[Kept]
    next: int | None


def inbox(actor: Actor, *, before: int | None = None, size: int = PAGE) -> Inbox:
    """The actor's own in-app messages."""
    if actor.account is None:
        return Inbox([], None)
    rows = Kept.objects.filter(account_id=actor.account, channel="inapp").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    return Inbox(found[:size], found[size - 1].pk if len(found) > size else None)


def unread(actor: Actor, *, most: int = 99) -> int:
    """How many of the actor's in-app messages are unread, counted up to `most`."""
    if actor.account is None:
        return 0
    return Kept.objects.filter(account_id=actor.account, channel="inapp", read_at__isnull=True)[:most].count()


def viewer(*, size: int = PAGE) -> list[Kept]:
    """The latest messages of a demo, whoever they are for.

    :raises Missing: this is not a demo.
    """
    if not settings.DEMO:
        raise Missing("没有这个页面。")
    return list(Kept.objects.exclude(channel="inapp").order_by("-id")[:size])
