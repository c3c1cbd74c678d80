"""Messages: their words, their addresses, their vendors, and what a dead gateway does to them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import smtplib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core import mail

from qifu.domain.appeals.actions import notify
from qifu.kernel import outbox, sealed
from qifu.kernel.actor import VISITOR, Actor
from qifu.kernel.errors import Missing
from qifu.kernel.outbox import Hopeless, addresses, engine
from qifu.kernel.outbox.models import Item, State
from qifu.output.messages import actions, queries, wording
from qifu.output.messages.models import Kept
from qifu.output.messages.wording import WORDINGS

SOURCE = Path(wording.__file__).parents[2]
NOW = datetime(2026, 9, 30, 8, 40, tzinfo=UTC)
PHONE = "+8613900000012"
ADA = Actor(account=12, kind="contact", name="甲")
BEN = Actor(account=13, kind="contact", name="乙")
VALUES = {
    "title": "园区三号楼电梯半年没有年检，物业说责任在开发商，请协调。" * 3,
    "number": "Q20260930-7F3K2M",
    "owner": "欧阳某某",
    "count": 3,
    "unit": "区市场监督管理局",
    "accept_due": "9月30日 17:30",
    "reply_due": "10月12日 17:30",
    "due": "10月12日 17:30",
    "handbook": "办理说明",
    "field": "上年度研发费用占营业收入的比例",
    "specialist": "民意街道服务站",
    "reason": "不属于本平台受理范围",
    "code": "482915",
    "minutes": 5,
    "when": "10月12日09:30",
    "place": "云启大厦一楼大厅",
    "result": "已同意",
    "duty": "报告资金使用",
    "days": 7,
    "amount": "1,234,567.89 元",
    "parcels": 1234,
    "pushes": 12,
    "enterprise": "某某市某某区新材料与智能制造装备产业技术研究院（集团）股份有限公司东部分公司",
}


def tell(channel: str = "inapp", to: str = "account:12", key: str = "case:1", **more: Any) -> Item:
    values: dict[str, Any] = {
        "template": "appeal_accepted",
        "variables": {"number": "Q1", "title": "电梯年检", "unit": "市监局"},
        "now": NOW,
        **more,
    }
    return outbox.tell(channel=channel, to=to, key=key, **values)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Account 12 has a number and a mailbox, account 13 has neither."""

    def address(account: str, channel: str) -> str | None:
        return {"sms": PHONE, "mail": "ada@example.cn"}[channel] if account == "12" else None

    resolvers = {"account": address, "sealed": lambda value, channel: sealed.unseal(value)}
    monkeypatch.setattr(addresses, "_resolvers", resolvers)


class TestWords:
    @pytest.mark.parametrize("template", sorted(WORDINGS))
    def test_an_sms_has_at_most_70_characters_whatever_it_is_about(self, template: str) -> None:
        text = wording.sms(template, VALUES)
        assert text.startswith("【企服】")
        assert len(text) <= 70
        assert not set("{}[]") & set(text)

    @pytest.mark.parametrize("template", sorted(WORDINGS))
    def test_only_a_title_or_a_name_is_ever_shortened(self, template: str) -> None:
        text = wording.sms(template, VALUES)
        assert not text.endswith("…")
        assert str(VALUES["code"]) in text or "{code}" not in WORDINGS[template].sms + WORDINGS[template].text

    def test_every_template_that_a_room_names_has_words(self) -> None:
        named = set(notify.TEMPLATES.values())
        for folder in ("domain", "entry"):
            for file in (SOURCE / folder).rglob("*.py"):
                named |= set(re.findall(r"\btemplate=\"(\w+)\"", file.read_text()))
        assert {"sign_in_code", "agency_ended"} <= named
        assert named - set(WORDINGS) == set()

    @pytest.mark.parametrize("template", sorted(WORDINGS))
    def test_every_text_is_whole_without_the_optional_parts(self, template: str) -> None:
        optional = ("owner", "unit", "accept_due", "reason")
        few = {name: value for name, value in VALUES.items() if name not in optional}
        for text in (wording.text(template, few), wording.sms(template, few), wording.subject(template, few)):
            assert text
            assert "，，" not in text
            assert "，。" not in text

    def test_the_exact_words(self) -> None:
        values = {"number": "Q1", "title": "电梯", "unit": "区市监局", "reply_due": "10月12日 17:30"}
        assert (
            wording.sms("appeal_accepted", values)
            == "【企服】诉求 Q1 已接单，10月12日 17:30 前答复，可登录平台查看进度。"
        )
        assert wording.text("appeal_accepted", {"number": "Q1", "title": "电梯"}) == (
            "您的诉求“电梯”（编号 Q1）已接单。您可以随时登录平台查看进度。"
        )

    def test_a_value_is_text_and_nothing_more(self) -> None:
        values = {"number": "{title}", "title": "[x]{number}\r\nBcc: y"}
        assert (
            wording.text("work_add", values)
            == "诉求“[x]{number} Bcc: y”（编号 {title}）的企业补充了说明或材料，请查看。"
        )

    def test_a_missing_value_or_template_is_hopeless(self) -> None:
        with pytest.raises(Hopeless, match="消息缺少内容：number"):
            wording.text("work_add", {"title": "x"})
        with pytest.raises(Hopeless, match="没有名为“nothing”的消息模板"):
            wording.wording("nothing")


