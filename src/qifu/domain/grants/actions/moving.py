"""Steps of applications: flow, effect, row, clocks, days in each state, evidence, messages. One or five thousand go the same way:
worked out in memory, then written together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest

from qifu.domain.grants import facts
from qifu.domain.grants.actions import notify
from qifu.domain.grants.actions.moves import Move
from qifu.domain.grants.flow import APPLICATION, terms
from qifu.domain.grants.models import Application, Clock, Stay
from qifu.engines import flow as engine
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import Entry, record_many

ROW = (
    "state", "is_open", "round", "resumes", "counts", "seq", "granted", "worked_out", "score", "minutes", "refusal", "clause",
    "why", "lacking", "contact", "checker", "submitted_at", "entered_at", "closed_at", "paid_at",
)  # fmt: skip
BATCH = 200


Effect = Callable[[Move], None]


def step_on(
    row: Application, *, actor: Actor, now: datetime, step: str, relations: frozenset[str],
    given: Mapping[str, object] | None = None, effect: Effect | None = None,
) -> Application:  # fmt: skip
    """Take a step on an application that is locked.

    :raises Forbidden: the step is somebody else's. :raises Conflict: not possible from its state.
    :raises Invalid: something the step needs is missing or unusable.
    """
    steps_on([row], actor=actor, now=now, step=step, relations=relations, given=given, effect=effect)
    return row


def steps_on(
    rows: Sequence[Application], *, actor: Actor, now: datetime, step: str, relations: frozenset[str],
    given: Mapping[str, object] | None = None, effect: Effect | None = None,
) -> None:  # fmt: skip
    """Take the same step on many that are locked; all or none."""
    clocks: dict[int, list[Clock]] = {row.pk: [] for row in rows}
    for clock in Clock.objects.filter(application__in=list(clocks)).order_by("pk"):
        clocks[clock.application_id].append(clock)
    moves = [_worked_out(row, clocks[row.pk], actor, now, step, relations, dict(given or {})) for row in rows]
    for move in moves:
        if effect is not None:
            effect(move)
    _save(moves, now)
    notify.told(moves)


def begin(row: Application, *, actor: Actor, now: datetime, verb: str) -> None:
    """Open the chain, and the first stay, of an application that has just been made."""
    begin_many([row], actor=actor, now=now, verb=verb)


def begin_many(rows: Sequence[Application], *, actor: Actor, now: datetime, verb: str) -> None:
    """The same for many."""
    Stay.objects.bulk_create([Stay(application=row, state=row.state, since=now) for row in rows], batch_size=500)
    record_many(
        [
            Entry(
                actor, now, verb, row.stream,
                {"number": row.number, "version": row.version_id, "enterprise": row.enterprise_id, "to": row.state},
            )
            for row in rows
        ]
    )  # fmt: skip


def _worked_out(
    row: Application, clocks: list[Clock], actor: Actor, now: datetime, step: str, relations: frozenset[str],
    given: Mapping[str, object],
) -> Move:  # fmt: skip
    wanted = APPLICATION.steps.get(step)
    if wanted is not None and not wanted.who & relations:
        raise Forbidden(f"“{wanted.label}”不在您的权限内。")
    held = [facts.value(clock) for clock in clocks]
    try:
        moved = engine.advance(
            APPLICATION, facts.case(row, held, now), step, at=now, given=given,
            terms=terms(row.version.decide_days), timer=facts.timer(),
        )  # fmt: skip
    except engine.Impossible as problem:
        raise Conflict(problem.message, state=row.state) from None
    except engine.Lacking as problem:
        raise Invalid("".join(problem.fields.values()), problem.fields) from None
    move = Move(row, moved, actor, now, given, clocks)
    _turn(row, moved.case, now)
    return move


def _turn(row: Application, case: engine.Case, now: datetime) -> None:
    is_open = APPLICATION.states[case.state].is_open
    if case.state != row.state:
        row.entered_at = now
    row.closed_at = None if is_open else (row.closed_at if row.state == case.state else now)
    row.state, row.is_open, row.round, row.resumes = case.state, is_open, case.round, case.resumes
    row.counts, row.seq = dict(case.counts), row.seq + 1


def _save(moves: Sequence[Move], now: datetime) -> None:
    rows = [move.row for move in moves]
    if len(rows) == 1:  # by far the most often, and three times as quick
        rows[0].save(update_fields=ROW)
    else:
        Application.objects.bulk_update(rows, ROW, batch_size=BATCH)
    _save_clocks(moves)
    turned = [move.row for move in moves if move.row.state != move.moved.before]
    Stay.objects.filter(application__in=[row.pk for row in turned], until=None).update(until=now)
    Stay.objects.bulk_create([Stay(application=row, state=row.state, since=now) for row in turned], batch_size=500)
    record_many([_entry(move) for move in moves])


def _save_clocks(moves: Sequence[Move]) -> None:
    fresh, changed = [], []
    for move in moves:
        for row, clock in zip_longest(move.clocks, move.moved.case.clocks):
            if row is None:
                fresh.append(facts.fill(Clock(application=move.row), clock))
            elif facts.value(row) != clock:
                changed.append(facts.fill(row, clock))
    Clock.objects.bulk_create(fresh, batch_size=BATCH)
    if len(changed) == 1:
        changed[0].save(update_fields=facts.CLOCK)
    else:
        Clock.objects.bulk_update(changed, facts.CLOCK, batch_size=BATCH)


def _entry(move: Move) -> Entry:
    row, step = move.row, move.moved.step
    told: dict[str, object] = {
        "step": step.name, "from": move.moved.before, "to": row.state, "round": row.round,
        "granted": _said(row.granted), "score": _said(row.score), **move.facts,
    }  # fmt: skip
    said = {need.name: move.given[need.name] for need in step.needs if move.given.get(need.name)}
    content = {"told": move.told} | said if step.told or said else None
    return Entry(move.actor, move.now, f"grants.{step.name}", row.stream, told, content)


def _said(value: Decimal | None) -> str:
    return "" if value is None else str(value)
