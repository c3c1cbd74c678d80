"""The API as programs use it: receipts and retries, lists, steps, refusals, scopes, outside systems."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account, Token
from qifu.domain.registry.models import Agency, Enterprise
from qifu.entry.api import bearers
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.stage import Stage

ALL = ["appeals:read", "appeals:write", "enterprises:read"]


class Caller:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: object) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: object = None, key: str = "") -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body if body is not None else {})
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/v1{path}", text, content_type="application/json", headers=headers)


Call = Callable[..., Caller]


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings) -> None:
    settings.QIFU_NOW = NOW
    bearers.METER.forget()


@pytest.fixture
def call(stage: Stage) -> Call:
    """Return somebody's program: a member of the house, `contact`, `stranger`, or an outside `system`."""
    for actor, firm in ((stage.contact, stage.firm), (stage.stranger, stage.other_firm)):
        Agency.objects.create(account_id=actor.account, enterprise=firm, role="owner", person=actor.name, since=NOW)

    def made(who: str, scopes: list[str] | None = None) -> Caller:
        if who in ("contact", "stranger"):
            actor = stage.contact if who == "contact" else stage.stranger
            return Caller(_token(actor.account or 0, scopes or [], actor))
        if who.startswith("system"):
            account = Account.objects.filter(name=who).first()
            account = account or people.create_service(actor=SYSTEM, now=NOW, name=who)
            return Caller(_token(account.pk, scopes if scopes is not None else ALL))
        return Caller(_token(stage.house.accounts[who].pk, scopes or []))

    return made


def _token(account: int, scopes: list[str], actor: Any = SYSTEM) -> str:
    return people.issue_token(actor=actor, now=NOW, account=account, label="测试", scopes=scopes).clear


def body(stage: Stage, **more: object) -> dict[str, object]:
    return {
        "enterprise": stage.firm.pk,
        "title": "楼下停车位不够",
        "body": "公司员工停车困难，请协调增加车位。",
        "category": "premises.parking",
        "channel": "hotline",
        "contact": {"name": "钱经理", "phone": "13900001234"},
    } | more


def counts() -> tuple[int, int, int]:
    return Appeal.objects.count(), Record.objects.count(), Item.objects.count()


# Handing in ----------------------------------------------------------------------------------------------------------


def test_a_case_is_handed_in_and_promised(stage: Stage, call: Call) -> None:
    answer = call("dispatcher").post("/appeals", body(stage))
    assert answer.status_code == 201, answer.content.decode()
    told = answer.json()
    assert told["state"] == "submitted"
    assert told["accept_due"] == "2026-09-30T11:00:00+08:00"
    assert told["dispatch_due"] == "2026-09-30T15:00:00+08:00"
    assert told["reply_due"] == "2026-10-10T17:30:00+08:00"  # the holiday, and the Saturday that makes up for it
    assert told["rules"]["reply"] == "3 个工作日"
    assert told["owner"] == "周调度"
    assert answer["Location"] == f"/api/v1/appeals/{told['number']}"
    kept = Appeal.objects.get(number=told["number"])
    assert (kept.channel, kept.contact_name, kept.phone_tail, kept.enterprise_id) == (
        "hotline", "钱经理", "1234", stage.firm.pk,
    )  # fmt: skip


def test_the_credit_code_and_a_bare_telephone_do(stage: Stage, call: Call) -> None:
    answer = call("dispatcher").post("/appeals", body(stage, enterprise="9142 0100 MA4K1A2B3C", contact="027-88880000"))
    assert answer.status_code == 201, answer.content.decode()
    kept = Appeal.objects.get(number=answer.json()["number"])
    assert (kept.enterprise_id, kept.phone, kept.contact_name) == (stage.firm.pk, "027-88880000", "")


