"""The life of an appeal: what each step does, what it refuses, what it proves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.actions import clocks
from qifu.domain.appeals.actions.submit import Request, submit
from qifu.domain.appeals.history import differs
from qifu.domain.appeals.models import Appeal, Clock, FollowUp, Rating
from qifu.domain.appeals.queries import lists, sheet
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import VISITOR, Actor, Agency
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing, Refusal
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from qifu.kernel.evidence.verify import verify
from qifu.kernel.outbox.models import Item
from qifu.kernel.workdays.actions import enter_notice
from tests.conftest import NOW
from tests.stage import Stage

pytestmark = pytest.mark.django_db


def refused(stage: Stage, case: Appeal, act: object, kind: type[Refusal]) -> Refusal:
    """Run what must be refused; show that it changed nothing and sent nothing."""
    before, records, items = stage.row(case), Record.objects.count(), Item.objects.count()
    with pytest.raises(kind) as refusal:
        act()  # type: ignore[operator]
    assert (stage.row(case), Record.objects.count(), Item.objects.count()) == (before, records, items)
    return refusal.value


def local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def test_submission_gives_number_owner_and_promised_times(stage: Stage) -> None:
    case = stage.submit()
    receipt = sheet.receipt(actor=stage.contact, now=stage.now, number=case.number)
    assert receipt.owner == "周调度"
    assert [(c.kind, local(c.due), c.rule) for c in receipt.clocks] == [
        ("accept", "09-30 11:00", "1 小时（只计服务时间）"),
        ("dispatch", "09-30 15:00", "3 小时（只计服务时间）"),
        ("reply", "10-10 17:30", "3 个工作日"),
    ]


def test_the_same_key_gives_the_same_case_and_one_receipt(stage: Stage) -> None:
    first, items = stage.submit(key="k1"), Item.objects.count()
    again = stage.submit(key="k1")
    assert (again.pk, Appeal.objects.count(), Item.objects.count()) == (first.pk, 1, items)


def test_the_same_key_for_something_else_is_refused(stage: Stage) -> None:
    case = stage.submit(key="k1")
    refused(stage, case, lambda: stage.submit(key="k1", title="另一件事"), Conflict)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"body": ""}, "body"),
        ({"body": "长" * 5001}, "body"),
        ({"category": "premises"}, "category"),
        ({"category": "nothing"}, "category"),
        ({"urgency": "at once"}, "urgency"),
        ({"channel": "pigeon"}, "channel"),
        ({"kind": "wish"}, "kind"),
        ({"files": [12345]}, "files"),
        ({"phone": "1" * 21}, "phone"),
    ],
)
def test_an_unusable_field_is_named_and_nothing_is_kept(stage: Stage, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        stage.submit(**fields)
    assert field in refusal.value.fields
    assert (Appeal.objects.count(), Record.objects.filter(verb="appeals.submit").count()) == (0, 0)


def test_nobody_speaks_for_a_firm_that_is_not_theirs(stage: Stage) -> None:
    for actor in (stage.stranger, VISITOR, Actor(9999, "contact", "某人")):
        with pytest.raises(Forbidden):
            stage.submit(actor)
    assert Appeal.objects.count() == 0


def test_a_foreign_case_is_as_good_as_missing(stage: Stage) -> None:
    case = stage.submit()
    foreign = refused(stage, case, lambda: stage.sheet(stage.stranger, case), Missing)
    case_number = Appeal(number="QS0000000000000")
    missing = refused(stage, case, lambda: stage.sheet(stage.stranger, case_number), Missing)
    assert str(foreign) == str(missing)
    refused(stage, case, lambda: stage.take(stage.stranger, case, "withdraw", reason="x"), Missing)
    refused(stage, case, lambda: stage.take("taxman", case, "accept"), Missing)


def test_a_whole_life_ends_confirmed_and_the_row_is_the_fold_of_its_history(stage: Stage) -> None:
    case = stage.submit()
    stage.later(minutes=5).take("dispatcher", case, "accept")
    stage.take("dispatcher", case, "dispatch", unit=stage.house.department, units=[stage.tax])
    stage.take("handler", case, "return", cause="duty", reason="不属于本单位")
    stage.take("dispatcher", case, "dispatch", unit=stage.house.department, units=[stage.tax])
    stage.take("handler", case, "sign")
    stage.take("handler", case, "ask", items=["营业执照", "照片"], text="请一次补齐")
    assert stage.sheet("contact", case).question == ["营业执照", "照片"]
    stage.later(minutes=60).take("contact", case, "answer", text="已补")
    stage.take("handler", case, "ask_extension", workdays=2, reason="需要现场勘查")
    stage.take("supervisor", case, "grant")
    refused(stage, case, lambda: stage.take("handler", case, "reply", outcome="solved", text="好"), Conflict)
    stage.take("taxman", case, "part", text="我局无意见")
    stage.take("handler", case, "reply", outcome="solved", text="已新增二十个车位")
    stage.take("contact", case, "refuse", reason="还是不够")
    stage.take("dispatcher", case, "dispatch", unit=stage.house.department)
    stage.take("handler", case, "sign")
    stage.take("handler", case, "reply", outcome="solved", text="再增三十个")
    stage.take("contact", case, "rate", speed=5, result=4, attitude=5)
    done = stage.take("contact", case, "confirm")
    assert (done.state, done.round, done.returns, done.closed_how, done.is_open) == ("closed", 2, 1, "confirmed", False)
    assert differs(Appeal.objects.get(pk=case.pk), history(case.stream)) == {}
    assert verify().broken == ""
    told = [h.text for h in stage.sheet("contact", case).happenings]
    assert told[0] == "已提交：楼下停车位不够"
    assert "经中心同意，办理期限延长 2 个工作日：需要现场勘查" in told
    assert not any("不属于本单位" in text or "无意见" in text for text in told)


def test_an_extension_keeps_the_first_promise_for_the_figures(stage: Stage) -> None:
    case = stage.to("working")
    stage.take("handler", case, "ask_extension", workdays=2, reason="需要勘查")
    stage.take("dispatcher", case, "grant")
    clock = Clock.objects.get(appeal=case, kind="reply")
    assert (local(clock.promised_at), local(clock.due_at)) == ("10-10 17:30", "10-13 17:30")
    stage.now = datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
    done = stage.take("handler", case, "reply", outcome="solved", text="已办")
    assert (done.reply_late, done.first_reply_late) == (False, True)


def test_an_extension_is_asked_before_the_deadline_or_not_at_all(stage: Stage) -> None:
    case = stage.to("working")
    stage.now = datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
    refusal = refused(
        stage, case, lambda: stage.take("handler", case, "ask_extension", workdays=2, reason="晚了"), Conflict
    )
    assert "已超过办理期限" in refusal.message


def test_the_third_return_goes_to_the_supervisor_whose_word_is_final(stage: Stage) -> None:
    case = stage.to("disputed")
    refused(stage, case, lambda: stage.take("dispatcher", case, "rule", unit=stage.tax, reason="x"), Forbidden)
    stage.take("supervisor", case, "rule", unit=stage.tax, reason="按三定方案由税务局牵头")
    refusal = refused(
        stage, case, lambda: stage.take("taxman", case, "return", cause="duty", reason="不是我们"), Conflict
    )
    assert "已裁定" in refusal.message


def test_an_old_page_is_told_and_changes_nothing(stage: Stage) -> None:
    case = stage.submit()
    stage.take("dispatcher", case, "accept", seq=1)
    refusal = refused(stage, case, lambda: stage.take("dispatcher", case, "accept", seq=1), Conflict)
    assert isinstance(refusal, Conflict)
    assert refusal.state == "accepted"


def test_a_retried_step_is_taken_once(stage: Stage) -> None:
    case = stage.submit()
    stage.take("dispatcher", case, "accept", key="a")
    again = stage.take("dispatcher", case, "accept", key="a")
    assert (again.state, again.seq) == ("accepted", 2)


def test_silence_closes_a_case_but_never_as_satisfied(stage: Stage) -> None:
    case = stage.to("replied")
    assert clocks.lapse_due(now=stage.now + timedelta(days=6)) == 0
    assert clocks.lapse_due(now=stage.now + timedelta(days=20)) == 1
    assert clocks.lapse_due(now=stage.now + timedelta(days=20)) == 0
    row = Appeal.objects.get(pk=case.pk)
    assert (row.state, row.closed_how, Rating.objects.count()) == ("closed", "silent", 0)
    assert differs(row, history(case.stream)) == {}


def test_a_rating_is_the_enterprises_own_once_a_round_and_blind_to_the_unit(stage: Stage) -> None:
    case = stage.to("replied")
    refused(stage, case, lambda: stage.take("handler", case, "rate", speed=5, result=5, attitude=5), Forbidden)
    refused(stage, case, lambda: stage.take("dispatcher", case, "rate", speed=5, result=5, attitude=5), Forbidden)
    stage.take("contact", case, "rate", speed=2, result=4, attitude=5, comment="慢")
    refused(stage, case, lambda: stage.take("contact", case, "rate", speed=5, result=5, attitude=5), Conflict)
    assert stage.sheet("handler", case).ratings == []
    assert not any("慢" in str(h.details) + h.text for h in stage.sheet("handler", case).happenings)
    assert [r.speed for r in stage.sheet("dispatcher", case).ratings] == [2]
    assert FollowUp.objects.get(appeal=case).cause == "low"


def test_a_telephone_call_is_a_second_record(stage: Stage) -> None:
    case = stage.to("replied")
    stage.take("contact", case, "rate", speed=5, result=5, attitude=5)
    stage.take("dispatcher", case, "follow_up", result="unsolved", satisfied="no", comment="仍不够")
    assert Rating.objects.get(appeal=case).result == 5
    call = FollowUp.objects.get(appeal=case)
    assert (call.result, call.satisfied, call.state) == ("unsolved", False, "done")


def test_reopening_within_ninety_days_opens_a_round_with_its_own_clocks(stage: Stage) -> None:
    case = stage.to("closed")
    stage.later(days=89)
    again = stage.take("contact", case, "reopen", reason="又没有车位了")
    assert (again.state, again.round, again.closed_at) == ("accepted", 2, None)
    assert set(Clock.objects.filter(appeal=case, round=2).values_list("kind", "status")) == {
        ("dispatch", "running"),
        ("reply", "running"),
    }


def test_reopening_after_ninety_days_is_refused_with_the_way_out(stage: Stage) -> None:
    case = stage.to("closed")
    stage.later(days=91)
    refusal = refused(stage, case, lambda: stage.take("contact", case, "reopen", reason="又没有"), Conflict)
    assert "请重新提交" in refusal.message


def test_a_merged_case_keeps_its_receipt_and_clock_and_gets_the_same_answer(stage: Stage) -> None:
    leader, follower = stage.to("working"), stage.submit(title="地下车库也停不下")
    due = Clock.objects.get(appeal=follower, kind="reply").due_at
    merged = stage.take("dispatcher", follower, "merge", leader=leader.pk)
    assert (merged.state, merged.leader_id) == ("merged", leader.pk)
    assert clocks.signal_due(now=stage.now + timedelta(days=30)) >= 1
    assert not Record.objects.filter(stream=follower.stream, verb="appeals.signal").exists()
    stage.take("handler", leader, "reply", outcome="solved", text="统一增设车位")
    row = Appeal.objects.get(pk=follower.pk)
    assert (row.state, row.outcome, row.number) == ("replied", "solved", follower.number)
    assert Clock.objects.get(appeal=follower, kind="reply").due_at == due
    assert "统一增设车位" in stage.sheet("contact", follower).happenings[-1].text
    assert differs(row, history(follower.stream)) == {}


def test_unmerging_restores_the_case(stage: Stage) -> None:
    leader, follower = stage.to("working"), stage.to("working")
    stage.take("dispatcher", follower, "merge", leader=leader.pk)
    back = stage.take("dispatcher", follower, "unmerge", reason="并错了")
    assert (back.state, back.leader_id, back.unit_id) == ("working", None, stage.house.department)
    done = stage.take("handler", follower, "reply", outcome="solved", text="单独办好")
    assert done.state == "replied"


@pytest.mark.parametrize("wrong", ["itself", "merged", "replied"])
def test_a_case_is_not_merged_into_just_anything(stage: Stage, wrong: str) -> None:
    case, other = stage.to("working"), stage.to("working")
    if wrong == "merged":
        stage.take("dispatcher", other, "merge", leader=stage.to("working").pk)
    if wrong == "replied":
        stage.take("handler", other, "reply", outcome="solved", text="已办")
    leader = case.pk if wrong == "itself" else other.pk
    refused(stage, case, lambda: stage.take("dispatcher", case, "merge", leader=leader), Invalid)


def test_a_confidential_case_hides_who_raised_it_from_the_units(stage: Stage) -> None:
    case = stage.to("working", is_confidential=True)
    seen = stage.sheet("handler", case)
    assert (seen.line.enterprise_name, seen.contact_name, seen.phone_masked) == ("（企业要求保密）", "（保密）", "")
    assert stage.sheet("dispatcher", case).line.enterprise_name == "武汉云启软件有限公司"
    colleague = Actor(777, "contact", "同事", agencies=(Agency(stage.firm.pk, "agent"),))
    refused(stage, case, lambda: stage.sheet(colleague, case), Missing)


def test_showing_the_phone_asks_for_a_reason_and_is_recorded(stage: Stage) -> None:
    case = stage.to("working")
    refused(
        stage,
        case,
        lambda: sheet.reveal_phone(actor=stage.actor("handler"), now=NOW, number=case.number, reason=" "),
        Invalid,
    )
    shown = sheet.reveal_phone(actor=stage.actor("handler"), now=NOW, number=case.number, reason="约现场查看")
    assert shown == "19900001234"
    record = Record.objects.filter(verb="unmask").get()
    assert (record.stream, record.facts, record.content.body) == (
        case.stream,
        {"field": "phone"},
        {"reason": "约现场查看"},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM appeals_appeal WHERE id = %s", [case.pk])
        assert "1234" not in cursor.fetchone()[0]


def test_each_level_is_told_once(stage: Stage) -> None:
    stage.submit()
    at = NOW + timedelta(minutes=31)
    assert clocks.signal_due(now=at) == 1
    assert clocks.signal_due(now=at) == 0
    assert clocks.signal_due(now=NOW + timedelta(minutes=61)) == 1
    levels = [r.facts["level"] for r in Record.objects.filter(verb="appeals.signal").order_by("pk")]
    assert levels == [1, 3]


def test_a_new_notice_moves_due_times_and_says_so(stage: Stage) -> None:
    stage.now = datetime(2026, 12, 29, 10, 0, tzinfo=SHANGHAI)
    case = stage.submit()
    clock = Clock.objects.get(appeal=case, kind="reply")
    assert (local(clock.due_at), clock.is_assumed) == ("01-04 17:30", True)
    enter_notice(
        actor=stage.actor("admin"),
        now=stage.now,
        document="国办发明电〔2026〕样例号",
        dated=date(2026, 12, 20),
        known_until=date(2027, 12, 31),
        days=[
            (date(2027, 1, 1), False, "元旦"),
            (date(2027, 1, 2), True, "调休上班"),
            (date(2027, 1, 4), False, "元旦"),
        ],
    )
    assert clocks.recompute(now=stage.now) == 1
    clock.refresh_from_db()
    assert (local(clock.due_at), clock.is_assumed) == ("01-02 17:30", False)
    row = Appeal.objects.get(pk=case.pk)
    assert differs(row, history(case.stream)) == {}
    assert stage.sheet("contact", case).happenings[-1].text == "工作日历有更新，办理期限已按新日历重新计算。"
    assert clocks.recompute(now=stage.now) == 0


def test_supervision_is_a_written_order_in_rising_levels(stage: Stage) -> None:
    case = stage.to("working")
    stage.take("supervisor", case, "supervise", level="1", text="请于两日内回复")
    refused(stage, case, lambda: stage.take("supervisor", case, "supervise", level="1", text="再催"), Invalid)
    stage.take("handler", case, "answer_order", text="明日回复")
    (order,) = stage.sheet("dispatcher", case).orders
    assert (order.level, order.unit_id, order.answer) == (1, stage.house.department, "明日回复")
    refused(stage, case, lambda: stage.take("handler", case, "answer_order", text="再答"), Conflict)


def test_a_petition_counts_persons_and_keeps_the_agreed_date(stage: Stage) -> None:
    batch = {"party": "group", "batch": "2026-31", "persons": 12, "agreed": "2026-10-20"}
    case = stage.submit(stage.actor("dispatcher"), kind="petition", channel="visit", enterprise=None, batch=batch)
    assert local(Clock.objects.get(appeal=case, kind="reply").due_at) == "10-20 17:30"
    assert stage.to("closed", case).closed_how == "concluded"
    with pytest.raises(Invalid) as refusal:
        stage.submit(
            stage.actor("dispatcher"), kind="petition", channel="visit", batch={"party": "crowd", "persons": 0}
        )
    assert set(refusal.value.fields) == {"party", "persons"}
    with pytest.raises(Forbidden):
        stage.submit(stage.actor("handler"), kind="petition", channel="visit", batch=batch)


@pytest.mark.parametrize("kind", ["complaint", "assistance"])
def test_other_kinds_go_the_same_loop(stage: Stage, kind: str) -> None:
    case = stage.to("replied", kind=kind)
    assert stage.take("contact", case, "confirm").state == "closed"
    assert differs(Appeal.objects.get(pk=case.pk), history(case.stream)) == {}


def test_papers_handed_over_are_on_the_timeline(stage: Stage) -> None:
    case = stage.to("working", kind="assistance")
    stage.take("handler", case, "hand_over", way="in", items=["营业执照原件", "章程"])
    assert stage.sheet("contact", case).happenings[-1].text == "收到材料：营业执照原件、章程"


def test_lists_cost_the_same_whatever_they_hold(stage: Stage) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            lists.page(actor=stage.actor("dispatcher"), now=NOW, filters=lists.Filters(order="burns"))
        return len(queries)

    for _ in range(3):
        stage.submit()
    few = cost()
    for _ in range(30):
        stage.submit()
    assert cost() == few


def test_pages_by_key_walk_through_everything_once(stage: Stage) -> None:
    numbers = [stage.submit(title=f"第 {i} 件").number for i in range(7)]
    for order, expected in (("newest", numbers[::-1]), ("burns", numbers)):
        found, cursor = [], ""
        for _ in range(4):
            page = lists.page(
                actor=stage.actor("dispatcher"), now=NOW, filters=lists.Filters(order=order), cursor=cursor, size=2
            )
            found += [line.number for line in page.lines]
            cursor = page.next
        assert (found, cursor) == (expected, "")
        back = lists.page(
            actor=stage.actor("dispatcher"), now=NOW, filters=lists.Filters(order=order), cursor=page.previous, size=2
        )
        assert [line.number for line in back.lines] == expected[4:6]


@pytest.mark.parametrize("q", ["停车", "车位不够", "云启软件", "91420100MA4K", "1234", "19900001234", "NUMBER"])
def test_a_case_is_found_by_its_words_numbers_and_firm(stage: Stage, q: str) -> None:
    case = stage.submit(stage.actor("dispatcher"), channel="hotline")
    stage.submit(
        stage.actor("dispatcher"),
        title="用电报装",
        body="需要增容",
        enterprise=stage.other_firm.pk,
        phone="19900005678",
    )
    Appeal.objects.filter(pk=case.pk).update(phone_lookup=Appeal.objects.get(pk=case.pk).phone_lookup)
    page = lists.page(
        actor=stage.actor("dispatcher"), now=NOW, filters=lists.Filters(q=case.number if q == "NUMBER" else q)
    )
    assert [line.number for line in page.lines] == [case.number]


def test_a_filter_reaches_no_other_column() -> None:
    read = lists.Filters.read({"state": "closed", "enterprise__phone": "1", "unit": "x", "since": "yesterday"})
    assert read == lists.Filters(state="closed")


def test_what_waits_is_counted_for_each_role(stage: Stage) -> None:
    stage.submit()
    stage.to("accepted")
    stage.to("working")
    assert lists.waiting(stage.actor("dispatcher"))["accept"] == 1
    assert lists.waiting(stage.actor("dispatcher"))["dispatch"] == 1
    assert lists.waiting(stage.actor("handler")) == {"unit": 1, "joint": 0, "mine": 1, "supervised": 0}


def test_the_database_itself_refuses_to_bend_evidence(stage: Stage) -> None:
    stage.submit()
    for sql in (
        "UPDATE evidence_record SET verb = 'x'",
        "DELETE FROM evidence_record",
        "UPDATE evidence_content SET body = '{}'",
        "DELETE FROM evidence_content",
        "DELETE FROM evidence_head",
        "UPDATE evidence_head SET seq = 0",
    ):
        with (
            pytest.raises(DatabaseError, match=r"evidence|head of a chain"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    assert verify().broken == ""


def test_at_most_one_live_clock_of_a_kind(stage: Stage) -> None:
    case = stage.submit()
    clock = Clock.objects.get(appeal=case, kind="reply")
    clock.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        clock.save(force_insert=True)


def test_a_staff_member_takes_a_call(stage: Stage) -> None:
    request = Request(
        title="办证慢", body="食品证二十天未批", category=stage.category.code, channel="hotline", contact_name="李女士",
        phone="19900008888", enterprise=stage.firm.pk,
    )  # fmt: skip
    case = submit(actor=stage.actor("dispatcher"), now=NOW, request=request)
    assert (case.channel, case.raised_by.partition(":")[0], case.contact) == ("hotline", "staff", None)
