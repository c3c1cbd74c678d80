"""Batches: drawn up by one officer, let go by another, settled by the bank's answer. Nothing is paid twice.

An answer of the bank is kept first, whole; then it is worked off in stretches, each a transaction of its own that
says how far it came. Killed anywhere, what was committed stands and `go_on` continues behind it; an order that has
moved already is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from qifu.domain.grants import access, bankfile, numbers
from qifu.domain.grants.actions import money
from qifu.domain.grants.facts import day
from qifu.domain.grants.models import BankReturn, PaymentBatch, PaymentOrder, Reservation
from qifu.domain.grants.sources import SOURCES, Payee, grouped, key_of
from qifu.engines.payments import BankFile
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.actions import record

STRETCH = 200
MOST = 10_000  # orders of one batch
TURNS = {"paid": ("sent",), "failed": ("sent",), "returned": ("sent", "paid")}  # what an order must be to become it


@transaction.atomic
def draw(*, actor: Actor, now: datetime, reservations: Iterable[int], layout: str = "plain") -> PaymentBatch:
    """Draw up a batch of what is held, has a confirmed account and is not on its way.

    :raises Forbidden: not finance, or one who judged it. :raises Invalid: nothing of it can be paid.
    """
    access.require_payer(actor)
    if layout not in dict(bankfile.LAYOUTS):
        raise Invalid("没有这种银行文件格式，请重新选择。", {"layout": "请选择"})
    wanted = sorted(set(reservations))
    if len(wanted) > MOST:
        raise Invalid(f"一个批次最多 {MOST:,} 笔，请分批拨付。", {"reservations": "过多"})
    held = Reservation.objects.select_for_update().filter(pk__in=wanted, state="held").order_by("pk")
    rows = list(held.exclude(orders__state__in=["drawn", "sent", "paid"]))
    if not rows or len(rows) != len(wanted):
        raise Conflict("选中的资金里有已经在拨付的，请刷新页面后重新选择。")
    _require_apart(actor, [row.source for row in rows])
    payees = payees_of([row.source for row in rows])
    lacking = [row for row in rows if row.source not in payees]
    if lacking:
        raise Invalid(f"有 {len(lacking)} 笔的收款账户还没有确认，不能列入批次。请等企业确认后再拨付。")
    batch = PaymentBatch.objects.create(
        number=numbers.draw(numbers.BATCH, now), count=len(rows), total=sum((r.amount for r in rows), Decimal(0)),
        drawn_by=access.account_of(actor), drawn_at=now, layout=layout,
    )  # fmt: skip
    drawn = [_order(batch, place, row, payees[row.source], now) for place, row in enumerate(rows, 1)]
    PaymentOrder.objects.bulk_create(drawn, batch_size=500)
    told = {"number": batch.number, "count": batch.count, "total": str(batch.total)}
    record(actor=actor, now=now, verb="grants.draw", stream=batch.stream, facts=told)
    return batch


@transaction.atomic
def release(*, actor: Actor, now: datetime, number: str) -> PaymentBatch:
    """Let a batch go to the bank: another pair of eyes than the one that drew it up.

    :raises Forbidden: not finance, the same officer, or one who judged it. :raises Conflict: it has gone already.
    """
    access.require_payer(actor)
    batch = access.batch(actor, number, lock=True)
    if batch.state != "drawn":
        raise Conflict("这个批次已经处理过，请刷新页面。", state=batch.state)
    if batch.drawn_by == actor.account:
        raise Forbidden(f"制单和复核不能是同一个人{access.SEPARATION}。请由另一位财务人员复核。")
    orders = list(batch.orders.select_for_update().order_by("pk"))
    _require_apart(actor, [one.source for one in orders])
    batch.state, batch.released_by, batch.released_at = "sent", actor.account, now
    batch.digest = hashlib.sha256(file_of(batch, orders).content).hexdigest()
    batch.save(update_fields=["state", "released_by", "released_at", "digest"])
    told = {"number": batch.number, "digest": batch.digest, "count": batch.count, "total": str(batch.total)}
    record(actor=actor, now=now, verb="grants.release", stream=batch.stream, facts=told)
    for one in orders:
        one.state, one.at = "sent", now
    PaymentOrder.objects.bulk_update(orders, ["state", "at"], batch_size=STRETCH)
    _tell("sent", orders, actor, now)
    return batch


@transaction.atomic
def drop(*, actor: Actor, now: datetime, number: str) -> PaymentBatch:
    """Take back a batch that has not gone to the bank; what it held stays held.

    :raises Conflict: it has gone already.
    """
    access.require_payer(actor)
    batch = access.batch(actor, number, lock=True)
    if batch.state != "drawn":
        raise Conflict("这个批次已经送银行，不能撤销。", state=batch.state)
    batch.state = "dropped"
    batch.save(update_fields=["state"])
    batch.orders.update(state="dropped", at=now)
    record(actor=actor, now=now, verb="grants.drop_batch", stream=batch.stream, facts={"number": batch.number})
    return batch


def take_return(*, actor: Actor, now: datetime, name: str, data: bytes) -> BankReturn:
    """Take the bank's answer: keep it, then work it off. :raises Forbidden, Invalid: as `keep_return`."""
    held = keep_return(actor=actor, now=now, name=name, data=data)
    return go_on(actor=actor, now=now, number=held.pk)