def test_the_same_key_gets_the_same_receipt(stage: Stage, call: Call, settings: Settings) -> None:
    program = call("contact")
    first = program.post("/appeals", body(stage, channel="portal"), key="k-1")
    assert "Idempotent-Replay" not in first
    before = counts()
    settings.QIFU_NOW = NOW + timedelta(hours=1)
    again = program.post("/appeals", body(stage, channel="portal"), key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replay"] == "true"
    other = program.post("/appeals", body(stage, channel="portal", title="别的事"), key="k-1")
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert counts() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"category": "nothing"}, "category"),
        ({"category": "premises"}, "category"),  # of the first level
        ({"channel": "pigeon"}, "channel"),
        ({"enterprise": 2**63}, "enterprise"),
        ({"enterprise": 987654321}, "enterprise"),
        ({"enterprise": "91420100MA4K1A2B3X"}, "enterprise"),
        ({"building": 5}, "building"),
        ({"contact": {"phone": "1", "secret": 1}}, "contact"),
        ({"confidential": "yes"}, "confidential"),
        ({"state": "closed"}, "state"),  # nobody sets columns from outside
        ({"files": [77]}, "files"),
        ({"kind": "petition"}, "party"),
        ({"kind": "petition", "batch": {"party": "single", "persons": 1, "agreed": "2026-13-01"}}, "agreed"),
        ({"kind": "petition", "batch": {"party": "single", "persons": 1, "agreed": "9999-12-31"}}, "agreed"),
        ({"batch": {"party": "single", "persons": 1}}, "batch"),
    ],
)
def test_what_cannot_be_used_is_said_of_each_field(
    stage: Stage, call: Call, change: dict[str, object], field: str
) -> None:
    program, before = call("dispatcher"), counts()
    before = counts()
    answer = program.post("/appeals", body(stage, **change))
    assert answer.status_code == 422, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert any(name.split(".")[0] == field for name in problem["fields"]), problem
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)*", name) for name in problem["fields"]), problem
    assert (problem["status"], problem["instance"]) == (422, "/api/v1/appeals")
    assert counts() == before


def test_the_whole_of_what_was_sent_is_named_as_such(call: Call) -> None:
    assert call("dispatcher").post("/appeals", "[]").json()["fields"].keys() == {"body"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"title": "\\u0000"}', '{"title": "\\ud800"}', '{"n": NaN}', b"\xff\xfe", "[" * 100_000]
)
def test_what_cannot_be_read_is_refused(call: Call, text: str | bytes) -> None:
    answer = call("dispatcher").post("/appeals", text)
    assert answer.status_code in (400, 422)
    assert answer.json()["detail"]


def test_a_contact_speaks_for_their_own_enterprise_only(stage: Stage, call: Call) -> None:
    program = call("contact")
    before = counts()
    foreign = program.post("/appeals", body(stage, channel="portal", enterprise=stage.other_firm.pk))
    absent = program.post("/appeals", body(stage, channel="portal", enterprise=987654321))
    by_code = program.post("/appeals", body(stage, channel="portal", enterprise=stage.other_firm.uscc))
    no_such_code = program.post("/appeals", body(stage, channel="portal", enterprise="91420100MA00000000"))
    answers = {(one.status_code, one.json()["detail"]) for one in (foreign, absent, by_code, no_such_code)}
    assert answers == {(403, "您还不能代表这家企业，请先完成企业认证。")}
    assert counts() == before


# Outside systems -----------------------------------------------------------------------------------------------------


def test_an_outside_system_hands_in_under_its_own_number(stage: Stage, call: Call, settings: Settings) -> None:
    city = call("system")
    first = city.post("/appeals", body(stage, external="WH-2026-001"))
    assert first.status_code == 201, first.content.decode()
    assert first.json()["external"] == "WH-2026-001"
    assert Appeal.objects.get().channel == "city"
    before = counts()
    settings.QIFU_NOW = NOW + timedelta(days=40)  # keys are forgotten after thirty days; the number is not
    again = city.post("/appeals", body(stage, external="WH-2026-001", title="楼下停车位不够（补充）"))
    assert (again.status_code, again.json()["number"]) == (201, first.json()["number"])
    assert again["Idempotent-Replay"] == "true"
    assert counts() == before
    other = call("system-2").post("/appeals", body(stage, external="WH-2026-001"))
    assert other.json()["number"] != first.json()["number"]


def test_an_outside_system_sees_only_what_it_raised(stage: Stage, call: Call) -> None:
    theirs = stage.submit()
    own = call("system").post("/appeals", body(stage)).json()["number"]
    city = call("system")
    assert [row["number"] for row in city.get("/appeals").json()["items"]] == [own]
    assert city.get(f"/appeals/{own}").status_code == 200
    foreign, absent = city.get(f"/appeals/{theirs.number}"), city.get("/appeals/QS2609300000000")
    assert (foreign.status_code, foreign.json()["detail"]) == (404, absent.json()["detail"])
    assert city.post(f"/appeals/{own}/accept").status_code == 403


# Lists ---------------------------------------------------------------------------------------------------------------


