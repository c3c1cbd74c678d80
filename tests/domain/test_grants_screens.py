"""Grants as they are met at the screens: what each person sees, presses and is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.grants import access
from qifu.domain.grants.actions import applying, listing, payments
from qifu.domain.grants.loans import terms
from qifu.domain.grants.models import (
    Application,
    BankReturn,
    FundLine,
    LedgerEntry,
    Material,
    PaymentOrder,
    Seat,
    SiteVisit,
)
from qifu.domain.grants.queries import lists
from qifu.domain.people.models import Account
from qifu.domain.policies import facts
from qifu.domain.policies.actions import matching
from qifu.entry.desk.grants import returns, tasks
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.models import Record
from tests.domain import grant_room, policy_room
from tests.domain.grant_room import Grants
from tests.stage import Stage

pytestmark = pytest.mark.django_db
MONEY = "/desk/grants/money/"


@pytest.fixture
def room(stage: Stage, settings: Settings) -> Grants:
    facts.forget()
    settings.QIFU_NOW = stage.now
    return grant_room.build(stage)


def browser(room: Grants, who: str) -> Client:
    client = Client()
    client.force_login(room.stage.house.account(who))
    return client


def contact(room: Grants) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=room.contact.account))
    return client


class Killed(Exception):
    """Stands for the loss of power in the middle."""


def test_an_answer_that_was_interrupted_is_gone_on_with_by_a_button(
    room: Grants, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the interruption left is named with a button; pressed, the rest is worked off, and pressed again nothing happens."""
    row = room.granted()
    room.account(row)
    batch = room.sent(row)

    def killed(actor: Actor, now: object, number: int) -> bool:
        raise Killed

    data, settings.QIFU_NOW = room.answer(batch), room.stage.now
    monkeypatch.setattr(payments, "_stretch", killed)
    with pytest.raises(Killed):
        payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="回单.csv", data=data)
    monkeypatch.undo()
    kept = BankReturn.objects.get()
    assert (kept.done, kept.left, kept.ended_at, PaymentOrder.objects.get().state) == (0, 1, None, "sent")
    press = {"act": "go_on", "number": str(kept.pk)}
    looker = browser(room, "supervisor")
    seen = looker.get(MONEY).content.decode()
    assert "还有 1 行没有处理" in seen
    assert "继续处理" not in seen
    before = Record.objects.count()
    assert looker.post(MONEY, press).status_code == 403
    assert (Record.objects.count(), PaymentOrder.objects.get().state) == (before, "sent")

    payer = browser(room, "payer")
    assert "继续处理" in payer.get(MONEY).content.decode()
    told = payer.post(MONEY, press, follow=True).content.decode()
    assert "回单已处理 1 行。" in told
    assert "没有处理完" not in told
    kept.refresh_from_db()
    room.line.refresh_from_db()
    assert (kept.done, kept.left, kept.ended_at is None) == (1, 0, False)
    assert (PaymentOrder.objects.get().state, room.line.paid) == ("paid", Decimal("50000.00"))
    after = Record.objects.count()
    payer.post(MONEY, press)
    assert (Record.objects.count(), BankReturn.objects.count()) == (after, 1)
    assert payer.post(MONEY, press | {"number": "999999"}).status_code == 404


