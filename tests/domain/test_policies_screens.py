"""The screens of policies: from a text to a published item by hand, an enterprise on its phone, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.people.models import Account
from qifu.domain.policies import facts
from qifu.domain.policies.models import Case, Document, MatchChange, Push, Revision
from tests.conftest import NOW
from tests.domain import policy_room as room
from tests.domain.policy_room import CODE
from tests.stage import Stage

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LINES: list[tuple[str, ...]] = [
    ("0", "and", "", "", "", "", ""),
    ("1", "clause", "industry", "starts_with", "I65", "第一条", "软件业"),
    ("1", "clause", "employees", ">=", "20", "第二条", "二十人"),
    ("1", "clause", "dishonest", "false", "", "第三条", ""),
]
PARTS = ("depth", "kind", "field", "comparison", "value", "cite", "says")
FORM = {
    "code": CODE, "kind": "money", "theme": "就业", "unit": "区人力资源局", "title": "软件企业稳岗奖励", "summary": "按人数奖励。",
    "force_from": "2026-01-01", "amount_mode": "share", "amount_field": "employees", "amount_rate": "10",
    "amount_cap": "30", "steps": "1", "window_kind": "always",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(settings: Settings) -> Iterator[None]:
    settings.QIFU_NOW = NOW
    facts.forget()
    yield
    facts.forget()


def lines(given: list[tuple[str, ...]] | None = None) -> dict[str, list[str]]:
    rows = LINES if given is None else given
    return {f"line_{name}": [row[n] for row in rows] for n, name in enumerate(PARTS)}


def entered(stage: Stage, who: str) -> Client:
    client = Client()
    account = stage.house.account(who) if who != "contact" else Account.objects.get(pk=stage.contact.account)
    client.force_login(account, backend=BACKEND)
    return client


def test_an_editor_takes_a_text_to_a_published_item(stage: Stage) -> None:
    admin, reader = entered(stage, "admin"), entered(stage, "supervisor")
    paper = {"title": "软件企业若干措施", "level": "district", "issuer": "区政府", "text": "第一条 软件业。"}
    assert admin.post("/desk/policies/documents/new/", paper).status_code == 302
    number = Document.objects.get().pk
    page = admin.get(f"/desk/policies/documents/{number}/item/").content.decode()
    assert "第一条 软件业。" in page
    answer = admin.post(f"/desk/policies/documents/{number}/item/", FORM | lines())
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/policies/items/{CODE}/")
    row = Revision.objects.get()
    assert row.condition == room.CONDITION
    assert row.formula == {"min": [30, {"*": [{"var": "employees"}, 0.1]}]}
    assert [clause["cite"] for clause in row.clauses] == ["第一条", "第二条", "第三条"]
    for name, kind, given, expected in room.CASES:
        told = {f"fact_{field}": str(value) for field, value in given.items()}
        case = {"name": name, "kind": kind, "on": "2026-06-01", "expected": expected}
        assert admin.post(f"/desk/policies/items/{CODE}/1/cases/", case | told).status_code == 302
    assert Case.objects.count() == 4
    assert "还没有人审读" in admin.get(f"/desk/policies/items/{CODE}/").content.decode()
    assert reader.post(f"/desk/policies/items/{CODE}/1/read/", {"seen": "1"}).status_code == 302
    assert reader.post(f"/desk/policies/items/{CODE}/1/publish/").status_code == 302
    assert Client().get(f"/policies/{CODE}/").status_code == 200


def test_lines_are_put_in_and_taken_out_without_code(stage: Stage) -> None:
    admin = entered(stage, "admin")

    def after(act: str) -> str:
        return admin.post("/desk/policies/compose/", lines() | {"act": act}).content.decode()

    assert after("").count('class="clause-line ') == 4
    assert after("clause:0").count('class="clause-line ') == 5
    assert after("group:3").count('class="clause-line ') == 6
    assert after("drop:2").count('class="clause-line ') == 3
    assert after("drop:0").count('class="clause-line ') == 4  # the outermost group stays
    assert after("clause:99").count('class="clause-line ') == 4


def test_a_line_that_cannot_be_used_keeps_what_was_typed(stage: Stage) -> None:
    admin, number = entered(stage, "admin"), room.document(stage.house).pk
    wrong = [*LINES[:2], ("1", "clause", "employees", ">=", "许多<b>", "第二条", "")]
    answer = admin.post(f"/desk/policies/documents/{number}/item/", FORM | lines(wrong))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "许多&lt;b&gt;" in text
    assert "条件有几行需要修改" in text
    assert Revision.objects.count() == 0


def test_the_preview_counts_and_costs(stage: Stage) -> None:
    room.firm(stage)
    room.known(stage, dishonest=False)
    given = lines() | {"amount_mode": "share", "amount_field": "employees", "amount_rate": "10", "amount_cap": "30"}
    text = entered(stage, "admin").post("/desk/policies/preview/", given).content.decode()
    assert "按 2 户企业现有数据计算" in text
    assert "6.00 万元" in text
    assert "从业人员不低于 20 人" in text


def test_an_enterprise_tells_a_fact_and_sees_the_list_change(stage: Stage) -> None:
    room.published(stage.house)
    room.firm(stage, employees=None)
    room.contact(stage)
    room.known(stage, dishonest=False)
    room.matching.match_all(now=NOW)
    phone = entered(stage, "contact")
    assert "从业人员" in phone.get("/my/policies/?tab=more").content.decode()
    wrong = phone.post("/my/policies/tell/", {"field": "employees", "value": "许多"})
    assert (wrong.status_code, MatchChange.objects.count()) == (422, 0)
    assert "许多" in wrong.content.decode()
    told = phone.post("/my/policies/tell/", {"field": "employees", "value": "45"}, follow=True)
    text = told.content.decode()
    assert "已记下，1 项政策的结论随之改变。" in text
    assert "预计 4.5 万元" in text
    assert MatchChange.objects.count() == 1


def test_what_was_pushed_is_seen_and_answered(stage: Stage) -> None:
    things = room.fill(stage, 20)
    phone, code = entered(stage, "contact"), things["code"]
    assert phone.post("/my/policies/seen/", {"code": str(code)}).status_code == 204
    push = Push.objects.get(pk=int(str(things["push"])))
    assert push.opened_at == push.checked_at == NOW
    said = {"fits": "no", "because": "场地是自有的"}
    assert phone.post(f"/my/policies/pushes/{push.pk}/answer/", said).status_code == 302
    desk = entered(stage, "admin").get("/desk/policies/funnel/").content.decode()
    assert "“场地是自有的”" in desk


def test_a_workbook_holds_what_the_list_holds(stage: Stage) -> None:
    room.fill(stage, 20)
    leader = entered(stage, "leader")
    answer = leader.get("/desk/policies/export/?theme=认定")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert len(b"".join(answer.streaming_content)) > 3_000  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "query", ["?from=abc", "?from=999999", "?level=' OR 1=1", "?when=x&kind=%00", "?sort=zzz", "?q=" + "长" * 500]
)
def test_odd_addresses_are_answered_calmly(stage: Stage, query: str) -> None:
    room.published(stage.house)
    assert Client().get(f"/policies/{query}").status_code in (200, 400)
    assert entered(stage, "leader").get(f"/desk/policies/{query}").status_code in (200, 400)
