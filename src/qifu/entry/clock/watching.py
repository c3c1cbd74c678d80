"""Monitoring at night: what the rooms above know is handed to the rules, noisy rules are retired, all are tried on planted shocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localdate

from qifu.domain.appeals.queries.watched import heard
from qifu.domain.estate import leases
from qifu.domain.estate.queries import directory as buildings
from qifu.domain.registry.actions import alerting
from qifu.domain.registry.courses import Handed
from qifu.domain.registry.signals import Course, Seen, trial

CASES, LEASES = "诉求平台", "楼宇租约登记"


def look(now: datetime, *, is_told: bool = True) -> int:
    """Raise what is to be raised; answer how many alerts that were."""
    alerting.retire_noisy(now=now)
    houses = buildings.names()
    return alerting.look_around(now=now, hand=lambda ids: handed(ids, now), is_told=is_told, houses=houses)


def handed(ids: Sequence[int], now: datetime) -> Handed:
    """What cases and tenancies say of the enterprises, as courses of values."""
    on = localdate(now)
    found: dict[int, dict[str, Course]] = {}
    for pk, said in heard(ids, now).items():
        told = found.setdefault(pk, {})
        if said.complaints:
            before = localdate(now).fromordinal(on.toordinal() - 90)
            told["complaints"] = Course(Seen(said.complaints, on, CASES), (Seen(said.before, before, CASES),))
        if said.last_at is not None:
            last = localdate(said.last_at)
            told["last_heard"] = Course(Seen(last, last, CASES))
    for pk, ends in leases.ends(ids, on).items():
        found.setdefault(pk, {})["lease_ends"] = Course(Seen(ends, on, LEASES))
    return found


def measure(now: datetime) -> int:
    """Try every rule on planted shocks and keep what it was worth; answer the number of rules."""
    scores = trial.measure()
    for code, score in scores.items():
        alerting.keep_trial(
            now=now,
            code=code,
            trial={
                "alerts": score.alerts, "right": score.right, "lost": score.lost, "foreseen": score.foreseen,
                "lead": score.lead, "firms": trial.FIRMS, "months": trial.MONTHS,
            },
        )  # fmt: skip
    return len(scores)
