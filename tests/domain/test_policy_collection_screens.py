"""The screens of the collection, as an editor uses them; and what they cost however much has been found."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pytest_django.fixtures import Settings

from qifu.domain.policies.collected import Finding, Source
from qifu.domain.policies.models import Document
from qifu.entry.clock import schedule
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW
from tests.domain import collection_room
from tests.domain.policy_site import XML, Site, article, feed, long_text, served
from tests.stage import Stage

QUEUE = "/desk/policies/collection/"
SOURCES = QUEUE + "sources/"
SETTING = {"name": "区政府公报", "level": "district", "kind": "feed", "every": "24"}


@pytest.fixture
def room(stage: Stage, signed_in: Client) -> dict[str, object]:
    return collection_room.fill(stage)


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with served() as made:
        settings.COLLECT_INSIDE, settings.COLLECT_PAUSE = [made.host], 0.0
        yield made


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("?state=new", "关于租金的第0号通知", "关于研发的第1号通知"),
        ("", "关于研发的第1号通知", ""),
        ("?state=taken", "关于研发的第1号通知", "关于租金的第0号通知"),
        ("?state=ignored", "关于会议的第2号通知", "关于租金的第0号通知"),
        ("?state=changed", "关于稳岗的第4号通知", "关于租金的第0号通知"),
        ("?q=稳岗", "关于稳岗的第4号通知", "关于租金的第0号通知"),
        ("?q=江府规〔2026〕1号", "关于租金的第0号通知", "关于稳岗的第4号通知"),
        ("?level=city", "没有符合条件的线索", "关于租金的第0号通知"),
        ("?source=99999999999999999999&state=x&from=-5&sort=x", "关于租金的第0号通知", ""),
    ],
)
def test_the_queue_is_searched_and_filtered(
    signed_in: Client, room: dict[str, object], query: str, there: str, absent: str
) -> None:
    page = shown(signed_in, QUEUE + query)
    assert there in page
    assert not absent or absent not in page


def test_a_finding_is_taken_with_what_the_editor_corrected(signed_in: Client, room: dict[str, object]) -> None:
    place = f"{QUEUE}{room['finding']}/"
    page = shown(signed_in, place)
    assert "最高 500,000 元" in page
    assert "2029-09-30" in page  # three years from 1 October, the day before
    row = Finding.objects.get(pk=room["finding"])
    given = {"title": row.title, "level": "district", "issuer": "江泽区发改局", "number": row.number, "seen": row.version,
             "effective_from": "2026-10-01", "effective_to": "2029-09-30", "text": row.text, "url": ""}  # fmt: skip
    wrong = signed_in.post(place + "take/", given | {"issuer": ""})
    assert wrong.status_code == 422
    assert Document.objects.filter(number=row.number).count() == 0
    stale = signed_in.post(place + "take/", given | {"seen": 99})
    assert stale.status_code == 422
    assert "又有改动" in stale.content.decode()
    done = signed_in.post(place + "take/", given)
    made = Document.objects.get(number=row.number)
    assert (done.status_code, done["Location"]) == (302, f"/desk/policies/documents/{made.pk}/")
    assert made.found_at == row.first_seen


def test_a_decision_without_reason_or_twice_is_refused(signed_in: Client, room: dict[str, object]) -> None:
    place, row = f"{QUEUE}{room['finding']}/", Finding.objects.get(pk=room["finding"])
    before = Record.objects.count()
    assert signed_in.post(place + "ignore/", {"why": "", "seen": row.version}).status_code == 422
    assert signed_in.post(place + "duplicate/", {"of": "x", "seen": row.version}).status_code == 422
    assert signed_in.post(place + "dance/", {"seen": row.version}).status_code == 404
    assert Record.objects.count() == before
    assert signed_in.post(place + "ignore/", {"why": "是新闻", "seen": row.version}).status_code == 302
    assert signed_in.post(place + "ignore/", {"why": "是新闻", "seen": row.version}).status_code == 409


def test_the_queue_is_carried_away_with_nothing_that_runs(signed_in: Client, room: dict[str, object]) -> None:
    Finding.objects.filter(pk=room["finding"]).update(title='=HYPERLINK("http://x")')
    answer = signed_in.get(QUEUE + "export/?state=new")
    rows = list(load_workbook(BytesIO(b"".join(answer))).active.iter_rows(values_only=True))  # type: ignore[union-attr, arg-type]
    assert [row[1] for row in rows].count('\'=HYPERLINK("http://x")') == 1
    assert len(rows) == 1 + Finding.objects.filter(state="new").count()
    assert Record.objects.filter(verb="policies.export").get().facts["list"] == "findings"


def test_a_source_is_tried_before_it_is_kept_and_collected_by_the_clock(signed_in: Client, site: Site) -> None:
    page = site.put("/1.html", article("关于印发办法的通知", long_text("租金"), number="江府规〔2026〕8号"))
    url = site.put("/feed.xml", feed(("办法", page)), XML)
    tried = signed_in.post(SOURCES + "new/", SETTING | {"url": url, "try": "1"}).content.decode()
    assert "共 1 个页面，没有保存" in tried
    assert "江府规〔2026〕8号" in tried
    assert not Source.objects.exists()
    kept = signed_in.post(SOURCES + "new/", SETTING | {"url": url})
    assert kept.status_code == 302
    row = Source.objects.get()
    assert schedule.ENTRIES["policies.collect"].run(NOW) == 1
    assert "关于印发办法的通知" in shown(signed_in, QUEUE)
    assert "完成" in shown(signed_in, f"{SOURCES}{row.pk}/")


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]/"])
def test_a_try_goes_nowhere_inside(signed_in: Client, url: str) -> None:
    answer = signed_in.post(SOURCES + "new/", SETTING | {"url": url, "try": "1"})
    assert "网址指向内部网络，没有读取。" in answer.content.decode()


def test_a_wrong_source_is_said_beside_its_field(signed_in: Client, room: dict[str, object]) -> None:
    answer = signed_in.post(SOURCES + "new/", SETTING | {"url": "ftp://example.org/", "kind": "list"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "网址应以 http:// 或 https:// 开头" in page
    assert "列表页要填写链接的选择器" in page
    double = signed_in.post(SOURCES + "new/", SETTING | {"name": "区发改局文件", "url": "http://new.example.invalid/"})
    assert "已经有了" in double.content.decode()
    assert Source.objects.count() == 2


def test_a_source_is_changed_paused_and_resumed_on_its_page(signed_in: Client, room: dict[str, object]) -> None:
    place = f"{SOURCES}{room['failing_source']}/"
    assert "对方网站出错（502）" in shown(signed_in, place)
    given = SETTING | {"name": "市科技局", "url": "http://bad.example.invalid/new", "seen": "1"}
    assert signed_in.post(place, given).status_code == 302
    assert signed_in.post(place, given).status_code == 422  # an older version before the eyes
    assert [signed_in.post(f"{place}{step}/").status_code for step in ("pause", "now", "resume", "now", "dance")] == [
        302, 409, 302, 302, 404
    ]  # fmt: skip


def test_freshness_shows_denominators(signed_in: Client, room: dict[str, object]) -> None:
    page = shown(signed_in, QUEUE + "freshness/?span=x")
    assert "应完成" in page
    assert "待分解" in page


def test_the_pages_ask_no_more_when_there_is_ten_times_as_much(signed_in: Client, room: dict[str, object]) -> None:
    paths = [QUEUE, QUEUE + "?q=通知", SOURCES, QUEUE + "freshness/", f"{QUEUE}{room['changed_finding']}/"]
    counted = []
    for size in (20, 200):
        _grow(size)
        counted.append([_statements(signed_in, path) for path in paths])
    assert counted[0] == counted[1]
    assert max(counted[1]) <= 16


def _grow(size: int) -> None:
    made = Source.objects.count()
    row = Source.objects.order_by("pk").first()
    assert row is not None
    sources = Source.objects.bulk_create(
        Source(
            name=f"来源{n}",
            level="city",
            kind="page",
            url=f"http://s{n}.invalid/",
            host=f"s{n}",
            due_at=NOW,
            made_at=NOW,
        )
        for n in range(made, size)
    )
    Finding.objects.bulk_create(
        Finding(
            source=sources[n % len(sources)], url=f"http://f{size}.invalid/{n}", title=f"第{n}号通知", plain_title=f"第{n}号通知",
            digest=str(n), first_seen=NOW, checked_at=NOW, tokens="通知 通 知",
        )
        for n in range(size)
    )  # fmt: skip


def _statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)
