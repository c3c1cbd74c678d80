"""Letting in at the door, one at a time or many that were noted without a network; nobody is counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from qifu.domain.events import access, flow
from qifu.domain.events.models import CheckIn, Event, Registration
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid, Missing
from qifu.kernel.evidence.actions import Entry, record, record_many

MOST = 200  # sent at once
EARLY, LATE = timedelta(hours=12), timedelta(days=7)  # before it begins; after it ends, of what was noted offline


@dataclass(frozen=True, slots=True)
class Check:
    """What a device noted: `key` is its own, and stays the same however often it is sent."""

    key: str
    code: str
    at: datetime
    how: str = "scan"
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: in, double, waiting, cancelled, unknown; of a double, when the first came."""

    key: str
    word: str
    person: str = ""
    firm: str = ""
    first_at: datetime | None = None


@transaction.atomic
def check_in(*, actor: Actor, now: datetime, event: int, checks: Sequence[Check]) -> list[Answer]:
    """Take what a door sends; sent again it is answered alike and changes nothing.

    :raises Missing: no such event. :raises Forbidden: not of those at the door. :raises Invalid: too many, or unreadable.
    :raises Conflict: not the time for it.
    """
    row = access.event_to_let_in(actor, event, lock=True)
    _require_time(row, now)
    if len(checks) > MOST or any(not (1 <= len(one.key) <= 64) or one.how not in CheckIn.How.values for one in checks):
        raise Invalid(f"签到记录读不出来，或一次超过 {MOST} 条。")
    known = {one.key: one for one in _sent([one.key for one in checks])}
    held = {
        one.code: one
        for one in Registration.objects.select_related("enterprise").filter(
            event=row, code__in={one.code for one in checks}
        )
    }
    entries: list[Entry] = []
    answers = [_one(actor, now, row, one, held, known, entries) for one in checks]
    record_many(entries)
    return answers


def _sent(keys: Sequence[str]) -> list[CheckIn]:
    return list(CheckIn.objects.select_related("registration__enterprise").filter(key__in=keys))


def _one(
    actor: Actor, now: datetime, row: Event, one: Check, held: dict[str, Registration], known: dict[str, CheckIn],
    entries: list[Entry],
) -> Answer:  # fmt: skip
    found = held.get(one.code)
    if before := known.get(one.key):
        if before.registration.code != one.code:
            return Answer(one.key, "unknown")
        return _answer(one.key, "double" if before.is_double else "in", before.registration)
    if found is None:
        return Answer(one.key, "unknown")
    if found.state in ("waiting", "cancelled"):
        return _answer(one.key, found.state, found)
    is_double = found.state == "attended"
    at = one.at if row.opens <= one.at <= now else now  # a clock that is wrong is not believed
    known[one.key] = CheckIn.objects.create(
        registration=found, key=one.key, how=one.how, at=at, received_at=now, by_id=actor.account,
        is_offline=one.is_offline, is_double=is_double,
    )  # fmt: skip
    facts = {"registration": found.pk, "how": one.how, "offline": one.is_offline, "at": at.isoformat()}
    entries.append(Entry(actor, now, "events.double" if is_double else "events.check_in", row.stream, facts))
    if is_double:
        return _answer(one.key, "double", found)
    found.state = flow.target(flow.REGISTRATION, found.state, "check_in")
    found.save(update_fields=["state"])
    return _answer(one.key, "in", found)


def _answer(key: str, word: str, row: Registration) -> Answer:
    first = None
    if word == "double":
        first = row.checks.filter(is_double=False, undone_at=None).values_list("at", flat=True).first()
    firm = row.enterprise.name if row.enterprise is not None else row.firm
    return Answer(key, word, row.person, firm, first)


def _require_time(row: Event, now: datetime) -> None:
    if row.state not in ("published", "closed", "held"):
        raise Conflict(f"活动现在是“{flow.label(flow.EVENT, row.state)}”，不能签到。", state=row.state)
    if now < row.starts - EARLY:
        raise Conflict("活动开始前 12 小时内才能签到。", state="early")
    if now > row.ends + LATE:
        raise Conflict("活动结束已超过 7 天，不能再补签到。", state="late")


@transaction.atomic
def undo(*, actor: Actor, now: datetime, event: int, registration: int) -> Registration:
    """Take back a check-in that was a mistake.

    :raises Missing: nobody of this event. :raises Conflict: not checked in, or the event is over.
    """
    row = access.event_to_let_in(actor, event, lock=True)
    found = Registration.objects.filter(event=row, pk=registration).first()
    if found is None:
        raise Missing("名单里没有这个人，请刷新页面。")
    if row.state == "held":
        raise Conflict("活动已登记举办，不能再撤销签到。", state=row.state)
    found.state = flow.target(flow.REGISTRATION, found.state, "undo_check_in")
    found.save(update_fields=["state"])
    found.checks.filter(is_double=False, undone_at=None).update(undone_at=now)
    record(actor=actor, now=now, verb="events.undo_check_in", stream=row.stream, facts={"registration": found.pk})
    return found
