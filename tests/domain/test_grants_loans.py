"""Subsidised interest from a bank's list to the money at the bank: what is worked out, refused, decided and paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from qifu.domain.grants.actions import payments
from qifu.domain.grants.loans import queries, terms
from qifu.domain.grants.loans.actions import lists, settling, setup
from qifu.domain.grants.models import (
    BankShare,
    FundLine,
    LedgerEntry,
    Loan,
    LoanList,
    PaymentOrder,
    Reservation,
    Settlement,
)
from qifu.domain.registry.models import Enterprise
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from tests.domain import loan_room
from tests.domain.loan_room import D, Loans, listed
from tests.stage import Stage

pytestmark = pytest.mark.django_db
QUARTER = D("3791.67")  # 1,000,000 × 3 % × 50 % × 91 ÷ 360


@pytest.fixture
def room(stage: Stage) -> Loans:
    return loan_room.build(stage)


def refused(act: Callable[[], object], kind: type[Refusal]) -> str:
    """The sentence of a refusal, after showing that it changed nothing."""
    tables = (Loan, LoanList, Settlement, BankShare, FundLine, Reservation, LedgerEntry, PaymentOrder, Record)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    with pytest.raises(kind) as refusal:
        act()
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    return refusal.value.message


def test_from_the_lists_of_two_banks_to_the_money_at_the_banks(room: Loans) -> None:
    """A firm at two banks shares one ceiling; each bank gets one sum; the order leads back to the lines of the calculation."""
    one = room.enter(0, listed("L1", claimed=D("3800.00")), listed("L2", 1))
    room.stage.later(hours=1)
    room.enter(1, listed("L1", moved=((date(2026, 5, 1), D(9_000_000)),), rates=((date(2026, 5, 1), D(4)),),
                         interest=D(100_000)))  # fmt: skip
    row = room.work_out()
    assert [(loan.bank.name, loan.number, loan.state, loan.amount) for loan in Loan.objects.order_by("pk")] == [
        ("江泽银行", "L1", "known", QUARTER),
        ("江泽银行", "L2", "known", QUARTER),
        ("云泽农商行", "L1", "known", D(20_000) - QUARTER),
    ]
    assert row.total == D(20_000) + QUARTER
    page = queries.settlement(room.actor("supervisor"), row.pk)
    assert (page.differences, [(s.bank, s.loans, s.firms, s.amount) for s in page.shares]) == (
        1, [("云泽农商行", 1, 1, D("16208.33")), ("江泽银行", 2, 2, D("7583.34"))],
    )  # fmt: skip
    assert [str(s.amount) for s in page.shares] == ["16208.33", "7583.34"]
    (loan,) = [line for line in page.loans if line.bank == "江泽银行" and line.number == "L1"]
    told = queries.loan(room.actor("leader"), loan.id)
    assert (told.line.difference, told.trace) == (D("8.33"), ({
        "first": "2026-04-01", "last": "2026-06-30", "days": 91, "balance": "1000000", "principal": "1000000",
        "contract": "4", "subsidised": "1.50", "amount": "3791.6667"},))  # fmt: skip

    room.decide(row)
    room.line.refresh_from_db()
    assert (room.line.reserved, room.line.paid) == (D("23791.67"), D(0))
    batch = room.sent(row)
    orders = list(PaymentOrder.objects.filter(batch=batch).order_by("pk"))
    assert [(o.payee, o.amount, o.tail) for o in orders] == [
        ("江泽银行营业部", D("7583.34"), "0012"), ("云泽农商行营业部", D("16208.33"), "0099"),
    ]  # fmt: skip
    shares = BankShare.objects.order_by("bank")
    assert [(share.state, share.stream) for share in shares] == [("sent", order.source) for order in orders]
    assert [record.verb for record in history(one.stream)] == ["grants.try_loans", "grants.enter_loans"]
    assert [record.verb for record in history(row.stream)] == ["grants.work_out", "grants.decide_settlement"]
    assert [history(share.stream)[0].facts["amount"] for share in shares] == [str(share.amount) for share in shares]
    assert [record.verb for record in history(shares[0].stream)] == ["grants.hold_share", "grants.share_sent"]


def test_who_had_a_hand_in_it_neither_decides_nor_pays(room: Loans) -> None:
    from qifu.domain.people import actions as people
    from qifu.kernel.actor import SYSTEM, Role

    for name, role in (("handler", Role.SUPERVISOR), ("supervisor", Role.FINANCE)):
        account = room.stage.house.accounts[name].pk
        people.grant_role(actor=SYSTEM, now=room.stage.now, account=account, unit=room.stage.house.centre, role=role)
    room.enter(0, listed("L1"))
    row = room.work_out()
    assert "不相容岗位相互分离" in refused(lambda: room.decide(row, "handler"), Forbidden)
    assert refused(lambda: room.decide(row, "editor"), Forbidden) == "只有中心的督办员可以核定结算。"
    room.decide(row)
    held = list(Reservation.objects.values_list("pk", flat=True))
    said = refused(
        lambda: payments.draw(actor=room.actor("supervisor"), now=room.stage.now, reservations=held), Forbidden
    )
    assert "不能再经手" in said


def test_rows_that_cannot_be_taken_are_told_and_the_others_are(room: Loans) -> None:
    Enterprise.objects.filter(pk=room.stage.other_firm.pk).update(status="cancelled")
    row = room.hand(
        0, listed("L1"), listed("L2", 1, rows=(3,)), listed("L3", code=0, moved=((date(2026, 7, 1), D(5)),), rows=(4,)),
        lists.Listed("L4", "91420106MA4K00003E", "无", (5,), (), (), None),
    )  # fmt: skip
    assert row.rejects == [
        [3, "L2", "企业已注销，不予贴息。"],
        [4, "L3", "放款日期晚于贴息期间，请列入下一期。"],
        [5, "L4", "企业库里没有这个统一社会信用代码，请与营业执照核对。"],
    ]
    assert list(row.loans.values_list("number", "is_live")) == [("L1", False)]


def test_a_loan_counts_once_and_a_file_is_taken_once(room: Loans) -> None:
    room.enter(0, listed("L1"))
    assert refused(lambda: room.hand(0, listed("L9")), Conflict) == "这份文件已经提交过，没有重复导入。"
    again = room.hand(0, listed("L1"), listed("L2"), digest="e")
    assert again.rejects == [[2, "L1", "同一借据在重叠的期间已经列入另一份清单，不能重复贴息。"]]
    two = room.hand(0, listed("L5"), digest="f"), room.hand(0, listed("L5"), digest="g")
    lists.enter_list(actor=room.actor("handler"), now=room.stage.now, number=two[0].pk)
    said = refused(
        lambda: lists.enter_list(actor=room.actor("handler"), now=room.stage.now, number=two[1].pk), Conflict
    )
    assert said == "借据 L5 在重叠的期间已经列入另一份清单，请撤回其中一份。"


def test_what_is_open_is_mended_or_dropped_before_it_is_decided(room: Loans) -> None:
    Enterprise.objects.filter(pk=room.stage.other_firm.pk).update(size_class="")
    room.enter(0, listed("L1", interest=None), listed("L2", 1))
    row = room.work_out()
    page = queries.settlement(room.actor("supervisor"), row.pk)
    assert (row.total, page.counts["open"], [line.notes for line in page.loans]) == (
        D(0), 2, [("没有企业本期实付利息，请银行补充。",), ("企业库里没有这家企业的规模，请先核定规模。",)],
    )  # fmt: skip
    assert "还有 2 笔贷款的资料不全" in refused(lambda: room.decide(row), Conflict)
    Enterprise.objects.filter(pk=room.stage.other_firm.pk).update(size_class="micro")
    dropped = Loan.objects.get(number="L1")
    actor = room.actor("handler")
    assert "理由" in refused(
        lambda: lists.drop_loan(actor=actor, now=room.stage.now, number=dropped.pk, reason=" "), Invalid
    )
    lists.drop_loan(actor=actor, now=room.stage.now, number=dropped.pk, reason="银行没有提供付息凭证。")
    assert "还有 1 笔" in refused(lambda: room.decide(row), Conflict)
    room.stage.later(minutes=5)
    assert room.decide(room.work_out()).total == QUARTER
    assert list(Loan.objects.order_by("number").values_list("number", "state", "is_live")) == [
        ("L1", "dropped", False), ("L2", "known", True),
    ]  # fmt: skip


def test_a_firm_of_another_size_gets_nothing(room: Loans) -> None:
    Enterprise.objects.filter(pk=room.stage.firm.pk).update(size_class="large")
    room.enter(0, listed("L1"))
    row = room.work_out()
    assert Loan.objects.values_list("state", "amount", "doubts__0__why").get() == (
        "none", D(0), "企业规模不在贴息范围。",
    )  # fmt: skip
    assert refused(lambda: room.decide(row), Conflict) == "这次结算没有可以支付的金额，不用核定。"


def test_a_list_that_came_later_asks_for_working_out_anew(room: Loans) -> None:
    room.enter(0, listed("L1"))
    row = room.work_out()
    room.stage.later(minutes=1)
    late = room.enter(1, listed("L7", 1))
    assert "请重新测算" in refused(lambda: room.decide(row), Conflict)
    room.stage.later(minutes=1)
    row = room.work_out()
    lists.undo_list(actor=room.actor("handler"), now=room.stage.now, number=late.pk)
    assert "请重新测算" in refused(lambda: room.decide(row), Conflict)
    decided = room.decide(room.work_out())
    said = refused(
        lambda: lists.undo_list(actor=room.actor("handler"), now=room.stage.now, number=LoanList.objects.first().pk),  # type: ignore[union-attr]
        Conflict,
    )
    assert (decided.total, said[:13]) == (QUARTER, "这个期间已经核定结算，清单")
    assert refused(room.work_out, Conflict) == "这个期间已经核定结算，不能再测算。"
    assert "已经核定结算" in refused(lambda: room.hand(1, listed("L8")), Conflict)


def test_a_budget_that_does_not_suffice_is_shared_out_and_never_overdrawn(stage: Stage) -> None:
    room = loan_room.build(stage, "5000.00")
    room.enter(0, listed("L1"), listed("L2", 1))
    row = room.work_out()
    assert "预算不足：这条预算还剩 5,000.00 元，需要 7,583.34 元" in refused(lambda: room.decide(row), Invalid)
    row = room.work_out(D(5_000))
    assert [(loan.amount, loan.cuts[-1]["why"], loan.by_year) for loan in Loan.objects.order_by("pk")] == [
        (D(2_500), "各笔合计超过本期预算 5,000 元，按比例压减。", {"2026": "2500.00"})
    ] * 2
    assert room.decide(row).total == D(5_000)


def test_what_a_firm_had_in_an_earlier_period_counts_against_its_year(room: Loans) -> None:
    room.enter(0, listed("L1", moved=((loan_room.FIRST, D(5_000_000)),), interest=D(99_999)))
    room.decide(room.work_out())
    handed = lists.Handed("第三季度.xlsx", "q3", 1, [listed("L1", moved=((loan_room.FIRST, D(5_000_000)),),
                                                       interest=D(99_999))])  # fmt: skip
    actor, now, first, last = room.actor("handler"), room.stage.now, date(2026, 7, 1), date(2026, 9, 30)
    made = lists.try_list(
        actor=actor, now=now, programme=room.programme.pk, bank=room.banks[0].pk, first=first, last=last, handed=handed
    )
    lists.enter_list(actor=actor, now=now, number=made.pk)
    settling.work_out(actor=actor, now=now, programme=room.programme.pk, first=first, last=last)
    second = Loan.objects.get(first=date(2026, 7, 1))
    assert (Loan.objects.get(first=loan_room.FIRST).amount, second.amount) == (D("18958.33"), D("1041.67"))
    assert second.cuts[0]["why"] == "2026 年：单户 2026 年贴息上限 20000 元，此前已贴 18958.33 元。"


def test_nobody_else_sees_or_keeps_it(room: Loans) -> None:
    row = room.enter(0, listed("L1"))
    for who in ("dispatcher", "contact"):
        with pytest.raises(Forbidden):
            queries.programmes(room.actor(who))
    with pytest.raises(Missing):  # a handler of another unit
        queries.loan_list(room.actor("street"), row.pk)
    with pytest.raises(Forbidden, match="只有贴息项目主管单位的承办人"):
        lists.undo_list(actor=room.actor("finance"), now=room.stage.now, number=row.pk)
    assert [one.title for one in queries.programmes(room.actor("auditor"))] == ["小微企业贷款贴息"]


def test_banks_and_programmes_say_what_is_wrong(room: Loans) -> None:
    finance, editor, now = room.actor("finance"), room.actor("editor"), room.stage.now
    with pytest.raises(Invalid) as refusal:
        setup.add_bank(actor=finance, now=now, name="", holder="甲", branch="", account="12-34")
    assert sorted(refusal.value.fields) == ["account", "branch", "holder", "name"]
    with pytest.raises(Forbidden):
        setup.add_bank(actor=editor, now=now, name="甲银行", holder="甲银行", branch="甲银行", account="123456")
    common = {
        "actor": editor,
        "now": now,
        "clause": "第一条",
        "line": room.line.pk,
        "unit": room.stage.house.department,
    }
    with pytest.raises(Conflict, match="同名"):
        setup.add_programme(**common, title="小微企业贷款贴息", asked=loan_room.TERMS)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="须给出基准利率表"):
        setup.add_programme(**common, title="甲类", asked=terms.Asked("benchmark", Decimal(50)))  # type: ignore[arg-type]
