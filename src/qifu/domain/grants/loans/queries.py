"""The only reads of subsidised interest, cut to the actor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from qifu.domain.grants import access as grants
from qifu.domain.grants.loans import access, terms
from qifu.domain.grants.models import Bank, BankShare, FundLine, Loan, LoanList, Programme, Settlement
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor

NOUGHT = Decimal(0)
CENT = Decimal("0.01")  # a sum of the embedded database comes with noughts behind it
PAGE = 200
SHARE_STATES = {"held": "待拨付", "sent": "已送银行", "paid": "已到账", "failed": "付款失败", "returned": "已退汇"}
ORDER = ("open", "waiting", "known", "none", "dropped")


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A programme in one line."""

    id: int
    title: str
    unit: str
    clause: str
    line: str
    free: Decimal
    decided: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list in one line."""

    id: int
    bank: str
    first: date
    last: date
    name: str
    state: str
    state_label: str
    loans: int
    rejected: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """A settlement in one line."""

    id: int
    first: date
    last: date
    state: str
    state_label: str
    total: Decimal
    loans: int
    worked_at: datetime


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """A programme with its terms, lists and settlements, and what the actor may do."""

    row: ProgrammeLine
    terms: tuple[tuple[str, str], ...]
    lists: tuple[ListLine, ...]
    settlements: tuple[SettlementLine, ...]
    is_keeper: bool


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A loan in one line; `difference`: what the bank made of it less ours, where they differ."""

    id: int
    bank: str
    number: str
    firm: int
    firm_name: str
    written: str
    state: str
    state_label: str
    amount: Decimal | None
    claimed: Decimal | None
    days: int
    notes: tuple[str, ...]

    @property
    def difference(self) -> Decimal | None:
        if self.claimed is None or self.amount is None or self.claimed == self.amount:
            return None
        return self.claimed - self.amount

    @property
    def is_renamed(self) -> bool:
        """Whether the bank writes another name than the registry."""
        return self.written != self.firm_name


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list with its loans and rejected rows."""

    row: ListLine
    programme: int
    programme_title: str
    loans: tuple[LoanLine, ...]
    rejects: tuple[tuple[int, str, str], ...]
    rows: int
    is_keeper: bool


@dataclass(frozen=True, slots=True)
class ShareLine:
    """What a bank gets: before the decision what it would, and where it stands after."""

    bank: str
    loans: int
    firms: int
    amount: Decimal
    state_label: str
    receipt: str


@dataclass(frozen=True, slots=True)
class SettlementPage:
    """A settlement bank by bank and loan by loan, and what the actor may do."""

    row: SettlementLine
    programme: int
    programme_title: str
    clause: str
    shares: tuple[ShareLine, ...]
    loans: tuple[LoanLine, ...]
    counts: dict[str, int]
    free: Decimal
    differences: int
    reason: str
    worked_by: str
    decided_by: str
    decided_at: datetime | None
    is_keeper: bool
    is_decider: bool
    is_apart: bool


@dataclass(frozen=True, slots=True)
class LoanPage:
    """One loan with every step of its calculation."""

    line: LoanLine
    list: int
    programme_title: str
    settlement: int | None
    facts: dict[str, Any]
    terms: tuple[tuple[str, str], ...]
    trace: tuple[dict[str, Any], ...]
    cuts: tuple[dict[str, Any], ...]
    doubts: tuple[dict[str, Any], ...]
    first: date
    last: date
    why: str
    is_droppable: bool


@dataclass(frozen=True, slots=True)
class FiledLoan:
    """A loan of an enterprise as its file tells it."""

    id: int
    bank: str
    programme: str
    first: date
    last: date
    state_label: str
    amount: Decimal | None


def of_enterprise(actor: Actor, enterprise: int) -> tuple[FiledLoan, ...]:
    """The loans that banks handed in for an enterprise, the newest first; none for who has nothing to look at. One query."""
    if not access.sees_any(actor):
        return ()
    rows = Loan.objects.filter(enterprise=enterprise, is_live=True, list__programme__in=access.visible(actor))
    return tuple(
        FiledLoan(
            row.pk,
            row.bank.name,
            row.list.programme.title,
            row.first,
            row.last,
            str(Loan.State(row.state).label),
            row.amount,
        )
        for row in rows.select_related("bank", "list__programme").order_by("-last", "-pk")[:PAGE]
    )


def programmes(actor: Actor) -> tuple[ProgrammeLine, ...]:
    """All programmes the actor may see. Four queries.

    :raises Forbidden: nothing to look at.
    """
    rows = list(access.visible(actor).select_related("line", "unit").order_by("-pk"))
    decided = dict(
        Settlement.objects.filter(programme__in=rows, state="decided")
        .values_list("programme")
        .annotate(total=Sum("total"))
    )
    paid = dict(
        BankShare.objects.filter(settlement__programme__in=rows, state="paid")
        .values_list("settlement__programme")
        .annotate(total=Sum("amount"))
    )
    return tuple(_programme(row, decided.get(row.pk, NOUGHT), paid.get(row.pk, NOUGHT)) for row in rows)


def _programme(row: Programme, decided: Decimal, paid: Decimal) -> ProgrammeLine:
    line, sums = f"{row.line.year} 年 {row.line.project}", (decided.quantize(CENT), paid.quantize(CENT))
    return ProgrammeLine(row.pk, row.title, row.unit.short_name, row.clause, line, row.line.free, *sums)


def programme(actor: Actor, number: int) -> ProgrammePage:
    """One programme.

    :raises Missing: there is none for this actor.
    """
    row = access.programme(actor, number)
    lists = list(row.lists.select_related("bank").annotate(n=Count("loans")).order_by("-pk")[:PAGE])
    names = people.names(one.handed_by for one in lists)
    settlements = row.settlements.annotate(n=Count("loans")).order_by("-first")[:PAGE]
    sums = row.settlements.filter(state="decided").aggregate(total=Sum("total"))["total"] or NOUGHT
    paid = BankShare.objects.filter(settlement__programme=row, state="paid").aggregate(total=Sum("amount"))["total"]
    return ProgrammePage(
        row=_programme(row, sums, paid or NOUGHT),
        terms=tuple(terms.said(row.terms)) + _sizes(row),
        lists=tuple(_list(one, names, one.n) for one in lists),
        settlements=tuple(_settlement(one, one.n) for one in settlements),
        is_keeper=access.is_keeper(actor, row),
    )


def _sizes(row: Programme) -> tuple[tuple[str, str], ...]:
    labels = dict(registry.sizes())
    return (("企业规模", "、".join(labels[size] for size in row.sizes)),) if row.sizes else ()


def _list(row: LoanList, names: dict[int, str], loans: int) -> ListLine:
    return ListLine(
        row.pk, row.bank.name, row.first, row.last, row.name, row.state, str(LoanList.State(row.state).label), loans,
        len(row.rejects), names.get(row.handed_by, "系统"), row.handed_at,
    )  # fmt: skip


def _settlement(row: Settlement, loans: int) -> SettlementLine:
    label = str(Settlement.State(row.state).label)
    return SettlementLine(row.pk, row.first, row.last, row.state, label, row.total, loans, row.worked_at)


def loan_list(actor: Actor, number: int) -> ListPage:
    """One list.

    :raises Missing: there is none for this actor.
    """
    row = access.loan_list(actor, number)
    loans = list(row.loans.select_related("bank").order_by("pk"))
    return ListPage(
        row=_list(row, people.names([row.handed_by]), len(loans)),
        programme=row.programme_id,
        programme_title=row.programme.title,
        loans=_loans(loans),
        rejects=tuple((one[0], one[1], one[2]) for one in row.rejects),
        rows=row.rows,
        is_keeper=access.is_keeper(actor, row.programme),
    )


def _loans(rows: Sequence[Loan]) -> tuple[LoanLine, ...]:
    names = registry.names(row.enterprise_id for row in rows)
    return tuple(
        LoanLine(
            row.pk, row.bank.name, row.number, row.enterprise_id, names.get(row.enterprise_id, row.written), row.written,
            row.state, str(Loan.State(row.state).label), row.amount, row.claimed,
            sum(line["days"] for line in row.trace),
            (*((row.why,) if row.why else ()), *(one["why"] for one in (*row.doubts, *row.cuts))),
        )
        for row in rows
    )  # fmt: skip


def settlement(actor: Actor, number: int) -> SettlementPage:
    """One settlement: what is open first, then by bank.

    :raises Missing: there is none for this actor.
    """
    row = access.settlement(actor, number)
    loans = list(row.loans.select_related("bank").order_by("bank__name", "pk"))
    loans.sort(key=lambda loan: ORDER.index(loan.state))
    lines = _loans(loans)
    told = people.names([row.worked_by, row.decided_by])
    return SettlementPage(
        row=_settlement(row, len(loans)),
        programme=row.programme_id,
        programme_title=row.programme.title,
        clause=row.programme.clause,
        shares=_shares(row),
        loans=lines,
        counts={state: sum(loan.state == state for loan in loans) for state in ORDER},
        free=row.programme.line.free,
        differences=sum(line.difference is not None for line in lines),
        reason=row.reason,
        worked_by=told.get(row.worked_by, "系统"),
        decided_by=told.get(row.decided_by or 0, ""),
        decided_at=row.decided_at,
        is_keeper=access.is_keeper(actor, row.programme),
        is_decider=access.is_decider(actor),
        is_apart=actor.account not in access.judges(row),
    )


def _shares(row: Settlement) -> tuple[ShareLine, ...]:
    if row.state == "decided":
        held = row.shares.select_related("bank").order_by("bank__name")
        return tuple(
            ShareLine(one.bank.name, one.loans, one.firms, one.amount, SHARE_STATES[one.state], one.receipt)
            for one in held
        )
    sums = (
        row.loans.filter(amount__gt=0)
        .values_list("bank__name")
        .annotate(Count("pk"), Count("enterprise", distinct=True), Sum("amount"))
        .order_by("bank__name")
    )
    return tuple(ShareLine(bank, n, firms, amount.quantize(CENT), "待核定", "") for bank, n, firms, amount in sums)


def loan(actor: Actor, number: int) -> LoanPage:
    """One loan.

    :raises Missing: there is none for this actor.
    """
    row = access.loan(actor, number)
    (line,) = _loans([row])
    is_decided = row.settlement is not None and row.settlement.state == "decided"
    return LoanPage(
        line=line,
        list=row.list_id,
        programme_title=row.list.programme.title,
        settlement=row.settlement_id,
        facts=row.facts,
        terms=tuple(terms.said(row.list.programme.terms)),
        trace=tuple(row.trace),
        cuts=tuple(row.cuts),
        doubts=tuple(row.doubts),
        first=row.first,
        last=row.last,
        why=row.why,
        is_droppable=row.is_live and not is_decided and access.is_keeper(actor, row.list.programme),
    )


def banks(actor: Actor) -> tuple[Bank, ...]:
    """All banks, by name; numbers of accounts are not shown."""
    access.require_any(actor)
    return tuple(Bank.objects.defer("account").order_by("name"))


def bank_choices() -> list[tuple[str, str]]:
    """Banks to choose from."""
    return [(str(pk), name) for pk, name in Bank.objects.order_by("name").values_list("pk", "name")]


def line_choices() -> list[tuple[str, str]]:
    """Lines of the budget to choose from, the latest year first."""
    rows = FundLine.objects.order_by("-year", "code")
    return [(str(one.pk), f"{one.year} 年 {one.project}（{one.code}）") for one in rows]


def may_add_bank(actor: Actor) -> bool:
    return grants.may_pay(actor)


def may_add_programme(actor: Actor) -> bool:
    return grants.may_write(actor)
