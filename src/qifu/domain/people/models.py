"""Who works here and who comes to us: accounts, units, members and their roles, delegation, duty, tokens.

Telephone numbers are kept sealed: `phone_sealed` is opened only to send a message or by an unmasking with a
reason, `phone_lookup` is the keyed hash by which a number is found again. Roles are dated rows, not flags of
the account, so that the past can be told.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from qifu.domain.people.service_models import SpecialistProfile, StationCard, Training
from qifu.kernel.reading import forget

__all__ = [
    "Account", "AccountManager", "Delegation", "DutyShift", "Membership", "MembershipSet", "SpecialistProfile",
    "StationCard", "Token", "Training", "Unit",
]  # fmt: skip


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by user name, as the sign-in of the framework asks."""


class Account(AbstractBaseUser):
    """Somebody, or some machine, that may sign in or hold a token."""

    class Kind(models.TextChoices):
        STAFF = "staff", "工作人员"
        CONTACT = "contact", "企业用户"
        SERVICE = "service", "外部系统"

    kind = models.CharField(max_length=8)
    username = models.CharField(max_length=64, unique=True, null=True, blank=True)
    name = models.CharField(max_length=64)
    phone_sealed = models.TextField(blank=True, default="")
    phone_lookup = models.CharField(max_length=128, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=8, default="zh-hans")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)  # signed in with a temporary one
    session_round = models.PositiveIntegerField(default=0)  # raised to end every session at once
    created = models.DateTimeField()

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(name="account_kind", condition=Q(kind__in=["staff", "contact", "service"])),
            models.CheckConstraint(
                name="account_staff_has_username", condition=~Q(kind="staff") | Q(username__isnull=False)
            ),
            models.CheckConstraint(
                name="account_phone_both_or_none",
                condition=Q(phone_lookup__isnull=True, phone_sealed="")
                | (Q(phone_lookup__isnull=False) & ~Q(phone_sealed="")),
            ),
        ]
        indexes = [models.Index(fields=["kind", "name", "id"], name="account_kind_name")]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Bind each session to the password and to the round, so that raising the round ends them all."""
        proof = f"{self.password}:{self.session_round}"
        return salted_hmac("qifu.people.session", proof, secret=secret, algorithm="sha256").hexdigest()


def _mark() -> int:
    return secrets.randbits(40)


class Unit(models.Model):
    """A centre, department, street or station, in one small tree."""

    class Kind(models.TextChoices):
        CENTRE = "centre", "中心"
        DEPARTMENT = "department", "责任单位"
        STREET = "street", "街道"
        STATION = "station", "服务站"

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=30)
    kind = models.CharField(max_length=12)
    parent = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    hours = models.JSONField(null=True, blank=True)  # [["09:00", "12:00"], …]; null: the parent's
    phone = models.CharField(max_length=32, blank=True, default="")  # of the desk, public
    is_active = models.BooleanField(default=True)
    mark = models.BigIntegerField(default=_mark, editable=False)  # renewed by each write: tells caches to reload

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="unit_kind", condition=Q(kind__in=["centre", "department", "street", "station"])
            ),
            models.CheckConstraint(name="unit_not_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return self.short_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.mark = _mark()
        forget()
        fields: Iterable[str] | None = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "mark"}
        super().save(*args, **kwargs)


class MembershipSet(models.QuerySet["Membership"]):
    """Memberships, cut by time."""

    def at(self, now: datetime) -> MembershipSet:
        """Those in force at the moment, of people who may still sign in."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=now),
            since__lte=now,
            account__is_active=True,
            unit__is_active=True,
        )


class Membership(models.Model):
    """A role that somebody holds in a unit, from then until then."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "unit", "role"], condition=Q(until__isnull=True), name="membership_once"
            ),
            models.CheckConstraint(name="membership_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
        ]
        indexes = [models.Index(fields=["unit", "role", "since"], name="membership_unit_role")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} {self.unit_id}"


class Delegation(models.Model):
    """While somebody is away a deputy acts for them; evidence then names both."""

    giver = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="delegations_given")
    deputy = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="delegations_held")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="delegation_span", condition=Q(until__gt=F("since"))),
            models.CheckConstraint(name="delegation_not_to_oneself", condition=~Q(giver=F("deputy"))),
        ]
        indexes = [models.Index(fields=["deputy", "until"], name="delegation_deputy")]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.deputy_id}"


class DutyShift(models.Model):
    """Who is on duty in a unit, from then until then: the person a receipt names."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="shifts")
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="shifts")
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="duty_span", condition=Q(ends__gt=F("starts")))]
        indexes = [models.Index(fields=["unit", "starts"], name="duty_unit_starts")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.starts:%Y-%m-%d %H:%M}"


class Token(models.Model):
    """A bearer token of a person or an outside system. Only its digest is kept."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="tokens")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # empty: everything the account may do
    created = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label
