"""Who acts: one frozen value, built once per request at the entry and handed to every action and query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a member does in a unit. Values are kept; labels are shown."""

    DISPATCHER = "dispatcher"  # 调度: accepts and transfers at the centre
    SUPERVISOR = "supervisor"  # 督办: decides disputes and extensions, orders supervision
    HANDLER = "handler"  # 承办: signs for and answers a unit's cases
    SPECIALIST = "specialist"  # 服务专员: in the field
    BUILDING_MANAGER = "building_manager"  # 楼宇运营方
    POLICY_EDITOR = "policy_editor"  # 政策编辑
    REVIEWER = "reviewer"  # 会审
    FINANCE = "finance"  # 财务绩效
    LEADER = "leader"  # 领导: looks
    ADMINISTRATOR = "administrator"  # 管理员
    AUDITOR = "auditor"  # 审计: reads everything, writes nothing

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Role.DISPATCHER: "调度员",
    Role.SUPERVISOR: "督办员",
    Role.HANDLER: "承办人",
    Role.SPECIALIST: "服务专员",
    Role.BUILDING_MANAGER: "楼宇运营方",
    Role.POLICY_EDITOR: "政策编辑",
    Role.REVIEWER: "会审人",
    Role.FINANCE: "财务绩效",
    Role.LEADER: "领导",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
}


@dataclass(frozen=True, slots=True)
class Post:
    """A role held in a unit, in one's own name or for a colleague who is away."""

    unit: int
    role: Role
    unit_kind: str = ""  # centre, department, street, station
    for_account: int | None = None  # the colleague whose duty this is, when delegated


@dataclass(frozen=True, slots=True)
class Agency:
    """The right to speak for an enterprise: owner or agent, proved by certification."""

    enterprise: int
    role: str  # owner, agent


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a machine that acts. `account` is None for visitors and for the system itself."""

    account: int | None
    kind: str  # staff, contact, service, system, visitor
    name: str
    posts: tuple[Post, ...] = ()
    agencies: tuple[Agency, ...] = ()
    scopes: frozenset[str] = field(default_factory=frozenset)  # of an API token; empty: everything the person may

    @property
    def mark(self) -> str:
        """The actor as evidence names it: stable, without a name."""
        return f"{self.kind}:{self.account}" if self.account is not None else self.kind

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    @property
    def is_contact(self) -> bool:
        return self.kind == "contact"

    def has_role(self, *roles: Role) -> bool:
        return any(post.role in roles for post in self.posts)

    def units(self, *roles: Role) -> frozenset[int]:
        """The units in which one of the roles (any, when none is named) is held."""
        return frozenset(post.unit for post in self.posts if not roles or post.role in roles)

    def for_whom(self, unit: int | None, roles: Iterable[Role]) -> int | None:
        """The absent colleague whose duty is being done in this unit, if the right comes only from delegation."""
        fitting = [p for p in self.posts if p.role in set(roles) and (unit is None or p.unit == unit)]
        if not fitting or any(p.for_account is None for p in fitting):
            return None
        return fitting[0].for_account

    @property
    def enterprises(self) -> frozenset[int]:
        return frozenset(agency.enterprise for agency in self.agencies)

    def may_scope(self, scope: str) -> bool:
        """Whether an API token carries the scope; people in a browser carry all."""
        return not self.scopes or scope in self.scopes


SYSTEM = Actor(account=None, kind="system", name="系统")
VISITOR = Actor(account=None, kind="visitor", name="访客")
