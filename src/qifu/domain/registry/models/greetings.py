"""New enterprises and whether they were greeted: one row for each, ever, known by its code or name across lists undone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from qifu.domain.registry.models.enterprises import Enterprise
from qifu.domain.registry.models.sources import Plain


class Greeting(models.Model):
    """A new enterprise that is to be greeted, was, or could not be, and why."""

    class State(models.TextChoices):
        WAITING = "waiting", "待问候"
        GREETED = "greeted", "已问候"
        MISSED = "missed", "未能问候"

    class Why(models.TextChoices):
        NO_DATE = "no_date", "成立日期不详，不知道是否新设"
        NO_CONTACT = "no_contact", "没有企业账号，也没有可发短信的手机号"
        NO_CONSENT = "no_consent", "名单来源未允许用其电话发送通知"
        DECLINED = "declined", "企业联系人关闭了通知"
        CLOSED = "closed", "已吊销或注销"
        MERGED = "merged", "已并入另一家企业"
        REMOVED = "removed", "录入它的名单已撤销"
        OLD = "old", "查明成立已久，不是新设企业"

    identity = models.CharField(max_length=140, unique=True)  # code:… or name:…, by which it is greeted once ever
    enterprise = models.OneToOneField(
        Enterprise, null=True, blank=True, on_delete=models.SET_NULL, related_name="greeting"
    )
    name = models.CharField(max_length=120)
    from_load = models.BooleanField()  # otherwise it entered itself by certification
    made_at = models.DateTimeField()
    promised_at = models.DateTimeField()  # an hour after, outside the quiet hours
    state = models.CharField(max_length=7, default="waiting")
    why = models.CharField(max_length=10, blank=True, default="")
    channels = models.JSONField(default=list)
    told = models.JSONField(default=dict, encoder=Plain)  # handbook, specialist, items: [code, title], count
    next_at = models.DateTimeField(null=True, blank=True)  # when it is looked at again
    told_at = models.DateTimeField(null=True, blank=True)  # when the message leaves
    closed_at = models.DateTimeField(null=True, blank=True)  # the enterprise has put the greeting away

    class Meta:
        constraints = [
            models.CheckConstraint(name="greeting_state", condition=Q(state__in=["waiting", "greeted", "missed"])),
            models.CheckConstraint(
                name="greeting_told", condition=Q(state="greeted", told_at__isnull=False) | ~Q(state="greeted")
            ),
            models.CheckConstraint(name="greeting_why", condition=~Q(state="missed") | ~Q(why="")),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="greeting_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["state", "id"], name="greeting_state_id"),
            models.Index(fields=["made_at"], name="greeting_made"),
        ]

    def __str__(self) -> str:
        return self.identity
