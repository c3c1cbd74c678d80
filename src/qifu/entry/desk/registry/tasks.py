"""Working on a list in the background, a minute at a time: what is not done after that goes back into the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks import task

from qifu.domain.people import queries as people
from qifu.domain.registry import actions, columns, loads
from qifu.domain.registry.loads import Load
from qifu.entry.intake.tables import open_table
from qifu.kernel.errors import Refusal
from qifu.kernel.files.actions import path_of
from qifu.kernel.outbox import Policy
from qifu.kernel.outbox.backend import OutboxTask

SLICE = timedelta(seconds=60)


@task(policy=Policy(max_attempts=6, backoff=5, time_limit=600))
def work_on(load: int, account: int) -> None:
    """Carry a list on from its last row, in the name of who began it."""
    actor = people.actor_of(get_user_model().objects.get(pk=account), timezone.now())
    row = loads.load(actor, load)
    assert row.file is not None  # only lists with a kept file come into the queue
    try:
        table = open_table(path_of(row.file.digest), row.name, columns.is_known)
        row = actions.carry_on(actor=actor, clock=timezone.now, load=load, rows=table.rows(), budget=SLICE)
    except Refusal as refusal:
        actions.fail(actor=actor, now=timezone.now(), load=load, problem=refusal.message)
        return
    if row.state in ("checking", "running"):
        enqueue(row, account)


@task(policy=Policy(max_attempts=6, backoff=5, time_limit=600))
def take_back(load: int, account: int) -> None:
    """Take a list back, a minute at a time, in the name of who asked for it."""
    actor = people.actor_of(get_user_model().objects.get(pk=account), timezone.now())
    row = actions.carry_on_undo(actor=actor, clock=timezone.now, load=load, budget=SLICE)
    if row.state == "undoing":
        enqueue(row, account)


def enqueue(row: Load, account: int) -> None:
    """Put the list into the queue, once for where it stands."""
    job = cast("OutboxTask[Any, None]", take_back if row.state == "undoing" else work_on)
    job.using(key=f"registry.load:{row.pk}:{row.state}:{row.last_row}:{row.updated_at.isoformat()}").enqueue(
        row.pk, account
    )
