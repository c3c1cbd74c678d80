"""A specialist's day with the network cut: five visits with photos and two needs, sent afterwards, twice, once."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qifu.domain.appeals.models import Appeal
from qifu.domain.registry.models import Correction
from qifu.domain.visits.actions.moving import take
from qifu.domain.visits.models import Need, Photo, Visit
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.domain.visit_room import Field, build
from tests.journeys.served import PATIENCE, PHONE, Site
from tests.journeys.served import Visit as Person

pytestmark = pytest.mark.browser

FIVE = 5


def png(width: int, height: int) -> bytes:
    """A grey picture, as large as a phone takes them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x88" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SHOTS = [{"name": "门头.png", "mimeType": "image/png", "buffer": png(3200, 2400)}]
HELD = """new Promise(done => {
  const asked = indexedDB.open('qifu-field');
  asked.onsuccess = () => {
    const whole = asked.result.transaction(['day', 'outbox']);
    const day = whole.objectStore('day').count(), outbox = whole.objectStore('outbox').count();
    whole.oncomplete = () => { asked.result.close(); done([day.result, outbox.result]); };
  };
})"""  # what lies on the device: days, reports on their way
READY = "navigator.serviceWorker.ready.then(async () => Boolean(await caches.match('/field/')))"


@pytest.fixture
def field(site: Site) -> Field:
    """Five visits today, in their order."""
    made = build(site.stage)
    with site.server.turns.lock:
        for firm in [site.stage.firm, site.stage.other_firm, *made.firms(3)]:
            made.plan(firm)
    return made


def opened(site: Site, field: Field) -> Person:
    """The phone of the specialist, with the app on it."""
    visit = site.entered(field.account.pk, PHONE)
    visit.page.context.grant_permissions(["geolocation"])
    visit.page.context.set_geolocation({"latitude": 30.5928, "longitude": 114.3055})
    visit.go("/field/").sees("共 5 家，已完成 0 家")
    visit.page.wait_for_function(READY)
    return visit


