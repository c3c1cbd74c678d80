"""Telling enterprises of what they fit: never without proof, together, not too often, not at night; and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count

from qifu.domain.policies import access, facts, planes, sourcing
from qifu.domain.policies.models import Match, Parcel, Push, Revision, Subscription
from qifu.domain.registry import agencies
from qifu.domain.registry import facts as registry
from qifu.domain.registry import queries as enterprises
from qifu.engines import eligibility as law
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import outbox, typed
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record, record_many
from qifu.kernel.outbox import Message

MONTHLY = 2  # parcels to one enterprise in one month
TOGETHER = 5  # items in one parcel
QUIET_FROM, QUIET_TO = time(20, 0), time(8, 30)  # nobody is told anything between
STREAM = "policies.pushing"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run came to; `held_back` had their parcels of the month already."""

    parcels: int
    pushes: int
    held_back: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """An enterprise with the places of what it is to be told, the dearest first."""

    enterprise: int
    accounts: tuple[int, ...]
    places: list[int]
    reading: law.Reading


Pace = Callable[[int, int, Sent], bool]


def push(*, actor: Actor = SYSTEM, now: datetime, only: Iterable[int] | None = None, pace: Pace | None = None) -> Sent:
    """Tell every enterprise with a contact of items it fits and was never told of.

    What the match says is judged anew before it is sent, so that no push goes out on a stale answer. `pace` is told after
    each stretch, inside its transaction, of how many enterprises how many are done and what came of it; it stops the run by no.

    :raises Forbidden: the actor does not run pushing.
    """
    access.require_operator(actor)
    on = facts.day(now)
    shelf = facts.shelf(on)
    chosen = agencies.contacts()
    if only is not None:
        chosen = {firm: chosen[firm] for firm in only if firm in chosen}
    fitting = _fitting(shelf, set(chosen))
    full = _full(chosen, on)
    done = [0, 0, 0]
    seen = 0
    for firms in _some(sorted(fitting)):
        with transaction.atomic():
            ready = _ready(shelf, [f for f in firms if f not in full], fitting, chosen, on)
            made = [_parcel(one, shelf, now) for one in ready]
            record_many([_proof_of_sending(actor, now, parcel, pushes) for parcel, pushes in made])
            _tell(made, ready, shelf, now)
            done[0] += len(made)
            done[1] += sum(len(pushes) for _, pushes in made)
            done[2] += len(set(firms) & full)
            seen += len(firms)
            goes_on = pace is None or pace(len(fitting), seen, Sent(*done))
        if not goes_on:
            break
    with transaction.atomic():
        told = {"parcels": done[0], "pushes": done[1], "held_back": done[2]}
        record(actor=actor, now=now, verb="policies.push", stream=STREAM, facts=told)
    return Sent(*done)


@transaction.atomic
def open_pushes(*, actor: Actor, now: datetime, enterprise: int, revisions: Iterable[int] | None = None) -> int:
    """Note that the enterprise has seen what it was told, and, of those named, has looked at the reasons."""
    access.speaks_for(actor, enterprise)
    rows = Push.objects.filter(enterprise=enterprise)
    opened = rows.filter(opened_at=None).update(opened_at=now)
    checked = 0
    if revisions is not None:
        checked = rows.filter(checked_at=None, revision__in=list(revisions)).update(checked_at=now)
    if opened or checked:
        facts_ = {"opened": opened, "checked": checked}
        record(actor=actor, now=now, verb="policies.open", stream=f"policies.firm:{enterprise}", facts=facts_)
    return opened + checked


@transaction.atomic
def answer(*, actor: Actor, now: datetime, push: int, fits: bool, because: str = "") -> Push:
    """Say whether what one was told fits; what does not goes back to the editor with the reason.

    :raises Missing: not a push to an enterprise of the actor's. :raises Invalid: it does not fit, and nobody says why.
    """
    row = access.push(actor, push)
    because = typed.lines(because)
    if not fits and not 2 <= len(because) <= 300:
        raise Invalid("请写明为什么不适合（2 至 300 字），政策编辑会据此修改。", {"because": "请写明原因。"})
    row.fits, row.because, row.answered_at, row.handled_at = fits, "" if fits else because, now, None
    row.opened_at = row.opened_at or now
    row.save(update_fields=["fits", "because", "answered_at", "handled_at", "opened_at"])
    told = {"push": row.pk, "item": row.revision.item.code, "fits": fits}
    content = {"because": because} if because else None
    record(actor=actor, now=now, verb="policies.answer", stream=f"policies.firm:{row.enterprise_id}", facts=told,
           content=content)  # fmt: skip
    return row


