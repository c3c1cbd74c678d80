"""Screens of the registry: every page opens for whom it is for; the wizard, the queue, the phone pages, the exports."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.estate import actions as estate
from qifu.domain.people import actions as people
from qifu.domain.people.models import Account
from qifu.domain.registry import actions
from qifu.domain.registry.models import Agency, Certification, Enterprise, Load
from qifu.entry.desk.registry import panels, tasks, telling
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW, House
from tests.domain.registry_lists import HEADINGS, code, line, name, opened, run, write_csv

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, tmp_path: Path) -> None:
    settings.QIFU_NOW = NOW
    settings.HOME = tmp_path / "home"


def browser(house: House, who: str) -> Client:
    client = Client()
    client.force_login(house.account(who))
    return client


def contact(phone: str = "13900000001") -> tuple[Client, int]:
    account = people.sign_up_contact(now=NOW, phone=phone)
    client = Client()
    client.force_login(Account.objects.get(pk=account.pk))
    return client, account.pk


def text(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [HEADINGS, *rows]).encode()


@pytest.mark.parametrize("who", ["admin", "dispatcher", "supervisor", "handler", "street", "leader", "auditor"])
def test_lists_and_pages_open_for_staff(house: House, tmp_path: Path, who: str) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    row = Enterprise.objects.get(uscc=code(1))
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B001", "江汉大厦", ["老大厦"], house.street)])
    estate.put_premises(actor=SYSTEM, now=NOW, rows=[estate.PremisesRow(row.pk, "B001", "A座", 12, "1203")])
    client = browser(house, who)
    listing = client.get("/desk/enterprises/?q=武汉&section=I&street=x&cursor=").content.decode()
    assert name(1) in listing
    assert "13800001234" not in listing
    page = client.get(f"/desk/enterprises/{row.pk}/").content.decode()
    assert "138****1234" in page
    assert "江汉大厦" in page
    assert "四上企业" in page
    assert client.get("/desk/enterprises/facets/").status_code == 200
    assert client.get("/desk/enterprises/suggest/?q=武汉").json()["items"][0]["uscc"] in (code(1), code(2))
    assert "江汉大厦" in client.get("/desk/buildings/?q=老大").content.decode()
    building = client.get(f"/desk/buildings/{row.tenancies.get().building_id}/").content.decode()
    assert "A座" in building
    assert "1203" in building
    assert name(1) in building


def test_visitors_and_contacts_are_kept_out(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1)]))
    number = Enterprise.objects.get().pk
    client, _ = contact()
    pages = ("/desk/enterprises/", f"/desk/enterprises/{number}/", "/desk/enterprises/loads/", "/desk/certifications/")
    for url in (*pages, "/desk/enterprises/export/", "/desk/buildings/", "/desk/enterprises/suggest/?q=武汉"):
        assert Client().get(url).status_code == 302, url
        assert client.get(url).status_code == 403, url
    assert client.get(f"/my/enterprises/{number}/").status_code == 404
    assert client.get("/my/enterprises/999999/").status_code == 404
    assert browser(house, "handler").get("/my/enterprises/").status_code == 403


def test_a_telephone_is_shown_for_a_reason(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1)]))
    url = f"/desk/enterprises/{Enterprise.objects.get().pk}/phone/"
    assert browser(house, "handler").post(url, {"reason": "回访诉求"}).json() == {"value": "13800001234"}
    assert browser(house, "leader").post(url, {"reason": "看一下"}).status_code in (303, 403)
    assert Record.objects.filter(verb="unmask").count() == 1


def test_the_export_holds_no_formula_no_telephone_and_leaves_evidence(house: House, tmp_path: Path) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    Enterprise.objects.filter(uscc=code(2)).update(name="=cmd|' /C calc'!A0")
    answer = browser(house, "handler").get("/desk/enterprises/export/?section=I")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows] == ["企业名称", "'=cmd|' /C calc'!A0", name(1)]
    assert "13800001234" not in str(rows)
    record = Record.objects.get(verb="registry.export")
    assert (record.actor, record.facts) == (
        f"staff:{house.accounts['handler'].pk}", {"rows": 2, "filters": {"section": "I"}},
    )  # fmt: skip


def test_the_wizard_from_file_to_registry(house: House) -> None:
    client = browser(house, "dispatcher")
    assert client.get("/desk/enterprises/loads/new/").status_code == 200
    upload = SimpleUploadedFile("名单.csv", text([line(1), line(2), ["", *line(3)[1:]]]))
    answer = client.post("/desk/enterprises/loads/new/", {"file": upload})
    load = Load.objects.get()
    url = f"/desk/enterprises/loads/{load.pk}/"
    assert (answer.status_code, answer.headers["Location"], load.state) == (302, url, "draft")
    assert "试算" in client.get(url).content.decode()
    client.post(url + "check/", {field: str(place) for field, place in load.mapping.items()})
    work(1)
    assert Enterprise.objects.count() == 0
    shown = client.get(url).content.decode()
    assert "没有企业名称" in shown
    assert "确认导入" in shown
    client.post(url + "run/")
    assert 'hx-trigger="every 1s"' in client.get(url + "progress/").content.decode()
    work(2)
    load.refresh_from_db()
    assert (load.state, load.created, load.rejected) == ("done", 2, 1)
    assert "hx-get" not in client.get(url + "progress/").content.decode()
    rejects = b"".join(client.get(url + "rejects/").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert rejects.splitlines()[1].startswith("4,未采用,没有企业名称，请补充后重新导入。,")
    assert "名单.csv" in client.get("/desk/enterprises/loads/").content.decode()


def work(jobs: int) -> None:
    """Do what waits in the queue, as the worker would."""
    items = list(Item.objects.filter(channel="task").order_by("pk"))
    assert len(items) == jobs
    tasks.work_on.call(*items[-1].payload["args"])


def test_the_wizard_refuses_what_is_no_list(house: House) -> None:
    client = browser(house, "dispatcher")
    for upload, said in (
        (SimpleUploadedFile("名单.pdf", b"%PDF-1.7 abc"), "请选择 Excel（.xlsx）或 CSV 文件"),
        (SimpleUploadedFile("名单.exe", b"MZ" + bytes(50)), "请选择 Excel（.xlsx）或 CSV 文件"),
        (SimpleUploadedFile("名单.xls", b"\xd0\xcf\x11\xe0" + bytes(50)), "旧版 .xls"),
        (SimpleUploadedFile("名单.csv", "一列\n二\n".encode()), "没有找到标题行"),
    ):
        answer = client.post("/desk/enterprises/loads/new/", {"file": upload})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert client.post("/desk/enterprises/loads/new/").status_code == 422
    assert Load.objects.count() == 0
    assert browser(house, "handler").get("/desk/enterprises/loads/new/").status_code == 403


def test_lists_of_other_programs_are_read_or_say_what_they_lack(house: House) -> None:
    client = browser(house, "dispatcher")
    wide = text([line(1), line(2)]).decode("utf-8-sig").encode("utf-16")
    bare = "武汉云启软件有限公司,软件\n武汉禾木商贸有限公司,零售\n".encode()
    said = []
    for content in (wide, bare):
        answer = client.post("/desk/enterprises/loads/new/", {"file": SimpleUploadedFile("名单.csv", content)})
        shown = client.get(answer.headers["Location"]).content.decode()
        said.append(("系统已按标题识别" in shown, "没有找到表头，请" in shown))
    assert said == [(True, False), (False, True)]


def test_samples_are_told_in_words() -> None:
    assert telling.change("曾用名", None, ["武汉甲", "武汉乙"]) == ("曾用名", "（空）", "武汉甲、武汉乙")
    assert telling.change("从业人数", 5, 8) == ("从业人数", "5", "8")


def test_certification_from_phone_to_desk(house: House) -> None:
    client, account = contact()
    assert "认证我的企业" in client.get("/my/enterprises/").content.decode()
    told = {"uscc": code(1), "enterprise_name": name(1), "person": "李新", "role": "owner"}
    wrong = client.post("/my/enterprises/certify/", told | {"uscc": "9142"})
    assert wrong.status_code == 422
    bad_code = client.post(
        "/my/enterprises/certify/", told | {"uscc": "9142", "proof": SimpleUploadedFile("执照.png", PNG)}
    )
    assert "应为 18 位" in bad_code.content.decode()
    answer = client.post("/my/enterprises/certify/", told | {"proof": SimpleUploadedFile("执照.png", PNG)})
    assert answer.status_code == 302
    assert "待审核" in client.get("/my/enterprises/").content.decode()
    desk = browser(house, "dispatcher")
    number = Certification.objects.get().pk
    assert name(1) in desk.get("/desk/certifications/").content.decode()
    page = desk.get(f"/desk/certifications/{number}/").content.decode()
    assert "名录中没有这个信用代码" in page
    (file,) = [part for part in page.split('"') if f"/certifications/{number}/files/" in part]
    sent = desk.get(file)
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(sent.streaming_content) == PNG  # type: ignore[attr-defined]
    assert desk.post(f"/desk/certifications/{number}/refuse/", {"reason": "无"}).status_code == 422
    assert desk.post(f"/desk/certifications/{number}/approve/").status_code == 302
    firm = Agency.objects.get(account=account).enterprise_id
    page = client.get(f"/my/enterprises/{firm}/").content.decode()
    assert "邀请同事" in page
    assert client.post(f"/my/enterprises/{firm}/switch/").status_code == 302
    assert client.session["enterprise"] == firm
    invited = {"phone": "13900000002", "person": "王新", "role": "agent"}
    assert client.post(f"/my/enterprises/{firm}/invite/", invited | {"phone": "1"}).status_code == 422
    assert client.post(f"/my/enterprises/{firm}/invite/", invited).status_code == 302
    colleague, _ = contact("13900000002")
    assert f"{name(1)} 邀请您" in colleague.get("/my/enterprises/").content.decode()
    assert colleague.post(f"/my/enterprises/{firm}/switch/").status_code == 404


def test_other_rooms_add_parts_to_the_enterprise_page(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(write_csv(tmp_path / "1.csv", [line(1)]))
    monkeypatch.setattr(panels, "_panels", {})
    panels.register(panels.Panel("x", "楼下的事", lambda request, number: ("registry/_facets.html", {"groups": []})))
    panels.register(panels.Panel("y", "看不到的事", lambda request, number: None))
    page = browser(house, "handler").get(f"/desk/enterprises/{Enterprise.objects.get().pk}/").content.decode()
    assert 'id="panel-x"' in page
    assert "看不到的事" not in page


def test_pages_cost_the_same_statements_at_two_sizes(house: House, tmp_path: Path) -> None:
    client = browser(house, "dispatcher")

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    estate.put_buildings(actor=SYSTEM, now=NOW, rows=[estate.BuildingRow("B001", "江汉大厦")])
    run(write_csv(tmp_path / "1.csv", [line(1), line(2)]))
    first = Enterprise.objects.get(uscc=code(1)).pk
    estate.put_premises(actor=SYSTEM, now=NOW, rows=[estate.PremisesRow(first, "B001", "", 3, "301")])
    urls = ["/desk/enterprises/?q=武汉", "/desk/buildings/", "/desk/buildings/1/"]
    urls[2] = f"/desk/buildings/{Enterprise.objects.get(pk=first).tenancies.get().building_id}/"
    small = [cost(url) for url in urls]
    run(write_csv(tmp_path / "2.csv", [line(number) for number in range(10, 60)]))
    ids = Enterprise.objects.values_list("pk", flat=True)
    estate.put_premises(
        actor=SYSTEM, now=NOW, rows=[estate.PremisesRow(pk, "B001", "", pk % 20, f"{pk}") for pk in ids]
    )
    more = [estate.BuildingRow(f"C{number}", f"楼宇{number}", (), house.street) for number in range(30)]
    estate.put_buildings(actor=SYSTEM, now=NOW, rows=more)
    assert [cost(url) for url in urls] == small


def test_buildings_are_put_once_and_changed_with_evidence(house: House) -> None:
    rows = [estate.BuildingRow("B001", "江汉大厦"), estate.BuildingRow("B002", "云星广场", ["云星"])]
    assert estate.put_buildings(actor=SYSTEM, now=NOW, rows=rows) == (2, 0)
    assert estate.put_buildings(actor=SYSTEM, now=NOW, rows=rows) == (0, 0)
    rows[1] = estate.BuildingRow("B002", "云星中心", ["云星"])
    assert estate.put_buildings(actor=SYSTEM, now=NOW + timedelta(days=1), rows=rows) == (0, 1)
    assert Record.objects.filter(verb="building.change").count() == 1


def test_the_command_says_what_came_of_it(house: House, tmp_path: Path) -> None:
    from qifu.entry.cli.registry_import import command

    def said(*words: str) -> tuple[int, dict[str, object]]:
        done = CliRunner().invoke(command, ["import", *words, "--json"], standalone_mode=False)
        assert done.exception is None, done.exception
        return done.return_value, json.loads(done.stdout)

    path = write_csv(tmp_path / "名单.csv", [line(1), line(2)])
    status, told = said(str(path), "--dry-run")
    assert (status, told["created"], told["dry_run"], Enterprise.objects.count()) == (0, 2, True, 0)
    status, told = said(str(path))
    assert (status, told["created"], told["state"]) == (0, 2, "done")
    assert told["columns"]["uscc"] == "统一社会信用代码"  # type: ignore[index]
    out = tmp_path / "未采用.csv"
    bad = write_csv(tmp_path / "2.csv", [["=1+1", code(3), *line(3)[2:]]])
    status, told = said(str(bad), "--rejects", str(out))
    assert (status, told["rejected"]) == (1, 1)
    assert "'=1+1" in out.read_text("utf-8-sig")


def test_a_list_opened_from_the_command_cannot_be_run_from_the_screen(house: House, tmp_path: Path) -> None:
    load, _ = opened(write_csv(tmp_path / "1.csv", [line(1)]))
    client = browser(house, "dispatcher")
    client.post(f"/desk/enterprises/loads/{load.pk}/run/")
    load.refresh_from_db()
    assert (load.state, Item.objects.count()) == ("draft", 0)
    actions.cancel(actor=SYSTEM, now=NOW, load=load.pk)
    assert client.post(f"/desk/enterprises/loads/{load.pk}/burn/").status_code == 404
