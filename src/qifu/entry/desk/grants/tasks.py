"""Working a bank's answer off in the background, in the name of who brought it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth import get_user_model
from django.utils import timezone
from django_tasks import task

from qifu.domain.grants.actions import payments
from qifu.domain.people import queries as people
from qifu.kernel.outbox import Policy
from qifu.kernel.outbox.backend import OutboxTask


@task(policy=Policy(max_attempts=6, backoff=5, time_limit=3600))
def work_off(number: int, account: int) -> None:
    """Go on where the answer stands; one that was killed begins behind its last stretch."""
    now = timezone.now()
    actor = people.actor_of(get_user_model().objects.get(pk=account), now)
    payments.go_on(actor=actor, now=now, number=number)


def enqueue(number: int, account: int, done: int) -> None:
    """Put an answer into the queue, once for where it stands."""
    job = cast("OutboxTask[Any, None]", work_off)
    job.using(key=f"grants.return:{number}:{done}").enqueue(number, account)
