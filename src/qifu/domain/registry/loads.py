"""Reads of the lists that were loaded: how far each got, what came of it, which rows were refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from qifu.domain.people import queries as people
from qifu.domain.registry.access import load_to_see, require_loader
from qifu.domain.registry.models import Load, Reject
from qifu.kernel.actor import Actor

__all__ = ["Load", "RejectView", "is_stalled", "load", "recent", "rejects", "unfinished"]
STALLED = timedelta(minutes=2)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class RejectView:
    """A row that could not be used, or a cell that was left out."""

    row: int
    reason: str
    raw: tuple[str, ...]
    is_note: bool


def load(actor: Actor, number: int) -> Load:
    """:raises Missing: there is none. :raises Forbidden: not for this actor."""
    return load_to_see(actor, number)


def recent(actor: Actor, size: int = 30) -> list[tuple[Load, str]]:
    """The latest loads, each with the name of who began it."""
    require_loader(actor)
    rows = list(Load.objects.order_by("-pk")[:size])
    names = people.names(row.started_by_id for row in rows)
    return [(row, names.get(row.started_by_id or 0, "命令行")) for row in rows]


def unfinished(actor: Actor, digest: str) -> Load | None:
    """The latest load of the same file that was begun and not ended."""
    require_loader(actor)
    rows = Load.objects.filter(digest=digest, is_dry=False, state__in=["running", "paused", "failed"])
    return rows.order_by("-pk").first()


def is_stalled(row: Load, now: datetime) -> bool:
    """Whether nothing has happened for a while, though the list is being worked on."""
    return row.state in ("checking", "running") and now - row.updated_at > STALLED


def rejects(actor: Actor, number: int, size: int | None = None) -> Iterator[RejectView]:
    """The rows refused, in the order of the file, then the notes."""
    load_to_see(actor, number)
    rows = Reject.objects.filter(load=number).order_by("is_note", "row_number")
    for row in (rows[:size] if size is not None else rows).iterator(2000):
        yield RejectView(row.row_number, row.reason, tuple(row.raw), row.is_note)