def test_a_list_is_paged_to_its_end(stage: Stage, call: Call) -> None:
    numbers = [stage.submit().number for _ in range(7)][::-1]
    program = call("dispatcher")
    for order, expected in (("newest", numbers), ("burns", numbers[::-1])):
        seen: list[str] = []
        cursor = ""
        while True:
            page = program.get("/appeals", size=3, order=order, cursor=cursor).json()
            seen += [row["number"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == expected


def test_a_list_is_cut_by_known_filters_only(stage: Stage, call: Call) -> None:
    one, two = stage.submit(), stage.to("dispatched", stage.submit(kind="complaint", title="噪声扰民"))
    program = call("dispatcher")

    def found(**query: object) -> list[str]:
        answer = program.get("/appeals", **query)
        assert answer.status_code == 200, answer.content.decode()
        return [row["number"] for row in answer.json()["items"]]

    assert found(state="", unit="", q="", cursor="") == [two.number, one.number]
    assert found(state="submitted") == [one.number]
    assert found(unit=stage.house.department) == [two.number]
    assert found(unit="D01", kind="complaint") == [two.number]
    assert found(q="噪声") == [two.number]
    assert found(q=one.number) == [one.number]
    assert found(category="premises", street="S01", since="2026-09-30", until="2026-09-30") == [two.number, one.number]
    assert found(until="2026-09-29") == []
    assert found(channel="hotline") == []
    for wrong in ({"state": "nowhere"}, {"unit": "X"}, {"size": 101}, {"size": "1e1"}, {"since": "2026-02-30"},
                  {"cursor": "AAAA!"}, {"cursor": "_-8"}, {"contact__phone": "1"}, {"order": "phone"}):  # fmt: skip
        assert program.get("/appeals", **wrong).status_code == 422, wrong


def test_a_confidential_case_does_not_tell_who_raised_it(stage: Stage, call: Call) -> None:
    city = call("system")
    made = city.post("/appeals", body(stage, external="WH-2026-001", confidential=True)).json()
    case = stage.to("working", Appeal.objects.get(number=made["number"]))
    for row in (
        call("handler").get("/appeals").json()["items"][0],
        call("handler").get(f"/appeals/{case.number}").json(),
    ):
        assert row["enterprise"] is None
        assert row["enterprise_name"] == "（企业要求保密）"
        assert stage.firm.name not in json.dumps(row, ensure_ascii=False)
        assert "WH-2026-001" not in json.dumps(row, ensure_ascii=False)  # the city platform would tell who it is
    assert row["external"] is None
    assert call("dispatcher").get(f"/appeals/{case.number}").json()["enterprise"] == stage.firm.pk
    for who in (city, call("dispatcher")):
        assert who.get(f"/appeals/{case.number}").json()["external"] == "WH-2026-001"


@pytest.mark.parametrize(("who", "path"), [("dispatcher", "/appeals"), ("handler", "/appeals"), ("contact", "/appeals"),
                                           ("dispatcher", "/enterprises")])  # fmt: skip
def test_queries_do_not_grow_with_the_list(stage: Stage, call: Call, who: str, path: str) -> None:
    program = call(who)
    program.get(path)
    measured = []
    for upto in (30, 300):
        while Appeal.objects.count() < upto:
            case = stage.submit()
            Appeal.objects.filter(pk=case.pk).update(unit=stage.house.department, state="working")
        have = Enterprise.objects.count()
        Enterprise.objects.bulk_create(
            Enterprise(name=f"企业{n}", street_id=stage.house.street, created=NOW, updated=NOW)
            for n in range(have, upto)
        )
        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = program.get(path, size=25)
        assert len(answer.json()["items"]) == (25 if path == "/appeals" or who == "dispatcher" else 1)
        measured.append(len(seen))
    assert measured[0] == measured[1]
    assert measured[1] <= 12


# One case ------------------------------------------------------------------------------------------------------------


def test_a_case_is_told_to_each_side_in_its_own_way(stage: Stage, call: Call) -> None:
    case = stage.to("replied")
    stage.take("handler", case, "note", text="内部讨论")
    inside, outside = (call(who).get(f"/appeals/{case.number}").json() for who in ("handler", "contact"))
    assert [one["step"] for one in inside["timeline"]] == ["submit", "accept", "dispatch", "sign", "reply", "note"]
    assert [one["step"] for one in outside["timeline"]] == ["submit", "accept", "dispatch", "sign", "reply"]
    assert "内部讨论" not in json.dumps(outside, ensure_ascii=False)
    assert "郑承办" not in json.dumps(outside, ensure_ascii=False)
    assert outside["parts"] == []
    assert [part["unit"] for part in inside["parts"]] == [stage.house.department]
    assert inside["phone_masked"] == "199****1234"
    assert "confirm" in outside["steps"]
    assert "confirm" not in inside["steps"]
    assert outside["clocks"][-1]["due"].endswith("+08:00")


def test_foreign_and_missing_cases_answer_alike(stage: Stage, call: Call) -> None:
    case = stage.to("working")
    for who in ("stranger", "taxman"):
        program = call(who)
        for path, post in (("", False), ("/steps", False), ("/files/1", False), ("/accept", True), ("/rate", True)):
            ask = program.post if post else program.get
            foreign, absent = ask(f"/appeals/{case.number}{path}"), ask(f"/appeals/QS2609300000000{path}")
            assert foreign.status_code == absent.status_code == 404, (who, path)
            assert foreign.json()["detail"] == absent.json()["detail"]


def test_steps_are_listed_with_what_they_need_and_taken(stage: Stage, call: Call) -> None:
    case = stage.submit()
    program = call("dispatcher")
    told = program.get(f"/appeals/{case.number}/steps").json()
    decline = next(step for step in told["items"] if step["name"] == "decline")
    assert [need["name"] for need in decline["needs"]] == ["reason", "elsewhere"]
    assert {"value": "scope", "label": "不属于本区职责范围"} in decline["needs"][0]["options"]
    taken = program.post(f"/appeals/{case.number}/accept", {"seq": told["seq"]})
    assert (taken.status_code, taken.json()["state"], taken.json()["seq"]) == (200, "accepted", 2)
    sent = program.post(f"/appeals/{case.number}/dispatch", {"unit": "D01", "units": [stage.tax]})
    assert sent.status_code == 200, sent.content.decode()
    assert Appeal.objects.get(pk=case.pk).unit_id == stage.house.department


def test_a_step_that_is_not_possible_answers_the_present_state(stage: Stage, call: Call) -> None:
    case = stage.to("accepted")
    before = stage.row(case), counts()
    program = call("dispatcher")
    before = stage.row(case), counts()
    # nor does it matter then whose step it is, or what it lacks
    impossible = (
        ("accept", {}),
        ("dispatch", {"unit": "D01", "seq": 1}),
        ("fly", {}),
        ("reply", {}),
        ("rate", {"x": 1}),
    )
    for step, sent in impossible:
        answer = program.post(f"/appeals/{case.number}/{step}", sent)
        assert (answer.status_code, answer.json()["state"]) == (409, "accepted"), step
    assert (stage.row(case), counts()) == before


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"unit": "nowhere"},
        {"unit": 2**70},
        {"unit": [1]},
        {"unit": "D01", "state": "closed"},
        {"unit": "D01", "units": "D02"},
        {"unit": "D01", "units": ["D01"]},
        {"unit": "D01", "note": ["x"]},
        {"unit": "D01", "note": 5},
        {"unit": "D01", "seq": -1},
        {"unit": "D01", "seq": "3"},
    ],
)
def test_a_step_given_nonsense_changes_nothing(stage: Stage, call: Call, sent: dict[str, object]) -> None:
    case = stage.to("accepted")
    program = call("dispatcher")
    before = stage.row(case), counts()
    answer = program.post(f"/appeals/{case.number}/dispatch", sent)
    assert answer.status_code == 422, answer.content.decode()
    assert answer.json()["fields"]
    assert (stage.row(case), counts()) == before


