"""Visits: planned under a cap, reported once, never overwriting the desk; what they bring goes where it belongs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import product
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.appeals.models import Appeal
from qifu.domain.registry.models import Correction
from qifu.domain.visits import flow
from qifu.domain.visits.actions import moving, photos, reporting
from qifu.domain.visits.actions.gains import Learnt, Needed
from qifu.domain.visits.actions.moving import take
from qifu.domain.visits.actions.reporting import Position
from qifu.domain.visits.models import Fact, Need, Photo, Visit
from qifu.domain.visits.queries.day import day
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.files.models import StoredFile
from tests.conftest import NOW
from tests.domain.visit_room import TODAY, Field, build, building
from tests.journeys.world import PICTURE
from tests.stage import Stage

KEY, OTHER = UUID(int=1), UUID(int=2)
NEED, FACT, SHOT = UUID(int=11), UUID(int=21), UUID(int=31)


@pytest.fixture
def field(stage: Stage) -> Field:
    return build(stage)


def verbs(visit: Visit) -> list[str]:
    return list(Record.objects.filter(stream=visit.stream).order_by("seq").values_list("verb", flat=True))


def test_a_visit_is_planned_reported_and_brings_a_case_and_a_proposal(field: Field) -> None:
    visit = field.plan()
    need = Needed(NEED, field.stage.category.code, "停车位不够", "员工停车困难，请协调。")
    learnt = Learnt(FACT, "employees", "25", "现场清点")
    done = field.report(
        visit, KEY, needs=[need], facts=[learnt], follow_up=TODAY + timedelta(days=30), note=" 谈了半小时 "
    )
    row = Visit.objects.get()
    assert (row.state, row.seq, row.note, row.reported_at) == ("done", 2, "谈了半小时", NOW)
    assert row.answers == {"state": "normal", "staff": 25}
    case = Appeal.objects.get()
    assert (case.channel, case.external, case.enterprise_id) == ("visit", f"{row.number}-1", field.stage.firm.pk)
    assert done.gains.needs == ((str(NEED), case.number),)
    proposal = Correction.objects.get()
    assert (proposal.field, proposal.value, proposal.state) == ("employees", 25, "pending")
    assert proposal.reason == f"走访 {row.number}：现场清点"
    assert done.gains.facts == ((str(FACT), ""),)
    assert verbs(row) == ["visits.arrange", "visits.report"]


def test_a_report_sent_twice_is_the_same_as_once(field: Field) -> None:
    visit = field.plan()
    need = Needed(NEED, field.stage.category.code, "停车位不够", "员工停车困难，请协调。")
    first = field.report(visit, KEY, needs=[need])
    field.stage.later(minutes=10)
    told = replace(
        field.told(visit, needs=[need]), arrived=NOW - timedelta(minutes=40), left=NOW - timedelta(minutes=5)
    )
    again = reporting.report(actor=field.actor, now=field.stage.now, key=KEY, sent=field.stage.now, told=told)
    assert (first.again, again.again) == (False, True)
    assert again.gains == first.gains
    assert (Appeal.objects.count(), Need.objects.count(), Visit.objects.get().seq) == (1, 1, 2)
    with pytest.raises(Conflict, match="另一份内容"):
        reporting.report(
            actor=field.actor, now=field.stage.now, key=KEY, sent=field.stage.now, told=replace(told, note="改了")
        )


def test_a_second_report_of_a_visit_is_refused_and_changes_nothing(field: Field) -> None:
    visit = field.plan()
    field.report(visit, KEY, note="第一份")
    with pytest.raises(Conflict, match="已经有走访记录"):
        field.report(visit, OTHER, note="第二份")
    assert Visit.objects.get().note == "第一份"


def test_what_the_desk_changed_meanwhile_is_shown_and_only_then_reported_over(field: Field) -> None:
    visit = field.plan()
    take(
        actor=field.stage.actor("dispatcher"), now=NOW, number=visit.number, step="cancel", given={"reason": "企业停业"}
    )
    with pytest.raises(Conflict, match=r"现在是“已取消”.*企业停业"):
        field.report(visit, KEY)
    assert (Visit.objects.get().state, Visit.objects.get().reported_at) == ("cancelled", None)
    assert field.report(visit, KEY, over=True).visit.state == "done"
    assert verbs(visit) == ["visits.arrange", "visits.cancel", "visits.report_late"]


def test_a_visit_handed_on_can_still_be_reported_by_who_was_there(field: Field) -> None:
    visit = field.plan()
    other = build(field.stage, "second")
    given = {"account": other.account.pk, "reason": "休假"}
    take(actor=field.stage.actor("dispatcher"), now=NOW, number=visit.number, step="hand_on", given=given)
    with pytest.raises(Conflict, match="由韩专员走访"):
        field.report(visit, KEY)
    assert field.report(visit, KEY, over=True).visit.state == "done"


def test_nobody_else_reports_it(field: Field) -> None:
    visit = field.plan()
    for who, error in (("dispatcher", Forbidden), ("street", Forbidden), ("taxman", Missing)):
        with pytest.raises(error):
            reporting.report(actor=field.stage.actor(who), now=NOW, key=KEY, sent=NOW, told=field.told(visit))
    assert Visit.objects.get().state == "planned"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"answers": {"state": "splendid"}}, "answers.state"),
        ({"answers": {"weather": "fine"}}, "answers.weather"),
        ({"answers": {"staff": -1}}, "answers.staff"),
        ({"answers": {"staff": True}}, "answers.staff"),
        ({"form": "2026-1b"}, "form"),
        ({"left": NOW - timedelta(hours=3)}, "left"),
        ({"left": NOW + timedelta(hours=3)}, "left"),
        ({"arrived": NOW - timedelta(days=32)}, "arrived"),
        ({"follow_up": TODAY}, "follow_up"),
        ({"note": "字" * 4001}, "note"),
        ({"position": Position(91, 0)}, "position"),  # type: ignore[arg-type]
        ({"needs": [Needed(NEED, "", "标题", "正文")]}, "needs.1.category"),
        ({"needs": [Needed(NEED, "nowhere", "标题", "正文")]}, "needs.1.category"),
    ],
)
def test_a_report_that_cannot_be_used_changes_nothing(field: Field, given: dict[str, object], name: str) -> None:
    visit = field.plan()
    with pytest.raises(Invalid) as refused:
        field.report(visit, KEY, **given)
    assert name in refused.value.fields
    assert Visit.objects.values("state", "seq", "answers").get() == {"state": "planned", "seq": 1, "answers": {}}
    assert (Appeal.objects.count(), verbs(visit)) == (0, ["visits.arrange"])


def test_a_wrong_clock_of_the_device_is_put_right(field: Field) -> None:
    behind = timedelta(days=200)
    visit = field.plan()
    field.report(
        visit, sent=NOW - behind, arrived=NOW - behind - timedelta(hours=2), left=NOW - behind - timedelta(hours=1)
    )
    row = Visit.objects.get()
    assert (row.arrived_at, row.left_at) == (NOW - timedelta(hours=2), NOW - timedelta(hours=1))


def test_a_fact_that_the_registry_refuses_holds_up_nothing(field: Field) -> None:
    first, second = field.plan(), field.plan(field.stage.other_firm)
    field.report(first, facts=[Learnt(FACT, "employees", "25", "")])
    done = field.report(second, facts=[Learnt(FACT, "uscc", "1", ""), Learnt(OTHER, "employees", "many", "")])
    assert [bool(refusal) for _, refusal in done.gains.facts] == [True, True]
    assert (Correction.objects.count(), Fact.objects.count(), Visit.objects.filter(state="done").count()) == (1, 3, 2)


def test_a_photo_is_kept_once_and_only_with_its_report(field: Field) -> None:
    visit = field.plan()

    def send() -> tuple[Photo, bool]:
        return photos.add(
            actor=field.actor, now=NOW, number=visit.number, key=SHOT, kind="photo", file=BytesIO(PICTURE)
        )

    with pytest.raises(Conflict, match="先提交走访记录"):
        send()
    field.report(visit, photos=[SHOT])
    (made, was), (same, is_again) = send(), send()
    assert (was, is_again, made.pk == same.pk) == (False, True, True)
    assert StoredFile.objects.get().owner == visit.stream
    assert verbs(visit) == ["visits.arrange", "visits.report", "visits.photo"]
    with pytest.raises(Invalid, match=r"类型|图片"):
        photos.add(actor=field.actor, now=NOW, number=visit.number, key=OTHER, kind="photo", file=BytesIO(b"%PDF-1.4"))
    assert (Photo.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_three_offices_may_call_within_seven_days_and_no_fourth(field: Field) -> None:
    house = field.stage.house
    offices = [house.station, house.department, field.stage.tax]
    people = [field.account.pk, house.accounts["handler"].pk, house.accounts["taxman"].pk]
    for shift, (unit, account) in enumerate(zip(offices, people, strict=True)):
        field.plan(day=TODAY + timedelta(days=2 * shift), unit=unit, account=account)
    fourth = {"unit": house.street, "account": house.accounts["street"].pk}
    for shift in (0, 1, 4, 6):
        with pytest.raises(Conflict, match="七天内最多 3 个部门上门"):
            field.plan(day=TODAY + timedelta(days=shift), **fourth)
    assert Visit.objects.count() == 3
    field.plan(day=TODAY + timedelta(days=7), **fourth)  # the first is seven days ago then
    field.plan(field.stage.other_firm, **fourth)


def test_the_cap_counts_what_was_done_and_forgets_what_was_cancelled(field: Field) -> None:
    house, dispatcher = field.stage.house, field.stage.actor("dispatcher")
    first = field.plan()
    field.plan(unit=house.department, account=house.accounts["handler"].pk)
    field.plan(unit=field.stage.tax, account=house.accounts["taxman"].pk)
    field.report(first)
    fourth = {"unit": house.street, "account": house.accounts["street"].pk}
    with pytest.raises(Conflict):
        field.plan(**fourth)
    other = Visit.objects.get(unit=house.department)
    take(actor=dispatcher, now=NOW, number=other.number, step="cancel", given={"reason": "合并走访"})
    assert field.plan(**fourth).state == "planned"


def test_moving_a_visit_keeps_the_cap(field: Field) -> None:
    house = field.stage.house
    field.plan()
    field.plan(unit=house.department, account=house.accounts["handler"].pk)
    field.plan(unit=field.stage.tax, account=house.accounts["taxman"].pk)
    fourth = field.plan(day=TODAY + timedelta(days=20), unit=house.street, account=house.accounts["street"].pk)
    given = {"day": TODAY + timedelta(days=1), "reason": "提前"}
    with pytest.raises(Conflict, match="七天内"):
        take(actor=field.stage.actor("dispatcher"), now=NOW, number=fourth.number, step="move", given=given)
    fourth.refresh_from_db()
    assert (fourth.day, fourth.seq) == (TODAY + timedelta(days=20), 1)


def test_the_same_office_does_not_go_twice_on_a_day(field: Field) -> None:
    field.plan()
    with pytest.raises(Conflict, match="已安排走访"):
        field.plan()
    place = building(field.stage)
    field.plan(enterprise=None, building=place)
    with pytest.raises(Conflict, match="已安排走访"):
        field.plan(enterprise=None, building=place)
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"enterprise": None}, "enterprise"),
        ({"building": 1}, "enterprise"),
        ({"day": TODAY - timedelta(days=1)}, "day"),
        ({"why": " "}, "why"),
        ({"account": 1}, "account"),
    ],
)
def test_an_arrangement_that_cannot_be_is_refused(field: Field, given: dict[str, object], name: str) -> None:
    with pytest.raises(Invalid) as refused:
        field.plan(**given)
    assert list(refused.value.fields) == [name]
    assert Visit.objects.count() == 0


def test_who_may_arrange(field: Field) -> None:
    with pytest.raises(Forbidden):
        field.plan(who="taxman")
    with pytest.raises(Forbidden):
        field.plan(who="leader")
    assert field.plan(who="street").state == "planned"  # the station is the street's


STEPS = {name: {"reason": "原因说明", "day": TODAY + timedelta(days=2)} for name in flow.FLOW.steps}


@pytest.mark.parametrize(("state", "step"), list(product(flow.FLOW.states, flow.FLOW.steps)))
def test_every_pair_of_state_and_step(field: Field, state: str, step: str) -> None:
    """Each step leads where the table says, or is refused and changes nothing."""
    visit = standing(field, state)
    other = build(field.stage, "second")
    given = STEPS[step] | {"account": other.account.pk}
    wanted = flow.FLOW.steps[step]
    if step in ("report", "report_late"):
        is_possible = state in ("planned", "under_way") if step == "report" else state in ("cancelled", "missed")
        assert (state in wanted.sources) is is_possible
        if is_possible:
            assert field.report(visit, over=True).visit.state == "done"
        return
    actor = field.actor if step == "start" else field.stage.actor("dispatcher")
    before = Visit.objects.filter(pk=visit.pk).values().get()
    if state in wanted.sources:
        row = take(actor=actor, now=NOW, number=visit.number, step=step, given=given)
        assert (row.state, row.seq) == (wanted.target or state, visit.seq + 1)
    else:
        with pytest.raises(Conflict):
            take(actor=actor, now=NOW, number=visit.number, step=step, given=given)
        assert Visit.objects.filter(pk=visit.pk).values().get() == before


def standing(field: Field, state: str) -> Visit:
    """A visit in the state, by the shortest way."""
    visit = field.plan()
    dispatcher = field.stage.actor("dispatcher")
    if state == "done":
        field.report(visit)
    elif state == "under_way":
        take(actor=field.actor, now=NOW, number=visit.number, step="start", given={})
    elif state in ("cancelled", "missed"):
        step = {"cancelled": "cancel", "missed": "miss"}[state]
        take(actor=dispatcher, now=NOW, number=visit.number, step=step, given={"reason": "原因说明"})
    return Visit.objects.get(pk=visit.pk)


def test_a_step_by_somebody_to_whom_it_does_not_belong_is_refused(field: Field) -> None:
    visit = field.plan()
    given = {"reason": "原因说明"}
    for who, error in (("leader", Forbidden), ("auditor", Forbidden), ("taxman", Missing)):
        with pytest.raises(error):
            take(actor=field.stage.actor(who), now=NOW, number=visit.number, step="cancel", given=given)
    assert Visit.objects.get().seq == 1


def test_what_nobody_reported_counts_as_missed_and_can_still_be_told(field: Field) -> None:
    visit = field.plan()
    later = NOW + timedelta(days=4)
    assert moving.note_missed(now=NOW + timedelta(days=3)) == 0
    assert moving.note_missed(now=later) == 1
    assert (Visit.objects.get().state, Visit.objects.get().reason) == ("missed", moving.UNHEARD)
    field.stage.now = later
    assert (
        field.report(visit, arrived=NOW, left=NOW + timedelta(hours=1)).visit.state == "done"
    )  # was offline; no question


def test_the_database_itself_forbids_what_cannot_be(field: Field) -> None:
    visit = field.plan()
    for wrong in (
        {"state": "done"},
        {"state": "cancelled"},
        {"state": "lost"},
        {"enterprise": None},
        {"latitude": 91, "longitude": 0},
        {"latitude": 10},
        {"why": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**wrong)


def test_a_day_takes_the_same_queries_however_long_the_route(field: Field) -> None:
    day(field.actor, NOW)  # small tables are held in memory from now on
    counts = []
    for firms in (field.firms(1), field.firms(8)):
        for firm in firms:
            field.plan(firm)
        with CaptureQueriesContext(connection) as seen:
            told = day(field.actor, NOW)
        counts.append(len(seen))
    assert [call.place for call in told.calls] == list(range(1, 10))
    assert counts[0] == counts[1] <= 25


def test_the_day_says_what_is_worth_asking(field: Field) -> None:
    field.report(field.plan(day=TODAY), answers={"troubles": ["money"], "policies": "unknown"})
    field.stage.later(days=1)
    field.plan(day=date(2026, 10, 1))
    call = day(field.actor, field.stage.now).calls[-1]
    assert call.known is not None
    assert call.known.asking[:2] == (
        "2026-09-30 走访时说困难是资金周转，现在好转了吗？",
        "上次说不了解惠企政策，这次是否看过推送？有没有想申报的？",
    )
    assert "从业人员" in call.known.asking[-1]
