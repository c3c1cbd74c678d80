"""Published documents handed in for examination, what was read and found in them, and what a person said of the repairs."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

STATES: Final = (("waiting", "排队"), ("reading", "审核中"), ("done", "已审核"), ("refused", "不能审核"))
SEVERITIES: Final = (("error", "错误"), ("warning", "提醒"), ("info", "提示"))


class Batch(models.Model):
    """Files handed in together."""

    owner = models.BigIntegerField()  # the account that handed them in
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()


class Examination(models.Model):
    """One document, read and checked once. The result is kept whole and compressed; the columns are for lists."""

    owner = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="examinations")
    against = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="compared")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    problem = models.CharField(max_length=500, blank=True)  # why it could not be examined
    kind = models.CharField(max_length=20, blank=True)  # final_accounts, budget
    unit = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    infos = models.PositiveIntegerField(default=0)
    relations = models.PositiveIntegerField(default=0)  # relations that were checked
    repairs = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)  # places that could not be read
    result = models.BinaryField(default=b"")  # compressed JSON: model, lines, audit
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="examination_ends_with_a_result_or_a_reason",
                condition=(
                    (Q(state="done") & Q(finished_at__isnull=False) & ~Q(result=b""))
                    | (Q(state="refused") & Q(finished_at__isnull=False) & ~Q(problem=""))
                    | (Q(state__in=("waiting", "reading")) & Q(finished_at__isnull=True))
                ),
            ),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="examination_owner")]

    @property
    def stream(self) -> str:
        """The name of the examination's chain of evidence."""
        return f"disclosure.examination:{self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in ("waiting", "reading")


class RepairWord(models.Model):
    """What a person said of one repair, having looked at the original."""

    examination = models.ForeignKey(Examination, on_delete=models.CASCADE, related_name="words")
    place = models.PositiveIntegerField()  # of the repair, in the order in which they were made
    is_right = models.BooleanField()
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["examination", "place"], name="repair_word_one_each")]
