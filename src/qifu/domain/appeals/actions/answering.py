"""The enterprise's word on a reply in one gesture: whether it is solved and, if it likes, marks. All is kept, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.actions.take import step_on
from qifu.domain.appeals.models import Appeal
from qifu.engines import flow as engine
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.receipts.actions import claim, settle


@transaction.atomic
def conclude(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    is_solved: bool,
    marks: Mapping[str, int | None],
    comment: str = "",
    reason: str = "",
    key: str = "",
) -> Appeal:
    """Confirm the reply or refuse it, and rate the round first if marks were given: speed, result, attitude, 1 to 5.

    Without a mark or a comment the round stays unrated; it may be rated later. A round that was rated before keeps its
    marks. The same key again changes nothing.

    :raises Missing: no such case for this actor.
    :raises Forbidden: the actor does not speak for the enterprise.
    :raises Conflict: the case has no reply that waits for its word.
    :raises Invalid: some marks are given and others missing, or the reason why it is not solved is.
    """
    given = {**{name: marks.get(name) for name in ("speed", "result", "attitude")}, "comment": comment}
    said = {"reason": reason} if not is_solved else {}
    body = {"is_solved": is_solved, **given, **said}
    claimed = claim(actor=actor, now=now, act=f"appeals.conclude {number}", key=key, body=body)
    appeal = access.door(actor, number, lock=True)
    if claimed.done:
        return appeal
    step = "confirm" if is_solved else "refuse"
    rates = any(given.values()) and not appeal.counts.get("rate")
    _check(appeal, step, given if rates else {}, said)
    if rates:
        step_on(appeal, actor=actor, now=now, step="rate", given=given)
    step_on(appeal, actor=actor, now=now, step=step, given=said)
    settle(claimed, str(appeal.seq))
    return appeal


def _check(appeal: Appeal, step: str, given: Mapping[str, object], said: Mapping[str, object]) -> None:
    """Say all that is lacking at once, before anything is written."""
    flow = facts.flow_of(appeal)
    wanted = flow.steps.get(step)
    if wanted is None or appeal.state not in wanted.sources:
        label = flow.states[appeal.state].label
        raise Conflict(f"现在是“{label}”，没有等待您确认的回复。请刷新页面查看最新进展。", state=appeal.state)
    problems = engine.lacking(wanted, said) | (engine.lacking(flow.steps["rate"], given) if given else {})
    if problems:
        raise Invalid("".join(problems.values()), problems)