def test_a_refused_opinion_keeps_what_was_typed_and_amounts_are_carried_into_the_summary(
    stage: Stage, settings: Settings
) -> None:
    """A score too high is told beside its field, the rest stands; the amount on which all agree is proposed to the lead."""
    facts.forget()
    settings.QIFU_NOW = stage.now
    room = grant_room.build(stage, basis="asked")
    row = room.start()
    values = {"q1": "稳定岗位。", "asked": "50000"}
    applying.save(actor=room.contact, now=stage.now, number=row.number, values=values, phone="19900001234")
    applying.submit(actor=room.contact, now=stage.now, number=row.number)
    room.take("handler", row, "pass")
    at = f"/desk/grants/{row.number}/"
    reviewer = browser(room, "reviewer")
    given = {"has_conflict": "no", "score_s1": "61", "score_s2": "35.5", "vote": "yes", "amount": "40000"}
    page = reviewer.post(f"{at}review/", given)
    told = page.content.decode()
    assert page.status_code == 422
    assert '<div class="invalid-feedback d-block">带动就业应在 0 至 60 分之间。</div>' in told
    assert 'name="score_s1" inputmode="decimal" maxlength="6" value="61"' in told
    assert 'name="score_s2" inputmode="decimal" maxlength="6" value="35.5"' in told
    assert not Seat.objects.filter(given_at__isnull=False).exists()

    assert reviewer.post(f"{at}review/", given | {"score_s1": "50"}).status_code == 302
    handler = browser(room, "handler")
    assert "40,000.00" not in handler.get(at).content.decode()  # what one department gave is not shown before all have
    browser(room, "taxreviewer").post(f"{at}review/", given | {"score_s1": "48"})
    seen = handler.get(at).content.decode()
    assert seen.count("认为应支持 40,000.00 元") == 2
    assert "带动就业 50 / 60 分" in seen
    assert 'value="40000.00"' in seen
    assert "拟核定金额" in seen
    handler.post(f"{at}conclude/", {"minutes": "一致同意。", "amount": "40000.00"})
    waits = handler.get(at).content.decode()
    assert "会审已通过，等待公示" in waits
    assert f'href="/desk/grants/schemes/{room.version.pk}/"' in waits


def test_what_runs_out_first_stands_first_and_only_fitting_steps_are_offered_for_many(
    room: Grants, settings: Settings
) -> None:
    """A promise that runs is before a listed firm without one; of the two steps of lists, only that of the scheme's way is there."""
    plain = {"reviewers": (), "scoring": (), "pass_mark": None, "publicity_days": 0}
    listed = grant_room.scheme(
        room.stage, room.line, policy_room.CODE, room.stage.tax, way="confirm", fields=(), questions=(), materials=(), **plain
    )  # fmt: skip
    matching.match_all(now=room.stage.now)
    listing.list_eligible(actor=room.actor("taxman"), now=room.stage.now, version=listed.pk)
    first = Application.objects.get(version=listed)
    later = room.later(hours=1).submitted()
    settings.QIFU_NOW = room.stage.now
    shown = lists.page(actor=room.actor("supervisor"), now=room.stage.now, filters=lists.Filters("all"))
    assert [one.number for one in shown.lines] == [later.number, first.number]
    page = browser(room, "taxman").get("/desk/grants/?state=listed").content.decode()
    assert "通知企业确认" in page
    assert "确认列入" not in page
    wrong = {"step": "enlist", "number": [first.number]}
    told = browser(room, "taxman").post("/desk/grants/act/", wrong, follow=True).content.decode()
    assert "这个项目的办理方式是“一步确认”，请通知企业确认。" in told
    first.refresh_from_db()
    assert first.state == "listed"


def test_finance_sees_whose_account_is_waited_for(room: Grants, settings: Settings) -> None:
    row = room.granted()
    settings.QIFU_NOW = room.stage.now
    page = browser(room, "payer").get(MONEY).content.decode()
    assert f"{room.stage.firm.name} " in page
    assert "等企业确认收款账户" in page
    assert f'href="/desk/grants/{row.number}/"' in page


def test_an_item_is_found_by_its_name(room: Grants) -> None:
    editor = browser(room, "editor")
    assert f"?item={policy_room.CODE}" in editor.get("/desk/grants/schemes/new/?q=软件").content.decode()
    none = editor.get("/desk/grants/schemes/new/?q=没有这样的政策").content.decode()
    assert "没有找到，请换一个名称、编号或文件再查。" in none
    assert f"?item={policy_room.CODE}" not in none


