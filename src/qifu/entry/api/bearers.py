"""Who calls: a bearer token, its scopes, and how often it may call."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from qifu.domain.people import actions, queries
from qifu.domain.people.scopes import SCOPES
from qifu.entry.api.problems import CHALLENGE, NO_BEARER, Unauthenticated
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, TooMany

USUAL_RATE = 600  # calls a minute and token
WINDOW = 60
ROOM_SCOPES = {"enterprises:read": "registry"}  # what the room behind calls the scope


class ApiRequest(PersonRequest):
    """A request as operations see it. For types only."""

    auth: Actor


@dataclass(slots=True)
class _Count:
    minute: int = 0
    here: int = 0  # calls seen by this process in this minute
    told: int = 0  # of these, told to the others
    all: int = 0  # calls of every process, when last asked


class Meter:
    """Counts calls a token and minute. Processes share their counts through the cache, a few dozen calls at a time:
    exact for small limits, over by at most a twentieth of the limit a process for large ones."""

    def __init__(self) -> None:
        self._counts: dict[int, _Count] = {}
        self._lock = threading.Lock()

    def call(self, token: int, now: datetime, most: int) -> tuple[bool, int]:
        """Count one call; return whether it is the first of the minute here, and how many there were."""
        minute = int(now.timestamp()) // WINDOW
        with self._lock:
            count = self._counts.get(token)
            is_first = count is None or count.minute != minute
            if count is None or is_first:
                count = self._counts[token] = _Count(minute)
                if len(self._counts) > 10_000:
                    self._counts = {key: held for key, held in self._counts.items() if held.minute == minute}
            count.here += 1
            due = count.here - count.told
            if not is_first and due < max(1, most // 20):
                return False, count.all + due
            count.told = count.here
        everywhere = _shared(f"api:{token}:{minute}", due)
        with self._lock:
            count.all = everywhere
        return is_first, everywhere

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()


def _shared(key: str, more: int) -> int:
    if cache.add(key, more, WINDOW * 2):
        return more
    try:
        return cache.incr(key, more)
    except ValueError:  # it ran out between the two calls
        cache.set(key, more, WINDOW * 2)
        return more


METER = Meter()


class Bearer(HttpBearer):
    """Opens an operation to tokens that carry its scope; with no scope named, to every good token."""

    def __init__(self, scope: str = "") -> None:
        assert not scope or scope in SCOPES, scope
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return who acts.

        :raises Unauthenticated: the token is no good.
        :raises TooMany: too many calls in this minute.
        :raises Forbidden: the token lacks the scope.
        """
        asked = cast(ApiRequest, request)
        found = queries.actor_of_token(token.strip(), asked.now)
        if found is None:
            raise Unauthenticated(NO_BEARER, challenge=f'{CHALLENGE}, error="invalid_token"')
        actor, key = found
        _hold(key, asked.now)
        if self.scope and not actor.may_scope(self.scope):
            raise Forbidden(
                f"这个令牌不含“{SCOPES[self.scope]}”（{self.scope}）的范围，请联系管理员另行签发。",
                challenge=f'{CHALLENGE}, error="insufficient_scope", scope="{self.scope}"',
            )
        asked.actor = _for_rooms(actor)
        return asked.actor


def _hold(token: int, now: datetime) -> None:
    most: int = getattr(settings, "API_RATE", USUAL_RATE)
    is_first, calls = METER.call(token, now, most)
    if is_first:
        actions.touch_token(token=token, now=now)
    if calls > most:
        wait = WINDOW - int(now.timestamp()) % WINDOW
        raise TooMany(f"每分钟最多 {most} 次请求，请 {wait} 秒后再试。", retry_after=wait)


def _for_rooms(actor: Actor) -> Actor:
    """Give the actor the rooms' own names of the scopes that the token carries."""
    named = {ROOM_SCOPES[scope] for scope in actor.scopes & ROOM_SCOPES.keys()}
    return replace(actor, scopes=actor.scopes | named) if named else actor
