"""Lists of applications, cut to the actor: what waits for me, all that I may see, an enterprise's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery

from qifu.domain.grants import access
from qifu.domain.grants.flow import APPLICATION, standing
from qifu.domain.grants.models import Application, Clock, Seat, Stay, Version
from qifu.domain.grants.queries import board
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor, Role

PAGE = 30
LEADS = ("listed", "submitted", "review", "rated")
DECIDES = ("deciding", "appealed")
TONES = {
    "paid": "green", "granted": "green", "refused": "red", "bounced": "red", "asking": "amber", "offered": "amber",
    "appealed": "amber", "withdrawn": "calm", "dropped": "calm", "draft": "calm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is cut to; empty cuts nothing."""

    scope: str = "mine"  # mine, all
    state: str = ""
    version: int | None = None
    q: str = ""
    year: int | None = None
    unit: int | None = None  # that answers for the scheme
    scheme: int | None = None
    refusal: str = ""
    passed: str = ""  # a state that it has left
    lacks: str = ""  # account: granted, and nobody has said where the money is to go


GROUPS = {"open": "在办", "decided": "已决定"}  # of states, as numbers of the board count them


@dataclass(frozen=True, slots=True)
class Line:
    """An application in a list."""

    number: str
    title: str
    enterprise: int
    firm: str
    state: str
    amount: Decimal | None
    days: int  # in the present state
    due: datetime | None  # of the clock that ends first
    submitted_at: datetime | None
    way: str
    publicity_days: int

    @property
    def state_label(self) -> str:
        """The state as the desk says it."""
        return standing(self.state, self.publicity_days).label

    @property
    def told(self) -> str:
        """The state as the enterprise is told it."""
        return standing(self.state, self.publicity_days).told

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return APPLICATION.states[self.state].is_open

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return TONES.get(self.state, "accent")


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, and how many there are in all."""

    lines: list[Line]
    count: int
    before: int | None
    after: int | None


def page(*, actor: Actor, now: datetime, filters: Filters, place: int = 0, size: int = PAGE) -> Page:
    """The applications asked for; whose clock runs out first, then what has waited longest in its state. At most eight statements."""
    rows = _filtered(actor, filters)
    count = rows.count()
    place = max(0, min(place, max(count - 1, 0)))
    running = Clock.objects.filter(application=OuterRef("pk"), status="running").order_by().values("application")
    rows = rows.annotate(due=Subquery(running.annotate(first=Min("due_at")).values("first")))
    by_haste = rows.select_related("version").order_by(F("due").asc(nulls_last=True), "entered_at", "pk")
    found = list(by_haste[place : place + size])
    before = max(0, place - size) if place else None
    return Page(lines(found, now), count, before, place + size if place + size < count else None)


def mine(*, actor: Actor, now: datetime, enterprise: int) -> list[Line]:
    """The applications of one enterprise of the actor's, the newest first."""
    rows = access.visible(actor).filter(enterprise=enterprise).select_related("version").order_by("-pk")
    return lines(list(rows[:100]), now)


def counts(actor: Actor) -> list[tuple[str, str, int]]:
    """How many stand in each state, in the order of the life: name, label, count."""
    rows = access.visible(actor).order_by().values_list("state").annotate(n=Count("pk"))
    held = dict(rows)
    return [
        (state.name, state.label, held[state.name]) for state in APPLICATION.states.values() if held.get(state.name)
    ]


def waiting(actor: Actor) -> int:
    """How many wait for the actor."""
    return _filtered(actor, Filters()).count()


def numbers(*, actor: Actor, filters: Filters, most: int = 2_000) -> list[str]:
    """The numbers of all that is asked for, for an act on many."""
    return list(_filtered(actor, filters).order_by("entered_at", "pk").values_list("number", flat=True)[:most])


def schemes(actor: Actor) -> list[tuple[int, str]]:
    """The versions that have applications which the actor may see."""
    held = access.visible(actor).order_by().values("version").distinct()
    return list(Version.objects.filter(pk__in=held).order_by("title", "number").values_list("pk", "title"))


def lines(rows: Sequence[Application], now: datetime) -> list[Line]:
    """Rows as lists show them."""
    names = registry.names([row.enterprise_id for row in rows])
    dues: dict[int, datetime] = {}
    for number, due in Clock.objects.filter(application__in=[r.pk for r in rows], status="running").values_list(
        "application_id", "due_at"
    ):
        dues[number] = min(due, dues.get(number, due))
    return [
        Line(
            row.number, row.version.title, row.enterprise_id, names.get(row.enterprise_id, ""), row.state, row.granted,
            max(0, (now - row.entered_at) // timedelta(days=1)), dues.get(row.pk), row.submitted_at, row.version.way,
            row.version.publicity_days,
        )
        for row in rows
    ]  # fmt: skip


def _filtered(actor: Actor, filters: Filters) -> QuerySet[Application]:
    rows = access.visible(actor)
    if filters.scope == "mine":
        rows = rows.filter(_for_me(actor))
    if filters.state in APPLICATION.states:
        rows = rows.filter(state=filters.state)
    rows = _cut(rows, filters)
    if filters.version is not None:
        rows = rows.filter(version=filters.version)
    if filters.q.strip():
        text = filters.q.strip()
        firms = registry.ids_matching(actor, text, most=500)
        rows = rows.filter(Q(number__iexact=text) | Q(enterprise__in=firms))
    return rows


def _cut(rows: QuerySet[Application], filters: Filters) -> QuerySet[Application]:
    """What a number of the board counts: none of it that was only listed, or dropped."""
    if filters.year is not None:
        rows = rows.filter(year=filters.year).exclude(state__in=["listed", "dropped"])
    if filters.unit is not None:
        rows = rows.filter(version__scheme__unit=filters.unit)
    if filters.scheme is not None:
        rows = rows.filter(version__scheme=filters.scheme)
    if filters.state == "open":
        rows = rows.filter(is_open=True)
    elif filters.state == "decided":
        rows = rows.filter(state__in=board.DECIDED)
    if filters.refusal:
        rows = rows.filter(refusal=filters.refusal)
    if filters.passed:
        left = Stay.objects.filter(state=filters.passed, until__isnull=False).values("application")
        rows = rows.filter(pk__in=left)
    return board.without_account(rows) if filters.lacks == "account" else rows


def _for_me(actor: Actor) -> Q:
    """What the actor has to do now, by every post that is held."""
    found = Q(version__scheme__unit__in=access.led(actor), state__in=LEADS)
    if any(p.role is Role.SUPERVISOR and p.unit_kind == "centre" for p in actor.posts):
        found |= Q(state__in=DECIDES) | Q(state="rated", version__publicity_days=0)
    if units := actor.units(Role.REVIEWER):
        seats = Seat.objects.filter(unit__in=units, given_at=None, application__state="review").values("application")
        found |= Q(pk__in=seats)
    if access.may_pay(actor):
        found |= Q(state="granted")
    return found
