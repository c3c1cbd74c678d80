"""Who is told of a step, and how. Items wait in the outbox, in the step's own transaction; each destination is one item."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal, Clock
from qifu.domain.people import phones
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import outbox
from qifu.kernel.actor import Role
from qifu.kernel.outbox import Message

TEMPLATES = {  # step → template told to the enterprise
    "accept": "appeal_accepted",
    "decline": "appeal_declined",
    "dispatch": "appeal_dispatched",
    "rule": "appeal_dispatched",
    "ask": "appeal_question",
    "grant": "appeal_extended",
    "reply": "appeal_replied",
    "reply_along": "appeal_replied",
    "settle": "appeal_replied",
    "finish": "appeal_replied",
    "reopen": "appeal_reopened",
    "refuse": "appeal_reopened",
    "lapse": "appeal_lapsed",
}


def received(appeal: Appeal, clocks: Iterable[Clock], owner: people.Person | None, now: datetime) -> None:
    """The receipt to the enterprise, and the word to the desk."""
    dues = {row.kind: spoken(row.due_at) for row in clocks}
    variables = {
        **named(appeal),
        "owner": owner.name if owner else "值班人员",
        "accept_due": dues.get("accept", ""),
        "reply_due": dues["reply"],
    }
    found = _to_contact(appeal, "appeal_receipt", variables, now)
    if appeal.duty_owner:
        found.append(
            _to_staff(appeal, appeal.duty_owner, "appeal_arrived", named(appeal) | {"title": appeal.title}, now)
        )
    outbox.tell_all(found)


def told(move: Move) -> None:
    """After a step: the enterprise, the units that now have work, the centre where it has to act."""
    appeal, step = move.appeal, move.moved.step.name
    variables = named(appeal) | {"title": appeal.title, "unit": move.words.get("unit", "")}
    found = _to_contact(appeal, TEMPLATES[step], variables, move.now) if step in TEMPLATES else []
    if step in ("dispatch", "rule", "involve"):
        found += _to_units(move, "work_dispatched", variables)
    if step == "supervise":
        found += _to_units(move, "work_supervised", variables)
    if appeal.state == "disputed" and move.moved.before != "disputed":
        for person in people.holders(Role.SUPERVISOR, move.now):
            found.append(_to_staff(appeal, person.id, "centre_dispute", variables, move.now))
    elif step in ("return", "ask_extension", "refuse", "urge") and appeal.duty_owner:
        found.append(_to_staff(appeal, appeal.duty_owner, f"centre_{step}", variables, move.now))
    if step in ("answer", "add", "grant", "refuse_extension") and appeal.handler:
        found.append(_to_staff(appeal, appeal.handler, f"work_{step}", variables, move.now))
    outbox.tell_all(found)


def signalled(appeal: Appeal, clock: Clock, level: int, now: datetime) -> None:
    """A share of the term has passed, or the term itself: those who owe it, then those above them."""
    names = {1: "clock_half", 2: "clock_most", 3: "clock_over", 4: "clock_escalated"}
    variables = named(appeal) | {"title": appeal.title, "due": spoken(clock.due_at)}
    key = f"{appeal.number}:{clock.kind}:{clock.round}:{clock.pk}:{level}:{clock.due_at:%y%m%d%H%M}"
    owing = _owing(appeal, clock, level, now)
    outbox.tell_all([_message("inapp", f"account:{n}", appeal, names[level], variables, key, now) for n in owing])


def named(appeal: Appeal) -> dict[str, str]:
    """What a message calls the case: its kind and its number."""
    return {"kind": words.label(words.KINDS, appeal.kind), "number": appeal.number}


def spoken(at: datetime) -> str:
    """A moment as a message says it: 9月30日 16:40."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _owing(appeal: Appeal, clock: Clock, level: int, now: datetime) -> set[int]:
    found = {person.id for person in people.holders(Role.SUPERVISOR, now)} if level >= 3 else set()
    if level >= 4:
        found |= {person.id for person in people.holders(Role.LEADER, now)}
    if clock.kind == "confirm":
        return {appeal.contact} if appeal.contact and level <= 2 else set()
    if clock.kind in ("accept", "dispatch") or appeal.unit_id is None:
        return found | {person.id for person in people.holders(Role.DISPATCHER, now)}
    if appeal.handler:
        return found | {appeal.handler}
    return found | {person.id for person in people.holders(Role.HANDLER, now, appeal.unit_id)}


def _to_contact(appeal: Appeal, template: str, variables: dict[str, str], now: datetime) -> list[Message]:
    """To the enterprise: always in-app where there is an account, and by SMS to the mobile number it left."""
    key, found = _key(appeal, template), list[Message]()
    if appeal.contact:
        found.append(_message("inapp", f"account:{appeal.contact}", appeal, template, variables, key, now))
    if appeal.prefers != "portal" and appeal.phone and phones.may_receive_sms(appeal.phone):
        found.append(_message("sms", f"appeal:{appeal.pk}", appeal, template, variables, key, now))
    return found


def _to_units(move: Move, template: str, variables: dict[str, str]) -> list[Message]:
    return [
        _to_staff(move.appeal, person.id, template, variables, move.now)
        for unit in move.papers.working(move.appeal.round)
        for person in people.holders(Role.HANDLER, move.now, unit)
    ]


def _to_staff(appeal: Appeal, account: int, template: str, variables: dict[str, str], now: datetime) -> Message:
    return _message("inapp", f"account:{account}", appeal, template, variables, _key(appeal, template), now)


def _key(appeal: Appeal, template: str) -> str:
    return f"{appeal.number}:{appeal.seq}:{template}"


def _message(
    channel: str, to: str, appeal: Appeal, template: str, variables: dict[str, str], key: str, now: datetime
) -> Message:
    return Message(channel, to, template, variables, key, now, stream=appeal.stream)
