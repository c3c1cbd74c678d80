"""Jobs: a function by its name, run with the plain values it was enqueued with."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext, TaskResult, TaskResultStatus
from django_tasks.utils import normalize_json

from qifu.kernel.outbox.registry import Delivery, Hopeless

CHANNEL = "task"


def find(path: str) -> Task[..., object]:
    """Answer the task of this name.

    :raises Hopeless: there is none in this version of the program.
    """
    try:
        found = import_string(path)
    except ImportError as error:
        raise Hopeless(f"找不到任务“{path}”，已停放。请先升级后台进程，再重试。") from error
    if not isinstance(found, Task):
        raise Hopeless(f"“{path}”不是后台任务，已停放。请检查程序版本后重试。")
    return found


def run(delivery: Delivery) -> object:
    """Run the job; what it returns is kept when it is plain JSON.

    :raises Hopeless: the job is not known, or what it returned cannot be kept.
    """
    payload = delivery.payload
    task = find(str(payload.get("task", "")))
    args, kwargs = payload.get("args", []), payload.get("kwargs", {})
    if task.takes_context:
        args = [TaskContext(task_result=_result(task, delivery)), *args]
    return normalize_json(task.call(*args, **kwargs))


def _result(task: Task[..., object], delivery: Delivery) -> TaskResult[object]:
    """What a job that asks for its context sees of itself."""
    return TaskResult(
        task=task,
        id=delivery.key,
        status=TaskResultStatus.RUNNING,
        enqueued_at=delivery.posted_at,
        started_at=delivery.now,
        last_attempted_at=delivery.now,
        finished_at=None,
        args=delivery.payload.get("args", []),
        kwargs=delivery.payload.get("kwargs", {}),
        backend=task.backend,
        errors=[],
        worker_ids=["worker"] * delivery.attempt,
    )
