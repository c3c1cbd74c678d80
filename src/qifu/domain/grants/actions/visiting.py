"""A visit to the site during the review: entered by who checks the application or sits in its review, with what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from qifu.domain.grants import access, facts
from qifu.domain.grants.flow import words
from qifu.domain.grants.models import Application, SiteVisit
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give

STATES = ("submitted", "asking", "review", "rated")  # before the public list and the decision, of which it is a reason


@dataclass(frozen=True, slots=True)
class Seen:
    """What is entered: `files` are ids that this person has just kept."""

    on: date
    visitors: str
    place: str
    outcome: str
    findings: str
    files: Sequence[int] = ()


@transaction.atomic
def enter(*, actor: Actor, now: datetime, number: str, seen: Seen) -> SiteVisit:
    """Enter a visit; it stays as it is, another may follow.

    :raises Forbidden: neither checks it nor sits in its review, or has declared a conflict.
    :raises Conflict: it is decided or on the public list. :raises Invalid: something is missing.
    """
    row = access.application(actor, number, lock=True)
    unit = access.visiting_unit(actor, row)
    if row.state not in STATES:
        raise Conflict("这件申报现在不在审查，不能再登记现场核查。", state=row.state)
    problems = {name: said for name, said in _problems(row, seen, facts.day(now)).items() if said}
    if problems:
        raise Invalid("现场核查没有登记：" + "".join(problems.values()), problems)
    visit = SiteVisit.objects.create(
        application=row, round=row.round, unit_id=unit, visited_on=seen.on, visitors=seen.visitors.strip(),
        place=seen.place.strip(), outcome=seen.outcome, findings=seen.findings.strip(), account=access.account_of(actor), at=now,
    )  # fmt: skip
    visit.files.set(give(actor=actor, ids=seen.files, owner=row.stream, is_internal=True))
    told = {
        "visit": visit.pk,
        "unit": unit,
        "on": seen.on.isoformat(),
        "outcome": seen.outcome,
        "files": list(seen.files),
    }
    content = {"told": visit.told}
    record(actor=actor, now=now, verb="grants.visit_site", stream=row.stream, facts=told, content=content)
    return visit


def _problems(row: Application, seen: Seen, today: date) -> dict[str, str]:
    begun = facts.day(row.submitted_at or row.drafted_at)
    return {
        "on": "" if begun <= seen.on <= today else f"核查日期应在提交当天（{begun}）至今天之间。",
        "visitors": "" if 2 <= len(seen.visitors.strip()) <= 120 else "请写明谁去的（2 至 120 字）。",
        "place": "" if 2 <= len(seen.place.strip()) <= 120 else "请写明去了哪里（2 至 120 字）。",
        "outcome": "" if seen.outcome in dict(words.VISITS) else "请选择核查结论。",
        "findings": "" if 4 <= len(seen.findings.strip()) <= 1000 else "请写明看到的情况（4 至 1000 字）。",
    }
