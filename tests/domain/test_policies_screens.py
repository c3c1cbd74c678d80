"""The screens of policies: from a text to a published item by hand, an enterprise on its phone, and what is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.people.models import Account
from qifu.domain.policies import facts, formulas, nearby
from qifu.domain.policies.models import Case, Document, MatchChange, Push, Revision
from qifu.domain.policies.queries import desk, mine, public
from qifu.domain.policies.told import plainly
from qifu.engines import eligibility as law
from qifu.entry.desk.policies import forms
from qifu.kernel.evidence.models import Record
from qifu.kernel.files.models import StoredFile
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
    "force_from": "2026-01-01", "amount_mode": "each", "amount_field": "employees", "amount_each": "1000",
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
    given = lines() | {"amount_mode": "each", "amount_field": "employees", "amount_each": "1000", "amount_cap": "30"}
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
    page = entered(stage, "admin").get("/desk/policies/funnel/").content.decode()
    assert "“场地是自有的”" in page


def test_a_workbook_holds_what_the_list_holds(stage: Stage) -> None:
    room.fill(stage, 20)
    leader = entered(stage, "leader")
    answer = leader.get("/desk/policies/export/?theme=认定")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert len(b"".join(answer.streaming_content)) > 3_000  # type: ignore[attr-defined]


def test_the_public_list_is_carried_away_as_asked_for_and_runs_nothing(stage: Stage) -> None:
    room.fill(stage, 30)
    odd = Revision.objects.filter(state="published").select_related("item").first()
    assert odd is not None
    Revision.objects.filter(pk=odd.pk).update(
        title='=HYPERLINK("http://x","看")', summary="+1", amount_words="@SUM(A1)"
    )
    facts.forget()
    query = f"theme={odd.item.theme}&sort=newest"
    listed = public.found(facts.day(NOW), "", {"theme": odd.item.theme}, sort="newest", size=public.MOST).cards
    sent = Client().get(f"/policies/export/?{query}&as=csv")
    rows = list(csv.reader(StringIO(sent.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [card.code for card in listed]
    assert 0 < len(listed) < public.found(facts.day(NOW)).count
    own = next(row for row in rows if row[0] == odd.item.code)
    assert (own[1], own[6], own[10]) == ('\'=HYPERLINK("http://x","看")', "'@SUM(A1)", "'+1")
    assert own[12] == f"http://testserver/policies/{odd.item.code}/"
    sheet = load_workbook(BytesIO(Client().get(f"/policies/export/?{query}").content)).active
    assert sheet is not None
    table = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert table == rows
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_public_list_is_carried_away_a_dozen_times_a_minute(stage: Stage) -> None:
    room.published(stage.house)
    caller = Client(REMOTE_ADDR="198.51.100.7")
    assert [caller.get("/policies/export/?as=csv").status_code for _ in range(13)] == [200] * 12 + [429]
    assert "每分钟最多 12 次" in caller.get("/policies/export/").content.decode()
    assert Client(REMOTE_ADDR="198.51.100.8").get("/policies/export/?as=csv").status_code == 200
    assert caller.get("/policies/").status_code == 200  # looking is not limited


def test_documents_are_put_in_order_and_carried_away_in_it(stage: Stage) -> None:
    room.document(stage.house, replace(room.PAPER, title="乙", number="乙号", issued_on=date(2026, 2, 1)))
    room.document(stage.house, replace(room.PAPER, title="甲", number="甲号", issued_on=None))
    room.document(stage.house, replace(room.PAPER, title="丙", number="丙号", issued_on=date(2026, 3, 1)))
    actor, leader = stage.actor("leader"), entered(stage, "leader")
    orders = {"newest": "丙甲乙", "issued": "丙乙甲", "zzz": "丙甲乙"}
    found = {sort: "".join(row.title for row in desk.documents(actor=actor, sort=sort)[0]) for sort in orders}
    assert found == orders
    assert leader.get("/desk/policies/documents/?sort=issued").content.decode().index(">乙<") > 0
    answer = leader.get("/desk/policies/documents/?sort=issued&as=xlsx")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert [row[0] for row in book["政策文件"].iter_rows(min_row=2, values_only=True)] == ["丙", "乙", "甲"]
    told = Record.objects.get(facts__list="documents")
    assert (told.verb, told.facts["rows"]) == ("policies.export", 3)


@pytest.mark.parametrize(
    "query", ["?from=abc", "?from=999999", "?level=' OR 1=1", "?when=x&kind=%00", "?sort=zzz", "?q=" + "长" * 500]
)
def test_odd_addresses_are_answered_calmly(stage: Stage, query: str) -> None:
    room.published(stage.house)
    assert Client().get(f"/policies/{query}").status_code in (200, 400)
    assert entered(stage, "leader").get(f"/desk/policies/{query}").status_code in (200, 400)


def test_attachments_come_with_the_document_and_go_out_with_the_item(stage: Stage) -> None:
    room.published(stage.house)
    admin, document = entered(stage, "admin"), Document.objects.get()
    paper = {"title": document.title, "level": "district", "issuer": document.issuer, "number": document.number}
    address = f"/desk/policies/documents/{document.pk}/"
    bad = SimpleUploadedFile("表.exe", b"MZ\x90\x00")
    table = SimpleUploadedFile("申请表.txt", "申请单位：".encode())
    answer = admin.post(f"{address}edit/", paper | {"seen": "1", "papers": [table, bad]})
    assert answer.status_code == 422
    assert "表.exe" in answer.content.decode()
    (kept,) = StoredFile.objects.all()
    assert kept.owner == ""
    told = paper | {"seen": "1", "papers_kept": f"{kept.pk}|{kept.name}"}
    assert admin.post(f"{address}edit/", told).status_code == 302
    kept.refresh_from_db()
    assert kept.owner == document.stream
    public = f"/policies/{CODE}/files/{kept.pk}/"
    assert public in Client().get(f"/policies/{CODE}/").content.decode()
    carried = Client().get(public)
    assert b"".join(carried.streaming_content) == "申请单位：".encode()  # type: ignore[attr-defined]
    assert carried["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Client().get(f"/policies/{CODE}/files/{kept.pk + 1}/").status_code == 404
    assert f"{address}files/{kept.pk}/" in admin.get(f"/desk/policies/items/{CODE}/").content.decode()
    assert entered(stage, "handler").post(f"{address}files/{kept.pk}/drop/").status_code == 403
    assert admin.post(f"{address}files/{kept.pk}/drop/").status_code == 302
    assert Client().get(public).status_code == 404


def test_steps_are_kept_as_many_as_they_are_and_the_amount_says_its_unit(stage: Stage) -> None:
    admin, number = entered(stage, "admin"), room.document(stage.house).pk
    fixed = FORM | {"steps": "4", "amount_mode": "fixed", "amount_fixed": "1", "amount_words": ""}
    assert admin.post(f"/desk/policies/documents/{number}/item/", fixed | lines()).status_code == 302
    assert Revision.objects.get().steps == 4
    assert 'name="steps" value="4"' in admin.get(f"/desk/policies/items/{CODE}/1/edit/").content.decode()
    page = admin.get(f"/desk/policies/items/{CODE}/").content.decode()
    assert "<dt>金额算法</dt><dd>1 万元" in page
    assert admin.post(f"/desk/policies/items/{CODE}/1/edit/", fixed | lines() | {"steps": "-1"}).status_code == 422


def test_what_nobody_sees_is_left_out_of_titles(stage: Stage) -> None:
    admin = entered(stage, "admin")
    paper = {"title": "软件\u202e企业\u200b若干\n措施\ufeff", "level": "district", "issuer": "区\u2066政府"}
    paper |= {"text": "第一条\r\n软件。\u0007"}
    assert admin.post("/desk/policies/documents/new/", paper).status_code == 302
    made = Document.objects.get()
    assert (made.title, made.issuer, made.text) == ("软件企业若干 措施", "区政府", "第一条\n软件。")
    told = FORM | {"title": "稳岗\u202e奖励", "theme": "就\u200e业"} | lines()
    assert admin.post(f"/desk/policies/documents/{made.pk}/item/", told).status_code == 302
    row = Revision.objects.get()
    assert (row.title, row.item.theme) == ("稳岗奖励", "就业")
    blank = {"title": "\u202e", "level": "district", "issuer": "区政府"}
    assert admin.post("/desk/policies/documents/new/", blank).status_code == 422
    assert Document.objects.count() == 1


def test_what_must_not_be_so_is_said_as_what_must_be_so(stage: Stage) -> None:
    tree: object = {
        "and": [{">=": [{"var": "employees"}, 20]}, {"!": {"or": [{"var": "dishonest"}, {"var": "abnormal"}]}}]
    }
    library = law.compile_policies([law.Policy("", "", law.parse(tree, law.catalogue()))])
    known = law.facts({"employees": 30, "dishonest": False}, NOW.date())
    told = plainly(law.Reading(library, known, NOW.date()).explain(0).tree)
    assert [(line.depth, line.text, line.result) for line in told] == [
        (0, "以下全部满足", "unknown"),
        (1, "从业人员不低于 20 人", "yes"),
        (1, "以下全部满足", "unknown"),
        (2, "严重失信：否", "yes"),
        (2, "经营异常：否", "unknown"),
    ]


@pytest.mark.parametrize(
    ("denied", "said"),
    [
        (
            {"starts_with": [{"var": "industry"}, ["C16", "H"]]},
            "行业代码不以 C16（烟草制品业）、H（住宿和餐饮业）之一开头",
        ),
        ({"in": [{"var": "tax_credit"}, ["A", "B"]]}, "纳税信用级别不属于 A 级、B 级"),
        ({"<": [{"var": "revenue"}, 5]}, "营业收入不低于 5 万元"),
        ({"<=": [1, {"var": "employees"}, 5]}, "不是：从业人员不低于 1 人 且不高于 5 人"),
        ({"!": {"var": "high_tech"}}, "高新技术企业：是"),
        ({"and": [{"var": "dishonest"}, {"var": "abnormal"}]}, "以下至少满足一项；严重失信：否；经营异常：否"),
    ],
)
def test_each_kind_of_clause_is_said_the_other_way_round(denied: object, said: str) -> None:
    library = law.compile_policies([law.Policy("", "", law.parse({"!": denied}, law.catalogue()))])
    tree = law.Reading(library, {}, NOW.date()).explain(0).tree
    assert "；".join(line.text for line in plainly(tree)) == said


def test_ways_of_reckoning_an_amount_come_back_as_they_were_entered() -> None:
    each = {"amount_mode": "each", "amount_field": "employees", "amount_each": "1000", "amount_cap": "30"}
    share = {"amount_mode": "share", "amount_field": "rd_expense", "amount_rate": "2.5", "amount_cap": ""}
    for given, formula, said in (
        (each, {"min": [30, {"*": [{"var": "employees"}, 0.1]}]}, "每人 1000 元（按从业人员），最高 30 万元"),
        (share, {"*": [{"var": "rd_expense"}, 0.025]}, "研发费用的 2.5%"),
        ({"amount_mode": "fixed", "amount_fixed": "3"}, 3, "3 万元"),
        ({"amount_mode": "none"}, None, ""),
    ):
        assert forms.formula_of(given) == formula
        assert forms.amount_of(formula)["amount_mode"] == given["amount_mode"]
        assert formulas.said(formula) == said
    with pytest.raises(ValueError, match="每人、每件多少元"):
        forms.formula_of({"amount_mode": "each", "amount_field": "employees"})


def test_nobody_is_told_to_lose_a_status(stage: Stage) -> None:
    words = replace(
        room.WORDS, condition={"==": [{"var": "above_scale"}, False]}, clauses=({"path": "", "cite": "第一条"},)
    )
    made = room.draft(stage.house, words, cases=False)
    Revision.objects.filter(pk=made.pk).update(state="published", author=None)
    room.firm(stage)
    room.contact(stage)
    room.known(stage, above_scale=True)
    facts.forget()
    assert mine.mine(stage.contact, stage.firm.pk, facts.day(NOW)).near == []
    Revision.objects.filter(pk=made.pk).update(condition={"==": [{"var": "dishonest"}, False]}, changed_at=NOW)
    room.known(stage, dishonest=True)
    facts.forget()
    (near,) = mine.mine(stage.contact, stage.firm.pk, facts.day(NOW)).near
    assert near.moves == ("严重失信由 是 变为 否",)


def test_the_quick_look_loses_no_item_that_is_one_step_away() -> None:
    """What the search finds, the quick look had let through: for a thousand invented conditions and three enterprises."""
    drawn = Random(20261122)
    leaves: list[object] = [
        {">=": [{"var": "employees"}, 50]}, {">=": [{"var": "revenue"}, 800]}, {"<=": [{"var": "debt_ratio"}, 0.4]},
        {"var": "high_tech"}, {"==": [{"var": "dishonest"}, False]}, {"starts_with": [{"var": "industry"}, ["I65"]]},
    ]  # fmt: skip

    def made(depth: int) -> object:
        if depth == 0 or drawn.random() < 0.3:
            leaf = drawn.choice(leaves)
            return {"!": [leaf]} if drawn.random() < 0.15 else leaf
        return {drawn.choice(["and", "and", "or"]): [made(depth - 1) for _ in range(drawn.randint(2, 3))]}

    trees = [law.Policy(str(n), "", law.parse(made(3), law.catalogue())) for n in range(1_000)]
    shelf = cast(facts.Shelf, SimpleNamespace(library=law.compile_policies(trees)))
    near = 0
    for known in (
        {
            "employees": 40,
            "revenue": 900,
            "debt_ratio": 0.5,
            "high_tech": False,
            "dishonest": False,
            "industry": "I6513",
        },
        {"employees": 60, "revenue": 500, "high_tech": False, "dishonest": True, "industry": "I6513"},
        {"employees": 40, "debt_ratio": 0.7, "high_tech": True, "industry": "H6210"},
    ):
        reading = law.Reading(shelf.library, law.facts(known, NOW.date()), NOW.date())
        for place in range(len(trees)):
            if reading.result(place) == "ineligible" and mine.one_step(shelf, place, reading.facts):
                assert nearby.may_be(shelf.library, place, reading.states), trees[place].when
                near += 1
    assert near > 100
