"""Figures of grants, each with its denominator: paid against budget by item and department, days in each stage, refusals by reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from django.db.models import Count, Q, Sum

from qifu.domain.grants import access
from qifu.domain.grants.flow import APPLICATION, words
from qifu.domain.grants.models import Application, FundLine, Stay
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

STAGES = ("submitted", "asking", "review", "rated", "publicity", "deciding", "granted", "paying")


@dataclass(frozen=True, slots=True)
class Row:
    """One item or one department."""

    key: str
    label: str
    applied: int
    open: int
    refused: int
    paid: int
    asked_yuan: Decimal
    paid_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how many stand there, and how many days those who left it took."""

    name: str
    label: str
    now: int
    passed: int
    median_days: float | None
    longest_days: int
    longest_number: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A year of grants."""

    year: int
    budget: Decimal
    reserved: Decimal
    paid: Decimal
    applied: int
    decided: int
    refused: int
    paid_count: int
    median_days: float | None  # from submission to the money, of those paid
    by_item: list[Row]
    by_unit: list[Row]
    stages: list[Stage]
    refusals: list[tuple[str, int]]

    @property
    def money_said(self) -> str:
        """What was paid of the budget, in 万元."""
        return f"{self.paid / 10_000:,.2f} / {self.budget / 10_000:,.2f} 万元"


def figures(*, actor: Actor, now: datetime, year: int) -> Figures:
    """The figures of a year. About eight statements. :raises Forbidden: the actor does not look at money."""
    access.require_money(actor)
    rows = Application.objects.filter(year=year).exclude(state__in=["draft", "listed", "dropped"])
    money = FundLine.objects.filter(year=year).aggregate(t=Sum("total"), r=Sum("reserved"), p=Sum("paid"))
    zero = Decimal("0.00")
    by_item = _rows(year, "version__title")
    units = people.unit_tree().units
    spans = rows.filter(state="paid").values_list("submitted_at", "drafted_at", "paid_at")
    days = [(paid - (sent or drafted)).days for sent, drafted, paid in spans if paid]
    told = rows.aggregate(
        n=Count("pk"), refused=Count("pk", filter=Q(state="refused")), paid=Count("pk", filter=Q(state="paid")),
        decided=Count("pk", filter=Q(state__in=["granted", "paying", "paid", "bounced", "refused"])),
    )  # fmt: skip
    reasons = rows.filter(state="refused").order_by().values_list("refusal").annotate(n=Count("pk"))
    return Figures(
        year, money["t"] or zero, money["r"] or zero, money["p"] or zero, told["n"], told["decided"], told["refused"],
        told["paid"], median(days) if days else None, by_item,
        [
            Row(one.key, units[int(one.key)].name, one.applied, one.open, one.refused, one.paid, one.asked_yuan, one.paid_yuan)
            for one in _rows(year, "version__scheme__unit")
        ],
        _stages(year, now), sorted(((words.label(words.REFUSALS, r), n) for r, n in reasons), key=lambda one: -one[1]),
    )  # fmt: skip


def _rows(year: int, by: str) -> list[Row]:
    rows = Application.objects.filter(year=year).exclude(state__in=["draft", "listed", "dropped"]).order_by()
    told = rows.values_list(by).annotate(
        applied=Count("pk"), open=Count("pk", filter=Q(is_open=True)), refused=Count("pk", filter=Q(state="refused")),
        paid=Count("pk", filter=Q(state="paid")), held=Sum("granted"), out=Sum("granted", filter=Q(state="paid")),
    )  # fmt: skip
    zero = Decimal("0.00")
    found = [Row(str(k), str(k), a, o, r, p, held or zero, out or zero) for k, a, o, r, p, held, out in told]
    return sorted(found, key=lambda one: (-one.paid_yuan, one.label))


def _stages(year: int, now: datetime) -> list[Stage]:
    spans: dict[str, list[int]] = {name: [] for name in STAGES}
    here: dict[str, int] = dict.fromkeys(STAGES, 0)
    longest: dict[str, tuple[int, str]] = dict.fromkeys(STAGES, (0, ""))
    stays = Stay.objects.filter(application__year=year, state__in=STAGES)
    for state, since, until, number in stays.values_list("state", "since", "until", "application__number").iterator(
        2000
    ):
        span = ((until or now) - since).days
        if until is None:
            here[state] += 1
            longest[state] = max(longest[state], (span, number))
        else:
            spans[state].append(span)
    return [
        Stage(
            name, APPLICATION.states[name].label, here[name], len(spans[name]), median(spans[name]) if spans[name] else None,
            *longest[name],
        )
        for name in STAGES
    ]  # fmt: skip
