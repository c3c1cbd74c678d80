"""Who examines documents and who keeps the budget.

| what                                  | who                                                                      |
|---------------------------------------|--------------------------------------------------------------------------|
| examining a document                  | anyone signed in, each their own; finance and auditors of the centre all |
| looking at budget, ledger, execution  | finance, leader and auditor of the centre                                |
| writing them                          | finance of the centre                                                    |
| approving a budget or an adjustment   | finance or leader of the centre, never who drew it up                    |
| drawing up a disclosure               | finance of the centre                                                    |
| reviewing it                          | finance or auditor of the centre, never who drew it up                   |
| publishing it                         | leader of the centre, neither of the two                                 |
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from qifu.domain.disclosure.models import Account, Batch, BudgetVersion, Examination, Project, Voucher, VoucherImport
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

T = TypeVar("T")
NONE = "没有这份审核，可能已被删除。请返回列表重新选择。"
WIDE = (Role.FINANCE, Role.AUDITOR)
LOOKS = (Role.FINANCE, Role.LEADER, Role.AUDITOR)
WRITES = (Role.FINANCE,)
APPROVES = (Role.FINANCE, Role.LEADER)


def require_account(actor: Actor) -> int:
    """:raises Forbidden: nobody is signed in."""
    if actor.account is None or actor.kind not in ("staff", "contact"):
        raise Forbidden("请先登录，再审核文件。")
    return actor.account


def visible(actor: Actor) -> QuerySet[Examination]:
    """The examinations that the actor may look at."""
    account = require_account(actor)
    if _sees_all(actor):
        return Examination.objects.all()
    return Examination.objects.filter(owner=account)


def door(actor: Actor, examination: int, *, lock: bool = False, own: bool = False) -> Examination:
    """Fetch one, to look at or (`own`) to act on.

    :raises Missing: there is none for this actor.
    """
    rows = visible(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=examination).select_related("file").first()
    if found is None or (own and found.owner != actor.account):
        raise Missing(NONE)
    return found


def batch_door(actor: Actor, batch: int) -> Batch:
    """:raises Missing: there is none for this actor."""
    account = require_account(actor)
    rows = Batch.objects.all() if _sees_all(actor) else Batch.objects.filter(owner=account)
    found = rows.filter(pk=batch).first()
    if found is None:
        raise Missing("没有这批文件，可能已被删除。请返回列表重新选择。")
    return found


def _sees_all(actor: Actor) -> bool:
    return any(post.role in WIDE and post.unit_kind == "centre" for post in actor.posts)


def may_look(actor: Actor) -> bool:
    """Whether the actor may look at the budget and its execution."""
    return actor.kind == "system" or _at_centre(actor, LOOKS)


def may_write(actor: Actor) -> bool:
    """Whether the actor keeps the budget and the ledger."""
    return actor.kind == "system" or _at_centre(actor, WRITES)


def may_approve(actor: Actor, version: BudgetVersion) -> bool:
    """Whether the actor may approve this version: a second person."""
    return version.state == "draft" and _at_centre(actor, APPROVES) and actor.account != version.drawn_by


def may_review(actor: Actor, row: Account) -> bool:
    """Whether the actor may review the disclosure: not who drew it up."""
    return row.state == "drawn" and _at_centre(actor, (Role.FINANCE, Role.AUDITOR)) and actor.account != row.drawn_by


def may_publish(actor: Actor, row: Account) -> bool:
    """Whether the actor may sign for the publication: a leader who has signed nothing of it before."""
    signed = (row.drawn_by, row.reviewed_by)
    return row.state == "reviewed" and _at_centre(actor, (Role.LEADER,)) and actor.account not in signed


def require_look(actor: Actor) -> None:
    """:raises Forbidden: the budget is not for this person."""
    if not may_look(actor):
        raise Forbidden("预算与执行对中心的财务绩效人员、领导和审计员开放。需要查看请联系管理员。")


def require_write(actor: Actor) -> None:
    """:raises Forbidden: the actor does not keep the budget."""
    if not may_write(actor):
        raise Forbidden("只有中心的财务绩效人员可以登记预算和凭证。")


def project_door(actor: Actor, number: int) -> Project:
    """:raises Missing: there is none. :raises Forbidden: the budget is not for this person."""
    require_look(actor)
    return _found(Project.objects.filter(pk=number).first(), "没有这个项目，可能属于其他年度。请返回执行页面重新选择。")


def version_door(actor: Actor, number: int, *, lock: bool = False) -> BudgetVersion:
    """:raises Missing: there is none. :raises Forbidden: the budget is not for this person."""
    require_look(actor)
    rows = BudgetVersion.objects.select_for_update() if lock else BudgetVersion.objects.all()
    return _found(rows.filter(pk=number).first(), "没有这个预算版本，可能已被删除。请返回列表重新选择。")


def account_door(actor: Actor, number: int, *, lock: bool = False) -> Account:
    """:raises Missing: there is none. :raises Forbidden: the disclosure is not for this person before it is published."""
    require_look(actor)
    rows = Account.objects.select_for_update() if lock else Account.objects.all()
    return _found(rows.filter(pk=number).first(), "没有这份公开文本。请返回列表重新选择。")


def voucher_door(actor: Actor, number: int, *, lock: bool = False) -> Voucher:
    """:raises Missing: there is none. :raises Forbidden: the ledger is not for this person."""
    require_look(actor)
    rows = Voucher.objects.select_for_update() if lock else Voucher.objects.all()
    return _found(rows.filter(pk=number, is_posted=True).first(), "没有这张凭证。请返回列表重新选择。")


def import_door(actor: Actor, number: int, *, lock: bool = False) -> VoucherImport:
    """:raises Missing: there is none. :raises Forbidden: not of those who keep the ledger."""
    require_look(actor)
    rows = VoucherImport.objects.select_for_update() if lock else VoucherImport.objects.all()
    return _found(rows.filter(pk=number).first(), "没有这份导入文件。请返回列表重新选择。")


def _found(row: T | None, sentence: str) -> T:
    if row is None:
        raise Missing(sentence)
    return row


def _at_centre(actor: Actor, roles: tuple[Role, ...]) -> bool:
    return any(post.role in roles and post.unit_kind == "centre" for post in actor.posts)
