"""The queue, the schedules and the workers as tables."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import models
from django.db.models import Q


class State(StrEnum):
    """Where an item stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    State.WAITING: "等待",
    State.RUNNING: "处理中",
    State.DONE: "已完成",
    State.PARKED: "已停放",
    State.CANCELLED: "已取消",
}
OPEN = (State.WAITING, State.RUNNING)
LANES = (1, 0, -1)


class Item(models.Model):
    """One message to one destination, or one job.

    `due_at` is when any worker may take the item: its time while it waits, the end of the lease while it runs,
    and nothing once it is finished. So one small index of open items serves every claim, dead workers' items
    included, whatever the number of finished ones.
    """

    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    stream = models.CharField(max_length=100, default="", blank=True)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, default=State.WAITING)
    posted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    backoff = models.PositiveIntegerField(default=10)
    time_limit = models.PositiveIntegerField(default=120)
    fence = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=100, default="", blank=True)
    last_error = models.TextField(default="", blank=True)
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="outbox_item_once"),
            models.CheckConstraint(condition=Q(state__in=[str(s) for s in State]), name="outbox_item_state"),
            models.CheckConstraint(condition=Q(priority__in=LANES), name="outbox_item_priority"),
            models.CheckConstraint(
                condition=Q(state__in=[str(s) for s in OPEN], due_at__isnull=False)
                | (~Q(state__in=[str(s) for s in OPEN]) & Q(due_at__isnull=True)),
                name="outbox_item_due_while_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="outbox_item_claim",
            ),
            models.Index(fields=["state", "channel", "id"], name="outbox_item_list"),
            models.Index(fields=["stream", "id"], name="outbox_item_stream"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="outbox_item_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}:{self.key}"

    @property
    def lease_until(self) -> datetime | None:
        """The end of the lease of a running item."""
        return self.due_at if self.state == State.RUNNING else None

    @property
    def state_label(self) -> str:
        return State(self.state).label

    @property
    def subject(self) -> str:
        """What it is about: the template of a message, the name of a job or a schedule."""
        return str(self.payload.get("template") or self.payload.get("task") or self.payload.get("name") or "")


class Schedule(models.Model):
    """The last tick of a periodic job that was handed to the queue."""

    name = models.CharField(max_length=100, primary_key=True)
    last_tick = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker that was seen: present while `seen_at` is fresh."""

    name = models.CharField(max_length=100, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    running = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
