"""What a message is before and after it has an address, and what a vendor owes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from qifu.kernel.outbox import Delivery, Hopeless
from qifu.kernel.sealed import unseal
from qifu.output.messages.wording import wording


class GatewayDown(Exception):
    """The vendor did not take the message, and may later: the queue tries again."""


class Refused(Hopeless):
    """The vendor will never take this message: it is parked for a person."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a room posts it: to whom (a reference), which words, with which variables, by which channel."""

    to: str
    template: str
    variables: Mapping[str, Any]
    channel: str

    @classmethod
    def read(cls, delivery: Delivery) -> Message:
        """Open what the queue kept; sealed variables are unsealed here and nowhere before.

        :raises Hopeless: it is not a message.
        """
        payload = delivery.payload
        try:
            sealed = wording(payload["template"]).sealed
            variables = {
                name: _opened(value) if name in sealed else value for name, value in payload["variables"].items()
            }
            return cls(payload["to"], payload["template"], variables, delivery.channel)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Hopeless(f"消息内容不完整或无法解封（{type(error).__name__}），已停放。") from error


def _opened(value: str) -> str:
    return unseal(value.removeprefix("sealed:"))


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave: address in clear, words complete. It is never kept and never logged."""

    key: str  # by which the receiver tells a repetition
    channel: str
    address: str
    reference: str
    template: str
    subject: str
    text: str


class Vendor(Protocol):
    """One way out."""

    def __call__(self, letter: Letter, now: datetime) -> None:
        """Hand the letter over.

        :raises GatewayDown: not now.  :raises Refused: never.
        """
