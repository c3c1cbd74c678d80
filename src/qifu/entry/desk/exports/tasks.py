"""Writing one export in the background, in the name of who asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks import task

from qifu.domain.people import queries as people
from qifu.entry.desk.exports.kinds import kind
from qifu.entry.theme import book
from qifu.kernel.errors import Refusal
from qifu.kernel.exports import actions
from qifu.kernel.exports.models import Export
from qifu.kernel.outbox import Policy
from qifu.kernel.outbox.backend import OutboxTask


@task(policy=Policy(max_attempts=4, backoff=5, time_limit=3600))
def write(export: int, account: int) -> None:
    """Write the whole list; a writer that was killed begins again."""
    actor = people.actor_of(get_user_model().objects.get(pk=account), timezone.now())
    row = Export.objects.get(pk=export)
    of = kind(row.kind)

    def writer(place: Path, progress: actions.Progress) -> int:
        rows = book.write(place, of.label, of.columns, of.rows(actor, row.asked), progress)
        of.note(actor, timezone.now(), rows, row.asked)
        return rows

    try:
        of.require(actor)
        actions.write(actor=actor, clock=timezone.now, export=export, writer=writer)
    except Refusal as refusal:
        actions.fail(now=timezone.now(), export=export, problem=refusal.message)


def enqueue(row: Export) -> None:
    """Put the writing into the queue, once for each export."""
    job = cast("OutboxTask[Any, None]", write)
    job.using(key=f"exports.export:{row.pk}").enqueue(row.pk, row.account)