def test_a_step_taken_twice_with_one_key_is_taken_once(stage: Stage, call: Call, settings: Settings) -> None:
    case = stage.submit()
    program = call("dispatcher")
    first = program.post(f"/appeals/{case.number}/accept", {}, key="a-1")
    before = counts()
    settings.QIFU_NOW = NOW + timedelta(minutes=1)
    again = program.post(f"/appeals/{case.number}/accept", {}, key="a-1")
    assert (first.status_code, again.status_code, again.json()["seq"]) == (200, 200, 2)
    assert ("Idempotent-Replay" in first, again["Idempotent-Replay"]) == (False, "true")
    assert counts() == before


def test_files_travel_with_a_case(stage: Stage, call: Call, settings: Settings, tmp_path: Any) -> None:
    settings.HOME = tmp_path
    program = call("contact")

    def sent(name: str, content: bytes) -> Any:
        upload = SimpleUploadedFile(name, content)
        return program.client.post("/api/v1/files", {"file": upload}, headers=program.headers)

    kept = sent("情况.txt", "车位紧张".encode())
    assert kept.status_code == 201, kept.content.decode()
    assert sent("x.exe", b"MZ\x90\x00").status_code == 422
    settings.UPLOAD_LIMIT = 10
    assert sent("big.txt", b"a" * 11).status_code == 413
    made = program.post("/appeals", body(stage, channel="portal", files=[kept.json()["id"]])).json()
    got = program.get(f"/appeals/{made['number']}/files/{kept.json()['id']}")
    assert b"".join(got.streaming_content) == "车位紧张".encode()
    assert got["Content-Disposition"].startswith("attachment")
    assert call("stranger").get(f"/appeals/{made['number']}/files/{kept.json()['id']}").status_code == 404


