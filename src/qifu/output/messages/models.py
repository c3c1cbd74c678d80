"""Messages kept here: the inbox of each account, and in a demo what would have gone to a gateway."""

from __future__ import annotations

from django.db import models


class Kept(models.Model):
    """One message delivered into our own keeping."""

    key = models.CharField(max_length=32, unique=True)
    channel = models.CharField(max_length=20)
    account_id = models.BigIntegerField(null=True)  # the room of people owns accounts; no message keeps one alive
    shown_to = models.CharField(max_length=100, default="", blank=True)  # the address, masked
    template = models.CharField(max_length=50)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_out_message"
        indexes = [
            models.Index(fields=["account_id", "channel", "-id"], name="messages_out_inbox"),
            models.Index(
                fields=["account_id"],
                condition=models.Q(read_at__isnull=True, channel="inapp"),
                name="messages_out_unread",
            ),
            models.Index(fields=["sent_at"], name="messages_out_age"),
        ]

    def __str__(self) -> str:
        return self.subject
