"""The only reads of relief, cut to the actor; names and numbers are masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from qifu.domain.grants.loans.access import is_decider
from qifu.domain.grants.models import ReliefList, ReliefPerson, ReliefScheme
from qifu.domain.grants.relief import access, periods
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

STATES = {
    "listed": "已列入", "dropped": "已剔除", "held": "待拨付", "sent": "已送银行", "paid": "已到账", "failed": "付款失败",
    "returned": "已退汇",
}  # fmt: skip
CENT = Decimal("0.01")
NOUGHT = Decimal(0)


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """A scheme in one line."""

    id: int
    title: str
    clause: str
    unit: str
    every: str
    free: Decimal
    paid: Decimal
    people: int


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list in one line."""

    id: int
    name: str
    period: str
    state: str
    state_label: str
    people: int
    total: Decimal
    rejected: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SchemePage:
    """A scheme with its standards and lists."""

    row: SchemeLine
    standards: tuple[dict[str, Any], ...]
    lists: tuple[ListLine, ...]
    example: str
    is_keeper: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a list, masked."""

    id: int
    name: str
    identity: str
    kind: str
    bank: str
    tail: str
    amount: Decimal
    state: str
    state_label: str
    receipt: str
    why: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list with its persons and rejected rows."""

    row: ListLine
    scheme: int
    scheme_title: str
    clause: str
    persons: tuple[PersonLine, ...]
    rejects: tuple[tuple[int, str], ...]
    rows: int
    reason: str
    decided_by: str
    decided_at: datetime | None
    free: Decimal
    is_keeper: bool
    is_decider: bool
    is_apart: bool

    @property
    def is_clear(self) -> bool:
        """Whether the actor may look at a whole identity."""
        return self.is_keeper or self.is_decider


def schemes(actor: Actor) -> tuple[SchemeLine, ...]:
    """All schemes the actor may see. Two queries.

    :raises Forbidden: nothing to look at.
    """
    rows = list(access.visible(actor).select_related("line", "unit").order_by("-pk"))
    sums = (
        ReliefPerson.objects.filter(scheme__in=rows, state="paid")
        .values_list("scheme")
        .annotate(Sum("amount"), Count("pk"))
    )
    paid = {pk: (total, n) for pk, total, n in sums}
    return tuple(_scheme(row, *paid.get(row.pk, (NOUGHT, 0))) for row in rows)


def _scheme(row: ReliefScheme, paid: Decimal, n: int) -> SchemeLine:
    every = dict(periods.EVERY)[row.every]
    return SchemeLine(row.pk, row.title, row.clause, row.unit.short_name, every, row.line.free, paid.quantize(CENT), n)


def scheme(actor: Actor, number: int) -> SchemePage:
    """One scheme.

    :raises Missing: there is none for this actor.
    """
    row = access.scheme(actor, number)
    sums = row.people.filter(state="paid").aggregate(total=Sum("amount"), n=Count("pk"))
    return SchemePage(
        row=_scheme(row, sums["total"] or NOUGHT, sums["n"]),
        standards=tuple(sorted(row.standards, key=lambda one: (one["kind"], one["since"]))),
        lists=_lists(list(row.lists.order_by("-pk")[:200]), row),
        example={"year": "2026", "half": "2026H1", "quarter": "2026Q3", "month": "2026-09"}[row.every],
        is_keeper=access.is_keeper(actor, row),
    )


def _lists(rows: Sequence[ReliefList], scheme: ReliefScheme) -> tuple[ListLine, ...]:
    kept = ~Q(state="dropped")
    sums = ReliefPerson.objects.filter(kept, list__in=rows).values_list("list").annotate(Count("pk"), Sum("amount"))
    held = {pk: (n, total.quantize(CENT)) for pk, n, total in sums}
    names = people.names(row.handed_by for row in rows)
    return tuple(
        ListLine(
            row.pk, row.name, periods.label(scheme.every, row.period), row.state, str(ReliefList.State(row.state).label),
            *held.get(row.pk, (0, NOUGHT)), len(row.rejects), names.get(row.handed_by, "系统"), row.handed_at,
        )
        for row in rows
    )  # fmt: skip


def relief_list(actor: Actor, number: int) -> ListPage:
    """One list.

    :raises Missing: there is none for this actor.
    """
    row = access.relief_list(actor, number)
    (line,) = _lists([row], row.scheme)
    persons = row.people.defer("name", "identity", "account").order_by("pk")
    return ListPage(
        row=line,
        scheme=row.scheme_id,
        scheme_title=row.scheme.title,
        clause=row.scheme.clause,
        persons=tuple(
            PersonLine(one.pk, one.shown, one.identity_shown, one.kind, one.bank, one.tail, one.amount, one.state,
                       STATES[one.state], one.receipt, one.why)
            for one in persons
        ),
        rejects=tuple((one[0], one[1]) for one in row.rejects),
        rows=row.rows,
        reason=row.reason,
        decided_by=people.names([row.decided_by]).get(row.decided_by or 0, ""),
        decided_at=row.decided_at,
        free=row.scheme.line.free,
        is_keeper=access.is_keeper(actor, row.scheme),
        is_decider=is_decider(actor),
        is_apart=row.handed_by != actor.account,
    )  # fmt: skip
