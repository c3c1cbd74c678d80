"""The gateway of short messages is dead, slow, or refuses one number: its own items wait, all others arrive, all can be seen,
and each arrives once when the gateway is back."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal
from qifu.domain.people.models import Account
from qifu.kernel.outbox import engine
from qifu.kernel.outbox.models import Item, State
from qifu.output.messages import sms_http
from qifu.output.messages.models import Kept
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

REFUSED = "19900005555"  # the gateway has struck it off


class Gateway(BaseHTTPRequestHandler):
    """A gateway on this machine: it takes all but one number, and is slow when told to be."""

    slow: ClassVar[float] = 0
    refuses: ClassVar[str] = REFUSED
    took: ClassVar[Counter[str]] = Counter()  # key → times

    def do_POST(self) -> None:
        letter = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(self.slow)
        is_good = letter["to"] != self.refuses
        if is_good:
            self.took[letter["key"]] += 1
        self.send_response(200 if is_good else 422)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings: Settings) -> Iterator[str]:
    """Its address; the settings name a port at which nobody answers."""
    Gateway.slow, Gateway.refuses, Gateway.took = 0, REFUSED, Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.QIFU_NOW, settings.VENDORS = NOW, {"sms": "http", "mail": ""}
    settings.SMS_URL, settings.SMS_SECRET = "http://127.0.0.1:1/send", "secret"
    yield f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    server.server_close()


def entered(account: Account) -> Client:
    browser = Client()
    browser.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def handed_in(stage: Stage, phone: str) -> Appeal:
    """A case sent by the form of the portal, as an enterprise does."""
    browser = entered(Account.objects.get(pk=stage.contact.account))
    form = {
        "idempotency_key": phone, "kind": "appeal", "body": f"楼下停车位不够，请联系 {phone[-4:]}。", "category": stage.category.code,
        "urgency": "normal", "phone": phone, "prefers": "sms", "contact_name": "钱经理",
    }  # fmt: skip
    answer = browser.post("/cases/new/", form)
    case = Appeal.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/receipt/")
    return case


def sms(case: Appeal) -> Item:
    return Item.objects.get(channel="sms", stream=case.stream)


def queue_page(stage: Stage, **asked: str) -> str:
    return entered(stage.house.account("admin")).get("/desk/queue/", asked).content.decode()


def test_a_dead_gateway_holds_up_nothing_but_its_own(stage: Stage, gateway: str, settings: Settings) -> None:
    cases = [handed_in(stage, f"1990000{n:04}") for n in range(3)]
    engine.run_due(now=NOW)
    assert {(item.state, item.attempts) for item in map(sms, cases)} == {(State.WAITING, 1)}
    assert Kept.objects.filter(account_id=stage.contact.account).count() == 3  # the receipts in the inbox have come
    page = queue_page(stage, state="waiting")
    assert page.count("短信网关没有应答（ConnectionRefusedError），稍后自动重试。") == 3
    settings.SMS_URL = gateway
    engine.run_due(now=NOW + timedelta(minutes=1))
    assert {sms(case).state for case in cases} == {State.DONE}
    assert sorted(Gateway.took.values()) == [1, 1, 1]
    engine.run_due(now=NOW + timedelta(days=1))
    assert sorted(Gateway.took.values()) == [1, 1, 1]


def test_one_number_that_is_refused_hides_behind_nobody(stage: Stage, gateway: str, settings: Settings) -> None:
    settings.SMS_URL = gateway
    good, bad, other = (handed_in(stage, phone) for phone in ("19900000001", REFUSED, "19900000002"))
    engine.run_due(now=NOW)
    assert [sms(case).state for case in (good, bad, other)] == [State.DONE, State.PARKED, State.DONE]
    page = queue_page(stage)  # parked ones stand first
    assert page.count("短信网关拒收（422），请核对号码和内容后重试。") == 1
    assert REFUSED not in page
    Gateway.refuses = ""
    assert entered(stage.house.account("admin")).post(f"/desk/queue/{sms(bad).pk}/retry/").status_code == 302
    engine.run_due(now=NOW)
    assert sms(bad).state == State.DONE
    assert sorted(Gateway.took.values()) == [1, 1, 1]


def test_a_gateway_that_took_it_but_did_not_say_so_gets_the_same_key_again(
    stage: Stage, gateway: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: what was taken without an answer is sent again, and the receiver can tell by the key."""
    settings.SMS_URL = gateway
    monkeypatch.setattr(sms_http, "TIMEOUT", 0.2)
    Gateway.slow = 0.5
    case = handed_in(stage, "19900000001")
    engine.run_due(now=NOW)
    assert sms(case).last_error == "GatewayDown: 短信网关没有应答（TimeoutError），稍后自动重试。"
    Gateway.slow = 0
    time.sleep(0.5)
    engine.run_due(now=NOW + timedelta(minutes=1))
    assert sms(case).state == State.DONE
    assert list(Gateway.took.values()) == [2]  # two letters, one key
