"""Money asked back: proposed with its clause and the amount of the rule, answered by the enterprise, decided by another, paid back
against bank receipts. Nobody does two of these; the ledger is written with the decision and with each confirmed receipt."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import numbers
from qifu.domain.grants.access import account_of
from qifu.domain.grants.actions import money
from qifu.domain.grants.facts import day
from qifu.domain.grants.models import Clawback, Obligation, Repayment
from qifu.domain.grants.obligations import access, terms
from qifu.domain.grants.obligations.actions import keeping, telling
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.files.actions import give
from qifu.kernel.writing import insert_new

HEARING_DAYS = 10
PAY_DAYS = 30
TRIES = 5
NOUGHT = Decimal("0.00")


@transaction.atomic
def propose(
    *, actor: Actor, now: datetime, number: int, clause: str, reason: str, breached_on: date, is_waiver: bool = False
) -> Clawback:
    """Propose to ask money back, or to let it go; the amount is the rule's. The enterprise has ten days to answer.

    :raises Forbidden: not the unit that answers. :raises Invalid: clause, reason or day is lacking.
    :raises Conflict: no breach was found, or one is proposed already.
    """
    row = access.obligation(actor, number, lock=True)
    access.require_lead(actor, row)
    clause, reason = clause.strip(), reason.strip()
    problems = {
        "clause": "" if 2 <= len(clause) <= 200 else "请写明依据的条款，写到条、款、项。",
        "reason": "" if 5 <= len(reason) <= 1000 else "请写明查实的情况（5 至 1000 字）。",
        "breached_on": "" if row.since <= breached_on <= day(now) else "违反的日期应在拨付以后、今天以前。",
    }
    if any(problems.values()):
        raise Invalid(
            "没有提出：" + "".join(problems.values()), {name: said for name, said in problems.items() if said}
        )
    if row.state != "breached":
        raise Conflict("这项约定没有发现违反，或已在处理，请刷新页面。", state=row.state)
    sum_, how = worked_out(row, breached_on)
    if not sum_ and not is_waiver:
        raise Invalid("按约定的办法算出来是零元，只能提出不予追回。", {"is_waiver": "请选不予追回"})
    made = Clawback(
        obligation=row, enterprise_id=row.enterprise_id, is_waiver=is_waiver, clause=clause, reason=reason,
        breached_on=breached_on, amount=sum_, worked_out=how, proposed_by=account_of(actor), proposed_at=now,
        hear_until=datetime.combine(day(now) + timedelta(days=HEARING_DAYS), time(23, 59, 59), SHANGHAI),
    )  # fmt: skip
    _number(made, now)
    row.state, row.next_on = "clawback", None
    row.save(update_fields=["state", "next_on"])
    told = {
        "number": made.number, "amount": str(sum_), "is_waiver": is_waiver, "obligation": row.pk, "finding": row.finding,
        "breached_on": breached_on.isoformat(), "application": row.application.number,
    }  # fmt: skip
    said = {"clause": clause, "reason": reason, "worked_out": how}
    record(actor=actor, now=now, verb="grants.propose_clawback", stream=made.stream, facts=told, content=said)
    if not is_waiver:
        telling.enterprise([row], "grant_clawback_proposed", now, due=day(made.hear_until), amount=sum_)
    telling.staff(row, "centre_clawback", Role.SUPERVISOR, now)
    return made


def worked_out(row: Obligation, breached_on: date) -> tuple[Decimal, str]:
    """What the rule asks back of an obligation, and how that is said."""
    value = str(row.finding.get("value", "")).removesuffix(" 人")
    found = int(value) if value.isascii() and value.isdecimal() else None
    granted = row.application.granted or NOUGHT
    return terms.amount(
        granted, row.rule, since=row.since, until=row.until, breached_on=breached_on, least=row.least, found=found
    )


def _number(made: Clawback, now: datetime) -> None:
    for _ in range(TRIES):
        made.number = numbers.draw(numbers.CLAWBACK, now)
        if insert_new(made, "number"):
            return
    raise RuntimeError(f"{TRIES} numbers in a row were taken already")


@transaction.atomic
def state(*, actor: Actor, now: datetime, number: str, text: str, file: int | None = None) -> Clawback:
    """What the enterprise says to it, once, within its days.

    :raises Forbidden: not the enterprise. :raises Invalid: nothing is said. :raises Conflict: said before, or too late.
    """
    row = access.clawback(actor, number, lock=True)
    access.require_contact(actor, row.obligation)
    text = text.strip()
    if not 5 <= len(text) <= 4000:
        raise Invalid("请写明事实和理由（5 至 4000 字）。", {"text": "请写明事实和理由"})
    if row.state != "hearing" or row.stated_at is not None or row.hear_until < now:
        raise Conflict("说明已经提交，或期限已过，请刷新页面。", state=row.state)
    if file is not None:
        give(actor=actor, ids=[file], owner=row.obligation.stream)
        row.file_id = file
    row.statement, row.stated_by, row.stated_at = text, actor.account, now
    row.save(update_fields=["statement", "stated_by", "stated_at", "file"])
    told = {"file": row.file_id}
    record(actor=actor, now=now, verb="grants.answer_clawback", stream=row.stream, facts=told, content={"text": text})
    telling.staff(row.obligation, "centre_clawback_stated", Role.SUPERVISOR, now)
    return row


@transaction.atomic
def decide(
    *, actor: Actor, now: datetime, number: str, is_upheld: bool, reason: str, amount: Decimal | None = None
) -> Clawback:
    """Decide what was proposed, after the enterprise was heard; never more than the rule asks.

    Upheld, the money is owed and entered in the ledger, or let go for good; not upheld, the obligation goes on.

    :raises Forbidden: not a supervisor of the centre, or who proposed it. :raises Invalid: no reason, or too much.
    :raises Conflict: decided before, or the enterprise still has time to answer.
    """
    row = access.clawback(actor, number, lock=True)
    access.require_decider(actor, row)
    owed = Obligation.objects.select_for_update(of=("self",)).get(pk=row.obligation_id)
    if row.state != "hearing":
        raise Conflict("已经决定过，请刷新页面。", state=row.state)
    if not row.is_waiver and row.stated_at is None and now <= row.hear_until:
        raise Conflict(f"企业可以说明到 {day(row.hear_until)}，说明以后或期满才能决定。", state=row.state)
    sum_ = row.amount if amount is None else amount
    problems = {
        "reason": "" if 2 <= len(reason.strip()) <= 1000 else "请写明理由，企业会看到。",
        "amount": "" if row.is_waiver or 0 < sum_ <= row.amount else f"金额应大于零，不超过 {row.amount:,.2f} 元。",
    }
    if any(problems.values()):
        raise Invalid(
            "没有决定：" + "".join(problems.values()), {name: said for name, said in problems.items() if said}
        )
    row.why, row.decided_by, row.decided_at = reason.strip(), account_of(actor), now
    if is_upheld and not row.is_waiver:
        _owe(row, sum_, actor, now)
    else:
        row.state, row.decided, row.closed_at = "dropped", NOUGHT, now
        _goes_on(owed, row, is_upheld)
    row.save()
    told = {"is_upheld": is_upheld, "decided": str(row.decided), "due_on": row.due_on and row.due_on.isoformat()}
    record(actor=actor, now=now, verb="grants.decide_clawback", stream=row.stream, facts=told, content={"why": row.why})
    telling.enterprise([row.obligation], "grant_clawback_decided", now, due=row.due_on, amount=row.decided)
    return row


def _owe(row: Clawback, sum_: Decimal, actor: Actor, now: datetime) -> None:
    row.state, row.decided, row.due_on = "owed", sum_, day(now) + timedelta(days=PAY_DAYS)
    line = row.obligation.application.version.line_id
    money.book(actor=actor, now=now, kind="claim", line=line, source=row.stream, amount=sum_)


def _goes_on(owed: Obligation, row: Clawback, is_upheld: bool) -> None:
    """Let go for good; or not upheld: a waiver leaves the breach open, a claim clears what it rested on."""
    if row.is_waiver:
        owed.state = "ended" if is_upheld else "breached"
    elif owed.kind == "report":
        owed.state = "reported" if owed.report else "running"
    else:
        owed.state = "running"
    if owed.state != "breached":
        owed.finding = owed.finding | {"cleared": keeping.mark(owed.finding)}
    owed.save(update_fields=["state", "finding"])


@transaction.atomic
def enter(*, actor: Actor, now: datetime, number: str, receipt: str, amount: Decimal, on: date) -> Repayment:
    """Enter a sum that came back, by the bank's receipt; it counts once another officer has confirmed it.

    :raises Forbidden: not finance, or who proposed or decided. :raises Invalid: no receipt, or more than is left.
    :raises Conflict: nothing is owed, or the receipt was entered before.
    """
    row = access.clawback(actor, number, lock=True)
    access.require_cashier(actor, row)
    if row.state != "owed" or row.decided is None or row.decided_at is None:
        raise Conflict("这件追回现在没有要退的钱，请刷新页面。", state=row.state)
    receipt = receipt.strip()
    left = row.decided - sum((one.amount for one in row.repayments.all()), NOUGHT)
    problems = {
        "receipt": "" if 2 <= len(receipt) <= 60 else "请填写银行回单号。",
        "amount": "" if 0 < amount <= left else f"金额应大于零，不超过还没登记的 {left:,.2f} 元。",
        "on": "" if day(row.decided_at) <= on <= day(now) else "到账日应在决定以后、今天以前。",
    }
    if any(problems.values()):
        raise Invalid(
            "没有登记：" + "".join(problems.values()), {name: said for name, said in problems.items() if said}
        )
    made = Repayment(clawback=row, receipt=receipt, amount=amount, on=on, entered_by=account_of(actor), entered_at=now)
    if not insert_new(made, "receipt"):
        raise Conflict("这张银行回单已经登记过，不能重复登记。")
    told = {"receipt": receipt, "amount": str(amount), "on": on.isoformat()}
    record(actor=actor, now=now, verb="grants.enter_repayment", stream=row.stream, facts=told)
    return made


@transaction.atomic
def drop(*, actor: Actor, now: datetime, repayment: int) -> Clawback:
    """Take back an entry that was wrong, before it is confirmed.

    :raises Conflict: it is confirmed.
    """
    row = access.repayment(actor, repayment)
    held = access.clawback(actor, row.clawback.number, lock=True)
    access.require_cashier(actor, held)
    if row.confirmed_by is not None:
        raise Conflict("这笔退款已经复核入账，不能撤销。")
    told = {"receipt": row.receipt, "amount": str(row.amount)}
    row.delete()
    record(actor=actor, now=now, verb="grants.drop_repayment", stream=held.stream, facts=told)
    return held


@transaction.atomic
def confirm(*, actor: Actor, now: datetime, repayment: int) -> Clawback:
    """Confirm a sum that came back: it enters the ledger, and closes the case when it is the last.

    :raises Forbidden: not finance, or who entered, proposed or decided it. :raises Conflict: confirmed before.
    """
    number = Repayment.objects.filter(pk=repayment).values_list("clawback__number", flat=True).first() or ""
    held = access.clawback(actor, number, lock=True)
    access.require_cashier(actor, held)
    row = access.repayment(actor, repayment)
    if row.confirmed_by is not None:
        raise Conflict("这笔退款已经复核过，请刷新页面。")
    if row.entered_by == actor.account:
        raise Conflict("登记和复核不能是同一个人，请由另一位财务人员复核。")
    row.confirmed_by, row.confirmed_at = account_of(actor), now
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    held.back += row.amount
    line = held.obligation.application.version.line_id
    money.book(
        actor=actor, now=now, kind="recover", line=line, source=held.stream, amount=row.amount, order=row.receipt[:40]
    )
    if held.back == held.decided:
        held.state, held.closed_at = "closed", now
        Obligation.objects.filter(pk=held.obligation_id).update(state="ended", next_on=None)
        telling.enterprise([held.obligation], "grant_clawback_closed", now, amount=held.back)
    held.save(update_fields=["back", "state", "closed_at"])
    told = {"receipt": row.receipt, "amount": str(row.amount), "back": str(held.back), "state": held.state}
    record(actor=actor, now=now, verb="grants.confirm_repayment", stream=held.stream, facts=told)
    return held
