"""Signing in and out through the browser's eyes: both kinds of people, lock-out, codes, second step, devices."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people import actions, queries
from qifu.domain.people.models import Account
from qifu.kernel import sealed
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, PASSWORD, House

AGENT = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, db: None) -> None:
    settings.QIFU_NOW = NOW


def enter(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post("/sign-in/", {"login": username, "password": password} | more)


def who(client: Client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


def last_code() -> str:
    item = Item.objects.filter(channel="sms").order_by("-pk")[0]
    return sealed.unseal(item.payload["variables"]["code"].removeprefix("sealed:"))


def ask_code(client: Client, phone: str, **more: str) -> HttpResponse:
    return client.post("/sign-in/phone/", {"phone": phone} | more)


def enter_by_phone(client: Client, phone: str = "13900001111") -> int:
    ask_code(client, phone)
    client.post("/sign-in/phone/code/", {"code": last_code()})
    account = who(client)
    assert account is not None
    return account


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# Members


def test_a_member_signs_in_and_out(house: House, client: Client) -> None:
    client.get("/sign-in/")
    before = client.session.session_key
    response = enter(client, "Handler")
    assert response.status_code == 302
    assert who(client) == house.accounts["handler"].pk
    assert client.session.session_key != before
    record = Record.objects.filter(verb="account.sign_in").get()
    assert (record.actor, record.facts) == (f"staff:{house.accounts['handler'].pk}", {"how": "password"})
    assert client.get("/sign-out/").status_code == 405
    assert who(client) is not None
    assert client.post("/sign-out/").status_code == 302
    assert who(client) is None
    assert Record.objects.filter(verb="account.sign_out").count() == 1


def test_signing_out_needs_the_token_of_the_form(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.account("handler"))
    assert client.post("/sign-out/").status_code == 403
    assert who(client) is not None


@pytest.mark.parametrize("username", ["handler", "nobody"])
def test_a_wrong_password_says_the_same_for_all(house: House, client: Client, username: str) -> None:
    response = enter(client, username, "wrong password")
    assert response.status_code == 200
    assert "用户名或密码不对，请重新输入。" in response.content.decode()
    assert who(client) is None
    assert not Record.objects.filter(verb="account.sign_in").exists()


def test_five_wrong_passwords_lock(house: House, client: Client) -> None:
    statuses = [enter(client, name, "wrong").status_code for name in ["handler", "HANDLER", "Handler", "handler"]]
    assert statuses == [200] * 4
    response = enter(client, "handler", "wrong")
    assert response.status_code == 429
    text = response.content.decode()
    assert "密码连续输错 5 次" in text
    assert re.search(r"请在 \d{1,2}:\d\d 之后再试", text)
    assert enter(client, "handler").status_code == 429
    assert who(client) is None
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert enter(elsewhere, "handler").status_code == 302
    assert enter(client, "street").status_code == 302


def test_a_closed_account_does_not_sign_in(house: House, client: Client) -> None:
    actions.deactivate(actor=SYSTEM, now=NOW, account=house.accounts["handler"].pk)
    assert "用户名或密码不对" in enter(client, "handler").content.decode()
    assert who(client) is None


def test_closing_an_account_ends_its_sessions(house: House, client: Client) -> None:
    enter(client, "handler")
    assert client.get("/me/").status_code == 200
    actions.deactivate(actor=SYSTEM, now=NOW, account=house.accounts["handler"].pk)
    assert client.get("/me/").headers["Location"] == "/sign-in/phone/?next=%2Fme%2F"


@pytest.mark.parametrize(
    ("asked", "given"),
    [("/me/sessions/", "/me/sessions/"), ("https://evil.example/x", None), ("//evil.example", None)],
)
def test_only_our_own_pages_are_gone_on_to(house: House, client: Client, asked: str, given: str | None) -> None:
    response = client.post(f"/sign-in/?next={asked}", {"login": "handler", "password": PASSWORD})
    assert who(client) is not None
    location = response.headers["Location"]
    assert location == given if given else "evil" not in location


def test_a_temporary_password_is_changed_first(house: House, client: Client) -> None:
    made = actions.create_member(actor=SYSTEM, now=NOW, username="han", name="韩力")
    enter(client, "han", made.password)
    assert client.get("/me/").headers["Location"] == "/me/password/"
    assert "您现在用的是临时密码" in client.get("/me/password/").content.decode()
    fields = {"oldpassword": made.password, "password1": "short", "password2": "short"}
    assert client.post("/me/password/", fields).status_code == 200
    assert Account.objects.get(username="han").must_change_password
    fields |= {"password1": made.password, "password2": made.password}
    assert "新密码不能与当前密码相同" in client.post("/me/password/", fields).content.decode()
    fields |= {"password1": "a longer one 77", "password2": "a longer one 77"}
    assert client.post("/me/password/", fields).status_code == 302
    account = Account.objects.get(username="han")
    assert (account.must_change_password, account.check_password("a longer one 77")) == (False, True)
    assert client.get("/me/").status_code == 200
    assert Record.objects.filter(verb="account.password", stream=f"account:{account.pk}").count() == 1


def test_a_new_password_ends_the_other_sessions(house: House, client: Client) -> None:
    other = Client()
    enter(client, "handler")
    enter(other, "handler")
    fields = {"oldpassword": PASSWORD, "password1": "a longer one 77", "password2": "a longer one 77"}
    client.post("/me/password/", fields)
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_an_idle_session_ends(house: House, client: Client, settings: Settings) -> None:
    enter(client, "handler")
    client.get("/me/")
    settings.QIFU_NOW = NOW + 119 * MINUTE
    assert client.get("/me/").status_code == 200
    settings.QIFU_NOW = NOW + 240 * MINUTE
    response = client.get("/me/")
    assert response.headers["Location"] == "/sign-in/phone/?next=%2Fme%2F"
    assert who(client) is None


@pytest.mark.parametrize("sent", [True, False])
def test_the_sign_in_page_says_that_the_session_ended(house: House, client: Client, sent: bool) -> None:
    enter(client, "handler")
    Session.objects.all().delete()
    page = client.post("/me/sessions/", {"end": "others"}, follow=True) if sent else client.get("/me/", follow=True)
    told = page.content.decode()
    assert "登录已过期，请重新登录。" in told
    assert ("刚才填写的内容保存在本机，没有提交，登录后可以恢复。" in told) is sent
    assert ("登录后会回到刚才的页面；填写过的内容保存在本机，可以恢复。" in told) is not sent  # no page to go back to


# Second step


def number(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def set_up(client: Client) -> str:
    assert client.get("/me/two-step/set-up/").headers["Location"].startswith("/me/confirm/")
    client.post("/me/confirm/", {"password": PASSWORD})
    page = client.get("/me/two-step/set-up/").content.decode()
    secret = re.search(r"密钥：<code[^>]*>(\w+)</code>", page)
    assert secret is not None
    assert "<svg" in page
    assert "style=" not in page
    client.post("/me/two-step/set-up/", {"code": number(secret[1])})
    return secret[1]


def test_a_second_step_is_set_up_and_asked_for(house: House, client: Client) -> None:
    enter(client, "handler")
    secret = set_up(client)
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    assert sealed.unseal(kept.data["secret"]) == secret
    codes = re.findall(r"<code[^>]*>([^<]+)</code>", client.get("/me/two-step/codes/").content.decode())
    assert len(codes) == 10
    other = Client()
    response = enter(other, "handler")
    assert response.headers["Location"] == "/sign-in/second/"
    assert who(other) is None
    assert other.get("/me/").status_code == 302
    cache.clear()
    response = other.post("/sign-in/second/", {"code": "000000"})
    assert "口令不对或已过期" in response.content.decode()
    assert who(other) is None
    other.post("/sign-in/second/", {"code": number(secret, 1)})
    assert who(other) == house.accounts["handler"].pk
    assert Record.objects.filter(verb="account.sign_in").order_by("-pk")[0].facts == {"how": "password+mfa"}
    third = Client()
    enter(third, "handler")
    third.post("/sign-in/second/", {"code": codes[0]})
    assert who(third) == house.accounts["handler"].pk
    again = Client()
    enter(again, "handler")
    again.post("/sign-in/second/", {"code": codes[0]})
    assert who(again) is None


def test_guessing_the_second_step_is_stopped(house: House, client: Client) -> None:
    enter(client, "handler")
    set_up(client)
    cache.clear()
    other = Client()
    enter(other, "handler")
    pages = [other.post("/sign-in/second/", {"code": "000000"}).content.decode() for _ in range(9)]
    assert "尝试次数过多，请 15 分钟后再试" in pages[-1]
    assert who(other) is None


def test_the_second_step_is_turned_off_only_after_confirming(house: House, client: Client, settings: Settings) -> None:
    enter(client, "handler")
    set_up(client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    response = client.post("/me/two-step/off/")
    assert response.headers["Location"].startswith("/me/confirm/")
    assert Authenticator.objects.filter(type="totp").exists()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert client.post("/me/two-step/off/").status_code == 302
    assert not Authenticator.objects.exists()


# Contacts


def test_an_unknown_number_gets_an_account_once_proved(client: Client) -> None:
    response = ask_code(client, "139 0000 1111")
    assert response.headers["Location"] == "/sign-in/phone/code/"
    assert not Account.objects.exists()
    item = Item.objects.get()
    assert (item.channel, item.payload["template"]) == ("sms", "sign_in_code")
    code = last_code()
    assert re.fullmatch(r"\d{6}", code)
    assert code not in str(item.payload)
    assert "13900001111" not in str(item.payload)
    page = client.get("/sign-in/phone/code/").content.decode()
    assert "139****1111" in page
    assert code not in page
    before = client.session.session_key
    assert client.post("/sign-in/phone/code/", {"code": code}).status_code == 302
    account = Account.objects.get()
    assert (account.kind, account.phone_verified, who(client)) == ("contact", True, account.pk)
    assert client.session.session_key != before
    assert Record.objects.filter(verb="account.sign_in").get().facts == {"how": "code"}
    stored = "".join(str(row.get_decoded()) for row in Session.objects.all())
    assert "13900001111" not in stored
    assert code not in stored


def test_known_and_unknown_numbers_get_the_same_answer(client: Client) -> None:
    actions.sign_up_contact(now=NOW, phone="13900001111")
    answers = []
    for phone in ("13900001111", "13900002222"):
        guest = Client()
        first = ask_code(guest, phone)
        page = guest.get("/sign-in/phone/code/").content.decode()
        page = re.sub(r'value="\w{64}"', "", page).replace(f"139****{phone[-4:]}", "")
        answers.append((first.status_code, first.headers["Location"], page))
    assert answers[0] == answers[1]
    assert Item.objects.count() == 2


def test_a_known_number_comes_back_to_its_account(client: Client) -> None:
    account = actions.sign_up_contact(now=NOW, phone="13900001111")
    assert enter_by_phone(client) == account.pk
    assert Account.objects.count() == 1


def test_a_wrong_code_is_refused_and_the_fifth_voids_it(client: Client) -> None:
    ask_code(client, "13900001111")
    code = last_code()
    for left in (4, 3, 2, 1):
        page = client.post("/sign-in/phone/code/", {"code": wrong(code)}).content.decode()
        assert f"验证码不对，还可以再试 {left} 次。" in page
    response = client.post("/sign-in/phone/code/", {"code": wrong(code)}, follow=True)
    assert "验证码输错次数过多，已作废，请重新获取。" in response.content.decode()
    client.post("/sign-in/phone/code/", {"code": code})
    assert who(client) is None
    assert not Account.objects.exists()


def test_attempts_count_even_when_the_session_is_put_back(client: Client) -> None:
    ask_code(client, "13900001111")
    code, kept = last_code(), client.session["phone_proof_sign_in"]
    for _ in range(5):
        client.post("/sign-in/phone/code/", {"code": wrong(code)})
    session = client.session
    session["phone_proof_sign_in"] = kept | {"failed_attempts": 0}
    session.save()
    client.post("/sign-in/phone/code/", {"code": code})
    assert who(client) is None


def test_a_code_runs_out(client: Client, settings: Settings) -> None:
    ask_code(client, "13900001111")
    code = last_code()
    settings.QIFU_NOW = NOW + timedelta(seconds=301)
    response = client.post("/sign-in/phone/code/", {"code": code}, follow=True)
    assert "验证码已过期，请重新获取。" in response.content.decode()
    assert who(client) is None
    assert not Account.objects.exists()


def test_a_code_works_once_and_only_in_its_session(client: Client) -> None:
    ask_code(client, "13900001111")
    code = last_code()
    stranger = Client()
    assert stranger.post("/sign-in/phone/code/", {"code": code}).headers["Location"] == "/sign-in/phone/"
    assert who(stranger) is None
    client.post("/sign-in/phone/code/", {"code": code})
    client.post("/sign-out/")
    client.post("/sign-in/phone/code/", {"code": code})
    assert who(client) is None


def test_codes_are_not_sent_again_within_a_minute(client: Client) -> None:
    ask_code(client, "13900001111")
    response = ask_code(Client(), "+86 13900001111")
    assert response.status_code == 429
    assert "验证码发送得太频繁" in response.content.decode()
    page = client.post("/sign-in/phone/again/", follow=True).content.decode()
    assert "验证码发送得太频繁" in page
    assert Item.objects.count() == 1
    old = last_code()
    cache.clear()
    client.post("/sign-in/phone/again/")
    assert Item.objects.count() == 2
    new = last_code()
    if new != old:
        client.post("/sign-in/phone/code/", {"code": old})
        assert who(client) is None
    client.post("/sign-in/phone/code/", {"code": new})
    assert who(client) is not None


def test_a_number_that_is_none_sends_nothing(client: Client) -> None:
    response = ask_code(client, "12345")
    assert "手机号格式不对" in response.content.decode()
    assert not Item.objects.exists()


def test_a_members_number_is_pointed_to_the_password(house: House, client: Client) -> None:
    actions.create_member(actor=SYSTEM, now=NOW, username="han", name="韩力", phone="13800001234")
    ask_code(client, "13800001234")
    response = client.post("/sign-in/phone/code/", {"code": last_code()}, follow=True)
    assert "请用用户名和密码登录" in response.content.decode()
    assert who(client) is None


def test_a_contact_goes_on_to_the_page_asked_for(client: Client) -> None:
    ask_code(client, "13900001111", next="/me/sessions/")
    response = client.post("/sign-in/phone/code/", {"code": last_code()})
    assert response.headers["Location"] == "/me/sessions/"


def test_a_contact_changes_the_number(client: Client) -> None:
    account = enter_by_phone(client)
    taken = actions.sign_up_contact(now=NOW, phone="13900003333")
    client.post("/me/phone/", {"phone": "13900002222"})
    client.post("/me/phone/code/", {"code": last_code()})
    assert queries.phone_to_send(account) == "+8613900002222"
    assert Record.objects.filter(verb="account.phone", stream=f"account:{account}").count() == 1
    client.post("/me/phone/", {"phone": "13900003333"})
    page = client.post("/me/phone/code/", {"code": last_code()}, follow=True).content.decode()
    assert "这个手机号已属于另一个账号" in page
    assert queries.phone_to_send(account) == "+8613900002222"
    assert queries.phone_to_send(taken.pk) == "+8613900003333"


def test_a_contact_has_no_password_to_change(client: Client) -> None:
    enter_by_phone(client)
    assert client.get("/me/password/").status_code == 403
    assert client.get("/me/two-step/").status_code == 403


# Devices


def test_devices_are_listed_and_signed_out_one_by_one(house: House) -> None:
    first, second = Client(HTTP_USER_AGENT=AGENT), Client(REMOTE_ADDR="203.0.113.9")
    enter(first, "handler")
    enter(second, "handler")
    page = first.get("/me/sessions/").content.decode()
    assert "Chrome · Windows 电脑（本机）" in page
    assert "203.0.*.*" in page
    assert "203.0.113.9" not in page
    foreign = Client()
    enter(foreign, "street")
    theirs = re.findall(r'name="end" value="(\d+)"', foreign.get("/me/sessions/").content.decode())
    assert first.post("/me/sessions/", {"end": theirs[0]}).status_code == 404
    assert foreign.get("/me/").status_code == 200
    mine = re.findall(r'name="end" value="(\d+)"', second.get("/me/sessions/").content.decode())
    own = {device for device in mine if f'value="{device}" aria-label="退出 Chrome' in page}
    other = (set(mine) - own).pop()
    first.post("/me/sessions/", {"end": other})
    assert second.get("/me/").status_code == 302
    assert first.get("/me/").status_code == 200


def test_other_devices_are_signed_out(house: House, client: Client) -> None:
    other = Client()
    enter(client, "handler")
    enter(other, "handler")
    client.post("/me/sessions/", {"end": "others"})
    assert (client.get("/me/").status_code, other.get("/me/").status_code) == (200, 302)


def test_signing_out_everywhere_ends_every_session(house: House, client: Client) -> None:
    other = Client()
    enter(client, "handler")
    enter(other, "handler")
    response = client.post("/me/sessions/", {"end": "everywhere"}, follow=True)
    assert response.redirect_chain == [("/sign-in/", 302)]
    assert "已在全部设备上退出登录。" in response.content.decode()
    assert (who(client), who(other)) == (None, house.accounts["handler"].pk) or who(other) is None
    assert (client.get("/me/").status_code, other.get("/me/").status_code) == (302, 302)
    assert Record.objects.filter(verb="account.end_sessions").count() == 1


# Refusals


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    response = client.get("/me/")
    assert response.headers["Location"] == "/sign-in/phone/?next=%2Fme%2F"
    assert client.get("/desk/people/").headers["Location"] == "/sign-in/?next=%2Fdesk%2Fpeople%2F"


def test_a_page_of_a_member_costs_few_queries(
    house: House, client: Client, django_assert_max_num_queries: object
) -> None:
    enter(client, "handler")
    client.get("/me/sessions/")
    with django_assert_max_num_queries(9):
        client.get("/me/")


def test_a_role_beyond_ones_own_is_refused_with_the_sentence(house: House, client: Client) -> None:
    client.force_login(house.account("handler"))
    fields = {"code": "D09", "name": "某局", "kind": "department", "parent": house.centre}
    response = client.post("/desk/people/units/new/", fields)
    assert response.status_code == 403
    assert "只有管理员可以维护机构和人员" in response.content.decode()
    assert house.actor("handler").has_role(Role.HANDLER)