def cut(visit: Person, off: bool = True) -> None:
    """Cut the network, or join it again; what the browser says of a cut network is no complaint."""
    visit.page.context.set_offline(off)
    visit.page.wait_for_function(f"navigator.onLine === {'false' if off else 'true'}")
    visit.site.complaints[:] = [one for one in visit.site.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def call_on(page: Page, title: str, *, need: str = "", staff: str = "25", fact: str = "") -> None:
    """One visit from the door to the end, by taps."""
    page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    page.get_by_role("button", name="到达，开始走访").click()
    page.get_by_text("正常", exact=True).click()
    page.get_by_label("目前员工（人）").fill(staff)
    page.get_by_label("谈了什么").fill(f"在{title}谈了半小时。")
    if need:
        page.locator("summary", has_text="场地楼宇").click()
        page.get_by_role("button", name=need).click()
    if fact:
        page.get_by_label("哪一项").select_option(label="从业人员（人）")
        page.get_by_label("现在是").fill(fact)
        page.get_by_role("button", name="记下").click()
    page.get_by_label("拍照或选照片").set_input_files(SHOTS)
    expect(page.get_by_alt_text("照片 1")).to_be_visible()
    page.get_by_role("button", name="记录现在的位置").click()
    expect(page.get_by_text(re.compile("已记录，误差约"))).to_be_visible()
    page.get_by_label("谁确认的（姓名）").fill("钱经理")
    sign(page)
    page.get_by_role("button", name="完成走访").click()
    expect(page.get_by_role("heading", name="今天的走访")).to_be_visible()


def sign(page: Page) -> None:
    sheet = page.get_by_role("img", name="签名区，用手指或笔书写")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()


def until(check: Callable[[], bool], page: Page, span: int = PATIENCE) -> None:
    """Wait for something in the database."""
    for _ in range(span // 100):
        if check():
            return
        page.wait_for_timeout(100)
    assert check()


def told() -> dict[str, object]:
    """All that the day has left behind."""
    return {
        "visits": list(Visit.objects.order_by("place").values_list("number", "state", "seq", "note", "signed_by")),
        "order": list(Record.objects.filter(verb="visits.report").order_by("pk").values_list("stream", flat=True)),
        "cases": list(Appeal.objects.order_by("pk").values_list("number", "external", "title")),
        "needs": Need.objects.count(),
        "photos": sorted(Photo.objects.values_list("visit__place", "kind")),
        "proposals": Correction.objects.count(),
        "records": Record.objects.filter(stream__startswith="visits.visit").count(),
    }


def test_a_whole_day_without_a_network_is_sent_once_and_in_order(site: Site, field: Field) -> None:
    rows = list(Visit.objects.order_by("place").select_related("enterprise"))
    visit = opened(site, field)
    page = visit.page
    cut(visit)
    page.reload()
    visit.sees("现在没有网络", "共 5 家，已完成 0 家")
    for place, row in enumerate(rows):
        assert row.enterprise is not None
        need = "停车" if place in (1, 3) else ""
        call_on(page, row.enterprise.name, need=need, fact="25" if place == 2 else "")
    visit.sees("共 5 家，已完成 5 家", "5 条记录还没有发出")
    page.close()  # and the phone is put away
    assert Visit.objects.filter(state="done").count() == 0

    page = visit.page = visit.page.context.new_page()
    page.goto("/field/")
    visit.sees("5 条记录还没有发出")
    cut(visit, off=False)
    until(lambda: Photo.objects.count() == 2 * FIVE, page)
    expect(page.locator("main")).not_to_contain_text("还没有发出")
    first = told()
    assert [one[1:] for one in first["visits"]] == [  # type: ignore[attr-defined]
        ("done", 2, f"在{row.enterprise.name}谈了半小时。", "钱经理") for row in rows if row.enterprise
    ]
    assert first["order"] == [row.stream for row in rows]
    assert [one[1] for one in first["cases"]] == [f"{rows[1].number}-1", f"{rows[3].number}-1"]  # type: ignore[attr-defined]
    assert (first["needs"], first["proposals"]) == (2, 1)
    assert first["photos"] == sorted((place + 1, kind) for place in range(FIVE) for kind in ("photo", "signature"))
    sizes = {photo.file.kind: photo.file.size for photo in Photo.objects.select_related("file")}
    assert sizes["jpg"] < 60_000  # made small on the device: 1600 px of 3200
    row = Visit.objects.get(place=1)
    assert (row.answers, f"{row.latitude}", f"{row.longitude}") == (
        {"state": "normal", "staff": 25}, "30.592800", "114.305500",
    )  # fmt: skip

    page.reload()  # a second time
    visit.sees("共 5 家，已完成 5 家")
    page.goto("/field/#/queue")
    page.get_by_role("button", name="现在发送").click()
    visit.sees("没有等待发送的记录")
    assert told() == first


def test_the_same_parcel_sent_again_by_a_device_that_heard_no_answer_counts_once(site: Site, field: Field) -> None:
    """The line breaks after the server took it: the answer never comes, the device sends it again."""
    row = Visit.objects.order_by("place").first()
    assert row is not None
    assert row.enterprise is not None
    visit = opened(site, field)
    page, seen = visit.page, []

    def swallow(route) -> None:  # type: ignore[no-untyped-def]
        seen.append(route.request.post_data)
        if len(seen) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    page.context.route("**/field/reports/", swallow)
    call_on(page, row.enterprise.name, need="停车")
    until(lambda: Visit.objects.filter(state="done").count() == 1, page)
    page.goto("/field/#/queue")
    page.get_by_role("button", name="现在发送").click()
    visit.sees("没有等待发送的记录")
    until(lambda: Photo.objects.count() == 2, page)
    assert len(seen) == 2
    assert (Appeal.objects.count(), Need.objects.count(), Visit.objects.get(pk=row.pk).seq) == (1, 1, 3)  # begun, told
    site.complaints.clear()  # of the broken line


def test_a_visit_cancelled_at_the_desk_meanwhile_is_shown_beside_the_record(site: Site, field: Field) -> None:
    row = Visit.objects.order_by("place").first()
    assert row is not None
    assert row.enterprise is not None
    visit = opened(site, field)
    cut(visit)
    call_on(visit.page, row.enterprise.name, need="停车")
    with site.server.turns.lock:
        take(
            actor=site.stage.actor("dispatcher"),
            now=NOW,
            number=row.number,
            step="cancel",
            given={"reason": "企业来电改约"},
        )
    cut(visit, off=False)
    visit.sees("要您决定")
    visit.page.get_by_role("link", name=re.compile("1 条记录还没有发出")).click()
    visit.sees("已取消", "企业来电改约", "工作台现在", "本机的记录", "1 件")
    assert (Visit.objects.get(pk=row.pk).state, Appeal.objects.count()) == ("cancelled", 0)
    visit.page.get_by_role("button", name="按现场记录提交").click()
    visit.sees("没有等待发送的记录")
    assert (Visit.objects.get(pk=row.pk).state, Appeal.objects.count(), Photo.objects.count()) == ("done", 1, 2)


def test_nothing_is_lost_when_the_session_ends_in_between(site: Site, field: Field) -> None:
    row = Visit.objects.order_by("place").first()
    assert row is not None
    assert row.enterprise is not None
    visit = opened(site, field)
    cut(visit)
    call_on(visit.page, row.enterprise.name)
    kept = visit.page.context.cookies()
    visit.page.context.clear_cookies()
    cut(visit, off=False)
    visit.sees("请重新登录", "没有发出的走访记录还在本机")
    assert visit.page.evaluate(HELD) == [0, 1]  # the day is gone, the record waits
    assert visit.page.evaluate("caches.match('/field/').then(Boolean)") is False
    assert Visit.objects.get(pk=row.pk).state == "planned"
    visit.page.context.add_cookies(kept)
    visit.go("/field/")
    until(lambda: Photo.objects.count() == 2, visit.page)
    assert Visit.objects.get(pk=row.pk).state == "done"
    assert visit.page.evaluate(HELD)[1] == 0


def test_a_half_written_visit_is_there_again_after_the_tab_was_closed(site: Site, field: Field) -> None:
    row = Visit.objects.order_by("place").first()
    assert row is not None
    assert row.enterprise is not None
    visit = opened(site, field)
    cut(visit)
    page = visit.page
    page.get_by_role("link", name=re.compile(re.escape(row.enterprise.name))).first.click()
    page.get_by_role("button", name="到达，开始走访").click()
    page.get_by_label("谈了什么").fill("谈到一半")
    page.get_by_label("拍照或选照片").set_input_files(SHOTS)
    expect(page.get_by_alt_text("照片 1")).to_be_visible()
    page.close()
    page = visit.page = page.context.new_page()
    page.goto(f"/field/#/visit/{row.number}")
    expect(page.get_by_label("谈了什么")).to_have_value("谈到一半")
    expect(page.get_by_alt_text("照片 1")).to_be_visible()


def test_signing_out_clears_the_day_and_keeps_what_was_not_sent(site: Site, field: Field) -> None:
    visit = opened(site, field)
    visit.page.locator("details.menu > summary").click()
    visit.page.get_by_role("button", name="退出登录").click()
    visit.page.wait_for_url(re.compile(r"^(?!.*/field/)"))
    assert visit.page.evaluate("caches.match('/field/').then(Boolean)") is False
    assert visit.page.evaluate(HELD) == [0, 0]
