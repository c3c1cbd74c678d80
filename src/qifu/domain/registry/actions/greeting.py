"""Greeting new enterprises: noted when one is entered, told within the hour, once for each enterprise ever.

New is who was founded in the last ninety days before it was entered, or entered itself by certification. Whom nobody can
reach is tried again daily for a month and at once when somebody comes to speak for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.people import phones
from qifu.domain.registry.access import enterprise_of_mine
from qifu.domain.registry.models import Agency, Enterprise, Greeting, Load
from qifu.kernel import outbox
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.evidence.actions import Entry, record, record_many
from qifu.kernel.outbox import Message

NEW = timedelta(days=90)  # founded no longer ago than this when it was entered
PROMISED = timedelta(hours=1)
AGAIN, PATIENCE = timedelta(days=1), timedelta(days=30)
SLICE = 200
TEMPLATE = "enterprise_greeting"
FINAL = ("merged", "closed", "removed", "old")  # nothing that comes later makes it new again
Due = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Handed:
    """What rooms above know: what each fits (code, title), the specialist, the handbook, which accounts want no messages."""

    items: Mapping[int, Sequence[tuple[str, str]]]
    specialists: Mapping[int, str]
    handbook: str
    silent: frozenset[tuple[int, int]] = frozenset()  # account, enterprise


Hand = Callable[[Sequence[int]], Handed]


@dataclass(frozen=True, slots=True)
class Done:
    """What a run came to."""

    greeted: int
    missed: int


def note_new(rows: Iterable[Enterprise], *, now: datetime, from_load: bool) -> None:
    """Note enterprises just entered, inside the caller's transaction; one known by code or name is never noted twice."""
    made = list(rows)
    telling = _telling({row.entered_by_id for row in made if row.registered_on is None and row.entered_by_id})
    fresh = {identity_of(row): row for row in made if _may_be_new(row, now, telling, from_load)}
    if not fresh:
        return
    known = Greeting.objects.filter(identity__in=list(fresh)).values_list("identity", "pk", "enterprise_id", "state")
    for identity, pk, enterprise, state in known:
        row = fresh.pop(identity)
        if enterprise is None:  # its list was undone and is loaded again
            again = None if state == "greeted" else now
            Greeting.objects.filter(pk=pk).update(enterprise=row, name=row.name, next_at=again)
    Greeting.objects.bulk_create(
        [
            Greeting(
                identity=identity,
                enterprise=row,
                name=row.name,
                from_load=from_load,
                made_at=now,
                promised_at=now + PROMISED,
                next_at=now,
            )
            for identity, row in fresh.items()
        ],
        batch_size=500,
    )


def note_contact(enterprise: int, now: datetime) -> None:
    """Look again at once, because somebody now speaks for the enterprise."""
    Greeting.objects.filter(enterprise=enterprise, state="missed").exclude(why__in=FINAL).update(next_at=now)


def greet(*, now: datetime, due: Due, hand: Hand) -> Done:
    """Greet whoever is to be greeted; `due` says when something may be told. Killed half-way, nobody is greeted twice."""
    greeted = missed = 0
    while True:
        with transaction.atomic():
            rows = list(
                Greeting.objects.select_for_update(of=("self",))
                .filter(next_at__lte=now)
                .exclude(state="greeted")
                .select_related("enterprise__entered_by__source")
                .order_by("next_at", "pk")[:SLICE]
            )
            if not rows:
                return Done(greeted, missed)
            told = _greet(rows, now, due, hand)
            greeted, missed = greeted + told, missed + len(rows) - told


@transaction.atomic
def close_greeting(*, actor: Actor, now: datetime, enterprise: int) -> None:
    """Put the greeting away that the enterprise sees when it signs in. :raises Missing: not the actor's enterprise."""
    enterprise_of_mine(actor, enterprise)
    if Greeting.objects.filter(enterprise=enterprise, closed_at=None).update(closed_at=now):
        record(actor=actor, now=now, verb="enterprise.greeting_seen", stream=f"registry.enterprise:{enterprise}")


def address_of(enterprise: str, channel: str) -> str | None:
    """The mobile of an enterprise as it stands in the registry: resolves `enterprise:12`."""
    row = Enterprise.objects.filter(pk=int(enterprise)).first() if channel == "sms" else None
    return row.phone if row is not None and row.phone and phones.may_receive_sms(row.phone) else None


def identity_of(row: Enterprise) -> str:
    """By what an enterprise is known for good."""
    return f"code:{row.uscc}" if row.uscc else f"name:{row.name}"


