"""Who reads, writes and puts out knowledge. Nobody reads their own version for the public.

| what                                   | who                                                                 |
|----------------------------------------|---------------------------------------------------------------------|
| reading drafts, usage figures          | all of the staff                                                    |
| writing and changing                   | dispatcher, supervisor, handler, policy editor, administrator       |
| putting out and retiring               | dispatcher, supervisor, policy editor of the centre; administrator  |
| reading what is out, saying if it helps | everybody                                                           |
"""

from __future__ import annotations

from qifu.domain.publishing.models import Article
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

WRITERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER, Role.POLICY_EDITOR, Role.ADMINISTRATOR)
READERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.POLICY_EDITOR)
NO_ARTICLE = "没有这条知识，可能已被停用。请返回列表重新选择。"


def may_write(actor: Actor) -> bool:
    return actor.is_staff and actor.has_role(*WRITERS)


def may_publish(actor: Actor) -> bool:
    """Whether the actor may put out what somebody else wrote."""
    return any(p.role == Role.ADMINISTRATOR or (p.role in READERS and p.unit_kind == "centre") for p in actor.posts)


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放。")


def require_writer(actor: Actor) -> None:
    """:raises Forbidden: the actor does not write knowledge."""
    if not may_write(actor):
        raise Forbidden("您的角色不能编写知识，可以请调度员、督办员、承办人或政策编辑来写。")


def door(actor: Actor, article: int, *, lock: bool = False) -> Article:
    """Fetch an article: of the staff any, everybody else one that is out.

    :raises Missing: there is none for this actor.
    """
    rows = Article.objects.select_for_update() if lock else Article.objects.all()
    found = rows.filter(pk=article).first()
    if found is None or not (actor.is_staff or found.state == "published"):
        raise Missing(NO_ARTICLE)
    return found
