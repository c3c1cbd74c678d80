"""The only writes of overlaps: looking all applications over, and a person's judgement of a pair."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.grants.models import Overlap
from qifu.domain.grants.overlaps import access, facts
from qifu.engines import overlap as law
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

JUDGEMENTS = ("cleared", "confirmed")


@transaction.atomic
def look_over(*, now: datetime) -> int:
    """Find anew what may be asked for twice; judged pairs stand, open ones follow what is found. Return how many are new."""
    found = {_pair(one): one for one in law.found(facts.claims())}
    held = {(row.earlier_id, row.later_id): row for row in Overlap.objects.select_for_update()}
    gone = [row.pk for pair, row in held.items() if row.state == "open" and pair not in found]
    Overlap.objects.filter(pk__in=gone).delete()
    changed = []
    for pair, row in held.items():
        if row.state == "open" and pair in found and row.ties != _ties(found[pair]):
            row.points, row.ties = found[pair].points, _ties(found[pair])
            changed.append(row)
    Overlap.objects.bulk_update(changed, ["points", "ties"], batch_size=200)
    fresh = [
        Overlap(earlier_id=pair[0], later_id=pair[1], points=one.points, ties=_ties(one), found_at=now)
        for pair, one in sorted(found.items()) if pair not in held
    ]  # fmt: skip
    Overlap.objects.bulk_create(fresh, batch_size=200)
    if fresh or gone or changed:
        told = {"found": len(found), "fresh": len(fresh), "gone": len(gone), "changed": len(changed)}
        record(actor=SYSTEM, now=now, verb="grants.look_over", stream="grants.overlaps", facts=told)
    return len(fresh)


def _pair(one: law.Overlap) -> tuple[int, int]:
    left, right = sorted((int(one.left), int(one.right)))
    return left, right


def _ties(one: law.Overlap) -> list[dict[str, object]]:
    return [{"code": tie.code, "weight": tie.weight, "why": tie.why} for tie in one.ties]


@transaction.atomic
def judge(*, actor: Actor, now: datetime, number: int, judgement: str, reason: str) -> Overlap:
    """Say whether a pair is the same thing asked for twice. It refuses nothing by itself: that is a step of the application.

    :raises Forbidden: checks neither of the two. :raises Invalid: no judgement or no reason. :raises Conflict: judged before.
    """
    row = access.overlap(actor, number, lock=True)
    access.require_judge(actor, row)
    reason = reason.strip()
    if judgement not in JUDGEMENTS:
        raise Invalid("请选择是不是重复。", {"judgement": "请选择"})
    if not 2 <= len(reason) <= 500:
        raise Invalid("请写明判断的理由（2 至 500 字）。", {"reason": "请写明理由"})
    if row.state != "open":
        raise Conflict("这一对已经判断过，请刷新页面。", state=row.state)
    row.state, row.reason, row.decided_by, row.decided_at = judgement, reason, actor.account, now
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    told = {"earlier": row.earlier.number, "later": row.later.number, "points": row.points, "judgement": judgement,
            "ties": [tie["code"] for tie in row.ties]}  # fmt: skip
    record(actor=actor, now=now, verb="grants.judge_overlap", stream=row.stream, facts=told, content={"reason": reason})
    return row
