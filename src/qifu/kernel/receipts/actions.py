"""Claim a key first thing in the transaction of the act; settle it with the object's key at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.chain import canonical
from qifu.kernel.prepared import Prepared
from qifu.kernel.receipts.models import Receipt
from qifu.kernel.writing import insert_new, update

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Claim:
    """`done` is the key of the object made by an earlier call with the same key; empty: go on and settle."""

    id: int | None
    done: str = ""


_HELD = Prepared(
    lambda scope, key: Receipt.objects.filter(scope=scope, key=key).values_list("pk", "digest", "result"),
    texts=["scope", "key"],
)


def claim(*, actor: Actor, now: datetime, act: str, key: str, body: Mapping[str, object]) -> Claim:
    """Take the key for this act, inside the caller's transaction. A second caller waits for the first to commit.

    :raises Invalid: the key is longer than 100 characters.
    :raises Conflict: the same key was used for something else.
    """
    if not key:
        return Claim(None)
    if len(key) > 100:
        raise Invalid("幂等键过长，请不超过 100 个字符。", {"Idempotency-Key": "过长"})
    scope, digest = f"{act} {actor.mark}", hashlib.sha256(canonical(body)).hexdigest()
    fresh = Receipt(scope=scope, key=key, digest=digest, made_at=now)
    if insert_new(fresh):
        return Claim(fresh.pk)
    ((number, kept, result),) = _HELD(scope=scope, key=key)
    if kept != digest:
        raise Conflict("这个提交编号已用于另一份内容，请刷新页面后重新提交。")
    return Claim(number, done=result)


def settle(claimed: Claim, result: str) -> None:
    """Remember what came of the act."""
    if claimed.id is not None:
        update(Receipt(pk=claimed.id, result=result), "result")


def forget(*, now: datetime) -> int:
    """Drop keys older than thirty days."""
    return Receipt.objects.filter(made_at__lt=now - KEPT).delete()[0]
