"""Reads for the staff's own screens: the directory of colleagues, one colleague, rota, delegations, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from qifu.domain.people.access import may_inspect, require_reader
from qifu.domain.people.models import Account, Delegation, DutyShift, Membership, Token
from qifu.domain.people.tree import UnitView, tree
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds or held."""

    id: int
    account: int
    name: str
    unit: UnitView
    role: Role
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A line of the directory."""

    id: int
    name: str
    username: str
    kind: str
    is_active: bool
    last_login: datetime | None
    roles: tuple[Held, ...]

    @property
    def place(self) -> str:
        """The first unit, by which people tell namesakes apart."""
        return self.roles[0].unit.short_name if self.roles else "无岗位"


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift of the rota."""

    id: int
    account: int
    name: str
    starts: datetime
    ends: datetime


def colleagues(
    *,
    actor: Actor,
    now: datetime,
    q: str = "",
    unit: int | None = None,
    role: str = "",
    state: str = "active",
    offset: int = 0,
    limit: int = 50,
) -> tuple[Sequence[Colleague], int]:
    """Search the staff and the outside systems by name or user name; returns a page and the count. Four queries."""
    require_reader(actor)
    rows = Account.objects.exclude(kind="contact")
    if q.strip():
        rows = rows.filter(Q(name__icontains=q.strip()) | Q(username__icontains=q.strip()))
    if state in ("active", "closed"):
        rows = rows.filter(is_active=state == "active")
    if unit is not None or role:
        held = Membership.objects.at(now)
        held = held.filter(unit__in=tree().subtree(unit)) if unit is not None else held
        rows = rows.filter(pk__in=(held.filter(role=role) if role else held).values("account"))
    page = list(rows.order_by("name", "pk")[offset : offset + limit])
    roles = _roles_of([row.pk for row in page], now)
    return [_colleague(row, roles.get(row.pk, [])) for row in page], rows.count()


def colleague(*, actor: Actor, now: datetime, account: int) -> Colleague:
    """:raises Missing: there is no such member of the staff."""
    require_reader(actor)
    row = Account.objects.filter(pk=account).exclude(kind="contact").first()
    if row is None:
        raise Missing("没有这个人员，可能已被移除，请返回人员列表重新查找。")
    return _colleague(row, _roles_of([row.pk], now).get(row.pk, []))


def history(*, actor: Actor, now: datetime, account: int) -> tuple[Held, ...]:
    """Past roles of a colleague, latest first; for administrators, auditors and the colleague."""
    if not may_inspect(actor, account):
        raise Forbidden("只有本人、管理员和审计员可以查看任职经历。")
    rows = Membership.objects.filter(account=account, until__lte=now).select_related("account")
    return _all_held(rows.order_by("-until", "-pk"))


def members_of(*, actor: Actor, now: datetime, unit: int) -> tuple[Held, ...]:
    """Who holds which role in the unit."""
    require_reader(actor)
    rows = Membership.objects.at(now).filter(unit=unit).select_related("account")
    return _all_held(rows.order_by("account__name", "account_id", "role"))


def counts(now: datetime) -> dict[int, int]:
    """How many people each unit has, in one query."""
    found: dict[int, set[int]] = {}
    for unit, account in Membership.objects.at(now).values_list("unit_id", "account_id"):
        found.setdefault(unit, set()).add(account)
    return {unit: len(people) for unit, people in found.items()}


def week(*, actor: Actor, unit: int, monday: date) -> list[tuple[date, tuple[Shift, ...]]]:
    """The rota of a week, day by day."""
    require_reader(actor)
    begin = datetime.combine(monday, time(), ZoneInfo(settings.TIME_ZONE))
    rows = DutyShift.objects.filter(unit=unit, starts__lt=begin + timedelta(days=7), ends__gt=begin)
    shifts = [
        Shift(row.pk, row.account_id, row.account.name, row.starts, row.ends)
        for row in rows.select_related("account").order_by("starts")
    ]
    days = []
    for number in range(7):
        start, end = begin + timedelta(days=number), begin + timedelta(days=number + 1)
        days.append((start.date(), tuple(s for s in shifts if s.starts < end and s.ends > start)))
    return days


def delegations(*, actor: Actor, now: datetime) -> tuple[Sequence[Delegation], Sequence[Delegation]]:
    """Those given by the actor, and those held, latest first; the last hundred of each."""
    require_reader(actor)
    rows = Delegation.objects.select_related("giver", "deputy").order_by("-since", "-pk")
    return list(rows.filter(giver=actor.account)[:100]), list(rows.filter(deputy=actor.account)[:100])


def tokens(*, actor: Actor, account: int) -> Sequence[Token]:
    """Tokens of an account, for itself, administrators and auditors."""
    if not may_inspect(actor, account):
        raise Forbidden("只有本人、管理员和审计员可以查看接口令牌。")
    return list(Token.objects.filter(account=account).order_by("revoked_at", "-created"))


def all_tokens(*, actor: Actor, account: int | None = None) -> Sequence[Token]:
    """Tokens of everybody, or of one account, for administrators and auditors; the newest first."""
    if not may_inspect(actor, account or 0):
        raise Forbidden("只有管理员和审计员可以查看接口令牌。")
    rows = Token.objects.select_related("account").order_by("-created", "-pk")
    return list(rows.filter(account=account) if account is not None else rows)


def _roles_of(accounts: list[int], now: datetime) -> dict[int, list[Held]]:
    rows = Membership.objects.at(now).filter(account__in=accounts).select_related("account")
    found: dict[int, list[Held]] = {}
    for held in _all_held(rows.order_by("since", "pk")):
        found.setdefault(held.account, []).append(held)
    return found


def _all_held(rows: Iterable[Membership]) -> tuple[Held, ...]:
    units = tree()
    return tuple(
        Held(row.pk, row.account_id, row.account.name, units.get(row.unit_id), Role(row.role), row.since, row.until)
        for row in rows
    )


def _colleague(row: Account, roles: list[Held]) -> Colleague:
    return Colleague(row.pk, row.name, row.username or "", row.kind, row.is_active, row.last_login, tuple(roles))
