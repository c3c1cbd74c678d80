"""Members of the staff: admitted, given roles, relieved of them, helped to a new password, let go."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from qifu.domain.people import phones
from qifu.domain.people.access import account_to_administer, require_administrator
from qifu.domain.people.models import Account, Membership, Unit
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence import actions as evidence

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


@dataclass(frozen=True, slots=True)
class Admitted:
    """A member and the password to be told to them once."""

    account: Account
    password: str


@transaction.atomic
def create_member(
    *,
    actor: Actor,
    now: datetime,
    username: str,
    name: str,
    phone: str = "",
    email: str = "",
    password: str | None = None,
) -> Admitted:
    """Admit a member of the staff with a temporary password, which is returned once and must be changed."""
    require_administrator(actor)
    username, name = username.strip().lower(), name.strip()
    _check_new(username, name)
    number = phones.normalise(phone) if phone.strip() else ""
    if number and Account.objects.filter(phone_lookup=phones.keep(number)["phone_lookup"]).exists():
        raise Invalid("这个手机号已属于另一个账号，请核对。", {"phone": "已被使用。"})
    account = Account(kind="staff", username=username, name=name, email=email.strip(), created=now)
    if number:
        account.phone_sealed, account.phone_lookup = phones.keep(number).values()
    clear = password or temporary_password()
    account.set_password(clear)
    account.must_change_password = password is None
    account.save(force_insert=True)
    facts = {"kind": "staff"}
    content = {"username": username, "name": name}
    evidence.record(
        actor=actor, now=now, verb="account.create", stream=f"account:{account.pk}", facts=facts, content=content
    )
    return Admitted(account, clear)


@transaction.atomic
def create_service(*, actor: Actor, now: datetime, name: str) -> Account:
    """Register an outside system, which comes with tokens and never signs in."""
    require_administrator(actor)
    name = name.strip()
    if not 2 <= len(name) <= 64:
        raise Invalid("请填写系统名称，2 到 64 个字。", {"name": "2 到 64 个字。"})
    account = Account(kind="service", name=name, created=now)
    account.set_unusable_password()
    account.save(force_insert=True)
    facts = {"kind": "service", "name": name}
    evidence.record(actor=actor, now=now, verb="account.create", stream=f"account:{account.pk}", facts=facts)
    return account


@transaction.atomic
def rename_member(*, actor: Actor, now: datetime, account: int, name: str, email: str | None = None) -> Account:
    """Correct a member's name or mail address."""
    row = account_to_administer(actor, account)
    name = name.strip()
    if not 2 <= len(name) <= 64:
        raise Invalid("请填写姓名，2 到 64 个字。", {"name": "2 到 64 个字。"})
    before = {"name": row.name, "email": row.email}
    row.name, row.email = name, row.email if email is None else email.strip()
    row.save(update_fields=["name", "email"])
    after = {"name": row.name, "email": row.email}
    evidence.record(actor=actor, now=now, verb="account.rename", stream=f"account:{row.pk}", before=before, after=after)
    return row


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    now: datetime,
    account: int,
    unit: int,
    role: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Membership:
    """Give a member a role in a unit, from now or a later day on.

    :raises Conflict: the member holds this role there already.
    """
    row = account_to_administer(actor, account)
    place = Unit.objects.filter(pk=unit, is_active=True).first()
    if place is None:
        raise Missing("没有这个单位，或者已经停用，请重新选择。")
    if role not in set(Role):
        raise Invalid("请选择岗位角色。", {"role": "请选择。"})
    if not row.is_active or row.kind != "staff":
        raise Conflict(f"{row.name}不是在用的工作人员账号，不能授予岗位。", state="inactive")
    begins = since or now
    if until is not None and until <= begins:
        raise Invalid("结束时间要晚于开始时间。", {"until": "请改晚一些。"})
    held = Membership.objects.filter(account=row, unit=place, role=role).exclude(until__lte=begins)
    if held.exists():
        raise Conflict(f"{row.name}在{place.name}已经是{Role(role).label}。", state="held")
    made = Membership.objects.create(account=row, unit=place, role=role, since=begins, until=until)
    facts = {"unit": unit, "role": str(role), "since": begins.isoformat(), "until": until and until.isoformat()}
    evidence.record(actor=actor, now=now, verb="role.grant", stream=f"account:{row.pk}", facts=facts)
    return made


