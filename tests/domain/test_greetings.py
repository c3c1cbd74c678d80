"""New enterprises are greeted: within the hour, once ever, only whom one may reach; the rest stand on a list with the reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from qifu.domain.policies.actions import pushing
from qifu.domain.registry import actions, greetings
from qifu.domain.registry.actions import greeting as greeting_room
from qifu.domain.registry.models import Enterprise, Greeting, Source
from qifu.engines.calendar import SHANGHAI
from qifu.entry.clock.greeting import greet
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox import resolve
from qifu.kernel.outbox.models import Item
from qifu.output.messages.wording import sms, text
from tests.conftest import NOW, House
from tests.domain import policy_room as room
from tests.domain.registry_lists import code, name, write_csv
from tests.domain.test_registry_certify import filed, person
from tests.domain.test_registry_sources import load_list
from tests.stage import Stage

pytestmark = pytest.mark.django_db
HEADS = ["企业名称", "统一社会信用代码", "所属街道", "行业代码", "成立日期", "联系电话"]


def line(number: int, founded: str = "2026-09-21", phone: str = "13800001234") -> list[str]:
    return [name(number), code(number), "民意街道", "I6513", founded, phone]


def register(tmp_path: Path, *lines: list[str], source: str = "market", days: int = 0) -> int:
    path = write_csv(tmp_path / f"登记{days}.csv", lines, HEADS)
    return load_list(path, source, days=days).pk


def sent() -> list[tuple[str, str]]:
    rows = Item.objects.filter(payload__template="enterprise_greeting").order_by("pk")
    return [(row.channel, row.payload["to"]) for row in rows]


def state(number: int) -> tuple[str, str]:
    row = Greeting.objects.get(identity=f"code:{code(number)}")
    return row.state, row.why


def test_a_new_enterprise_is_greeted_by_the_number_of_its_registration(stage: Stage, tmp_path: Path) -> None:
    room.published(stage.house)
    register(tmp_path, line(1))
    firm = Enterprise.objects.get(uscc=code(1))
    room.believe({firm.pk: room.FITS})
    now = NOW + timedelta(minutes=5)
    assert (state(1), greet(now), state(1)) == (("waiting", ""), 1, ("greeted", ""))
    assert sent() == [("sms", f"enterprise:{firm.pk}")]
    assert resolve(f"enterprise:{firm.pk}", "sms") == firm.phone
    item = Item.objects.get(payload__template="enterprise_greeting")
    said = item.payload["variables"]
    assert sms("enterprise_greeting", said).startswith(f"【企服】{name(1)}，欢迎！已符合 1 项政策，")
    assert "办事指南见“办理说明”" in text("enterprise_greeting", said)
    assert "如“软件企业稳岗奖励”" in text("enterprise_greeting", said)
    row = Greeting.objects.get(enterprise=firm)
    assert (row.told_at, row.promised_at, row.told["count"]) == (now, NOW + timedelta(hours=1), 1)
    assert Record.objects.filter(verb="enterprise.greet", stream=f"registry.enterprise:{firm.pk}").count() == 1
    assert (greet(now + timedelta(minutes=5)), len(sent())) == (0, 1)


def test_a_list_undone_and_loaded_again_greets_nobody_twice(house: House, tmp_path: Path) -> None:
    load = register(tmp_path, line(1), line(2, phone=""))
    greet(NOW)
    actions.undo_load(actor=SYSTEM, now=NOW, load=load)
    assert (Enterprise.objects.filter(uscc=code(1)).exists(), greet(NOW + timedelta(days=1))) == (False, 0)
    assert (state(1), state(2)) == (("greeted", ""), ("missed", "removed"))
    register(tmp_path, line(1), line(2), days=2)
    assert greet(NOW + timedelta(days=2)) == 1
    assert Greeting.objects.count() == 2
    assert [to for _, to in sent()].count(f"enterprise:{Enterprise.objects.get(uscc=code(1)).pk}") == 0
    assert state(2) == ("greeted", "")


@pytest.mark.parametrize(
    ("founded", "phone", "source", "why"),
    [
        ("2026-09-21", "", "market", "no_contact"),
        ("2026-09-21", "027-85556666", "market", "no_contact"),
        ("2026-09-21", "13800001234", "street", "no_consent"),
        ("", "13800001234", "market", "no_date"),
    ],
)
def test_whom_one_may_not_reach_is_listed_with_the_reason(
    house: House, tmp_path: Path, founded: str, phone: str, source: str, why: str
) -> None:
    register(tmp_path, line(1, founded, phone), source=source)
    assert (greet(NOW), sent(), state(1)) == (0, [], ("missed", why))
    assert Greeting.objects.get().next_at == NOW + timedelta(days=1)
    greet(NOW + timedelta(days=31))
    assert Greeting.objects.get().next_at is None


def test_an_old_enterprise_is_not_new(house: House, tmp_path: Path) -> None:
    register(tmp_path, line(1, "2019-01-01"), line(2, "2026-07-02"), line(3, "2026-07-03"))
    assert list(Greeting.objects.values_list("identity", flat=True)) == [f"code:{code(2)}", f"code:{code(3)}"]
    register(tmp_path, line(5, ""), source="street", days=1)  # nobody knows whether it is new
    assert Greeting.objects.count() == 2
    assert (greeting_room.NEW, NOW.date() - date(2026, 7, 2)) == (timedelta(days=90), timedelta(days=90))


def test_nobody_is_greeted_at_night(house: House, tmp_path: Path) -> None:
    register(tmp_path, line(1))
    Greeting.objects.update(made_at=NOW.replace(hour=23), next_at=NOW.replace(hour=23))
    greet(NOW.replace(hour=23))
    row, morning = Greeting.objects.get(), datetime(2026, 10, 1, 8, 30, tzinfo=SHANGHAI)
    assert (row.told_at, row.promised_at) == (morning, morning + timedelta(hours=1))
    assert Item.objects.get(payload__template="enterprise_greeting").due_at == morning


def test_who_enters_itself_is_greeted_in_its_account(house: House) -> None:
    contact = person("13900000001")
    row = filed(contact)
    actions.approve_certification(actor=house.actor("supervisor"), now=NOW, certification=row.pk)
    assert greet(NOW) == 1
    account = f"account:{contact.account}"
    assert sent() == [("inapp", account), ("sms", account)]


def test_who_wants_no_messages_gets_none(house: House) -> None:
    contact = person("13900000001")
    row = filed(contact)
    made = actions.approve_certification(actor=house.actor("supervisor"), now=NOW, certification=row.pk)
    speaker = person("13900000001", NOW + timedelta(seconds=1))
    pushing.subscribe(actor=speaker, now=NOW, enterprise=made.enterprise_id or 0, is_on=False)
    assert (greet(NOW), sent(), state(1)) == (0, [], ("missed", "declined"))


def test_whom_nobody_could_reach_is_greeted_when_somebody_comes(house: House, tmp_path: Path) -> None:
    register(tmp_path, line(1, phone=""))
    greet(NOW)
    row = filed(person("13900000001"))
    actions.approve_certification(actor=house.actor("supervisor"), now=NOW, certification=row.pk)
    assert (greet(NOW), state(1), len(sent())) == (1, ("greeted", ""), 2)


def test_a_month_is_counted_with_what_became_of_it(house: House, tmp_path: Path) -> None:
    register(tmp_path, line(1), line(2, phone=""), line(3, phone=""))
    greet(NOW + timedelta(hours=2))
    register(tmp_path, line(4), days=1)
    (october, september, total) = greetings.months(house.actor("leader"), NOW + timedelta(days=2))
    assert (october.key, october.new, october.waiting) == ("2026-10", 1, 1)
    assert september == greetings.Month(date(2026, 9, 1), 3, 1, 0, 0, 2)
    assert (total.new, total.greeted, total.missed) == (4, 1, 2)
    assert greetings.reasons(house.actor("leader"), NOW) == [("no_contact", Greeting.Why.NO_CONTACT.label, 2)]


def test_the_list_is_shown_cut_and_carried_away(signed_in: Client, tmp_path: Path) -> None:
    register(tmp_path, line(1), line(2, phone=""))
    greet(NOW)
    page = signed_in.get("/desk/enterprises/greetings/?why=no_contact").content.decode()
    assert (name(2) in page, f">{name(1)}<" in page) == (True, False)
    before = Record.objects.filter(verb="registry.export").count()
    got = signed_in.get("/desk/enterprises/greetings/export/?state=greeted")
    assert (got.status_code, got.content[:2]) == (200, b"PK")
    assert Record.objects.filter(verb="registry.export").count() == before + 1


def test_the_greeting_is_seen_at_sign_in_until_it_is_put_away(house: House) -> None:
    contact = person("13900000001")
    row = filed(contact)
    made = actions.approve_certification(actor=house.actor("supervisor"), now=NOW, certification=row.pk)
    firm = made.enterprise_id or 0
    speaker = person("13900000001", NOW + timedelta(seconds=1))
    assert greetings.welcome(speaker, NOW) == greetings.Welcome(firm, name(1), "", 0, ())
    with pytest.raises(Missing):
        actions.close_greeting(actor=person("13900000002"), now=NOW, enterprise=firm)
    actions.close_greeting(actor=speaker, now=NOW, enterprise=firm)
    assert greetings.welcome(speaker, NOW) is None


def test_only_the_register_may_be_used_unless_the_centre_says_so(house: House) -> None:
    actions.enter_known_sources(actor=SYSTEM, now=NOW)
    assert list(Source.objects.filter(may_tell=True).values_list("code", flat=True)) == ["market"]
