"""What time sets off: reminders and escalation, the end of a confirmation period, samples for telephone calls, a new calendar.

A due row is only looked up without a lock; it is checked again under the case's lock, so that two schedulers tell nobody twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from qifu.domain.appeals import facts
from qifu.domain.appeals.actions import notify
from qifu.domain.appeals.actions.take import step_on
from qifu.domain.appeals.models import Appeal, Clock, FollowUp
from qifu.engines import flow as engine
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Refusal
from qifu.kernel.evidence.actions import record

BATCH = 200
SAMPLE = {"withdrawn": 3, "silent": 10}  # one case in so many is called


def signal_due(*, now: datetime) -> int:
    """Tell those who owe something that half, four fifths or all of its time has passed; return how many were told of."""
    due = Clock.objects.filter(status="running", signal_at__lte=now).order_by("signal_at")
    ids = list(due.values_list("appeal_id", "pk")[:BATCH])
    return sum(_signal(appeal, clock, now) for appeal, clock in ids)


def lapse_due(*, now: datetime) -> int:
    """Close what the enterprise did not answer within the confirmation period: silent, never satisfied."""
    ids = Clock.objects.filter(kind="confirm", status="running", due_at__lt=now).values_list("appeal_id", flat=True)
    return sum(_lapse(appeal, now) for appeal in list(ids[:BATCH]))


def draw_calls(*, now: datetime, since: timedelta = timedelta(days=2)) -> int:
    """Draw the sample to be called: withdrawn and silent cases, chosen by their number so that nobody can steer it."""
    rows = Appeal.objects.filter(is_open=False, closed_at__gt=now - since, closed_how__in=SAMPLE)
    rows = rows.exclude(follow_ups__round=F("round")).order_by("pk")
    chosen = [row for row in rows if int(row.number[-7:-1]) % SAMPLE[row.closed_how] == 0]
    with transaction.atomic():
        for row in chosen:
            FollowUp.objects.get_or_create(
                appeal=row, round=row.round, defaults={"cause": row.closed_how, "drawn_at": now}
            )
    return len(chosen)


def recompute(*, now: datetime) -> int:
    """Compute the due times of live clocks anew under the calendar in force, each change on record."""
    timer = facts.timer()
    stale = Clock.objects.filter(status__in=("running", "paused")).exclude(calendar=timer.calendar.version)
    return sum(_recomputed(appeal, now, timer) for appeal in list(stale.values_list("appeal_id", flat=True).distinct()))


@transaction.atomic
def _signal(appeal_id: int, clock_id: int, now: datetime) -> int:
    appeal = Appeal.objects.select_for_update().get(pk=appeal_id)
    clock = Clock.objects.get(pk=clock_id)
    if clock.status != "running" or clock.signal_at is None or clock.signal_at > now:
        return 0
    before = clock.signal_level
    signals = [s for s in engine.signals(facts.value(clock), facts.timer()) if s.level > before]
    level = max((s.level for s in signals if s.at <= now), default=before)  # a new calendar may have put it off
    clock.signal_level = level
    clock.signal_at = next((s.at for s in signals if s.level > level), None)
    clock.save(update_fields=["signal_level", "signal_at"])
    if level == before or appeal.state == "merged":
        return 0
    record(
        actor=SYSTEM,
        now=now,
        verb="appeals.signal",
        stream=appeal.stream,
        facts={
            "step": "signal",
            "clock": clock.kind,
            "round": clock.round,
            "level": level,
            "due": clock.due_at.isoformat(),
        },
    )
    notify.signalled(appeal, clock, level, now)
    return 1


@transaction.atomic
def _lapse(appeal_id: int, now: datetime) -> int:
    appeal = Appeal.objects.select_for_update().get(pk=appeal_id)
    if not Clock.objects.filter(appeal=appeal, kind="confirm", status="running", due_at__lt=now).exists():
        return 0
    try:
        step_on(appeal, actor=SYSTEM, now=now, step="lapse", given={})
    except Refusal:
        return 0
    return 1


@transaction.atomic
def _recomputed(appeal_id: int, now: datetime, timer: engine.Timer) -> int:
    appeal = Appeal.objects.select_for_update().get(pk=appeal_id)
    rows = list(Clock.objects.filter(appeal=appeal).order_by("pk"))
    moved = {}
    for row in rows:
        if row.status not in ("running", "paused"):
            continue
        clock = engine.recomputed(facts.value(row), timer)
        if clock.due != row.due_at:
            moved[row.kind] = [row.due_at.isoformat(), clock.due.isoformat()]
        facts.fill(row, clock, timer, now=now).save()
    burns = facts.burns_at([facts.value(row) for row in rows], appeal.state)
    if not moved:
        return 0
    changes = {"burns_at": burns.isoformat(), "seq": appeal.seq + 1}
    appeal.burns_at, appeal.seq = burns, appeal.seq + 1
    appeal.save(update_fields=["burns_at", "seq"])
    record(
        actor=SYSTEM,
        now=now,
        verb="appeals.recompute",
        stream=appeal.stream,
        facts={"step": "recompute", "calendar": timer.calendar.version, "clocks": moved, "changes": changes},
        content={"told": "工作日历有更新，办理期限已按新日历重新计算。"},
    )
    return 1
