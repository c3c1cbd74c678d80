"""Whatever leaves after commit: messages and jobs wait in one queue, kept in the same transaction as the write they follow.

A rollback removes the item; a commit keeps it until it is done, parked or cancelled. It leaves at least once,
with a key by which the receiver can tell a repetition; one destination is one item, so that no failure hides
behind another's success.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from qifu.kernel.outbox.addresses import register_resolver, resolve
from qifu.kernel.outbox.messages import Message
from qifu.kernel.outbox.registry import (
    Delivery,
    Hopeless,
    Later,
    Policy,
    current,
    register,
)

if TYPE_CHECKING:
    from qifu.kernel.outbox.models import Item

__all__ = [
    "Delivery",
    "Hopeless",
    "Later",
    "Message",
    "Policy",
    "current",
    "post",
    "register",
    "register_resolver",
    "resolve",
    "tell",
    "tell_all",
]


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
    """Put one item into the queue, in the caller's transaction; the same key of a channel keeps one item."""
    from qifu.kernel.outbox import posting

    return posting.post(
        channel=channel,
        key=key,
        payload=payload,
        now=now,
        due=due,
        stream=stream,
        priority=priority,
        policy=policy,
    )


def tell(
    *,
    channel: str,
    to: str,
    template: str,
    variables: Mapping[str, object],
    key: str,
    now: datetime,
    secrets: Mapping[str, str] | None = None,
    due: datetime | None = None,
    stream: str = "",
    priority: int = 0,
) -> Item:
    """Put one message to one person by one channel into the queue; `to` is a reference such as ``account:12``.

    The key is completed with the recipient, so one event may use one key for all whom it concerns. What stands in
    `secrets` (a sign-in code) is sealed until the moment of sending.
    :raises ValueError: `to` is not a reference (an address in clear is never accepted).
    """
    from qifu.kernel.outbox import posting

    return posting.tell(
        Message(
            channel=channel,
            to=to,
            template=template,
            variables=variables,
            secrets=secrets or {},
            key=key,
            now=now,
            due=due,
            stream=stream,
            priority=priority,
        )
    )


def tell_all(messages: Sequence[Message]) -> None:
    """Put many messages into the queue in one statement, each as `tell` would."""
    from qifu.kernel.outbox import posting

    if messages:
        posting.tell_all(messages)
