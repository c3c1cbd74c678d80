"""Figures as they stood when they were given away. A snapshot is written once and never moves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Snapshot(models.Model):
    """One figure, how it was asked and defined, and a digest of each row behind it."""

    name = models.CharField(max_length=80)  # of the measure
    label = models.CharField(max_length=80)
    unit = models.CharField(max_length=20)
    definition = models.CharField(max_length=500)  # as it then read
    since = models.DateField()
    until = models.DateField()
    at = models.DateTimeField()  # the moment of counting
    where = models.JSONField(default=list)  # [[dimension, value], …]
    amount = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    numerator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    table = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    packed = models.BinaryField()  # key, digest and part of each row (packing.py)
    digest = models.BinaryField(max_length=32)  # over all of the above; evidence keeps it too
    purpose = models.CharField(max_length=200, blank=True)  # for what it was frozen
    by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="snapshot_span", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(name="snapshot_defined", condition=~Q(definition="")),
        ]
        indexes = [models.Index(fields=["name", "-id"], name="snapshot_name")]

    @property
    def stream(self) -> str:
        """The name of the snapshot's chain of evidence."""
        return f"measures.snapshot:{self.pk}"