def test_the_form_marks_what_must_be_filled_in(room: Grants, settings: Settings) -> None:
    row = room.start()
    client = contact(room)
    form = client.get(f"/my/grants/{row.number}/form/").content.decode()
    assert '用途说明<span class="required">（必填）</span></label>' in form
    assert '联系电话<span class="required">（必填）</span></label>' in form
    scheme = client.get(f"/grants/schemes/{room.version.scheme.code}/").content.decode()
    assert "1,000,000.00 元" in scheme


def test_a_share_of_the_interest_says_that_it_is_counted_up_to_the_benchmark() -> None:
    asked = terms.Asked(way="share", value=Decimal(50), benchmark=[(date(2026, 1, 1), Decimal("3.00"))])
    assert (
        dict(terms.said(terms.kept(asked)))["贴息方式"]
        == "合同利息的百分之几：50%，不超过合同利率，高于基准利率的部分不计"
    )
    plain = dict(terms.said(terms.kept(replace(asked, benchmark=[]))))["贴息方式"]
    assert plain == "合同利息的百分之几：50%，不超过合同利率"


def test_a_visit_to_the_site_is_kept_with_its_photos_and_becomes_a_reason(room: Grants) -> None:
    """Who checks it enters the visit; who has no part in it may not; the decision says what was found."""
    row = room.take("handler", room.submitted(), "pass")
    address = f"/desk/grants/{row.number}/visit/"
    typed = {
        "on": str(room.stage.now.date()), "visitors": "王敏、李强", "place": "江泽路 8 号", "outcome": "differs",
        "findings": "现场只有五十二人。",
    }  # fmt: skip
    before = Record.objects.count()
    assert browser(room, "payer").post(address, typed).status_code == 403
    checker = browser(room, "handler")
    refused = checker.post(address, typed | {"findings": "", "on": "2025-01-01"})
    assert refused.status_code == 422
    assert "请写明看到的情况" in refused.content.decode()
    assert checker.post(address, typed | {"on": "2025-01-01"}).status_code == 422
    assert (Record.objects.count(), SiteVisit.objects.count()) == (before, 0)
    photo = SimpleUploadedFile("现场.txt", "五十二个工位".encode())
    told = checker.post(address, typed | {"photos": photo}, follow=True).content.decode()
    seen = "到江泽路 8 号现场核查，结论为与申报不一致：现场只有五十二人。"
    assert seen in told
    (file,) = SiteVisit.objects.get().files.all()
    assert checker.get(f"/desk/grants/{row.number}/files/{file.pk}/").status_code == 200
    assert contact(room).get(f"/my/grants/{row.number}/files/{file.pk}/").status_code == 404
    assert access.judges([row.pk])[row.pk] == {room.actor("handler").account}
    room.score("reviewer", row, 10, 10, vote="no")
    room.score("taxreviewer", row, 10, 10, vote="no")
    row = room.take("handler", row, "fail", minutes="人数不符。", clause=grant_room.CLAUSE, reason="现场人数不足。")
    assert checker.post(address, typed).status_code == 302
    assert SiteVisit.objects.count() == 1
    assert seen in contact(room).get(f"/my/grants/{row.number}/").content.decode()


