"""Who looks at goals and self-evaluations, who writes, approves and reviews them.

| what                                     | who                                                       |
|------------------------------------------|-----------------------------------------------------------|
| looking                                  | finance, leader, supervisor and auditor of the centre     |
| drawing up a plan, filling an evaluation | finance of the centre                                     |
| approving, reviewing                     | finance or leader of the centre, never who drew it up     |
"""

from __future__ import annotations

from qifu.domain.performance.models import Evaluation, Plan
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

LOOKS = (Role.FINANCE, Role.LEADER, Role.SUPERVISOR, Role.AUDITOR)
WRITES = (Role.FINANCE,)
APPROVES = (Role.FINANCE, Role.LEADER)
NONE = "没有这份绩效目标，可能已被删除。请返回列表重新选择。"


def may_look(actor: Actor) -> bool:
    """Whether the actor may look at goals and self-evaluations."""
    return actor.kind == "system" or _at_centre(actor, LOOKS)


def may_write(actor: Actor) -> bool:
    """Whether the actor draws up goals and fills self-evaluations."""
    return actor.kind == "system" or _at_centre(actor, WRITES)


def may_approve(actor: Actor, plan: Plan) -> bool:
    """Whether the actor may approve the plan: a second person."""
    return plan.state == "draft" and _at_centre(actor, APPROVES) and actor.account != plan.drawn_by


def may_review(actor: Actor, evaluation: Evaluation) -> bool:
    """Whether the actor may review the self-evaluation: a second person."""
    return evaluation.state == "handed_in" and _at_centre(actor, APPROVES) and actor.account != evaluation.handed_by


def require_look(actor: Actor) -> None:
    """:raises Forbidden: goals are not for this person."""
    if not may_look(actor):
        raise Forbidden("绩效目标和自评对中心的财务绩效人员、督办员、领导和审计员开放。需要查看请联系管理员。")


def require_write(actor: Actor) -> None:
    """:raises Forbidden: the actor does not keep goals."""
    if not may_write(actor):
        raise Forbidden("只有中心的财务绩效人员可以编制绩效目标和自评。")


def require_second(actor: Actor) -> None:
    """:raises Forbidden: the actor neither approves nor reviews."""
    if not _at_centre(actor, APPROVES):
        raise Forbidden("绩效目标的批准和自评的复核由中心的财务绩效人员或领导进行。")


def plan_door(actor: Actor, number: int, *, lock: bool = False) -> Plan:
    """:raises Missing: there is none. :raises Forbidden: goals are not for this person."""
    require_look(actor)
    rows = Plan.objects.select_for_update() if lock else Plan.objects.all()
    row = rows.filter(pk=number).first()
    if row is None:
        raise Missing(NONE)
    return row


def evaluation_door(actor: Actor, number: int, *, lock: bool = False) -> Evaluation:
    """Fetch the self-evaluation of a plan.

    :raises Missing: there is none. :raises Forbidden: goals are not for this person.
    """
    require_look(actor)
    rows = Evaluation.objects.select_for_update() if lock else Evaluation.objects.all()
    row = rows.filter(plan=number).first()
    if row is None:
        raise Missing("这份绩效目标还没有开始自评。")
    return row


def _at_centre(actor: Actor, roles: tuple[Role, ...]) -> bool:
    return any(post.role in roles and post.unit_kind == "centre" for post in actor.posts)
