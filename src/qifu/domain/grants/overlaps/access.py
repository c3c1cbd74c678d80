"""Who sees and judges overlaps: whoever sees one of the two applications; whoever checks one of them, or decides."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from qifu.domain.grants import access as grants
from qifu.domain.grants.loans.access import is_decider
from qifu.domain.grants.models import Overlap
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Missing


def visible(actor: Actor) -> QuerySet[Overlap]:
    """The pairs of which the actor sees an application.

    :raises Forbidden: not of the staff.
    """
    grants.require_official(actor)
    if actor.kind == "system" or grants.sees_all(actor):
        return Overlap.objects.all()
    seen = grants.visible(actor).values("pk")
    return Overlap.objects.filter(Q(earlier__in=seen) | Q(later__in=seen))


def overlap(actor: Actor, number: int, *, lock: bool = False) -> Overlap:
    """:raises Missing: there is none for this actor."""
    seen = visible(actor).filter(pk=number)
    rows = seen.select_for_update(of=("self",)) if lock else seen
    row = rows.select_related("earlier__version__scheme", "later__version__scheme").first()
    if row is None:
        raise Missing("没有这条重复申报线索，请返回列表。")
    return row


def may_judge(actor: Actor, row: Overlap) -> bool:
    """Whether the actor checks one of the two, or decides."""
    units = {row.earlier.version.scheme.unit_id, row.later.version.scheme.unit_id}
    return actor.is_staff and (bool(units & grants.led(actor)) or is_decider(actor))


def require_judge(actor: Actor, row: Overlap) -> None:
    """:raises Forbidden: checks neither of the two and does not decide."""
    if not may_judge(actor, row):
        raise Forbidden("只有这两件申报的审查单位和中心督办员可以判断。")
