"""Take one step of an application from outside: door, lock, flow, what only this step changes, row, clocks, evidence, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from qifu.domain.grants import access, amounts, facts, numbers
from qifu.domain.grants.actions import applying, money
from qifu.domain.grants.actions.moves import Move, yuan
from qifu.domain.grants.actions.moving import step_on
from qifu.domain.grants.models import Application, Clock, Decision, Seat
from qifu.domain.policies.actions import fulfilling
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Conflict, Invalid, Refusal
from qifu.kernel.receipts.actions import claim, settle

OWN = {"submit", "publish", "clear", "send", "pay", "bounce", "mend", "deem"}  # steps that belong to another action
DECIDING = {"grant", "refuse", "uphold", "overturn"}
TRIES = 5


@transaction.atomic
def take(
    *, actor: Actor, now: datetime, number: str, step: str, given: Mapping[str, object] | None = None,
    seq: int | None = None, key: str = "",
) -> Application:  # fmt: skip
    """Take the step and return the application after it. `seq` is the count that the person saw; `key` makes a retry harmless.

    :raises Missing: none for this actor. :raises Forbidden: somebody else's step, or one who has judged it already.
    :raises Conflict: it has moved on. :raises Invalid: something is missing, or the budget does not reach.
    """
    given = dict(given or {})
    body = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}
    claimed = claim(actor=actor, now=now, act=f"grants.{step} {number}"[:80], key=key, body=body)
    row = access.application(actor, number, lock=True)
    if claimed.done:
        return row
    if seq is not None and seq != row.seq:
        raise Conflict("这件申报刚有了新的进展，请刷新后再处理。", state=row.state)
    if step in OWN:
        raise Conflict("这一步不能单独办理，请从对应的页面进入。", state=row.state)
    if step in DECIDING:
        access.require_apart(actor, [row.pk])
    try:
        with transaction.atomic():
            step_on(
                row, actor=actor, now=now, step=step, relations=access.relations(actor, row), given=given,
                effect=EFFECTS.get(step),
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这家企业今年这个项目已有另一件申报在办，不能重新启动这一件。", state=row.state) from None
    settle(claimed, row.number)
    return row


def take_each(
    *, actor: Actor, now: datetime, numbers: Sequence[str], step: str, given: Mapping[str, object]
) -> tuple[int, str]:
    """Take the same step on many, each by itself; how many went through, and why the first of the others did not."""
    done, problem = 0, ""
    for number in numbers:
        try:
            take(actor=actor, now=now, number=number, step=step, given=given)
            done += 1
        except Refusal as refusal:
            problem = problem or f"{number}：{refusal.message}"
    return done, problem


def deem_due(*, now: datetime, most: int = 200) -> int:
    """Grant what was not decided in the promised time, where the scheme's rule says so and the budget reaches."""
    due = Clock.objects.filter(kind="decide", status="running", due_at__lt=now, application__version__is_deemed=True)
    found = 0
    for pk in due.order_by("due_at").values_list("application", flat=True)[:most]:
        found += _deemed(pk, now)
    return found


@transaction.atomic
def _deemed(pk: int, now: datetime) -> int:
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("version__scheme", "version__line")
        .get(pk=pk)
    )
    try:
        with transaction.atomic():
            step_on(row, actor=SYSTEM, now=now, step="deem", relations=frozenset({"system"}), effect=_grant)
    except Refusal:
        return 0
    return 1


def _check(move: Move) -> None:
    move.row.checker = move.actor.account


def _ask(move: Move) -> None:
    items = move.given.get("items")
    move.row.lacking = [str(one) for one in items] if isinstance(items, list | tuple) else []
    _check(move)


def _seats(move: Move) -> None:
    _check(move)
    units = move.row.version.reviewers
    Seat.objects.bulk_create([Seat(application=move.row, round=move.row.round, unit_id=unit) for unit in units])
    move.facts["units"] = list(units)


