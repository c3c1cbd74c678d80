"""Batches and orders of payment: out as the bank's file, back as the bank's answer. Each order is paid once, whatever is sent twice."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.domain.grants.models.funds import Reservation
from qifu.kernel.sealed import SealedField


class PaymentBatch(models.Model):
    """Orders that go to the bank in one file; one officer draws it up, another lets it go."""

    class State(models.TextChoices):
        DRAWN = "drawn", "待复核"
        SENT = "sent", "已送银行"
        SETTLED = "settled", "已回单"
        DROPPED = "dropped", "已撤销"

    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=8, default="drawn")
    layout = models.CharField(max_length=20, default="plain")  # the bank's file format
    count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    digest = models.CharField(max_length=64, blank=True, default="")  # of the file that was sent
    drawn_by = models.BigIntegerField()
    drawn_at = models.DateTimeField()
    released_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="batch_state", condition=Q(state__in=["drawn", "sent", "settled", "dropped"])),
            models.CheckConstraint(name="batch_sum", condition=Q(count__gt=0, total__gt=0)),
            models.CheckConstraint(
                name="batch_two_pairs_of_eyes", condition=Q(released_by=None) | ~Q(released_by=F("drawn_by"))
            ),
        ]

    @property
    def stream(self) -> str:
        """The name of the batch's chain of evidence."""
        return f"grants.batch:{self.pk}"


class PaymentOrder(models.Model):
    """One sum to one payee. Its number goes to the bank and comes back; by it nothing is paid twice."""

    class State(models.TextChoices):
        DRAWN = "drawn", "待送银行"
        SENT = "sent", "已送银行"
        PAID = "paid", "已到账"
        FAILED = "failed", "付款失败"
        RETURNED = "returned", "已退汇"
        DROPPED = "dropped", "已撤销"

    number = models.CharField(max_length=24, unique=True)
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="orders")
    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="orders")
    source = models.CharField(max_length=80)  # the reservation's, so that lists need no join
    payee = models.CharField(max_length=120)
    bank = models.CharField(max_length=120)
    account = SealedField()
    tail = models.CharField(max_length=4)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    purpose = models.CharField(max_length=120)
    state = models.CharField(max_length=8, default="drawn")
    receipt = models.CharField(max_length=60, blank=True, default="")  # the bank's own number
    why = models.CharField(max_length=200, blank=True, default="")  # the bank's reason where it failed
    at = models.DateTimeField()  # of the last change
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="order_state", condition=Q(state__in=["drawn", "sent", "paid", "failed", "returned", "dropped"])
            ),
            models.CheckConstraint(name="order_amount", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["reservation"], condition=Q(state__in=["drawn", "sent", "paid"]), name="order_one_alive"
            ),  # what is on its way or paid cannot be ordered again
            models.CheckConstraint(
                name="order_paid_has_receipt", condition=~Q(state="paid") | (~Q(receipt="") & Q(paid_at__isnull=False))
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "state"], name="order_batch"),
            models.Index(fields=["source"], name="order_source"),
        ]

    @property
    def state_label(self) -> str:
        """The state as people say it."""
        return str(self.State(self.state).label)


class BankReturn(models.Model):
    """A file that came back from the bank. The same content is taken once."""

    batch = models.ForeignKey(PaymentBatch, null=True, on_delete=models.PROTECT, related_name="returns")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    lines = models.JSONField()  # [order, state, receipt, why, day]: worked off stretch by stretch
    done = models.PositiveIntegerField(default=0)  # how many lines have been worked off
    odd = models.JSONField(default=list)  # [line, what is wrong with it]
    by = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    @property
    def left(self) -> int:
        """How many lines wait to be worked off, when an interruption left some."""
        return len(self.lines) - self.done
