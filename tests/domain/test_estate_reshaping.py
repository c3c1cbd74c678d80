"""Rooms that are split and joined: dated, with who sits there, taken back; and the list of rooms that is carried away."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions, queries
from qifu.domain.estate.actions import Letting, Line, Part, RoomFacts, RoomRow
from qifu.domain.estate.actions.directory import PremisesRow
from qifu.domain.estate.models import Building, Reshaping, Room, Tenancy
from qifu.domain.estate.moments import Moment
from qifu.domain.registry import naming
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.stage import Stage

JULY, DAY = date(2026, 7, 1), date(2026, 9, 1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def tower(stage: Stage, settings: Settings) -> Building:
    """Three rooms of 100 square metres on one floor, one on another."""
    settings.QIFU_NOW = stage.now
    actions.put_buildings(
        actor=SYSTEM,
        now=NOW,
        rows=[actions.BuildingRow("B01", "云启大厦", [], stage.house.street, "云泽大道", "88号", [], 20)],
    )
    facts = RoomFacts(area=Decimal(100), asking=Decimal(60))
    rooms = [RoomRow("B01", "", 12, f"120{n}", facts) for n in (1, 2, 3)] + [RoomRow("B01", "", 3, "301", facts)]
    actions.put_rooms(actor=SYSTEM, now=NOW, rows=rooms)
    return Building.objects.get()


def room(number: str) -> int:
    return Room.objects.get(number=number, until=None).pk


def let(stage: Stage, number: str, **said: object) -> Tenancy:
    said.setdefault("since", JULY)
    letting = Letting(**({"enterprise": stage.firm.pk} if "tenant" not in said else {}), **said)  # type: ignore[arg-type]
    return actions.let(actor=stage.actor("dispatcher"), now=stage.now, room=room(number), letting=letting)


def reshape(stage: Stage, rooms: list[str], *parts: Part, day: date = DAY, who: str = "dispatcher") -> list[Room]:
    stage.now += timedelta(minutes=1)
    return actions.reshape(
        actor=stage.actor(who), now=stage.now, rooms=[room(one) for one in rooms], parts=parts, day=day, note="装修图纸"
    )


def seats() -> set[tuple[str, str, date | None, date | None, bool]]:
    """What is believed now: room, name as written, from, to, shared."""
    rows = Tenancy.objects.filter(dropped_at=None).select_related("room")
    return {(row.room.number if row.room else "", row.tenant, row.since, row.until, row.is_shared) for row in rows}


def counts() -> tuple[int, int, int, int]:
    return Room.objects.count(), Tenancy.objects.count(), Reshaping.objects.count(), Record.objects.count()


def test_a_room_is_split_and_each_tenant_goes_into_the_own_part(stage: Stage, tower: Building) -> None:
    one, other = let(stage, "1201", tenant="甲", is_shared=True), let(stage, "1201", tenant="乙", is_shared=True)
    made = reshape(stage, ["1201"], Part("1201A", Decimal(60), [one.pk]), Part("1201B", Decimal(38), [other.pk]))
    assert [(row.number, row.area, row.since, row.asking) for row in made] == [
        ("1201A", Decimal(60), DAY, Decimal(60)), ("1201B", Decimal(38), DAY, Decimal(60)),
    ]  # fmt: skip
    assert seats() == {
        ("1201", "甲", JULY, BEFORE, True), ("1201", "乙", JULY, BEFORE, True),
        ("1201A", "甲", DAY, None, False), ("1201B", "乙", DAY, None, False),
    }  # fmt: skip
    old = Room.objects.get(number="1201")
    assert (old.until, old.ended_by_id) == (BEFORE, made[0].made_by_id)
    proofs = Record.objects.filter(verb="estate.reshape")
    assert {one.stream for one in proofs} == {old.stream, *(row.stream for row in made)}
    assert proofs[0].facts == {"from": [old.pk], "to": [row.pk for row in made], "day": "2026-09-01"}
    figures = {day: queries.measures(Moment(day), [tower.pk])[tower.pk] for day in (BEFORE, DAY)}
    assert [(one.rooms, one.area, one.let_area) for one in figures.values()] == [(4, 400, 100), (5, 398, 98)]


def test_rooms_are_joined_and_a_firm_in_both_sits_there_once(stage: Stage, tower: Building) -> None:
    let(stage, "1201", tenant="甲", rent=Decimal(60), lease_until=date(2027, 6, 30))
    let(stage, "1202", tenant="甲", rent=Decimal(60), lease_until=date(2027, 12, 31))
    (made,) = reshape(stage, ["1201", "1202"], Part("1201", Decimal(200)))
    row = Tenancy.objects.get(room=made)
    assert (row.tenant, row.since, row.rent, row.lease_until, row.is_shared) == ("甲", DAY, Decimal(60), None, False)
    assert queries.measures(Moment(DAY), [tower.pk])[tower.pk].let_area == 200


def test_two_firms_of_joined_rooms_share_the_new_one(stage: Stage, tower: Building) -> None:
    let(stage, "1201", tenant="甲"), let(stage, "1202", tenant="乙", until=date(2026, 9, 15))
    let(stage, "1202", tenant="丙", since=date(2026, 9, 16), until=date(2026, 9, 20))
    reshape(stage, ["1202", "1201"], Part("1201-1202"))
    assert {one for one in seats() if one[0] == "1201-1202"} == {
        ("1201-1202", "甲", DAY, None, True),
        ("1201-1202", "乙", DAY, date(2026, 9, 15), True),
        ("1201-1202", "丙", date(2026, 9, 16), date(2026, 9, 20), True),
    }


def test_who_left_before_stays_in_the_old_room(stage: Stage, tower: Building) -> None:
    let(stage, "1201", tenant="甲", until=BEFORE)
    reshape(stage, ["1201"], Part("1201A", None, []), Part("1201B", None, []))
    assert seats() == {("1201", "甲", JULY, BEFORE, False)}


@pytest.mark.parametrize(
    ("rooms", "parts", "day", "refused"),
    [
        (["1201"], [Part("1201A")], DAY, "拆分请写明至少两间"),
        (["1201", "301"], [Part("1201")], DAY, "同一层"),
        (["1201"], [Part("1201A", None, []), Part("1201B", None, [])], DAY, "没有分到房间"),
        (["1201"], [Part("1202"), Part("1201B")], DAY, "已有 1202 室"),
        (["1201"], [Part("1201A"), Part("1201A")], DAY, "已有 1201A 室"),
        (["1201"], [Part(""), Part("1201B")], DAY, "请写明房号"),
        (["1201"], [Part("1201A", Decimal(0)), Part("1201B")], DAY, "面积应大于 0"),
        (["1201"], [Part("1201A"), Part("1201B")], date(2199, 1, 1), "今天或以前"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    stage: Stage, tower: Building, rooms: list[str], parts: list[Part], day: date, refused: str
) -> None:
    let(stage, "1201", tenant="甲")
    before = counts()
    with pytest.raises(Invalid, match=refused):
        reshape(stage, rooms, *parts, day=day)
    assert counts() == before


def test_only_who_keeps_the_building_reshapes(stage: Stage, tower: Building) -> None:
    before = counts()
    with pytest.raises(Forbidden):
        reshape(stage, ["1201"], Part("1201A"), Part("1201B"), who="handler")
    assert counts() == before


def test_a_split_is_taken_back_with_who_sat_there(stage: Stage, tower: Building) -> None:
    let(stage, "1201", tenant="甲", until=date(2026, 9, 20)), let(stage, "1201", tenant="乙", since=date(2026, 9, 21))
    before = seats()
    made = reshape(stage, ["1201"], Part("1201"), Part("1201B"))
    assert {row.number for row in made} == {"1201", "1201B"}
    with pytest.raises(Conflict, match="拆分或合并来的"):
        actions.undo(actor=stage.actor("dispatcher"), now=stage.now, tenancy=Tenancy.objects.filter(room=made[0])[0].pk)
    stage.now += timedelta(minutes=1)
    (old,) = actions.undo_reshape(actor=stage.actor("dispatcher"), now=stage.now, room=made[0].pk)
    assert (old.number, old.until, seats()) == ("1201", None, before)
    assert queries.measures(Moment(DAY), [tower.pk])[tower.pk].rooms == 4
    assert Record.objects.filter(verb="estate.reshape_undo").count() == 3
    with pytest.raises(Conflict, match="没有可撤回"):
        actions.undo_reshape(actor=stage.actor("dispatcher"), now=stage.now, room=made[0].pk)
    reshape(stage, ["1201"], Part("1201A"), Part("1201B"))


def test_what_has_been_entered_since_is_not_undone_along(stage: Stage, tower: Building) -> None:
    made = reshape(stage, ["1201"], Part("1201A"), Part("1201B"))
    stage.now += timedelta(minutes=1)
    let(stage, "1201B", tenant="丁", since=DAY)
    before = seats()
    with pytest.raises(Conflict, match="请先撤回那些登记"):
        actions.undo_reshape(actor=stage.actor("dispatcher"), now=stage.now, room=made[0].pk)
    assert seats() == before


def test_a_room_that_ended_takes_nobody_and_says_where_to(stage: Stage, tower: Building) -> None:
    old = let(stage, "1201", tenant="甲")
    reshape(stage, ["1201"], Part("1201A"), Part("1201B", None, []))
    ended = Tenancy.objects.get(key=old.key, dropped_at=None)
    letting = Letting(tenant="甲", since=JULY)
    with pytest.raises(Conflict, match="之后已拆分或合并"):
        actions.correct(actor=stage.actor("dispatcher"), now=stage.now, tenancy=ended.pk, letting=letting, note="合同")
    held = actions.try_list(
        actor=stage.actor("dispatcher"),
        now=stage.now,
        name="名单.xlsx",
        lines=[Line(2, "云启大厦", "1201", "戊有限公司")],
    )
    assert held.rejects[0]["reason"] == "1201 室已拆分或合并为 1201A、1201B，请写新的房号。"


def test_addresses_of_a_joined_room_lead_to_the_new_one_and_of_a_split_one_to_the_floor(
    stage: Stage, tower: Building
) -> None:
    reshape(stage, ["1201", "1202"], Part("1201"))
    reshape(stage, ["1203"], Part("1203A"), Part("1203B"))
    rows = [PremisesRow(stage.firm.pk, "B01", "", 12, number, DAY) for number in ("1202", "1203")]
    assert actions.put_premises(actor=SYSTEM, now=stage.now, rows=rows) == 2
    assert {one[0] for one in seats()} == {"1201", ""}
    assert not Room.objects.filter(number__in=["1202", "1203"], until=None).exists()


def browser(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.house.account(who))
    return client


def test_a_room_is_split_joined_and_restored_on_the_desk(stage: Stage, tower: Building) -> None:
    one, client = let(stage, "1201", tenant="甲"), browser(stage, "dispatcher")
    stage.now += timedelta(minutes=1)
    page, old = f"/desk/rooms/{room('1201')}/", room("1201")
    assert "谁在第 2 间" in client.get(f"{page}split/?parts=3").content.decode()
    typed = {"number_1": "1201A", "area_1": "60", "number_2": "1201B", "area_2": "40", "day": "2026-09-01"}
    lacking = client.post(f"{page}split/", typed)
    assert (lacking.status_code, "没有分到房间" in lacking.content.decode()) == (422, True)
    assert client.post(f"{page}split/", typed | {"tenants_2": [one.pk]}).status_code == 302
    assert seats() == {("1201", "甲", JULY, BEFORE, False), ("1201B", "甲", DAY, None, False)}
    shown = client.get(page).content.decode()
    assert "1201A 室</a>、" in shown
    assert "登记入驻</a>" not in shown
    assert client.get(f"{page}split/").status_code == 409
    made = f"/desk/rooms/{room('1201A')}/"
    assert "拆分而来" in client.get(made).content.decode()
    assert client.post(f"{made}unshape/").status_code == 302
    assert seats() == {("1201", "甲", JULY, None, False)}
    assert (
        client.post(f"{page}merge/", {"rooms": [room("1202")], "number_1": "1201", "day": "2026-09-01"}).status_code
        == 302
    )
    joined = Room.objects.get(number="1201", until=None)
    assert (joined.area, joined.pk != old) == (Decimal(200), True)


def test_the_list_of_rooms_is_narrowed_and_carried_away(stage: Stage, tower: Building) -> None:
    let(stage, "1201", tenant="=甲公司", lease_until=date(2027, 6, 30))
    let(stage, "1202", tenant="乙", since=date(2199, 1, 1))
    client = browser(stage, "dispatcher")
    assert "共 4 间" in client.get("/desk/rooms/").content.decode()
    assert "共 3 间" in client.get("/desk/rooms/?state=empty").content.decode()
    assert "共 2 间" in client.get("/desk/rooms/?state=to_let&sort=-area&least=50&most=x").content.decode()
    assert "没有符合条件的房间" in client.get("/desk/rooms/?least=500").content.decode()
    answer = client.get("/desk/rooms/export/?state=let")
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.iter_rows(values_only=True))  # type: ignore[union-attr, arg-type]
    assert [row[6:] for row in rows[1:]] == [("1201", 100, "办公", "租户未对应", 60, "'=甲公司", "2027-06-30")]
    record = Record.objects.get(verb="estate.export")
    assert record.facts == {"rows": 1, "filters": {"list": "rooms", "state": "let"}}


def test_names_of_tenants_are_offered_while_somebody_types(stage: Stage, tower: Building) -> None:
    firm, client = stage.firm, browser(stage, "dispatcher")
    firm.tokens = naming.tokens(firm.name, naming.initials(firm.name), firm.uscc or "", ())
    firm.save()
    form = client.get(f"/desk/rooms/{room('1201')}/let/").content.decode()
    assert 'hx-get="/desk/rooms/tenants/"' in form
    assert '<datalist id="firms">' in form
    found = client.get("/desk/rooms/tenants/", {"tenant": stage.firm.name[:4]}).content.decode()
    assert f'<option value="{stage.firm.name}">' in found
    assert client.get("/desk/rooms/tenants/", {"tenant": "云"}).content.decode().strip() == ""


def test_square_metres_from_nowhere_want_a_word(stage: Stage, tower: Building) -> None:
    before = counts()
    parts = (Part("1201A", Decimal(100)), Part("1201B", Decimal(50)))
    with pytest.raises(Invalid) as refusal:
        actions.reshape(
            actor=stage.actor("dispatcher"), now=stage.now, rooms=[room("1201")], parts=parts, day=DAY, note=" "
        )
    said = "面积原来共 100.00 平方米，现在共 150 平方米，请核对；确实如此的，请写明依据。"
    assert refusal.value.fields == {"note": said}
    assert counts() == before
    within = (Part("1201A", Decimal(60)), Part("1201B", Decimal(50)))
    made = actions.reshape(
        actor=stage.actor("dispatcher"), now=stage.now, rooms=[room("1201")], parts=within, day=DAY, note=""
    )
    assert [one.number for one in made] == ["1201A", "1201B"]


def test_a_room_that_has_ended_is_not_to_let_and_its_moved_tenants_are_not_taken_back(
    stage: Stage, tower: Building
) -> None:
    let(stage, "1201")
    old = room("1201")
    reshape(stage, ["1201", "1202"], Part("1201", Decimal(200)))
    page = browser(stage, "dispatcher").get(f"/desk/rooms/{old}/").content.decode()
    assert "这个房间到 2026年8月31日 为止" in page
    assert "空置时" not in page
    assert "没有租户" not in page
    assert "撤回上一步" not in page
    with pytest.raises(Conflict) as refusal:
        actions.correct(
            actor=stage.actor("dispatcher"), now=stage.now, tenancy=Tenancy.objects.get(room=old, dropped_at=None).pk,
            letting=Letting(enterprise=stage.firm.pk, since=JULY), note="仍在",
        )  # fmt: skip
    assert refusal.value.message == "1201 室到 2026年8月31日 为止，之后已拆分或合并，请在新的房间里登记。"