@transaction.atomic
def end_role(*, actor: Actor, now: datetime, membership: int) -> Membership:
    """Relieve a member of a role from now on.

    :raises Conflict: it has ended already, or it is the last administrator's.
    """
    require_administrator(actor)
    row = Membership.objects.select_for_update().select_related("account").filter(pk=membership).first()
    if row is None:
        raise Missing("没有这个岗位记录。")
    if row.until is not None and row.until <= now:
        raise Conflict("这个岗位已经结束。", state="ended")
    if row.role == Role.ADMINISTRATOR:
        _keep_one_administrator(now, losing=row.account_id)
    row.until = max(now, row.since)
    row.save(update_fields=["until"])
    facts = {"unit": row.unit_id, "role": row.role}
    evidence.record(actor=actor, now=now, verb="role.end", stream=f"account:{row.account_id}", facts=facts)
    return row


@transaction.atomic
def reset_password(*, actor: Actor, now: datetime, account: int) -> str:
    """Give a member a new temporary password, returned once; every session of theirs ends."""
    row = account_to_administer(actor, account)
    if row.kind != "staff" or not row.is_active:
        raise Conflict(f"{row.name}不是在用的工作人员账号，不能重置密码。", state="inactive")
    clear = _renew_password(row)
    evidence.record(actor=actor, now=now, verb="account.reset_password", stream=f"account:{row.pk}")
    return clear


@transaction.atomic
def deactivate(*, actor: Actor, now: datetime, account: int) -> Account:
    """Let a member go: sessions and tokens end at once, roles end today, the name stays in the records."""
    row = account_to_administer(actor, account)
    if row.pk == actor.account:
        raise Conflict("不能停用自己的账号，请由另一位管理员操作。", state="active")
    if not row.is_active:
        raise Conflict(f"{row.name}的账号已经停用。", state="inactive")
    _keep_one_administrator(now, losing=row.pk)
    row.is_active = False
    row.set_unusable_password()
    row.session_round += 1
    row.save(update_fields=["is_active", "password", "session_round"])
    ended = _end_all_roles(row, now)
    row.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    facts = {"roles_ended": ended}
    evidence.record(actor=actor, now=now, verb="account.deactivate", stream=f"account:{row.pk}", facts=facts)
    return row


@transaction.atomic
def reactivate(*, actor: Actor, now: datetime, account: int) -> str:
    """Take a member back, with a temporary password and without roles; empty for an outside system."""
    row = account_to_administer(actor, account)
    if row.is_active:
        raise Conflict(f"{row.name}的账号正在使用，无需恢复。", state="active")
    row.is_active = True
    row.save(update_fields=["is_active"])
    clear = _renew_password(row) if row.kind == "staff" else ""
    evidence.record(actor=actor, now=now, verb="account.reactivate", stream=f"account:{row.pk}")
    return clear


def temporary_password() -> str:
    """Return a random password of twelve plain characters, in groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def _renew_password(row: Account) -> str:
    clear = temporary_password()
    row.set_password(clear)
    row.must_change_password = True
    row.session_round += 1
    row.save(update_fields=["password", "must_change_password", "session_round"])
    return clear


def _end_all_roles(row: Account, now: datetime) -> int:
    """End what is in force; a role that was only to begin later never does."""
    ended = row.memberships.filter(until__isnull=True, since__lte=now).update(until=now)
    ended += row.memberships.filter(until__gt=now, since__lte=now).update(until=now)
    row.memberships.filter(since__gt=now).delete()
    return ended


def _keep_one_administrator(now: datetime, *, losing: int) -> None:
    """:raises Conflict: nobody but this account administers."""
    rows = Membership.objects.select_for_update(of=("self",)).at(now).filter(role=Role.ADMINISTRATOR)
    holders = set(rows.values_list("account_id", flat=True))
    if holders == {losing}:
        raise Conflict("这是最后一位管理员，请先授予另一个人管理员岗位。", state="last")


def _check_new(username: str, name: str) -> None:
    fields = {}
    if not _USERNAME.fullmatch(username):
        fields["username"] = "请用 2 到 64 位小写字母、数字、点、横线或下划线。"
    elif Account.objects.filter(username=username).exists():
        fields["username"] = "已被使用，请换一个。"
    if not 2 <= len(name) <= 64:
        fields["name"] = "请填 2 到 64 个字。"
    if fields:
        raise Invalid("人员信息有误，请改正标出的各项。", fields)
