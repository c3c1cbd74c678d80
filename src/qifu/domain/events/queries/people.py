"""Who registered: one's own tickets, the roll of an event, and what a door takes along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from qifu.domain.events import access, flow
from qifu.domain.events.models import Event, Opinion, Registration
from qifu.domain.events.queries.listing import Line, line_of
from qifu.domain.registry import queries as registry
from qifu.engines.codes import phones
from qifu.kernel import sealed
from qifu.kernel.actor import Actor

PAGE, BATCH = 50, 1000
TONES = {"registered": "accent", "waiting": "amber", "cancelled": "", "attended": "green", "no_show": "red"}
STATES = tuple((name, state.label) for name, state in flow.REGISTRATION.states.items())


@dataclass(frozen=True, slots=True)
class Ticket:
    """One's own registration."""

    row: Registration
    event: Line
    opinion: Opinion | None
    ahead: int  # who waits before, of one that waits
    may_cancel: bool
    may_rate: bool

    @property
    def state_label(self) -> str:
        return flow.label(flow.REGISTRATION, self.row.state)

    @property
    def tone(self) -> str:
        return TONES[self.row.state]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the roll."""

    id: int
    person: str
    firm: str
    enterprise: int | None
    phone: str  # masked
    state: str
    at: datetime
    code: str

    @property
    def state_label(self) -> str:
        return flow.label(flow.REGISTRATION, self.state)

    @property
    def tone(self) -> str:
        return TONES[self.state]


@dataclass(frozen=True, slots=True)
class Roll:
    """A stretch of the roll."""

    guests: tuple[Guest, ...]
    count: int
    before: int
    after: int


def mine(actor: Actor, now: datetime, most: int = 100) -> tuple[Ticket, ...]:
    """One's own tickets, the latest event first. At most two queries."""
    if not actor.is_contact or actor.account is None:
        return ()
    rows = Registration.objects.filter(account=actor.account).select_related("event__venue", "opinion")
    return tuple(_ticket(row, now, 0) for row in rows.order_by("-event__starts", "-pk")[:most])


def ticket(actor: Actor, code: str, now: datetime) -> Ticket:
    """:raises Missing: not one's own."""
    row = access.ticket_of(actor, code)
    ahead = 0
    if row.state == "waiting":
        ahead = Registration.objects.filter(event=row.event_id, state="waiting", pk__lt=row.pk).count()
    return _ticket(row, now, ahead)


def of_event(actor: Actor, event: int) -> tuple[Registration, ...]:
    """One's own registrations for an event that still stand."""
    if not actor.is_contact or actor.account is None:
        return ()
    rows = Registration.objects.filter(account=actor.account, event=event).exclude(state="cancelled")
    return tuple(rows.order_by("pk")[:20])


def _ticket(row: Registration, now: datetime, ahead: int) -> Ticket:
    return Ticket(
        row=row,
        event=line_of(row.event, now),
        opinion=getattr(row, "opinion", None),
        ahead=ahead,
        may_cancel=row.state in ("registered", "waiting") and now < row.event.starts,
        may_rate=row.state == "attended" and now >= row.event.starts,
    )


def roll(actor: Actor, event: int, *, q: str = "", state: str = "", page: int = 1) -> tuple[Event, Roll]:
    """A page of who registered, in the order in which they did; telephones are masked.

    :raises Forbidden: not of the staff. :raises Missing: there is none.
    """
    row = access.event_to_see(actor, event)
    found = _found(row, q, state)
    count = found.count()
    last = max(1, -(-count // PAGE))
    here = min(max(1, page), last)
    guests = _guests(list(found[(here - 1) * PAGE : here * PAGE]))
    return row, Roll(guests, count, here - 1, here + 1 if here < last else 0)


def every(actor: Actor, event: int, *, q: str = "", state: str = "") -> Iterator[Guest]:
    """All of the roll, a thousand at a time.

    :raises Forbidden: not of the staff.
    """
    row = access.event_to_see(actor, event)
    last = 0
    while True:
        rows = list(_found(row, q, state).filter(pk__gt=last)[:BATCH])
        yield from _guests(rows)
        if len(rows) < BATCH:
            return
        last = rows[-1].pk


def door_list(actor: Actor, event: int) -> list[dict[str, Any]]:
    """What a door takes along: names, firms and codes of those who may come in; no telephones. Three queries.

    :raises Forbidden: not of those who stand there.
    """
    row = access.event_to_let_in(actor, event)
    rows = Registration.objects.filter(event=row).exclude(state="cancelled").order_by("pk")
    held = list(rows.values_list("code", "person", "firm", "enterprise_id", "state"))
    names = registry.names(firm for _, _, _, firm, _ in held)
    return [
        {"code": code, "person": person, "firm": names.get(firm or 0, written), "state": state}
        for code, person, written, firm, state in held
    ]


def _found(row: Event, q: str, state: str) -> QuerySet[Registration]:
    rows = Registration.objects.filter(event=row).order_by("pk")
    if state:
        rows = rows.filter(state=state)
    text = q.strip()
    if text:
        number = phones.normalise(text)
        asked = Q(person__icontains=text) | Q(firm__icontains=text) | Q(enterprise__name__icontains=text)
        asked |= Q(code=text.upper())
        if number:
            asked |= Q(phone_lookup=sealed.lookup(number))
        rows = rows.filter(asked)
    return rows


def _guests(rows: list[Registration]) -> tuple[Guest, ...]:
    names = registry.names(row.enterprise_id for row in rows)
    return tuple(
        Guest(
            row.pk, row.person, names.get(row.enterprise_id or 0, row.firm), row.enterprise_id,
            phones.mask(sealed.unseal(row.phone_sealed)), row.state, row.at, row.code,
        )
        for row in rows
    )  # fmt: skip
