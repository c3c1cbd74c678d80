"""Who sees a case and who may do what to it, as data; and the doors: fetch and authorise in one."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from qifu.domain.appeals.models import Appeal, Assignment
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Missing
from qifu.kernel.prepared import Prepared

SEES_ALL = (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR)  # when held at the centre
SEES_UNIT = (Role.HANDLER, Role.LEADER)
SEES_AREA = (Role.HANDLER, Role.LEADER, Role.SPECIALIST)  # when held in a street: its enterprises' cases
LIVE = ("open", "answered")
NO_CASE = "没有这件诉求，或您无权查看。请核对编号，或从列表进入。"


def sees_all(actor: Actor) -> bool:
    return any(post.role in SEES_ALL and post.unit_kind == "centre" for post in actor.posts)


def areas(actor: Actor) -> frozenset[int]:
    """The streets whose enterprises' cases the actor may read."""
    return frozenset(p.unit for p in actor.posts if p.unit_kind == "street" and p.role in SEES_AREA)


def visible(actor: Actor) -> QuerySet[Appeal]:
    """The cases that the actor may see, and no other."""
    return Appeal.objects.filter(reduce(or_, sights(actor)))


def sights(actor: Actor) -> list[Q]:
    """For what reasons the actor may see a case; any one is enough. A list reads each by its own index and joins them."""
    if sees_all(actor) or actor.kind == "system":
        return [Q()]
    if actor.account is None:
        return [Q(pk__in=())]
    if actor.is_contact:
        own = Q(contact=actor.account)
        return [own, Q(enterprise__in=actor.enterprises, is_confidential=False)] if actor.agencies else [own]
    found = [Q(raised_by=actor.mark)]
    if units := actor.units(*SEES_UNIT):
        parts = Assignment.objects.filter(unit__in=units, state__in=LIVE)
        found += [Q(unit__in=units), Q(pk__in=parts.values("appeal"))]
    if streets := areas(actor):
        found.append(Q(street__in=streets, is_confidential=False))
    return found


def door(actor: Actor, number: str, *, lock: bool = False) -> Appeal:
    """Fetch the case if the actor may see it; foreign and missing answer alike.

    :raises Missing: there is no such case for this actor.
    """
    found = _NUMBERED(number=number) if sees_all(actor) and not lock else []
    if not sees_all(actor):
        found = list(visible(actor).filter(number=number))
    if lock and (found or sees_all(actor)):
        found = _LOCKED(number=number)
    if not found:
        raise Missing(NO_CASE)
    return found[0]


_NUMBERED = Prepared(lambda number: Appeal.objects.filter(number=number), texts=["number"])
_LOCKED = Prepared(lambda number: Appeal.objects.select_for_update().filter(number=number), texts=["number"])


def still_sees(actor: Actor, appeal: Appeal) -> bool:
    """Whether the actor sees the case as it stands now; asks the database only where the row cannot tell."""
    if sees_all(actor) or appeal.unit_id in actor.units(*SEES_UNIT):
        return True
    return visible(actor).filter(pk=appeal.pk).exists()


def relations(actor: Actor, appeal: Appeal) -> frozenset[str]:
    """What the actor is to the case: centre, supervisor, lead, joint, contact, system. Steps name these."""
    return ties(actor, appeal, lambda units: bool(appeal.pk) and _has_joint_part(appeal, units))


def ties(actor: Actor, appeal: Appeal, has_part: Callable[[frozenset[int]], bool]) -> frozenset[str]:
    """The same; `has_part` tells whether one of these units has an open joint part in the present round."""
    if actor.kind == "system":
        return frozenset({"system"})
    found = set()
    if any(p.role == Role.DISPATCHER and p.unit_kind == "centre" for p in actor.posts):
        found.add("centre")
    if any(p.role == Role.SUPERVISOR and p.unit_kind == "centre" for p in actor.posts):
        found.add("supervisor")
    handled = actor.units(Role.HANDLER, Role.SPECIALIST) if appeal.kind == "assistance" else actor.units(Role.HANDLER)
    if appeal.unit_id in handled:
        found.add("lead")
    if handled and has_part(handled):
        found.add("joint")
    if actor.is_contact and (appeal.contact == actor.account or appeal.enterprise_id in actor.enterprises):
        found.add("contact")
    return frozenset(found)


def knows_identity(actor: Actor, appeal: Appeal) -> bool:
    """Whether the actor may know who raised a confidential case: the centre and the enterprise itself."""
    return not appeal.is_confidential or sees_all(actor) or actor.is_contact or appeal.raised_by == actor.mark


def may_call(actor: Actor, relations: frozenset[str]) -> bool:
    """Whether the contact's whole number is for the actor: those who handle the case, not those who merely read it."""
    return actor.is_staff and bool(relations & {"centre", "supervisor", "lead", "joint"})


def _has_joint_part(appeal: Appeal, units: frozenset[int]) -> bool:
    parts = Assignment.objects.filter(appeal=appeal, round=appeal.round, role="joint", unit__in=units)
    return parts.filter(state="open").exists()


RIGHTS = {  # relation of a step → the roles that can bring it about; used to name the absent colleague one acts for
    "centre": (Role.DISPATCHER,),
    "supervisor": (Role.SUPERVISOR,),
    "lead": (Role.HANDLER, Role.SPECIALIST),
    "joint": (Role.HANDLER,),
}
