"""Tenancies dated twice: let, end, correct, take back; nothing overwritten, nobody twice in a room, figures of any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from qifu.domain.estate import actions, overlap, queries
from qifu.domain.estate.actions import Letting, RoomFacts, RoomRow
from qifu.domain.estate.models import Building, Finding, Mandate, Room, Round, Tenancy
from qifu.domain.estate.moments import Moment, half_of, months
from qifu.domain.people import actions as people
from qifu.domain.people import queries as persons
from qifu.kernel.actor import SYSTEM, VISITOR, Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

DAY = date(2026, 9, 30)
JULY = date(2026, 7, 1)


@pytest.fixture
def tower(stage: Stage) -> Building:
    """A building of two towers: four rooms of 100 square metres on the twelfth floor of the first, one of 50 in the other."""
    row = actions.BuildingRow(
        "B01", "云启大厦", ["云启国际"], stage.house.street, "云泽大道", "88号", ["A座", "B座"], 20
    )
    actions.put_buildings(actor=SYSTEM, now=NOW, rows=[row])
    rooms = [
        RoomRow("B01", "A座", 12, f"120{n}", RoomFacts(area=Decimal(100), asking=Decimal(60))) for n in range(1, 5)
    ] + [RoomRow("B01", "B座", 3, "301", RoomFacts(area=Decimal(50), state="held"))]
    assert actions.put_rooms(actor=SYSTEM, now=NOW, rows=rooms) == (5, 0)
    return Building.objects.get()


def room(number: str = "1201") -> int:
    return Room.objects.get(number=number).pk


def let(stage: Stage, number: str = "1201", who: str = "dispatcher", **said: object) -> Tenancy:
    said.setdefault("enterprise", stage.firm.pk)
    said.setdefault("since", JULY)
    return actions.let(actor=stage.actor(who), now=stage.now, room=room(number), letting=Letting(**said))  # type: ignore[arg-type]


def manager(stage: Stage, building: int) -> Actor:
    made = people.create_member(actor=SYSTEM, now=NOW, username="louyu", name="楼宇经理", password=PASSWORD)
    account = made.account.pk
    people.grant_role(actor=SYSTEM, now=NOW, account=account, unit=stage.house.street, role=Role.BUILDING_MANAGER)
    actions.grant(actor=stage.actor("dispatcher"), now=NOW, building=building, account=account)
    return persons.actor_of(made.account, NOW)


def counts() -> tuple[int, int, int]:
    return Tenancy.objects.count(), Tenancy.objects.filter(dropped_at=None).count(), Record.objects.count()


def test_a_room_is_let_with_evidence(stage: Stage, tower: Building) -> None:
    row = let(stage, rent=Decimal("65.5"), registered_in="outside", lease_until=date(2027, 6, 30))
    assert (row.enterprise_id, row.since, row.until, row.dropped_at) == (stage.firm.pk, JULY, None, None)
    record = Record.objects.get(verb="estate.let")
    assert record.stream == f"estate.room:{room()}"
    assert record.facts == {"tenancy": row.pk, "key": str(row.key), "building": tower.pk}
    assert record.content.body["after"]["rent"] == "65.5"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"enterprise": None}, "tenant"),
        ({"enterprise": 10**9}, "tenant"),
        ({"until": date(2026, 6, 30)}, "until"),
        ({"lease_until": date(2026, 6, 30)}, "lease_until"),
        ({"rent": Decimal(-1)}, "rent"),
        ({"rent": Decimal(100_001)}, "rent"),
        ({"since": date(1900, 1, 1)}, "since"),
        ({"taxed_in": "moon"}, "taxed_in"),
        ({"enterprise": None, "tenant": "长" * 121}, "tenant"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    stage: Stage, tower: Building, said: dict[str, object], field: str
) -> None:
    before = counts()
    with pytest.raises(Invalid) as refusal:
        let(stage, **said)
    assert set(refusal.value.fields) == {field}
    assert counts() == before


def test_nobody_else_sits_in_a_room_at_the_same_time(stage: Stage, tower: Building) -> None:
    let(stage, until=date(2026, 8, 31))
    before = counts()
    with pytest.raises(Conflict, match="1201 室在这段时间已登记给“武汉云启软件有限公司”"):
        let(stage, enterprise=stage.other_firm.pk, since=date(2026, 8, 31))
    with pytest.raises(Conflict):
        let(stage, enterprise=stage.other_firm.pk, since=None)
    assert counts() == before
    let(stage, enterprise=stage.other_firm.pk, since=date(2026, 9, 1))
    let(stage, enterprise=None, tenant="某工作室", since=date(2020, 1, 1), until=date(2026, 6, 30))
    assert Tenancy.objects.count() == 3


def test_who_shares_a_room_says_so_for_both(stage: Stage, tower: Building) -> None:
    first = let(stage)
    second = let(stage, enterprise=stage.other_firm.pk, is_shared=True)
    first.refresh_from_db()
    assert first.dropped_at == NOW
    standing = Tenancy.objects.filter(dropped_at=None)
    assert set(standing.values_list("enterprise", "is_shared")) == {(stage.firm.pk, True), (stage.other_firm.pk, True)}
    assert standing.get(enterprise=stage.firm).key == first.key
    with pytest.raises(Conflict):
        actions.correct(
            actor=stage.actor("dispatcher"),
            now=NOW,
            tenancy=second.pk,
            letting=Letting(enterprise=stage.other_firm.pk, since=JULY),
            note="合同",
        )


def test_the_database_itself_refuses_two_in_one_room(stage: Stage, tower: Building) -> None:
    row = let(stage)

    def beside(**said: object) -> None:
        with transaction.atomic():
            Tenancy.objects.create(
                building=tower, floor_id=row.floor_id, room_id=row.room_id, learnt_at=NOW, tenant="乙", **said
            )

    for span in ({}, {"since": date(2026, 12, 1)}, {"until": JULY}, {"is_shared": True}):
        with pytest.raises(IntegrityError, match=overlap.OVERLAP):
            beside(**span)
    beside(until=JULY - timedelta(days=1))
    beside(dropped_at=NOW)


def test_the_database_itself_keeps_what_was_believed(stage: Stage, tower: Building) -> None:
    row = let(stage)
    for change in (
        {"since": date(2020, 1, 1)},
        {"enterprise": None, "tenant": "乙"},
        {"learnt_at": NOW - timedelta(1)},
    ):
        with pytest.raises(Exception, match=overlap.FROZEN), transaction.atomic():
            Tenancy.objects.filter(pk=row.pk).update(**change)
    Tenancy.objects.filter(pk=row.pk).update(dropped_at=NOW)
    with pytest.raises(Exception, match=overlap.FROZEN), transaction.atomic():
        Tenancy.objects.filter(pk=row.pk).update(dropped_at=None)


def test_an_end_is_a_new_belief_beside_the_old(stage: Stage, tower: Building) -> None:
    row = let(stage)
    later = NOW + timedelta(days=1)
    ended = actions.end(actor=stage.actor("street"), now=later, tenancy=row.pk, until=date(2026, 9, 15))
    row.refresh_from_db()
    assert (row.until, row.dropped_at) == (None, later)
    assert (ended.key, ended.until, ended.learnt_at, ended.replaces_id) == (row.key, date(2026, 9, 15), later, row.pk)
    day = date(2026, 9, 20)
    known = {moment: queries.measures(Moment(day, moment))[tower.pk].let_rooms for moment in (None, NOW, later)}
    assert known == {None: 0, NOW: 1, later: 0}
    assert queries.measures(Moment(date(2026, 9, 15)))[tower.pk].let_rooms == 1
    before = counts()
    with pytest.raises(Conflict, match="刚被别人改过"):
        actions.end(actor=stage.actor("street"), now=later, tenancy=row.pk, until=DAY)
    with pytest.raises(Conflict, match="已在 2026年9月15日 结束"):
        actions.end(actor=stage.actor("street"), now=later, tenancy=ended.pk, until=DAY)
    with pytest.raises(Invalid):
        actions.end(actor=stage.actor("street"), now=later, tenancy=ended.pk, until=date(2026, 6, 1))
    assert counts() == before


def test_a_correction_needs_a_reason_and_a_difference(stage: Stage, tower: Building) -> None:
    row = let(stage)
    said = Letting(enterprise=stage.firm.pk, since=JULY)
    actor = stage.actor("dispatcher")
    before = counts()
    with pytest.raises(Invalid, match="依据"):
        actions.correct(actor=actor, now=NOW, tenancy=row.pk, letting=replace(said, rent=Decimal(5)), note=" ")
    with pytest.raises(Conflict, match="没有变化"):
        actions.correct(actor=actor, now=NOW, tenancy=row.pk, letting=said, note="合同")
    assert counts() == before
    made = actions.correct(
        actor=actor, now=NOW, tenancy=row.pk, letting=replace(said, since=date(2026, 6, 1)), note="合同"
    )
    assert (made.since, made.key) == (date(2026, 6, 1), row.key)
    record = Record.objects.get(verb="estate.correct")
    body = record.content.body
    assert (body["before"]["since"], body["after"]["since"], body["note"]) == ("2026-07-01", "2026-06-01", "合同")


def test_each_step_is_taken_back(stage: Stage, tower: Building) -> None:
    actor = stage.actor("dispatcher")
    row = let(stage)
    ended = actions.end(actor=actor, now=NOW, tenancy=row.pk, until=DAY)
    back = actions.undo(actor=actor, now=NOW, tenancy=ended.pk)
    assert back is not None
    assert (back.key, back.until) == (row.key, None)
    assert Tenancy.objects.count() == 3
    fresh = let(stage, "1202", enterprise=stage.other_firm.pk)
    assert actions.undo(actor=actor, now=NOW, tenancy=fresh.pk) is None
    assert queries.measures(Moment(DAY))[tower.pk].let_rooms == 1
    assert Record.objects.filter(verb="estate.undo").count() == 2


def test_an_end_is_not_taken_back_over_somebody_else(stage: Stage, tower: Building) -> None:
    actor = stage.actor("dispatcher")
    ended = actions.end(actor=actor, now=NOW, tenancy=let(stage).pk, until=date(2026, 8, 31))
    let(stage, enterprise=stage.other_firm.pk, since=date(2026, 9, 1))
    before = counts()
    with pytest.raises(Conflict, match="武汉禾木商贸有限公司"):
        actions.undo(actor=actor, now=NOW, tenancy=ended.pk)
    assert counts() == before


@pytest.mark.parametrize("who", ["leader", "auditor", "handler"])
def test_officials_of_elsewhere_do_not_write(stage: Stage, tower: Building, who: str) -> None:
    row = let(stage)
    before = counts()
    for step in (
        lambda: let(stage, "1202", who),
        lambda: actions.end(actor=stage.actor(who), now=NOW, tenancy=row.pk, until=DAY),
        lambda: actions.undo(actor=stage.actor(who), now=NOW, tenancy=row.pk),
        lambda: actions.change_room(actor=stage.actor(who), now=NOW, room=room(), facts=RoomFacts()),
        lambda: actions.begin_round(actor=stage.actor(who), now=NOW, building=tower.pk),
    ):
        with pytest.raises((Forbidden, Missing)):
            step()
    assert counts() == before


def test_a_manager_keeps_the_own_building_and_no_other(stage: Stage, tower: Building) -> None:
    mine = manager(stage, tower.pk)
    actions.put_buildings(actor=SYSTEM, now=NOW, rows=[actions.BuildingRow("B02", "别家大厦", (), stage.house.street)])
    actions.put_rooms(actor=SYSTEM, now=NOW, rows=[RoomRow("B02", "", 1, "101")])
    other = Building.objects.get(code="B02").pk
    row = actions.let(actor=mine, now=NOW, room=room(), letting=Letting(enterprise=stage.firm.pk, since=JULY))
    with pytest.raises(Missing):
        actions.let(actor=mine, now=NOW, room=room("101"), letting=Letting(tenant="乙", since=JULY))
    with pytest.raises(Missing):
        queries.run(mine, NOW, other)
    with pytest.raises(Forbidden):
        queries.table(mine, Moment(DAY), queries.Wanted())
    assert [one.brief.id for one in queries.running(mine, NOW)] == [tower.pk]
    actions.revoke(actor=stage.actor("supervisor"), now=NOW, mandate=Mandate.objects.get().pk)
    with pytest.raises(Missing):
        actions.end(actor=mine, now=NOW, tenancy=row.pk, until=DAY)
    assert queries.running(mine, NOW) == ()
    verbs = Record.objects.filter(verb__startswith="estate.mandate").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["estate.mandate", "estate.mandate_end"]


def test_a_mandate_goes_to_who_runs_buildings(stage: Stage, tower: Building) -> None:
    handler = stage.house.accounts["handler"].pk
    with pytest.raises(Invalid, match="楼宇运营方"):
        actions.grant(actor=stage.actor("dispatcher"), now=NOW, building=tower.pk, account=handler)
    with pytest.raises(Forbidden):
        actions.grant(actor=stage.actor("street"), now=NOW, building=tower.pk, account=handler)
    account = manager(stage, tower.pk).account or 0
    with pytest.raises(Conflict):
        actions.grant(actor=stage.actor("dispatcher"), now=NOW, building=tower.pk, account=account)
    assert Mandate.objects.count() == 1


def test_figures_with_their_denominators(stage: Stage, tower: Building) -> None:
    let(stage, rent=Decimal(60), registered_in="here", taxed_in="outside", lease_until=date(2027, 3, 31))
    let(stage, "1202", enterprise=stage.other_firm.pk, rent=Decimal(80), registered_in="district")
    let(stage, "301", enterprise=None, tenant="某工作室", rent=Decimal(40), lease_until=date(2029, 1, 1))
    found = queries.measures(Moment(DAY))[tower.pk]
    assert (found.rooms, found.measured, found.area) == (5, 5, Decimal(450))
    assert (found.let_rooms, found.let_area, found.vacant_rooms, found.vacant_area) == (3, 250, 2, 200)
    assert found.occupancy == queries.Share(Decimal(250), Decimal(450))
    assert (found.offered, found.offered_area) == (2, 200)
    assert (found.tenancies, found.known, found.tenants) == (3, 2, 2)
    assert found.rent == Decimal("64.00")  # (60×100 + 80×100 + 40×50) ÷ 250
    assert found.registered_share == queries.Share(1, 2)
    assert found.taxed_share == queries.Share(1, 1)
    assert found.ending_share == queries.Share(1, 2)
    lasting = queries.forecast(Moment(DAY), [tower.pk])
    assert [(start, count, area) for start, count, area in lasting if count] == [(date(2027, 3, 1), 1, Decimal(100))]
    assert queries.total([found, found]).rent == Decimal("64.00")


def test_a_shared_room_counts_once_in_rent(stage: Stage, tower: Building) -> None:
    let(stage, rent=Decimal(50), is_shared=True)
    let(stage, enterprise=stage.other_firm.pk, rent=Decimal(70), is_shared=True)
    let(stage, "1202", enterprise=None, tenant="乙", rent=Decimal(90))
    found = queries.measures(Moment(DAY))[tower.pk]
    assert (found.rent, found.rent_area, found.let_rooms, found.tenancies) == (Decimal("75.00"), 200, 2, 3)


def test_taxes_are_told_with_how_many_are_known(stage: Stage, tower: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    let(stage, is_shared=True)
    let(stage, enterprise=stage.other_firm.pk, is_shared=True)
    let(stage, "1202", enterprise=None, tenant="乙")
    assert queries.taxes(Moment(DAY))[tower.pk] == queries.Tax(Decimal(0), Decimal(0), 0, 2)
    from qifu.domain.estate.queries import figures

    monkeypatch.setattr(figures, "tax_paid", lambda ids: {stage.firm.pk: Decimal("12.5")})
    found = queries.taxes(Moment(DAY))[tower.pk]
    assert (found.amount, found.area, found.known, found.tenants) == (Decimal("12.5"), Decimal(50), 1, 2)
    assert found.per_metre == Decimal("2500.00")


def test_the_manager_confirms_floor_by_floor(stage: Stage, tower: Building) -> None:
    mine = manager(stage, tower.pk)
    one, two = let(stage), let(stage, "301", enterprise=stage.other_firm.pk)
    first = actions.confirm(actor=mine, now=NOW, building=tower.pk, said=[actions.Said(one.pk)])
    assert (first.half, first.ended_at) == ("2026H2", None)
    (line,) = queries.owed(stage.actor("dispatcher"), NOW)
    assert (line.state, line.confirmed, line.tenants, line.managers) == ("begun", 1, 2, ("楼宇经理",))
    done = actions.confirm(actor=mine, now=NOW, building=tower.pk, said=[actions.Said(two.pk, date(2026, 9, 1))])
    assert done.ended_at == NOW
    assert set(Finding.objects.values_list("answer", flat=True)) == {"stays", "moved"}
    assert Tenancy.objects.get(key=two.key, dropped_at=None).until == date(2026, 9, 1)
    assert queries.owed(stage.actor("dispatcher"), NOW, state="none") == ()
    before = counts()
    with pytest.raises(Invalid):
        actions.confirm(actor=mine, now=NOW, building=tower.pk, said=[actions.Said(one.pk, DAY + timedelta(days=1))])
    with pytest.raises(Conflict):
        actions.confirm(actor=mine, now=NOW, building=tower.pk, said=[actions.Said(two.pk)])
    with pytest.raises(Missing):
        actions.confirm(actor=VISITOR, now=NOW, building=tower.pk, said=[actions.Said(one.pk)])
    assert counts() == before


def test_a_specialist_goes_round(stage: Stage, tower: Building) -> None:
    actor = stage.actor("street")
    under_way = actions.begin_round(actor=actor, now=NOW, building=tower.pk)
    assert actions.begin_round(actor=actor, now=NOW, building=tower.pk).pk == under_way.pk
    with pytest.raises(Conflict, match="还没有核验"):
        actions.end_round(actor=actor, now=NOW, round=under_way.pk)
    with pytest.raises(Invalid, match="写明"):
        actions.note(actor=actor, now=NOW, round=under_way.pk, room=room(), answer="differs")
    with pytest.raises(Forbidden):
        actions.note(actor=stage.actor("dispatcher"), now=NOW, round=under_way.pk, room=room(), answer="fits")
    actions.note(actor=actor, now=NOW, round=under_way.pk, room=room(), answer="differs", note="门口挂着别家的牌子")
    actions.note(actor=actor, now=NOW, round=under_way.pk, room=room(), answer="fits")
    actions.note(actor=actor, now=NOW, round=under_way.pk, room=room("1202"), answer="empty")
    actions.end_round(actor=actor, now=NOW, round=under_way.pk)
    assert set(Finding.objects.values_list("room__number", "answer")) == {("1201", "fits"), ("1202", "empty")}
    assert Record.objects.get(verb="estate.round_end").facts == {
        "round": under_way.pk, "fits": 1, "empty": 1, "differs": 0,
    }  # fmt: skip
    with pytest.raises(Conflict, match="已经结束"):
        actions.note(actor=actor, now=NOW, round=under_way.pk, room=room(), answer="fits")
    assert Round.objects.get().ended_at == NOW


def test_a_room_is_changed_with_evidence_and_no_person_is_named(stage: Stage, tower: Building) -> None:
    actor = stage.actor("dispatcher")
    facts = RoomFacts(area=Decimal(120), owner_kind="person", asking=Decimal(60))
    actions.change_room(actor=actor, now=NOW, room=room(), facts=facts)
    assert Room.objects.get(number="1201").area == 120
    before = counts()
    with pytest.raises(Invalid, match="个人业主不登记姓名"):
        actions.change_room(actor=actor, now=NOW, room=room(), facts=replace(facts, owner="张某"))
    with pytest.raises(Invalid, match="面积"):
        actions.change_room(actor=actor, now=NOW, room=room(), facts=replace(facts, area=Decimal(0)))
    with pytest.raises(Conflict, match="没有变化"):
        actions.change_room(actor=actor, now=NOW, room=room(), facts=facts)
    assert counts() == before


def test_premises_of_addresses_become_tenancies_once(stage: Stage, tower: Building) -> None:
    rows = [
        actions.PremisesRow(stage.firm.pk, "B01", "A座", 12, "1201", JULY),
        actions.PremisesRow(stage.other_firm.pk, "B01", "A座", 12, "1201"),
        actions.PremisesRow(stage.other_firm.pk, "B01", "A座", 7, ""),
    ]
    assert actions.put_premises(actor=SYSTEM, now=NOW, rows=rows[:1]) == 1
    assert actions.put_premises(actor=SYSTEM, now=NOW, rows=rows) == 2
    assert actions.put_premises(actor=SYSTEM, now=NOW, rows=rows) == 0
    standing = Tenancy.objects.filter(dropped_at=None).order_by("room_id", "enterprise_id")
    assert sorted((t.enterprise_id or 0, t.room_id is None, t.is_shared) for t in standing) == sorted(
        [(stage.firm.pk, False, True), (stage.other_firm.pk, False, True), (stage.other_firm.pk, True, False)]
    )
    places = queries.places_of(stage.other_firm.pk)
    assert {(one.tower, one.floor, one.room) for one in places} == {("A座", 12, "1201"), ("A座", 7, "")}


def test_names_are_cut_to_what_an_official_sees(stage: Stage, tower: Building) -> None:
    let(stage)
    other = people.create_unit(
        actor=SYSTEM, now=NOW, code="S02", name="他街道", kind="street", parent=stage.house.centre
    ).pk
    made = people.create_member(actor=SYSTEM, now=NOW, username="far", name="远街道", password=PASSWORD)
    people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=other, role=Role.HANDLER)
    far = persons.actor_of(made.account, NOW)
    page = queries.building(far, tower.pk, Moment(DAY))
    (cell,) = [cell for t in page.towers for f in t.floors for cell in f.cells if cell.sitting]
    assert (cell.sitting[0].name, cell.sitting[0].enterprise, page.may_keep) == ("非本街道企业", None, False)
    near = queries.building(stage.actor("street"), tower.pk, Moment(DAY))
    assert near.may_keep
    assert "武汉云启软件有限公司" in str(near.towers)


def test_a_building_is_read_in_as_many_queries_whatever_its_size(stage: Stage, tower: Building) -> None:
    counted, actor = [], stage.actor("dispatcher")
    queries.building(actor, tower.pk, Moment(DAY))  # what a process reads once
    for size in (3, 60):
        rows = [
            RoomRow("B01", "A座", n % 19 + 1, f"{n % 19 + 1}{n:03d}", RoomFacts(area=Decimal(80))) for n in range(size)
        ]
        actions.put_rooms(actor=SYSTEM, now=NOW, rows=rows)
        seats = [actions.Seat("B01", "A座", r.floor, r.number, Letting(tenant=f"租户{r.number}")) for r in rows]
        if size == 60:
            seats = seats[3:]
        actions.seat_many(actor=SYSTEM, now=NOW, seats=seats)
        with CaptureQueriesContext(connection) as seen:
            page = queries.building(actor, tower.pk, Moment(DAY))
        counted.append(len(seen))
    assert page.measures.tenancies == 60
    assert counted[0] == counted[1] <= 16


def test_halves_and_months() -> None:
    assert [half_of(date(2026, month, 1)) for month in (1, 6, 7, 12)] == ["2026H1", "2026H1", "2026H2", "2026H2"]
    assert months(date(2026, 11, 30), 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
