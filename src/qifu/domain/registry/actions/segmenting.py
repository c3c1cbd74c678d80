"""Keeping a selection of enterprises under a name, sharing it, giving it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qifu.domain.registry.access import segment_to_change
from qifu.domain.registry.models import Segment
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

MOST = 100  # of one person
LONGEST = 40


@transaction.atomic
def keep_segment(
    *, actor: Actor, now: datetime, name: str, asked: Mapping[str, str], is_shared: bool = False
) -> Segment:
    """Keep a search with its filters under a name of the person's own.

    :raises Forbidden: not of the staff.
    :raises Invalid: no name, a long one, or nothing is searched or filtered.
    :raises Conflict: the person has one of that name, or a hundred.
    """
    if not actor.is_staff or actor.account is None:
        raise Forbidden("只有工作人员可以保存分群。")
    asked = {key: value for key, value in asked.items() if value}
    if not asked:
        raise Invalid("请先查找或筛选，再保存为分群。", {"name": "没有筛选条件"})
    name = _name(name)
    own = Segment.objects.filter(account=actor.account)
    if own.filter(name=name).exists():
        raise Conflict(f"您已有名为“{name}”的分群，请换一个名称。")
    if own.count() >= MOST:
        raise Conflict(f"您已有 {MOST} 个分群，请先删除不用的。")
    made = Segment.objects.create(
        name=name, asked=asked, account=actor.account, is_shared=is_shared, made_at=now, changed_at=now
    )
    _told(actor, now, made, "keep")
    return made


@transaction.atomic
def change_segment(*, actor: Actor, now: datetime, segment: int, name: str, is_shared: bool) -> Segment:
    """Give one's own another name; share it or cease to.

    :raises Missing: none of the person's own.
    :raises Invalid: no name, or a long one.
    :raises Conflict: the person has another of that name.
    """
    row = segment_to_change(actor, segment)
    row.name, row.is_shared, row.changed_at = _name(name), is_shared, now
    if Segment.objects.filter(account=row.account, name=row.name).exclude(pk=row.pk).exists():
        raise Conflict(f"您已有名为“{row.name}”的分群，请换一个名称。")
    row.save(update_fields=["name", "is_shared", "changed_at"])
    _told(actor, now, row, "change")
    return row


@transaction.atomic
def drop_segment(*, actor: Actor, now: datetime, segment: int) -> None:
    """Give up one's own; the enterprises stay as they are.

    :raises Missing: none of the person's own.
    """
    row = segment_to_change(actor, segment)
    _told(actor, now, row, "drop")
    row.delete()


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("请给分群起一个名称。", {"name": "没有填写"})
    if len(name) > LONGEST:
        raise Invalid(f"分群名称最多 {LONGEST} 个字，请缩短。", {"name": "过长"})
    return name


def _told(actor: Actor, now: datetime, row: Segment, what: str) -> None:
    filters = {key: value for key, value in row.asked.items() if key != "q"}
    record(
        actor=actor,
        now=now,
        verb=f"registry.segment_{what}",
        stream=f"registry.segment:{row.pk}",
        facts={"filters": filters, "is_shared": row.is_shared},
        content={"name": row.name} | ({"q": row.asked["q"]} if row.asked.get("q") else {}),
    )