def keep_return(*, actor: Actor, now: datetime, name: str, data: bytes) -> BankReturn:
    """Keep the bank's answer whole, not worked off. The same content again is the answer that is held.

    :raises Forbidden: not finance. :raises Invalid: it is no answer of the bank.
    """
    access.require_payer(actor)
    digest = hashlib.sha256(data).hexdigest()
    held = BankReturn.objects.filter(digest=digest).first()
    if held is None:
        answers, odd = bankfile.read(data)
        held = _kept(actor, now, name, digest, answers, odd)
    return held


def go_on(*, actor: Actor, now: datetime, number: int) -> BankReturn:
    """Work off what is left of an answer, stretch by stretch."""
    while not _stretch(actor, now, number):
        pass
    return access.bank_return(actor, number)


@transaction.atomic
def _kept(
    actor: Actor, now: datetime, name: str, digest: str, answers: Sequence[bankfile.Answer], odd: list[list[str]]
) -> BankReturn:
    orders = PaymentOrder.objects.filter(number__in=[one.order for one in answers])
    held = {number: (batch, amount) for number, batch, amount in orders.values_list("number", "batch", "amount")}
    known = {one.order: held[one.order][0] for one in answers if held.get(one.order, (0, None))[1] == one.amount}
    strange = [[one.order, _strange(one, held)] for one in answers if one.order not in known]
    lines = [one.as_row() for one in answers if one.order in known]
    batches = {known[one[0]] for one in lines}
    row, is_new = BankReturn.objects.get_or_create(
        digest=digest,
        defaults={
            "name": name[-200:] or "回单", "lines": lines, "odd": odd + strange, "by": actor.account, "at": now,
            "batch_id": next(iter(batches)) if len(batches) == 1 else None,
        },
    )  # fmt: skip
    if is_new:
        told = {"digest": digest, "lines": len(lines), "odd": len(odd) + len(strange)}
        record(actor=actor, now=now, verb="grants.take_return", stream=f"grants.return:{row.pk}", facts=told)
    return row


@transaction.atomic
def _stretch(actor: Actor, now: datetime, number: int) -> bool:
    """Work off the next lines; whether that was the end."""
    access.require_payer(actor)
    held = BankReturn.objects.select_for_update().filter(pk=number).first()
    if held is None:
        raise Missing("没有这份银行回单，请返回列表重新选择。")
    if held.ended_at is not None:
        return True
    some = held.lines[held.done : held.done + STRETCH]
    for result in ("paid", "failed", "returned"):
        held.odd += _settle(result, [line for line in some if line[1] == result], actor, now)
    held.done += len(some)
    is_end = held.done >= len(held.lines)
    if is_end:
        held.ended_at = now
        _close({line[0] for line in held.lines}, actor, now)
    held.save(update_fields=["done", "odd", "ended_at"])
    return is_end