def _may_be_new(row: Enterprise, now: datetime, telling: set[int], from_load: bool) -> bool:
    """Founded lately; without a date only who enters itself or stands in the register, for other lists name anybody."""
    if row.registered_on is None:
        return not from_load or row.entered_by_id in telling
    return row.registered_on >= localdate(now) - NEW


def _telling(loads: set[int]) -> set[int]:
    rows = Load.objects.filter(pk__in=loads, source__may_tell=True) if loads else Load.objects.none()
    return set(rows.values_list("pk", flat=True))


def _greet(rows: list[Greeting], now: datetime, due: Due, hand: Hand) -> int:
    firms = [row.enterprise_id for row in rows if row.enterprise_id]
    handed, speaking = hand(firms), _speaking(firms)
    messages: list[Message] = []
    proofs: list[Entry] = []
    at = due(now)
    for row in rows:
        row.promised_at = due(row.made_at) + PROMISED
        why, to = _way(row, speaking.get(row.enterprise_id or 0, ()), handed.silent)
        if why:
            _missed(row, why, now, proofs)
        else:
            _told(row, to, handed, now, at, messages, proofs)
    fields = ["state", "why", "channels", "told", "next_at", "told_at", "promised_at"]
    Greeting.objects.bulk_update(rows, fields, batch_size=100)
    record_many(proofs)
    outbox.tell_all(messages)
    return sum(row.state == "greeted" for row in rows)


def _speaking(firms: Sequence[int]) -> dict[int, list[int]]:
    rows = Agency.objects.filter(enterprise__in=firms, until__isnull=True, account__is_active=True).order_by("pk")
    found: dict[int, list[int]] = {}
    for firm, account in rows.values_list("enterprise_id", "account_id"):
        found.setdefault(firm, []).append(account)
    return found


def _way(
    row: Greeting, accounts: Sequence[int], silent: frozenset[tuple[int, int]]
) -> tuple[str, list[tuple[str, str]]]:
    """Why it cannot be greeted; or by which channel and to whom it is."""
    firm = row.enterprise
    if firm is None:
        return "removed", []
    if firm.merged_into_id:
        return "merged", []
    if firm.status != "open":
        return "closed", []
    if row.from_load and not accounts:
        if firm.registered_on is None:
            return "no_date", []
        if firm.registered_on < localdate(row.made_at) - NEW:
            return "old", []
    willing = [account for account in accounts if (account, firm.pk) not in silent]
    if willing:
        return "", [(channel, f"account:{account}") for account in willing for channel in ("inapp", "sms")]
    if accounts:
        return "declined", []
    if not address_of(str(firm.pk), "sms"):
        return "no_contact", []
    source = firm.entered_by.source if firm.entered_by else None
    if source is None or not source.may_tell:
        return "no_consent", []
    return "", [("sms", f"enterprise:{firm.pk}")]


def _missed(row: Greeting, why: str, now: datetime, proofs: list[Entry]) -> None:
    is_news = (row.state, row.why) != ("missed", why)
    row.state, row.why = "missed", why
    row.next_at = None if why in FINAL or now >= row.made_at + PATIENCE else now + AGAIN
    if is_news and row.enterprise_id:
        stream = f"registry.enterprise:{row.enterprise_id}"
        proofs.append(Entry(SYSTEM, now, "enterprise.not_greeted", stream, {"why": why}))


def _told(
    row: Greeting,
    to: list[tuple[str, str]],
    handed: Handed,
    now: datetime,
    at: datetime,
    messages: list[Message],
    proofs: list[Entry],
) -> None:
    pk = row.enterprise_id
    assert pk is not None
    items = list(handed.items.get(pk, ()))
    row.state, row.why, row.next_at, row.told_at = "greeted", "", None, at
    row.channels = sorted({channel for channel, _ in to})
    specialist = handed.specialists.get(pk, "")
    row.told = {"handbook": handed.handbook, "specialist": specialist, "items": items[:5], "count": len(items)}
    words = {"enterprise": row.name, "handbook": handed.handbook, "specialist": specialist}
    words |= {"count": str(len(items)), "title": items[0][1]} if items else {}
    stream = f"registry.enterprise:{pk}"
    messages += [Message(channel, who, TEMPLATE, words, f"greeting:{row.pk}", now, due=at) for channel, who in to]
    told = {"channels": row.channels, "items": [code for code, _ in items[:5]], "due": at.isoformat()}
    proofs.append(Entry(SYSTEM, now, "enterprise.greet", stream, told))
