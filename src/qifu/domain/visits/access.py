"""Who sees and makes visits, and the doors: fetch and authorise in one function.

| what                             | who                                                                 |
|----------------------------------|---------------------------------------------------------------------|
| the calendar: which office when  | all officials, of enterprises that they see                         |
| a visit with what was said       | centre; the unit that calls and those above it; the street; the specialist |
| planning, moving, cancelling     | dispatcher, supervisor of the centre; handler, supervisor of the unit;    |
|                                  | one's own: the specialist                                           |
| reporting                        | the specialist whose visit it is, or was before it was handed on    |
| monthly plans, binding           | dispatcher, supervisor of the centre: all; handler of a street: the own   |
| nothing                          | whoever runs buildings and nothing else                             |
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from qifu.domain.estate.access import runs_only
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.registry.access import streets_of
from qifu.domain.visits.models import Plan, Visit
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

CLERKS = (Role.DISPATCHER, Role.SUPERVISOR)
KEEPERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER)
OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
NO_VISIT = "没有这次走访，或您无权查看。请从列表进入。"


def is_official(actor: Actor) -> bool:
    """Whether the actor works in an office, and not only in a building."""
    return actor.is_staff and bool(actor.posts) and not runs_only(actor)


def require_official(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if actor.kind != "system" and not is_official(actor):
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


def is_clerk(actor: Actor) -> bool:
    """Whether the actor arranges the visits of the whole district."""
    return actor.kind == "system" or any(p.role in CLERKS and p.unit_kind == "centre" for p in actor.posts)


def sees_all(actor: Actor) -> bool:
    """Whether every visit is the actor's business."""
    return actor.kind == "system" or any(p.role in OVERSEERS and p.unit_kind == "centre" for p in actor.posts)


def units_of(actor: Actor, *roles: Role) -> frozenset[int]:
    """The units of the actor and all below them."""
    tree = people.unit_tree()
    return frozenset(unit for own in actor.units(*roles) if own in tree.units for unit in people.subtree(own))


def visible(actor: Actor) -> QuerySet[Visit]:
    """The visits whose contents the actor may read."""
    rows = Visit.objects.all()
    if sees_all(actor):
        return rows
    if not is_official(actor):
        return rows.none()
    own = Q(account=actor.account) | Q(handed_from=actor.account)
    return rows.filter(own | Q(unit__in=units_of(actor)) | Q(street__in=streets_of(actor)))


def calendar(actor: Actor) -> QuerySet[Visit]:
    """The visits of which the actor may know that they take place: where the enterprise is the actor's to see."""
    require_official(actor)
    rows = Visit.objects.all()
    if sees_all(actor) or any(post.unit_kind in ("centre", "department") for post in actor.posts):
        return rows
    return rows.filter(Q(street__in=streets_of(actor)) | Q(unit__in=units_of(actor)) | Q(account=actor.account))


def relations(actor: Actor, visit: Visit) -> frozenset[str]:
    """What the actor is to the visit; steps name these."""
    if actor.kind == "system":
        return frozenset({"system"})
    found = set()
    accounts = {actor.account, *(post.for_account for post in actor.posts)} - {None}
    if accounts & {visit.account_id, visit.handed_from_id}:
        found.add("own")
    if is_clerk(actor):
        found.add("centre")
    if visit.unit_id in units_of(actor, Role.HANDLER, Role.SUPERVISOR):
        found.add("office")
    return frozenset(found)


def visit_to_see(actor: Actor, number: str) -> Visit:
    """:raises Missing: there is none, or not for this actor; both answer alike. :raises Forbidden: not of the staff."""
    require_official(actor)
    row = visible(actor).filter(number=number).first()
    if row is None:
        raise Missing(NO_VISIT)
    return row


def require_arranger(actor: Actor) -> None:
    """:raises Forbidden: the actor only looks, or is not of the staff."""
    require_official(actor)
    if actor.kind != "system" and not actor.has_role(*KEEPERS, Role.SPECIALIST):
        raise Forbidden("您的岗位只能查看，不能安排走访。")


def require_planner(actor: Actor, unit: int) -> None:
    """:raises Forbidden: the actor does not arrange visits of the unit."""
    if not (is_clerk(actor) or unit in units_of(actor, Role.HANDLER, Role.SUPERVISOR)):
        raise Forbidden("只有中心的调度员、督办员和本单位的承办人可以安排走访。")


def keeps_street(actor: Actor, street: int | None) -> bool:
    """Whether the actor plans and binds for the street; None: for the district."""
    if is_clerk(actor):
        return True
    return street is not None and street in actor.units(Role.HANDLER, Role.SUPERVISOR)


def kept_streets(actor: Actor) -> frozenset[int]:
    """The streets for which the actor plans and binds."""
    if is_clerk(actor):
        return frozenset(unit.id for unit in people.units("street"))
    own = actor.units(Role.HANDLER, Role.SUPERVISOR)
    return frozenset(unit.id for unit in people.units("street") if unit.id in own)


def require_keeping(actor: Actor) -> None:
    """:raises Forbidden: the actor plans and binds for no street."""
    if not kept_streets(actor) and not is_clerk(actor):
        raise Forbidden("只有中心的调度员、督办员和街道的承办人可以办理。")


def require_street(actor: Actor, street: int | None) -> None:
    """:raises Forbidden: the actor neither plans nor binds here."""
    if not keeps_street(actor, street):
        raise Forbidden("只有中心的调度员、督办员和本街道的承办人可以办理。")


def plan_to_see(actor: Actor, number: int, *, lock: bool = False) -> Plan:
    """:raises Missing: there is none, or another street's; both answer alike."""
    require_official(actor)
    rows = Plan.objects.select_for_update(of=("self",)) if lock else Plan.objects.all()
    row = rows.filter(pk=number).first()
    if row is None or not (sees_all(actor) or keeps_street(actor, row.street_id)):
        raise Missing("没有这份计划，或您无权查看。")
    return row


def enterprise_to_see(actor: Actor, enterprise: int) -> None:
    """:raises Missing: not for this actor."""
    if not registry.visible_ids(actor).filter(pk=enterprise).exists():
        raise Missing("没有这家企业，或您无权查看。")
