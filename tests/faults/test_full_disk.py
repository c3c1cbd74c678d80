"""The disk is full: whoever writes is told so in a sentence, nothing is half written, and all goes on when there is room again.
And a commit is on the disk before it is acknowledged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal, Clock
from qifu.domain.people.models import Account
from qifu.entry.theme.unavailable import FULL
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.verify import verify
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.faults.ground import is_server
from tests.faults.served import Site
from tests.stage import Stage

pytestmark = pytest.mark.faults

ROOM = 160 * 1024  # bytes that are left when the trial begins
IN_MEMORY = 4 * 2**20  # what is kept in memory while it arrives: FILE_UPLOAD_MAX_MEMORY_SIZE of a trial
MOST = 200  # cases handed in until the disk is full
CSRF = "a" * 32
TYPED = "楼下停车位不够，每天绕行半小时。"


@pytest.fixture
def served(site: Site) -> Site:
    site.serve(workers=1)
    site.work()
    site.until_served()
    return site


def form(name: str, content: bytes, **fields: object) -> tuple[bytes, str]:
    """A form with one picture, as a browser sends it: body and type."""
    parts = [f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    parts.append(f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="现场.png"\r\n\r\n')
    return "".join(parts).encode() + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def files_of(site: Site) -> list[Path]:
    """The files of the embedded database."""
    place = Path(site.environment["DATABASE_URL"].removeprefix("sqlite:///"))
    return [] if is_server() else list(place.parent.glob(f"{place.name}*"))


def photo(size: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"0" * size


def uploaded(site: Site, size: int) -> tuple[int, str]:
    """A file handed in by a program."""
    body, kind = form("file", photo(size))
    headers = {"Authorization": f"Bearer {site.cast['tokens']['contact']}", "Content-Type": kind}
    status, text, told = site.ask("POST", "/api/v1/files", body, headers)
    assert status == 201 or int(told["Retry-After"]) > 0
    return status, json.loads(text).get("detail", "")


def sent(site: Site, size: int) -> tuple[int, str]:
    """A case sent by the form of the portal, with a picture."""
    fields = {
        "title": f"照片 {size}",
        "body": TYPED,
        "category": "premises.parking",
        "kind": "appeal",
        "urgency": "normal",
        "prefers": "phone",
    }
    body, kind = form("files", photo(size), **fields, csrfmiddlewaretoken=CSRF, idempotency_key=f"full-{size}")
    cookies = f"sessionid={site.cast['sessions']['contact']}; csrftoken={CSRF}"
    status, page, _ = site.ask("POST", "/cases/new/", body, {"Cookie": cookies, "Content-Type": kind})
    return status, page


def test_a_file_that_finds_no_room_is_not_half_kept(served: Site) -> None:
    """Small ones fail when they are kept, large ones while they still arrive; the database has room."""
    folder = Path(served.environment["QIFU_HOME"]) / "files"
    used = max((p.stat().st_size for p in files_of(served)), default=0)  # the limit is one of each file
    small, large = used + 2 * ROOM, used + 2 * IN_MEMORY
    assert small < IN_MEMORY < large < settings.UPLOAD_LIMIT
    before = set(folder.rglob("*"))
    served.limit_files(used + ROOM)
    refused = "服务器的磁盘写不进去了，文件“现场.png”没有保存。请联系管理员，稍后再上传。"
    assert uploaded(served, small) == (503, refused)
    assert uploaded(served, large) == (503, FULL)
    status, page = sent(served, small)
    assert (status, refused in page, TYPED in page) == (422, True, True)  # the form again, with what was typed
    status, page = sent(served, large)
    assert (status, FULL in page) == (503, True)  # the page lets the browser offer its draft
    assert set(folder.rglob("*")) == before
    served.limit_files(-1)
    assert uploaded(served, small) == (201, "")
    assert [sent(served, size)[0] for size in (small, large)] == [302, 302]
    assert served.call("count")["cases"] == 2


def test_a_database_that_finds_no_room_keeps_whole_cases_or_none(served: Site, tell: Callable[..., None]) -> None:
    if is_server():
        pytest.skip("the files of this database are the server's: test_restart.py fills their disk")
    answers = Counter[int]()
    served.limit_files(max(p.stat().st_size for p in files_of(served)) + ROOM)
    while answers[503] < 10 and answers.total() < MOST:
        status, answer = served.post("contact", "/appeals", served.a_case("满"), key=f"k{answers.total()}")
        answers[status] += 1
        if status == 201:
            served.told.steps[answer["number"]] = []
        else:
            assert (status, answer["detail"]) == (503, FULL)
    headers = {"Cookie": f"sessionid={served.cast['sessions']['contact']}"}
    assert served.ask("GET", "/cases/", headers=headers)[0] == 200  # reading goes on
    served.limit_files(-1)
    for n in range(answers.total()):  # the same keys again: those refused are new, those acknowledged are known
        status, answer = served.post("contact", "/appeals", served.a_case("满"), key=f"k{n}")
        assert status == 201
        served.told.steps[answer["number"]] = []
    found = served.audit()
    tell(answers=answers, **found)
    assert answers[201] > 0
    assert answers[503] >= 10
    assert (found["wrong"], found["cases"], found["evidence"]["broken"]) == ([], answers.total(), "")
    assert set(found["items"]) == {"done"}  # the worker has gone on too
    assert all(worker.is_alive for worker in served.workers)


@pytest.mark.django_db(transaction=True)
def test_sqlite_that_may_not_grow_says_so_and_writes_nothing(stage: Stage, settings: Settings) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("max_page_count is of the embedded database")
    settings.QIFU_NOW = NOW
    browser = Client()
    browser.force_login(
        Account.objects.get(pk=stage.contact.account), "allauth.account.auth_backends.AuthenticationBackend"
    )

    def submitted(n: int) -> tuple[int, str]:
        fields = {
            "body": TYPED + "详" * (4000 - n),
            "category": stage.category.code,
            "kind": "appeal",
            "urgency": "normal",
        }
        answer = browser.post("/cases/new/", fields | {"prefers": "phone", "idempotency_key": f"full-{n}"})
        return answer.status_code, answer.content.decode()

    assert submitted(0)[0] == 302
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 3}")
    counts = [model.objects.count() for model in (Appeal, Record, Clock, Item)]
    try:
        status, page = next(
            answer for n in range(1, 3000) if (answer := submitted(n))[0] != 302
        )  # pages left free are used first
        counted = [model.objects.count() for model in (Appeal, Record, Clock, Item)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert (status, FULL in page) == (503, True)
    whole = counted[0] - counts[0]  # those that still found room
    assert [now - before for now, before in zip(counted, counts, strict=True)] == [whole, whole, 3 * whole, 2 * whole]
    assert submitted(30)[0] == 302
    assert verify().broken == ""


@pytest.mark.django_db
def test_a_commit_waits_for_the_disk() -> None:
    """What was acknowledged outlives a power cut: the embedded database syncs each commit, PostgreSQL by its defaults."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            found = {}
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {name}")
                found[name] = cursor.fetchone()[0]
            assert found == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
            return
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2  # FULL: NORMAL would sync at checkpoints only
