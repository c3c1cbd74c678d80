"""Take one step of a case: door, lock, flow, effect, row, clocks, evidence, outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import zip_longest

from django.db import transaction

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.actions import notify
from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.actions.papers import Tables
from qifu.domain.appeals.actions.playing import entry, kept, play
from qifu.domain.appeals.actions.remember import remember
from qifu.domain.appeals.actions.retries import comparable
from qifu.domain.appeals.models import Appeal, Clock, Words
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence.actions import record_entry
from qifu.kernel.files.actions import give
from qifu.kernel.prepared import Prepared
from qifu.kernel.receipts.actions import claim, settle
from qifu.kernel.writing import insert, update

_CLOCKS = Prepared(lambda appeal: Clock.objects.filter(appeal=appeal).order_by("pk"), numbers=["appeal"])
LEAVES = {"withdraw": "主办件已撤回，恢复单独办理。", "decline": "主办件不予受理，恢复单独办理。"}


@transaction.atomic
def take(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    step: str,
    given: Mapping[str, object] | None = None,
    seq: int | None = None,
    key: str = "",
) -> Appeal:
    """Take the step and return the case as it stands after it.

    `seq` is the case's step count that the person saw; `key` makes a retry harmless.

    :raises Missing: no such case for this actor.
    :raises Forbidden: the step is somebody else's.
    :raises Conflict: the case has moved on, or the step is not possible from its state (`state` says which).
    :raises Invalid: something the step needs is missing or unusable.
    """
    given = dict(given or {})
    claimed = claim(actor=actor, now=now, act=f"appeals.{step} {number}", key=key, body=comparable(_plain(given)))
    if claimed.done:  # said before the door: the step itself may have taken the case out of the actor's sight
        return Appeal.objects.get(number=number)
    appeal = access.door(actor, number, lock=True)
    if seq is not None and seq != appeal.seq:
        raise Conflict("这件诉求刚有了新的进展，请刷新后再处理。", state=appeal.state)
    taken = step_on(appeal, actor=actor, now=now, step=step, given=given)
    settle(claimed, str(taken.seq))
    return taken


def step_on(appeal: Appeal, *, actor: Actor, now: datetime, step: str, given: Mapping[str, object]) -> Appeal:
    """Take the step on a case that is locked already."""
    rows = _CLOCKS(appeal=appeal.pk)
    move = play(
        appeal,
        Tables(appeal),
        clocks=[facts.value(row) for row in rows],
        actor=actor,
        now=now,
        step=step,
        given=given,
        relations=access.relations(actor, appeal),
        terms=facts.terms(appeal.kind, appeal.urgency),
        timer=facts.timer(),
    )
    update(appeal, *move.changes)
    if "is_open" in move.changes:
        Words.objects.filter(appeal=appeal).update(is_open=appeal.is_open)
    _save_clocks(move, rows)
    _prove(move)
    notify.told(move)
    if step == "dispatch" and appeal.unit_id is not None:
        remember(appeal, chosen=appeal.unit_id, now=now)
    if step == "reply":
        _answer_followers(move)
    if step in LEAVES:
        _set_followers_free(move)
    return appeal


def _save_clocks(move: Move, rows: list[Clock]) -> None:
    """Write what changed. A step keeps the order of the clocks it found, and adds its own at the end."""
    for row, clock in zip_longest(rows, move.clocks):
        if row is not None and facts.value(row) == clock:
            continue
        if row is None:
            insert(facts.fill(Clock(appeal=move.appeal), clock, move.timer, now=move.now))
        else:
            update(facts.fill(row, clock, move.timer, now=move.now), *facts.CLOCK)


def _prove(move: Move) -> None:
    """Append the step to the case's chain, with the files that came with it."""
    is_internal = not move.moved.step.told
    files = give(actor=move.actor, ids=move.wholes("files"), owner=move.appeal.stream, is_internal=is_internal)
    record_entry(entry(move, [file.pk for file in files]))


def _plain(given: Mapping[str, object]) -> dict[str, object]:
    return {name: kept(value) for name, value in given.items()}


def _answer_followers(move: Move) -> None:
    """Give every merged case the same answer, each in its own name."""
    given = {"outcome": move.text("outcome"), "text": move.text("text")}
    for row in Appeal.objects.select_for_update().filter(leader=move.appeal, state="merged").order_by("pk"):
        step_on(row, actor=SYSTEM, now=move.now, step="reply_along", given=given)


def _set_followers_free(move: Move) -> None:
    """Nobody answers for a leading case that has left: every case merged into it is handled by itself again."""
    given = {"reason": LEAVES[move.moved.step.name]}
    for row in Appeal.objects.select_for_update().filter(leader=move.appeal, state="merged").order_by("pk"):
        step_on(row, actor=SYSTEM, now=move.now, step="unmerge", given=given)
