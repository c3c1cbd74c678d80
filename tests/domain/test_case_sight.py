"""Who sees what of a case: who raised it in confidence, what the enterprise thought of it, its telephone, what was promised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals.learning.model import save
from qifu.domain.appeals.learning.train import train
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries import lists, sheet, suggest
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.entry.portal.cases import shown
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.errors import Forbidden, Invalid
from qifu.kernel.outbox.models import Item
from qifu.kernel.unmaskings.models import Unmasking
from tests.conftest import NOW
from tests.domain.test_learning import LABELS, TEXTS
from tests.stage import Stage

PLACE = "云启大厦 1801 室"


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, db: None) -> None:
    settings.QIFU_NOW = NOW


def browser(account: int) -> Client:
    client = Client()
    client.force_login(Account.objects.get(pk=account), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(stage: Stage, who: str, case: Appeal) -> str:
    answer = browser(stage.house.account(who).pk).get(f"/desk/cases/{case.number}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def found(stage: Stage, who: str, **filters: object) -> list[str]:
    chosen = lists.Filters(**filters)  # type: ignore[arg-type]
    return [line.number for line in lists.page(actor=stage.actor(who), now=stage.now, filters=chosen).lines]


def spoken_for(stage: Stage, **fields: object) -> Appeal:
    """A case in which the contact speaks at every turn."""
    earlier = stage.submit(title="去年的同一件事")
    case = stage.to("working", stage.submit(place=PLACE, previous=earlier.number, **fields))
    stage.take("contact", case, "urge", text="请加快")
    stage.take("contact", case, "add", text="补充一点")
    stage.take("handler", case, "ask", items=["营业执照"], text="请补充")
    stage.take("contact", case, "answer", text="已上传")
    stage.take("handler", case, "reply", outcome="solved", text="已办")
    stage.take("contact", case, "rate", speed=1, result=1, attitude=1)
    stage.take("contact", case, "refuse", reason="没有解决")
    return stage.take("dispatcher", case, "dispatch", unit=stage.house.department)


def test_a_confidential_timeline_does_not_name_the_contact(stage: Stage) -> None:
    case = spoken_for(stage, is_confidential=True)
    seen = stage.sheet("handler", case)
    said = {one.step: one.who for one in seen.happenings}
    assert {said[step] for step in ("submit", "urge", "add", "answer", "refuse")} == {"企业（要求保密）"}
    assert (seen.place, seen.previous) == ("（保密）", None)
    whole = page(stage, "handler", case)
    assert stage.contact.name not in whole
    assert PLACE not in whole
    assert stage.contact.name in page(stage, "dispatcher", case)
    assert (stage.sheet("contact", case).place, stage.sheet("dispatcher", case).place) == (PLACE, PLACE)
    open_ = spoken_for(stage)
    assert stage.sheet("handler", open_).happenings[0].who == stage.contact.name
    assert stage.sheet("handler", open_).place == PLACE


def test_a_confidential_case_is_not_found_by_its_place_or_building(stage: Stage) -> None:
    case, open_ = (stage.to("working", place=PLACE, is_confidential=hidden) for hidden in (True, False))
    assert found(stage, "handler", q="云启大厦") == [open_.number]
    assert found(stage, "handler", q="199-0000-1234") == [open_.number]
    assert set(found(stage, "dispatcher", q="199 0000 1234")) == {case.number, open_.number}


def test_the_rating_is_blind_to_those_who_handle_the_case(stage: Stage) -> None:
    case = stage.to("working")
    stage.take("handler", case, "involve", units=[stage.tax])
    stage.take("taxman", case, "part", text="已核")
    stage.take("handler", case, "reply", outcome="solved", text="已办")
    stage.take("contact", case, "rate", speed=1, result=1, attitude=1, comment="太慢")
    stage.take("dispatcher", case, "follow_up", result="unsolved", satisfied="no", comment="电话里仍不满意")
    for who in ("handler", "taxman", "street"):
        happened = stage.sheet(who, case).happenings
        assert "rate" not in [one.step for one in happened]
        assert [one.details for one in happened if one.step == "follow_up"] == [[]]
        assert "不满意" not in page(stage, who, case)
    for who in ("contact", "dispatcher", "auditor"):
        assert "rate" in [one.step for one in stage.sheet(who, case).happenings]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("１３８ ００００-１２３４", "13800001234"),
        ("+86 138-0000-1234", "13800001234"),
        ("02785556666", "027-85556666"),
        ("（027）8555 6666转801", "027-85556666-801"),
        ("400-123-4567", "4001234567"),
        ("+852 9876 5432", "+85298765432"),
    ],
)
def test_a_telephone_is_kept_in_one_form_and_found_in_any(stage: Stage, typed: str, kept: str) -> None:
    case = stage.submit(phone=typed)
    stage.submit(phone="19900009999")
    assert Appeal.objects.get(pk=case.pk).phone == kept
    assert found(stage, "dispatcher", q=typed) == [case.number]
    assert found(stage, "dispatcher", q=kept) == [case.number]


@pytest.mark.parametrize("typed", ["1380000123", "请打前台", "85556666", "12345", "1" * 21])
def test_what_is_no_telephone_is_refused_beside_the_field(stage: Stage, typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        stage.submit(phone=typed)
    assert list(refusal.value.fields) == ["phone"]
    assert refusal.value.fields["phone"].endswith("。")
    assert (Appeal.objects.count(), Item.objects.count()) == (0, 0)


def test_no_message_is_sent_to_a_fixed_line(stage: Stage) -> None:
    stage.submit(phone="027-85556666")
    assert not Item.objects.filter(channel="sms").exists()


def test_the_telephone_is_shown_only_to_those_who_handle_the_case(stage: Stage) -> None:
    case = stage.to("working")
    stage.take("handler", case, "involve", units=[stage.tax])

    def reveals(who: str) -> bool:
        offered = stage.sheet(who, case).may_reveal
        asks = {"actor": stage.actor(who), "now": stage.now, "number": case.number, "reason": "约现场查看"}
        assert (f"/desk/cases/{case.number}/phone/" in page(stage, who, case)) is offered
        if offered:
            return sheet.reveal_phone(**asks) == "19900001234"  # type: ignore[arg-type]
        before = Unmasking.objects.count()
        with pytest.raises(Forbidden):
            sheet.reveal_phone(**asks)  # type: ignore[arg-type]
        assert Unmasking.objects.count() == before
        return False

    for who in ("dispatcher", "supervisor", "handler", "colleague", "taxman"):
        assert reveals(who), who
    for who in ("leader", "auditor", "street"):
        assert not reveals(who), who
    stage.take("taxman", case, "part", text="已核")


def test_the_specialist_of_an_errand_sees_the_telephone(stage: Stage) -> None:
    made = people.create_member(
        actor=SYSTEM, now=NOW, username="spec", name="杨专员", password="correct horse 9 battery"
    )
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=stage.house.street, role=Role.SPECIALIST)
    stage.house.accounts["spec"] = made.account
    read, errand = stage.to("working"), stage.to("accepted", kind="assistance")
    stage.take("dispatcher", errand, "appoint", unit=stage.house.street, account=made.account.pk)
    assert stage.sheet("spec", errand).may_reveal
    assert not stage.sheet("spec", read).may_reveal


def test_a_unit_that_gave_the_case_back_is_not_proposed_again(stage: Stage, settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    first, second = stage.house.department, stage.tax
    labels = [str(first if label == "parking" else second) for label in LABELS]
    save(train(TEXTS, labels, "v1"), tmp_path / "models", "unit")
    stage.category.unit_id = first
    stage.category.save()
    case = stage.to("accepted")
    chosen = f'<option value="{first}" selected>'
    assert chosen in page(stage, "dispatcher", case)
    stage.take("dispatcher", case, "dispatch", unit=first)
    case = stage.take("handler", case, "return", cause="duty", reason="停车场归街道管")
    advised = suggest.advice(case)
    assert first not in [one.unit for one in advised.proposals]
    assert not advised.is_sure
    whole = page(stage, "dispatcher", case)
    assert chosen not in whole
    assert "已退回：停车场归街道管" in whole


def test_a_model_that_is_not_sure_shows_no_percentages(stage: Stage, settings: Settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    labels = [str(stage.house.department if label == "parking" else stage.tax) for label in LABELS]
    model = train(TEXTS, labels, "v1")
    save(model, tmp_path / "models", "unit")
    case = stage.to("accepted")
    assert "建议转办" in page(stage, "dispatcher", case)
    silent = replace(model, threshold=1.01, report=replace(model.report, answered=0.0, top1_answered=0.0))
    (tmp_path / "models" / "unit.npz").unlink()
    save(silent, tmp_path / "models", "unit")
    whole = page(stage, "dispatcher", case)
    assert "把握不大，仅供参考：" in whole
    advice = whole.split('<ul class="advice">')[1].split("</ul>")[0]
    assert "%" not in advice
    assert silent.report.as_text().endswith("有把握作答 0.0%，其中首选正确 —。")
    models = browser(stage.house.account("admin").pk).get("/desk/models/").content.decode()
    assert '<td class="num">—</td><td class="num">不作答</td>' in models


@pytest.mark.parametrize("kind", ["appeal", "complaint"])
def test_a_refused_extension_is_told_to_the_enterprise(stage: Stage, kind: str) -> None:
    case = stage.to("working", kind=kind)
    stage.take("handler", case, "ask_extension", workdays=2, reason="需要会商。")
    stage.take("dispatcher", case, "refuse_extension", reason="请抓紧，不要拖")
    last = stage.sheet("contact", case).happenings[-1]
    said = "承办单位申请延长 2 个工作日（需要会商），中心没有同意，办理期限不变。"
    assert (last.step, last.text, last.details) == ("refuse_extension", said, [])


def test_a_merged_case_counts_down_to_the_reply_alone(stage: Stage) -> None:
    leader, case = stage.to("working"), stage.submit()
    assert [c.kind for c in shown.current_clocks(stage.sheet("contact", case))] == ["accept", "dispatch", "reply"]
    stage.take("dispatcher", case, "merge", leader=leader.pk)
    assert [c.kind for c in shown.current_clocks(stage.sheet("contact", case))] == ["reply"]
