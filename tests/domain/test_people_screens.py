"""Screens of units and members: every page opens, forms write once, refusals are said beside the field."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Assignment
from qifu.domain.people import actions, queries
from qifu.domain.people.models import Account, Delegation, DutyShift, Membership, Unit
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW, House
from tests.stage import Stage


def browser(house: House, who: str) -> Client:
    client = Client()
    client.force_login(house.account(who))
    return client


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, db: None) -> None:
    settings.QIFU_NOW = NOW


def pages(house: House) -> list[str]:
    unit, account = house.department, house.accounts["handler"].pk
    return [
        "/desk/people/",
        f"/desk/people/units/{unit}/",
        f"/desk/people/units/{unit}/?week=2026-10-08",
        f"/desk/people/units/{unit}/hours/",
        f"/desk/people/units/{unit}/duty/?day=2026-10-08",
        "/desk/people/members/",
        "/desk/people/members/?q=%E6%89%BF%E5%8A%9E&role=handler&state=all&page=1",
        f"/desk/people/members/{account}/",
        "/desk/people/delegation/",
        "/me/",
        "/me/phone/",
        "/me/sessions/",
        "/me/password/",
        "/me/two-step/",
        "/me/confirm/",
    ]


FOR_ADMINISTRATORS = ["/desk/people/units/new/", "/desk/people/members/new/", "/desk/people/systems/new/"]


@pytest.mark.parametrize("who", ["admin", "dispatcher", "supervisor", "handler", "leader", "auditor"])
def test_every_page_opens_for_staff(house: House, who: str) -> None:
    client = browser(house, who)
    for url in pages(house):
        response = client.get(url)
        assert (url, response.status_code) == (url, 200)
        text = response.content.decode()
        assert text.count("<h1") == 1
        assert " style=" not in text
    for url in FOR_ADMINISTRATORS:
        assert client.get(url).status_code == (200 if who == "admin" else 403)


def test_staff_pages_are_closed_to_others(house: House) -> None:
    contact = actions.sign_up_contact(now=NOW, phone="13900001111")
    client = Client()
    client.force_login(contact)
    for url in [*pages(house)[:9], *FOR_ADMINISTRATORS]:
        assert (url, client.get(url).status_code) == (url, 403)
        assert Client().get(url).headers["Location"].startswith("/sign-in/?next=%2Fdesk%2F")
    assert client.get("/me/").status_code == 200
    assert client.get("/me/sessions/").status_code == 200


def test_guessed_numbers_find_nothing(house: House) -> None:
    contact = actions.sign_up_contact(now=NOW, phone="13900001111")
    client = browser(house, "admin")
    for url in [
        f"/desk/people/members/{contact.pk}/",
        "/desk/people/members/999999/",
        "/desk/people/members/99999999999999999999/",
        "/desk/people/units/999999/",
        "/desk/people/units/0/",
    ]:
        assert (url, client.get(url).status_code) == (url, 404)


def test_a_unit_is_added_renamed_and_closed(house: House) -> None:
    client = browser(house, "admin")
    fields = {"code": "D02", "kind": "department", "name": "区人社局", "parent": str(house.centre)}
    response = client.post("/desk/people/units/new/", fields)
    unit = Unit.objects.get(code="D02")
    assert response.headers["Location"] == f"/desk/people/units/{unit.pk}/"
    again = client.post("/desk/people/units/new/", fields)
    assert again.status_code == 422
    assert "单位代码 D02 已被使用，请换一个。" in again.content.decode()
    fields = {"name": "区人力资源局", "short_name": "人社", "parent": "", "phone": "027-0000000"}
    client.post(f"/desk/people/units/{unit.pk}/edit/", fields)
    view = queries.unit(unit.pk)
    assert (view.name, view.short_name, view.parent, view.phone) == ("区人力资源局", "人社", None, "027-0000000")
    client.post(f"/desk/people/units/{unit.pk}/close/")
    assert queries.unit(unit.pk).is_active is False
    client.post(f"/desk/people/units/{unit.pk}/close/", {"open": "1"})
    assert queries.unit(unit.pk).is_active is True
    verbs = Record.objects.filter(stream=f"unit:{unit.pk}").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["unit.create", "unit.move", "unit.rename", "unit.close", "unit.reopen"]


def test_a_step_by_link_changes_nothing(house: House) -> None:
    client, count = browser(house, "admin"), Record.objects.count()
    account = house.accounts["handler"].pk
    for url in [
        f"/desk/people/units/{house.station}/close/",
        f"/desk/people/members/{account}/reset/",
        f"/desk/people/members/{account}/deactivate/",
        f"/desk/people/roles/{Membership.objects.first().pk}/end/",
    ]:
        assert client.get(url).status_code == 405
    assert Record.objects.count() == count


def test_a_refused_step_is_said_on_the_page_before(house: House) -> None:
    client, count = browser(house, "admin"), Record.objects.count()
    here = f"http://testserver/desk/people/units/{house.department}/"
    url = f"/desk/people/units/{house.department}/close/"
    response = client.post(url, headers={"Referer": here})
    assert (response.status_code, response.headers["Location"]) == (303, here)
    assert "还有 2 个在任岗位" in client.get(here).content.decode()
    response = client.post(url, headers={"Referer": "https://evil.example/"})
    assert response.status_code == 409
    assert "还有 2 个在任岗位" in response.content.decode()
    response = client.post(url, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert "message" in response.headers["HX-Trigger"]
    assert Record.objects.count() == count


def test_an_expired_session_comes_back_to_its_page(house: House, settings: Settings) -> None:
    page, sign_in = "/desk/people/delegation/", "/sign-in/?next=%2Fdesk%2Fpeople%2Fdelegation%2F"
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    response = Client().post(page, headers=here)
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, sign_in)
    response = Client().post(page, headers={"Referer": f"http://testserver{page}"})
    assert response.headers["Location"] == sign_in
    response = Client().post(page, headers={"Referer": f"https://evil.example{page}"})
    assert response.headers["Location"] == "/sign-in/"
    client = browser(house, "handler")
    client.get(page)
    settings.QIFU_NOW = NOW + timedelta(hours=3)
    assert client.post(page, headers=here).headers["HX-Redirect"] == sign_in
    assert "_auth_user_id" not in client.session


def test_hours_and_duty_are_set(house: House) -> None:
    client = browser(house, "supervisor")
    url = f"/desk/people/units/{house.department}/"
    client.post(f"{url}hours/", {"hours": "8:30-12：00，13:30–17:00"})
    assert queries.unit(house.department).hours == (("08:30", "12:00"), ("13:30", "17:00"))
    refused = client.post(f"{url}hours/", {"hours": "下午"})
    assert refused.status_code == 422
    assert "服务时间有误" in refused.content.decode()
    fields = {"account": str(house.accounts["colleague"].pk)}
    fields |= {"starts": "2026-10-08T09:00", "ends": "2026-10-08T17:30"}
    response = client.post(f"{url}duty/", fields)
    assert response.headers["Location"] == f"{url}?week=2026-10-05"
    shift = DutyShift.objects.get()
    assert shift.starts.isoformat() == "2026-10-08T01:00:00+00:00"
    assert "冯承办" in client.get(f"{url}?week=2026-10-05").content.decode()
    assert "已由冯承办值班" in client.post(f"{url}duty/", fields).content.decode()
    client.post(f"{url}duty/{shift.pk}/clear/")
    assert not DutyShift.objects.exists()
    client.post(f"{url}hours/", {"hours": ""})
    assert queries.unit(house.department).hours is None


def test_a_member_is_admitted_and_helped(house: House) -> None:
    client = browser(house, "admin")
    response = client.post("/desk/people/members/new/", {"username": "han", "name": "韩力"})
    shown = re.search(r"<code[^>]*>([\w-]+)</code>", response.content.decode())
    account = Account.objects.get(username="han")
    assert shown is not None
    assert account.check_password(shown[1])
    assert "no-store" in response.headers["Cache-Control"]
    assert shown[1] not in client.get(f"/desk/people/members/{account.pk}/").content.decode()
    fields = {"unit": str(house.street), "role": "specialist"}
    client.post(f"/desk/people/members/{account.pk}/roles/", fields)
    assert Membership.objects.get(account=account).role == Role.SPECIALIST
    assert "已经是服务专员" in client.post(f"/desk/people/members/{account.pk}/roles/", fields).content.decode()
    client.post(f"/desk/people/roles/{Membership.objects.get(account=account).pk}/end/")
    assert Membership.objects.get(account=account).until == NOW
    client.post(f"/desk/people/members/{account.pk}/deactivate/")
    assert Account.objects.get(pk=account.pk).is_active is False
    assert "（已停用）" in client.get(f"/desk/people/members/{account.pk}/").content.decode()


def test_a_system_gets_a_token_once(house: House) -> None:
    client = browser(house, "admin")
    response = client.post("/desk/people/systems/new/", {"name": "市级平台"})
    service = Account.objects.get(kind="service")
    assert response.headers["Location"] == f"/desk/people/members/{service.pk}/"
    url = f"/desk/people/members/{service.pk}/tokens/new/"
    refused = client.post(url, {"label": "转办"})
    assert refused.status_code == 422
    assert "外部系统的令牌要写明范围。" in refused.content.decode()
    response = client.post(url, {"label": "转办", "scopes": ["appeals:write"]})
    shown = re.search(r"qifu_[\w-]{43}", response.content.decode())
    assert shown is not None
    bearer = queries.account_of_token(shown[0], NOW)
    assert bearer is not None
    assert (bearer.account.pk, bearer.scopes) == (service.pk, {"appeals:write"})
    page = client.get(f"/desk/people/members/{service.pk}/").content.decode()
    assert "转办（appeals:write）" in page
    assert shown[0] not in page
    assert browser(house, "handler").get(url).status_code == 403
    client.post(f"/desk/people/tokens/{bearer.token}/revoke/")
    assert queries.account_of_token(shown[0], NOW) is None


@pytest.mark.parametrize("day", ["9999-99-99", "9999-12-31", "0001-01-01", "2026-1-1", "下周"])
def test_an_unusable_week_is_this_week(house: House, day: str) -> None:
    client, url = browser(house, "supervisor"), f"/desk/people/units/{house.department}/"
    assert client.get(url, {"week": day}).context["monday"] == client.get(url).context["monday"]
    assert client.get(f"{url}duty/", {"day": day}).status_code == 200
    fields = {"account": str(house.accounts["colleague"].pk), "starts": "0001-01-01T00:00", "ends": "9999-12-31T23:59"}
    assert client.post(f"{url}duty/", fields).status_code == 422


def test_duties_are_handed_over_and_taken_back(house: House) -> None:
    client = browser(house, "handler")
    fields = {
        "deputy": str(house.accounts["colleague"].pk), "since": "2026-09-30T09:00",
        "until": "2026-10-08T18:00", "reason": "外出学习",
    }  # fmt: skip
    response = client.post("/desk/people/delegation/", fields)
    assert response.headers["Location"] == "/desk/people/delegation/"
    made = Delegation.objects.get()
    assert house.actor("colleague").for_whom(house.department, [Role.SUPERVISOR]) is None
    assert [post.for_account for post in house.actor("colleague").posts] == [None, made.giver_id]
    assert "代郑承办" in browser(house, "colleague").get("/desk/people/delegation/").content.decode()
    assert browser(house, "street").post(f"/desk/people/delegation/{made.pk}/revoke/").status_code == 404
    client.post(f"/desk/people/delegation/{made.pk}/revoke/")
    assert Delegation.objects.get().revoked_at == NOW


def test_a_delegation_that_ends_before_it_begins_is_told_so(house: House) -> None:
    fields = {
        "deputy": str(house.accounts["colleague"].pk), "since": "2026-10-08T09:00",
        "until": "2026-10-07T18:00", "reason": "外出学习",
    }  # fmt: skip
    response = browser(house, "handler").post("/desk/people/delegation/", fields)
    assert response.status_code == 422
    assert response.context["form"].errors["until"] == ["结束要晚于开始。"]


def test_the_queries_of_lists_do_not_grow(house: House) -> None:
    client = browser(house, "handler")
    counts = []
    for size in (0, 30):
        for number in range(size):
            made = actions.create_member(actor=SYSTEM, now=NOW, username=f"m{number}", name=f"人员{number}")
            actions.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=house.department, role=Role.HANDLER)
        for url in ("/desk/people/", f"/desk/people/units/{house.department}/", "/desk/people/members/"):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                client.get(url)
            counts.append(len(captured))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 16


def test_the_way_round_follows_the_role(house: House) -> None:
    assert "人员" in browser(house, "handler").get("/me/").content.decode()
    response = browser(house, "handler").get("/me/")
    labels = [link.label for link in response.context["nav"]]
    assert "人员" in labels
    assert not {"队列", "证据"} & set(labels)
    assert response.context["person"].unit == "区城建局"
    contact = Client()
    contact.force_login(actions.sign_up_contact(now=NOW, phone="13900001111"))
    labels = [link.label for link in contact.get("/me/").context["nav"]]
    assert "我的" in labels
    assert "人员" not in labels


def test_a_deactivated_deputy_loses_everything_at_once(house: House) -> None:
    client = browser(house, "colleague")
    assert client.get("/desk/people/").status_code == 200
    actions.deactivate(actor=SYSTEM, now=NOW + timedelta(hours=1), account=house.accounts["colleague"].pk)
    assert client.get("/desk/people/").status_code == 302


def test_a_unit_with_cases_in_hand_is_not_closed(stage: Stage, settings: Settings) -> None:
    """As the lead, or with a part to answer; closed and merged-away work does not count."""
    settings.QIFU_NOW = NOW
    led = stage.to("working")
    joint = stage.take("dispatcher", stage.to("accepted"), "dispatch", unit=stage.house.department, units=[stage.tax])
    stage.to("closed")
    Membership.objects.all().exclude(role="administrator").update(until=NOW)
    client = Client()
    client.force_login(stage.house.account("admin"))
    for unit, name, count in ((stage.house.department, "区城建局", 2), (stage.tax, "区税务局", 1)):
        shown = client.post(f"/desk/people/units/{unit}/close/").content.decode()
        assert f"{name}还有 {count} 件没有办结的事项" in shown
        assert Unit.objects.get(pk=unit).is_active
    Assignment.objects.filter(appeal=joint, unit=stage.tax).update(state="waived", ended_at=NOW)
    assert client.post(f"/desk/people/units/{stage.tax}/close/").status_code == 302
    assert not Unit.objects.get(pk=stage.tax).is_active
    assert led.unit_id == stage.house.department
