"""Who is told of a step, and how. Items wait in the outbox, in the step's own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from qifu.domain.grants.actions.moves import Move
from qifu.domain.people import queries as people
from qifu.domain.registry import agencies
from qifu.kernel import outbox
from qifu.kernel.actor import Role
from qifu.kernel.outbox import Message

TEMPLATES = {  # step → template told to the enterprise
    "submit": "grant_receipt", "offer": "grant_offered", "enlist": "grant_enlisted", "ask": "grant_question",
    "grant": "grant_decided", "deem": "grant_decided", "reject": "grant_refused", "fail": "grant_refused",
    "refuse": "grant_refused", "drop": "grant_refused", "uphold": "grant_refused", "pay": "grant_paid", "bounce": "grant_bounced",
    "overturn": "grant_reopened", "recheck": "grant_reopened",
}  # fmt: skip
TO_LEAD = {"submit": "work_grant_arrived", "answer": "work_grant_answered", "appeal": "centre_grant_appeal"}
BY_SMS = {"ask", "grant", "deem", "pay", "bounce", "offer"}


def told(moves: Sequence[Move]) -> None:
    """After a step: the enterprise, and those who now have work."""
    found: list[Message] = []
    for move in moves:
        found += _to_enterprise(move) + _to_staff(move)
    outbox.tell_all(found)


def _to_enterprise(move: Move) -> list[Message]:
    row, step = move.row, move.moved.step.name
    if step not in TEMPLATES or (
        step == "drop" and move.moved.before == "listed"
    ):  # who was only listed knows of nothing
        return []
    accounts = (row.contact,) if row.contact else agencies.contacts_of(row.enterprise_id)
    channels = ("inapp", "sms") if step in BY_SMS else ("inapp",)
    return [_message(channel, account, TEMPLATES[step], move) for account in accounts for channel in channels]


def _to_staff(move: Move) -> list[Message]:
    template = TO_LEAD.get(move.moved.step.name)
    if template is None:
        return []
    if move.moved.step.name == "appeal":
        who = people.holders(Role.SUPERVISOR, move.now)
    else:
        who = people.holders(Role.HANDLER, move.now, move.row.version.scheme.unit_id)
    return [_message("inapp", person.id, template, move) for person in who]


def _message(channel: str, account: int, template: str, move: Move) -> Message:
    row = move.row
    variables = {"number": row.number, "title": row.version.title, "amount": move.words.get("amount", "")}
    key = f"{row.number}:{row.seq}:{template}"
    return Message(channel, f"account:{account}", template, variables, key, move.now, stream=row.stream)
