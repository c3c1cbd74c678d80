"""Who sees, writes, reads and publishes policies; and the doors: fetch and authorise in one function.

| what                                               | who                                                       |
|----------------------------------------------------|-----------------------------------------------------------|
| what is published                                  | everybody                                                 |
| drafts, cases, coverage, freshness, funnel         | all of the staff                                          |
| unclaimed, with the list of enterprises behind it  | all of the staff, within the enterprises that they see    |
| writing documents and drafts                       | policy editor, administrator                              |
| reading a draft for publication, publishing        | policy editor, supervisor of the centre, administrator; never the author |
| withdrawing                                        | the same                                                  |
| adopting the library, matching, pushing            | administrator, policy editor of the centre; the system    |
| reading in lists of claims, taking them back       | policy editor, administrator; of a department: its own lists |
| policies for an enterprise, its pushes and claims  | the contacts that speak for it                            |
"""

from __future__ import annotations

from typing import TypeVar

from qifu.domain.policies.models import ClaimList, Document, Item, Push, PushRun, Revision
from qifu.domain.registry import access as registry
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

T = TypeVar("T")
EDITORS = (Role.POLICY_EDITOR, Role.ADMINISTRATOR)
READERS = (Role.POLICY_EDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
_OVERSEERS = (Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
NO_ITEM = "没有这项政策，可能已经停止执行。请返回列表重新查找。"


def may_write(actor: Actor) -> bool:
    """Whether the actor writes documents and drafts."""
    return actor.is_staff and actor.has_role(*EDITORS)


def may_publish(actor: Actor) -> bool:
    """Whether the actor reads and puts out what somebody else wrote."""
    return any(p.role == Role.ADMINISTRATOR or (p.role in READERS and p.unit_kind == "centre") for p in actor.posts)


def may_operate(actor: Actor) -> bool:
    """Whether the actor sets off matching and pushing, and adopts the library."""
    own = any(p.role == Role.POLICY_EDITOR and p.unit_kind == "centre" for p in actor.posts)
    return actor.kind == "system" or own or actor.has_role(Role.ADMINISTRATOR)


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


def require_writer(actor: Actor) -> None:
    """:raises Forbidden: the actor does not write policies."""
    if not may_write(actor):
        raise Forbidden("您的角色不能编写政策，请联系政策编辑或管理员。")


def require_publisher(actor: Actor) -> None:
    """:raises Forbidden: the actor does not put out policies."""
    if not may_publish(actor):
        raise Forbidden("只有中心的政策编辑、督办员和管理员可以审读、发布和撤回政策。")


def require_operator(actor: Actor) -> None:
    """:raises Forbidden: the actor does not run matching."""
    if not may_operate(actor):
        raise Forbidden("只有中心的政策编辑和管理员可以匹配、推送和引入政策库。")


def require_clerk(actor: Actor) -> None:
    """:raises Forbidden: the actor does not read in lists of claims."""
    if not may_write(actor):
        raise Forbidden("您的角色不能导入申报兑现名单，请把名单交给政策编辑或管理员。")


def unit_of_lists(actor: Actor) -> int | None:
    """The department whose lists are all that the actor sees; None: everybody's."""
    if may_operate(actor):
        return None
    return next((p.unit for p in actor.posts if p.role == Role.POLICY_EDITOR), 0)


def claim_list(actor: Actor, number: int, *, lock: bool = False) -> ClaimList:
    """Fetch a list of claims for whoever reads such lists in; of a department, its own."""
    require_clerk(actor)
    rows = ClaimList.objects.select_for_update() if lock else ClaimList.objects.all()
    unit = unit_of_lists(actor)
    rows = rows if unit is None else rows.filter(unit=unit)
    return _found(rows.filter(pk=number).first(), "没有这份名单，请返回列表重新选择。")


def speaks_for(actor: Actor, enterprise: int) -> int:
    """:raises Missing: the actor does not speak for the enterprise, or there is none."""
    if not actor.is_contact or enterprise not in actor.enterprises:
        raise Missing("没有这家企业，或您无权查看。")
    return enterprise


def streets(actor: Actor) -> frozenset[int] | None:
    """The streets whose enterprises the actor sees; None: all."""
    if actor.kind == "system" or actor.has_role(*_OVERSEERS):
        return None
    if any(post.unit_kind in ("centre", "department") for post in actor.posts):
        return None
    return registry.streets_of(actor)


def account_of(actor: Actor) -> int:
    """:raises Forbidden: nobody is signed in."""
    if actor.account is None:
        raise Forbidden("请登录后再操作。")
    return actor.account


def document(actor: Actor, number: int, *, lock: bool = False) -> Document:
    """Fetch a document for the staff."""
    require_staff(actor)
    rows = Document.objects.select_for_update() if lock else Document.objects.all()
    return _found(rows.filter(pk=number).first(), "没有这份文件，请返回列表重新选择。")


def item(actor: Actor, code: str, *, lock: bool = False) -> Item:
    """Fetch an item for the staff."""
    require_staff(actor)
    rows = Item.objects.select_for_update() if lock else Item.objects.all()
    return _found(rows.filter(code=code).first(), NO_ITEM)


def revision(actor: Actor, code: str, number: int, *, lock: bool = False) -> Revision:
    """Fetch a revision for the staff."""
    require_staff(actor)
    rows = Revision.objects.select_related("item", "document")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    return _found(rows.filter(item__code=code, number=number).first(), "没有这一版，请返回这项政策重新选择。")


def push(actor: Actor, number: int) -> Push:
    """Fetch and lock a push to an enterprise of the actor's."""
    rows = Push.objects.select_for_update(of=("self",)).select_related("revision__item")
    row = rows.filter(pk=number, enterprise__in=actor.enterprises).first() if actor.is_contact else None
    return _found(row, "没有这条推送，请返回列表重新查找。")


def push_run(actor: Actor, number: int, *, lock: bool = False) -> PushRun:
    """Fetch a run of pushing for whoever runs pushing."""
    require_operator(actor)
    rows = PushRun.objects.select_for_update() if lock else PushRun.objects.all()
    return _found(rows.filter(pk=number).first(), "没有这次推送，请返回“推送与时效”重新选择。")


def _found(row: T | None, sentence: str) -> T:
    if row is None:
        raise Missing(sentence)
    return row
