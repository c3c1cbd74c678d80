"""What one request asks for again and again is read once: a memory that lasts as long as the request, and no longer.

Small tables that every page needs (units, categories, promised times, the calendar) are read through `once`. Outside a
request nothing is remembered. Whatever leaves evidence empties the memory, so that a write is seen by what follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

T = TypeVar("T")
_memory: ContextVar[dict[str, object] | None] = ContextVar("reading", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Remember until the end of the block."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def once(name: str, read: Callable[[], T]) -> T:
    """What `read` answers, asked once a request."""
    memory = _memory.get()
    if memory is None:
        return read()
    if name not in memory:
        memory[name] = read()
    return cast(T, memory[name])


def forget() -> None:
    """Begin anew: something was written."""
    memory = _memory.get()
    if memory:
        memory.clear()
