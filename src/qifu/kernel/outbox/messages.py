"""A message as it is handed to the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person by one channel; `to` is a reference such as ``account:12``, never an address in clear.

    The key is completed with the recipient, so one event may use one key for all whom it concerns. What stands in
    `secrets` (a sign-in code) is sealed until the moment of sending.
    """

    channel: str
    to: str
    template: str
    variables: Mapping[str, object]
    key: str
    now: datetime
    stream: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)
    due: datetime | None = None
    priority: int = 0