@pytest.mark.django_db
class TestInbox:
    def test_a_message_arrives_once_and_only_in_its_own_inbox(self, django_assert_num_queries: Any) -> None:
        item = tell()
        tell(to="account:13")
        engine.run_due(now=NOW)
        Item.objects.filter(pk=item.pk).update(state=State.WAITING, due_at=NOW)
        engine.run_due(now=NOW)  # delivered a second time, as after a crash
        with django_assert_num_queries(1):
            (kept,) = queries.inbox(ADA).items
        assert (kept.subject, kept.sent_at, kept.shown_to) == ("诉求已接单", NOW, "")
        assert kept.text == "您的诉求“电梯年检”（编号 Q1）已接单，由市监局办理。您可以随时登录平台查看进度。"
        assert queries.inbox(VISITOR).items == []

    def test_reading_one_leaves_the_others_and_those_of_others(self) -> None:
        for key in ("a", "b", "c"):
            tell(key=key)
        tell(to="account:13")
        engine.run_due(now=NOW)
        assert queries.unread(ADA) == 3
        first = queries.inbox(ADA, size=2)
        rest = queries.inbox(ADA, size=2, before=first.next)
        assert ([len(first.items), len(rest.items)], rest.next) == ([2, 1], None)
        assert actions.read(rest.items[0].pk, actor=BEN, now=NOW) == 0
        assert actions.read(rest.items[0].pk, actor=ADA, now=NOW) == 1
        assert (queries.unread(ADA), queries.unread(BEN)) == (2, 1)
        assert actions.read(actor=ADA, now=NOW) == 2
        assert queries.unread(ADA) == 0

    def test_prune_keeps_half_a_year_of_inbox_and_two_days_of_viewer(self, settings: Any) -> None:
        settings.VENDORS = {"sms": "local"}
        tell()
        tell("sms")
        engine.run_due(now=NOW)
        assert actions.prune(now=NOW + timedelta(days=3)) == 1
        assert actions.prune(now=NOW + timedelta(days=181)) == 1
        assert not Kept.objects.exists()


@pytest.mark.django_db
class TestLocal:
    def test_the_viewer_of_a_demo_shows_the_code_and_masks_the_number(self, settings: Any) -> None:
        settings.VENDORS, settings.DEMO = {"sms": "local"}, True
        item = tell(
            "sms",
            f"sealed:{sealed.seal(PHONE)}",
            template="sign_in_code",
            variables={"minutes": 5},
            secrets={"code": "482915"},
        )
        assert "482915" not in str(item.payload)
        assert "139" not in str(item.payload["to"]).split(":")[0]
        engine.run_due(now=NOW)
        (shown,) = queries.viewer()
        assert shown.text == ("【企服】您的登录验证码是 482915，5 分钟内有效。请勿告诉他人，工作人员不会向您索要。")
        assert (shown.shown_to, shown.account_id) == ("139****0012", None)

    def test_there_is_no_viewer_outside_a_demo(self, settings: Any) -> None:
        settings.DEMO = False
        with pytest.raises(Missing):
            queries.viewer()

    def test_without_a_vendor_messages_wait_uncounted_and_go_when_there_is_one(self, settings: Any) -> None:
        settings.VENDORS = {"sms": "", "mail": ""}
        tell("sms")
        engine.run_due(now=NOW)
        item = Item.objects.get()
        assert (item.state, item.attempts) == (State.WAITING, 0)
        assert item.last_error == "短信通道尚未配置（QIFU_SMS），消息保留等待，配置后自动发出。"
        settings.VENDORS = {"sms": "local"}
        assert item.due_at is not None
        engine.run_due(now=item.due_at)
        assert Item.objects.get().state == State.DONE

    def test_a_stale_code_is_not_sent(self, settings: Any) -> None:
        settings.VENDORS = {"sms": "local"}
        tell("sms", template="sign_in_code", variables={"minutes": 5}, secrets={"code": "1"})
        engine.run_due(now=NOW + timedelta(minutes=6))
        assert Item.objects.get().last_error == "消息“登录验证码”已过有效时间，没有发出。"
        assert not Kept.objects.exists()

    @pytest.mark.parametrize(
        ("channel", "to", "sentence"),
        [
            ("sms", "account:13", "收件人没有登记可用的手机号或邮箱，消息没有发出。请补充后重试。"),
            ("sms", "nobody:1", "收件地址无法解析（LookupError），消息没有发出。请查明后重试。"),
            ("sms", "sealed:k1$AAAA", "收件地址无法解析（ValueError），消息没有发出。请查明后重试。"),
            ("inapp", "sealed:x", "站内消息只能发给平台账号，这一条没有发出。"),
        ],
    )
    def test_nobody_to_send_to_is_parked_with_a_sentence(
        self, settings: Any, channel: str, to: str, sentence: str
    ) -> None:
        settings.VENDORS = {"sms": "local"}
        tell(channel, to)
        engine.run_due(now=NOW)
        assert (Item.objects.get().state, Item.objects.get().last_error) == (State.PARKED, sentence)