def _settle(result: str, lines: Sequence[Sequence[str]], actor: Actor, now: datetime) -> list[list[str]]:
    """Move the orders that may become it; what may not is odd, unless it has become it already."""
    said = {line[0]: line for line in lines}
    rows = {o.number: o for o in PaymentOrder.objects.select_for_update().filter(number__in=list(said)).order_by("pk")}
    turned, before, odd = list[PaymentOrder](), dict[int, str](), list[list[str]]()
    for number, (_, _, receipt, why, on) in said.items():
        order = rows[number]
        if order.state == result:
            continue
        if order.state not in TURNS[result]:
            odd.append([number, f"单据现在是“{PaymentOrder.State(order.state).label}”，没有改动"])
            continue
        before[order.pk] = order.state
        order.state, order.receipt, order.why, order.at = result, receipt or order.receipt, why, now
        order.paid_at = _moment(on, now) if result == "paid" else order.paid_at
        turned.append(order)
    _move(result, turned, before, actor, now)
    return odd


def _move(result: str, orders: Sequence[PaymentOrder], before: Mapping[int, str], actor: Actor, now: datetime) -> None:
    """Write the orders, the money behind them, and what follows; what had been paid comes back to be held."""
    if not orders:
        return
    PaymentOrder.objects.bulk_update(orders, ["state", "receipt", "why", "at", "paid_at"], batch_size=STRETCH)
    held = Reservation.objects.select_for_update().in_bulk([one.reservation_id for one in orders])
    if result == "paid":
        money.pay([(held[one.reservation_id], one.number) for one in orders], actor, now)
    back = [one for one in orders if before[one.pk] == "paid"]
    if back:
        money.take_back([(held[one.reservation_id], one.number) for one in back], actor, now)
    _tell(result, orders, actor, now)


def _close(numbers_: set[str], actor: Actor, now: datetime) -> None:
    """A batch of which no order waits any more is settled."""
    batches = set(PaymentOrder.objects.filter(number__in=numbers_).values_list("batch", flat=True))
    for batch in PaymentBatch.objects.select_for_update().filter(pk__in=batches, state="sent").order_by("pk"):
        if not batch.orders.filter(state="sent").exists():
            batch.state, batch.settled_at = "settled", now
            batch.save(update_fields=["state", "settled_at"])
            record(actor=actor, now=now, verb="grants.settle", stream=batch.stream, facts={"number": batch.number})


def payees_of(sources: Sequence[str]) -> dict[str, Payee]:
    """To whom each goes, by its chain; who has no confirmed account is not there."""
    return {
        f"grants.{kind}:{key}": payee
        for kind, keys in grouped(sources).items()
        for key, payee in SOURCES[kind].payees(keys).items()
    }


def file_of(batch: PaymentBatch, orders: Sequence[PaymentOrder]) -> BankFile:
    """The file of a batch, with the whole names of persons whose orders show them masked.

    :raises Invalid: a name, an account or an amount that the bank would misread.
    """
    masked = {source: one.holder for source, one in payees_of([one.source for one in orders]).items() if one.shown}
    return bankfile.written(batch.layout, batch.number, day(batch.drawn_at), orders, masked)


def _strange(answer: bankfile.Answer, held: Mapping[str, tuple[int, Decimal]]) -> str:
    if answer.order not in held:
        return "没有这个单号"
    return f"付款单是 {held[answer.order][1]:,.2f} 元，回单是 {answer.amount:,.2f} 元，金额不符，没有改动"


def _tell(event: str, orders: Sequence[PaymentOrder], actor: Actor, now: datetime) -> None:
    by_kind: dict[str, list[tuple[int, PaymentOrder]]] = {}
    for one in orders:
        kind, key = key_of(one.source)
        by_kind.setdefault(kind, []).append((key, one))
    for kind, some in by_kind.items():
        SOURCES[kind].moved(event, some, actor, now)


def _require_apart(actor: Actor, sources: Sequence[str]) -> None:
    for kind, keys in grouped(sources).items():
        if any(actor.account in who for who in SOURCES[kind].judges(keys).values()):
            raise Forbidden(access.APART)


def _order(batch: PaymentBatch, place: int, row: Reservation, payee: Payee, now: datetime) -> PaymentOrder:
    return PaymentOrder(
        number=f"{numbers.ORDER}{batch.number[2:]}{place:05d}", batch=batch, reservation=row, source=row.source,
        payee=payee.shown or payee.holder, bank=payee.bank, account=payee.account, tail=payee.account[-4:], amount=row.amount,
        purpose=payee.purpose, at=now,
    )  # fmt: skip


def _moment(on: str, now: datetime) -> datetime:
    """The day the bank names, at the hour at which its answer came, and never later than that."""
    return min(datetime.combine(date.fromisoformat(on), now.timetz()), now) if on else now
