from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Missing
from qifu.kernel.evidence.actions import record
from qifu.kernel.exports.models import Export
from qifu.kernel.outbox import tell

KEPT = timedelta(days=7)
MOST_OPEN = 3  # of one person at a time


@transaction.atomic
def ask(*, actor: Actor, now: datetime, kind: str, title: str, asked: dict[str, str]) -> Export:
    """Keep what a person asks for; whoever calls puts the writing into the queue in the same transaction.

    :raises Forbidden: nobody who is signed in.
    :raises Conflict: the person already waits for three.
    """
    if actor.account is None:
        raise Forbidden("请先登录。")
    if Export.objects.filter(account=actor.account, state__in=("waiting", "writing")).count() >= MOST_OPEN:
        raise Conflict(f"您已有 {MOST_OPEN} 个导出正在生成，请等其中一个完成，或先取消一个。")
    made = Export.objects.create(
        account=actor.account, kind=kind, title=title[:120], asked=asked, asked_at=now, moved_at=now
    )
    facts = {"kind": kind, "filters": {name: value for name, value in asked.items() if value and name != "q"}}
    content = {"q": asked["q"]} if asked.get("q") else None
    record(actor=actor, now=now, verb="exports.ask", stream=f"exports.export:{made.pk}", facts=facts, content=content)
    return made


def write(*, actor: Actor, clock: Callable[[], datetime], export: int, writer: Callable[[Path, Progress], int]) -> None:
    """Let `writer` write the file and answer its rows; an export that was cancelled meanwhile leaves nothing behind."""
    row = _taken(export, clock())
    if row is None:
        return
    place = place_of(row.pk)
    scratch = place.with_suffix(".part")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        rows = writer(scratch, Progress(row.pk, clock))
        with transaction.atomic():
            if not _is_writing(row.pk):
                return
            scratch.replace(place)
            _finished(row, actor, clock(), rows, place.stat().st_size)
    except Cancelled:
        return
    finally:
        scratch.unlink(missing_ok=True)


def _finished(row: Export, actor: Actor, now: datetime, rows: int, size: int) -> None:
    Export.objects.filter(pk=row.pk).update(state="done", rows=rows, size=size, moved_at=now)
    facts = {"kind": row.kind, "rows": rows, "size": size}
    record(actor=actor, now=now, verb="exports.finish", stream=f"exports.export:{row.pk}", facts=facts)
    tell(
        channel="inapp",
        to=f"account:{row.account}",
        template="export_done",
        variables={"title": row.title, "count": str(rows)},
        key=f"exports.export:{row.pk}",
        now=now,
        stream=f"exports.export:{row.pk}",
    )


class Cancelled(Exception):
    """The export is not wanted any more."""


class Progress:
    """What a writer tells of how far it is; raises when the export was cancelled."""

    def __init__(self, export: int, clock: Callable[[], datetime]) -> None:
        self._export, self._clock = export, clock

    def __call__(self, rows: int) -> None:
        """:raises Cancelled: stop writing."""
        if not Export.objects.filter(pk=self._export, state="writing").update(rows=rows, moved_at=self._clock()):
            raise Cancelled


@transaction.atomic
def _taken(export: int, now: datetime) -> Export | None:
    """The export about to be written; also one whose writer was killed, from its first row."""
    row = Export.objects.select_for_update().filter(pk=export, state__in=("waiting", "writing")).first()
    if row is not None:
        Export.objects.filter(pk=export).update(state="writing", rows=0, moved_at=now)
    return row


def _is_writing(export: int) -> bool:
    return Export.objects.select_for_update().filter(pk=export, state="writing").exists()


@transaction.atomic
def fail(*, now: datetime, export: int, problem: str) -> None:
    """Say why it could not be written."""
    Export.objects.filter(pk=export, state__in=("waiting", "writing")).update(
        state="failed", problem=problem[:200], moved_at=now
    )


@transaction.atomic
def cancel(*, actor: Actor, now: datetime, export: int) -> Export:
    """Give up an export that is waiting or being written.

    :raises Missing: none of this person's.
    :raises Conflict: it has already ended.
    """
    row = Export.objects.select_for_update().filter(pk=export, account=actor.account or 0).first()
    if row is None:
        raise Missing("没有这个导出，或不是您要求的。")
    if not row.is_open:
        raise Conflict("这个导出已经结束，不用取消。", state=row.state)
    Export.objects.filter(pk=export).update(state="cancelled", moved_at=now)
    record(actor=actor, now=now, verb="exports.cancel", stream=f"exports.export:{export}", facts={"rows": row.rows})
    row.state = "cancelled"
    return row


def clear(*, now: datetime) -> int:
    """Take the files that were ready for a week off the disk; what was asked for stays in the list."""
    done = 0
    for row in Export.objects.filter(state="done", moved_at__lt=now - KEPT):
        place_of(row.pk).unlink(missing_ok=True)
        done += Export.objects.filter(pk=row.pk, state="done").update(state="cleared")
    return done


def place_of(export: int) -> Path:
    """Where the file lies."""
    return Path(settings.HOME) / "exports" / f"{export}.xlsx"
