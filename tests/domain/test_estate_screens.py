"""Screens of buildings, lists of tenants, rooms to let and their matching, the drawings, and the sample's rooms."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions, leases, queries
from qifu.domain.estate.actions import Letting, Line, RoomFacts, RoomRow
from qifu.domain.estate.models import Building, Finding, Room, Tenancy, TenantList
from qifu.domain.estate.moments import Moment
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample.tenancies import tenancies
from qifu.entry.desk.estate.lists import means
from qifu.kernel.actor import SYSTEM, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.output.charts.district import Spot, district
from qifu.output.charts.stacking import stacking
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

DAY = date(2026, 9, 30)


@pytest.fixture
def tower(stage: Stage, settings: Settings) -> Building:
    settings.QIFU_NOW = NOW
    row = actions.BuildingRow(
        "B01", "云启大厦", ["云启国际"], stage.house.street, "云泽大道", "88号", ["A座", "B座"], 20, Decimal(9000)
    )
    actions.put_buildings(actor=SYSTEM, now=NOW, rows=[row])
    facts = [RoomFacts(area=Decimal(area), asking=Decimal(asking)) for area, asking in ((100, 60), (118, 90), (60, 40))]
    rooms = [RoomRow("B01", "A座", 12, f"120{n}", one) for n, one in enumerate(facts, 1)]
    actions.put_rooms(actor=SYSTEM, now=NOW, rows=[*rooms, RoomRow("B01", "B座", 3, "301", RoomFacts(state="held"))])
    return Building.objects.get()


def room(number: str) -> int:
    return Room.objects.get(number=number).pk


def browser(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.house.account(who))
    return client


def let(stage: Stage, number: str, **said: object) -> Tenancy:
    said.setdefault("enterprise", stage.firm.pk)
    actor = stage.actor("dispatcher")
    return actions.let(actor=actor, now=NOW, room=room(number), letting=Letting(**said))  # type: ignore[arg-type]


def tried(stage: Stage, *lines: Line) -> TenantList:
    return actions.try_list(actor=stage.actor("dispatcher"), now=NOW, name="名单.csv", lines=lines)


# --- lists of tenants


def test_a_list_is_tried_without_writing_and_says_why_rows_are_left_out(stage: Stage, tower: Building) -> None:
    let(stage, "1201", since=date(2026, 1, 1))
    name = stage.other_firm.name
    made = tried(
        stage,
        Line(2, "云启大厦", "A栋12楼02室", name, since="2026/3/1", rent="65"),
        Line(3, "云启国际", "A-1203", "没有登记的工作室"),
        Line(4, "B01", "A座1201", stage.firm.name),
        Line(5, "云启大厦", "A座1201", name),
        Line(6, "没有的大厦", "1201", name),
        Line(7, "云启大厦", "顶楼", name),
        Line(8, "云启大厦", "A座2501", name),
        Line(9, "云启大厦", "1201", name),
        Line(10, "云启大厦", "A座1202", "", since="2026-01-01"),
        Line(11, "云启大厦", "A座1302", name, since="明天"),
        Line(12, "云启大厦", "A座1302", name, since="2026-05-01", until="2026-04-01"),
        Line(13, "云启大厦", "A座1302", name, rent="面议"),
    )
    assert (made.fresh, made.same, made.ended, Tenancy.objects.count()) == (2, 1, 0, 1)
    said = {one["number"]: one["reason"] for one in made.rejects}
    assert said == {
        5: "这个房间在这段时间已登记给“武汉云启软件有限公司”；请先登记其迁出，合租的请两家都标明。",
        6: "楼宇目录里没有“没有的大厦”，请核对名称或先补充别名。",
        7: "看不出房号：“顶楼”。请写成 1203、12楼03室 一类的样子。",
        8: "云启大厦地上 20 层，没有 25 层。",
        9: "云启大厦有A座、B座，请写明是哪一座。",
        10: "没有写企业名称。",
        11: "入驻日期“明天”不是日期，请写成 2026-01-31。",
        12: "迁出日期早于入驻日期。",
        13: "租金“面议”不是数字，单位是元每平方米每月。",
    }


def test_a_list_is_entered_once_and_taken_back_whole(stage: Stage, tower: Building) -> None:
    actor = stage.actor("dispatcher")
    held = let(stage, "1201", since=date(2026, 1, 1))
    lines = [
        Line(2, "云启大厦", "A座1201", stage.firm.name, until="2026-08-31"),
        Line(3, "云启大厦", "A座1202", "", code=stage.other_firm.uscc or "", since="2026-09-01"),
        Line(4, "云启大厦", "A座1305", "某工作室", shared="是"),
        Line(5, "云启大厦", "A座1305", "另一工作室", shared="是"),
    ]
    made = tried(stage, *lines)
    done = actions.enter_list(actor=actor, now=NOW, number=made.pk)
    assert (done.state, done.fresh, done.ended) == ("entered", 3, 1)
    assert Room.objects.get(number="1305").area is None
    assert Tenancy.objects.get(key=held.key, dropped_at=None).until == date(2026, 8, 31)
    with pytest.raises(Conflict, match="已经导入"):
        actions.enter_list(actor=actor, now=NOW, number=made.pk)
    again = tried(stage, *lines)
    assert (again.fresh, again.ended, again.same) == (0, 0, 4)
    with pytest.raises(Conflict, match="没有需要写入"):
        actions.enter_list(actor=actor, now=NOW, number=again.pk)
    later = NOW + timedelta(hours=1)
    mine = Tenancy.objects.get(tenant="某工作室", dropped_at=None)
    actions.end(actor=actor, now=later, tenancy=mine.pk, until=DAY)
    undone = actions.undo_list(actor=actor, now=later, number=made.pk)
    assert (undone.taken_back, undone.kept) == (3, 1)
    standing = Tenancy.objects.filter(dropped_at=None)
    assert set(standing.values_list("enterprise", "tenant", "until")) == {
        (stage.firm.pk, "", None), (None, "某工作室", DAY),
    }  # fmt: skip
    verbs = Record.objects.filter(stream=f"estate.list:{made.pk}").order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["estate.list", "estate.list_enter", "estate.list_undo"]


def test_only_the_centre_reads_lists_in(stage: Stage, tower: Building) -> None:
    with pytest.raises(Forbidden):
        actions.try_list(actor=stage.actor("street"), now=NOW, name="x", lines=[Line(2, "云启大厦", "1", "a")])
    with pytest.raises(Invalid, match="没有数据行"):
        tried(stage)
    assert not TenantList.objects.exists()


def test_a_file_is_handed_in_tried_entered_and_taken_back(stage: Stage, tower: Building) -> None:
    client = browser(stage, "dispatcher")
    text = f"楼宇,房号,企业名称,入驻日期\n云启大厦,A座12层01,{stage.firm.name},2026-05-01\n没有,1,x,\n"
    answer = client.post("/desk/buildings/lists/", {"file": SimpleUploadedFile("名单.csv", text.encode("gb18030"))})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "楼宇目录里没有“没有”" in page
    assert Tenancy.objects.count() == 0
    client.post(answer["Location"] + "enter/")
    assert Tenancy.objects.get().since == date(2026, 5, 1)
    client.post(answer["Location"] + "undo/")
    assert not Tenancy.objects.filter(dropped_at=None).exists()
    for name, content in (
        ("a.csv", b""),
        ("a.csv", "甲,乙\n1,2\n".encode()),
        ("a.pdf", b"%PDF-1.4 x"),
        ("a.xlsx", b"PK"),
    ):
        wrong = client.post("/desk/buildings/lists/", {"file": SimpleUploadedFile(name, content)})
        assert wrong.status_code == 422, name
    assert client.post("/desk/buildings/lists/").status_code == 422


# --- the desk


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("楼 宇", "building"),
        ("* 房号", "room"),
        ("企业名称（全称）", "firm"),
        ("税号：", "code"),
        ("月租金（元/㎡）", "rent"),
        ("租金（元/平米·月）", "rent"),
        ("月租金（元）", ""),
        ("月租金", ""),
        ("备注", ""),
    ],
)
def test_headings_are_known_as_people_write_them(heading: str, meant: str) -> None:
    assert means(heading) == meant


def test_what_will_be_known_is_what_is_known(stage: Stage, tower: Building) -> None:
    client = browser(stage, "dispatcher")
    page = client.get(f"/desk/buildings/{tower.pk}/?known=2030-01-01").content.decode()
    assert "当时掌握的记录" not in page
    page = client.get(f"/desk/buildings/{tower.pk}/?known=2026-01-01").content.decode()
    assert "2026年1月1日 当时掌握的记录" in page
    assert "不随所看的日子变化" in page


def test_the_list_is_searched_filtered_sorted_and_carried_away(stage: Stage, tower: Building) -> None:
    let(stage, "1201", rent=Decimal(60))
    more = [actions.BuildingRow(f"C{n:02d}", f"禾木{n}号楼", (), None) for n in range(60)]
    actions.put_buildings(actor=SYSTEM, now=NOW, rows=more)
    client = browser(stage, "leader")
    first = client.get("/desk/buildings/").content.decode()
    assert "共 61 条，本页 50 条" in first
    assert "云启大厦" in client.get("/desk/buildings/?q=云启国际&band=low").content.decode()
    assert "没有符合条件" in client.get("/desk/buildings/?q=云启国际&band=high").content.decode()
    rented = client.get("/desk/buildings/?sort=rent").content.decode()
    assert rented.index("云启大厦") < rented.index("禾木0号楼")
    wild = "/desk/buildings/?page=999999999999999999999&street=x&on=2026-13-01&known=0&sort=%27&band=a"
    assert client.get(wild).status_code == 200
    answer = client.get("/desk/buildings/export/?q=云启")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert dict(zip(rows[0], rows[1], strict=True))["出租率"] == round(100 / 278, 4)
    assert Record.objects.get(verb="estate.export").facts["rows"] == 1


def test_a_building_is_shown_as_a_drawing_and_as_a_table(stage: Stage, tower: Building) -> None:
    row = let(stage, "1201", since=date(2026, 1, 1), lease_until=date(2026, 10, 20))
    client = browser(stage, "street")
    page = client.get(f"/desk/buildings/{tower.pk}/").content.decode()
    assert (
        f'href="/desk/rooms/{row.room_id}/" tabindex="0" aria-label="1201 室，100 平方米，已出租，{stage.firm.name}"'
        in page
    )
    assert 'style="' not in page
    table = client.get(f"/desk/buildings/{tower.pk}/?view=table").content.decode()
    assert "A座 12 层" in table
    assert "2026年10月20日" in table
    assert "3 个月内 1 间" in client.get(f"/desk/buildings/{tower.pk}/?by=expiry").content.decode()
    past = client.get(f"/desk/buildings/{tower.pk}/?on=2025-12-31").content.decode()
    assert stage.firm.name not in past
    assert (
        "按 2026年9月29日 当时掌握的记录"
        in client.get(f"/desk/buildings/{tower.pk}/?known=2026-09-29").content.decode()
    )
    answer = client.get(f"/desk/buildings/{tower.pk}/tenants/")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    assert [r[5] for r in sheet.iter_rows(values_only=True)] == ["租户", stage.firm.name, None, None, None]


def test_a_tenancy_is_let_corrected_ended_and_taken_back_on_the_desk(stage: Stage, tower: Building) -> None:
    client, number = browser(stage, "street"), room("1202")
    form = {"tenant": stage.other_firm.uscc, "since": "2026-03-01", "rent": "66.5", "registered_in": "outside"}
    assert client.post(f"/desk/rooms/{number}/let/", form).status_code == 302
    row = Tenancy.objects.get()
    assert (row.enterprise_id, row.rent, row.registered_in) == (stage.other_firm.pk, Decimal("66.5"), "outside")
    wrong = client.post(f"/desk/rooms/{number}/let/", form | {"rent": "贵", "since": "x"}).content.decode()
    assert "请填写数字。" in wrong
    assert "日期格式不对" in wrong
    late = client.post(f"/desk/tenancies/{row.pk}/", form | {"until": "2026-01-01", "note": "合同"})
    assert late.status_code == 422
    assert "迁出日期早于入驻日期" in late.content.decode()
    client.post(f"/desk/tenancies/{row.pk}/", form | {"taxed_in": "here", "note": "合同"})
    client.post(f"/desk/tenancies/{Tenancy.objects.latest('pk').pk}/end/", {"until": "2026-09-01"})
    page = client.get(f"/desk/rooms/{number}/").content.decode()
    assert "被更正的记录" in page
    assert "以前的租户" in page
    client.post(f"/desk/tenancies/{Tenancy.objects.latest('pk').pk}/undo/")
    standing = Tenancy.objects.get(dropped_at=None)
    assert (standing.until, standing.taxed_in) == (None, "here")
    client.post(f"/desk/rooms/{number}/facts/", {"area": "120.5", "use": "shop", "state": "own", "asking": ""})
    assert (Room.objects.get(pk=number).area, Room.objects.get(pk=number).use) == (Decimal("120.5"), "shop")


def test_the_map_shows_every_building_with_its_measure(stage: Stage, tower: Building) -> None:
    let(stage, "1201")
    page = browser(stage, "leader").get("/desk/buildings/map/").content.decode()
    assert 'aria-label="云启大厦，出租率 36.0%"' in page
    assert page.count("<circle") == 2  # on the map and in the legend
    assert "每平方米税收 不详" in browser(stage, "leader").get("/desk/buildings/map/?measure=tax").content.decode()


# --- drawings


def test_the_map_is_always_the_same_and_buildings_stand_in_their_street() -> None:
    streets = [(n, f"{n}街") for n in range(14)]
    spots = [Spot(f"B{n}", f"楼{n}", n % 14, float(n), "x", "/") for n in range(117)]
    one, two = district(streets, spots, "a", "b"), district(streets, spots, "a", "b")
    assert one == two
    assert one.svg.count("<polygon") == 14
    assert sum(band.count for band in one.bands) == 117
    assert len({re.search(r'cx="(\S+)" cy="(\S+)"', part).groups() for part in one.svg.split("<circle")[1:]}) == 117  # type: ignore[union-attr]
    assert district([], [], "a", "b").bands == ()
    assert district(streets, [Spot("B", "楼", 99, None, "x", "/")], "a", "b").unknown == 1


def test_what_a_tenant_is_called_cannot_break_the_drawing(stage: Stage, tower: Building) -> None:
    let(stage, "1201", enterprise=None, tenant='<script>"x"</script>')
    told = queries.building(stage.actor("leader"), tower.pk, Moment(DAY))
    svg = stacking(told.towers[0], "state", DAY, lambda n: f"/{n}").svg
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


# --- rooms to let


def test_rooms_to_let_are_those_that_are_offered_and_empty(stage: Stage, tower: Building) -> None:
    let(stage, "1203", since=DAY + timedelta(days=30))
    let(stage, "1201", until=DAY - timedelta(days=1))
    visitor = Client()
    page = visitor.get("/rooms/").content.decode()
    assert page.index("1201 室") < page.index("1202 室")
    assert "1203 室" not in page
    assert "301 室" not in page
    assert "1202 室" not in visitor.get("/rooms/?most=110&rent=70").content.decode()
    assert visitor.get(f"/rooms/{room('1202')}/").status_code == 200
    assert visitor.get(f"/rooms/{room('301')}/").status_code == 404
    assert visitor.get("/rooms/?page=x&least=-1&most=1e999&use=%00&street=9999999").status_code in (200, 400)


def test_a_need_is_matched_with_reasons(stage: Stage, tower: Building) -> None:
    stage.firm.industry = "I6513"
    stage.firm.save()
    let(stage, "301")
    need = queries.Need(Decimal(100), Decimal(70), stage.house.street, "office", "I")
    first, second = queries.match(DAY, need)
    assert (first.offer.number, first.score, [one.code for one in first.reasons]) == (
        "1201", 91, ["area_fits", "rent_fits", "street_fits", "trade"],
    )  # fmt: skip
    assert (second.offer.number, second.score) == ("1202", 76)
    assert [one.code for one in second.reasons] == ["area_fits", "rent_over", "street_fits", "trade"]
    assert queries.match(DAY, queries.Need(Decimal(5000))) == ()
    page = Client().get("/rooms/match/?area=100&rent=70&section=I").content.decode()
    assert "楼里有 1 家同行业企业（共 1 家）" in page
    assert "请填写数字" in Client().get("/rooms/match/?area=x").content.decode()


# --- whoever runs a building


def test_a_manager_signs_in_to_the_own_buildings_and_nothing_else(stage: Stage, tower: Building) -> None:
    made = people.create_member(actor=SYSTEM, now=NOW, username="louyu", name="楼宇经理", password=PASSWORD)
    people.grant_role(
        actor=SYSTEM, now=NOW, account=made.account.pk, unit=stage.house.street, role=Role.BUILDING_MANAGER
    )
    Account.objects.update(must_change_password=False)
    clerk, client = browser(stage, "dispatcher"), Client()
    client.force_login(Account.objects.get(pk=made.account.pk))
    assert client.get(f"/my/buildings/{tower.pk}/").status_code == 404
    clerk.post(f"/desk/buildings/{tower.pk}/managers/", {"account": made.account.pk})
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/my/buildings/"
    assert "云启大厦" in client.get("/my/buildings/").content.decode()
    for path in ("/desk/buildings/", f"/desk/buildings/{tower.pk}/", "/desk/buildings/map/", "/desk/buildings/lists/"):
        assert client.get(path).status_code == 403, path
    stays, moves = let(stage, "1201"), let(stage, "1202", enterprise=stage.other_firm.pk)
    page = client.get(f"/my/buildings/{tower.pk}/").content.decode()
    assert stage.other_firm.name in page
    ticked = {f"tenant-{stays.pk}": "stays", f"tenant-{moves.pk}": "moved", f"until-{moves.pk}": "2026-09-15"}
    client.post(f"/my/buildings/{tower.pk}/confirm/", ticked)
    assert set(Finding.objects.values_list("answer", flat=True)) == {"stays", "moved"}
    assert "全部确认" in clerk.get("/desk/buildings/confirmations/").content.decode()
    new = {"tenant": "某工作室", "since": "2026-09-20"}
    assert client.post(f"/my/buildings/{tower.pk}/rooms/{room('1202')}/", new).status_code == 302
    assert client.post(f"/my/buildings/{tower.pk}/rooms/{room('1202')}/", new).status_code == 404
    assert Tenancy.objects.get(tenant="某工作室").since == date(2026, 9, 20)


def test_leases_end_for_monitoring(stage: Stage, tower: Building) -> None:
    let(stage, "1201", lease_until=date(2026, 12, 31))
    let(stage, "1202", lease_until=date(2027, 3, 31))
    let(stage, "1203", enterprise=stage.other_firm.pk)
    assert leases.ends([stage.firm.pk, stage.other_firm.pk], DAY) == {stage.firm.pk: date(2027, 3, 31)}


# --- the sample


def test_the_sample_knows_nearly_all_tenants_and_some_rooms_are_empty() -> None:
    rooms, stays = tenancies(3000, DAY)
    present = [one for one in stays if one.until is None]
    assert sum(one.uscc is not None for one in present) > 0.95 * len(present)
    taken = {one.place for one in present}
    assert 0.05 < 1 - len(taken) / len(rooms) < 0.25
    assert all(one.since <= DAY and (one.until is None or one.since <= one.until < DAY) for one in stays)
    soon = sum(one.lease_until is not None and DAY <= one.lease_until <= DAY + timedelta(days=365) for one in present)
    assert soon > len(present) // 10
    assert len({one.place for one in rooms}) == len(rooms)
    assert tenancies(3000, DAY) == (rooms, stays)


def test_known_is_the_end_of_a_day_here() -> None:
    from qifu.entry.desk.estate.asked import moment_of

    known = moment_of(DAY, date(2026, 9, 29)).known
    assert known is not None
    assert known.astimezone(SHANGHAI).isoformat() == "2026-09-29T23:59:59.999999+08:00"
