"""What may be asked for twice, as engines/overlap found it, and what a person made of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.applications import Application


class Overlap(models.Model):
    """Two applications that share so much that somebody should look. `earlier` has the smaller key."""

    class State(models.TextChoices):
        OPEN = "open", "待判断"
        CLEARED = "cleared", "不是重复"
        CONFIRMED = "confirmed", "确认重复"

    earlier = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="overlaps_later")
    later = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="overlaps_earlier")
    points = models.PositiveSmallIntegerField()
    ties = models.JSONField()  # [{code, weight, why}]
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")
    reason = models.CharField(max_length=500, blank=True, default="")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="overlap_pair_once"),
            models.CheckConstraint(name="overlap_order", condition=Q(earlier__lt=F("later"))),
            models.CheckConstraint(
                name="overlap_decided",
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & ~Q(reason="") & ~Q(decided_at=None)),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "-points"], name="overlap_open")]

    @property
    def stream(self) -> str:
        """The name of the pair's chain of evidence."""
        return f"grants.overlap:{self.pk}"
