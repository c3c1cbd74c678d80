"""Who sees which enterprises and who may load, review and export; and the doors: fetch and authorise in one function.

| who                                                 | sees                                   |
|-----------------------------------------------------|----------------------------------------|
| contact                                             | the enterprises that one speaks for    |
| centre, department; leader, auditor, administrator  | the identity of all                    |
| street, station                                     | those of the own street                |
| who runs a building and nothing else                | none here; the tenants, in the estate  |
| outside system with the scope `registry`            | the identity of all                    |

| what                            | who                                                               |
|---------------------------------|-------------------------------------------------------------------|
| loading lists                   | dispatcher, supervisor of the centre; administrator               |
| how far a source is believed    | supervisor of the centre; administrator                           |
| reviewing certifications        | dispatcher, supervisor of the centre; administrator               |
| seeing a telephone in clear     | dispatcher, supervisor, handler, specialist within what they see  |
| exporting a list                | the same, and leader, auditor, administrator; telephones masked   |
| inviting, removing colleagues   | owner of the enterprise                                           |
"""

from __future__ import annotations

from django.db.models import QuerySet

from qifu.domain.people.tree import tree
from qifu.domain.registry.models import (
    Agency,
    Certification,
    Correction,
    Enterprise,
    Invitation,
    Load,
    Merge,
    Pairing,
    Segment,
    Source,
)
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

SCOPE = "registry"
_OVERSEERS = (Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
_CLERKS = (Role.DISPATCHER, Role.SUPERVISOR)
_DIALLERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER, Role.SPECIALIST)
_GONE = "没有这家企业，或您无权查看。"


def visible(actor: Actor) -> QuerySet[Enterprise]:
    """The enterprises that the actor may see."""
    rows = Enterprise.objects.all()
    if not actor.may_scope(SCOPE):
        return rows.none()
    if actor.kind in ("system", "service"):
        return rows
    if actor.is_contact:
        return rows.filter(pk__in=actor.enterprises)
    posts = [post for post in actor.posts if post.role != Role.BUILDING_MANAGER]
    if not actor.is_staff or not posts:
        return rows.none()
    if actor.has_role(*_OVERSEERS) or any(post.unit_kind in ("centre", "department") for post in posts):
        return rows
    return rows.filter(street__in=streets_of(actor))


def streets_of(actor: Actor) -> frozenset[int]:
    """The streets in whose area the actor holds a post."""
    units = tree()
    posts = [post for post in actor.posts if post.role != Role.BUILDING_MANAGER]
    near = {unit for post in posts for unit in (post.unit, *units.ancestors(post.unit))}
    return frozenset(unit for unit in near if unit in units.units and units.units[unit].kind == "street")


def may_load(actor: Actor) -> bool:
    """Whether the actor may read lists into the registry."""
    own = any(post.role in _CLERKS and post.unit_kind == "centre" for post in actor.posts)
    return actor.kind == "system" or ((own or actor.has_role(Role.ADMINISTRATOR)) and actor.may_scope(SCOPE))


def may_review(actor: Actor) -> bool:
    """Whether the actor may decide on certifications."""
    return actor.is_staff and may_load(actor)


def may_dial(actor: Actor) -> bool:
    """Whether the actor may see a telephone in clear, with a reason."""
    return actor.is_staff and actor.has_role(*_DIALLERS)


def may_export(actor: Actor) -> bool:
    """Whether the actor may carry a list away."""
    return actor.is_staff and actor.has_role(*_DIALLERS, *_OVERSEERS)


def is_owner(actor: Actor, enterprise: int) -> bool:
    """Whether the actor answers for the enterprise."""
    return any(agency.enterprise == enterprise and agency.role == "owner" for agency in actor.agencies)


def enterprise_to_see(actor: Actor, enterprise: int) -> Enterprise:
    """:raises Missing: there is none, or not for this actor; both answer alike."""
    row = visible(actor).filter(pk=enterprise).first()
    if row is None:
        raise Missing(_GONE)
    return row


def enterprise_of_mine(actor: Actor, enterprise: int) -> Enterprise:
    """Fetch an enterprise that the actor speaks for.

    :raises Missing: not one of the actor's.
    """
    row = Enterprise.objects.filter(pk=enterprise, pk__in=actor.enterprises).first() if actor.is_contact else None
    if row is None or not actor.may_scope(SCOPE):
        raise Missing(_GONE)
    return row


def enterprise_to_lead(actor: Actor, enterprise: int) -> Enterprise:
    """Fetch and lock an enterprise whose colleagues are to be changed.

    :raises Missing: not one of the actor's.
    :raises Forbidden: the actor is an agent, not the owner.
    """
    row = Enterprise.objects.select_for_update().filter(pk=enterprise, pk__in=actor.enterprises).first()
    if row is None or not actor.is_contact:
        raise Missing(_GONE)
    if not is_owner(actor, enterprise):
        raise Forbidden("只有企业负责人可以邀请或移除同事，请联系本企业的负责人。")
    return row


def require_loader(actor: Actor) -> None:
    """:raises Forbidden: the actor may not load lists."""
    if not may_load(actor):
        raise Forbidden("只有中心的调度员、督办员和管理员可以导入企业名单。")


def may_keep_sources(actor: Actor) -> bool:
    """Whether the actor says how far a source is believed."""
    return actor.is_staff and actor.has_role(Role.SUPERVISOR, Role.ADMINISTRATOR) and may_load(actor)


def source_to_change(actor: Actor, source: int) -> Source:
    """Fetch and lock a source."""
    if not may_keep_sources(actor):
        raise Forbidden("只有中心的督办员和管理员可以更改来源的可信度和有效期。")
    row = Source.objects.select_for_update().filter(pk=source).first()
    if row is None:
        raise Missing("没有这个来源，请刷新页面。")
    return row


