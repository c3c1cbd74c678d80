"""What people decide about enterprises: whether two are one, which value is right, what a form may ask again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.registry.models.enterprises import Enterprise
from qifu.domain.registry.models.sources import Plain, Source, SourceRow


class Pairing(models.Model):
    """A row of a source beside an enterprise that it may speak of; what was decided is not asked again."""

    class State(models.TextChoices):
        WAITING = "waiting", "待判断"
        LATER = "later", "稍后再看"
        SAME = "same", "同一家"
        DIFFERENT = "different", "不是同一家"
        GONE = "gone", "已不需要"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    row_key = models.CharField(max_length=160)
    row = models.ForeignKey(SourceRow, on_delete=models.CASCADE, related_name="pairings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=7, decimal_places=2)  # bits above even odds
    reasons = models.JSONField(default=list, encoder=Plain)  # [what, bits as text], the heaviest first
    state = models.CharField(max_length=9, default="waiting")
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "row_key", "enterprise"], name="pairing_once"),
            models.CheckConstraint(
                name="pairing_state", condition=Q(state__in=["waiting", "later", "same", "different", "gone"])
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="pairing_queue")]

    def __str__(self) -> str:
        return f"{self.row_key} / {self.enterprise_id}"


class Merge(models.Model):
    """Two enterprises found to be one: the merged one's rows and cases count under the leading one until it is undone."""

    leading = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="merges_led")
    merged = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="merges")
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey("people.Account", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at__isnull=True), name="merge_open_once"),
            models.CheckConstraint(name="merge_of_two", condition=~Q(leading=F("merged"))),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.leading_id}"


class Correction(models.Model):
    """A value that somebody holds to be wrong, with the right one and proof; decided by the centre."""

    class State(models.TextChoices):
        PENDING = "pending", "待核实"
        ACCEPTED = "accepted", "已采纳"
        REFUSED = "refused", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="corrections")
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True, encoder=Plain)  # what stood when it was filed
    value = models.JSONField(encoder=Plain)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=9, default="pending")
    filed_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "field"], condition=Q(state="pending"), name="correction_pending_once"
            ),
            models.CheckConstraint(
                name="correction_state", condition=Q(state__in=["pending", "accepted", "refused", "withdrawn"])
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="correction_queue")]

    def __str__(self) -> str:
        return f"{self.enterprise_id}.{self.field}"


class Asking(models.Model):
    """A form that asked an enterprise for a value that is held and fresh, and why it had to."""

    form = models.CharField(max_length=60)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["form", "field"], name="asking_form")]

    def __str__(self) -> str:
        return f"{self.form}: {self.field}"
