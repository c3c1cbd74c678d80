"""The figures of grants with exact values: the leader's board, and what became of paid firms beside comparable ones."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from pytest_django.fixtures import Settings

from qifu.domain.grants.actions import payments
from qifu.domain.grants.models import Application
from qifu.domain.grants.queries import effect, lists
from qifu.domain.grants.queries.board import Days, board
from qifu.domain.policies import facts
from qifu.kernel.errors import Forbidden
from tests.domain import grant_room
from tests.domain.grant_room import CLAUSE, Grants
from tests.stage import Stage

PLAIN: dict[str, object] = {"scoring": (), "pass_mark": None, "reviewers": (), "publicity_days": 0}
YUAN = Decimal("50000.00")


@pytest.fixture
def room(stage: Stage, settings: Settings) -> Grants:
    facts.forget()
    settings.QIFU_NOW = stage.now
    return grant_room.build(stage, **PLAIN)


@pytest.mark.parametrize(
    ("spans", "found"),
    [([], (0, None, None)), ([3], (1, 3, 3)), ([1, 9, 2, 4], (4, 3.0, 9)), (list(range(1, 11)), (10, 5.5, 9))],
)
def test_days_are_told_by_the_middle_and_by_what_nine_of_ten_stay_within(
    spans: list[int], found: tuple[int, float | None, int | None]
) -> None:
    told = Days.of(spans)
    assert (told.count, told.middle, told.most) == found


@pytest.mark.django_db
def test_the_board_counts_each_application_once_and_its_numbers_open_the_list(room: Grants) -> None:
    """One refused after two days; one granted after three more, paid after one more; the list behind a number holds as many."""
    refused = room.submitted()
    room.later(days=2).take(
        "handler", refused, "reject", refusal="material", clause=CLAUSE, reason="发票与清单不一致。"
    )
    row = room.submitted()
    row = room.later(days=3).take("handler", row, "approve")
    row = room.take("supervisor", row, "grant", reason="符合。", clause=CLAUSE)
    leader = room.actor("supervisor")
    told = board(actor=leader, now=room.stage.now)
    assert (told.budget, told.reserved, told.paid) == (Decimal("1000000.00"), YUAN, Decimal("0.00"))
    assert (told.unbanked, told.unbanked_yuan) == (1, YUAN)
    room.account(row)
    batch = room.sent(row)
    room.later(days=1)
    payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="a.csv", data=room.answer(batch))

    told = board(actor=leader, now=room.stage.now)
    whole = told.all
    assert (whole.applied, whole.open, whole.decided, whole.refused, whole.paid) == (2, 0, 2, 1, 1)
    assert (whole.granted_yuan, whole.paid_yuan, whole.spans) == (YUAN, YUAN, [4])
    assert (told.budget, told.reserved, told.paid, told.unbanked) == (Decimal("1000000.00"), 0, YUAN, 0)
    assert told.refusals == [("material", "材料不齐或不实", 1)]
    stages = {one.name: (one.now, one.days.count, one.days.middle) for one in told.stages}
    assert stages["submitted"] == (0, 2, 2.5)
    assert stages["granted"] == (0, 1, 0)
    assert stages["paying"] == (0, 1, 1)
    assert stages["review"] == (0, 0, None)
    (unit,), (item,) = told.units, told.items
    assert (unit.budget, unit.paid_of_budget, unit.applied, unit.paid_yuan) == (Decimal("1000000.00"), YUAN, 2, YUAN)
    assert (item.label, item.applied, item.refused, item.paid_yuan) == ("软件企业稳岗奖励", 2, 1, YUAN)
    behind = lists.page(
        actor=leader, now=room.stage.now, filters=lists.Filters("all", year=told.year, refusal="material")
    )
    assert [one.number for one in behind.lines] == [refused.number]
    other = board(actor=leader, now=room.stage.now, year=told.year - 1)
    assert (other.all.applied, other.budget, other.refusals) == (0, 0, [])
    assert board(actor=leader, now=room.stage.now, unit=room.stage.tax).all.applied == 0
    with pytest.raises(Forbidden):
        board(actor=room.contact, now=room.stage.now)
    assert Application.objects.count() == 2


def pool(*firms: int, section: str = "C") -> list[dict[str, object]]:
    return [{"enterprise": firm, "section": section, "size": "small", "street": "s1"} for firm in firms]


def figures(firms: dict[int, tuple[float, float]]) -> pl.DataFrame:
    """Revenue of two years; tax a tenth of it, and ten heads in both."""
    rows = [
        {"enterprise": firm, "year": year, "revenue": value, "tax_paid": value / 10, "employees": 10.0}
        for firm, both in firms.items()
        for year, value in zip((2025, 2026), both, strict=True)
    ]
    return pl.DataFrame(rows)


def compared(paid: set[int], firms: list[dict[str, object]], revenue: dict[int, tuple[float, float]]) -> effect.Effect:
    return effect._effect("S-1", "稳岗", 2025, {("S-1", 2025): paid}, pl.DataFrame(firms), figures(revenue))


def test_paid_firms_stand_beside_those_of_their_cell_and_size_of_revenue_only() -> None:
    """Five paid grow by 10 to 50 per cent, five comparable by nought to 4; what is too large or of another trade is left out."""
    paid = {n: (100.0, 100.0 + 10 * n) for n in range(1, 6)}
    others = {n: (120.0, 120.0 * (1 + (n - 11) / 100)) for n in range(11, 16)}
    left_out = {21: (201.0, 9000.0), 22: (49.0, 9000.0), 31: (100.0, 9000.0)}
    told = compared(set(paid), [*pool(*paid, *others, 21, 22), *pool(31, section="G")], paid | others | left_out)
    assert (told.firms, told.matched, told.others, told.after) == (5, 5, 5, 2026)
    revenue, tax, heads = told.changes
    assert (revenue.label, revenue.paid, revenue.others) == ("营业收入", pytest.approx(0.30), pytest.approx(0.02))
    assert (tax.paid, tax.others) == (pytest.approx(0.30), pytest.approx(0.02))
    assert (heads.paid, heads.others, heads.paid_firms, heads.other_firms) == (0, 0, 5, 5)


def test_under_five_firms_a_side_nothing_is_shown() -> None:
    paid = dict.fromkeys(range(1, 5), (100.0, 110.0))
    others = dict.fromkeys(range(11, 16), (100.0, 110.0))
    told = compared(set(paid), pool(*paid, *others), paid | others)
    assert [(one.paid, one.others, one.paid_firms, one.other_firms) for one in told.changes] == [(None, None, 4, 5)] * 3


def test_who_was_paid_by_another_scheme_since_is_not_comparable() -> None:
    paid = dict.fromkeys(range(1, 6), (100.0, 110.0))
    others = dict.fromkeys(range(11, 16), (100.0, 110.0))
    since = {("S-1", 2025): set(paid), ("S-2", 2026): {11}}
    told = effect._effect("S-1", "稳岗", 2025, since, pl.DataFrame(pool(*paid, *others)), figures(paid | others))
    assert (told.others, told.changes[0].others) == (4, None)
