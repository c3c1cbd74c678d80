from __future__ import annotations

from django.db import models


class Receipt(models.Model):
    """One idempotency key used by one person for one kind of act, and the object that came of it."""

    scope = models.CharField(max_length=120)  # act and actor, e.g. appeals.submit contact:12
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)  # of what was handed in: the same key may not carry something else
    result = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="receipt_one_per_key")]
        indexes = [models.Index(fields=["made_at"], name="receipt_made_at")]
