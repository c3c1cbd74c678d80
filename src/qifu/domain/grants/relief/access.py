"""Who sees and does what with relief, and the doors."""

from __future__ import annotations

from django.db.models import QuerySet

from qifu.domain.grants import access as grants
from qifu.domain.grants.loans.access import is_decider
from qifu.domain.grants.models import ReliefList, ReliefPerson, ReliefScheme
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

APART = "您提交过这份名单，不能再核定（《行政事业单位内部控制规范（试行）》第十二条：不相容岗位相互分离）。请由另一位督办员核定。"


def visible(actor: Actor) -> QuerySet[ReliefScheme]:
    """The schemes that the actor may see.

    :raises Forbidden: nothing to do with relief.
    """
    units = grants.led(actor) | actor.units(Role.LEADER) if actor.is_staff else frozenset()
    if actor.kind == "system" or grants.sees_money(actor):
        return ReliefScheme.objects.all()
    if not units:
        raise Forbidden("只有慰问救助项目的主管部门、财务、督办、领导和审计人员可以查看名单。")
    return ReliefScheme.objects.filter(unit__in=units)


def scheme(actor: Actor, number: int) -> ReliefScheme:
    """:raises Missing: there is none for this actor."""
    row = visible(actor).select_related("line", "unit").filter(pk=number).first()
    if row is None:
        raise Missing("没有这个慰问救助项目，请返回列表重新选择。")
    return row


def relief_list(actor: Actor, number: int, *, lock: bool = False) -> ReliefList:
    """:raises Missing: there is none for this actor."""
    rows = ReliefList.objects.select_for_update(of=("self",)) if lock else ReliefList.objects.all()
    row = rows.select_related("scheme__line").filter(pk=number, scheme__in=visible(actor)).first()
    if row is None:
        raise Missing("没有这份名单，请返回列表重新选择。")
    return row


def person(actor: Actor, number: int) -> ReliefPerson:
    """:raises Missing: there is none for this actor."""
    row = ReliefPerson.objects.select_related("list__scheme").filter(pk=number, scheme__in=visible(actor)).first()
    if row is None:
        raise Missing("名单里没有这个人，请返回名单重新选择。")
    return row


def is_keeper(actor: Actor, row: ReliefScheme) -> bool:
    """Whether the actor hands lists in."""
    return actor.kind == "system" or (actor.is_staff and row.unit_id in grants.led(actor))


def require_keeper(actor: Actor, row: ReliefScheme) -> None:
    """:raises Forbidden: not of the unit that answers for it."""
    if not is_keeper(actor, row):
        raise Forbidden("只有这个项目主管单位的承办人可以提交名单。")


def require_decider(actor: Actor, row: ReliefList) -> None:
    """:raises Forbidden: not a supervisor of the centre, or the one who handed it in."""
    if not is_decider(actor):
        raise Forbidden("只有中心的督办员可以核定名单。")
    if row.handed_by == actor.account:
        raise Forbidden(APART)


def require_clear(actor: Actor, row: ReliefList) -> None:
    """:raises Forbidden: neither hands lists in nor decides them."""
    if not (is_keeper(actor, row.scheme) or is_decider(actor)):
        raise Forbidden("只有提交名单和核定名单的人可以查看完整的身份信息。")
