"""A bank's list of loans: tried, looked at, entered, taken back; single loans dropped with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants.loans import access
from qifu.domain.grants.models import Loan, LoanList, Settlement
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Listed:
    """A loan as a list gives it. Money lent is above nothing, paid back below; rates in per cent a year."""

    number: str
    code: str
    firm: str
    rows: Sequence[int]
    moved: Sequence[tuple[date, Decimal]]
    rates: Sequence[tuple[date, Decimal]]
    due: date | None
    extended: date | None = None
    overdue: Sequence[tuple[date, date]] = ()
    interest: Decimal | None = None
    claimed: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be taken."""

    row: int
    loan: str
    why: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A list as it was read from a file."""

    name: str
    digest: str
    count: int
    loans: Sequence[Listed]
    wrong: Sequence[Wrong] = field(default=())


@transaction.atomic
def try_list(
    *, actor: Actor, now: datetime, programme: int, bank: int, first: date, last: date, handed: Handed
) -> LoanList:
    """Hold a list against the registry and against what other lists hold; nothing counts before it is entered.

    :raises Forbidden: not of the unit that answers. :raises Invalid: the period is none. :raises Conflict: the same file
        was entered, or the period is settled.
    """
    row = access.programme(actor, programme)
    access.require_keeper(actor, row)
    lender = access.bank(bank)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid("贴息期间应从第一天到最后一天，最长一年。", {"last": "期间不对"})
    _require_unsettled(row.pk, first, last)
    again = {"programme": row, "bank": lender, "first": first, "digest": handed.digest, "state": "entered"}
    if LoanList.objects.filter(**again).exists():
        raise Conflict("这份文件已经提交过，没有重复导入。")
    firms = {code: one for code in {one.code for one in handed.loans} if (one := registry.by_uscc(code))}
    rejects = [*handed.wrong, *_rejected(handed.loans, firms, bank, first, last)]
    bad = {one.loan for one in rejects}
    made = LoanList.objects.create(
        programme=row, bank=lender, first=first, last=last, name=handed.name[:200], digest=handed.digest,
        rejects=[[one.row, one.loan, one.why] for one in sorted(rejects, key=lambda one: one.row)], rows=handed.count,
        handed_by=actor.account or 0, handed_at=now,
    )  # fmt: skip
    good = [one for one in handed.loans if one.number not in bad]
    Loan.objects.bulk_create([_loan(made, one, firms[one.code].id) for one in good], batch_size=500)
    _prove("grants.try_loans", actor, now, made, len(good))
    return made


def _rejected(
    loans: Sequence[Listed], firms: Mapping[str, registry.Brief], bank: int, first: date, last: date
) -> list[Wrong]:
    held = Loan.objects.filter(
        bank=bank, number__in=[one.number for one in loans], is_live=True, first__lte=last, last__gte=first
    )
    taken = set(held.values_list("number", flat=True))
    found = []
    for one in loans:
        firm, at = firms.get(one.code), one.rows[0]
        if firm is None:
            found.append(Wrong(at, one.number, "企业库里没有这个统一社会信用代码，请与营业执照核对。"))
        elif firm.status != "open":
            found.append(Wrong(at, one.number, f"企业已{firm.status_label}，不予贴息。"))
        if one.number in taken:
            found.append(Wrong(at, one.number, "同一借据在重叠的期间已经列入另一份清单，不能重复贴息。"))
        if one.moved and min(day for day, _ in one.moved) > last:
            found.append(Wrong(at, one.number, "放款日期晚于贴息期间，请列入下一期。"))
    return found


def _loan(made: LoanList, one: Listed, firm: int) -> Loan:
    facts = {
        "rows": list(one.rows),
        "moved": [[day.isoformat(), str(amount)] for day, amount in sorted(one.moved)],
        "rates": [[day.isoformat(), str(rate)] for day, rate in sorted(one.rates)],
        "due": one.due.isoformat() if one.due else None,
        "extended": one.extended.isoformat() if one.extended else None,
        "overdue": [[first.isoformat(), last.isoformat()] for first, last in one.overdue],
        "interest": None if one.interest is None else str(one.interest),
    }
    return Loan(
        list=made, bank_id=made.bank_id, number=one.number, enterprise_id=firm, written=one.firm[:120], first=made.first,
        last=made.last, facts=facts, claimed=one.claimed,
    )  # fmt: skip


@transaction.atomic
def enter_list(*, actor: Actor, now: datetime, number: int) -> LoanList:
    """Let a list count.

    :raises Conflict: it was entered or taken back, its period is settled, or another list has its loans by now.
    """
    row = access.loan_list(actor, number, lock=True)
    access.require_keeper(actor, row.programme)
    if row.state != "tried":
        raise Conflict("这份清单已经处理过，请刷新页面。", state=row.state)
    access.programme(actor, row.programme_id, lock=True)
    _require_unsettled(row.programme_id, row.first, row.last)
    numbers = list(row.loans.values_list("number", flat=True))
    if not numbers:
        raise Conflict("清单里没有可以提交的贷款，请按原因更正后重新上传。")
    others = Loan.objects.filter(bank=row.bank_id, number__in=numbers, is_live=True)
    if taken := others.filter(first__lte=row.last, last__gte=row.first).values_list("number", flat=True).first():
        raise Conflict(f"借据 {taken} 在重叠的期间已经列入另一份清单，请撤回其中一份。")
    row.loans.update(is_live=True)
    row.state, row.entered_at = "entered", now
    row.save(update_fields=["state", "entered_at"])
    _prove("grants.enter_loans", actor, now, row, len(numbers))
    return row


@transaction.atomic
def undo_list(*, actor: Actor, now: datetime, number: int) -> LoanList:
    """Take a list back whole, as long as its period is not decided.

    :raises Conflict: it was taken back, or its period is settled.
    """
    row = access.loan_list(actor, number, lock=True)
    access.require_keeper(actor, row.programme)
    if row.state == "undone":
        raise Conflict("这份清单已经撤回。", state=row.state)
    _require_unsettled(row.programme_id, row.first, row.last)
    row.loans.update(is_live=False, settlement=None, amount=None)
    row.state, row.entered_at = "undone", None
    row.save(update_fields=["state", "entered_at"])
    _prove("grants.undo_loans", actor, now, row, row.loans.count())
    return row


@transaction.atomic
def drop_loan(*, actor: Actor, now: datetime, number: int, reason: str) -> Loan:
    """Leave one loan out of the settlement, with a reason that the bank is told.

    :raises Invalid: no reason. :raises Conflict: it does not count, or its period is settled.
    """
    row = access.loan(actor, number, lock=True)
    access.require_keeper(actor, row.list.programme)
    reason = reason.strip()
    if not 2 <= len(reason) <= 300:
        raise Invalid("请写明剔除这笔贷款的理由（2 至 300 字）。", {"reason": "请写明理由"})
    if not row.is_live:
        raise Conflict("这笔贷款没有列入结算，不用剔除。", state=row.state)
    _require_unsettled(row.list.programme_id, row.first, row.last)
    row.is_live, row.state, row.why, row.settlement, row.amount = False, "dropped", reason, None, None
    row.save(update_fields=["is_live", "state", "why", "settlement", "amount"])
    facts = {"loan": row.number, "bank": row.bank_id}
    record(
        actor=actor, now=now, verb="grants.drop_loan", stream=row.list.stream, facts=facts, content={"reason": reason}
    )
    return row


def _require_unsettled(programme: int, first: date, last: date) -> None:
    decided = Settlement.objects.filter(programme=programme, state="decided", first__lte=last, last__gte=first)
    if decided.exists():
        raise Conflict("这个期间已经核定结算，清单不能再改。需要补充的，请列入下一期。")


def _prove(verb: str, actor: Actor, now: datetime, row: LoanList, loans: int) -> None:
    facts = {
        "programme": row.programme_id, "bank": row.bank_id, "first": row.first.isoformat(), "last": row.last.isoformat(),
        "digest": row.digest, "rows": row.rows, "loans": loans, "rejected": len(row.rejects),
    }  # fmt: skip
    record(actor=actor, now=now, verb=verb, stream=row.stream, facts=facts, content={"name": row.name})
