"""When a key was first used."""

from __future__ import annotations

from datetime import datetime

from qifu.kernel.actor import Actor
from qifu.kernel.receipts.models import Receipt


def made_at(*, actor: Actor, act: str, key: str) -> datetime | None:
    """Return when the actor first used the key for this act, if ever."""
    rows = Receipt.objects.filter(scope=f"{act} {actor.mark}", key=key)
    return rows.values_list("made_at", flat=True).first()
