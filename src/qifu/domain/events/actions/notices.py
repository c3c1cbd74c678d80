"""What people are told of an event: in the inbox, and by SMS where it is about their own place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from qifu.domain.events.models import Event, Registration
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import outbox
from qifu.kernel.outbox import Message

CHANNELS = ("inapp", "sms")


def when(at: datetime) -> str:
    """A moment as a message says it."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def place(event: Event) -> str:
    """Where it is."""
    return event.venue.name if event.venue is not None else event.place


def about(event: Event) -> dict[str, object]:
    """What every message of the event may say."""
    return {"title": event.title, "when": when(event.starts), "place": place(event)}


def tell(
    event: Event,
    rows: Iterable[Registration],
    template: str,
    *,
    now: datetime,
    key: str,
    more: Mapping[str, object] | None = None,
    channels: tuple[str, ...] = CHANNELS,
) -> int:
    """Tell those who registered; answer how many. `key` tells one occasion of telling from another."""
    words = about(event) | dict(more or {})
    told = [row for row in rows if row.account_id is not None]
    outbox.tell_all(
        [
            Message(
                channel, f"account:{row.account_id}", template, words | {"code": row.code},
                f"events:{row.pk}:{key}", now, stream=event.stream,
            )
            for row in told
            for channel in channels
        ]
    )  # fmt: skip
    return len(told)
