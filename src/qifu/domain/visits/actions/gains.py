"""What a visit brings: needs that become cases with their origin, facts that become proposals to the registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from qifu.domain.appeals.actions.submit import Request, submit
from qifu.domain.registry import actions as registry
from qifu.domain.visits.models import Fact, Need, Visit
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid, Refusal

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Needed:
    """What the firm needs, as it was tapped in."""

    key: UUID
    category: str  # code of a second-level category
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was seen of the firm and differs from what is known."""

    key: UUID
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gains:
    """What came of it: needs with the numbers of their cases; facts with what stood in their way, empty when proposed."""

    needs: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def draw(*, actor: Actor, now: datetime, visit: Visit, needs: Sequence[Needed], facts: Sequence[Learnt]) -> Gains:
    """Hand on what the visit brought, inside the caller's transaction.

    :raises Invalid: a need cannot be handed in: nothing of the report is kept, so that it can be put right.
    """
    made_needs = [_need(actor, now, visit, place, one) for place, one in enumerate(needs, 1)]
    Need.objects.bulk_create(made_needs)
    Fact.objects.bulk_create([_fact(actor, now, visit, one) for one in facts])
    return of(visit)


def of(visit: Visit) -> Gains:
    """What came of a visit, in the order in which it was written. Two queries."""
    needs = Need.objects.filter(visit=visit).order_by("pk").values_list("key", "appeal__number")
    facts = Fact.objects.filter(visit=visit).order_by("pk").values_list("key", "refusal")
    return Gains(
        tuple((str(key), number) for key, number in needs), tuple((str(key), refusal) for key, refusal in facts)
    )


def _need(actor: Actor, now: datetime, visit: Visit, place: int, one: Needed) -> Need:
    request = Request(
        title=one.title,
        body=one.body,
        category=one.category,
        channel="visit",
        enterprise=visit.enterprise_id,
        street=visit.street_id,
        building=visit.building_id,
        external=f"{visit.number}-{place}",
    )
    try:
        made = submit(actor=actor, now=now, request=request)
    except Invalid as refusal:
        named = {f"needs.{place}.{name}": text for name, text in refusal.fields.items()}
        raise Invalid(f"第 {place} 件诉求：{refusal.message}", named or {f"needs.{place}": refusal.message}) from None
    return Need(visit=visit, key=one.key, appeal=made, made_at=now)


def _fact(actor: Actor, now: datetime, visit: Visit, one: Learnt) -> Fact:
    """A proposal; what the registry does not take is kept with its sentence, and holds up nothing else."""
    fact = Fact(visit=visit, key=one.key, field=one.field[:40], value=one.value[:LONGEST], made_at=now)
    if visit.enterprise_id is None:
        fact.refusal = "楼宇走访没有企业信息可以更正。"
        return fact
    reason = f"走访 {visit.number}：{one.reason.strip() or '现场了解'}"[:300]
    try:
        made = registry.propose_correction(
            actor=actor, now=now, enterprise=visit.enterprise_id, field=one.field, value=one.value, reason=reason
        )
    except Refusal as refusal:
        fact.refusal = refusal.message[:LONGEST]
    else:
        fact.correction_id = made.pk
    return fact
