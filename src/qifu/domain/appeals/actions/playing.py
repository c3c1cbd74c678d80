"""One step of a case worked out: flow, effect, row and record, without a word to the database but through the papers.

`take` does it for one case under its lock; a player of many cases does it in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.actions import effects
from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.actions.papers import Papers
from qifu.domain.appeals.models import Appeal
from qifu.engines import flow as engine
from qifu.engines.calendar import Term
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import Entry

REOPEN_DAYS = 90


def play(
    appeal: Appeal,
    papers: Papers,
    *,
    clocks: Sequence[engine.Clock],
    actor: Actor,
    now: datetime,
    step: str,
    given: Mapping[str, object],
    relations: frozenset[str],
    terms: Mapping[str, Term],
    timer: engine.Timer,
) -> Move:
    """Work out the step; the row stands changed, the papers have what the effect left, nothing is saved.

    :raises Forbidden: the step is somebody else's.
    :raises Conflict: it is not possible from the present state.
    :raises Invalid: something it needs is missing or unusable.
    """
    flow = facts.flow_of(appeal)
    wanted = flow.steps.get(step)
    if wanted is not None and not wanted.who & relations:
        raise Forbidden(f"“{wanted.label}”不在您的权限内。")
    case = engine.Case(
        state=appeal.state,
        round=appeal.round,
        resumes=appeal.resumes,
        counts=appeal.counts,
        clocks=tuple(clocks),
        facts=_circumstances(appeal, papers, clocks, step, now),
    )
    moved = _advanced(flow, case, step, now, given, terms, timer)
    move = Move(appeal, moved, actor, now, given, relations, timer, papers, clocks=moved.case.clocks)
    effects.apply(move)
    _turn(move)
    return move


def entry(move: Move, files: Sequence[int]) -> Entry:
    """The record of the step: states and numbers in the chain, wording beside it."""
    appeal, step = move.appeal, move.moved.step
    told = step.told.format_map(_Words({n: move.text(n) for n in ("text", "reason")} | move.words)) if step.told else ""
    content = {k: v for k, v in ({"told": told} | _wording(move)).items() if v}
    rights = next((access.RIGHTS[r] for r in access.RIGHTS if r in step.who & move.relations), ())
    return Entry(
        actor=move.actor,
        now=move.now,
        verb=f"appeals.{step.name}",
        stream=appeal.stream,
        facts={
            "step": step.name,
            "from": move.moved.before,
            "to": appeal.state,
            "round": appeal.round,
            "files": list(files),
            "changes": {name: kept(value) for name, value in move.changes.items()},
            **move.facts,
        },
        content=content or None,
        for_whom=move.actor.for_whom(appeal.unit_id if "lead" in step.who & move.relations else None, rights),
    )


def kept(value: object) -> object:
    """A column's value as evidence keeps it."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def _advanced(
    flow: engine.Flow,
    case: engine.Case,
    step: str,
    now: datetime,
    given: Mapping[str, object],
    terms: Mapping[str, Term],
    timer: engine.Timer,
) -> engine.Moved:
    try:
        return engine.advance(flow, case, step, at=now, given=given, terms=terms, timer=timer)
    except engine.Impossible as problem:
        raise Conflict(problem.message, state=case.state) from None
    except engine.Lacking as problem:
        raise Invalid("".join(problem.fields.values()), problem.fields) from None


def _circumstances(
    appeal: Appeal, papers: Papers, clocks: Sequence[engine.Clock], step: str, now: datetime
) -> dict[str, object]:
    """What guards ask about, looked up only for the steps that have one."""
    if step in ("reply", "settle"):
        return {"waiting": papers.waiting(appeal.round)}
    if step in ("ask_extension", "grant", "refuse_extension"):
        live = [clock for clock in clocks if clock.kind == "reply" and not clock.is_ended]
        return {
            "extension": papers.extension() is not None,
            "reply_late": any(engine.is_late(clock, now) for clock in live),
        }
    if step == "reopen":
        return {"is_old": appeal.closed_at is not None and (now - appeal.closed_at).days >= REOPEN_DAYS}
    if step == "answer_order":
        return {"order": papers.order() is not None}
    return {}


def _turn(move: Move) -> None:
    """Turn the row; what changed of it is what evidence will say."""
    appeal, case = move.appeal, move.moved.case
    is_open = facts.flow_of(appeal).states[case.state].is_open
    move.changes |= {
        "state": case.state,
        "is_open": is_open,
        "resumes": case.resumes,
        "round": case.round,
        "counts": dict(case.counts),
        "seq": appeal.seq + 1,
        "burns_at": facts.burns_at(move.clocks, case.state),
        **facts.lateness(move.clocks),
        **facts.pace(appeal, move.clocks, move.timer),
    }
    if not is_open:
        move.changes["closed_at"] = appeal.closed_at if not appeal.is_open else move.now
    elif not appeal.is_open:
        move.changes["closed_at"] = None
    move.changes = {name: value for name, value in move.changes.items() if getattr(appeal, name) != value}
    for name, value in move.changes.items():
        setattr(appeal, name, value)


def _wording(move: Move) -> dict[str, object]:
    """What was written into the step's fields: free text only; choices and numbers are facts."""
    kinds = {need.name: need.kind for need in move.moved.step.needs}
    texts = {n: move.text(n) for n, kind in kinds.items() if kind in ("text", "line")}
    lists: dict[str, object] = {n: move.items(n) for n, kind in kinds.items() if kind == "items"}
    return texts | lists | move.said


class _Words(dict[str, str]):
    """Words for a sentence; a missing one leaves no trace."""

    def __missing__(self, name: str) -> str:
        return ""
