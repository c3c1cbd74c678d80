"""Take a list out of the system: what was taken, by whom and how much is on record before the first row leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice

from django.db import transaction

from qifu.domain.appeals.queries import lists
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden
from qifu.kernel.evidence.actions import record

MOST = 100_000  # rows of one file
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Export:
    """The rows as they are read, how many there are, and whether the file holds them all."""

    lines: Iterator[lists.Line]
    count: int
    is_cut: bool


@transaction.atomic
def export(*, actor: Actor, now: datetime, filters: lists.Filters) -> Export:
    """Record the export and return its rows, read a thousand at a time.

    :raises Forbidden: not of the staff.
    """
    if not actor.is_staff:
        raise Forbidden("只有工作人员可以导出列表。")
    rows = lists.rows_of(actor, now, filters)
    found = rows.order_by()[: MOST + 1].count()
    count = min(found, MOST)
    said = {name: _plain(value) for name, value in asdict(filters).items() if value not in ("", None)}
    q = said.pop("q", None)  # may name a person or a telephone: kept where it can be erased
    record(
        actor=actor,
        now=now,
        verb="appeals.export",
        stream=f"appeals.export:{actor.mark}",
        facts={"filters": said, "count": count},
        content={"q": q} if q else None,
    )
    return Export(_lines(actor, now, filters, count), count, found > MOST)


def _lines(actor: Actor, now: datetime, filters: lists.Filters, count: int) -> Iterator[lists.Line]:
    rows = lists.ordered(lists.rows_of(actor, now, filters), filters).only("id", *lists.COLUMNS)
    found = rows[:count].iterator(CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from lists.as_lines(actor, chunk, now)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
