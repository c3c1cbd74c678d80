"""When a key was first used."""

from __future__ import annotations

from datetime import datetime

from qifu.kernel.actor import Actor
from qifu.kernel.prepared import Prepared
from qifu.kernel.receipts.models import Receipt

_MADE = Prepared(
    lambda scope, key: Receipt.objects.filter(scope=scope, key=key).values_list("made_at"), texts=["scope", "key"]
)


def made_at(*, actor: Actor, act: str, key: str) -> datetime | None:
    """Return when the actor first used the key for this act, if ever."""
    for (at,) in _MADE(scope=f"{act} {actor.mark}", key=key):
        return at
    return None
