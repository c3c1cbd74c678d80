"""Who examines documents: anyone signed in, each their own; finance and auditors of the centre see those of all the staff."""

from __future__ import annotations

from django.db.models import QuerySet

from qifu.domain.disclosure.models import Batch, Examination
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

NONE = "没有这份审核，可能已被删除。请返回列表重新选择。"
WIDE = (Role.FINANCE, Role.AUDITOR)


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
