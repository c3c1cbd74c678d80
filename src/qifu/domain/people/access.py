"""Who administers people and units, and the doors: fetch and authorise in one function each.

| what                                  | who                                                            |
|---------------------------------------|----------------------------------------------------------------|
| units, members, roles, passwords      | administrator                                                  |
| hours and duty of a unit              | administrator; supervisor of the unit or of one above it       |
| delegation, one's own phone, password | oneself; an administrator for somebody who is already away     |
| reading units and colleagues          | all staff                                                      |
| reading devices and records of others | administrator, auditor                                         |
"""

from __future__ import annotations

from qifu.domain.people.models import Account, Delegation, Token, Unit
from qifu.domain.people.tree import tree
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

UNDELEGABLE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
SCOPE = "people"


def may_administer(actor: Actor) -> bool:
    """Whether the actor may change units, members and roles. A deputy never may."""
    if actor.kind == "system":
        return True
    own = any(post.role is Role.ADMINISTRATOR and post.for_account is None for post in actor.posts)
    return own and actor.may_scope(SCOPE)


def may_read(actor: Actor) -> bool:
    """Whether the actor may look at units and colleagues."""
    return actor.kind == "system" or (actor.is_staff and actor.may_scope(SCOPE))


def may_inspect(actor: Actor, account: int) -> bool:
    """Whether the actor may see the devices and the past roles of the account."""
    return may_administer(actor) or actor.has_role(Role.AUDITOR) or actor.account == account


def may_roster(actor: Actor, unit: int) -> bool:
    """Whether the actor may set hours and duty of the unit."""
    supervised = actor.units(Role.SUPERVISOR)
    return may_administer(actor) or bool(supervised & {unit, *tree().ancestors(unit)})


def rosters_for(actor: Actor, unit: int) -> int | None:
    """The absent supervisor in whose place the actor sets hours and duty of the unit, if in anybody's."""
    places = {unit, *tree().ancestors(unit)}
    posts = [post for post in actor.posts if post.role is Role.SUPERVISOR and post.unit in places]
    if may_administer(actor) or not posts or any(post.for_account is None for post in posts):
        return None
    return posts[0].for_account


def require_administrator(actor: Actor) -> None:
    """:raises Forbidden: the actor is not an administrator."""
    if not may_administer(actor):
        raise Forbidden("只有管理员可以维护机构和人员，请联系本单位的系统管理员。")


def require_reader(actor: Actor) -> None:
    """:raises Forbidden: the actor is not of the staff."""
    if not may_read(actor):
        raise Forbidden("这里只对工作人员开放。")


def unit_to_administer(actor: Actor, unit: int) -> Unit:
    """Fetch and lock a unit for an administrator."""
    require_administrator(actor)
    return _locked_unit(unit)


def unit_to_roster(actor: Actor, unit: int) -> Unit:
    """Fetch and lock a unit whose hours or duty are to be set."""
    require_reader(actor)
    row = _locked_unit(unit)
    if not may_roster(actor, unit):
        raise Forbidden("只有管理员和本单位的督办员可以设置服务时间和值班。")
    return row


def account_to_administer(actor: Actor, account: int) -> Account:
    """Fetch and lock an account of the staff or of a system for an administrator."""
    require_administrator(actor)
    row = Account.objects.select_for_update().filter(pk=account).exclude(kind="contact").first()
    if row is None:
        raise Missing("没有这个人员，可能已被移除，请返回人员列表重新查找。")
    return row


def own_account(actor: Actor) -> Account:
    """Fetch and lock the actor's own account."""
    row = Account.objects.select_for_update().filter(pk=actor.account or 0, is_active=True).first()
    if row is None:
        raise Forbidden("请先登录。")
    return row


def delegation_to_end(actor: Actor, delegation: int) -> Delegation:
    """Fetch and lock a delegation that the actor gave, or any for an administrator."""
    rows = Delegation.objects.select_for_update().filter(pk=delegation)
    if not may_administer(actor):
        rows = rows.filter(giver=actor.account)
    row = rows.first()
    if row is None:
        raise Missing("没有这条代办授权，可能已被撤销。")
    return row


def token_to_revoke(actor: Actor, token: int) -> Token:
    """Fetch and lock a token of the actor, or any for an administrator."""
    rows = Token.objects.select_for_update().filter(pk=token)
    if not may_administer(actor):
        rows = rows.filter(account=actor.account)
    row = rows.first()
    if row is None:
        raise Missing("没有这个接口令牌。")
    return row


def _locked_unit(unit: int) -> Unit:
    row = Unit.objects.select_for_update().filter(pk=unit).first()
    if row is None:
        raise Missing("没有这个单位，可能已被撤并，请返回单位列表重新查找。")
    return row