@transaction.atomic
def handle(*, actor: Actor, now: datetime, push: int) -> None:
    """Say that an answer has been dealt with: the revision mended, or rightly left.

    :raises Forbidden: the actor does not write policies. :raises Conflict: there is nothing to deal with.
    """
    access.require_writer(actor)
    row = Push.objects.select_for_update().filter(pk=push, fits=False, handled_at=None).first()
    if row is None:
        raise Conflict("这条反馈已经处理过，请刷新页面。")
    row.handled_at = now
    row.save(update_fields=["handled_at"])
    told = {"push": row.pk}
    record(actor=actor, now=now, verb="policies.handle", stream=f"policies.firm:{row.enterprise_id}", facts=told)


@transaction.atomic
def subscribe(*, actor: Actor, now: datetime, enterprise: int, is_on: bool, themes: Sequence[str] = ()) -> Subscription:
    """Say what one wants to be told of for an enterprise; no themes: of everything.

    :raises Missing: the actor does not speak for it. :raises Invalid: too many themes.
    """
    access.speaks_for(actor, enterprise)
    wanted = sorted({theme.strip()[:20] for theme in themes if theme.strip()})
    if len(wanted) > 30:
        raise Invalid("最多选 30 个主题。")
    row, _ = Subscription.objects.update_or_create(
        account=access.account_of(actor),
        enterprise_id=enterprise,
        defaults={"is_on": is_on, "themes": wanted, "at": now},
    )
    told = {"is_on": is_on, "themes": wanted}
    record(actor=actor, now=now, verb="policies.subscribe", stream=f"policies.firm:{enterprise}", facts=told)
    return row


def proof(reading: law.Reading, place: int, revision: Revision) -> dict[str, object]:
    """Why an enterprise fits a revision: each clause with its answer, the value it saw, of when and from whom.

    :raises ValueError: it does not fit; then there is nothing to prove.
    """
    told = reading.explain(place)
    if told.result != "eligible":
        raise ValueError(f"{revision.item.code} is not proved: {told.result}")
    known = sourcing.sources(revision.clauses)
    lines = []
    for line in told.tree:
        source = sourcing.source_of(line.path, known) if line.fields else None
        origin = line.origin if isinstance(line.origin, registry.Held) else None
        lines.append(
            {
                "path": line.path, "text": line.text, "value": line.value, "result": line.result, "depth": line.depth,
                "cite": source.cite if source else "", "source": origin.source if origin else "",
                "as_of": origin.as_of.isoformat() if origin and origin.as_of else "",
            }
        )  # fmt: skip
    return {"on": reading.on.isoformat(), "code": revision.item.code, "revision": revision.number, "lines": lines}


def due_of(now: datetime) -> datetime:
    """When something may be told: at once, or when the quiet hours are over."""
    local = now.astimezone(SHANGHAI)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return now
    morning = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(morning, QUIET_TO, SHANGHAI)


def _fitting(shelf: facts.Shelf, firms: set[int]) -> dict[int, list[int]]:
    """For each enterprise the places of what it fits and was not told."""
    told = set(Push.objects.filter(enterprise__in=firms).values_list("enterprise_id", "revision_id"))
    places = {revision.pk: place for place, revision in enumerate(shelf.revisions)}
    found: dict[int, list[int]] = {}
    for pk, plane in Match.objects.filter(revision__in=list(places)).values_list("revision_id", "eligible_bits"):
        for firm in firms:
            if planes.holds(plane, firm) and (firm, pk) not in told:
                found.setdefault(firm, []).append(places[pk])
    return found


