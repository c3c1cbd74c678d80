"""From a policy to the money in the account: the whole chain, what each refusal says, and that every yuan is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from qifu.domain.grants.actions import applying, listing, money, payments, publicity, reviewing, schemes, taking
from qifu.domain.grants.models import (
    Application,
    BankReturn,
    Clock,
    Decision,
    FundLine,
    LedgerEntry,
    NoticeLine,
    PaymentOrder,
    Reservation,
    Seat,
    Stay,
    Version,
)
from qifu.domain.policies import facts
from qifu.domain.policies.actions import matching
from qifu.domain.policies.models import Claim
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.domain import grant_room, policy_room
from tests.domain.grant_room import CLAUSE, Grants
from tests.stage import Stage

pytestmark = pytest.mark.django_db
YUAN = Decimal("50000.00")  # 60 people, 1000 each, at most 50,000 for one


@pytest.fixture
def room(stage: Stage) -> Grants:
    facts.forget()
    return grant_room.build(stage)


def books(line: FundLine) -> tuple[Decimal, Decimal, Decimal]:
    """What the row says, after it was held against the ledger."""
    line.refresh_from_db()
    sums = dict.fromkeys(("free", "reserved", "paid", "budget"), Decimal(0))
    for entry in LedgerEntry.objects.filter(line=line):
        sums[entry.debit] += entry.amount
        sums[entry.credit] -= entry.amount
    assert (sums["free"], sums["reserved"], sums["paid"]) == (line.free, line.reserved, line.paid)
    assert sum(sums.values()) == 0
    return line.free, line.reserved, line.paid


def refused(act: Callable[[], object], kind: type[Refusal]) -> str:
    """The sentence of a refusal, after showing that it changed nothing and told nobody."""
    before = list(Application.objects.order_by("pk").values()), Record.objects.count(), Item.objects.count()
    money = list(FundLine.objects.values()), list(Reservation.objects.values()), list(PaymentOrder.objects.values())
    with pytest.raises(kind) as refusal:
        act()
    assert (list(Application.objects.order_by("pk").values()), Record.objects.count(), Item.objects.count()) == before
    assert (
        list(FundLine.objects.values()),
        list(Reservation.objects.values()),
        list(PaymentOrder.objects.values()),
    ) == money
    return refusal.value.message


def test_from_the_draft_to_the_money_in_the_account(room: Grants) -> None:
    """Every step by whom it belongs to; the yuan leads from the order back to the clause, and from the push to the claim."""
    row = room.start()
    assert (row.state, row.answers["employees"]["value"], row.answers["employees"]["source"]) == (
        "draft",
        "60",
        "人工核定",
    )
    row = room.submitted()
    assert (row.state, row.granted, row.worked_out) == (
        "submitted",
        YUAN,
        "按政策公式 60,000.00 元，每户上限 50,000.00 元",
    )
    assert [one["cite"] for one in row.precheck["lines"] if one["cite"]] == ["第一条", "第二条", "第三条"]
    room.later(days=1).take("handler", row, "pass")
    room.score("reviewer", row, 50, 35)
    room.score("taxreviewer", row, 48, 30)
    row = room.later(hours=2).take("handler", row, "conclude", minutes="两个部门一致同意。")
    assert (row.state, row.score) == ("rated", Decimal("81.50"))
    notice = publicity.open_notice(actor=room.actor("handler"), now=room.stage.now, version=room.version.pk)
    assert NoticeLine.objects.get(notice=notice).code == "9142**********2B3C"
    assert publicity.clear_due(now=room.stage.now) == 0
    assert publicity.clear_due(now=room.later(days=20).stage.now) == 1
    row = room.take("supervisor", row, "grant", reason="符合条件。", clause=CLAUSE)
    assert Decision.objects.get().number == "企服兑〔2026〕1号"
    decided_on = room.stage.now.date()
    assert books(room.line) == (Decimal("950000.00"), YUAN, Decimal(0))
    room.account(row)
    batch = room.sent(row)
    back = payments.take_return(
        actor=room.actor("payer"), now=room.later(days=1).stage.now, name="回单.csv", data=room.answer(batch)
    )
    batch.refresh_from_db()
    row = Application.objects.get(pk=row.pk)
    order = PaymentOrder.objects.get()
    assert (row.state, row.is_open, batch.state, back.odd, order.state) == ("paid", False, "settled", [], "paid")
    assert books(room.line) == (Decimal("950000.00"), Decimal(0), YUAN)
    assert (order.source, order.tail, order.payee) == (row.stream, "2345", room.stage.firm.name)
    entry = LedgerEntry.objects.get(kind="pay")
    assert (entry.order, entry.functional, entry.economic, entry.project) == (
        order.number,
        "2080799",
        "31204",
        "P2026-07",
    )
    assert [record.verb.removeprefix("grants.") for record in history(row.stream)] == [
        "start", "submit", "pass", "review", "review", "conclude", "publish", "clear", "grant", "confirm_account", "send",
        "pay",
    ]  # fmt: skip
    assert list(Stay.objects.filter(application=row).order_by("pk").values_list("state", flat=True)) == [
        "draft", "submitted", "review", "rated", "publicity", "deciding", "granted", "paying", "paid",
    ]  # fmt: skip
    claim = Claim.objects.get(enterprise=room.stage.firm)
    assert claim.granted_on == decided_on
    assert (claim.yuan, claim.paid_on, claim.source) == (YUAN, room.stage.now.date(), "政策兑现")
    assert {clock.status for clock in Clock.objects.filter(application=row)} == {"met"}


def test_a_file_of_the_bank_sent_twice_pays_once(room: Grants) -> None:
    row = room.granted()
    room.account(row)
    batch = room.sent(row)
    data = room.answer(batch)
    first = payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="回单.csv", data=data)
    again = payments.take_return(
        actor=room.actor("drawer"), now=room.later(days=1).stage.now, name="又一份.csv", data=data
    )
    other = payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="多一行.csv", data=data + b"\r\n")
    assert (again.pk, other.pk != first.pk) == (first.pk, True)
    assert LedgerEntry.objects.filter(kind="pay").count() == 1
    assert books(room.line) == (Decimal("950000.00"), Decimal(0), YUAN)
    assert BankReturn.objects.count() == 2


def test_what_fails_is_mended_and_paid_again_and_what_comes_back_is_held_again(room: Grants) -> None:
    row = room.granted()
    room.account(row)
    failed = room.answer(room.sent(row), "失败", "账号户名不符")
    payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="a.csv", data=failed)
    row.refresh_from_db()
    assert (row.state, books(room.line)) == ("bounced", (Decimal("950000.00"), YUAN, Decimal(0)))
    room.later(hours=1).account(row)
    row.refresh_from_db()
    assert row.state == "granted"
    batch = room.sent(row)
    payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="b.csv", data=room.answer(batch))
    assert books(room.line)[2] == YUAN
    back = room.answer(batch, "退汇", "账户已销户")
    payments.take_return(actor=room.actor("payer"), now=room.later(days=2).stage.now, name="c.csv", data=back)
    row.refresh_from_db()
    assert (row.state, books(room.line)) == ("bounced", (Decimal("950000.00"), YUAN, Decimal(0)))
    assert Claim.objects.get().paid_on is None


def test_who_judges_does_not_pay_and_who_draws_up_does_not_release(room: Grants) -> None:
    row = room.granted()
    room.account(row)
    held = [Reservation.objects.get().pk]
    assert "只有财务人员" in refused(
        lambda: payments.draw(actor=room.actor("reviewer"), now=room.stage.now, reservations=held), Forbidden
    )
    Seat.objects.filter(unit=room.stage.tax).update(account=room.stage.house.accounts["payer"].pk)
    assert "第十二条：不相容岗位相互分离" in refused(
        lambda: payments.draw(actor=room.actor("payer"), now=room.stage.now, reservations=held), Forbidden
    )
    batch = payments.draw(actor=room.actor("drawer"), now=room.stage.now, reservations=held)
    assert "制单和复核不能是同一个人" in refused(
        lambda: payments.release(actor=room.actor("drawer"), now=room.stage.now, number=batch.number), Forbidden
    )
    assert "选中的资金里有已经在拨付的" in refused(
        lambda: payments.draw(actor=room.actor("drawer"), now=room.stage.now, reservations=held), Conflict
    )


def test_never_more_than_the_budget(stage: Stage) -> None:
    facts.forget()
    room = grant_room.build(stage, total="49999.99")
    row = room.deciding()
    said = refused(lambda: room.take("supervisor", row, "grant", reason="符合条件。", clause=CLAUSE), Invalid)
    assert said == (
        "预算不足：这条预算还剩 49,999.99 元，需要 50,000.00 元，没有占用"
        "（《中华人民共和国预算法》第十三条：支出必须以经批准的预算为依据）。请先追加预算。"
    )
    assert Decision.objects.count() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        FundLine.objects.update(reserved=Decimal("50000.00"))


def test_a_budget_can_be_used_to_its_last_fen(stage: Stage) -> None:
    """0.10 + 0.20 is more than 0.30 in floating point, not in money."""
    line = grant_room.build(stage, total="0.30").line
    at = {"actor": SYSTEM, "now": NOW, "line": line.pk}
    held = [money.reserve(source=f"t:{n}", amount=Decimal(text), **at) for n, text in enumerate(("0.10", "0.20"))]
    with transaction.atomic():
        money.pay([(held[0], "ZF1")], SYSTEM, NOW)
    line.refresh_from_db()
    assert (line.reserved, line.paid, line.free) == (Decimal("0.20"), Decimal("0.10"), 0)
    assert "还剩 0.00 元" in refused(lambda: money.reserve(source="t:9", amount=Decimal("0.01"), **at), Invalid)


def test_scores_are_blind_until_all_are_in_and_a_conflict_takes_no_part(room: Grants) -> None:
    row = room.take("handler", room.submitted(), "pass")
    assert refused(lambda: room.take("handler", row, "conclude", minutes="同意。"), Conflict) == (
        "还有 2 个部门没有给出意见，全部给出后才能汇总。"
    )
    opinion = reviewing.Opinion(True, conflict="配偶在该企业任职。")
    reviewing.give(actor=room.actor("reviewer"), now=room.stage.now, number=row.number, opinion=opinion)
    assert "意见已经提交" in refused(lambda: room.score("reviewer", row, 1, 1), Conflict)
    room.score("taxreviewer", row, 30, 30)
    assert "没有达到通过的要求" in refused(lambda: room.take("handler", row, "conclude", minutes="同意。"), Conflict)
    done = room.take("handler", row, "fail", minutes="分数不够。", clause=CLAUSE, reason="综合得分低于七十分。")
    assert (done.state, done.refusal, done.score, done.why) == (
        "refused",
        "score",
        Decimal("60.00"),
        "综合得分低于七十分。",
    )


def test_a_clause_that_is_not_met_is_named_before_anything_is_handed_in(room: Grants) -> None:
    policy_room.known(room.stage, dishonest=True, employees=60, industry="I6513")
    row = room.start()
    applying.save(actor=room.contact, now=room.stage.now, number=row.number, values={"q1": "用"}, phone="19900001234")
    said = refused(lambda: applying.submit(actor=room.contact, now=room.stage.now, number=row.number), Invalid)
    assert "不符合条件" in said
    assert "依据第三条" in said


def test_what_is_lacking_is_said_at_once_and_correction_is_asked_once(room: Grants) -> None:
    row = room.start()
    with pytest.raises(Invalid) as refusal:
        applying.submit(actor=room.contact, now=room.stage.now, number=row.number)
    assert list(refusal.value.fields) == ["q1", "phone"]
    row = room.submitted()
    room.take("handler", row, "ask", items=["花名册要盖章", "写明用途"])
    applying.save(
        actor=room.contact, now=room.later(days=2).stage.now, number=row.number, values={"q1": "稳岗和培训。"}
    )
    row = room.take("contact", row, "answer")
    assert (row.state, row.answers["q1"]["value"], row.lacking) == (
        "submitted",
        "稳岗和培训。",
        ["花名册要盖章", "写明用途"],
    )
    assert "最多 1 次" in refused(lambda: room.take("handler", row, "ask", items=["再来"]), Conflict)


def test_an_objection_that_is_upheld_sends_it_back(room: Grants) -> None:
    row = room.rated()
    notice = publicity.open_notice(actor=room.actor("handler"), now=room.stage.now, version=room.version.pk)
    line = NoticeLine.objects.get(notice=notice).pk
    made = publicity.object_to(
        actor=room.stage.stranger, now=room.stage.now, number=notice.number, line=line, text="这家企业的人数不是六十人。",
        who="李某", phone="19900005678",
    )  # fmt: skip
    assert publicity.clear_due(now=room.later(days=20).stage.now) == 0
    publicity.settle(
        actor=room.actor("handler"), now=room.stage.now, number=made.number, is_upheld=True, text="人数需要重新核实。"
    )
    row.refresh_from_db()
    assert (row.state, row.round) == ("submitted", 2)
    with pytest.raises(Conflict):
        publicity.object_to(
            actor=room.stage.stranger, now=room.stage.now, number=notice.number, line=line, text="还有一条异议要提出来。",
            who="李某", phone="19900005678",
        )  # fmt: skip


def test_a_refusal_is_appealed_against_and_another_officer_decides(room: Grants) -> None:
    row = room.take("supervisor", room.deciding(), "refuse", refusal="credit", clause=CLAUSE, reason="信用修复未完成。")
    row = room.take("contact", row, "appeal", reason="信用修复已经完成。")
    assert "不相容岗位" in refused(lambda: room.take("supervisor", row, "overturn", reason="情况属实。"), Forbidden)
    row = room.take("second", row, "overturn", reason="情况属实。")
    assert (row.state, row.round, row.refusal) == ("submitted", 2, "")


def test_without_a_step_the_enterprise_is_listed_and_only_confirms_its_account(stage: Stage) -> None:
    facts.forget()
    none: dict[str, object] = {
        "way": "none", "fields": (), "questions": (), "materials": (), "scoring": (), "pass_mark": None, "reviewers": (),
        "publicity_days": 0,
    }  # fmt: skip
    room = grant_room.build(stage, **none)
    matching.match_all(now=stage.now)
    found = listing.list_eligible(actor=room.actor("handler"), now=stage.now, version=room.version.pk)
    assert (found.fitting, found.listed) == (1, 1)
    assert listing.list_eligible(actor=room.actor("handler"), now=stage.now, version=room.version.pk).listed == 0
    row = Application.objects.get()
    assert (row.state, row.granted, row.contact) == ("listed", YUAN, None)
    with pytest.raises(Missing):
        room.take("contact", row, "withdraw")
    row = room.take("handler", row, "enlist")
    row = room.take("supervisor", row, "grant", reason="免申即享。", clause=CLAUSE)
    assert row.state == "granted"
    said = refused(
        lambda: payments.draw(actor=room.actor("drawer"), now=stage.now, reservations=[Reservation.objects.get().pk]),
        Invalid,
    )
    assert said.startswith("有 1 笔的收款账户还没有确认")
    room.account(row)
    payments.take_return(actor=room.actor("payer"), now=stage.now, name="a.csv", data=room.answer(room.sent(row)))
    row.refresh_from_db()
    assert row.state == "paid"


def test_one_step_is_one_confirmation(stage: Stage) -> None:
    facts.forget()
    one: dict[str, object] = {
        "way": "confirm", "fields": (), "questions": (), "materials": (), "scoring": (), "pass_mark": None, "reviewers": (),
        "publicity_days": 0,
    }  # fmt: skip
    room = grant_room.build(stage, **one)
    matching.match_all(now=stage.now)
    listing.list_eligible(actor=room.actor("handler"), now=stage.now, version=room.version.pk)
    row = room.take("handler", Application.objects.get(), "offer")
    assert row.state == "offered"
    row = room.take("contact", row, "accept")
    assert (row.state, row.contact) == ("rated", room.contact.account)
    assert room.take("supervisor", row, "grant", reason="一步确认。", clause=CLAUSE).state == "granted"


def test_what_is_not_decided_in_time_is_granted_where_the_rule_says_so(stage: Stage) -> None:
    facts.forget()
    room = grant_room.build(stage, is_deemed=True, decide_days=5)
    row = room.submitted()
    assert taking.deem_due(now=room.stage.now) == 0
    assert taking.deem_due(now=room.later(days=30).stage.now) == 1
    row.refresh_from_db()
    decision = Decision.objects.get()
    assert (row.state, decision.by, decision.amount) == ("granted", None, YUAN)


def test_what_is_published_is_never_changed_and_nobody_publishes_what_one_wrote(room: Grants) -> None:
    terms = grant_room.terms(room.stage, room.line, title="改名")
    with pytest.raises(Conflict) as refusal:
        schemes.change(actor=room.actor("editor"), now=room.stage.now, version=room.version.pk, terms=terms, seq=1)
    assert refusal.value.message == "已发布的版本不能修改，请起草新版。"
    made = schemes.renew(actor=room.actor("admin"), now=room.stage.now, version=room.version.pk)
    assert (made.number, made.state, made.title) == (2, "draft", "软件企业稳岗奖励")
    with pytest.raises(Forbidden):
        schemes.publish(actor=room.actor("admin"), now=room.stage.now, version=made.pk)
    schemes.publish(actor=room.actor("supervisor"), now=room.stage.now, version=made.pk)
    assert list(Version.objects.order_by("number").values_list("state", flat=True)) == ["closed", "published"]


def test_a_stranger_learns_nothing(room: Grants) -> None:
    row = room.submitted()
    for who in (room.stage.stranger, room.actor("taxman"), room.actor("reviewer")):
        with pytest.raises(Missing) as refusal:
            taking.take(actor=who, now=room.stage.now, number=row.number, step="pass")
        assert refusal.value.message == "没有这件申报，或您无权查看。请核对编号，或从列表进入。"


def test_the_ledger_cannot_be_changed(room: Grants) -> None:
    for change in (lambda: LedgerEntry.objects.update(amount=1), lambda: LedgerEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