def test_a_large_answer_is_worked_off_in_the_background_and_the_same_again_changes_nothing(
    room: Grants, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = room.granted()
    room.account(row)
    batch = room.sent(row)
    settings.QIFU_NOW = room.stage.now
    monkeypatch.setattr(returns, "AT_ONCE", 0)
    data, payer = room.answer(batch), browser(room, "payer")
    sent = payer.post(MONEY, {"act": "return", "file": SimpleUploadedFile("回单.csv", data)})
    kept = BankReturn.objects.get()
    assert sent.headers["Location"] == f"{MONEY}returns/{kept.pk}/"
    assert (kept.done, PaymentOrder.objects.get().state) == (0, "sent")
    assert "处理中" in payer.get(f"{MONEY}returns/{kept.pk}/progress/").content.decode()
    account = room.actor("payer").account
    assert account is not None
    tasks.work_off.func(kept.pk, account)
    page = browser(room, "supervisor").get(f"{MONEY}returns/{kept.pk}/").content.decode()
    assert f'href="/desk/grants/{row.number}/"' in page
    assert "继续处理" not in page
    after = Record.objects.count()
    again = payer.post(MONEY, {"act": "return", "file": SimpleUploadedFile("又一份.csv", data)}, follow=True)
    assert "这份回单以前收过" in again.content.decode()
    assert (Record.objects.count(), BankReturn.objects.count()) == (after, 1)


def test_the_check_of_a_year_names_what_differs_and_leads_to_it(room: Grants, settings: Settings) -> None:
    row = room.granted()
    room.account(row)
    batch = room.sent(row)
    settings.QIFU_NOW = room.stage.now
    looker = browser(room, "supervisor")
    assert "没有差异" in looker.get(f"{MONEY}check/").content.decode()
    settings.QIFU_NOW = room.later(days=4).stage.now
    looker = browser(room, "supervisor")
    assert "已送银行 4 天，还没有回单" in looker.get(f"{MONEY}check/").content.decode()
    payments.take_return(actor=room.actor("payer"), now=room.stage.now, name="回单.csv", data=room.answer(batch))
    assert "四处一致" in looker.get(f"{MONEY}check/").content.decode()
    FundLine.objects.update(paid=Decimal("49999.99"))
    PaymentOrder.objects.update(receipt="HD0")
    told = looker.get(f"{MONEY}check/").content.decode()
    assert "预算记已拨付 49,999.99 元，付款单合计 50,000.00 元，相差 -0.01 元。" in told
    assert f"付款单记 HD0，回单.csv是 HD{PaymentOrder.objects.get().number}。" in told
    assert f'href="{MONEY}batches/{batch.number}/#{PaymentOrder.objects.get().number}"' in told
    assert looker.get(f"{MONEY}check/workbook/").status_code == 200
    assert Record.objects.filter(verb="grants.export_check").count() == 1


def test_the_phone_is_filled_in_and_the_same_paper_twice_is_kept_once(room: Grants) -> None:
    row = room.start()
    client = contact(room)
    address = f"/my/grants/{row.number}/form/"
    assert row.phone
    assert f'value="{row.phone}"' in client.get(address).content.decode()
    for _ in range(2):
        paper = SimpleUploadedFile("花名册.txt", "六十人".encode())
        told = client.post(address, {"m_m1": paper}, headers={"HX-Request": "true"}).content.decode()
        assert "花名册.txt" in told
    assert Material.objects.filter(application=row).count() == 1
    assert Record.objects.filter(verb="grants.attach").count() == 1
    assert "每户上限" in client.get(f"/grants/schemes/{room.version.scheme.code}/").content.decode()


def test_the_ledger_of_a_line_is_read_to_its_first_entry(room: Grants, settings: Settings) -> None:
    """Two hundred and fifty movements on three pages, the last first; every one leads to what it was for."""
    row, settings.QIFU_NOW = room.granted(), room.stage.now
    reserved = LedgerEntry.objects.get(source=row.stream)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            line=room.line, kind=kind, debit=debit, credit=credit, amount=reserved.amount, source=row.stream, actor="system",
            functional="2080799", economic="31204", project="P2026-07", at=room.stage.now,
        )
        for kind, debit, credit in [("release", "free", "reserved"), ("reserve", "reserved", "free")] * 124
    )  # fmt: skip
    finance, at = browser(room, "drawer"), f"{MONEY}lines/{room.line.pk}/"
    first, last = finance.get(at).content.decode(), finance.get(f"{at}?from=200").content.decode()
    assert "共 250 笔" in first
    assert (first.count(f"/desk/grants/{row.number}/"), first.count("下达预算")) == (100, 0)
    assert "?from=100" in first
    assert last.count(f"/desk/grants/{row.number}/") == 49
    assert last.count("下达预算") == 2  # what moved, and what it was for
    assert finance.get(f"{at}?from=x").status_code == 200
