"""What people and programs send that cannot be used: each gets a clear sentence, nothing is kept of it, and nothing typed is lost."""

from __future__ import annotations

import http.client
import io
import re
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape
from openpyxl import load_workbook
from playwright.sync_api import sync_playwright
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal, Clock
from qifu.domain.people.models import Account
from qifu.entry.theme.unreadable import DAMAGED, LARGE
from qifu.kernel import outbox
from qifu.kernel.evidence.models import Record
from qifu.kernel.files.models import StoredFile
from qifu.kernel.outbox import engine
from qifu.kernel.outbox.models import Item, State
from tests.conftest import NOW
from tests.faults.served import Site
from tests.stage import Stage

pytestmark = pytest.mark.faults

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
TYPED = "楼下停车位不够，每天绕行半小时。"
CSRF = "a" * 32
MB = 2**20
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(autouse=True)
def _fixed_clock(settings: Settings, tmp_path: Path) -> None:
    settings.QIFU_NOW, settings.HOME = NOW, tmp_path


def entered(account: Account) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture
def contact(stage: Stage) -> Client:
    return entered(Account.objects.get(pk=stage.contact.account))


def handler(stage: Stage, who: str = "handler") -> Client:
    return entered(stage.house.account(who))


def form(stage: Stage, **fields: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "idempotency_key": "k-1", "kind": "appeal", "body": TYPED, "title": "", "category": stage.category.code,
        "urgency": "normal", "contact_name": "钱经理", "phone": "19900001234", "prefers": "phone",
    }  # fmt: skip
    return usual | fields


def photo(name: str = "现场.png", content: bytes = PNG) -> SimpleUploadedFile:
    """A file as it is uploaded: each time anew."""
    return SimpleUploadedFile(name, content)


def said(answer: HttpResponse) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Appeal, Clock, Record, Item, StoredFile))


# -- files ------------------------------------------------------------------------------------------------------------

