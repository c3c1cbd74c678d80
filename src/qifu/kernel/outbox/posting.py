"""Putting an item into the queue, in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from qifu.kernel.outbox.addresses import check_reference, mask
from qifu.kernel.outbox.messages import Message
from qifu.kernel.outbox.models import Item
from qifu.kernel.outbox.registry import Policy, policy_of
from qifu.kernel.sealed import lookup, seal, unseal
from qifu.kernel.writing import insert_lenient


def post(
    *,
    channel: str,
    key: str,
    payload: Mapping[str, object],
    now: datetime,
    due: datetime | None = None,
    stream: str = "",
    priority: int = 0,
    policy: Policy | None = None,
) -> Item:
    """Insert the item, or answer the one that already carries this key."""
    return _put(_item(channel, key, payload, now, due, stream, priority, policy))


def _put(item: Item) -> Item:
    # One statement that a second post of the same key passes without an error: an IntegrityError would spoil
    # the caller's transaction on PostgreSQL.
    Item.objects.bulk_create([item], ignore_conflicts=True)
    return Item.objects.get(channel=item.channel, key=item.key)


def _item(
    channel: str,
    key: str,
    payload: Mapping[str, object],
    now: datetime,
    due: datetime | None,
    stream: str,
    priority: int,
    policy: Policy | None = None,
) -> Item:
    if not key or len(key) > 200:
        raise ValueError("an outbox key has 1 to 200 characters")
    policy = policy or policy_of(channel)
    return Item(
        channel=channel,
        key=key,
        payload=dict(payload),
        stream=stream,
        priority=lane(priority),
        posted_at=now,
        due_at=due or now,
        max_attempts=policy.max_attempts,
        backoff=policy.backoff,
        time_limit=policy.time_limit,
    )


def tell(message: Message) -> Item:
    """Insert a message, or answer the one that already carries its key."""
    return _put(_drawn(message))


def tell_all(messages: Sequence[Message]) -> None:
    """Insert messages that are not there yet, in one statement."""
    insert_lenient([_drawn(message) for message in messages])


def _drawn(message: Message) -> Item:
    """The item of a message; numbers of persons that slipped into its variables are masked before they are kept."""
    plain = {name: _masked(value) for name, value in message.variables.items()}
    kept = {name: f"sealed:{seal(value)}" for name, value in message.secrets.items()}
    payload = {"to": check_reference(message.to), "template": message.template, "variables": plain | kept}
    key = f"{message.key}>{recipient(message.to)}"
    return _item(message.channel, key, payload, message.now, message.due, message.stream, message.priority)


def _masked(value: object) -> object:
    return mask(value) if isinstance(value, str) and not value.startswith("sealed:") else value


def recipient(reference: str) -> str:
    """The recipient as part of a key; a sealed address differs at each sealing, so it is named by its keyed digest."""
    kind, _, value = reference.partition(":")
    if kind == "sealed":
        with suppress(ValueError):  # one that cannot be opened fails where it is sent, not where it is posted
            return f"sealed:{lookup(unseal(value))[:32]}"
    return reference if len(reference) <= 40 else hashlib.sha256(reference.encode()).hexdigest()[:32]


def lane(priority: int) -> int:
    """The lane of a priority: before the others, with them, or after them."""
    return (priority > 0) - (priority < 0)
