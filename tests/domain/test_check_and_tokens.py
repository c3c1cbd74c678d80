"""Commands of those who run the system: what is lacking, who holds tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people.models import Account, Token
from qifu.entry.cli import check, main
from qifu.kernel.evidence.models import Record
from tests.conftest import House

pytestmark = pytest.mark.django_db


def lacks(capsys: pytest.CaptureFixture[str], status: int = 1) -> dict[str, str]:
    assert main.run(["check", "--json"]) == status
    value = json.loads(capsys.readouterr().out)
    assert value["ok"] is (status == 0)
    return {one["what"]: one["severity"] for one in value["lacks"]}


@pytest.fixture
def real(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Settings:
    """An installation that lacks nothing but a server of its own."""
    monkeypatch.setenv("QIFU_SECRET", "x" * 40)
    monkeypatch.setenv("QIFU_KEYS", "1:AAAA")
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "2026-09-30.json").write_text("{}")
    settings.HOME, settings.DEMO, settings.DEBUG, settings.HTTPS = tmp_path, False, False, True
    settings.ALLOWED_HOSTS = ["qifu.example.gov.cn"]
    settings.VENDORS = {"sms": "http", "mail": "smtp"}
    settings.SMS_URL, settings.SMS_SECRET = "https://sms.example/send", "secret"
    monkeypatch.setattr(check, "_calendar", lambda today: iter(()))
    monkeypatch.setattr(check, "_database", lambda: iter(()))
    monkeypatch.setattr(check, "_people", lambda: iter(()))
    return settings


def test_an_installation_that_lacks_nothing_is_told_so(real: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert lacks(capsys, 0) == {}


@pytest.mark.parametrize(
    ("change", "what", "severity"),
    [
        ({"VENDORS": {"sms": "", "mail": "smtp"}}, "没有配置短信网关，企业收不到验证码和通知。", "error"),
        ({"VENDORS": {"sms": "local", "mail": "smtp"}}, "没有配置短信网关，企业收不到验证码和通知。", "error"),
        ({"VENDORS": {"sms": "htttp", "mail": "smtp"}}, "QIFU_SMS=htttp 不是已有的通道，消息会一直等待。", "error"),
        ({"VENDORS": {"sms": "smtp", "mail": "smtp"}}, "QIFU_SMS=smtp 不是已有的通道，消息会一直等待。", "error"),
        ({"VENDORS": {"sms": "http", "mail": "local"}}, "没有配置邮件。", "warning"),
        ({"SMS_SECRET": ""}, "短信网关的地址或密钥没有填。", "error"),
        ({"DEMO": True}, "现在是演示方式，短信验证码在网页上可见。", "error"),
        ({"DEBUG": True}, "调试方式会向外显示程序内部。", "error"),
        ({"HTTPS": False}, "没有启用 HTTPS。", "error"),
        ({"ALLOWED_HOSTS": ["localhost"]}, "只接受本机访问。", "error"),
        ({"ALLOWED_HOSTS": ["*"]}, "QIFU_HOSTS 为 *，任何域名都会被接受。", "error"),
    ],
)
def test_each_lack_is_named(
    real: Settings, capsys: pytest.CaptureFixture[str], change: dict[str, Any], what: str, severity: str
) -> None:
    for name, value in change.items():
        setattr(real, name, value)
    assert lacks(capsys) == {what: severity}


def test_secrets_beside_the_data_are_named(
    real: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QIFU_SECRET")
    monkeypatch.delenv("QIFU_KEYS")
    assert set(lacks(capsys).values()) == {"warning"}


# --- tokens


def told(capsys: pytest.CaptureFixture[str], *line: str, status: int = 0) -> Any:
    capsys.readouterr()
    assert main.run(list(line)) == status
    text = capsys.readouterr().out
    return json.loads(text) if text else None


def test_a_token_is_issued_listed_and_revoked(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["token", "issue", "--username", "dispatcher", "--label", "报表程序", "--scope", "appeals:read", "--json"]
    made = told(capsys, *line)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert Client().get("/api/v1/me", headers=bearer).json()["scopes"] == ["appeals:read"]
    (row,) = told(capsys, "token", "list", "--json")
    assert (row["name"], row["username"], row["label"], row["state"]) == ("周调度", "dispatcher", "报表程序", "good")
    assert made["token"] not in json.dumps(row)
    assert main.run(["token", "revoke", str(row["id"])]) == 0
    assert Client().get("/api/v1/me", headers=bearer).status_code == 401
    assert told(capsys, "token", "list", "--json") == []
    assert [row["state"] for row in told(capsys, "token", "list", "--all", "--json")] == ["revoked"]
    assert list(Record.objects.filter(verb__startswith="token.").values_list("verb", flat=True)) == [
        "token.issue", "token.revoke",
    ]  # fmt: skip
    assert main.run(["token", "revoke", str(row["id"])]) == 2
    assert "已经作废" in capsys.readouterr().err


def test_a_system_is_registered_with_its_first_token(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["token", "issue", "--system", "市一站直通", "--label", "正式", "--days", "30", "--json"]
    assert told(capsys, *line, status=2) is None  # which scopes?
    assert not Account.objects.filter(kind="service").exists()
    for label in ("正式", "备用"):
        told(capsys, *line[:5], label, *line[6:], "--scope", "appeals:write")
    assert Account.objects.filter(kind="service").count() == 1
    rows = told(capsys, "token", "list", "--system", "市一站直通", "--json")
    assert [row["label"] for row in rows] == ["备用", "正式"]
    assert main.run(["token", "list", "--system", "市一站"]) == 2
    assert main.run(["token", "list", "--username", "nobody"]) == 2
    Token.objects.update(expires="2020-01-01T00:00Z")
    assert told(capsys, "token", "list", "--json") == []
    assert {row["state"] for row in told(capsys, "token", "list", "--all", "--json")} == {"expired"}


@pytest.mark.parametrize(
    "line",
    [
        ["issue", "--label", "x"],
        ["issue", "--username", "admin", "--system", "某系统", "--label", "x"],
        ["issue", "--username", "nobody", "--label", "x"],
        ["issue", "--username", "admin", "--label", "x", "--scope", "everything"],
        ["issue", "--username", "admin", "--label", " "],
        ["revoke", "987654"],
        ["revoke", "x"],
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    house: House, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    assert main.run(["token", *line]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err
    assert (Token.objects.count(), Account.objects.filter(kind="service").count()) == (0, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QIFU_KEYS", "k1:short"),
        ("QIFU_KEYS", "k1:" + "A" * 12),
        ("QIFU_PROXIES", "one"),
        ("DATABASE_URL", "postgrs://x/y"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_without_a_traceback(tmp_path: Any, name: str, value: str) -> None:
    clean = {key: text for key, text in os.environ.items() if not key.startswith(("QIFU_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "qifu.entry.cli.main", "check"],
        env=clean | {"QIFU_HOME": str(tmp_path), name: value}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("环境变量里有一项不能用（")
    assert "Traceback" not in done.stderr