class Gateway(BaseHTTPRequestHandler):
    """A gateway on this machine that answers as it is told and remembers what came."""

    status: ClassVar[int] = 200
    came: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.came.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Gateway.status, Gateway.came = 200, []
    settings.VENDORS = {"sms": "http"}
    settings.SMS_URL, settings.SMS_SECRET = f"http://127.0.0.1:{server.server_port}/send", "secret"
    yield Gateway
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
class TestGateway:
    def test_a_signed_letter_with_a_key_that_stays_the_same(self, gateway: type[Gateway]) -> None:
        item = tell("sms")
        engine.run_due(now=NOW)
        Item.objects.filter(pk=item.pk).update(state=State.WAITING, due_at=NOW)
        engine.run_due(now=NOW)
        (headers, body), (again, _) = gateway.came
        assert headers["Idempotency-Key"] == again["Idempotency-Key"] == json.loads(body)["key"]
        assert json.loads(body)["to"] == PHONE
        assert json.loads(body)["text"] == "【企服】诉求 Q1 已接单，可登录平台查看进度。"
        signed = headers["X-Qifu-Time"].encode() + b"." + body
        assert headers["X-Qifu-Signature"] == hmac.new(b"secret", signed, hashlib.sha256).hexdigest()

    @pytest.mark.parametrize("status", [500, 503, 429, 401, 302])
    def test_an_answer_that_may_change_is_tried_again(self, gateway: type[Gateway], status: int) -> None:
        gateway.status = status
        item = tell("sms")
        engine.run_due(now=NOW)
        item.refresh_from_db()
        assert (item.state, item.attempts) == (State.WAITING, 1)
        assert item.last_error == f"GatewayDown: 短信网关应答异常（{status}），稍后自动重试。"
        assert len(gateway.came) == 1  # no redirect was followed

    def test_a_refusal_is_parked(self, gateway: type[Gateway]) -> None:
        gateway.status = 422
        tell("sms")
        engine.run_due(now=NOW)
        assert Item.objects.get().last_error == "短信网关拒收（422），请核对号码和内容后重试。"
        assert Item.objects.get().state == State.PARKED

    def test_a_dead_gateway_loses_nothing_and_hides_nobody(self, gateway: type[Gateway], settings: Any) -> None:
        alive, settings.SMS_URL = settings.SMS_URL, "http://127.0.0.1:1/send"
        sms, note = tell("sms", stream="appeals.appeal:1"), tell(stream="appeals.appeal:1")
        at = NOW
        for _ in range(sms.max_attempts):
            engine.run_due(now=at)
            sms.refresh_from_db()
            at = sms.due_at or at
        assert (sms.state, sms.attempts) == (State.PARKED, 12)
        assert at - NOW > timedelta(hours=3)
        assert sms.last_error == "GatewayDown: 短信网关没有应答（ConnectionRefusedError），稍后自动重试。"
        note.refresh_from_db()
        assert note.state == State.DONE
        settings.SMS_URL = alive
        Item.objects.filter(pk=sms.pk).update(state=State.WAITING, due_at=at, attempts=0, finished_at=None)
        engine.run_due(now=at)
        assert len(gateway.came) == 1

    @pytest.mark.parametrize(
        "url", ["http://gateway.example/send", "file:///etc/passwd", "", "ftp://127.0.0.1/", "//127.0.0.1/x"]
    )
    def test_only_https_or_this_machine_is_spoken_to(self, gateway: type[Gateway], settings: Any, url: str) -> None:
        settings.SMS_URL = url
        tell("sms")
        engine.run_due(now=NOW)
        assert (Item.objects.get().state, Item.objects.get().attempts) == (State.WAITING, 0)
        assert gateway.came == []


@pytest.mark.django_db
class TestMail:
    def test_a_mail_with_a_message_id_that_stays_the_same(self, settings: Any) -> None:
        settings.VENDORS = {"mail": "smtp"}
        item = tell("mail")
        engine.run_due(now=NOW)
        Item.objects.filter(pk=item.pk).update(state=State.WAITING, due_at=NOW)
        engine.run_due(now=NOW)
        first, second = mail.outbox
        assert (first.to, first.subject) == (["ada@example.cn"], "诉求已接单")
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")}), State.PARKED),
            (smtplib.SMTPRecipientsRefused({"a": (451, b"later")}), State.WAITING),
            (ConnectionRefusedError(), State.WAITING),
            (smtplib.SMTPServerDisconnected(), State.WAITING),
        ],
    )
    def test_a_server_that_refuses(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, state: State
    ) -> None:
        settings.VENDORS = {"mail": "smtp"}

        def fails(self: object, fail_silently: bool = False) -> int:
            raise error

        monkeypatch.setattr("django.core.mail.EmailMessage.send", fails)
        tell("mail")
        engine.run_due(now=NOW)
        assert (Item.objects.get().state, Item.objects.get().attempts) == (state, 1)
        assert "邮件服务器" in Item.objects.get().last_error
