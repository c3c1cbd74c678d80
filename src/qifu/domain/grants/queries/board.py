"""A year of grants for whoever leads: by stage, department and item; paid against budget, days, refusals by reason, what follows.

Every figure has its denominator, and the filters that open the list behind it (`lists.Filters`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from django.db.models import Exists, OuterRef, QuerySet

from qifu.domain.grants import access
from qifu.domain.grants.facts import day
from qifu.domain.grants.flow import APPLICATION, words
from qifu.domain.grants.models import Application, BankAccount, Clawback, FundLine, Obligation, Stay
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor

STAGES = ("submitted", "asking", "review", "rated", "publicity", "deciding", "granted", "paying")
DECIDED = ("granted", "paying", "paid", "bounced", "refused")
NOUGHT = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Days:
    """How long something took: over how many, the median, and what nine of ten stayed within."""

    count: int
    middle: float | None
    most: int | None

    @classmethod
    def of(cls, spans: Sequence[int]) -> Days:
        """Of whole days."""
        told = sorted(spans)
        if not told:
            return cls(0, None, None)
        return cls(len(told), median(told), told[-(-9 * len(told) // 10) - 1])


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how many stand there, how many have left it and after how long, which waits longest."""

    name: str
    label: str
    now: int
    days: Days
    longest: int
    number: str


@dataclass(slots=True)
class Row:
    """One item or one department."""

    key: str
    label: str
    budget: Decimal = NOUGHT  # of a department: its lines; of an item: the line that it draws on, perhaps with others
    paid_of_budget: Decimal = NOUGHT
    applied: int = 0
    open: int = 0
    decided: int = 0
    refused: int = 0
    paid: int = 0
    granted_yuan: Decimal = NOUGHT
    paid_yuan: Decimal = NOUGHT
    spans: list[int] = field(default_factory=list)

    @property
    def days(self) -> Days:
        """From handing in to the money."""
        return Days.of(self.spans)


@dataclass(frozen=True, slots=True)
class After:
    """What is owed for money paid in the year, and what is asked back."""

    running: int
    breached: int
    clawbacks: int
    owed: Decimal
    back: Decimal


@dataclass(frozen=True, slots=True)
class Board:
    """All of it."""

    year: int
    years: list[int]
    unit: int | None
    budget: Decimal
    reserved: Decimal
    paid: Decimal  # of the budget, with interest and relief
    all: Row
    stages: list[Stage]
    units: list[Row]
    items: list[Row]
    refusals: list[tuple[str, str, int]]  # key, label, how many
    unbanked: int  # granted, and the enterprise has not said where the money is to go
    unbanked_yuan: Decimal
    after: After


def board(*, actor: Actor, now: datetime, year: int | None = None, unit: int | None = None) -> Board:
    """The figures of a year, perhaps of one department. About ten statements. :raises Forbidden: does not look at money."""
    access.require_money(actor)
    wanted = year or day(now).year
    rows = Application.objects.filter(year=wanted).exclude(state__in=["draft", "listed", "dropped"])
    lines = FundLine.objects.filter(year=wanted)
    if unit is not None:
        rows, lines = rows.filter(version__scheme__unit=unit), lines.filter(unit=unit)
    money = list(lines)
    whole, units, items, refusals = _told(rows, {line.pk: line for line in money})
    names = people.unit_tree().units
    for line in money:
        held = units.setdefault(str(line.unit_id), Row(str(line.unit_id), ""))
        held.budget, held.paid_of_budget = held.budget + line.total, held.paid_of_budget + line.paid
    for row in units.values():
        row.label = names[int(row.key)].name
    unbanked = _unbanked(rows)
    years = set(FundLine.objects.order_by().values_list("year", flat=True).distinct()) | {wanted}
    return Board(
        wanted, sorted(years, reverse=True), unit, _sum(one.total for one in money), _sum(one.reserved for one in money),
        _sum(one.paid for one in money), whole, _stages(rows, now), _sorted(units.values()), _sorted(items.values()),
        [(key, words.label(words.REFUSALS, key), n) for key, n in refusals.most_common()],
        len(unbanked), _sum(unbanked), _after(rows),
    )  # fmt: skip


