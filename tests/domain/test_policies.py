"""Policies: written by one, read by another, published when nothing stands in the way, in force on their days."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.policies import checking, composing, facts, sourcing, windows
from qifu.domain.policies.actions import adopting, documents, drafting, publishing
from qifu.domain.policies.models import Case, Document, Item, Revision
from qifu.domain.policies.queries import desk, public
from qifu.engines import eligibility as law
from qifu.entry.cli.sample import policies as samples
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item as Waiting
from tests.conftest import NOW, House
from tests.domain import policy_room as room
from tests.domain.policy_room import ABOUT, CODE, WORDS

TODAY = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    facts.forget()


def state_of(row: Revision) -> tuple[object, ...]:
    row.refresh_from_db()
    records = Record.objects.filter(stream=row.item.stream).count()
    return row.state, row.version, row.reader, row.force_from, row.force_to, row.title, records, Waiting.objects.count()


# From a text to a published item ----------------------------------------------------------------------------------------


def test_a_document_becomes_an_item_that_everybody_sees(house: House) -> None:
    row = room.published(house)
    assert (row.state, row.reader, row.author) == (
        "published", house.accounts["supervisor"].pk, house.accounts["admin"].pk,
    )  # fmt: skip
    sheet = public.item(CODE, TODAY)
    assert [(line.depth, line.text, line.cite) for line in sheet.clauses] == [
        (0, "以下全部满足", ""),
        (1, "行业代码以 I65（软件和信息技术服务业）开头", "第一条"),
        (1, "从业人员不低于 20 人", "第二条"),
        (1, "严重失信：否", "第三条"),
    ]
    verbs = Record.objects.filter(stream=row.item.stream).order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["policies.draft", *["policies.add_case"] * 4, "policies.read", "policies.publish"]
    waiting = Waiting.objects.get(channel="policies")
    assert waiting.payload == {"code": CODE, "enterprise": None}


def test_a_draft_is_seen_by_the_staff_only(house: House) -> None:
    room.draft(house)
    with pytest.raises(Missing):
        public.item(CODE, TODAY)
    assert public.found(TODAY).count == 0
    assert desk.sheet(actor=house.actor("leader"), code=CODE, on=TODAY).shown.state == "draft"


def test_what_stands_in_the_way_is_listed(house: House) -> None:
    words = replace(WORDS, clauses=room.CLAUSES[:2], summary=" ")
    made = room.draft(house, words, cases=False)
    drafting.add_case(
        actor=house.actor("admin"), now=NOW, code=CODE, number=1, name="写错的", kind="eligible", on=room.ON,
        given=room.FITS | {"employees": 19}, expected="eligible",
    )  # fmt: skip
    before = state_of(made)
    with pytest.raises(Invalid) as refused:
        publishing.publish(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1)
    assert refused.value.extra["problems"] == [
        "缺少“不符合”的算例。",
        "缺少“正在界上”的算例。",
        "缺少“缺信息”的算例。",
        "算例“写错的”应为“符合”，实际是“不符合”。",
        "“严重失信：否”没有写明出自哪一条。",
        "没有写通俗说明。",
        "除起草人外还没有人审读。",
    ]
    assert state_of(made) == before


def test_a_condition_without_bounds_needs_no_case_on_one(house: House) -> None:
    node = law.parse({"var": "high_tech"}, law.catalogue())
    assert not checking.has_bound(node)
    assert checking.has_bound(law.parse(room.CONDITION, law.catalogue()))


def test_nobody_reads_what_they_wrote(house: House) -> None:
    made = room.draft(house)
    before = state_of(made)
    with pytest.raises(Forbidden, match="不能审读自己写的版本"):
        publishing.read(actor=house.actor("admin"), now=NOW, code=CODE, number=1, seen=1)
    assert state_of(made) == before
    with pytest.raises(IntegrityError), transaction.atomic():  # nor does the database let it be
        Revision.objects.filter(pk=made.pk).update(reader=made.author)
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=made.pk).update(state="published")


def test_a_case_said_to_stand_on_a_bound_stands_on_one(house: House) -> None:
    made = room.draft(house, cases=False)
    for name, kind, given, expected in room.CASES:
        beside = given | {"employees": 25} if kind == "boundary" else given
        drafting.add_case(
            actor=house.actor("admin"), now=NOW, code=CODE, number=1, name=name, kind=kind, on=room.ON, given=beside,
            expected=expected,
        )  # fmt: skip
    told = ["“正在界上”的算例没有一个数值或日期与条件中的界限正好相等，请改其中一个。"]
    assert checking.in_the_way(made, made.cases.order_by("pk")) == told
    edge = made.cases.get(kind="boundary")
    edge.facts = edge.facts | {"employees": 20}
    assert checking.in_the_way(made, [edge, *made.cases.exclude(kind="boundary")]) == []


@pytest.mark.parametrize("who", ["handler", "street", "leader", "auditor", "dispatcher"])
def test_who_neither_writes_nor_publishes(house: House, who: str) -> None:
    made = room.draft(house)
    before, actor = state_of(made), house.actor(who)
    with pytest.raises(Forbidden):
        drafting.edit(actor=actor, now=NOW, code=CODE, number=1, words=WORDS, seen=1)
    with pytest.raises(Forbidden):
        publishing.read(actor=actor, now=NOW, code=CODE, number=1, seen=1)
    with pytest.raises(Forbidden):
        publishing.withdraw(actor=actor, now=NOW, code=CODE, number=1, reason="写错了一处")
    with pytest.raises(Forbidden):
        documents.enter(actor=actor, now=NOW, paper=room.PAPER)
    assert state_of(made) == before


def test_two_writers_do_not_overwrite_each_other_and_a_change_must_be_read_again(house: House) -> None:
    made, admin = room.draft(house), house.actor("admin")
    publishing.read(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1, seen=1)
    changed = drafting.edit(actor=admin, now=NOW, code=CODE, number=1, words=replace(WORDS, title="新名称"), seen=1)
    assert (changed.state, changed.reader, changed.version) == ("draft", None, 2)
    before = state_of(made)
    with pytest.raises(Conflict, match="刚被别人改过"):
        drafting.edit(actor=admin, now=NOW, code=CODE, number=1, words=WORDS, seen=1)
    with pytest.raises(Conflict, match="不是最新内容"):
        publishing.read(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1, seen=1)
    assert state_of(made) == before


def test_a_published_revision_is_never_changed(house: House) -> None:
    row, admin = room.published(house), house.actor("admin")
    before = state_of(row)
    with pytest.raises(Conflict, match="另起一版"):
        drafting.edit(actor=admin, now=NOW, code=CODE, number=1, words=WORDS, seen=1)
    with pytest.raises(Conflict, match="另起一版"):
        drafting.drop_case(actor=admin, now=NOW, code=CODE, number=1, case=Case.objects.all()[0].pk)
    with pytest.raises(Conflict):
        publishing.publish(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1)
    assert state_of(row) == before


def test_what_cannot_be_used_is_said_beside_the_field(house: House) -> None:
    found = room.document(house)
    bad = replace(
        WORDS, title=" ", condition={">=": [{"var": "staff"}, 1]}, formula={"^": [1]}, force_to=date(2025, 1, 1),
        window={"kind": "once", "from": "明天", "to": ""},
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        drafting.begin(actor=house.actor("admin"), now=NOW, about=ABOUT, document=found.pk, words=bad)
    assert set(refused.value.fields) == {"title", "condition", "formula", "force_to", "window"}
    assert refused.value.fields["condition"].startswith("字段目录中没有“staff”")
    assert Item.objects.count() == 0


def test_facts_of_a_case_must_be_readable(house: House) -> None:
    room.draft(house, cases=False)
    for given in ({"employees": "很多"}, {"staff": 3}):
        with pytest.raises(Invalid) as refused:
            drafting.add_case(
                actor=house.actor("admin"), now=NOW, code=CODE, number=1, name="甲", kind="not", on=room.ON,
                given=given, expected="ineligible",
            )  # fmt: skip
        assert "facts" in refused.value.fields
    assert Case.objects.count() == 0


def test_a_document_is_entered_once(house: House) -> None:
    room.document(house)
    with pytest.raises(Conflict, match="已经有了"):
        room.document(house)
    with pytest.raises(Invalid) as refused:
        documents.enter(actor=house.actor("admin"), now=NOW, paper=replace(room.PAPER, title="", level="x", url="ftp"))
    assert set(refused.value.fields) == {"title", "level", "url"}
    assert Document.objects.count() == 1


# Revisions and their days -----------------------------------------------------------------------------------------------


def second(house: House, begins: date, **changes: object) -> Revision:
    made = drafting.renew(actor=house.actor("admin"), now=NOW, code=CODE)
    words = replace(drafting.words_of(made), force_from=begins, **changes)  # type: ignore[arg-type]
    made = drafting.edit(actor=house.actor("admin"), now=NOW, code=CODE, number=2, words=words, seen=1)
    publishing.read(actor=house.actor("supervisor"), now=NOW, code=CODE, number=2, seen=2)
    return publishing.publish(actor=house.actor("supervisor"), now=NOW, code=CODE, number=2)


def test_the_revision_of_a_day_answers_for_that_day(house: House) -> None:
    room.published(house)
    second(house, date(2026, 8, 1), title="软件企业稳岗奖励（2026 年修订）")
    first = Revision.objects.get(number=1)
    assert (first.force_to, first.ended_why) == (date(2026, 7, 31), "由第 2 版接替")
    told = [public.item(CODE, day).card.title for day in (date(2026, 7, 31), date(2026, 8, 1))]
    assert told == ["软件企业稳岗奖励", "软件企业稳岗奖励（2026 年修订）"]
    assert [r.number for r in facts.shelf(date(2026, 7, 31)).revisions] == [1]
    assert [r.number for r in facts.shelf(TODAY).revisions] == [2]
    with pytest.raises(Missing):
        public.item(CODE, date(2025, 12, 31))


def test_a_revision_cannot_begin_before_the_one_it_follows(house: House) -> None:
    room.published(house)
    with pytest.raises(Conflict, match="同一天或更晚"):
        second(house, date(2026, 1, 1))
    assert Revision.objects.get(number=2).state == "reviewed"


def test_withdrawing_keeps_the_days_before(house: House) -> None:
    row = room.published(house)
    with pytest.raises(Invalid):
        publishing.withdraw(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1, reason="错")
    publishing.withdraw(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1, reason="标准写错")
    row.refresh_from_db()
    assert (row.state, row.force_to, row.ended_why) == ("published", TODAY - timedelta(days=1), "标准写错")
    assert public.found(TODAY).count == 0
    assert public.item(CODE, date(2026, 5, 1)).card.title == "软件企业稳岗奖励"
    with pytest.raises(Conflict):
        publishing.withdraw(actor=house.actor("supervisor"), now=NOW, code=CODE, number=1, reason="再撤一次")


def test_withdrawing_one_that_never_was_in_force_lets_the_one_before_go_on(house: House) -> None:
    row = room.published(house)
    Revision.objects.filter(pk=row.pk).update(force_to=date(2027, 12, 31))
    second(house, TODAY + timedelta(days=10), force_to=date(2028, 12, 31))
    row.refresh_from_db()
    assert (row.force_to, row.force_was) == (TODAY + timedelta(days=9), date(2027, 12, 31))
    publishing.withdraw(actor=house.actor("supervisor"), now=NOW, code=CODE, number=2, reason="标准写错")
    row.refresh_from_db()
    assert (row.state, row.force_to, row.force_was, row.ended_why) == ("published", date(2027, 12, 31), None, "")
    assert [r.number for r in facts.shelf(TODAY + timedelta(days=20)).revisions] == [1]
    verbs = Record.objects.filter(stream=row.item.stream).order_by("pk").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb in ("policies.give_way", "policies.go_on")] == [
        "policies.give_way", "policies.go_on",
    ]  # fmt: skip


def test_a_later_document_repeals_what_rests_on_the_earlier(house: House) -> None:
    row = room.published(house)
    later = room.document(house, replace(room.PAPER, title="新的若干措施", number="江泽政规〔2026〕9号"))
    reader = house.actor("supervisor")
    with pytest.raises(Invalid):
        documents.repeal(actor=reader, now=NOW, document=row.document_id, by=row.document_id, on=date(2026, 10, 1))
    ended = documents.repeal(actor=reader, now=NOW, document=row.document_id, by=later.pk, on=date(2026, 10, 1))
    row.refresh_from_db()
    assert (ended, row.force_to) == ([CODE], TODAY)
    assert row.ended_why == "被江泽政规〔2026〕9号废止"
    assert [(r.kind, r.other_id) for r in later.relations.all()] == [("repeals", row.document_id)]
    assert facts.shelf(date(2026, 10, 1)).revisions == ()


# The library ------------------------------------------------------------------------------------------------------------


def test_adopting_twice_changes_nothing(db: None) -> None:
    done = adopting.adopt(now=NOW, bundles=samples.bundles(30))
    assert (done.items, done.kept) == (30, [])
    before = list(Revision.objects.values_list("pk", "changed_at"))
    again = adopting.adopt(now=NOW + timedelta(days=1), bundles=samples.bundles(30))
    assert (again.documents, again.items, len(again.kept)) == (0, 0, 30)
    assert list(Revision.objects.values_list("pk", "changed_at")) == before
    assert all("（示例）" in title for title in Revision.objects.values_list("title", flat=True))


def test_an_item_that_fails_a_case_is_not_adopted_nor_any_beside_it(db: None) -> None:
    bundle, *_ = samples.bundles(30)
    wrong = replace(bundle.items[-1], cases=[replace(c, expected="eligible") for c in bundle.items[-1].cases])
    with pytest.raises(Invalid, match=wrong.about.code):
        adopting.adopt(now=NOW, bundles=[replace(bundle, items=[*bundle.items[:-1], wrong])])
    assert (Item.objects.count(), Document.objects.count(), Record.objects.count()) == (0, 0, 0)


def test_the_sample_library_is_as_long_as_asked_and_begins_alike() -> None:
    def codes(count: int) -> set[str]:
        return {one.about.code for bundle in samples.bundles(count) for one in bundle.items}

    assert (len(codes(329)), len(codes(1000))) == (329, 1000)
    assert codes(329) < codes(1000)


def test_the_starter_library_can_be_adopted(db: None) -> None:
    bundles = adopting.starter()
    done = adopting.adopt(now=NOW, bundles=bundles)
    assert done.items == sum(len(bundle.items) for bundle in bundles)
    assert not Item.objects.filter(is_sample=True).exists()


def test_only_items_without_a_step_are_without_application(db: None) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(60))
    cards = public.found(TODAY, wanted={"steps": "0"}, size=100).cards
    assert cards
    assert all(card.is_zero_step and card.steps == 0 for card in cards)
    others = public.found(TODAY, wanted={"steps": "1"}, size=100).cards
    assert others
    assert not any(card.is_zero_step for card in others)


# What the pages read ----------------------------------------------------------------------------------------------------


def test_facets_divide_what_is_found_with_the_other_filters_kept(db: None) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(60))
    page = public.found(TODAY, wanted={"theme": "研发"})
    levels = {code: n for code, _, n in page.facets["level"]}
    assert page.count == sum(levels.values()) == Item.objects.filter(theme="研发").count()
    assert {code for code, _, _ in page.facets["theme"]} == set(Item.objects.values_list("theme", flat=True))
    only = public.found(TODAY, wanted={"theme": "研发", "section": "I"})
    assert 0 < only.count < page.count


def test_the_library_of_the_staff_asks_the_same_whatever_it_holds(house: House) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.library(actor=house.actor("leader"), on=TODAY, q="企业", given={"kind": "money"}, sort="eligible")
        return len(seen)

    adopting.adopt(now=NOW, bundles=samples.bundles(30))
    asked()
    few = asked()
    adopting.adopt(now=NOW, bundles=samples.bundles(200))
    assert asked() == few


def test_the_list_is_searched_filtered_and_paged(house: House) -> None:
    adopting.adopt(now=NOW, bundles=samples.bundles(60))
    room.draft(house)
    leader = house.actor("leader")
    first = desk.library(actor=leader, on=TODAY)
    assert (first.count, len(first.lines), first.before, first.after) == (61, 25, None, 25)
    last = desk.library(actor=leader, on=TODAY, place=50)
    assert (len(last.lines), last.before, last.after) == (11, 25, None)
    drafts = desk.library(actor=leader, on=TODAY, given={"state": "draft"})
    assert [(line.code, line.state_label) for line in drafts.lines] == [(CODE, "起草中")]
    assert desk.library(actor=leader, on=TODAY, q="软件企业稳岗奖励").count == 1
    assert desk.counts(leader, TODAY) == {"in_force": 60, "draft": 1, "reviewed": 0, "expiring": 0}


# Small parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "path"),
    [("", "$.when"), ("/and/0", "$.when.and[0]"), ("/and/1/or/0", "$.when.and[1].or[0]"), ("/!", "$.when.!"),
     ("/!/0", "$.when.!"), ("/and/2/!/or/1", "$.when.and[2].!.or[1]")],
)  # fmt: skip
def test_a_pointer_means_a_place_in_the_condition(pointer: str, path: str) -> None:
    assert sourcing.place(pointer) == path


def test_a_source_covers_what_lies_under_it_and_nothing_beside() -> None:
    node = law.parse(
        {"and": [{"or": [{"var": "high_tech"}, {"var": "tech_sme"}]}, {"var": "above_scale"}]}, law.catalogue()
    )
    lacking = sourcing.uncovered(node, [{"path": "/and/0", "cite": "第一条"}])
    assert [leaf.path for leaf in lacking] == ["$.when.and[1]"]
    assert sourcing.uncovered(node, [{"path": "", "cite": "全文"}]) == []
    assert len(sourcing.uncovered(node, [{"path": "/and/0", "cite": "  "}])) == 3


CONDITIONS = [
    room.CONDITION,
    {"var": "high_tech"},
    {"or": [{"<=": [12, {"var": "age_months"}, 59]}, {"in": [{"var": "tax_credit"}, ["A", "B"]]}]},
    {"and": [{"!": {"or": [{"var": "dishonest"}, {"var": "abnormal"}]}}, {"<": [{"var": "rd_ratio"}, 0.035]}]},
    {
        "and": [
            {"!": {"and": [{"var": "high_tech"}, {"var": "tech_sme"}]}},
            {"<": [{"var": "revenue"}, {"var": "assets"}]},
        ]
    },
    {">=": [{"var": "certified_on"}, "2024-01-01"]},
    {"!=": [{"var": "size_class"}, "large"]},
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_taken_apart_and_put_together_says_the_same(condition: object) -> None:
    made = composing.composed(composing.lines(condition))
    assert made.problems == []
    assert composing.said(made.condition) == composing.said(condition)
    assert composing.composed(composing.lines(made.condition)).condition == made.condition


def test_sources_stay_with_their_lines() -> None:
    lines = composing.lines(room.CONDITION, room.CLAUSES)
    assert [line.cite for line in lines] == ["", "第一条", "第二条", "第三条"]
    assert composing.composed(lines).clauses == list(room.CLAUSES)


@pytest.mark.parametrize(
    ("field", "comparison", "value", "said"),
    [("", "", "1", "请选择字段。"), ("employees", ">=", "", "请填写“从业人员”要比较的值。"),
     ("employees", ">=", "许多", "从业人员"), ("employees", "starts_with", "1", "不能这样比较"),
     ("employees", "between", "3", "要写两个值"), ("tax_credit", "in", "A 级、E 级", "没有“E 级”")],
)  # fmt: skip
def test_a_line_that_cannot_be_used_says_why(field: str, comparison: str, value: str, said: str) -> None:
    made = composing.composed([composing.Line(0, "and"), composing.Line(1, "clause", field, comparison, value)])
    assert len(made.problems) == 1
    assert said in made.problems[0]


def test_a_tree_too_deep_is_refused_not_crashed() -> None:
    deep = json.loads('{"!":' * 900 + "true" + "}" * 900)
    with pytest.raises(law.Refused, match="嵌套"):
        checking.condition_of(deep)
    raw = composing.Line(0, composing.RAW, value='{"!":' * 20_000 + "true" + "}" * 20_000)
    assert len(composing.composed([raw]).problems) == 1


@pytest.mark.parametrize(
    ("window", "on", "is_open", "closes"),
    [({"kind": "always"}, "2026-09-30", True, None),
     ({"kind": "once", "from": "2026-09-01", "to": "2026-09-30"}, "2026-09-30", True, "2026-09-30"),
     ({"kind": "once", "from": "2026-09-01", "to": "2026-09-30"}, "2026-10-01", False, None),
     ({"kind": "yearly", "from": "03-01", "to": "05-31"}, "2027-03-01", True, "2027-05-31"),
     ({"kind": "yearly", "from": "12-01", "to": "01-31"}, "2027-01-15", True, "2027-01-31"),
     ({"kind": "yearly", "from": "12-01", "to": "02-29"}, "2027-02-28", True, "2027-02-28")],
)  # fmt: skip
def test_a_window_is_open_on_its_days(window: dict[str, object], on: str, is_open: bool, closes: str | None) -> None:
    day = date.fromisoformat(on)
    assert windows.is_open(window, day) is is_open
    assert windows.closes(window, day) == (date.fromisoformat(closes) if closes else None)


def test_freshness_counts_working_days(house: House) -> None:
    from qifu.domain.policies.queries import figures

    found = room.document(house, now=datetime(2026, 9, 25, 9, tzinfo=NOW.tzinfo))
    assert found.found_at.date() == date(2026, 9, 25)
    told = figures.freshness(actor=house.actor("leader"), on=TODAY)
    assert (told.waiting, told.published, told.median, [one.days for one in told.lines]) == (1, 0, None, [3])
    room.published(house)  # on the same day: the document of a Friday, published on Wednesday
    told = figures.freshness(actor=house.actor("leader"), on=TODAY)
    assert (told.waiting, told.published, told.median) == (0, 1, Decimal(3))
