"""Who sees and does what with subsidised interest, and the doors: fetch and authorise in one function."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from qifu.domain.grants import access as grants
from qifu.domain.grants.models import Bank, Loan, LoanList, Programme, Settlement
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

APART = "您提交过清单或做过测算，不能再核定（《行政事业单位内部控制规范（试行）》第十二条：不相容岗位相互分离）。请由另一位督办员核定。"


def sees_any(actor: Actor) -> bool:
    """Whether the actor has anything to look at here."""
    return actor.kind == "system" or grants.sees_money(actor) or bool(_units(actor))


def _units(actor: Actor) -> frozenset[int]:
    return grants.led(actor) | actor.units(Role.LEADER) if actor.is_staff else frozenset()


def visible(actor: Actor) -> QuerySet[Programme]:
    """The programmes that the actor may see."""
    require_any(actor)
    rows = Programme.objects.all()
    return rows if actor.kind == "system" or grants.sees_money(actor) else rows.filter(unit__in=_units(actor))


def require_any(actor: Actor) -> None:
    """:raises Forbidden: the actor has nothing to do with it."""
    if not sees_any(actor):
        raise Forbidden("只有贴息项目的主管部门、财务、督办、领导和审计人员可以查看贷款贴息。")


def programme(actor: Actor, number: int, *, lock: bool = False) -> Programme:
    """:raises Missing: there is none for this actor."""
    seen = visible(actor).filter(pk=number)
    rows = seen.select_for_update(of=("self",)) if lock else seen
    row = rows.select_related("line", "unit").first()
    if row is None:
        raise Missing("没有这个贴息项目，请返回列表重新选择。")
    return row


def is_keeper(actor: Actor, row: Programme) -> bool:
    """Whether the actor hands lists in and works settlements out."""
    return actor.kind == "system" or (actor.is_staff and row.unit_id in grants.led(actor))


def is_decider(actor: Actor) -> bool:
    """Whether the actor decides settlements."""
    return actor.is_staff and any(p.role is Role.SUPERVISOR and p.unit_kind == "centre" for p in actor.posts)


def require_keeper(actor: Actor, row: Programme) -> None:
    """:raises Forbidden: not of the unit that answers for it."""
    if not is_keeper(actor, row):
        raise Forbidden("只有贴息项目主管单位的承办人可以提交清单和测算。")


def loan_list(actor: Actor, number: int, *, lock: bool = False) -> LoanList:
    """:raises Missing: there is none for this actor."""
    rows = LoanList.objects.select_for_update(of=("self",)) if lock else LoanList.objects.all()
    row = rows.select_related("programme", "bank").filter(pk=number, programme__in=visible(actor)).first()
    if row is None:
        raise Missing("没有这份贷款清单，请返回列表重新选择。")
    return row


def settlement(actor: Actor, number: int, *, lock: bool = False) -> Settlement:
    """:raises Missing: there is none for this actor."""
    rows = Settlement.objects.select_for_update(of=("self",)) if lock else Settlement.objects.all()
    row = rows.select_related("programme__line").filter(pk=number, programme__in=visible(actor)).first()
    if row is None:
        raise Missing("没有这次结算，请返回列表重新选择。")
    return row


def loan(actor: Actor, number: int, *, lock: bool = False) -> Loan:
    """:raises Missing: there is none for this actor."""
    rows = Loan.objects.select_for_update(of=("self",)) if lock else Loan.objects.all()
    held = Q(pk=number, list__programme__in=visible(actor))
    row = rows.select_related("list__programme", "bank", "settlement").filter(held).first()
    if row is None:
        raise Missing("没有这笔贷款，请返回清单重新选择。")
    return row


def bank(number: int) -> Bank:
    """:raises Missing: there is none."""
    row = Bank.objects.filter(pk=number).first()
    if row is None:
        raise Missing("没有这家银行，请返回列表重新选择。")
    return row


def require_decider(actor: Actor, row: Settlement) -> None:
    """:raises Forbidden: not a supervisor of the centre, or one who had a hand in it."""
    if not is_decider(actor):
        raise Forbidden("只有中心的督办员可以核定结算。")
    if actor.account in judges(row) - {row.decided_by}:
        raise Forbidden(APART)


def judges(row: Settlement) -> set[int]:
    """The accounts that handed its lists in, worked it out and decided it."""
    handed = LoanList.objects.filter(loans__settlement=row).values_list("handed_by", flat=True)
    return {one for one in (*handed, row.worked_by, row.decided_by) if one is not None}
