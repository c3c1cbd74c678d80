"""Tables of evidence. UPDATE and DELETE are refused by triggers (migrations/0002_triggers.py)."""

from __future__ import annotations

from django.db import models

ZERO = bytes(32)


class Head(models.Model):
    """The end of one object's chain; its row lock puts the writers of that object in line."""

    stream = models.CharField(primary_key=True, max_length=80)
    seq = models.PositiveIntegerField()
    hash = models.BinaryField(max_length=32)


class Record(models.Model):
    """One write: who did what to which object, when. Holds nothing personal."""

    stream = models.CharField(max_length=80)  # room.table:key
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)  # Actor.mark
    for_whom = models.CharField(max_length=40, blank=True)  # the absent colleague whose duty was done
    verb = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)  # non-personal: states, units, numbers
    before = models.BinaryField(max_length=32, null=True)
    after = models.BinaryField(max_length=32, null=True)
    content_digest = models.BinaryField(max_length=32, null=True)
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="evidence_one_per_seq")]
        indexes = [
            models.Index(fields=["at"], name="evidence_at"),
            models.Index(fields=["verb", "-id"], name="evidence_verb"),
            models.Index(fields=["actor", "-id"], name="evidence_actor"),
        ]


class Content(models.Model):
    """What was said or changed, kept outside the chain: erased by blanking body and salt together."""

    record = models.OneToOneField(Record, primary_key=True, on_delete=models.PROTECT, related_name="content")
    salt = models.BinaryField(max_length=16, null=True)
    body = models.JSONField(null=True)


class Seal(models.Model):
    """All records of an id range, joined in order, and chained to the seal before."""

    number = models.PositiveIntegerField(primary_key=True)
    at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
