"""Who looks at measures and who freezes them: those of the centre who answer for its figures."""

from __future__ import annotations

from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden

READS = (Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR)
FREEZES = (Role.FINANCE,)


def may_read(actor: Actor) -> bool:
    """Whether the actor may look at all measures and the rows behind them."""
    return any(post.role in READS and post.unit_kind == "centre" for post in actor.posts)


def may_freeze(actor: Actor) -> bool:
    """Whether the actor may keep a figure as it stands."""
    return any(post.role in FREEZES and post.unit_kind == "centre" for post in actor.posts)


def require_reader(actor: Actor) -> None:
    """:raises Forbidden: the actor may not look at measures."""
    if not may_read(actor):
        raise Forbidden("指标口径对中心的调度、督办、财务绩效、领导和审计开放。需要查看请联系管理员。")


def require_freezer(actor: Actor) -> None:
    """:raises Forbidden: the actor may not freeze a figure."""
    if not may_freeze(actor):
        raise Forbidden("只有中心的财务绩效人员可以冻结指标。需要留存请联系财务绩效人员。")
