"""Who looks after whom: by rules, by hand, handed over; the enterprise sees its specialist and can ask for another."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people import service as stations
from qifu.domain.people.actions import service
from qifu.domain.people.models import SpecialistProfile, StationCard, Training
from qifu.domain.registry.models import Agency, Enterprise
from qifu.domain.visits.actions import binding, granting, wishing
from qifu.domain.visits.models import Binding, ChangeWish, Dealing, Visit
from qifu.domain.visits.queries.bindings import loads, specialist_of
from qifu.domain.visits.queries.wishes import waiting
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.domain.visit_room import TODAY, Field, build, building, fill
from tests.stage import Stage


@pytest.fixture
def field(stage: Stage) -> Field:
    return build(stage)


def profile(field: Field, **given: list[str]) -> None:
    told = {"languages": [], "sections": []} | given
    service.write_profile(actor=field.actor, now=NOW, account=field.account.pk, intro="", **told)


def deal(field: Field, who: str = "dispatcher") -> Dealing:
    return binding.deal(actor=field.stage.actor(who), now=NOW, street=field.stage.house.street)


def test_rules_give_language_first_then_trade_then_whoever_has_least(field: Field) -> None:
    second, third = build(field.stage, "second"), build(field.stage, "third")
    profile(second, languages=["英语"])
    profile(third, sections=["I"])
    abroad, software, *plain = field.firms(5)
    Enterprise.objects.filter(pk=abroad.pk).update(legal_form="foreign_invested", industry="I6510")
    Enterprise.objects.filter(pk=software.pk).update(industry="I6510")
    told = binding.preview(actor=field.stage.actor("dispatcher"), now=NOW, street=field.stage.house.street)
    assert Binding.objects.count() == 0
    by_firm = {tie.enterprise: tie for tie in told}
    assert (by_firm[abroad.pk].account, by_firm[abroad.pk].why) == (second.account.pk, "外资企业，专员会英语。")
    assert (by_firm[software.pk].account, by_firm[software.pk].rule) == (third.account.pk, "industry")
    done = deal(field)
    assert (done.bound, Binding.objects.filter(until__isnull=True).count()) == (7, 7)
    shares = sorted(Binding.objects.filter(account=one.account).count() for one in (field, second, third))
    assert shares == [2, 2, 3]
    assert {(row.enterprise_id, row.account_id) for row in Binding.objects.all()} == {
        (t.enterprise, t.account) for t in told
    }
    assert Record.objects.get(verb="visits.deal").facts["bound"] == 7
    with pytest.raises(Conflict, match="都已经有专员"):
        deal(field)
    assert len(plain) == 3


def test_an_enterprise_has_one_specialist_and_the_nearest_tie_counts(field: Field) -> None:
    stage, dispatcher = field.stage, field.stage.actor("dispatcher")
    second = build(stage, "second")
    binding.bind(actor=dispatcher, now=NOW, account=second.account.pk, why="全街道", street=stage.house.street)
    told = specialist_of(stage.firm.pk, NOW)
    assert told is not None
    assert (told.account, told.why) == (second.account.pk, "全街道")
    binding.bind(actor=dispatcher, now=NOW, account=field.account.pk, why="熟悉企业", enterprise=stage.firm.pk)
    told = specialist_of(stage.firm.pk, NOW)
    assert told is not None
    assert told.account == field.account.pk
    binding.bind(actor=dispatcher, now=NOW, account=second.account.pk, why="调整分工", enterprise=stage.firm.pk)
    held = Binding.objects.filter(enterprise=stage.firm).order_by("pk").values_list("account_id", "until")
    assert list(held) == [(field.account.pk, NOW), (second.account.pk, None)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Binding.objects.create(account=field.account, enterprise=stage.firm, why="x", made_by="system", since=NOW)


def test_all_of_one_is_handed_over_evenly_and_visits_go_along(field: Field) -> None:
    stage = field.stage
    second, third = build(stage, "second"), build(stage, "third")
    for firm in (stage.firm, stage.other_firm, *field.firms(2)):
        binding.bind(actor=stage.actor("dispatcher"), now=NOW, account=field.account.pk, why="分工", enterprise=firm.pk)
    visit = field.plan(day=TODAY + timedelta(days=9))
    takers = [second.account.pk, third.account.pk]
    done = binding.hand_over(
        actor=stage.actor("dispatcher"), now=NOW, giver=field.account.pk, takers=takers, why="调离岗位"
    )
    assert done.bound == 4
    assert [Binding.objects.filter(account=pk, until__isnull=True).count() for pk in (field.account.pk, *takers)] == [
        0,
        2,
        2,
    ]
    row = Visit.objects.get(pk=visit.pk)
    assert (row.account_id, row.handed_from_id, row.seq) == (second.account.pk, field.account.pk, 2)
    with pytest.raises(Conflict, match="不用移交"):
        binding.hand_over(actor=stage.actor("dispatcher"), now=NOW, giver=field.account.pk, takers=takers, why="再来")
    with pytest.raises(Invalid):
        binding.hand_over(actor=stage.actor("dispatcher"), now=NOW, giver=takers[0], takers=[takers[0]], why="给自己")
    assert Binding.objects.filter(until__isnull=True).count() == 4


def test_who_may_bind(field: Field) -> None:
    for who in ("leader", "taxman", "handler", "auditor"):
        with pytest.raises(Forbidden):
            deal(field, who)
    assert Binding.objects.count() == 0
    assert deal(field, "street").bound == 2


def test_an_enterprise_asks_for_another_and_is_answered(field: Field) -> None:
    stage = field.stage
    second = build(stage, "second")
    with pytest.raises(Missing):
        wishing.ask_change(actor=stage.contact, now=NOW, enterprise=stage.firm.pk, reason="希望懂外贸")
    deal(field)
    present = specialist_of(stage.firm.pk, NOW)
    assert present is not None
    wish = wishing.ask_change(actor=stage.contact, now=NOW, enterprise=stage.firm.pk, reason="希望懂外贸")
    with pytest.raises(Conflict, match="正在办理"):
        wishing.ask_change(actor=stage.contact, now=NOW, enterprise=stage.firm.pk, reason="再说一次")
    with pytest.raises(Missing):
        wishing.ask_change(actor=stage.stranger, now=NOW, enterprise=stage.firm.pk, reason="别人的企业")
    assert [one.id for one in waiting(stage.actor("street"))] == [wish.pk]
    assert waiting(stage.actor("taxman")) == ()
    other = next(pk for pk in (field.account.pk, second.account.pk) if pk != present.account)
    with pytest.raises(Invalid):
        granting.answer_change(actor=stage.actor("street"), now=NOW, wish=wish.pk, answer="好", account=present.account)
    granting.answer_change(
        actor=stage.actor("street"), now=NOW, wish=wish.pk, answer="已换成懂外贸的同事", account=other
    )
    after = specialist_of(stage.firm.pk, NOW)
    assert after is not None
    assert (after.account, after.why) == (other, "企业要求更换：希望懂外贸")
    assert ChangeWish.objects.get().state == "changed"


def test_a_card_is_written_read_and_searched(field: Field) -> None:
    station = field.stage.house.station
    card = service.Card("政策咨询", "云泽大道 88 号", ("自助终端",))
    service.write_card(actor=field.stage.actor("street"), now=NOW, unit=station, card=card)
    assert [one.unit.id for one in stations.stations(q="自助终端", public=True)] == [station]
    assert stations.stations(q="没有", public=True) == ()
    assert stations.stations(street=999, public=True) == ()
    with pytest.raises(Invalid):
        service.write_card(actor=field.stage.actor("street"), now=NOW, unit=station, card=service.Card("", ""))
    with pytest.raises(Forbidden):
        service.write_card(actor=field.stage.actor("taxman"), now=NOW, unit=station, card=card)
    assert StationCard.objects.get().scope == "政策咨询"


def test_training_is_kept_once_with_its_certificate(field: Field) -> None:
    told = {
        "account": field.account.pk,
        "title": "惠企政策培训",
        "day": TODAY,
        "hours": Decimal(4),
        "certificate": "P-1",
    }
    service.enter_training(actor=field.stage.actor("street"), now=NOW, **told)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        service.enter_training(actor=field.stage.actor("street"), now=NOW, **told)  # type: ignore[arg-type]
    for wrong in ({"hours": Decimal(0)}, {"day": date(2027, 1, 1)}, {"title": "x"}, {"good_until": date(2020, 1, 1)}):
        with pytest.raises(Invalid):
            service.enter_training(actor=field.stage.actor("street"), now=NOW, **(told | wrong))  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        service.enter_training(actor=field.stage.actor("taxman"), now=NOW, **(told | {"title": "另一次"}))  # type: ignore[arg-type]
    (one,) = loads(field.stage.actor("dispatcher"), NOW)
    assert (Training.objects.count(), one.trainings, one.hours) == (1, 1, Decimal(4))


def test_pages_of_stations_and_specialists(field: Field, settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    stage = field.stage
    Agency.objects.create(
        account_id=stage.contact.account, enterprise=stage.firm, role="owner", person=stage.contact.name, since=NOW
    )
    things = fill(stage)
    visitor, firm, desk = Client(), Client(), Client()
    firm.force_login(field.account.__class__.objects.get(pk=stage.contact.account))
    desk.force_login(stage.house.account("dispatcher"))
    assert "自助终端" in visitor.get(f"/stations/{things['station_unit']}/").content.decode()
    assert visitor.get("/stations/?q=政策").context["count"] == 1
    page = firm.get(f"/my/enterprises/{stage.firm.pk}/specialist/").content.decode()
    assert all(text in page for text in ("韩专员", "在街道服务八年", "希望懂外贸的专员"))
    assert firm.get(f"/my/enterprises/{stage.firm.pk}/specialist/photo/")["Content-Type"] == "image/png"
    assert firm.get(f"/my/enterprises/{stage.other_firm.pk}/specialist/photo/").status_code == 404
    for path in ("", "export/", f"{field.account.pk}/", f"deal/{stage.house.street}/", f"{field.account.pk}/photo/"):
        assert desk.get(f"/desk/visits/specialists/{path}").status_code == 200, path
    told = desk.get(f"/desk/visits/{things['told_visit']}/").content.decode()
    assert all(text in told for text in ("谈了半小时", "楼下停车位不够", "已提出更正", "照片 1", "钱经理"))
    picture = desk.get(f"/desk/visits/{things['told_visit']}/photos/{things['visit_photo']}/")
    assert picture["Content-Type"] == "image/png"
    assert desk.post(f"/desk/visits/specialists/deal/{stage.house.street}/do/").status_code == 302
    assert Binding.objects.filter(until__isnull=True).count() == 2
    assert SpecialistProfile.objects.get().languages == ["英语"]
    assert building(stage, "B78", "云泽广场") > 0