def _told(
    rows: QuerySet[Application], lines: Mapping[int, FundLine]
) -> tuple[Row, dict[str, Row], dict[str, Row], Counter[str]]:
    whole, units, items, refusals = Row("", "全部"), dict[str, Row](), dict[str, Row](), Counter[str]()
    told = rows.order_by("pk").values_list(
        "state", "version__scheme_id", "version__title", "version__scheme__unit_id", "version__line_id", "refusal", "granted",
        "submitted_at", "drafted_at", "paid_at",
    )  # fmt: skip
    for state, scheme, title, unit, line, refusal, granted, sent, drafted, paid in told.iterator(2_000):
        item = items.setdefault(str(scheme), Row(str(scheme), title))
        if line in lines:
            item.budget, item.paid_of_budget = lines[line].total, lines[line].paid
        item.label = title
        span = (day(paid) - day(sent or drafted)).days if state == "paid" and paid is not None else None
        for row in (whole, item, units.setdefault(str(unit), Row(str(unit), ""))):
            _count(row, state, granted or NOUGHT, span)
        if state == "refused":
            refusals[refusal] += 1
    return whole, units, items, refusals


def _count(row: Row, state: str, granted: Decimal, span: int | None) -> None:
    row.applied += 1
    row.open += APPLICATION.states[state].is_open
    row.decided += state in DECIDED
    row.refused += state == "refused"
    if state in ("granted", "paying", "paid", "bounced"):
        row.granted_yuan += granted
    if state == "paid":
        row.paid, row.paid_yuan = row.paid + 1, row.paid_yuan + granted
    if span is not None:
        row.spans.append(span)


def _stages(rows: QuerySet[Application], now: datetime) -> list[Stage]:
    spans: dict[str, list[int]] = {name: [] for name in STAGES}
    here = dict.fromkeys(STAGES, 0)
    longest: dict[str, tuple[int, str]] = dict.fromkeys(STAGES, (0, ""))
    stays = Stay.objects.filter(application__in=rows.values("pk"), state__in=STAGES).order_by("pk")
    for state, since, until, number in stays.values_list("state", "since", "until", "application__number").iterator(
        2_000
    ):
        if until is not None:
            spans[state].append(_span(since, until))
            continue
        here[state] += 1
        longest[state] = max(longest[state], (_span(since, now), number))
    return [Stage(n, APPLICATION.states[n].label, here[n], Days.of(spans[n]), *longest[n]) for n in STAGES]


def _span(since: datetime, until: datetime) -> int:
    first: date = day(since)
    return (day(until) - first).days


def _unbanked(rows: QuerySet[Application]) -> list[Decimal]:
    """The sums of those granted whose enterprise has not confirmed an account."""
    return [granted or NOUGHT for granted in without_account(rows).values_list("granted", flat=True)]


def without_account(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Those granted whose enterprise has not said where the money is to go."""
    held = BankAccount.objects.filter(enterprise=OuterRef("enterprise"), is_current=True)
    return rows.filter(~Exists(held), state="granted")


def _after(rows: QuerySet[Application]) -> After:
    owed = Obligation.objects.filter(application__in=rows.values("pk")).values_list("state", flat=True)
    states = Counter(owed)
    asked = Clawback.objects.filter(obligation__application__in=rows.values("pk"), decided__gt=0)
    sums = list(asked.values_list("decided", "back"))
    return After(
        sum(states[name] for name in ("running", "reported", "asking")), states["breached"], len(sums),
        _sum(one for one, _ in sums if one is not None), _sum(one for _, one in sums),
    )  # fmt: skip


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda one: (-one.paid_yuan, -one.budget, one.label))


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, NOUGHT)
