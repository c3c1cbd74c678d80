"""Grants by the hundred, straight into the tables: applications in every stage with what hangs on them, paid and owed for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from qifu.domain.grants.models import (
    Application,
    Clock,
    LedgerEntry,
    Notice,
    NoticeLine,
    Obligation,
    PaymentBatch,
    PaymentOrder,
    Reservation,
    Stay,
    Version,
)
from qifu.domain.registry.models import Enterprise

STATES = ("submitted", "review", "rated", "publicity", "deciding", "granted", "paying", "paid", "refused", "listed")
MONEY = ("granted", "paying", "paid")
YUAN = Decimal("1000.00")
PAGE = 100  # entries on a page of the ledger


def write(size: int, now: datetime) -> None:
    """Fill up to so many applications of the first published scheme, one a firm."""
    version = Version.objects.filter(state="published").select_related("scheme", "line").order_by("pk")[0]
    known = Application.objects.count()
    taken = Application.objects.filter(version=version).values("enterprise")
    firms = (
        Enterprise.objects.exclude(pk__in=taken).order_by("-pk").values_list("pk", flat=True)[: max(0, size - known)]
    )
    rows = [_row(version, firm, STATES[n % len(STATES)], known + n, now) for n, firm in enumerate(firms)]
    made = Application.objects.bulk_create(rows, batch_size=500)
    Stay.objects.bulk_create(
        [Stay(application=row, state=row.state, since=row.entered_at) for row in made], batch_size=500
    )
    Clock.objects.bulk_create([_clock(row, now) for row in made if row.is_open], batch_size=500)
    _shown(version, [row for row in made if row.state == "publicity"], now)
    _paid(version, [row for row in made if row.state in MONEY], now)


def _row(version: Version, firm: int, state: str, n: int, now: datetime) -> Application:
    is_refused, at = state == "refused", now - timedelta(days=n % 40)
    return Application(
        number=f"SB98{n:010}", version=version, enterprise_id=firm, year=now.year, state=state,
        is_open=state not in ("paid", "refused"), granted=None if is_refused else YUAN, drafted_at=at, submitted_at=at,
        entered_at=at, closed_at=at if state in ("paid", "refused") else None, paid_at=at if state == "paid" else None,
        refusal="material" if is_refused else "", clause="第六条" if is_refused else "", why="材料不齐。" if is_refused else "",
    )  # fmt: skip


def _clock(row: Application, now: datetime) -> Clock:
    return Clock(
        application=row, kind="decide", round=1, term="workdays", n=20, started_at=row.drafted_at, due_at=now + timedelta(days=9),
        promised_at=now + timedelta(days=9), calendar="", is_assumed=False, status="running",
    )  # fmt: skip


def _shown(version: Version, rows: Sequence[Application], now: datetime) -> None:
    if not rows:
        return
    notice = Notice.objects.create(
        number=f"GS98{rows[0].pk:010}", version=version, title="拟支持名单公示", opened_at=now, due_at=now + timedelta(days=5),
        made_by=1,
    )  # fmt: skip
    NoticeLine.objects.bulk_create(
        NoticeLine(notice=notice, application=row, shown="某公司", code="", amount=YUAN) for row in rows
    )


def _paid(version: Version, rows: Sequence[Application], now: datetime) -> None:
    held = Reservation.objects.bulk_create(
        [
            Reservation(line=version.line, source=row.stream, amount=YUAN, state="paid" if row.state == "paid" else "held", at=now)
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    sent = [(row, one) for row, one in zip(rows, held, strict=True) if row.state != "granted"]
    if not sent:
        return
    batch = PaymentBatch.objects.create(
        number=f"PC98{rows[0].pk:010}", state="sent", count=len(sent), total=YUAN * len(sent), drawn_by=1, drawn_at=now,
        released_by=2, released_at=now,
    )  # fmt: skip
    PaymentOrder.objects.bulk_create([_order(batch, row, one, now) for row, one in sent], batch_size=500)
    LedgerEntry.objects.bulk_create(_entries(version, rows, now), batch_size=500)
    if LedgerEntry.objects.count() < 3 * PAGE:  # so that a page of the ledger is full at every size
        LedgerEntry.objects.bulk_create(list(_entries(version, rows[:1] * 3 * PAGE, now)), batch_size=500)
    Obligation.objects.bulk_create(
        [
            Obligation(
                application=row, enterprise_id=row.enterprise_id, kind="stay", said="不迁出本区", rule="full", since=now.date(),
                until=now.date() + timedelta(days=900), state="breached",
            )
            for row in rows if row.state == "paid"
        ],
        batch_size=500,
    )  # fmt: skip


def _order(batch: PaymentBatch, row: Application, held: Reservation, now: datetime) -> PaymentOrder:
    is_paid = row.state == "paid"
    return PaymentOrder(
        number=f"ZF98{row.pk:012}", batch=batch, reservation=held, source=row.stream, payee="某公司", bank="某银行",
        account="62220000", tail="0000", amount=YUAN, purpose="奖励", state="paid" if is_paid else "sent",
        receipt=f"HD{row.pk}" if is_paid else "", at=now, paid_at=now if is_paid else None,
    )  # fmt: skip


def _entries(version: Version, rows: Sequence[Application], now: datetime) -> Iterator[LedgerEntry]:
    line = version.line
    for row in rows:
        moves = [("reserve", "reserved", "free")] + ([("pay", "paid", "reserved")] if row.state == "paid" else [])
        for kind, debit, credit in moves:
            yield LedgerEntry(
                line=line, kind=kind, debit=debit, credit=credit, amount=YUAN, source=row.stream, functional=line.functional,
                economic=line.economic, project=line.code, actor="system", at=now,
            )  # fmt: skip
