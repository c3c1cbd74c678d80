"""Two that are one, one that is two; a value corrected with proof; asked once; classes and their rates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils.timezone import localdate

from qifu.domain.appeals.queries import lists as appeals
from qifu.domain.registry import actions, classes, corrections, facts, golden, merged, queries
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.models import Agency, Asking, Correction, Enterprise, Mark, Merge, Profile, SourceRow
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.actor import Agency as Held
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.files.actions import keep
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.domain.registry_lists import code
from tests.stage import Stage

pytestmark = pytest.mark.django_db
WHY = "核实为同一家企业"
YEAR_END = date(2025, 12, 31)


def enter(name: str, number: int | None = None, **more: object) -> Enterprise:
    uscc = code(number) if number is not None else None
    return Enterprise.objects.create(name=name, uscc=uscc, created=NOW, updated=NOW, **more)


def say(firm: Enterprise, source: str, values: dict[str, object], day: date = YEAR_END, key: str = "") -> None:
    row = Incoming(key or firm.uscc or firm.name, values, day, firm.pk)
    put_rows(source=source_of(source, NOW), rows=[row], now=NOW)
    reckon_profiles([firm.pk], NOW)


@pytest.fixture
def two(stage: Stage) -> tuple[Enterprise, Enterprise]:
    lead, other = enter("武汉岚曜贸易有限公司", 71, employees=9), enter("岚曜贸易")
    say(lead, "tax", {"revenue": 900, "employees": 9})
    say(other, "social", {"employees": 12})
    return lead, other


def merge(lead: Enterprise, other: Enterprise, **more: object) -> Merge:
    return actions.merge_enterprises(
        actor=SYSTEM,
        now=NOW,
        leading=lead.pk,
        merged=other.pk,
        reason=WHY,
        **more,  # type: ignore[arg-type]
    )


def test_merged_the_rows_of_both_count_under_the_leading_one(two: tuple[Enterprise, Enterprise]) -> None:
    lead, other = two
    merge(lead, other)
    lead.refresh_from_db()
    assert (facts.held(lead.pk)["employees"].value, lead.employees) == (12, 12)
    assert (merged.leading(other.pk), merged.together(lead.pk)) == (lead.pk, (lead.pk, other.pk))
    assert queries.leadings([lead.pk, other.pk]) == {lead.pk: lead.pk, other.pk: lead.pk}
    assert other.pk not in facts.table()[0]
    assert {r.stream for r in Record.objects.filter(verb="enterprise.merge")} == {
        f"registry.enterprise:{lead.pk}",
        f"registry.enterprise:{other.pk}",
    }


def test_who_the_leading_one_is_stays_whatever_is_newer_of_the_merged(stage: Stage) -> None:
    lead, other = enter("武汉岚曜贸易有限公司", 71), enter("武汉星云广告有限公司", 73)
    say(lead, "market", {"name": lead.name, "uscc": lead.uscc, "employees": 9, "address": "半山横路68号"})
    later = {"name": other.name, "uscc": other.uscc, "employees": 12, "address": "栖羽街40号"}
    say(other, "market", later, YEAR_END + timedelta(days=1))
    say(lead, "tax", {"revenue": 900})
    say(other, "tax", {"revenue": 700})
    merge(lead, other, despite_codes=True)
    lead.refresh_from_db()
    assert (lead.name, lead.uscc) == ("武汉岚曜贸易有限公司", code(71))
    held = facts.held(lead.pk)
    assert (held["name"].value, held["uscc"].value, held["revenue"].value) == (lead.name, lead.uscc, 900)
    assert (held["employees"].value, lead.address) == (12, "栖羽街40号")
    shown = {one.field: one.why for one in golden.fields(stage.actor("dispatcher"), lead.pk, NOW.date())}
    assert (shown["name"], shown["uscc"], shown["revenue"]) == ("以主企业自己的数据为准",) * 3
    assert shown["address"] == "同级来源中数据日期最近"


def test_a_name_taken_back_was_never_borne(stage: Stage) -> None:
    lead, other = enter("武汉岚曜贸易", 71), enter("武汉岚曜贸易有限公司")
    say(lead, "street", {"name": lead.name})
    say(other, "market", {"name": other.name})
    made = merge(lead, other)
    lead.refresh_from_db()
    assert (lead.name, [one.name for one in lead.former_names.all()]) == ("武汉岚曜贸易有限公司", ["武汉岚曜贸易"])
    actions.undo_merge(actor=SYSTEM, now=NOW, merge=made.pk, reason="不是同一家")
    lead.refresh_from_db()
    assert (lead.name, lead.former_names.count()) == ("武汉岚曜贸易", 0)


def test_undone_both_stand_as_before(two: tuple[Enterprise, Enterprise]) -> None:
    lead, other = two
    before = {pk: facts.held(pk) for pk in (lead.pk, other.pk)}
    row = merge(lead, other)
    actions.undo_merge(actor=SYSTEM, now=NOW + timedelta(days=1), merge=row.pk, reason="合并错了")
    assert {pk: facts.held(pk) for pk in (lead.pk, other.pk)} == before
    lead.refresh_from_db()
    assert lead.employees == 9
    with pytest.raises(Conflict, match="已经撤销"):
        actions.undo_merge(actor=SYSTEM, now=NOW, merge=row.pk, reason="合并错了")
    (told,) = merged.merges_of(SYSTEM, lead.pk)
    assert (told.merged_name, told.reason, told.undone_reason) == ("岚曜贸易", WHY, "合并错了")
    assert verify().is_whole


def test_cases_of_the_merged_show_under_the_leading_one(stage: Stage) -> None:
    case = stage.submit()
    lead = enter("武汉星云有限公司", 72)
    actor = stage.actor("dispatcher")
    wanted = appeals.Filters(scope="all", enterprise=lead.pk)
    assert [one.number for one in appeals.page(actor=actor, now=stage.now, filters=wanted).lines] == []
    merge(lead, stage.firm, despite_codes=True)
    assert [one.number for one in appeals.page(actor=actor, now=stage.now, filters=wanted).lines] == [case.number]


@pytest.mark.parametrize(
    ("lead", "other", "said"),
    [
        (("武汉岚曜贸易有限公司", 81), ("武汉岚曜贸易有限公司江汉分公司", 82), "分支机构"),
        (("武汉岚曜贸易有限公司江汉分公司", 81), ("武汉岚曜贸易有限公司武昌分公司", None), "分支机构"),
        (("武汉岚曜贸易有限公司", None), ("武汉岚曜商贸有限公司", 82), "请以有统一社会信用代码的一家为主企业"),
        (("武汉岚曜贸易有限公司", 81), ("武汉岚曜商贸有限公司", 82), "统一社会信用代码不同"),
    ],
)
def test_what_is_never_merged(
    stage: Stage, lead: tuple[str, int | None], other: tuple[str, int | None], said: str
) -> None:
    one, two = enter(*lead), enter(*other)
    with pytest.raises(Conflict, match=said):
        merge(one, two)
    assert not Merge.objects.exists()
    two.refresh_from_db()
    assert two.merged_into_id is None


def test_a_chain_of_merges_is_refused(two: tuple[Enterprise, Enterprise]) -> None:
    lead, other = two
    merge(lead, other)
    third = enter("武汉星云有限公司", 73)
    with pytest.raises(Conflict, match="已并入另一家"):
        merge(third, other, despite_codes=True)
    with pytest.raises(Conflict, match="已有企业并入"):
        merge(third, lead, despite_codes=True)
    with pytest.raises(Invalid, match="请写明原因"):
        actions.merge_enterprises(actor=SYSTEM, now=NOW, leading=third.pk, merged=other.pk, reason="是")


def test_rows_of_somebody_else_are_split_off_and_merged_back(two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    say(lead, "street", {"loan_balance": 5, "written": "岚曜食品"}, key="岚曜食品")
    wrong = SourceRow.objects.get(row_key="岚曜食品")
    made = actions.split_off(
        actor=SYSTEM, now=NOW, enterprise=lead.pk, rows=[wrong.pk], name="岚曜食品店", reason="另一家店"
    )
    assert "loan_balance" not in facts.held(lead.pk)
    assert facts.held(made.pk)["loan_balance"].value == Decimal(5)
    rest = list(SourceRow.objects.filter(enterprise=lead).values_list("pk", flat=True))
    with pytest.raises(Invalid, match="不能拆出全部"):
        actions.split_off(actor=SYSTEM, now=NOW, enterprise=lead.pk, rows=rest, name="空壳", reason="试一试看")
    merge(lead, made)
    assert facts.held(lead.pk)["loan_balance"].value == Decimal(5)


def test_a_row_that_bears_the_own_code_is_never_split_off(two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    say(lead, "market", {"name": lead.name, "uscc": lead.uscc})
    own = SourceRow.objects.get(source__code="market").pk
    before = Enterprise.objects.count()
    with pytest.raises(Invalid, match="带有本企业统一社会信用代码"):
        actions.split_off(actor=SYSTEM, now=NOW, enterprise=lead.pk, rows=[own], name="岚曜食品店", reason="另一家店")
    assert (Enterprise.objects.count(), SourceRow.objects.get(pk=own).enterprise_id) == (before, lead.pk)


def test_only_the_centre_merges(stage: Stage, two: tuple[Enterprise, Enterprise]) -> None:
    with pytest.raises(Forbidden):
        actions.merge_enterprises(
            actor=stage.actor("handler"), now=NOW, leading=two[0].pk, merged=two[1].pk, reason=WHY
        )


# --- corrections


def told() -> list[tuple[str, str, int]]:
    """By which channel what was told to whom."""
    rows = Item.objects.filter(payload__template__startswith="correction_").order_by("pk")
    return [(row.channel, row.payload["template"], int(row.payload["to"].removeprefix("account:"))) for row in rows]


def speaks(stage: Stage, firm: Enterprise) -> Actor:
    return Actor(stage.contact.account, "contact", "柳岚曜", agencies=(Held(firm.pk, "owner"),))


def propose(actor: Actor, firm: Enterprise, value: object = "950.5", field: str = "revenue") -> Correction:
    paper = keep(actor=actor, now=NOW, file=BytesIO("报表".encode()), name="报表.txt")
    return actions.propose_correction(
        actor=actor, now=NOW, enterprise=firm.pk, field=field, value=value, reason="报表有误", files=[paper.pk]
    )


def test_accepted_a_persons_word_stands(stage: Stage, two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    actor, officer = speaks(stage, lead), stage.actor("dispatcher")
    row = propose(actor, lead)
    assert facts.held(lead.pk)["revenue"].value == Decimal(900)
    with pytest.raises(Conflict, match="正在核实"):
        propose(actor, lead, "960")
    actions.accept_correction(actor=officer, now=NOW, correction=row.pk)
    assert told() == [
        ("inapp", "correction_accepted", row.filed_by_id),
        ("sms", "correction_accepted", row.filed_by_id),
    ]
    held = facts.held(lead.pk)["revenue"]
    assert held == facts.Held(Decimal("950.5"), localdate(NOW), "人工核定", "人工核定")
    say(lead, "tax", {"revenue": 1000})
    assert facts.held(lead.pk)["revenue"].value == Decimal("950.5")
    with pytest.raises(Conflict, match="已经处理过"):
        actions.accept_correction(actor=officer, now=NOW, correction=row.pk)
    assert [file.name for file in corrections.proof(actor, row.pk)] == ["报表.txt"]
    assert verify().is_whole


def marks(firm: Enterprise) -> dict[str, tuple[str, date | None]]:
    return {mark.kind: (mark.source, mark.until) for mark in firm.marks.order_by("pk")}


def test_marks_follow_what_stands(stage: Stage, two: tuple[Enterprise, Enterprise]) -> None:
    lead, other = two
    say(lead, "science", {"high_tech": True, "tech_sme": False})
    Mark.objects.create(enterprise=lead, kind="tech_sme", since=YEAR_END, source="旧名单")
    Mark.objects.create(enterprise=lead, kind="key", since=YEAR_END, source="旧名单")
    assert settle(Profile.objects.filter(pk=lead.pk), actor=SYSTEM, now=NOW, facts={}) == 1
    today = localdate(NOW)
    assert marks(lead) == {"tech_sme": ("旧名单", today), "key": ("旧名单", None), "high_tech": ("科技部门名录", None)}
    told = Record.objects.filter(stream=f"registry.enterprise:{lead.pk}").latest("seq").content.body
    assert (told["before"], told["after"]) == ({"marks_ended": ["tech_sme"]}, {"marks_begun": ["high_tech"]})
    assert settle(Profile.objects.filter(pk=lead.pk), actor=SYSTEM, now=NOW, facts={}) == 0
    row = propose(speaks(stage, lead), lead, "否", "high_tech")
    assert marks(lead)["high_tech"] == ("科技部门名录", None)
    actions.accept_correction(actor=stage.actor("dispatcher"), now=NOW, correction=row.pk)
    assert marks(lead)["high_tech"] == ("科技部门名录", today)
    assert marks(other) == {}


def test_refused_nothing_changes_and_the_reason_is_read(stage: Stage, two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    actor, officer = speaks(stage, lead), stage.actor("supervisor")
    row = propose(actor, lead)
    with pytest.raises(Invalid, match="不采纳的原因"):
        actions.refuse_correction(actor=officer, now=NOW, correction=row.pk, answer="")
    actions.refuse_correction(actor=officer, now=NOW, correction=row.pk, answer="与申报表不符")
    told = corrections.correction(actor, row.pk)
    assert (told.state_label, told.answer, told.before, told.after) == (
        "未采纳",
        "与申报表不符",
        "900 万元",
        "950.5 万元",
    )
    assert facts.held(lead.pk)["revenue"].value == Decimal(900)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("revenue", "很多", "应是数字"),
        ("revenue", "900", "与现有的值相同"),
        ("uscc", "1", "不能更正"),
        ("address", "路", "4 至"),
    ],
)
def test_a_correction_that_cannot_be_read_is_refused(
    stage: Stage, two: tuple[Enterprise, Enterprise], field: str, value: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        propose(speaks(stage, two[0]), two[0], value, field)
    assert not Correction.objects.exists()


def test_who_may_not_propose_or_decide(stage: Stage, two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    with pytest.raises(Missing):
        propose(stage.stranger, lead)
    actor = speaks(stage, lead)
    with pytest.raises(Invalid, match="证明材料"):
        actions.propose_correction(
            actor=actor, now=NOW, enterprise=lead.pk, field="revenue", value="1", reason="报表有误"
        )
    row = propose(actor, lead)
    with pytest.raises(Forbidden):
        actions.accept_correction(actor=stage.actor("handler"), now=NOW, correction=row.pk)
    with pytest.raises(Missing):
        actions.withdraw_correction(actor=stage.stranger, now=NOW, correction=row.pk)
    assert actions.withdraw_correction(actor=actor, now=NOW, correction=row.pk).state == "withdrawn"


# --- field by field, ask once, time


def test_each_field_says_whose_it_is_and_what_others_say(two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    say(lead, "street", {"revenue": 700}, date(2026, 8, 1), key="x")
    (view,) = [one for one in golden.fields(SYSTEM, lead.pk, localdate(NOW)) if one.field == "revenue"]
    assert (view.text, view.source, view.why, view.differing) == ("900 万元", "税务申报", "来源的权威程度最高", 1)
    assert [(one.text, one.source, one.is_fresh) for one in view.others] == [("700 万元", "街道上报", True)]
    stands = Profile.objects.get(pk=lead.pk).stands["revenue"]
    assert stands[0] == view.row


def test_what_is_held_and_fresh_may_not_be_asked_again(two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    say(lead, "street", {"patents": 3}, date(2025, 1, 1), key="x")
    asked = queries.ask(lead.pk, ["revenue", "patents", "profit"], localdate(NOW))
    assert (sorted(asked.held), asked.must_ask, sorted(asked.stale)) == (
        ["revenue"],
        ("patents", "profit"),
        ["patents"],
    )
    given = {"actor": SYSTEM, "now": NOW, "form": "走访登记", "enterprise": lead.pk}
    assert actions.note_asking(**given, field="profit", reason="") is None  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="请写明原因"):
        actions.note_asking(**given, field="revenue", reason="")  # type: ignore[arg-type]
    assert not Asking.objects.exists()
    actions.note_asking(**given, field="revenue", reason="企业称数据有误")  # type: ignore[arg-type]
    assert Asking.objects.get().field == "revenue"


def test_a_value_that_is_no_longer_fresh_makes_room(two: tuple[Enterprise, Enterprise]) -> None:
    lead, _ = two
    say(lead, "building", {"employees": 50}, date(2026, 6, 1), key="x")  # fresh for 270 days
    say(lead, "street", {"employees": 7}, date(2026, 8, 1), key="y")  # fresh for 200 days, but a weaker source
    SourceRow.objects.filter(source__code="tax").update(values={"revenue": 900})
    reckon_profiles([lead.pk], NOW)
    assert facts.held(lead.pk)["employees"].value == 50
    due = Profile.objects.get(pk=lead.pk).review_on
    assert due == date(2026, 6, 1) + timedelta(days=271) or due == date(2026, 8, 1) + timedelta(days=201)
    assert actions.restand(NOW) == 0
    later = NOW + timedelta(days=160)  # 2027-03-09: both are stale; the stronger stands
    assert actions.restand(later) == 1
    assert facts.held(lead.pk)["employees"].source == "楼宇租户名单"


# --- classes


def test_classes_count_and_name_who_is_near(stage: Stage) -> None:
    for place, revenue in enumerate((2500, 1990, 1700, 1500)):
        firm = enter(f"武汉建材{place}号有限公司", 200 + place)
        say(firm, "tax", {"industry": "F5165", "revenue": revenue, "employees": 30, "above_scale": place == 0})
    told = classes.drawn()
    assert {one.revenue: (one.is_over, one.lacking) for one in told.candidates} == {
        1990.0: (False, 10.0),
        1700.0: (False, 300.0),
    }
    by_family = {key: (listed, over, near) for key, _, listed, over, near in classes.above(told, None)}
    assert by_family["trade_catering"] == (1, 0, 2)
    assert sum(n for _, _, n in classes.sizes(told, None)) == told.total


def test_certification_rates_have_their_denominators(stage: Stage) -> None:
    one, two = enter("甲有限公司", 301, size_class="small"), enter("乙有限公司", 302, size_class="small")
    for firm in (one, two):
        Mark.objects.create(enterprise=firm, kind="key", since=date(2026, 1, 1), source="名单")
    Agency.objects.create(account_id=stage.contact.account or 0, enterprise=one, role="owner", person="柳", since=NOW)
    rates = {rate.key: (rate.certified, rate.total) for rate in classes.certification(SYSTEM)}
    assert rates["key"] == (1, 2)
    rows, _ = classes.members(classes.of_class(SYSTEM, "key", "no"))
    assert [row.name for row in rows] == ["乙有限公司"]
