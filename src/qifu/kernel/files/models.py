from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """One file as it was handed in. `owner` is the object whose door leads to it."""

    owner = models.CharField(max_length=80, db_index=True)  # room.table:key; "" until given
    name = models.CharField(max_length=200)  # as the person called it
    kind = models.CharField(max_length=20)  # by content, see kinds.py
    size = models.PositiveIntegerField()  # bytes
    digest = models.CharField(max_length=64)  # SHA-256; also its name on disk
    is_internal = models.BooleanField(default=False)  # not shown to the enterprise
    kept_by = models.CharField(max_length=40)
    kept_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)
