"""Service hours of a unit, and its duty rota."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.people.access import rosters_for, unit_to_roster
from qifu.domain.people.models import DutyShift, Membership, Unit
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence import actions as evidence

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
LONGEST = timedelta(days=7)


@transaction.atomic
def set_hours(*, actor: Actor, now: datetime, unit: int, spans: Sequence[tuple[str, str]] | None) -> Unit:
    """Set the hours in which the unit serves on a working day; None takes those of the unit above."""
    row = unit_to_roster(actor, unit)
    if spans is not None:
        _check_spans(spans)
    facts = {"was": row.hours, "hours": None if spans is None else [list(span) for span in spans]}
    row.hours = facts["hours"]
    row.save(update_fields=["hours"])
    _record(actor, now, "unit.hours", row.pk, facts)
    return row


@transaction.atomic
def set_duty(*, actor: Actor, now: datetime, unit: int, account: int, starts: datetime, ends: datetime) -> DutyShift:
    """Put a member of the unit on duty.

    :raises Conflict: somebody is on duty then.
    """
    row = unit_to_roster(actor, unit)
    if not timedelta(0) < ends - starts <= LONGEST:
        raise Invalid("值班的结束要晚于开始，一次最长 7 天。", {"ends": "请改正。"})
    if not Membership.objects.at(now).filter(unit=row, account=account).exists():
        raise Invalid("值班人要是本单位的在任人员，请重新选择。", {"account": "请重新选择。"})
    taken = DutyShift.objects.filter(unit=row, starts__lt=ends, ends__gt=starts).select_related("account").first()
    if taken is not None:
        raise Conflict(f"这段时间已由{taken.account.name}值班，请先取消原来的安排。", state="taken")
    made = DutyShift.objects.create(unit=row, account_id=account, starts=starts, ends=ends)
    facts = {"account": account, "starts": starts.isoformat(), "ends": ends.isoformat()}
    _record(actor, now, "duty.set", row.pk, facts)
    return made


@transaction.atomic
def clear_duty(*, actor: Actor, now: datetime, shift: int) -> None:
    """Take a shift off the rota that has not ended yet."""
    found = DutyShift.objects.filter(pk=shift).first()
    if found is None:
        raise Missing("没有这个值班安排，可能已被取消。")
    unit_to_roster(actor, found.unit_id)
    if found.ends <= now:
        raise Conflict("这次值班已经结束，记录不能删除。", state="ended")
    facts = {"account": found.account_id, "starts": found.starts.isoformat(), "ends": found.ends.isoformat()}
    if found.starts < now:  # what was done stays
        found.ends = now
        found.save(update_fields=["ends"])
    else:
        found.delete()
    _record(actor, now, "duty.clear", found.unit_id, facts)


def _record(actor: Actor, now: datetime, verb: str, unit: int, facts: dict[str, object]) -> None:
    evidence.record(
        actor=actor, now=now, verb=verb, stream=f"unit:{unit}", facts=facts, for_whom=rosters_for(actor, unit)
    )


def _check_spans(spans: Sequence[tuple[str, str]]) -> None:
    sentence = "服务时间有误：请写成 09:00–12:00 这样的时段，从早到晚、互不重叠。"
    last = ""
    for start, end in spans:
        if not (_TIME.fullmatch(start) and _TIME.fullmatch(end) and last <= start < end):
            raise Invalid(sentence, {"hours": "请改正。"})
        last = end
    if not spans:
        raise Invalid("请至少填写一个时段；要沿用上级单位的时间，请选“沿用上级”。", {"hours": "请填写。"})