def _full(firms: Iterable[int], on: date) -> set[int]:
    """The enterprises that have had their parcels of the month."""
    counted = Parcel.objects.filter(month=on.replace(day=1), enterprise__in=list(firms)).values("enterprise")
    return {row["enterprise"] for row in counted.annotate(n=Count("pk")) if row["n"] >= MONTHLY}


def _ready(
    shelf: facts.Shelf, firms: Sequence[int], fitting: dict[int, list[int]], accounts: dict[int, tuple[int, ...]],
    on: date,
) -> list[_Ready]:  # fmt: skip
    wishes: dict[int, list[Subscription]] = {}
    for row in Subscription.objects.filter(enterprise__in=list(firms)):
        wishes.setdefault(row.enterprise_id, []).append(row)
    held = registry.many(list(firms))
    found = []
    for firm in firms:
        wanted = _wanting(accounts[firm], wishes.get(firm, []))
        if not wanted:
            continue
        values = held.get(firm, {})
        reading = law.Reading(shelf.library, facts.of(values, on), on, values)
        fresh = [p for p in fitting[firm] if reading.result(p) == "eligible" and _is_wanted(shelf, p, wanted)]
        fresh.sort(key=lambda p: (-_worth(shelf.revisions[p], reading), shelf.revisions[p].item.code))
        if fresh:
            found.append(_Ready(firm, tuple(wanted), fresh[:TOGETHER], reading))
    return found


def _wanting(accounts: Iterable[int], wishes: Sequence[Subscription]) -> dict[int, list[str]]:
    """The accounts that want to be told, with their themes (none: all)."""
    said = {row.account: row for row in wishes}
    return {a: said[a].themes if a in said else [] for a in accounts if a not in said or said[a].is_on}


def _is_wanted(shelf: facts.Shelf, place: int, wanted: dict[int, list[str]]) -> bool:
    theme = shelf.revisions[place].item.theme
    return any(not themes or theme in themes for themes in wanted.values())


def _worth(revision: Revision, reading: law.Reading) -> Decimal:
    if revision.formula is None:
        return Decimal(0)
    return law.amount(law.read_formula(revision.formula), reading.facts).least


def _parcel(one: _Ready, shelf: facts.Shelf, now: datetime) -> tuple[Parcel, list[Push]]:
    month = facts.day(now).replace(day=1)
    place = Parcel.objects.filter(enterprise=one.enterprise, month=month).count() + 1
    due = due_of(now)
    parcel = Parcel.objects.create(enterprise_id=one.enterprise, month=month, place=place, at=now, due=due)
    pushes = Push.objects.bulk_create(
        Push(
            parcel=parcel, enterprise_id=one.enterprise, revision=shelf.revisions[p], sent_at=due,
            proof=proof(one.reading, p, shelf.revisions[p]),
        )
        for p in one.places
    )  # fmt: skip
    return parcel, pushes


def _proof_of_sending(actor: Actor, now: datetime, parcel: Parcel, pushes: Sequence[Push]) -> Entry:
    told = {"parcel": parcel.pk, "due": parcel.due.isoformat(), "items": [p.proof["code"] for p in pushes]}
    return Entry(actor, now, "policies.parcel", f"policies.firm:{parcel.enterprise_id}", told)


def _tell(
    made: Sequence[tuple[Parcel, list[Push]]], ready: Sequence[_Ready], shelf: facts.Shelf, now: datetime
) -> None:
    names = enterprises.names([one.enterprise for one in ready])
    messages = []
    for (parcel, pushes), one in zip(made, ready, strict=True):
        words = {
            "enterprise": names.get(one.enterprise, ""),
            "count": len(pushes),
            "title": shelf.revisions[one.places[0]].title,
        }
        for account in one.accounts:
            to, key = f"account:{account}", f"policies:{parcel.pk}"
            messages.append(Message("inapp", to, "policy_push", words, key, now, due=parcel.due))
    outbox.tell_all(messages)


def _some(firms: Sequence[int], size: int = 200) -> Iterable[list[int]]:
    return (list(firms[k : k + size]) for k in range(0, len(firms), size))
