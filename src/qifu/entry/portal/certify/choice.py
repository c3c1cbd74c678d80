"""Which enterprise a contact acts for at the moment: chosen once, kept in the session, checked at every use."""

from __future__ import annotations

from qifu.domain.registry import agencies
from qifu.entry.theme.middleware import PersonRequest

KEY = "enterprise"


def current(request: PersonRequest) -> int | None:
    """The enterprise chosen, if the person still speaks for it; else the first; None without any."""
    return agencies.current(request.actor, request.session.get(KEY))


def choose(request: PersonRequest, enterprise: int) -> None:
    """Act for this enterprise from now on.

    :raises Missing: the person does not speak for it.
    """
    request.session[KEY] = agencies.require_mine(request.actor, enterprise)