FOREIGN = {
    "a program": ("现场.png", b"MZ\x90\x00" + b"0" * 64),
    "a page": ("现场.jpg", b"<!doctype html><script>alert(1)</script>"),
    "a drawing that runs": ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a shell script": ("说明.txt.sh", b"#!/bin/sh\nrm -rf /\n"),
    "a text that is none": ("说明.txt", b"\x00\x01\x02"),
    "an archive": ("材料.docx", b"PK\x03\x04 but nothing of an office file"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", FOREIGN)
def test_a_file_is_what_its_content_says(stage: Stage, contact: Client, what: str) -> None:
    name, content = FOREIGN[what]
    case, desk = stage.to("working"), handler(stage)
    before = counts()
    sentence = f"文件“{name}”的内容不是可以接收的类型，请上传PDF、图片（JPG、PNG、WEBP）、Word"
    answer = contact.post("/cases/new/", form(stage, files=photo(name, content)))
    assert (answer.status_code, sentence in said(answer), TYPED in said(answer)) == (422, True, True)
    reply = {"seq": case.seq, "idempotency_key": "r", "outcome": "solved", "text": TYPED}
    answer = desk.post(f"/desk/cases/{case.number}/reply/", reply | {"files": photo(name, content)})
    assert (answer.status_code, sentence in said(answer), TYPED in said(answer)) == (422, True, True)
    assert counts() == before


def test_a_hundred_megabytes_are_refused_without_being_held_in_memory(site: Site) -> None:
    """A real server: the sentence comes, the form stands as it was typed, and no process has grown by the file."""
    site.serve(workers=1)
    site.until_served()
    status, made = site.post("contact", "/appeals", site.a_case(1))
    assert status == 201
    for step, needs in (("accept", {}), ("dispatch", {"unit": site.cast["unit"]})):
        assert site.post("dispatcher", f"/appeals/{made['number']}/{step}", needs)[0] == 200
    assert site.post("handler", f"/appeals/{made['number']}/sign", {})[0] == 200
    usual = max(grown(site))
    fields = {"body": TYPED, "category": "premises.parking", "outcome": "solved", "text": TYPED, "seq": 4}
    for who, path in (("contact", "/cases/new/"), ("handler", f"/desk/cases/{made['number']}/reply/")):
        status, page = sent_large(site, who, path, fields)
        assert status == 422
        assert "文件“录像.mp4”超过 20 MB" in page
        assert TYPED in page
    assert max(grown(site)) - usual < 40 * MB
    folder = Path(site.environment["QIFU_HOME"]) / "files"
    assert not [place for place in folder.rglob("*") if place.is_file() and place.stat().st_size > 20 * MB]
    assert site.call("count")["cases"] == 1


def grown(site: Site) -> list[int]:
    """The most memory that each web process has ever held, in bytes."""
    status = [Path(f"/proc/{pid}/status").read_text() for pid in site.web_workers()]
    return [int(found[1]) * 1024 for text in status if (found := re.search(r"VmHWM:\s+(\d+) kB", text))]


def sent_large(site: Site, who: str, path: str, fields: dict[str, object]) -> tuple[int, str]:
    """Send a form with a film of 100 MB, a piece at a time."""
    fields = fields | {"csrfmiddlewaretoken": CSRF, "idempotency_key": f"large-{who}"}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(
        '--b\r\nContent-Disposition: form-data; name="files"; filename="录像.mp4"\r\n\r\n\x00\x00\x00\x18ftypmp42'
    )
    head, tail = "".join(parts).encode(), b"\r\n--b--\r\n"
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
    try:
        line.putrequest("POST", path)
        line.putheader("Content-Type", "multipart/form-data; boundary=b")
        line.putheader("Content-Length", str(len(head) + 100 * MB + len(tail)))
        line.putheader("Cookie", f"sessionid={site.cast['sessions'][who]}; csrftoken={CSRF}")
        line.endheaders(head)
        for _ in range(100):
            line.send(bytes(MB))
        line.send(tail)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


# -- sent twice ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_form_sent_twice_with_its_photo_is_one_case_and_one_step(stage: Stage, contact: Client) -> None:
    """The photo is uploaded anew each time; what makes the two the same is its content."""
    receipts = {contact.post("/cases/new/", form(stage, files=photo()))["Location"] for _ in range(2)}
    case = Appeal.objects.get()
    assert receipts == {f"/cases/{case.number}/receipt/"}
    entry = {"title": "来电反映停车难", "body": TYPED, "category": stage.category.code, "idempotency_key": "k-2"}
    desk = handler(stage, "dispatcher")
    places = {desk.post("/desk/new/?way=hotline", entry | {"files": photo()})["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Appeal.objects.count() == 2
    working = stage.to("working", case)
    reply = {"seq": working.seq, "idempotency_key": "k-3", "outcome": "solved", "text": "见附件。"}
    for _ in range(2):
        answer = handler(stage).post(f"/desk/cases/{case.number}/reply/", reply | {"files": photo("平面图.png")})
        assert answer.status_code == 302
    more = {"text": "补充一张。", "idempotency_key": "k-4"}
    for _ in range(2):
        assert contact.post(f"/cases/{case.number}/add/", more | {"files": photo()}).status_code == 302
    verbs = Record.objects.filter(stream=case.stream).order_by("seq").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["appeals.reply", "appeals.add"]
    assert StoredFile.objects.filter(owner=case.stream).count() == 3


@pytest.mark.django_db
def test_another_photo_under_the_same_key_is_told_apart(stage: Stage, contact: Client) -> None:
    contact.post("/cases/new/", form(stage, files=photo()))
    answer = contact.post("/cases/new/", form(stage, files=photo(content=PNG + b"1")))
    assert (answer.status_code, Appeal.objects.count()) == (409, 1)
    assert "这一页刚才已经提交过另一份内容，那件已经收到。" in said(answer)
    case = stage.to("working", Appeal.objects.get())
    note = {"text": "现场情况", "idempotency_key": "k-5"}
    desk = handler(stage)
    assert desk.post(f"/desk/cases/{case.number}/note/", note | {"files": photo()}).status_code == 302
    answer = desk.post(f"/desk/cases/{case.number}/note/", note | {"files": photo(content=PNG + b"2")})
    assert answer.status_code == 409
    assert "这个提交编号已用于另一份内容" in said(answer)


# -- text ---------------------------------------------------------------------------------------------------------------

SCRIPTS = (
    '<script>alert("停车")</script>',
    '"><img src=x onerror=alert(1)>',
    "{{ request.user }}{% csrf_token %}",
    "</textarea><svg onload=alert(1)>",
)


@pytest.mark.django_db
@pytest.mark.parametrize("text", SCRIPTS)
def test_script_in_text_is_shown_as_text(stage: Stage, contact: Client, text: str) -> None:
    answer = contact.post("/cases/new/", form(stage, title=text, body=text, place=text, contact_name=text))
    case = Appeal.objects.get()
    assert answer.status_code == 302
    assert (case.title, case.body, case.place) == (text, text, text)  # kept as it was written
    engine.run_due(now=NOW)
    desk = handler(stage, "dispatcher")
    pages = [
        contact.get(f"/cases/{case.number}/"), contact.get("/cases/"), desk.get(f"/desk/cases/{case.number}/"),
        desk.get("/desk/"), contact.post("/cases/new/", form(stage, body=text, idempotency_key="2", category="")),
    ]  # fmt: skip
    for page in pages:
        shown = page.content.decode()
        assert page.status_code in (200, 422)
        assert escape(text) in shown
        assert text == escape(text) or text not in shown


def damaged() -> dict[str, bytes]:
    """Bodies of a form that no browser of ours would send."""
    gb = "body=楼下停车位不够".encode("gb18030")
    return {
        "a zero byte": b"body=a%00b",
        "a zero byte in the key": b"body=ok&idempotency_key=%00",
        "GB18030, raw": gb,
        "GB18030, escaped": b"body=%C2%A5%CF%C2%CD%A3%B3%B5",
        "half a character": b"body=%E5%81",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("what", damaged())
def test_damaged_text_is_refused_in_a_sentence(stage: Stage, contact: Client, what: str) -> None:
    case, desk = stage.to("working"), handler(stage)
    before = counts()
    body = damaged()[what] + f"&category={stage.category.code}&kind=appeal&urgency=normal&prefers=phone".encode()
    for browser, path in ((contact, "/cases/new/"), (desk, f"/desk/cases/{case.number}/note/")):
        answer = browser.generic("POST", path, body, content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, DAMAGED in said(answer)) == (400, True)
        assert "data-keep-drafts" in answer.content.decode()  # what was typed stays in the browser
    assert counts() == before


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/cases/a%00b/", "/desk/cases/a%00b/", "/desk/cases/?q=%00", "/cases/?q=%00"])
def test_a_damaged_address_is_refused_in_a_sentence(stage: Stage, contact: Client, path: str) -> None:
    answer = (handler(stage, "dispatcher") if path.startswith("/desk/") else contact).get(path)
    assert (answer.status_code, DAMAGED in said(answer)) == (400, True)


@pytest.mark.django_db
def test_too_much_at_once_is_refused_in_a_sentence(stage: Stage, contact: Client) -> None:
    before = counts()
    many = {f"field{n}": "1" for n in range(1100)}
    large = [
        form(stage, body="长" * 2_000_000),
        form(stage) | many,
        form(stage, files=[photo(f"{n}.png") for n in range(120)]),
    ]
    for sent in large:
        answer = contact.post("/cases/new/", sent)
        assert (answer.status_code, LARGE in said(answer)) == (413, True)
        assert "错误 413" in said(answer)
    answer = contact.post("/cases/new/", form(stage, body="长" * 5001))
    assert answer.status_code == 422
    assert "诉求内容超过 5000 字，请精简。" in said(answer)
    answer = contact.post("/cases/new/", form(stage, files=[photo(f"{n}.png") for n in range(10)]))
    assert answer.status_code == 422
    assert "附件过多" in said(answer)
    assert counts()[:2] == before[:2]  # the files are kept for the next try


@pytest.mark.django_db
def test_a_form_that_was_cut_off_is_refused(stage: Stage, contact: Client) -> None:
    before = counts()
    cut = b'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n' + TYPED.encode()[:20]
    answer = contact.generic("POST", "/cases/new/", cut, content_type="multipart/form-data; boundary=b")
    assert (answer.status_code, DAMAGED in said(answer)) == (400, True)
    answer = contact.generic("POST", "/cases/new/", cut, content_type="multipart/form-data")
    assert (answer.status_code, "收到的内容不完整或格式不对，没有做任何改动。" in said(answer)) == (400, True)
    assert counts() == before


RISKY = ('=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


@pytest.mark.django_db
def test_formulas_in_cells_leave_as_text(stage: Stage) -> None:
    for n, text in enumerate(RISKY):
        stage.submit(title=f"{text}停车", key=str(n))
    stage.firm.name = "=cmd|' /C calc'!A0"
    stage.firm.save()
    answer = handler(stage, "dispatcher").post("/desk/export/", {"scope": "all"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(min_row=2))
    cells = [row[2] for row in rows] + [row[3] for row in rows]
    assert len(cells) == 2 * len(RISKY)
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)


# -- sessions -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_expired_session_leads_to_sign_in_and_back(stage: Stage, contact: Client, settings: Settings) -> None:
    case, desk = stage.to("working"), handler(stage)
    for browser in (contact, desk):
        browser.get("/me/")
    before = counts()
    settings.QIFU_NOW = NOW + timedelta(hours=13)
    page = "http://testserver/cases/new/"
    answer = contact.post("/cases/new/", form(stage), headers={"Referer": page})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/phone/?next=%2Fcases%2Fnew%2F")
    assert "您较长时间没有操作，为了安全已自动退出，请重新登录。" in said(contact.get(answer["Location"]))
    page = f"http://testserver/desk/cases/{case.number}/"
    reply = {"seq": case.seq, "idempotency_key": "r", "outcome": "solved", "text": TYPED}
    answer = desk.post(f"/desk/cases/{case.number}/reply/", reply, headers={"Referer": page})
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next=%2Fdesk%2Fcases%2F{case.number}%2F")
    assert counts() == before


@pytest.mark.browser
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no browser on this machine")
def test_what_was_typed_before_the_session_ended_is_offered_again(site: Site) -> None:
    """In a browser: the session ends while the form is filled in; after signing in the text is there again, and is sent."""
    site.serve(workers=1)
    site.until_served()
    root = f"http://127.0.0.1:{site.port}"
    cookie = {"name": "sessionid", "value": site.cast["sessions"]["contact"], "url": root}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{root}/cases/new/")
        page.fill("#id_body", TYPED)
        page.locator("details.group summary").first.click()
        page.locator("label.pick", has_text="停车").first.click()
        page.locator("[data-draft-note]").wait_for()
        context.clear_cookies(name="sessionid")
        page.get_by_role("button", name="提交", exact=True).click()
        page.wait_for_url("**/sign-in/phone/?next=*")
        context.add_cookies([cookie])
        page.goto(f"{root}/cases/new/")
        assert page.input_value("#id_body") == ""
        page.get_by_role("button", name="恢复内容").click()
        assert page.input_value("#id_body") == TYPED
        page.get_by_role("button", name="提交", exact=True).click()
        page.wait_for_url("**/receipt/")
        browser.close()
    assert site.call("count")["cases"] == 1


# -- mail -----------------------------------------------------------------------------------------------------------------


class Mailbox(socketserver.StreamRequestHandler):
    """The least of a mail server: it takes everything."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        in_data = False
        for line in self.rfile:
            if in_data:
                in_data = line != b".\r\n"
                self.server.letters.append(line) if in_data else self.wfile.write(b"250 taken\r\n")  # type: ignore[attr-defined]
                continue
            in_data = line.upper().startswith(b"DATA")
            self.wfile.write(b"354 go on\r\n" if in_data else b"221 bye\r\n" if line[:4] == b"QUIT" else b"250 ok\r\n")


@pytest.fixture
def post_office() -> Iterator[socketserver.ThreadingTCPServer]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)
    server.letters = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.django_db
def test_a_dead_mail_server_is_said_on_the_queue_page_and_the_mail_arrives_later(
    stage: Stage, settings: Settings, post_office: socketserver.ThreadingTCPServer
) -> None:
    settings.VENDORS = {"sms": "local", "mail": "smtp"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    account = Account.objects.filter(pk=stage.house.accounts["handler"].pk)
    account.update(email="zheng@example.cn")
    to = f"account:{account.get().pk}"
    for channel in ("mail", "inapp"):
        variables = {"number": "QS1", "title": "停车", "unit": "区城建局"}
        outbox.tell(channel=channel, to=to, template="appeal_accepted", variables=variables, key="k", now=NOW)
    engine.run_due(now=NOW)
    mail = Item.objects.get(channel="mail")
    sentence = "邮件服务器没有收下邮件（ConnectionRefusedError），稍后自动重试。"
    assert (mail.state, mail.last_error) == (State.WAITING, f"GatewayDown: {sentence}")
    assert Item.objects.get(channel="inapp").state == State.DONE
    assert sentence in said(handler(stage, "admin").get("/desk/queue/", {"state": "waiting"}))
    settings.EMAIL_PORT = post_office.server_address[1]
    engine.run_due(now=NOW + timedelta(minutes=1))
    assert Item.objects.get(channel="mail").state == State.DONE
    letters = b"".join(post_office.letters)  # type: ignore[attr-defined]
    assert letters.count(b"Message-ID:") == 1
