"""Collecting: rounds over a site, what they bring home, duplicates, changes, what an editor decides, how fast it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.collected import Finding, Mark, Reading, Source
from qifu.domain.policies.collection import likeness, queries
from qifu.domain.policies.collection.actions import deciding, reporting, sources
from qifu.domain.policies.collection.actions.reporting import Page
from qifu.domain.policies.collection.actions.sources import Given
from qifu.domain.policies.collection.freshness import freshness
from qifu.domain.policies.models import Document
from qifu.entry.intake.policies import collecting
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW, House
from tests.domain.policy_site import HTML, XML, Site, article, feed, long_text, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with served() as made:
        settings.COLLECT_INSIDE, settings.COLLECT_PAUSE = [made.host], 0.0
        yield made


@pytest.fixture
def editor(house: House) -> Actor:
    return house.actor("admin")


def add(
    editor: Actor, url: str, kind: str = "feed", name: str = "区发改局", level: str = "district", **more: object
) -> Source:
    return sources.add(actor=editor, now=NOW, given=Given(name, level, kind, url, **more))  # type: ignore[arg-type]


def three(site: Site) -> str:
    """A feed of three articles."""
    links = []
    for n, about in enumerate(("租金补贴", "技改奖励", "稳岗返还"), 1):
        text = f"{long_text(about)}\n本办法自2026年10月1日起施行，有效期3年。对软件和信息技术服务业企业给予最高50万元补助。"
        page = article(f"关于印发{about}实施办法的通知", text, number=f"江府规〔2026〕{n}号")
        links.append((about, site.put(f"/a{n}.html", page, HTML | {"ETag": f'"a{n}"'})))
    return site.put("/feed.xml", feed(*links), XML | {"ETag": '"f1"'})


def test_a_round_brings_home_what_is_new_with_what_it_says_of_itself(site: Site, editor: Actor) -> None:
    row = add(editor, three(site))
    assert collecting.run_due(NOW) == 1
    found = Finding.objects.order_by("pk")
    assert [one.number for one in found] == ["江府规〔2026〕1号", "江府规〔2026〕2号", "江府规〔2026〕3号"]
    first = found[0]
    assert first.title == "关于印发租金补贴实施办法的通知"
    assert (first.issued_on, first.state) == (date(2026, 9, 1), "new")
    assert first.first_seen - NOW < timedelta(minutes=1)
    assert first.extracted["issuer"] == "江泽区发展和改革局"
    assert (first.extracted["effective_from"], first.extracted["effective_to"]) == ("2026-10-01", "2029-09-30")
    assert first.extracted["industries"] == [{"code": "I65", "name": "软件和信息技术服务业", "barred": False}]
    assert [gift["low"] for gift in first.extracted["gifts"]] == ["500000"]
    row.refresh_from_db()
    assert (row.failures, row.problem, row.busy_until, row.etag) == (0, "", None, '"f1"')
    assert row.due_at - NOW >= timedelta(hours=24)
    assert Reading.objects.count() == 3
    assert site.paths().count("/robots.txt") == 1


def test_nothing_is_sent_twice_that_is_as_it_was(site: Site, editor: Actor) -> None:
    add(editor, three(site))
    collecting.run_due(NOW)
    site.asked.clear()
    assert collecting.run_due(NOW + timedelta(hours=1)) == 0  # not due
    assert collecting.run_due(NOW + timedelta(hours=25)) == 1
    assert [headers.get("if-none-match") for path, headers in site.asked if path != "/robots.txt"] == [
        '"f1"', '"a1"', '"a2"', '"a3"'
    ]  # fmt: skip
    assert Finding.objects.filter(checked_at__gt=NOW).count() == 3
    assert Reading.objects.count() == 3


def test_a_page_that_reads_otherwise_is_shown_with_what_changed(site: Site, editor: Actor) -> None:
    url = site.put("/one.html", article("办法", long_text("租金") + "\n最高奖励20万元。"))
    add(editor, url, "page")
    collecting.run_due(NOW)
    again = NOW + timedelta(days=2)
    site.put(
        "/one.html",
        article("办法", "\n".join(f"　{line} " for line in long_text("租金").split("\n")) + "\n最高奖励20万元。"),
    )
    collecting.run_due(again)
    assert Finding.objects.get().changed_at is None  # only the layout
    site.put("/one.html", article("办法", long_text("租金") + "\n最高奖励30万元。"))
    later = NOW + timedelta(days=4)
    collecting.run_due(later)
    row = Finding.objects.get()
    assert row.changed_at is not None
    assert abs(row.changed_at - later) < timedelta(minutes=1)
    sheet = queries.sheet(actor=editor, number=row.pk)
    assert [(mark, text) for mark, text in sheet.changes if mark in "+-"] == [
        ("-", "最高奖励20万元。"),
        ("+", "最高奖励30万元。"),
    ]
    noted = deciding.note_change(actor=editor, now=later, finding=row.pk, seen=row.version)
    assert (noted.changed_at, queries.counts(editor)["changed"]) == (None, 0)
    with pytest.raises(Conflict):
        deciding.note_change(actor=editor, now=later, finding=row.pk, seen=noted.version)


def test_who_asks_now_sees_at_once_what_changed(site: Site, editor: Actor) -> None:
    """The list is as it was, and a page it names is not: by itself it would be looked at a day later."""
    row = add(editor, three(site))
    collecting.run_due(NOW)
    page = article("关于印发租金补贴实施办法的通知", long_text("租金补贴") + "\n最高补助提高到80万元。")
    site.put("/a1.html", page, HTML | {"ETag": '"a1b"'})
    site.asked.clear()
    later = NOW + timedelta(hours=1)
    sources.ask_now(actor=editor, now=later, source=row.pk)
    assert collecting.run_due(later) == 1
    assert site.paths() == ["/robots.txt", "/feed.xml", "/a1.html", "/a2.html", "/a3.html"]
    assert [one.url for one in Finding.objects.exclude(changed_at=None)] == [site.at("/a1.html")]
    row.refresh_from_db()
    assert row.asked_at is None


def test_a_list_in_gb18030_is_read(site: Site, editor: Actor) -> None:
    page = article("关于稳岗返还的通知", long_text("稳岗")).replace("utf-8", "gb2312").encode("gb18030")
    site.put("/zc/1.html", page, {"Content-Type": "text/html"})
    listed = '<ul class="news"><li><a href="/zc/1.html">关于稳岗返还的通知</a></li><li><a href="/xw/2.html">动态</a></li></ul>'
    url = site.put("/zc/", listed.encode("gb18030"), {"Content-Type": "text/html; charset=gb2312"})
    add(editor, url, "list", links=".news a", within="/zc/", words="通知 公告")
    collecting.run_due(NOW)
    assert [row.title for row in Finding.objects.all()] == ["关于稳岗返还的通知"]


def test_a_map_of_maps_is_read(site: Site, editor: Actor) -> None:
    page = site.put("/a.html", article("办法", long_text("技改")))
    site.put("/m1.xml", f"<urlset><url><loc>{page}</loc></url></urlset>", XML)
    url = site.put("/map.xml", f"<sitemapindex><sitemap><loc>{site.at('/m1.xml')}</loc></sitemap></sitemapindex>", XML)
    add(editor, url, "sitemap")
    collecting.run_due(NOW)
    assert Finding.objects.get().url == page


def test_a_file_is_kept_for_a_person_to_open(site: Site, editor: Actor) -> None:
    pdf = site.put("/a.pdf", b"%PDF-1.7 ...", {"Content-Type": "application/pdf"})
    add(editor, site.put("/f", feed(("办法全文", pdf)), XML))
    collecting.run_due(NOW)
    row = Finding.objects.get()
    assert (row.title, row.text, row.extracted["attachments"]) == ("办法全文", "", [["办法全文", pdf]])
    assert "请人工打开" in str(row.extracted["note"])


@pytest.mark.parametrize(
    ("put", "said"),
    [
        ({"body": "", "status": 500}, "出错（500）"),
        ({"body": "<html>"}, "不是订阅源"),
        ({"body": "0" * 5_300_000}, "超过 5 MB"),
        ({"body": feed()}, "没有条目"),
    ],
)
def test_a_failing_source_is_visible_and_left_alone_for_longer_and_longer(
    site: Site, editor: Actor, put: dict[str, object], said: str
) -> None:
    row = add(editor, site.put("/f", **put))  # type: ignore[arg-type]
    other = add(editor, three(site), name="另一家")
    now, waits = NOW, []
    for _ in range(10):
        collecting.run_due(now)
        row.refresh_from_db()
        waits.append(round((row.due_at - now) / timedelta(days=1)))
        now = row.due_at + timedelta(seconds=1)
    assert said in row.problem
    assert waits == [1, 2, 4, 7, 7, 7, 7, 7, 7, 7]
    assert row.failures == 10
    assert queries.source(actor=editor, number=row.pk, now=NOW).health == "failing"
    other.refresh_from_db()
    assert other.failures == 0
    assert Finding.objects.count() == 3


def test_what_the_program_itself_gets_wrong_stops_no_other_source(
    site: Site, editor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = add(editor, site.at("/bad"), "page"), add(editor, three(site), name="另一家")
    real = collecting.Round.run

    def run(one: collecting.Round) -> object:
        if one.source.pk == bad.pk:
            raise ZeroDivisionError
        return real(one)

    monkeypatch.setattr(collecting.Round, "run", run)
    assert collecting.run_due(NOW) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.failures, bad.busy_until, good.failures) == (1, None, 0)


def test_robots_are_obeyed_in_a_round(site: Site, editor: Actor) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /a2.html\n")
    row = add(editor, three(site))
    collecting.run_due(NOW)
    assert "/a2.html" not in site.paths()
    row.refresh_from_db()
    assert (Finding.objects.count(), row.failures) == (2, 0)
    assert row.problem == "3 个页面中有 1 个没有读到：对方的 robots.txt 不允许程序读取这个网址。"
    assert row.etag == '"f1"'  # the list need not be sent again for what may not be read
    assert queries.source(actor=editor, number=row.pk, now=NOW).health == "partly"


def test_each_reason_why_pages_were_not_read_is_named(site: Site, editor: Actor) -> None:
    site.put("/3", "x", status=410)
    pages = [("一", site.at("/1")), ("二", site.at("/2")), ("三", site.at("/3"))]
    row = add(editor, site.put("/f", feed(*pages), XML))
    collecting.run_due(NOW)
    row.refresh_from_db()
    assert row.problem == "3 个页面中有 3 个没有读到：页面不存在（404）（2 个）；页面已移除（410）（1 个）。"


def test_a_page_that_leads_inside_is_not_followed(site: Site, editor: Actor) -> None:
    site.move("/a1.html", "http://169.254.169.254/latest/")
    row = add(editor, site.put("/f", feed(("一", site.at("/a1.html"))), XML))
    collecting.run_due(NOW)
    row.refresh_from_db()
    assert "内部网络" in row.problem
    assert not Finding.objects.exists()


def test_a_site_that_asks_for_patience_is_left_alone(site: Site, editor: Actor) -> None:
    site.put("/a1.html", "", status=429)
    row = add(editor, site.put("/f", feed(*((f"第{n}", site.at(f"/a{n}.html")) for n in range(1, 9))), XML))
    collecting.run_due(NOW)
    row.refresh_from_db()
    assert [path for path in site.paths() if path.startswith("/a")] == ["/a1.html"]
    assert row.failures == 1


def test_much_is_taken_in_parts(site: Site, editor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST_NEW", 2)
    row = add(editor, three(site))
    collecting.run_due(NOW)
    row.refresh_from_db()
    assert Finding.objects.count() == 2
    assert row.etag == ""  # the list is read again for what is left
    assert timedelta(minutes=59) < row.due_at - NOW < timedelta(minutes=62)
    collecting.run_due(NOW + timedelta(hours=2))
    assert Finding.objects.count() == 3


def test_one_host_is_asked_by_one_round_at_a_time(site: Site, editor: Actor) -> None:
    one, two = add(editor, three(site)), add(editor, site.at("/other"), "page", name="同一网站")
    assert sources.claim(now=NOW, source=one.pk) is not None
    assert sources.claim(now=NOW, source=two.pk) is None
    assert sources.claim(now=NOW, source=one.pk) is None
    assert (
        sources.claim(now=NOW + sources.LEASE + timedelta(seconds=1), source=two.pk) is not None
    )  # a dead one is taken over
    collecting.run_due(NOW)
    assert site.most_at_once <= 1


def test_requests_to_one_host_are_apart(settings: Settings) -> None:
    settings.COLLECT_PAUSE = 2.0
    slept: list[float] = []
    pace = collecting.Pace(slept.append)
    for host, pause in (("a", 0.0), ("b", 0.0), ("a", 0.0), ("b", 9.0)):
        pace.wait(host, pause)
    assert [round(rest) for rest in slept] == [2, 9]


# -- one policy, found several times -----------------------------------------------------------------------------


def keep(source: Source, url: str, title: str, text: str, number: str = "", now: datetime = NOW) -> Finding:
    reporting.report(now=now, source=source, page=Page(f"http://x/{url}", title, text, number))
    return Finding.objects.get(url=f"http://x/{url}")


@pytest.fixture
def levels(editor: Actor) -> dict[str, Source]:
    return {
        level: add(editor, f"http://{level}.example.org/", "page", name=level, level=level)
        for level in ("national", "provincial", "city", "district")
    }


OTHER = (
    "为保障市民出行，自十月一日起对沿江大道实行分段施工，期间公交线路临时绕行，请驾驶人留意现场标志。施工单位应当在夜间"
    "二十二时前停止高噪声作业，围挡保持整洁，并在路口设专人疏导。沿线商户如需装卸货物，可向辖区交警中队申请临时通行时段。"
)
TITLE = "关于印发促进软件产业发展若干措施的通知"


def test_the_same_text_is_a_duplicate_at_once(levels: dict[str, Source]) -> None:
    first = keep(levels["city"], "1", TITLE, long_text("软件"))
    second = keep(levels["district"], "2", "转发：" + TITLE, long_text("软件").replace("。", " 。 "))
    assert (second.state, second.like, second.likeness) == ("duplicate", first, "text")
    assert second.decided_at == NOW
    assert second.decided_by is None


def test_an_original_that_comes_after_its_repost_takes_the_lead(levels: dict[str, Source]) -> None:
    repost = keep(levels["district"], "1", TITLE, long_text("软件"), "国发〔2026〕9号")
    original = keep(levels["national"], "2", TITLE, long_text("软件"), "国发〔2026〕9号")
    repost.refresh_from_db()
    assert (original.state, original.like, repost.state, repost.like) == ("new", None, "duplicate", original)


@pytest.mark.parametrize(
    ("title", "text", "number", "by"),
    [
        ("另一个标题的转发通知", long_text("别的内容"), "江科规〔2026〕5号", "number"),
        (TITLE + "（转载）", "各街道：现将市里的文件转发给你们。\n" + long_text("软件") + "\n江泽区科技局", "", "text"),
        ("《" + TITLE + "》", "正文见附件。", "", "title"),
        ("区里转发市里文件的通知", "现将文件转发给你们。\n" + long_text("软件"), "江泽规〔2026〕1号", "text"),
        ("关于促进餐饮的通知", long_text("餐饮"), "江泽规〔2026〕2号", ""),
        ("关于完全不同事项的公告", OTHER, "", ""),
    ],
)
def test_a_likely_duplicate_is_named_and_left_to_a_person(
    levels: dict[str, Source], title: str, text: str, number: str, by: str
) -> None:
    first = keep(levels["city"], "1", TITLE, long_text("软件"), "江科规〔2026〕5号")
    second = keep(levels["district"], "2", title, text, number)
    assert (second.state, second.likeness, second.like) == ("new", by, first if by else None)


def test_a_document_that_is_kept_already_is_recognised(levels: dict[str, Source]) -> None:
    kept = Document.objects.create(
        level="national", title=TITLE, issuer="某部", number="国发〔2026〕9号", found_at=NOW, author=None
    )
    same = keep(levels["district"], "1", TITLE, long_text("软件"), "国发〔2026〕9号")
    other = keep(levels["district"], "2", "关于贯彻落实的实施意见", long_text("贯彻"), "国发〔2026〕9号")
    assert (same.state, same.document) == ("duplicate", kept)
    assert (other.state, other.likeness, other.document) == ("new", "number", kept)


def test_texts_that_share_little_are_not_alike() -> None:
    one, other = long_text("软件产业"), long_text("餐饮补贴", 30)
    assert likeness.share(one, one + "末尾多一行。") == 1.0
    assert likeness.share("太短", "太短") == 0.0
    assert len(likeness.marks(one)) == likeness.MARKS
    assert likeness.marks("短") == []
    assert likeness.digest("第一条　甲。") == likeness.digest("第一条甲")
    assert likeness.share(one, other) < 1.0


def test_a_near_duplicate_is_found_among_many_texts(levels: dict[str, Source]) -> None:
    source = levels["city"]
    rows = Finding.objects.bulk_create(
        Finding(
            source=source, url=f"http://x/b{n}", title=f"第{n}号", plain_title=f"第{n}号", digest=str(n), text="",
            first_seen=NOW, checked_at=NOW,
        )
        for n in range(300)
    )  # fmt: skip
    Mark.objects.bulk_create(Mark(finding=row, value=row.pk * 31 + k) for row in rows for k in range(24))
    wanted = keep(source, "old", "旧的标题一二三四五", long_text("软件"))
    found = keep(levels["district"], "new", "新的标题一二三四五", long_text("软件") + "\n各街道请照此办理。")
    assert (found.likeness, found.like) == ("text", wanted)


# -- what an editor decides ---------------------------------------------------------------------------------------


@pytest.fixture
def finding(levels: dict[str, Source]) -> Finding:
    return keep(levels["city"], "1", TITLE, long_text("软件"), "江科规〔2026〕5号")


def test_a_finding_becomes_a_document_whose_freshness_counts_from_the_day_it_was_found(
    editor: Actor, finding: Finding
) -> None:
    later = NOW + timedelta(days=12)
    paper = replace(queries.sheet(actor=editor, number=finding.pk).paper, issuer="江泽市科学技术局")
    made = deciding.take(actor=editor, now=later, finding=finding.pk, paper=paper, seen=finding.version)
    finding.refresh_from_db()
    assert (finding.state, finding.document, finding.decided_by) == ("taken", made, editor.account)
    made.refresh_from_db()
    assert (made.title, made.number, made.level, made.found_at) == (TITLE, "江科规〔2026〕5号", "city", NOW)
    assert [row.verb for row in Record.objects.filter(stream=finding.stream).order_by("pk")] == [
        "policies.found", "policies.finding.take"
    ]  # fmt: skip
    with pytest.raises(Conflict):
        deciding.take(actor=editor, now=later, finding=finding.pk, paper=paper, seen=finding.version)
    assert Document.objects.count() == 1


def test_a_refused_document_leaves_the_finding_as_it_was(editor: Actor, finding: Finding) -> None:
    before, records = Finding.objects.values().get(), Record.objects.count()
    with pytest.raises(Invalid):
        deciding.take(actor=editor, now=NOW, finding=finding.pk, seen=finding.version, paper=Paper("city", "", "某局"))
    assert (Finding.objects.values().get(), Record.objects.count()) == (before, records)
    assert not Document.objects.exists()


def test_what_is_left_out_says_why_and_can_come_back(editor: Actor, finding: Finding) -> None:
    with pytest.raises(Invalid):
        deciding.ignore(actor=editor, now=NOW, finding=finding.pk, why=" ", seen=finding.version)
    left = deciding.ignore(actor=editor, now=NOW, finding=finding.pk, why="是新闻，不是政策", seen=finding.version)
    assert (left.state, left.why) == ("ignored", "是新闻，不是政策")
    with pytest.raises(Conflict):
        deciding.ignore(actor=editor, now=NOW, finding=finding.pk, why="再来一次", seen=left.version)
    back = deciding.reopen(actor=editor, now=NOW, finding=finding.pk, seen=left.version)
    assert (back.state, back.why, back.decided_at) == ("new", "", None)


def test_a_duplicate_names_its_other(editor: Actor, finding: Finding, levels: dict[str, Source]) -> None:
    other = keep(levels["district"], "2", "毫不相干的一个标题", long_text("别的"))
    for of in (None, other.pk):
        with pytest.raises(Invalid):
            deciding.duplicate(actor=editor, now=NOW, finding=other.pk, seen=other.version, of=of)
    with pytest.raises(Missing):
        deciding.duplicate(actor=editor, now=NOW, finding=other.pk, seen=other.version, of=987654321)
    made = deciding.duplicate(actor=editor, now=NOW, finding=other.pk, seen=other.version, of=finding.pk)
    assert (made.state, made.like) == ("duplicate", finding)


def test_who_saw_an_older_page_decides_nothing(editor: Actor, finding: Finding) -> None:
    source = finding.source
    page = Page(finding.url, finding.title, long_text("软件") + "\n新增一条。", finding.number)
    assert reporting.report(now=NOW, source=source, page=page) == "changed"
    with pytest.raises(Conflict, match="又有改动"):
        deciding.ignore(actor=editor, now=NOW, finding=finding.pk, why="不是政策", seen=finding.version)
    assert Finding.objects.get().state == "new"


def test_only_writers_decide_and_only_staff_look(house: House, finding: Finding) -> None:
    handler, stranger = house.actor("handler"), Actor(1, "contact", "外人")
    with pytest.raises(Forbidden):
        deciding.ignore(actor=handler, now=NOW, finding=finding.pk, why="不是政策", seen=finding.version)
    with pytest.raises(Forbidden):
        sources.add(actor=handler, now=NOW, given=Given("甲", "city", "page", "http://example.org/"))
    assert queries.queue(actor=handler).count == 1
    for look in (lambda: queries.queue(actor=stranger), lambda: queries.sheet(actor=stranger, number=finding.pk)):
        with pytest.raises(Forbidden):
            look()
    assert Finding.objects.get().state == "new"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "ftp://example.org"}, "url"), ({"url": "http://u:p@example.org"}, "url"), ({"name": ""}, "name"),
        ({"kind": "list"}, "links"), ({"every": 0}, "every"), ({"level": "moon"}, "level"), ({"url": "http://["}, "url"),
        ({"url": "http://a b/"}, "url"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_is_refused(editor: Actor, changed: dict[str, object], field: str) -> None:
    given = {"name": "甲", "level": "city", "kind": "page", "url": "http://example.org/"} | changed
    with pytest.raises(Invalid) as refusal:
        sources.add(actor=editor, now=NOW, given=Given(**given))  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]
    assert not Source.objects.exists()


def test_a_source_is_changed_paused_and_resumed(editor: Actor) -> None:
    row = add(editor, "http://example.org/", "page")
    changed = sources.change(
        actor=editor, now=NOW, source=row.pk, seen=1, given=Given("甲", "city", "page", "https://example.org/x")
    )
    assert (changed.host, changed.version) == ("example.org:443", 2)
    with pytest.raises(Conflict):
        sources.change(
            actor=editor, now=NOW, source=row.pk, seen=1, given=Given("乙", "city", "page", "https://example.org/x")
        )
    sources.pause(actor=editor, now=NOW, source=row.pk, is_paused=True)
    assert sources.due(NOW + timedelta(days=9)) == []
    with pytest.raises(Conflict):
        sources.ask_now(actor=editor, now=NOW, source=row.pk)
    sources.pause(actor=editor, now=NOW, source=row.pk, is_paused=False)
    assert sources.due(NOW) == [row.pk]


def test_a_try_leaves_no_trace(site: Site, editor: Actor) -> None:
    given = Given("甲", "district", "feed", three(site), issuer="区里")
    tried = collecting.look(given)
    assert (tried.problem, tried.count) == ("", 3)
    assert tried.page is not None
    assert tried.page.number == "江府规〔2026〕1号"
    assert site.paths() == ["/robots.txt", "/feed.xml", "/a1.html"]
    assert collecting.look(Given("甲", "district", "feed", site.at("/none"))).problem == "页面不存在（404）。"
    assert not Finding.objects.exists()
    assert not Source.objects.exists()


def test_freshness_counts_working_days_of_how_many(editor: Actor, levels: dict[str, Source]) -> None:
    found = NOW - timedelta(days=8)  # Tuesday 22 September
    rows = [
        keep(levels["city"], str(n), f"第{n}号完全不同的文件标题", long_text(f"事项{n}乙" * n), now=found)
        for n in range(4)
    ]
    deciding.ignore(actor=editor, now=NOW, finding=rows[0].pk, why="新闻", seen=rows[0].version)
    paper = queries.paper_of(rows[1])
    deciding.take(
        actor=editor, now=found + timedelta(days=1), finding=rows[1].pk, seen=rows[1].version,
        paper=Paper("city", paper.title, "某局"),
    )  # fmt: skip
    shown = freshness(actor=editor, on=NOW.date(), span=30)
    assert (shown.found, shown.taken, shown.ignored, shown.duplicates) == (4, 1, 1, 0)
    decided, drafted, published = shown.steps
    assert (decided.reached, decided.of, decided.slowest, decided.median) == (2, 4, 5, 3.0)  # 25 September is a holiday
    assert (drafted.reached, drafted.of, drafted.median, published.reached, published.of) == (0, 1, None, 0, 1)
    assert [(line.at, line.days) for line in shown.waiting] == [("待分解", 5), ("待处理", 5), ("待处理", 5)]
    assert [(level.label, level.found) for level in shown.levels] == [("国家", 0), ("省", 0), ("市", 4), ("区", 0)]
