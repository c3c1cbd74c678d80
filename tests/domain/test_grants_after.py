"""After the money: what is owed for it, reports, checks against the registry, and money asked back by more than one person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qifu.domain.grants.actions import payments
from qifu.domain.grants.models import Application, Clawback, FundLine, LedgerEntry, Obligation, Repayment
from qifu.domain.grants.obligations import terms
from qifu.domain.grants.obligations.actions import keeping, recovering, reporting
from qifu.domain.grants.queries import origins
from qifu.domain.policies import facts
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.queries import history
from qifu.kernel.outbox.models import Item
from tests.domain import grant_room, policy_room
from tests.domain.grant_room import Grants
from tests.stage import Stage

pytestmark = pytest.mark.django_db
DUTIES = (
    "不迁出 | 36 个月 | 全额追回\n保持人数 | 24 个月 | 不少于 90% | 按缺口比例追回\n报告资金使用 | 6 个月 | 全额追回"
)
PLAIN: dict[str, Any] = {"reviewers": (), "scoring": (), "pass_mark": None, "publicity_days": 0}
YUAN = Decimal("50000.00")  # paid to the firm, which has 60 people: 54 are to be kept
CLAUSE = "《软件企业稳岗若干措施》第九条"


@pytest.fixture
def room(stage: Stage) -> Grants:
    facts.forget()
    found = grant_room.build(stage, duties=[one.as_row() for one in terms.read(DUTIES)], **PLAIN)
    row = found.take("handler", found.submitted(), "approve")
    row = found.take("supervisor", row, "grant", reason="符合条件。", clause=CLAUSE)
    found.account(row)
    answer = found.answer(found.sent(row))
    payments.take_return(actor=found.actor("payer"), now=found.stage.now, name="回单.csv", data=answer)
    return found


def duty(kind: str) -> Obligation:
    return Obligation.objects.get(kind=kind)


def heads(room: Grants, number: int) -> None:
    policy_room.known(room.stage, employees=number)


def told(template: str) -> list[str]:
    return sorted(one.channel for one in Item.objects.all() if one.payload.get("template") == template)


def owed(room: Grants) -> Clawback:
    """A claw-back of six lacking heads that was heard and decided."""
    heads(room.later(days=40), 48)
    assert keeping.check_all(now=room.stage.now) == 1
    row = recovering.propose(
        actor=room.actor("handler"), now=room.stage.now, number=duty("headcount").pk, clause=CLAUSE,
        reason="现有 48 人，少于约定。", breached_on=room.stage.now.date(),
    )  # fmt: skip
    recovering.state(actor=room.contact, now=room.stage.now, number=row.number, text="两个月内补招到位。")
    return recovering.decide(
        actor=room.actor("supervisor"), now=room.stage.now, number=row.number, is_upheld=True, reason="没有补足。"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("不迁出 | 三年 | 全额追回", "看不懂"),
        ("保持人数 | 2年 | 全额追回", "不少于"),
        ("不迁出 | 2年 | 按缺口比例追回", "只用于保持人数"),
        ("保持人数 | 24个月 | 不少于 120% | 全额追回", "1% 至 100%"),
        ("不迁出 | 3年 | 全额追回\n不迁出 | 1年 | 不追回", "只能写一行"),
        ("不迁出 | 400个月 | 全额追回", "1 至 120"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        terms.read(line)


def test_duties_are_written_as_they_were_read() -> None:
    assert terms.written([one.as_row() for one in terms.read(DUTIES.replace("36 个月", "3年"))]) == DUTIES


@pytest.mark.parametrize(
    ("rule", "breached", "found", "sum_"),
    [
        ("full", date(2027, 5, 1), None, "50000.00"),
        ("rest", date(2026, 1, 1), None, "50000.00"),
        ("rest", date(2026, 7, 2), None, "25068.49"),  # 183 of 365 days
        ("gap", date(2026, 7, 2), 48, "5555.55"),  # 6 of 54 heads, rounded down
        ("gap", date(2026, 7, 2), 60, "0.00"),
        ("none", date(2026, 7, 2), None, "0.00"),
    ],
)
def test_what_the_rule_asks_back(rule: str, breached: date, found: int | None, sum_: str) -> None:
    since, until = date(2026, 1, 1), date(2026, 12, 31)
    got, _ = terms.amount(YUAN, rule, since=since, until=until, breached_on=breached, least=54, found=found)
    assert str(got) == sum_


def test_reminders_come_before_a_report_and_once_a_year() -> None:
    since, until = date(2026, 1, 31), date(2026, 7, 31)
    assert terms.next_reminder("report", since, until, since) == date(2026, 7, 1)
    assert terms.next_reminder("report", since, until, date(2026, 7, 24)) == until
    assert terms.next_reminder("report", since, until, until) is None
    assert terms.next_reminder("stay", since, terms.later(since, 36), since) == date(2027, 1, 31)
    assert terms.later(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_obligations_begin_with_the_payment_and_fall_away_when_it_comes_back(room: Grants) -> None:
    paid = room.stage.now.date()
    rows = {row.kind: (row.since, row.until, row.least, row.state) for row in Obligation.objects.all()}
    assert rows == {
        "stay": (paid, terms.later(paid, 36), None, "running"),
        "headcount": (paid, terms.later(paid, 24), 54, "running"),
        "report": (paid, terms.later(paid, 6), None, "running"),
    }
    batch = Application.objects.get().version.line.reservations.get().orders.get().batch
    data = room.answer(batch, "退汇", "账户已销户")
    payments.take_return(actor=room.actor("payer"), now=room.later(days=1).stage.now, name="退.csv", data=data)
    assert set(Obligation.objects.values_list("state", "next_on")) == {("void", None)}


def test_the_report_is_reminded_handed_in_corrected_once_and_confirmed(room: Grants) -> None:
    row = duty("report")
    assert row.next_on is not None
    now = room.later(days=(row.next_on - room.stage.now.date()).days).stage.now
    assert (keeping.remind_due(now=now), keeping.remind_due(now=now)) == (1, 0)
    assert told("grant_duty_due") == ["inapp", "sms"]
    act: dict[str, Any] = {"now": now, "number": row.pk}
    with pytest.raises(Invalid, match="资金用在哪里"):
        reporting.report(actor=room.contact, text="用了", **act)
    with pytest.raises(Forbidden):
        reporting.report(actor=room.actor("handler"), text="购置服务器三台，合计四万元。", **act)
    reporting.report(actor=room.contact, text="购置服务器三台，合计四万元。", **act)
    reporting.ask(actor=room.actor("handler"), what="还差一万元的去向。", **act)
    reporting.report(actor=room.contact, text="购置服务器三台四万元，培训一万元。", **act)
    with pytest.raises(Conflict, match="更正过一次"):
        reporting.ask(actor=room.actor("handler"), what="再改。", **act)
    done = reporting.confirm(actor=room.actor("handler"), **act)
    assert (done.state, done.next_on, done.is_asked) == ("met", None, True)
    assert [one.verb.removeprefix("grants.") for one in history(row.stream)] == [
        "owe", "remind_duty", "report_use", "ask_use", "report_use", "confirm_use",
    ]  # fmt: skip


def test_what_is_overdue_or_below_the_promise_is_found_with_source_and_day(room: Grants) -> None:
    assert keeping.check_all(now=room.stage.now) == 0
    now = room.later(days=200).stage.now
    heads(room, 48)
    assert keeping.check_all(now=now) == 2
    finding = duty("headcount").finding
    assert (finding["result"], finding["value"], finding["source"], finding["as_of"]) == (
        "no", "48 人", "人工核定", "2026-09-30",
    )  # fmt: skip
    assert duty("report").finding["text"] == "到期没有报告"
    assert (duty("stay").state, keeping.check_all(now=now)) == ("running", 0)
    assert len(told("work_duty_breached")) == 4  # two breaches, two handlers


def test_an_enterprise_struck_off_has_left(room: Grants) -> None:
    firm = room.stage.firm
    firm.status = "cancelled"
    firm.save(update_fields=["status"])
    assert keeping.check_all(now=room.later(days=9).stage.now) == 1
    assert (duty("stay").state, duty("stay").finding["value"]) == ("breached", "注销")


def test_money_is_asked_back_by_four_people_and_every_yuan_is_in_the_ledger(room: Grants) -> None:
    row = owed(room)
    assert (row.amount, row.decided, row.state) == (Decimal("5555.55"), Decimal("5555.55"), "owed")
    assert row.worked_out == "50,000.00 元 × 缺 6 人 ÷ 约定 54 人"
    now = room.later(days=3).stage.now
    enter: dict[str, Any] = {"now": now, "number": row.number, "on": now.date()}
    for who in ("handler", "supervisor"):
        with pytest.raises(Forbidden):
            recovering.enter(actor=room.actor(who), receipt="R1", amount=Decimal(100), **enter)
    part = recovering.enter(actor=room.actor("drawer"), receipt="R1", amount=Decimal("5000.00"), **enter)
    with pytest.raises(Conflict, match="已经登记过"):
        recovering.enter(actor=room.actor("drawer"), receipt="R1", amount=Decimal("1.00"), **enter)
    with pytest.raises(Invalid, match=r"不超过还没登记的 555\.55"):
        recovering.enter(actor=room.actor("drawer"), receipt="R2", amount=Decimal("555.56"), **enter)
    with pytest.raises(Conflict, match="登记和复核"):
        recovering.confirm(actor=room.actor("drawer"), now=now, repayment=part.pk)
    assert LedgerEntry.objects.filter(kind="recover").count() == 0
    assert recovering.confirm(actor=room.actor("payer"), now=now, repayment=part.pk).state == "owed"
    with pytest.raises(Conflict, match="复核过"):
        recovering.confirm(actor=room.actor("payer"), now=now, repayment=part.pk)
    rest = recovering.enter(actor=room.actor("payer"), receipt="R2", amount=Decimal("555.55"), **enter)
    done = recovering.confirm(actor=room.actor("drawer"), now=now, repayment=rest.pk)
    assert (done.state, done.back, duty("headcount").state) == ("closed", Decimal("5555.55"), "ended")
    books = {kind: sum(one.amount for one in LedgerEntry.objects.filter(kind=kind)) for kind in ("claim", "recover")}
    assert books == {"claim": Decimal("5555.55"), "recover": Decimal("5555.55")}
    last = LedgerEntry.objects.order_by("-pk")[0]
    assert (last.debit, last.credit, last.order, last.functional, last.source) == (
        "treasury", "owed", "R2", "2080799", row.stream,
    )  # fmt: skip
    assert FundLine.objects.get().paid == YUAN
    (origin,) = origins.of([row.stream]).values()
    assert (origin.kind, origin.key) == ("clawback", str(row.obligation_id))
    assert origin.label == f"{row.number} 追回 {row.obligation.application.number}"
    assert [one.verb.removeprefix("grants.") for one in history(row.stream)] == [
        "propose_clawback", "answer_clawback", "decide_clawback", "enter_repayment", "confirm_repayment",
        "enter_repayment", "confirm_repayment",
    ]  # fmt: skip


def test_nobody_decides_before_the_enterprise_was_heard_or_what_one_proposed(room: Grants) -> None:
    heads(room.later(days=40), 48)
    keeping.check_all(now=room.stage.now)
    number, act = duty("headcount").pk, {"now": room.stage.now}
    ask: dict[str, Any] = {
        "number": number,
        "clause": CLAUSE,
        "reason": "现有 48 人。",
        "breached_on": room.stage.now.date(),
        **act,
    }
    with pytest.raises(Forbidden):
        recovering.propose(actor=room.actor("supervisor"), **ask)
    row = recovering.propose(actor=room.actor("handler"), **ask)
    assert told("grant_clawback_proposed") == ["inapp", "sms"]
    with pytest.raises(Conflict, match="在处理"):
        recovering.propose(actor=room.actor("handler"), **ask)
    decide: dict[str, Any] = {"number": row.number, "is_upheld": True, "reason": "属实。"}
    with pytest.raises(Conflict, match="企业可以说明到"):
        recovering.decide(actor=room.actor("supervisor"), now=room.stage.now, **decide)
    with pytest.raises(Forbidden):
        recovering.decide(actor=room.actor("handler"), now=room.stage.now, **decide)
    late = room.later(days=11).stage.now
    with pytest.raises(Conflict, match="期限已过"):
        recovering.state(actor=room.contact, now=late, number=row.number, text="请求免予追回。")
    with pytest.raises(Invalid, match="不超过"):
        recovering.decide(actor=room.actor("supervisor"), now=late, amount=Decimal(6000), **decide)
    assert recovering.decide(actor=room.actor("supervisor"), now=late, **decide).state == "owed"
    with transaction.atomic(), pytest.raises(IntegrityError):
        Clawback.objects.filter(pk=row.pk).update(decided_by=row.proposed_by)
    with transaction.atomic(), pytest.raises(IntegrityError):
        Clawback.objects.filter(pk=row.pk).update(back=Decimal(6000))


def test_what_was_cleared_is_not_held_against_the_enterprise_again(room: Grants) -> None:
    heads(room.later(days=40), 48)
    keeping.check_all(now=room.stage.now)
    row = recovering.propose(
        actor=room.actor("handler"), now=room.stage.now, number=duty("headcount").pk, clause=CLAUSE,
        reason="现有 48 人。", breached_on=room.stage.now.date(),
    )  # fmt: skip
    recovering.state(actor=room.contact, now=room.stage.now, number=row.number, text="名单漏报了分公司的人。")
    done = recovering.decide(
        actor=room.actor("supervisor"), now=room.stage.now, number=row.number, is_upheld=False, reason="漏报属实。"
    )
    assert (done.state, done.decided, duty("headcount").state) == ("dropped", Decimal(0), "running")
    assert (keeping.check_all(now=room.later(days=1).stage.now), duty("headcount").state) == (0, "running")
    heads(room.later(days=1), 40)
    assert keeping.check_all(now=room.stage.now) == 1
    assert not LedgerEntry.objects.filter(kind="claim").exists()


def test_letting_go_takes_two_people_as_well(room: Grants) -> None:
    now = room.later(days=200).stage.now
    keeping.check_all(now=now)
    row = recovering.propose(
        actor=room.actor("handler"), now=now, number=duty("report").pk, clause=CLAUSE, reason="企业遭遇火灾。",
        breached_on=now.date() - timedelta(days=1), is_waiver=True,
    )  # fmt: skip
    assert (row.state, duty("report").state, told("grant_clawback_proposed")) == ("hearing", "clawback", [])
    recovering.decide(actor=room.actor("supervisor"), now=now, number=row.number, is_upheld=True, reason="属实。")
    assert (duty("report").state, Repayment.objects.count()) == ("ended", 0)


def test_a_wrong_receipt_is_taken_back_before_it_is_confirmed(room: Grants) -> None:
    row = owed(room)
    enter: dict[str, Any] = {
        "actor": room.actor("drawer"),
        "now": room.stage.now,
        "number": row.number,
        "on": room.stage.now.date(),
    }
    made = recovering.enter(receipt="R1", amount=Decimal("5555.55"), **enter)
    recovering.drop(actor=room.actor("drawer"), now=room.stage.now, repayment=made.pk)
    again = recovering.enter(receipt="R1", amount=Decimal("555.55"), **enter)
    recovering.confirm(actor=room.actor("payer"), now=room.stage.now, repayment=again.pk)
    with pytest.raises(Conflict, match="不能撤销"):
        recovering.drop(actor=room.actor("drawer"), now=room.stage.now, repayment=again.pk)