def _amount(move: Move) -> None:
    """The sum that is held to be right; never above what was asked or the scheme's cap."""
    row, wanted = move.row, amounts.read(move.text("amount"))
    if row.version.basis == "asked":
        if wanted is None:
            raise Invalid("请填写核定金额。", {"amount": "请填写核定金额"})
        most = min(row.asked or wanted, row.version.cap or wanted)
        if wanted > most:
            raise Invalid(f"核定金额不能超过申报额和每户上限（{most:,.2f} 元）。", {"amount": f"最多 {most:,.2f} 元"})
        row.granted, row.worked_out = wanted, f"申报 {yuan(row.asked)}，核定 {yuan(wanted)}"
    move.words["amount"] = yuan(row.granted)


def _approve(move: Move) -> None:
    _check(move)
    _amount(move)


def _conclude(move: Move) -> None:
    _summed(move)
    _amount(move)


def _fail(move: Move) -> None:
    _summed(move)
    move.row.refusal, move.row.clause, move.row.why = "score", move.text("clause"), move.text("reason")
    _decide(move, "refuse", None, move.row.clause, move.row.why)


def _summed(move: Move) -> None:
    seats = list(Seat.objects.filter(application=move.row, round=move.row.round))
    move.row.score, move.row.minutes = facts.average(seats), move.text("minutes")
    move.words["score"] = "" if move.row.score is None else str(move.row.score)
    move.facts["votes"] = {vote: sum(seat.vote == vote for seat in seats) for vote in ("yes", "no", "abstain")}


def _reject(move: Move) -> None:
    _check(move)
    _refuse(move)


def _refused(move: Move) -> None:
    move.row.refusal = move.text("refusal")
    move.row.clause, move.row.why = move.text("clause"), move.text("reason")
    move.facts["refusal"] = move.row.refusal


def _refuse(move: Move) -> None:
    _refused(move)
    _decide(move, "refuse", None, move.text("clause"), move.text("reason"))


def _grant(move: Move) -> None:
    """Decide, and hold the money in the same transaction."""
    row = move.row
    if row.granted is None:
        raise Conflict("这件申报还没有核定金额，不能决定支持。", state=row.state)
    money.reserve(actor=move.actor, now=move.now, line=row.version.line_id, source=row.stream, amount=row.granted)
    clause = move.text("clause") or "本项目公布的承诺办理期限"
    _decide(move, "grant", row.granted, clause, move.text("reason") or "承诺的期限已过，按规定视为同意。")
    fulfilling.granted(
        actor=move.actor, now=move.now, enterprise=row.enterprise_id, item=row.version.scheme.item_id,
        applied_on=facts.day(row.submitted_at or row.drafted_at), on=facts.day(move.now),
    )  # fmt: skip
    move.words["amount"] = yuan(row.granted)


def _decide(move: Move, kind: str, amount: Decimal | None, clause: str, reasons: str) -> None:
    """The numbered document; two at once count on one after the other."""
    for _ in range(TRIES):
        number = numbers.next_decision(move.now)
        try:
            with transaction.atomic():
                Decision.objects.create(
                    number=number, application=move.row, round=move.row.round, kind=kind, amount=amount, clause=clause[:200],
                    reasons=reasons, by=move.actor.account, at=move.now,
                )  # fmt: skip
        except IntegrityError:
            continue
        move.words["number"] = number
        move.facts["decision"] = number
        return
    raise Conflict("同时有多件在编号，请再试一次。", state=move.row.state)


def _answer(move: Move) -> None:
    applying.corrected(move.row, move.now)


def _drop(move: Move) -> None:
    _check(move)
    move.row.refusal = "condition"
    move.row.clause, move.row.why = move.text("clause"), move.text("reason")


def _accept(move: Move) -> None:
    move.row.contact = move.actor.account
    move.row.submitted_at = move.now


def _clear_refusal(move: Move) -> None:
    move.row.refusal = move.row.clause = move.row.why = ""


EFFECTS: dict[str, Callable[[Move], None]] = {
    "ask": _ask, "answer": _answer, "pass": _seats, "approve": _approve, "reject": _reject, "conclude": _conclude, "fail": _fail,
    "enlist": _check, "offer": _check, "drop": _drop, "accept": _accept, "refuse": _refuse, "grant": _grant,
    "overturn": _clear_refusal,
}  # fmt: skip
