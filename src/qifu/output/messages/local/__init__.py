"""Our own keeping: the inbox of the platform, and the message viewer of a demo in a gateway's place."""

from __future__ import annotations

from datetime import datetime

from qifu.kernel.outbox.addresses import mask
from qifu.output.messages.contract import Letter


def deliver(letter: Letter, now: datetime) -> None:
    """Keep the letter once, however often it is handed over; its address only masked."""
    from qifu.output.messages.models import Kept

    kind, _, number = letter.reference.partition(":")
    account = int(number) if kind == "account" else None
    shown = "" if letter.channel == "inapp" else _masked(letter.address)
    Kept.objects.get_or_create(
        key=letter.key,
        defaults={
            "channel": letter.channel,
            "account_id": account,
            "shown_to": shown,
            "template": letter.template,
            "subject": letter.subject[:200],
            "text": letter.text,
            "sent_at": now,
        },
    )


def _masked(address: str) -> str:
    name, at, host = address.partition("@")
    return f"{name[:1]}***@{host}" if at else mask(address.removeprefix("+86"))
