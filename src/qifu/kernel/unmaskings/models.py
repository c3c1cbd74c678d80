from __future__ import annotations

from django.db import models


class Unmasking(models.Model):
    """One look at one masked value. The value itself is not kept here."""

    actor = models.CharField(max_length=40)
    account = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80)  # room.table:key
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="unmasking_subject")]
