"""What an enterprise reads of its way: the stations of each way in, what it is told where nothing is made public, documents, objections."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from docx import Document
from pytest_django.fixtures import Settings

from qifu.domain.grants.actions import applying, listing, payments, publicity
from qifu.domain.grants.models import (
    Application,
    Clawback,
    Clock,
    Decision,
    Notice,
    NoticeLine,
    Objection,
    Obligation,
    Version,
)
from qifu.domain.grants.obligations.actions import recovering
from qifu.domain.grants.obligations.terms import promised, read
from qifu.domain.grants.queries import lists, schemes, sheet, way
from qifu.domain.people.models import Account
from qifu.domain.policies import facts
from qifu.domain.policies.actions import matching
from qifu.domain.registry.models import Enterprise
from qifu.kernel.errors import Invalid, Missing
from qifu.kernel.outbox.models import Item
from qifu.output.papers import clawbacks
from tests.domain import grant_room
from tests.domain.grant_room import CLAUSE, Grants
from tests.stage import Stage

pytestmark = pytest.mark.django_db
PLAIN: dict[str, object] = {
    "fields": (), "questions": (), "materials": (), "scoring": (), "pass_mark": None, "reviewers": (), "publicity_days": 0,
}  # fmt: skip


@pytest.fixture
def room(stage: Stage, settings: Settings) -> Grants:
    facts.forget()
    settings.QIFU_NOW = stage.now
    return grant_room.build(stage)


def line(room: Grants, row: Application) -> str:
    """The stations as one reads them: passed, *here*, to come."""
    told = sheet.sheet(actor=room.contact, now=room.stage.now, number=row.number)
    marks = {"done": "{}", "now": "*{}*", "todo": "({})"}
    return " ".join(marks[state].format(label) for label, state in way.line(told))


def listed(stage: Stage, way_in: str) -> Grants:
    facts.forget()
    room = grant_room.build(stage, **PLAIN | {"way": way_in})
    matching.match_all(now=stage.now)
    listing.list_eligible(actor=room.actor("handler"), now=stage.now, version=room.version.pk)
    return room


def said(room: Grants, row: Application) -> tuple[str, str]:
    """The state as the enterprise and as the desk read it in their lists."""
    (mine,) = lists.mine(actor=room.contact, now=room.stage.now, enterprise=room.stage.firm.pk)
    assert mine.number == row.number
    return mine.told, mine.state_label


def test_without_a_step_the_way_begins_with_the_list_and_says_nothing_of_publicity(stage: Stage) -> None:
    room = listed(stage, "none")
    row = room.take("handler", Application.objects.get(), "enlist")
    assert line(room, row) == "列入名单 *决定* (等候拨付) (银行付款) (到账)"
    assert said(room, row) == ("审查通过，等待作出决定", "待决定")
    row = room.take("supervisor", row, "grant", reason="免申即享。", clause=CLAUSE)
    assert line(room, row) == "列入名单 决定 *等候拨付* (银行付款) (到账)"
    room.account(row)
    batch = room.sent(row)
    assert line(room, row) == "列入名单 决定 等候拨付 *银行付款* (到账)"
    payments.take_return(
        actor=room.actor("payer"), now=stage.now, name="a.csv", data=room.answer(batch, "失败", "户名不符")
    )
    assert line(room, row) == "列入名单 决定 等候拨付 *银行付款* (到账)"
    assert sheet.sheet(actor=room.contact, now=stage.now, number=row.number).returned == "户名不符"
    assert Clock.objects.get(application=row, kind="pay").status == "paused"
    room.account(row)
    assert Clock.objects.get(application=row, kind="pay").status == "running"
    assert line(room, row) == "列入名单 决定 *等候拨付* (银行付款) (到账)"
    payments.take_return(actor=room.actor("payer"), now=stage.now, name="b.csv", data=room.answer(room.sent(row)))
    assert line(room, row) == "列入名单 决定 等候拨付 银行付款 到账"


def test_one_step_shows_the_step(stage: Stage) -> None:
    room = listed(stage, "confirm")
    row = room.take("handler", Application.objects.get(), "offer")
    assert line(room, row) == "列入名单 *企业确认* (决定) (等候拨付) (银行付款) (到账)"
    row = room.take("contact", row, "accept")
    assert line(room, row) == "列入名单 企业确认 *决定* (等候拨付) (银行付款) (到账)"


def test_an_application_that_is_sent_back_stands_where_it_is(room: Grants) -> None:
    row = room.rated()
    assert said(room, row) == ("审查通过，等待公示", "待公示")
    assert line(room, row) == "形式审查 会审 *公示* (决定) (等候拨付) (银行付款) (到账)"
    notice = publicity.open_notice(actor=room.actor("handler"), now=room.stage.now, version=room.version.pk)
    made = publicity.object_to(
        actor=room.stage.stranger, now=room.stage.now, number=notice.number, line=NoticeLine.objects.get().pk,
        text="这家企业的人数不是六十人。", who="李某", phone="19900005678",
    )  # fmt: skip
    publicity.settle(
        actor=room.actor("handler"), now=room.stage.now, number=made.number, is_upheld=True, text="人数以社保为准。"
    )
    assert line(room, row) == "*形式审查* (会审) (公示) (决定) (等候拨付) (银行付款) (到账)"
    row = room.take("handler", row, "ask", items=["社保缴费证明"])
    assert line(room, row) == "*形式审查* (会审) (公示) (决定) (等候拨付) (银行付款) (到账)"


def test_every_refusal_has_its_clause_and_its_numbered_document(room: Grants) -> None:
    """At the form check and after the review as well as at the decision."""
    checked = room.take(
        "handler", room.submitted(), "reject", refusal="material", clause=CLAUSE, reason="发票与清单不一致。"
    )
    one = Decision.objects.get(application=checked)
    assert (one.number, one.kind, one.clause, one.reasons, one.amount) == (
        "企服兑〔2026〕1号", "refuse", CLAUSE, "发票与清单不一致。", None,
    )  # fmt: skip
    assert line(room, checked) == "形式审查 (会审) (公示) (决定) (等候拨付) (银行付款) (到账)"
    client = Client()
    client.force_login(Account.objects.get(pk=room.contact.account))
    told = client.get(f"/my/grants/{checked.number}/decision/")
    text = "\n".join(one.text for one in Document(io.BytesIO(told.content)).paragraphs)
    assert "政策兑现不予支持决定书" in text
    assert f"经审查，依据{CLAUSE}，决定不予支持。" in text
    assert "理由：发票与清单不一致。" in text
    reviewed = room.take("handler", room.submitted(), "pass")
    room.score("reviewer", reviewed, 20, 20, "no")
    room.score("taxreviewer", reviewed, 20, 20, "no")
    reviewed = room.take("handler", reviewed, "fail", minutes="两个部门不同意。", clause=CLAUSE, reason="低于七十分。")
    assert (reviewed.clause, Decision.objects.get(application=reviewed).number) == (CLAUSE, "企服兑〔2026〕2号")


def test_who_was_offered_and_is_left_out_reads_why_and_may_appeal_who_was_only_listed_knows_of_nothing(
    stage: Stage,
) -> None:
    room = listed(stage, "confirm")
    row = room.take("handler", Application.objects.get(), "offer")
    before = Item.objects.count()
    row = room.take("handler", row, "drop", clause=CLAUSE, reason="企业已经迁出。")
    assert (row.state, row.clause, row.why) == ("dropped", CLAUSE, "企业已经迁出。")
    assert [one.payload["template"] for one in Item.objects.order_by("pk")[before:]] == ["grant_refused"]
    client = Client()
    client.force_login(Account.objects.get(pk=room.contact.account))
    page = client.get(f"/my/grants/{row.number}/").content.decode()
    assert "企业已经迁出。" in page
    assert f"依据：{CLAUSE}" in page
    assert room.take("contact", row, "appeal", reason="企业没有迁出。").state == "appealed"


def test_who_was_only_listed_and_is_left_out_sees_nothing(stage: Stage) -> None:
    room = listed(stage, "confirm")
    before = Item.objects.count()
    row = room.take("handler", Application.objects.get(), "drop", clause=CLAUSE, reason="企业已经迁出。")
    assert Item.objects.count() == before
    with pytest.raises(Missing):
        room.take("contact", row, "appeal", reason="企业没有迁出。")


def test_who_objects_gets_a_number_and_reads_the_outcome_without_names(room: Grants, settings: Settings) -> None:
    room.rated()
    publicity.open_notice(actor=room.actor("handler"), now=room.stage.now, version=room.version.pk)
    notice, client = Notice.objects.get(), Client()
    settings.QIFU_NOW = room.stage.now
    at = f"/grants/notices/{notice.number}/"
    sent = {
        "line": NoticeLine.objects.get().pk,
        "text": "这家企业的人数不是六十人。",
        "who": "李某人",
        "phone": "19900005678",
    }
    page = client.post(at, sent, follow=True).content.decode()
    number = Objection.objects.get().number
    assert f"异议已收到，编号 {number}。" in page
    assert "共 1 户，合计 50,000.00 元。" in page
    publicity.settle(
        actor=room.actor("handler"), now=room.stage.now, number=number, is_upheld=False, text="社保名册为六十人。"
    )
    page = client.get(at).content.decode()
    assert f"<span>{number}</span><span>异议不成立</span>" in page
    assert "李某人" not in page
    assert "不是六十人" not in page


def test_the_letter_of_a_claw_back_tells_what_is_intended_and_then_what_was_decided(stage: Stage) -> None:
    facts.forget()
    told = "不迁出 | 36 个月 | 全额追回\n保持人数 | 24 个月 | 不少于 90% | 按缺口比例追回"
    duties = [one.as_row() for one in read(told)][:1]
    assert promised([one.as_row() for one in read(told)]) == [
        "拨付以后 36 个月内：不迁出本区（没有做到的，全额追回）",
        "拨付以后 24 个月内：从业人员不少于拨付时的 90%（没有做到的，按缺口比例追回）",
    ]
    room = grant_room.build(stage, **PLAIN | {"duties": duties})
    assert (
        "拨付以后 36 个月内：不迁出本区"
        in Client().get(f"/grants/schemes/{room.version.scheme.code}/").content.decode()
    )
    row = room.take(
        "supervisor", room.take("handler", room.submitted(), "approve"), "grant", reason="符合。", clause=CLAUSE
    )
    room.account(row)
    payments.take_return(actor=room.actor("payer"), now=stage.now, name="a.csv", data=room.answer(room.sent(row)))
    Obligation.objects.update(state="breached", finding={"result": "no", "text": "迁出", "value": "迁出"})
    later = room.later(days=30).stage.now
    case = recovering.propose(
        actor=room.actor("handler"), now=later, number=Obligation.objects.get().pk, clause=CLAUSE,
        reason="已迁往外区。", breached_on=later.date(),
    )  # fmt: skip
    name, content = clawbacks.build(actor=room.contact, number=case.number)
    text = "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
    assert name == f"拟追回资金告知书-{case.number}.docx"
    assert f"依据{CLAUSE}，拟追回人民币 50,000.00 元" in text
    assert "可以在" in text
    assert "决定追回" not in text
    decided = later + timedelta(days=12)
    recovering.decide(
        actor=room.actor("second"), now=decided, number=case.number, is_upheld=True, reason="迁移属实。",
        amount=Decimal("30000.00"),
    )  # fmt: skip
    assert Clawback.objects.get().state == "owed"
    name, content = clawbacks.build(actor=room.actor("handler"), number=case.number)
    text = "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
    assert name == f"追回资金决定书-{case.number}.docx"
    assert "依据企服兑〔2026〕1号，获得资金人民币 50,000.00 元" in text
    assert "决定追回人民币 30,000.00 元" in text
    assert "你单位在规定的期限内没有说明。" in text
    assert "六十日内依法申请行政复议，或者自收到之日起六个月内依法提起行政诉讼" in text
    with pytest.raises(Missing):
        clawbacks.build(actor=room.stage.stranger, number=case.number)


def test_a_correction_is_judged_anew_and_nothing_may_be_missing(stage: Stage) -> None:
    facts.forget()
    room = grant_room.build(stage, basis="asked")
    row = room.start()
    values = {"q1": "稳定岗位。", "asked": "20000"}
    applying.save(actor=room.contact, now=stage.now, number=row.number, values=values, phone="19900001234")
    applying.submit(actor=room.contact, now=stage.now, number=row.number)
    row = room.take("handler", row, "ask", items=["金额按发票填写"])
    assert (row.asked, row.granted) == (Decimal("20000.00"), Decimal("20000.00"))
    applying.save(actor=room.contact, now=stage.now, number=row.number, values={"asked": "70000", "q1": ""})
    with pytest.raises(Invalid) as refusal:
        room.take("contact", row, "answer", text="已改。")
    assert refusal.value.fields == {"q1": "请填写用途说明。"}
    assert Application.objects.get().state == "asking"
    applying.save(actor=room.contact, now=stage.now, number=row.number, values={"q1": "购置设备。"})
    row = room.take("contact", row, "answer", text="已改。")
    assert (row.state, row.asked, row.granted, row.worked_out) == (
        "submitted", Decimal("70000.00"), Decimal("50000.00"), "申报 70,000.00 元，每户上限 50,000.00 元",
    )  # fmt: skip


def test_who_is_left_out_takes_no_place(stage: Stage) -> None:
    """One place: it is free again once who held it is left out, and listed again goes to who still may have it."""
    room = listed(stage, "confirm")
    Version.objects.update(quota=1)
    row = Application.objects.get()
    assert schemes.card(row.version).left == 0
    room.take("handler", row, "drop", clause=CLAUSE, reason="企业已经迁出。")
    assert schemes.card(Version.objects.get()).left == 1
    Application.objects.update(
        year=2026,
        enterprise=Enterprise.objects.create(
            name="武汉另一家有限公司", street_id=stage.house.street, created=stage.now, updated=stage.now
        ),
    )
    assert listing.list_eligible(actor=room.actor("handler"), now=stage.now, version=room.version.pk).listed == 1


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("money", "三百万", "用途说明的写法不对，请只写数字，单位为元，例如 50000。"),
        ("number", "几个", "用途说明的写法不对，请只写数字，例如 12。"),
        ("date", "今年", "用途说明的写法不对，请写成 2026-03-01 这样的日期。"),
    ],
)
def test_what_cannot_be_read_is_told_with_how_to_write_it(stage: Stage, kind: str, typed: str, said: str) -> None:
    facts.forget()
    asked = ({"name": "q1", "label": "用途说明", "kind": kind, "is_required": True, "hint": ""},)
    room = grant_room.build(stage, **PLAIN | {"questions": asked})
    row = room.start()
    applying.save(actor=room.contact, now=stage.now, number=row.number, values={"q1": typed}, phone="19900001234")
    with pytest.raises(Invalid) as refusal:
        applying.submit(actor=room.contact, now=stage.now, number=row.number)
    assert refusal.value.fields == {"q1": said}