# Tokens --------------------------------------------------------------------------------------------------------------


def test_no_token_no_answer(stage: Stage, call: Call) -> None:
    case = stage.submit()
    browser = Client()
    browser.force_login(stage.house.account("dispatcher"))
    for path in ("/appeals", f"/appeals/{case.number}", "/me", "/units", "/categories", "/enterprises"):
        for answer in (Caller("").get(path), Caller("qifu_wrong").get(path), browser.get(f"/api/v1{path}")):
            assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
            assert answer["WWW-Authenticate"].startswith("Bearer")


def test_revoked_expired_and_dismissed_tokens_are_no_good(stage: Stage, call: Call, settings: Settings) -> None:
    program = call("handler")
    assert program.get("/me").status_code == 200
    token = Token.objects.get()
    people.revoke_token(actor=SYSTEM, now=NOW, token=token.pk)
    assert program.get("/me").status_code == 401
    program = call("handler")
    Token.objects.filter(revoked_at=None).update(expires=NOW + timedelta(hours=1))
    settings.QIFU_NOW = NOW + timedelta(hours=1)
    assert program.get("/me").status_code == 401


def test_a_scope_opens_what_it_names(stage: Stage, call: Call) -> None:
    case = stage.submit()
    reader = call("dispatcher", ["appeals:read"])
    assert reader.get(f"/appeals/{case.number}").status_code == 200
    for answer in (reader.post("/appeals", body(stage)), reader.post(f"/appeals/{case.number}/accept"),
                   reader.get("/enterprises"), reader.get(f"/enterprises/{stage.firm.pk}")):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]
    lister = call("system", ["enterprises:read"])
    assert [row["uscc"] for row in lister.get("/enterprises").json()["items"]] == [
        stage.other_firm.uscc,
        stage.firm.uscc,
    ]
    assert lister.get("/appeals").status_code == 403
    assert lister.get("/me").json()["scopes"] == ["enterprises:read"]


def test_enterprises_are_cut_to_the_caller(stage: Stage, call: Call) -> None:
    program = call("contact")
    assert [row["id"] for row in program.get("/enterprises").json()["items"]] == [stage.firm.pk]
    foreign, absent = program.get(f"/enterprises/{stage.other_firm.pk}"), program.get("/enterprises/987654321")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.json()["detail"] == absent.json()["detail"]
    assert program.get(f"/enterprises/{stage.firm.pk}").json()["name"] == stage.firm.name


def test_too_many_calls_are_told_to_wait(stage: Stage, call: Call, settings: Settings) -> None:
    settings.API_RATE = 3
    program, other = call("handler"), call("dispatcher")
    assert [program.get("/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert other.get("/me").status_code == 200
    refused = program.get("/me")
    assert refused["Retry-After"] == "60"
    settings.QIFU_NOW = NOW + timedelta(minutes=1)
    assert program.get("/me").status_code == 200


def test_processes_share_the_count(stage: Stage, call: Call, settings: Settings) -> None:
    settings.API_RATE = 100
    here, there = bearers.Meter(), bearers.Meter()
    calls = [meter.call(1, NOW, 100)[1] for _ in range(60) for meter in (here, there)]
    assert 100 < max(calls) <= 120
    assert sum(count > 100 for count in calls) >= 10


# Form ----------------------------------------------------------------------------------------------------------------


def test_unknown_addresses_and_methods_are_problems_too(call: Call) -> None:
    program = call("dispatcher")
    nowhere = program.get("/nowhere")
    assert (nowhere.status_code, nowhere["Content-Type"]) == (404, "application/problem+json")
    wrong = program.client.delete("/api/v1/appeals", headers=program.headers)
    assert (wrong.status_code, wrong["Content-Type"]) == (405, "application/problem+json")
    assert wrong["Allow"] == "GET, POST"


def test_our_own_fault_is_told_without_the_inside(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("qifu.entry.api.cases.lists.page", broken)
    answer = call("dispatcher").get("/appeals")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "secret" not in answer.content.decode()
    assert answer.json()["reference"].startswith("QF-")


def test_the_description_needs_no_token_and_names_every_refusal() -> None:
    told = Client().get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert told["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert {"401", "404", "422", "429", "500"} <= set(operation["responses"]), (path, method)
            assert "application/problem+json" in operation["responses"]["422"]["content"]
            assert operation["security"]
    assert "409" in told["paths"]["/api/v1/appeals/{number}/{step}"]["post"]["responses"]
