"""The only writes of funds: lines opened, money held, let go, paid, come back. Each leaves an entry of the ledger.

A line is locked, counted in decimals and written, so that no two writers can both take the last yuan: the second waits for the first
and then finds too little. The database is not asked to add: the embedded one adds as floating point and loses parts of a fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import access
from qifu.domain.grants.models import FundLine, LedgerEntry, Reservation
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

BOOKS = {  # kind → (goes to, comes from)
    "grant": ("free", "budget"), "reserve": ("reserved", "free"), "release": ("free", "reserved"),
    "pay": ("paid", "reserved"), "return": ("reserved", "paid"), "claim": ("owed", "offset"), "recover": ("treasury", "owed"),
}  # fmt: skip
OVER = (
    "预算不足：这条预算还剩 {free} 元，需要 {amount} 元，没有占用"
    "（《中华人民共和国预算法》第十三条：支出必须以经批准的预算为依据）。请先追加预算。"
)


@transaction.atomic
def open_line(
    *, actor: Actor, now: datetime, year: int, code: str, project: str, functional: str, economic: str, unit: int,
    total: Decimal,
) -> FundLine:  # fmt: skip
    """Open a line of the year's budget.

    :raises Forbidden: not finance. :raises Invalid: a subject or the sum cannot be used. :raises Conflict: it is there already.
    """
    access.require_payer(actor)
    problems = {
        "year": "" if 2000 <= year <= 2100 else "年度应为四位数字。",
        "code": "" if 1 <= len(code.strip()) <= 40 else "请填写项目编码（最多 40 字）。",
        "project": "" if 1 <= len(project.strip()) <= 120 else "请填写项目名称（最多 120 字）。",
        "functional": ""
        if functional.isdecimal() and len(functional) in (3, 5, 7)
        else "功能分类科目应为 3、5 或 7 位数字。",
        "economic": "" if economic.isdecimal() and len(economic) in (3, 5) else "经济分类科目应为 3 或 5 位数字。",
        "total": "" if Decimal("0.01") <= total < Decimal(10) ** 14 else "请填写大于零的金额。",
    }
    if any(problems.values()):
        raise Invalid("预算没有保存：" + "".join(problems.values()), {k: v for k, v in problems.items() if v})
    if FundLine.objects.filter(year=year, code=code.strip(), economic=economic).exists():
        raise Conflict("这个年度、项目和经济科目的预算已经有了，请在原来的预算上办理。")
    row = FundLine.objects.create(
        year=year, code=code.strip(), project=project.strip(), functional=functional, economic=economic, unit_id=unit,
        total=total, made_at=now,
    )  # fmt: skip
    LedgerEntry.objects.create(**_entry(row, "grant", total, row.stream, "", actor, now))
    told = {"year": year, "code": row.code, "functional": functional, "economic": economic, "total": str(total)}
    record(actor=actor, now=now, verb="grants.open_line", stream=row.stream, facts=told)
    return row


def reserve(*, actor: Actor, now: datetime, line: int, source: str, amount: Decimal) -> Reservation:
    """Hold money of a line for one purpose, in the caller's transaction.

    :raises Invalid: there is not enough left; `fields` says how much. :raises Conflict: the purpose holds money already.
    """
    with transaction.atomic():
        row = _locked(line)
        if row.free < amount:
            raise Invalid(
                OVER.format(free=f"{row.free:,.2f}", amount=f"{amount:,.2f}"), {"amount": f"还剩 {row.free:,.2f} 元"}
            )
        if Reservation.objects.filter(source=source).exclude(state="released").exists():
            raise Conflict("这笔资金已经占用过预算，不能重复占用。")
        _set(row, row.reserved + amount, row.paid)
        made = Reservation.objects.create(line_id=line, source=source, amount=amount, at=now)
        _post("reserve", [(made, "")], actor, now)
    return made


def _locked(line: int) -> FundLine:
    return FundLine.objects.select_for_update().get(pk=line)


def _set(line: FundLine, reserved: Decimal, paid: Decimal) -> None:
    FundLine.objects.filter(pk=line.pk).update(reserved=reserved, paid=paid)


def release(*, actor: Actor, now: datetime, source: str) -> Reservation | None:
    """Let go what a purpose holds, in the caller's transaction; nothing where it holds nothing."""
    with transaction.atomic():
        row = Reservation.objects.select_for_update().filter(source=source, state="held").first()
        if row is None:
            return None
        row.state, row.ended_at = "released", now
        row.save(update_fields=["state", "ended_at"])
        line = _locked(row.line_id)
        _set(line, line.reserved - row.amount, line.paid)
        _post("release", [(row, "")], actor, now)
    return row


def pay(paid: Sequence[tuple[Reservation, str]], actor: Actor, now: datetime) -> None:
    """What was held has been paid by these orders: reservation and number of the order. Locked by the caller."""
    _turn("pay", "paid", paid, actor, now)


def take_back(returned: Sequence[tuple[Reservation, str]], actor: Actor, now: datetime) -> None:
    """What was paid has come back: it is held again. Locked by the caller."""
    _turn("return", "held", returned, actor, now)


def book(*, actor: Actor, now: datetime, kind: str, line: int, source: str, amount: Decimal, order: str = "") -> None:
    """Enter what is asked back (`claim`) or has come back (`recover`), in the caller's transaction.

    What comes back goes to the treasury: the line can not spend it a second time, and what it paid stays paid.
    """
    row = FundLine.objects.get(pk=line)
    LedgerEntry.objects.create(**_entry(row, kind, amount, source, order, actor, now))


@transaction.atomic
def note_check(*, actor: Actor, now: datetime, year: int, differing: int) -> None:
    """Record that the reconciliation of a year was carried away. :raises Forbidden: the actor does not look at money."""
    access.require_money(actor)
    told = {"year": year, "differences": differing}
    record(actor=actor, now=now, verb="grants.export_check", stream=f"grants.check:{year}", facts=told)


def _turn(kind: str, state: str, moved: Sequence[tuple[Reservation, str]], actor: Actor, now: datetime) -> None:
    sums: dict[int, Decimal] = {}
    for row, _ in moved:
        sums[row.line_id] = sums.get(row.line_id, Decimal(0)) + row.amount
        row.state, row.ended_at = state, now if state == "paid" else None
    Reservation.objects.bulk_update([row for row, _ in moved], ["state", "ended_at"], batch_size=200)
    sign = 1 if kind == "pay" else -1
    for line, amount in sorted(sums.items()):
        held = _locked(line)
        _set(held, held.reserved - sign * amount, held.paid + sign * amount)
    _post(kind, moved, actor, now)


def _post(kind: str, moved: Sequence[tuple[Reservation, str]], actor: Actor, now: datetime) -> None:
    lines = {row.pk: row for row in FundLine.objects.filter(pk__in={one.line_id for one, _ in moved})}
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(**_entry(lines[row.line_id], kind, row.amount, row.source, order, actor, now))
            for row, order in moved
        ],
        batch_size=500,
    )


def _entry(
    line: FundLine, kind: str, amount: Decimal, source: str, order: str, actor: Actor, now: datetime
) -> dict[str, object]:
    debit, credit = BOOKS[kind]
    return {
        "line": line, "kind": kind, "debit": debit, "credit": credit, "amount": amount, "source": source, "order": order,
        "functional": line.functional, "economic": line.economic, "project": line.code, "actor": actor.mark, "at": now,
    }  # fmt: skip
