"""What watches the system from outside: health, numbers for Prometheus, and a log without a word about people."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people import actions as people
from qifu.entry.theme import logging as lines
from qifu.entry.theme import measures
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(settings: Settings, tmp_path: Path) -> None:
    settings.QIFU_NOW, settings.HOME = NOW, tmp_path
    measures.HERE.forget()


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What the log says, one JSON line a record, as with QIFU_LOG_JSON=1."""
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(lines.Lines())
    handler.addFilter(lines.Stamp())
    root, requests = logging.getLogger(), logging.getLogger("qifu.request")
    before = requests.level
    root.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield said
    root.removeHandler(handler)
    requests.setLevel(before)


def told(log: StringIO, logger: str = "qifu.request") -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in log.getvalue().splitlines()]
    return [row for row in rows if row["logger"] == logger]


# --- health


def test_health_says_that_database_and_queue_answer(stage: Stage) -> None:
    stage.submit()
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True, "database": True, "queue": {"oldest_due_seconds": 0.0, "parked": 0, "workers": 0},
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


def test_health_says_when_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(**_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("qifu.entry.theme.health.outbox.health", down)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "database": False})


# --- numbers


def test_the_numbers_are_for_this_machine_and_for_tokens_that_may(stage: Stage) -> None:
    stage.submit()
    client = Client()
    own = client.get("/metrics")
    assert (own.status_code, own["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    account = people.create_service(actor=SYSTEM, now=NOW, name="监控").pk
    tokens = {
        scope: people.issue_token(actor=SYSTEM, now=NOW, account=account, label=scope, scopes=[scope]).clear
        for scope in ("metrics:read", "appeals:read")
    }
    for outside in ({"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "10.0.0.9"}, {"HTTP_X_REAL_IP": "10.0.0.9"}):
        for token, status in (
            (tokens["metrics:read"], 200),
            (tokens["appeals:read"], 403),
            ("qifu_wrong", 401),
            ("", 401),
        ):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = client.get("/metrics", headers=headers, **outside)  # type: ignore[arg-type]
            assert answer.status_code == status
            assert ("qifu_" in answer.content.decode()) is (status == 200)


def test_the_numbers_count_requests_queue_and_open_cases(stage: Stage) -> None:
    stage.submit()
    stage.to("working")
    client = Client()
    for _ in range(3):
        client.get("/healthz")
    text = client.get("/metrics").content.decode()
    for line in (
        'qifu_requests_total{view="healthz",status="200"} 3',
        'qifu_request_seconds_bucket{route="/healthz",le="+Inf"} 3',
        'qifu_request_seconds_count{route="/healthz"} 3',
        'qifu_open_cases{state="submitted"} 1',
        'qifu_open_cases{state="working"} 1',
        "qifu_workers 0",
    ):
        assert line in text.splitlines(), line
    assert 'qifu_queue_items{channel="inapp",state="waiting"}' in text
    assert stage.firm.name not in text


def test_processes_of_one_machine_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    other = measures.Counted(0.0)
    other.answers["healthz", 200] = 5
    (tmp_path / "metrics" / "1.json").write_text(other.as_text())
    (tmp_path / "metrics" / "2.json").write_text("{half")
    measures.HERE.count("healthz", "/healthz", 200, 0.01)
    assert measures.HERE.everywhere().answers["healthz", 200] == 6


# --- the log


def test_a_request_leaves_one_line_without_what_was_asked(stage: Stage, log: StringIO) -> None:
    case = stage.submit(title="骑楼下的鹦鹉太吵")
    client = Client()
    client.force_login(stage.house.account("dispatcher"))
    answer = client.get(f"/desk/cases/{case.number}/?q=19900001234", headers={"X-Request-ID": "proxy-0001"})
    client.post("/sign-in/", {"login": "19900001234", "password": "secret words"})
    first, second = told(log)
    assert first.pop("ms") >= 0
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "INFO", "logger": "qifu.request", "request": "proxy-0001", "method": "GET",
        "route": "/desk/cases/<str:number>/", "status": 200, "actor": stage.actor("dispatcher").mark,
    }  # fmt: skip
    assert answer["X-Request-ID"] == "proxy-0001"
    assert len(second["request"]) == 16
    for secret in (case.number, "19900001234", "鹦鹉", "secret words", "周调度"):
        assert secret not in log.getvalue(), secret


@pytest.mark.parametrize("odd", ["short", "x" * 65, "with space!", 'a"quote-----'])
def test_an_odd_request_id_is_not_taken_over(odd: str) -> None:
    assert Client().get("/healthz", headers={"X-Request-ID": odd})["X-Request-ID"] != odd


def test_a_fault_shows_a_reference_under_which_the_log_has_it(
    stage: Stage, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("call 19900001234 or mail qian@example.com")

    monkeypatch.setattr("qifu.entry.desk.operations.lights.lines", broken)
    client = Client(raise_request_exception=False)
    client.force_login(stage.house.account("admin"))
    answer = client.get("/desk/operations/")
    (line,) = told(log)
    assert (answer.status_code, line["status"]) == (500, 500)
    assert line["reference"] in answer.content.decode()
    (fault,) = told(log, "django.request")
    assert (fault["reference"], fault["error"], fault["request"]) == (
        line["reference"],
        "RuntimeError",
        line["request"],
    )
    assert fault["stack"][-1].endswith("broken")
    for secret in ("19900001234", "qian@example.com"):
        assert secret not in log.getvalue()
        assert secret not in answer.content.decode()


def test_the_same_fault_has_the_same_reference() -> None:
    def fault(text: str) -> str:
        try:
            raise ValueError(text)
        except ValueError as error:
            return lines.reference(error)

    assert fault("one") == fault("two")
