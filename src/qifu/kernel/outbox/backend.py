"""The Tasks API in front of the queue: `@task` functions enqueued here become items of the channel `task`.

    @task(policy=Policy(max_attempts=3, time_limit=600))
    def import_list(upload: int) -> None: ...

    import_list.enqueue(12)                          # in the caller's transaction
    import_list.using(key="import:12").enqueue(12)   # twice the same key: one item

A job that needs the time asks `outbox.current().now`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db.models.functions import Now
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import get_random_id, normalize_json

from qifu.kernel.outbox import jobs
from qifu.kernel.outbox.registry import Policy

T = TypeVar("T")
P = ParamSpec("P")
USUAL = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTask(Task[P, T]):
    """A task with its patience, and, where one run is enough, the key of that run."""

    policy: Policy = USUAL
    key: str = ""

    def using(
        self,
        *,
        priority: int | None = None,
        queue_name: str | None = None,
        run_after: datetime | None = None,
        backend: str | None = None,
        key: str | None = None,
    ) -> OutboxTask[P, T]:
        """Answer the task with other defaults; `key` makes a repeated enqueue one item."""
        changes: dict[str, Any] = {
            "priority": priority,
            "queue_name": queue_name,
            "run_after": run_after,
            "backend": backend,
            "key": key,
        }
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


class OutboxBackend(BaseTaskBackend):
    """Puts jobs into the outbox, in the caller's transaction."""

    task_class = OutboxTask
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: Any, kwargs: Any) -> TaskResult[T]:
        """Put the job into the queue, or answer the one that already carries its key."""
        from qifu.kernel.outbox.models import Item
        from qifu.kernel.outbox.posting import lane

        self.validate_task(task)
        policy = task.policy if isinstance(task, OutboxTask) else USUAL
        key = (isinstance(task, OutboxTask) and task.key) or get_random_id()
        payload = {"task": task.module_path, "args": normalize_json(args), "kwargs": normalize_json(kwargs)}
        item = Item(
            channel=jobs.CHANNEL,
            key=key,
            payload=payload,
            priority=lane(task.priority),
            # The Tasks API hands no clock in, so that of the database dates the item.
            posted_at=Now(),
            due_at=task.run_after or Now(),
            max_attempts=policy.max_attempts,
            backoff=policy.backoff,
            time_limit=policy.time_limit,
        )
        Item.objects.bulk_create([item], ignore_conflicts=True)
        return TaskResult(
            task=task,
            id=key,
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Answer where the job stands.

        :raises TaskResultDoesNotExist: no job carries this id, or it was removed after its time.
        """
        from qifu.kernel.outbox.models import Item, State

        item = Item.objects.filter(channel=jobs.CHANNEL, key=result_id).first()
        if item is None:
            raise TaskResultDoesNotExist(result_id)
        statuses = {
            State.WAITING: TaskResultStatus.READY,
            State.RUNNING: TaskResultStatus.RUNNING,
            State.DONE: TaskResultStatus.SUCCESSFUL,
        }
        result: TaskResult[Any] = TaskResult(
            task=jobs.find(str(item.payload["task"])),
            id=item.key,
            status=statuses.get(State(item.state), TaskResultStatus.FAILED),
            enqueued_at=item.posted_at,
            started_at=item.started_at,
            last_attempted_at=item.started_at,
            finished_at=item.finished_at,
            args=item.payload["args"],
            kwargs=item.payload["kwargs"],
            backend=self.alias,
            errors=[TaskError(exception_class_path="builtins.Exception", traceback=item.last_error)]
            if item.last_error
            else [],
            worker_ids=["worker"] * item.attempts,
        )
        object.__setattr__(result, "_return_value", item.result)
        return result
