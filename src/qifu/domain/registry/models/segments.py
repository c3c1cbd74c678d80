"""Selections of enterprises that people come back to."""

from __future__ import annotations

from django.db import models


class Segment(models.Model):
    """A search and its filters under a name: who belongs is read anew each time, nothing is copied."""

    name = models.CharField(max_length=40)
    asked = models.JSONField()  # the address of the list: q, street, section, size, mark, status
    account = models.BigIntegerField()  # whose it is
    is_shared = models.BooleanField(default=False)  # others of the staff may use it; what they find is cut to them
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="segment_name_once")]
        indexes = [models.Index(fields=["is_shared", "name"], name="segment_shared")]

    def __str__(self) -> str:
        return self.name
