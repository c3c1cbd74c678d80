from __future__ import annotations

from django.db import models
from django.db.models import Q


class Export(models.Model):
    """One list that a person asked for as a workbook: what was asked, how far it is, where it lies."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        WRITING = "writing", "生成中"
        DONE = "done", "可以下载"
        FAILED = "failed", "未能完成"
        CANCELLED = "cancelled", "已取消"
        CLEARED = "cleared", "已清除"

    account = models.BigIntegerField()  # who asked, and alone may fetch it
    kind = models.CharField(max_length=40)  # what writes it
    title = models.CharField(max_length=120)
    asked = models.JSONField()  # the address of the list: search and filters
    state = models.CharField(max_length=9, default="waiting")
    rows = models.PositiveIntegerField(default=0)  # written so far
    size = models.PositiveBigIntegerField(null=True)  # bytes, once it is done
    problem = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField()  # when its state or its rows last changed

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="export_state",
                condition=Q(state__in=["waiting", "writing", "done", "failed", "cancelled", "cleared"]),
            )
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="export_account"),
            models.Index(fields=["moved_at"], name="export_kept", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        """Where it stands, as people say it."""
        return str(self.State(self.state).label)

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self.state in ("waiting", "writing")
