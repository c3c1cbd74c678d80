"""Working a period out over all banks, and deciding it: the money is held in the transaction of the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum

from qifu.domain.grants.actions import money
from qifu.domain.grants.loans import access, terms
from qifu.domain.grants.models import BankShare, Loan, Programme, Settlement
from qifu.domain.registry import queries as registry
from qifu.engines import subsidy
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

CENT = Decimal("0.01")
NOUGHT = Decimal(0)


@transaction.atomic
def work_out(
    *, actor: Actor, now: datetime, programme: int, first: date, last: date, budget: Decimal | None = None
) -> Settlement:
    """Work out every loan of the period with its trace; may be repeated until it is decided.

    `budget`: where all together come to more, each is lowered in proportion.

    :raises Forbidden: not of the unit that answers. :raises Conflict: it is decided, or no list was entered.
    """
    row = access.programme(actor, programme, lock=True)
    access.require_keeper(actor, row)
    held = Settlement.objects.select_for_update().filter(programme=row, first=first).first()
    if held and held.state == "decided":
        raise Conflict("这个期间已经核定结算，不能再测算。", state=held.state)
    if budget is not None and budget <= 0:
        raise Invalid("本期预算应大于零；不限的请留空。", {"budget": "应大于零"})
    loans = list(_live(row, first, last).order_by("pk"))
    if not loans:
        raise Conflict("这个期间还没有提交的贷款清单，请先导入并提交清单。")
    _fill(row, loans, first, last, budget)
    total = sum((loan.amount for loan in loans if loan.amount is not None), NOUGHT)
    told = {"last": last, "total": total, "worked_by": actor.account or 0, "worked_at": now}
    made, _ = Settlement.objects.update_or_create(programme=row, first=first, defaults=told)
    for loan in loans:
        loan.settlement = made
    Loan.objects.bulk_update(
        loans, ["settlement", "state", "amount", "by_year", "trace", "cuts", "doubts"], batch_size=200
    )
    facts = {"first": first.isoformat(), "last": last.isoformat(), "loans": len(loans), "total": str(total),
             "budget": None if budget is None else str(budget)}  # fmt: skip
    record(actor=actor, now=now, verb="grants.work_out", stream=made.stream, facts=facts)
    return made


def _live(programme: Programme, first: date, last: date) -> Any:
    rows = Loan.objects.select_for_update(of=("self",)).select_related("bank")
    return rows.filter(list__programme=programme, is_live=True, first=first, last=last)


def _fill(programme: Programme, loans: Sequence[Loan], first: date, last: date, budget: Decimal | None) -> None:
    held = terms.of(programme, first, last)
    by_firm: dict[int, list[Loan]] = {}
    for loan in loans:
        by_firm.setdefault(loan.enterprise_id, []).append(loan)
    sizes = {number: one.size_class for number, one in registry.brief(by_firm).items()}
    before, of_loan = _earlier(programme, list(by_firm), first)
    for firm, own in by_firm.items():
        if (doubt := _size_doubt(programme, sizes.get(firm, ""))) is not None:
            for loan in own:
                _put(loan, subsidy.LoanResult(loan.number, None if doubt.is_missing else NOUGHT, (), (), (doubt,)))
            continue
        settled = subsidy.settled(str(firm), [_value(loan, of_loan) for loan in own], held, before.get(firm, {}))
        results = {one.loan: one for one in settled.loans}
        for loan in own:
            _put(loan, results[_name(loan)])
    if budget is not None:
        _lower(loans, budget)


def _size_doubt(programme: Programme, size: str) -> subsidy.Doubt | None:
    if not programme.sizes or size in programme.sizes:
        return None
    if not size:
        return subsidy.Doubt("size-missing", True, "企业库里没有这家企业的规模，请先核定规模。")
    return subsidy.Doubt("size", False, "企业规模不在贴息范围。")


def _earlier(
    programme: Programme, firms: Sequence[int], first: date
) -> tuple[dict[int, dict[int, Decimal]], dict[tuple[int, str], Decimal]]:
    """What firms got of this programme in settled periods, by year, and loans in all."""
    rows = Loan.objects.filter(
        settlement__programme=programme, settlement__state="decided", enterprise__in=firms, amount__gt=0
    ).exclude(first=first)
    by_firm: dict[int, dict[int, Decimal]] = {}
    by_loan: dict[tuple[int, str], Decimal] = {}
    for firm, bank, number, amount, years in rows.values_list("enterprise", "bank", "number", "amount", "by_year"):
        by_loan[bank, number] = by_loan.get((bank, number), NOUGHT) + (amount or NOUGHT)
        for year, part in years.items():
            held = by_firm.setdefault(firm, {})
            held[int(year)] = held.get(int(year), NOUGHT) + Decimal(part)
    return by_firm, by_loan


def _name(loan: Loan) -> str:
    """A loan as it is known across banks."""
    return f"{loan.number}（{loan.bank.name}）"


def _value(loan: Loan, of_loan: Mapping[tuple[int, str], Decimal]) -> subsidy.Loan:
    facts = loan.facts
    return subsidy.Loan(
        number=_name(loan),
        firm=str(loan.enterprise_id),
        movements=tuple(subsidy.Movement(date.fromisoformat(day), Decimal(amount)) for day, amount in facts["moved"]),
        rates=terms.steps(facts["rates"]),
        due=terms.day(facts["due"]),
        extended=terms.day(facts["extended"]),
        overdue=tuple(subsidy.Span(date.fromisoformat(a), date.fromisoformat(b)) for a, b in facts["overdue"]),
        paid_interest=None if facts["interest"] is None else Decimal(facts["interest"]),
        earlier=of_loan.get((loan.bank_id, loan.number), NOUGHT),
    )


def _put(loan: Loan, result: subsidy.LoanResult) -> None:
    loan.amount = result.amount
    loan.state = "open" if result.amount is None else "known" if result.amount > 0 else "none"
    loan.by_year = {str(year): str(amount) for year, amount in result.by_year}
    loan.trace = [
        {
            "first": line.first.isoformat(), "last": line.last.isoformat(), "days": line.days,
            "balance": str(line.balance), "principal": str(line.principal), "contract": str(line.contract),
            "subsidised": str(line.subsidised), "amount": str(line.amount),
        }
        for line in result.lines
    ]  # fmt: skip
    loan.cuts = [
        {"code": cut.code, "before": str(cut.before), "after": str(cut.after), "why": cut.why} for cut in result.cuts
    ]
    loan.doubts = [{"code": doubt.code, "is_missing": doubt.is_missing, "why": doubt.why} for doubt in result.doubts]


def _lower(loans: Sequence[Loan], budget: Decimal) -> None:
    """Share the budget out where it does not suffice; a loan's years are lowered from the last one back."""
    shares = subsidy.shared_out({f"{loan.pk:012d}": loan.amount for loan in loans if loan.amount}, budget)
    for loan in loans:
        if not loan.amount or (share := shares[f"{loan.pk:012d}"]) == loan.amount:
            continue
        why = f"各笔合计超过本期预算 {budget:,} 元，按比例压减。"
        loan.cuts.append({"code": "budget", "before": str(loan.amount), "after": str(share), "why": why})
        over, loan.amount = loan.amount - share, share
        for year in sorted(loan.by_year, reverse=True):
            part = min(over, Decimal(loan.by_year[year]))
            loan.by_year[year] = str(Decimal(loan.by_year[year]) - part)
            over -= part
        loan.state = "known" if share > 0 else "none"


