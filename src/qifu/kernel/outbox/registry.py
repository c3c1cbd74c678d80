"""Who delivers which channel, and by which patience: retries, back-off and time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

BACKOFF_CAP = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Policy:
    """How often an item is tried, how long it waits in between, and how long one try may last (seconds)."""

    max_attempts: int = 5
    backoff: int = 10
    time_limit: int = 120

    def __post_init__(self) -> None:
        if self.max_attempts < 1 or self.backoff < 0 or self.time_limit < 1:
            raise ValueError("a policy needs at least one attempt, a wait of 0 s or more, and a limit of 1 s or more")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try of one item, as its sender sees it; `now` is the clock of the worker that runs it."""

    id: int
    channel: str
    key: str
    payload: dict[str, Any]
    stream: str
    attempt: int
    fence: int
    time_limit: int
    posted_at: datetime
    now: datetime


class Later(Exception):
    """Not possible yet, through no fault of the item: try again after some seconds, without counting the attempt."""

    def __init__(self, seconds: int, sentence: str) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class Hopeless(Exception):
    """No repetition will help: park the item at once, with the sentence for the operator."""


Sender = Callable[[Delivery], object]

_senders: dict[str, Sender] = {}
_policies: dict[str, Policy] = {}
_current: ContextVar[Delivery] = ContextVar("outbox_delivery")


def register(channel: str, sender: Sender, *, policy: Policy | None = None) -> None:
    """Let a sender deliver a channel; called once, when the sender's app is ready."""
    _senders[channel] = sender
    _policies[channel] = policy or Policy()


@contextmanager
def registered(channel: str, sender: Sender, *, policy: Policy | None = None) -> Iterator[None]:
    """Replace the sender of a channel for a while: for trials and tests."""
    before = _senders.get(channel), _policies.get(channel)
    register(channel, sender, policy=policy)
    try:
        yield
    finally:
        _senders.pop(channel), _policies.pop(channel)
        if before[0]:
            register(channel, before[0], policy=before[1])


def policy_of(channel: str) -> Policy:
    """The patience of a channel; the usual one for a channel that nobody registered."""
    return _policies.get(channel, Policy())


def current() -> Delivery:
    """The try that is being run: a job asks it for `now`, the attempt and the key.

    :raises LookupError: called outside a delivery.
    """
    return _current.get()


def deliver(delivery: Delivery) -> object:
    """Run the sender of the delivery's channel.

    :raises Hopeless: nobody delivers this channel.
    """
    sender = _senders.get(delivery.channel)
    if sender is None:
        raise Hopeless(f"没有登记“{delivery.channel}”渠道的发送方式，已停放；请升级后台进程后重试。")
    token = _current.set(delivery)
    try:
        return sender(delivery)
    finally:
        _current.reset(token)