def load_to_see(actor: Actor, load: int) -> Load:
    """Fetch a load."""
    require_loader(actor)
    return _found(Load.objects.select_related("source").filter(pk=load).first())


def load_to_change(actor: Actor, load: int) -> Load:
    """Fetch and lock a load."""
    require_loader(actor)
    return _found(Load.objects.select_for_update().filter(pk=load).first())


def pairing_to_decide(actor: Actor, pairing: int) -> Pairing:
    """Fetch and lock a pair that a person is to look at.

    :raises Forbidden: the actor may not load lists. :raises Missing: there is none.
    """
    require_loader(actor)
    row = Pairing.objects.select_for_update(of=("self",)).select_related("row__source").filter(pk=pairing).first()
    if row is None:
        raise Missing("没有这一对，请返回列表重新选择。")
    return row


def enterprises_to_merge(actor: Actor, *enterprises: int) -> tuple[Enterprise, ...]:
    """Fetch and lock enterprises that are to be merged or split, in the order given.

    :raises Forbidden: the actor may not. :raises Missing: there is none.
    """
    require_loader(actor)
    found = {row.pk: row for row in Enterprise.objects.select_for_update().filter(pk__in=enterprises).order_by("pk")}
    if len(found) != len(set(enterprises)):
        raise Missing(_GONE)
    return tuple(found[pk] for pk in enterprises)


def merge_to_undo(actor: Actor, merge: int) -> Merge:
    """Fetch and lock a merge."""
    require_loader(actor)
    rows = Merge.objects.select_for_update(of=("self",)).select_related("leading", "merged")
    row = rows.filter(pk=merge).first()
    if row is None:
        raise Missing("没有这次合并，请刷新页面。")
    return row


def may_propose(actor: Actor) -> bool:
    """Whether the actor may hold a value to be wrong: the enterprise itself, and those of the staff who meet it."""
    return actor.is_contact or may_dial(actor)


def enterprise_to_correct(actor: Actor, enterprise: int) -> Enterprise:
    """Fetch an enterprise of which the actor may propose a correction.

    :raises Missing: not for this actor. :raises Forbidden: the actor only looks.
    """
    row = enterprise_of_mine(actor, enterprise) if actor.is_contact else enterprise_to_see(actor, enterprise)
    if not may_propose(actor):
        raise Forbidden("您的岗位不能提出更正。")
    return row


def correction_to_see(actor: Actor, correction: int) -> Correction:
    """Fetch a correction: the staff those of enterprises that they see, others their own."""
    rows = Correction.objects.select_related("enterprise").filter(pk=correction)
    rows = rows.filter(enterprise__in=visible(actor)) if actor.is_staff else rows.filter(filed_by=actor.account or 0)
    return _correction(rows.first())


def correction_to_decide(actor: Actor, correction: int) -> Correction:
    """Fetch and lock a correction for whoever reviews. :raises Forbidden: the actor does not."""
    if not may_review(actor):
        raise Forbidden("只有中心的调度员、督办员和管理员可以核实更正。")
    return _correction(Correction.objects.select_for_update().filter(pk=correction).first())


def own_correction(actor: Actor, correction: int) -> Correction:
    """Fetch and lock the actor's own correction."""
    rows = Correction.objects.select_for_update().filter(pk=correction, filed_by=actor.account or 0)
    return _correction(rows.first())


def _correction(row: Correction | None) -> Correction:
    if row is None:
        raise Missing("没有这条更正申请，请返回列表重新查找。")
    return row


def certification_to_review(actor: Actor, certification: int, *, lock: bool = False) -> Certification:
    """Fetch a certification for a reviewer."""
    if not may_review(actor):
        raise Forbidden("只有中心的调度员、督办员和管理员可以审核企业认证。")
    rows = Certification.objects.select_for_update() if lock else Certification.objects.all()
    row = rows.filter(pk=certification).first()
    if row is None:
        raise Missing("没有这条认证申请，可能已被撤回，请返回列表重新查找。")
    return row


def own_certification(actor: Actor, certification: int, *, lock: bool = False) -> Certification:
    """Fetch the actor's own certification."""
    rows = Certification.objects.select_for_update() if lock else Certification.objects.all()
    row = rows.filter(pk=certification, account=actor.account).first() if actor.is_contact else None
    if row is None:
        raise Missing("没有这条认证申请。")
    return row


def invitation_to_answer(invitation: int, phone_lookup: str) -> Invitation:
    """Fetch and lock an invitation that was sent to the number."""
    rows = Invitation.objects.select_for_update().filter(pk=invitation, phone_lookup=phone_lookup)
    row = rows.exclude(phone_lookup="").first()
    if row is None:
        raise Missing("没有这条邀请，请确认登录的手机号与收到邀请短信的手机号一致。")
    return row


def agency_to_end(enterprise: int, agency: int) -> Agency:
    """Fetch and lock a right in force; the caller has passed the enterprise's door."""
    row = Agency.objects.select_for_update().filter(pk=agency, enterprise=enterprise, until__isnull=True).first()
    if row is None:
        raise Missing("没有这位同事，可能已被移除，请刷新页面。")
    return row


def segment_to_change(actor: Actor, segment: int) -> Segment:
    """Fetch and lock a selection of the actor's own."""
    rows = Segment.objects.select_for_update().filter(pk=segment)
    row = rows.filter(account=actor.account).first() if actor.is_staff and actor.account is not None else None
    if row is None:
        raise Missing("没有这个分群，或不是您保存的。")
    return row


def _found(row: Load | None) -> Load:
    if row is None:
        raise Missing("没有这次导入，请返回列表重新选择。")
    return row