@transaction.atomic
def decide(*, actor: Actor, now: datetime, number: int, reason: str) -> Settlement:
    """Decide a settlement: the money of each bank is held at once, all or nothing.

    :raises Forbidden: not a supervisor of the centre, or one who had a hand in it.
    :raises Invalid: no reason, or the budget does not suffice. :raises Conflict: decided, out of date, or with open loans.
    """
    row = access.settlement(actor, number, lock=True)
    access.require_decider(actor, row)
    reason = reason.strip()
    if row.state != "draft":
        raise Conflict("这次结算已经核定，请刷新页面。", state=row.state)
    if not 2 <= len(reason) <= 1000:
        raise Invalid("请写明核定意见（2 至 1000 字）。", {"reason": "请写明意见"})
    _require_ready(row)
    row.state, row.reason, row.decided_by, row.decided_at = "decided", reason, actor.account, now
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    shares = row.loans.filter(amount__gt=0).values("bank").annotate(
        amount=Sum("amount"), n=Count("pk"), firms=Count("enterprise", distinct=True)
    )  # fmt: skip
    facts = {"total": str(row.total), "banks": len(shares)}
    record(
        actor=actor,
        now=now,
        verb="grants.decide_settlement",
        stream=row.stream,
        facts=facts,
        content={"reason": reason},
    )
    for share in shares.order_by("bank"):
        made = BankShare.objects.create(
            settlement=row, bank_id=share["bank"], loans=share["n"], firms=share["firms"],
            amount=share["amount"].quantize(CENT),  # as exact as the loans, whatever the database adds up
        )  # fmt: skip
        money.reserve(actor=actor, now=now, line=row.programme.line_id, source=made.stream, amount=made.amount)
        told = {"settlement": row.pk, "bank": made.bank_id, "amount": str(made.amount), "loans": made.loans}
        record(actor=actor, now=now, verb="grants.hold_share", stream=made.stream, facts=told)
    return row


def _require_ready(row: Settlement) -> None:
    live = Loan.objects.filter(list__programme=row.programme_id, is_live=True, first=row.first, last=row.last)
    if live.filter(settlement=None).exists() or live.filter(list__entered_at__gt=row.worked_at).exists():
        raise Conflict("测算之后又提交了清单，请重新测算后再核定。")
    if (open_ := row.loans.filter(state="open").count()) > 0:
        raise Conflict(f"还有 {open_} 笔贷款的资料不全，请补充后重新测算，或写明理由剔除。")
    held = row.loans.aggregate(total=Sum("amount"))["total"] or NOUGHT
    if held != row.total:
        raise Conflict("测算之后有贷款被剔除，请重新测算后再核定。")
    if not held:
        raise Conflict("这次结算没有可以支付的金额，不用核定。")
