"""What grants pay out of the centre's own budget enters the ledger once, balanced, and a return takes it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qifu.domain.disclosure.actions import ledger
from qifu.domain.disclosure.actions.pulling import pull
from qifu.domain.disclosure.models import Voucher
from qifu.domain.disclosure.queries import execution
from qifu.domain.grants.actions import money
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW, House
from tests.domain import budget_room as room

HUNDRED = Decimal("100.10")


def paid(house: House, code: str, unit: int, source: str) -> object:
    line = money.open_line(
        actor=house.actor("accountant"), now=NOW, year=NOW.year, code=code, project=f"兑现{code}", functional="2011399",
        economic="31204", unit=unit, total=Decimal("500.00"),
    )  # fmt: skip
    held = money.reserve(actor=SYSTEM, now=NOW, line=line.pk, source=source, amount=HUNDRED)
    money.pay([(held, "FK-1")], SYSTEM, NOW)
    return held


def test_payments_enter_once_and_a_return_reverses(house: House) -> None:
    room.finance(house)
    room.approved(house)
    held = paid(house, "P01", house.centre, "grants.application:1")
    paid(house, "X9", house.centre, "grants.application:2")
    paid(house, "P02", house.department, "grants.application:3")
    actor = house.actor("accountant")
    first = pull(actor=actor, now=NOW)
    assert (first.entered, first.reversed) == (1, 0)
    assert [each for each in first.waiting if "X9" in each], "a project that the budget does not know waits"
    assert len(first.waiting) == 1, "another unit's money is not booked here"
    row = Voucher.objects.get(origin__startswith="grants.entry:")
    assert row.debit == 2 * HUNDRED
    assert {line.functional for line in row.lines.filter(account__regex="^[67]")} == {"2011399"}
    assert pull(actor=actor, now=NOW).entered == 0
    assert execution.execution(actor=actor, year=NOW.year).whole.spent == HUNDRED
    money.take_back([(held, "FK-1")], SYSTEM, NOW)  # type: ignore[list-item]
    assert pull(actor=SYSTEM, now=NOW).reversed == 1
    assert pull(actor=SYSTEM, now=NOW).reversed == 0
    assert execution.execution(actor=actor, year=NOW.year).whole.spent == 0


def test_a_closed_month_is_passed_over(house: House) -> None:
    room.finance(house)
    room.approved(house)
    paid(house, "P01", house.centre, "grants.application:1")
    later = NOW.replace(month=NOW.month + 1, day=5)
    for month in range(1, NOW.month + 1):
        ledger.close_month(actor=house.actor("accountant"), now=later, year=NOW.year, month=month)
    assert pull(actor=SYSTEM, now=later).entered == 1
    assert Voucher.objects.get().day == date(NOW.year, NOW.month + 1, 1)
