"""A month of visits by rules: whom each rule asks for, who goes, and that nobody is crowded, whoever plans meanwhile."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from qifu.domain.estate import actions as estate
from qifu.domain.estate.actions import Letting, RoomRow
from qifu.domain.estate.models import Room
from qifu.domain.registry.models import Alert, Mark
from qifu.domain.visits import rules
from qifu.domain.visits.actions import planning
from qifu.domain.visits.actions.arranging import Wanted, arrange
from qifu.domain.visits.models import Binding, Line, Plan, Visit
from qifu.domain.visits.queries.listing import calendar, unseen
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.domain.visit_room import TODAY, Field, build, building
from tests.stage import Stage

OCTOBER = date(2026, 10, 1)
FIRST_DAY = date(2026, 10, 8)  # the first working day after the holiday


@pytest.fixture
def field(stage: Stage) -> Field:
    return build(stage)


def draw(field: Field, who: str = "dispatcher", **given: object) -> Plan:
    return planning.draw_up(actor=field.stage.actor(who), now=NOW, **({"month": OCTOBER} | given))  # type: ignore[arg-type]


def proposed(plan: Plan) -> list[tuple[str, str]]:
    return [
        (line.rule, line.enterprise.name if line.enterprise else line.building.name)  # type: ignore[union-attr]
        for line in Line.objects.filter(plan=plan).order_by("place").select_related("enterprise", "building")
    ]


def test_each_rule_asks_for_its_own_and_the_most_pressing_come_first(field: Field) -> None:
    stage = field.stage
    back, alarmed, key, leaving, never = field.firms(5)
    building(stage)
    field.report(field.plan(back), follow_up=date(2026, 10, 20))
    Visit.objects.update(day=date(2026, 8, 1))
    Alert.objects.create(
        enterprise=alarmed,
        rule="abnormal",
        ground="1",
        why="列入异常",
        found_at=NOW,
        unit_id=stage.house.street,
        due_at=NOW,
    )
    Mark.objects.create(enterprise=key, kind="key", since=date(2026, 1, 1), source="名单")
    estate.put_rooms(actor=SYSTEM, now=NOW, rows=[RoomRow("B77", "", 3, "301")])
    letting = Letting(enterprise=leaving.pk, since=date(2025, 1, 1), lease_until=date(2026, 11, 30))
    estate.let(actor=stage.actor("dispatcher"), now=NOW, room=Room.objects.get().pk, letting=letting)
    plan = draw(field)
    told = proposed(plan)
    assert told[:5] == [
        ("follow_up", back.name), ("alert", alarmed.name), ("key", key.name), ("lease", leaving.name), ("building", "云泽中心"),
    ]  # fmt: skip
    assert {name for rule, name in told[5:] if rule == "never"} == {never.name, stage.firm.name, stage.other_firm.name}
    whys = dict(Line.objects.values_list("rule", "why"))
    assert whys["follow_up"] == "2026-08-01 走访时约定回访。"
    assert whys["key"] == "重点企业，从未走访，每季度应走访一次。"
    assert whys["lease"] == "租约 2026-11-30 到期，了解去留打算。"
    assert whys["building"] == "从未走访；全区今年已走访楼宇 0 次，目标不少于 42 次。"
    assert plan.found == {
        "follow_up": [1, 1],
        "alert": [1, 1],
        "key": [1, 1],
        "lease": [1, 1],
        "building": [1, 1],
        "never": [3, 3],
    }
    assert Visit.objects.count() == 1  # nothing was arranged yet


def test_a_key_enterprise_seen_this_quarter_waits(field: Field) -> None:
    (key,) = field.firms(1)
    Mark.objects.create(enterprise=key, kind="key", since=date(2026, 1, 1), source="名单")
    field.report(field.plan(key))
    for seen, is_due in ((date(2026, 7, 31), False), (date(2026, 7, 30), True)):
        Visit.objects.filter(enterprise=key).update(day=seen)
        assert (("key", key.name) in proposed(draw(field))) is is_due


def test_nobody_gets_more_than_the_month_holds_and_days_are_working_days(field: Field) -> None:
    field.firms(30)
    lines = list(Line.objects.filter(plan=draw(field, each=12)).order_by("place"))
    assert len(lines) == 12
    assert [line.day for line in lines[:3]] == [
        FIRST_DAY,
        date(2026, 10, 9),
        date(2026, 10, 10),
    ]  # the tenth is worked instead
    assert {line.account_id for line in lines} == {field.account.pk}


def test_the_own_specialist_goes_and_others_share_the_rest(field: Field) -> None:
    second = build(field.stage, "second")
    firms = [field.stage.firm, field.stage.other_firm, *field.firms(4)]
    Binding.objects.create(account=second.account, enterprise=firms[0], why="负责", made_by="system", since=NOW)
    plan = draw(field)
    assert Line.objects.get(plan=plan, enterprise=firms[0]).account_id == second.account.pk
    shares = [Line.objects.filter(plan=plan, account=one.account).count() for one in (field, second)]
    assert sorted(shares) == [3, 3]


def test_accepting_makes_visits_and_leaves_out_what_others_took_meanwhile(field: Field) -> None:
    plan = draw(field, each=2)
    assert Line.objects.filter(plan=plan).count() == 2
    first = Line.objects.filter(plan=plan).order_by("place").first()
    assert first is not None
    field.plan(first.enterprise, day=first.day)
    done = planning.accept(actor=field.stage.actor("dispatcher"), now=NOW, plan=plan.pk)
    assert (done.state, done.accepted, done.left_out) == ("accepted", 1, 1)
    visit = Visit.objects.get(plan=plan)
    assert (visit.state, visit.place, visit.rule) == ("planned", 1, "never")
    assert list(Record.objects.filter(stream=visit.stream).values_list("verb", flat=True)) == ["visits.arrange"]
    with pytest.raises(Conflict, match="已采用"):
        planning.accept(actor=field.stage.actor("dispatcher"), now=NOW, plan=plan.pk)
    assert Visit.objects.count() == 2
    assert proposed(draw(field)) == []  # both have a visit ahead


def test_a_plan_is_dropped_without_a_trace_but_its_record(field: Field) -> None:
    plan = draw(field)
    planning.drop(actor=field.stage.actor("dispatcher"), now=NOW, plan=plan.pk)
    assert (Plan.objects.get().state, Visit.objects.count()) == ("dropped", 0)


def test_who_may_plan(field: Field) -> None:
    street = field.stage.house.street
    for who, where in (("leader", None), ("taxman", None), ("street", None), ("handler", street)):
        with pytest.raises(Forbidden):
            draw(field, who, street=where)
    plan = draw(field, "street", street=street)
    with pytest.raises(Forbidden):
        planning.accept(actor=field.stage.actor("leader"), now=NOW, plan=plan.pk)
    with pytest.raises(Missing):
        planning.accept(actor=field.stage.actor("taxman"), now=NOW, plan=plan.pk)
    assert Plan.objects.get().state == "draft"


@pytest.mark.parametrize(
    "given", [{"month": date(2026, 8, 1)}, {"month": date(2028, 1, 1)}, {"each": 0}, {"each": 101}]
)
def test_a_plan_that_cannot_be_is_refused(field: Field, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        draw(field, **given)
    assert Plan.objects.count() == 0


def test_the_calendar_shows_all_offices_and_hides_what_was_said(field: Field) -> None:
    field.plan(why="核实预警")
    (today,) = calendar(field.stage.actor("taxman"), TODAY, TODAY)
    assert [(line.title, line.unit_name, line.why, line.may_open) for line in today.lines] == [
        (field.stage.firm.name, "民意服务站", "", False)
    ]
    (mine,) = calendar(field.stage.actor("street"), TODAY, TODAY)
    assert [(line.why, line.may_open) for line in mine.lines] == [("核实预警", True)]


def test_those_visited_by_none_are_listed(field: Field) -> None:
    field.report(field.plan())
    told = unseen(field.stage.actor("dispatcher"), None)
    assert [one.name for one in told.firms] == [field.stage.other_firm.name]
    assert unseen(field.stage.actor("dispatcher"), TODAY + timedelta(days=1)).count == 2


@pytest.mark.django_db(transaction=True)
def test_offices_that_plan_at_the_same_moment_do_not_crowd_a_firm(stage: Stage) -> None:
    """Eight offices at once for one firm: three get it, five are told why not."""
    from qifu.domain.people import actions as people

    field = build(stage)
    offices = []
    for n in range(8):
        unit = people.create_unit(actor=SYSTEM, now=NOW, code=f"X{n}", name=f"第{n}局", kind="department").pk
        made = people.create_member(
            actor=SYSTEM, now=NOW, username=f"x{n}", name="某承办", password="correct horse 9 b"
        )
        people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=unit, role="handler")
        offices.append((unit, made.account.pk))
    dispatcher = stage.actor("dispatcher")
    told: list[str] = []
    gate = threading.Barrier(8)

    def plan(unit: int, account: int, shift: int) -> None:
        wanted = Wanted(TODAY + timedelta(days=shift % 3), unit, account, "了解情况", enterprise=stage.firm.pk)
        gate.wait()
        try:
            arrange(actor=dispatcher, now=NOW, wanted=wanted)
            told.append("done")
        except Conflict as refusal:
            told.append(refusal.state)
        finally:
            connections.close_all()

    if connection.vendor == "sqlite":  # the embedded test database is one connection: one after the other
        gate = threading.Barrier(1)
        for shift, (unit, account) in enumerate(offices):
            wanted = Wanted(TODAY + timedelta(days=shift % 3), unit, account, "了解情况", enterprise=stage.firm.pk)
            try:
                arrange(actor=dispatcher, now=NOW, wanted=wanted)
                told.append("done")
            except Conflict as refusal:
                told.append(refusal.state)
    else:
        threads = [threading.Thread(target=plan, args=(*office, n)) for n, office in enumerate(offices)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert sorted(told) == ["done"] * rules.OFFICES + ["full"] * 5
    assert Visit.objects.filter(enterprise=stage.firm).count() == rules.OFFICES
    assert field.account.pk
