"""Refusals: what an action raises when it may not or cannot be done. Each carries a sentence for the person.

Every audience answers them the same way: a page shows the sentence, the API a problem document (RFC 9457).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # why a write to the disk fails that is full


class Refusal(Exception):
    """An action that was not done. Nothing was written."""

    status = 400
    code = "refused"

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class Invalid(Refusal):
    """What was handed in cannot be used; `fields` says what is wrong with each."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(message, **extra)
        self.fields = dict(fields or {})


class NoRoom(Invalid):
    """What was handed in is good, but the disk is full: a form shows it again with what was typed, a program comes back."""

    status = 503
    code = "unavailable"


class Forbidden(Refusal):
    """The actor sees the object but has no right to this step."""

    status = 403
    code = "forbidden"


class Missing(Refusal):
    """No such object, or not one that the actor may see: both answer alike."""

    status = 404
    code = "missing"


class Conflict(Refusal):
    """The object is no longer in the state the actor saw; `state` says where it stands now."""

    status = 409
    code = "conflict"

    def __init__(self, message: str, state: str = "", **extra: object) -> None:
        super().__init__(message, **extra)
        self.state = state


class TooMany(Refusal):
    """Too often in too short a time."""

    status = 429
    code = "too-many"
