"""Fetching from other offices: safely, within bounds, as robots.txt says; and reading whatever comes back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from qifu.entry.intake.policies import fetching, lists, pages, robots
from qifu.entry.intake.policies.fetching import Unreachable, fetch
from qifu.entry.intake.policies.pages import Unreadable
from tests.domain.policy_site import HTML, Site, article, bomb, feed, served


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with served() as made:
        settings.COLLECT_INSIDE, settings.COLLECT_PAUSE = [made.host], 0.0
        yield made


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.9/",
        "http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/", "http://[::1]/", "http://[fd00::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://0x7f.1/",
        "http://100.64.0.1/", "http://224.0.0.1/", "http://[fe80::1%25lo]/",
    ],
)  # fmt: skip
def test_no_address_inside_is_asked(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.COLLECT_INSIDE = []
    monkeypatch.setattr(socket.socket, "connect", _never)
    with pytest.raises(Unreachable, match=r"内部网络|找不到网站|读不懂"):
        fetch(url)


def _never(*_: object) -> None:
    raise AssertionError("a connection was made")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "只读取"), ("ftp://example.org/", "只读取"), ("gopher://example.org/", "只读取"),
        ("http://user:word@example.org/", "密码"), ("http://example.org:22/", "端口"), ("http:///x", "只读取"),
        ("http://[::1/", "读不懂"), ("http://example.org:99999/", "读不懂"), ("", "只读取"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _never)
    with pytest.raises(Unreachable, match=said):
        fetch(url)


def test_a_name_with_one_address_inside_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 80)) for place in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)
    monkeypatch.setattr(socket.socket, "connect", _never)
    with pytest.raises(Unreachable, match="内部网络"):
        fetch("http://policy.example.org/")


def test_a_name_with_several_addresses_is_reached_at_the_one_that_answers(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of one's own network often answers for IPv6 first, where nobody listens."""
    site.put("/", "<p>到了</p>")
    settings.COLLECT_INSIDE, settings.COLLECT_AGENT = [f"policy.local:{site.port}"], "企服 政策采集"
    places = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")]
    told = [(family, socket.SOCK_STREAM, 6, "", (place, site.port)) for family, place in places]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)
    assert fetch(f"http://policy.local:{site.port}/").body == "<p>到了</p>".encode()
    assert site.asked[0][1]["user-agent"].encode("latin-1").decode() == "企服 政策采集"


def test_the_very_address_that_was_judged_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time gains nothing."""
    asked, reached = [], []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(_: object, place: tuple[str, int]) -> None:
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unreachable, match="连接不上"):
        fetch("http://policy.example.org/")
    assert (asked, reached) == (["policy.example.org"], [("93.184.216.34", 80)])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_redirect_is_looked_at_anew(site: Site, status: int) -> None:
    for path, to in (("/a", "http://127.0.0.1:1/"), ("/b", "http://10.0.0.1/"), ("/c", "file:///etc/passwd")):
        site.move(path, to, status)
        with pytest.raises(Unreachable, match=r"内部网络|只读取|端口"):
            fetch(site.at(path))
    site.put("/there", "好")
    site.move("/here", "/there", status)
    assert fetch(site.at("/here")).url == site.at("/there")


def test_redirects_end(site: Site) -> None:
    site.move("/round", "/round")
    with pytest.raises(Unreachable, match="跳转超过 5 次"):
        fetch(site.at("/round"))
    assert len(site.asked) == 6


def test_a_redirect_to_where_robots_may_not_go_is_not_followed(site: Site) -> None:
    site.put("/shut/x", "不应读到")
    site.move("/open", "/shut/x")
    with pytest.raises(Unreachable, match="robots"):
        fetch(site.at("/open"), allowed=lambda url: "/shut/" not in url)
    assert site.paths() == ["/open"]


def test_a_slow_answer_is_cut(site: Site) -> None:
    site.put("/slow", "慢" * 200)
    site.drips.add("/slow")
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="太慢"):
        fetch(site.at("/slow"), patience=0.4)
    assert time.monotonic() - begun < 4


def test_a_huge_answer_is_not_read(site: Site) -> None:
    site.put("/large", b"0" * (fetching.LARGEST + 1))
    site.put("/bomb", bomb(64), {"Content-Type": "text/html", "Content-Encoding": "gzip"})
    site.put("/broken", b"no gzip", {"Content-Type": "text/html", "Content-Encoding": "gzip"})
    for path, said in (("/large", "超过 5 MB"), ("/bomb", "超过 5 MB"), ("/broken", "损坏")):
        with pytest.raises(Unreachable, match=said):
            fetch(site.at(path))


def test_a_short_answer_is_no_answer(site: Site) -> None:
    site.put("/cut", "只有一半", {"Content-Type": "text/html", "Content-Length": "5000"})
    with pytest.raises(Unreachable, match="中途断了"):
        fetch(site.at("/cut"), patience=0.5)


@pytest.mark.parametrize(
    ("status", "said"), [(404, "404"), (403, "403"), (429, "放慢"), (500, "出错"), (204, "没有给出")]
)
def test_what_is_no_page_is_said(site: Site, status: int, said: str) -> None:
    site.put("/x", "", status=status)
    with pytest.raises(Unreachable, match=said) as refusal:
        fetch(site.at("/x"))
    assert refusal.value.status == status


def test_a_page_as_it_was_is_not_sent_again(site: Site) -> None:
    site.put("/x", "好", HTML | {"ETag": '"v1"'})
    first = fetch(site.at("/x"))
    again = fetch(site.at("/x"), etag=first.etag)
    assert (first.status, first.etag, again.status, again.body) == (200, '"v1"', 304, b"")
    assert site.asked[0][1]["user-agent"] == "Qifu policy collector"


ROBOTS = """# 说明
User-agent: other
User-agent: qifu
Disallow: /inner/
Allow: /inner/open
Disallow: /*.json$
Crawl-delay: 3

User-agent: *
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/", True),
        ("/inner/a", False),
        ("/inner/open/a", True),
        ("/a.json", False),
        ("/a.json?x=1", True),
        ("/%69nner/a", False),
    ],
)
def test_robots_are_obeyed(path: str, may: bool) -> None:
    rules = robots.read(ROBOTS, "Qifu policy collector")
    assert (rules.allow("http://x" + path), rules.pause) == (may, 3.0)


def test_robots_without_a_name_are_all_meant() -> None:
    rules = robots.read(ROBOTS, "somebody")
    assert not rules.allow("http://x/a")
    assert robots.read("", "qifu").allow("http://x/a")
    assert robots.read("User-agent: *\nDisallow:\nCrawl-delay: 99999", "qifu") == robots.Rules((), robots.SLOWEST)


def test_a_pattern_of_many_stars_is_judged_in_time() -> None:
    rules = robots.read("User-agent: *\nDisallow: /" + "*a" * 12 + "b\n" + "Disallow: /" + "*" * 5000 + "$", "qifu")
    begun = time.monotonic()
    assert not rules.allow("http://x/" + "a" * 60)
    assert time.monotonic() - begun < 5


def test_a_site_whose_rules_cannot_be_read_is_not_asked(site: Site) -> None:
    site.put("/robots.txt", "", status=500)
    with pytest.raises(Unreachable):
        robots.Manners("qifu").allow(site.at("/a"))
    site.put("/robots.txt", "", status=404)
    assert robots.Manners("qifu").allow(site.at("/a"))


TEXT = "某市支持企业办法：软件业，奖励二十万元。"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TEXT.encode(), "text/html; charset=utf-8"),
        (TEXT.encode("gb18030"), "text/html; charset=GB2312"),
        (TEXT.encode("gb18030"), "text/html"),
        (b'<meta charset="gbk">' + TEXT.encode("gb18030"), "text/html"),
        (b'<meta charset="utf-8">' + TEXT.encode("gb18030"), "text/html; charset=utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gb2312"),
        (TEXT.encode("utf-16"), "text/html"),
        (TEXT.encode(), "text/html; charset=nonsense"),
    ],
)
def test_any_encoding_is_read(body: bytes, kind: str) -> None:
    assert TEXT in pages.decode(body, kind)


def test_the_text_of_a_page_is_freed_of_what_is_around_it() -> None:
    text = "第一条 为支持企业发展，制定本办法，适用于在本区注册的企业。\n第二条 对符合条件的企业给予奖励，由区发展和改革局负责。"
    read = pages.read(article("关于印发办法的通知", text).encode(), "text/html", "http://x/a/")
    assert read.title == "关于印发办法的通知"
    assert text in read.text
    assert "不是正文" not in read.text
    assert "版权所有" not in read.text
    assert read.attachments == (("附件：申报表", "http://x/files/附件.pdf"),)
    own = pages.read(article("题", text).encode(), "text/html", "http://x/", ".body")
    assert own.text == text


def test_no_attachment_leads_anywhere_but_into_the_web() -> None:
    links = ("javascript:alert(1)//a.pdf", "data:text/html,x.pdf", "file:///etc/a.pdf", "http://u:p@x/a.pdf", "/b.pdf")
    page = "".join(f'<a href="{link}">附件</a>' for link in links) + "<p>正文</p>"
    assert pages.read(page.encode(), "text/html", "http://x/").attachments == (("附件", "http://x/b.pdf"),)


@pytest.mark.parametrize(
    ("body", "selector", "said"),
    [
        (b"", "", "空的"), (b"%PDF-1.7 x", "", "文件"), (b"<html><body></body></html>", "", "没有读到正文"),
        (b"<p>x</p>", ".none", "没有找到"), (b"<p>x</p>", "a[", "选择器写得不对"), (b"\x00\x00\x00", "", "空的"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_refused_with_a_sentence(body: bytes, selector: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        pages.read(body, "text/html", "http://x/", selector)


def test_deep_and_broken_pages_are_read_in_time() -> None:
    begun = time.monotonic()
    for body in (b"<div>" * 50_000 + "字".encode() * 100, b"<" * 200_000 + b"x", b"<p>&#x110000;&#0;\xff\xfe" * 1000):
        try:
            pages.read(body, "text/html", "http://x/")
        except Unreadable:
            continue
    assert time.monotonic() - begun < 15


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>
<entry><title>甲通知</title><link rel="self" href="/self"/><link href="/a?x=1#part"/></entry>
<entry><title type="html">乙&lt;b&gt;通知</title><link rel="alternate" href="HTTP://EXAMPLE.org:80/b"/></entry></feed>"""
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><link>&b;</link></item></channel></rss>'
)


def test_feeds_lists_and_maps_say_where_pages_stand() -> None:
    def urls(kind: str, body: str, selector: str = "") -> list[str]:
        return [place.url for place in lists.places(kind, body.encode(), "", "http://x/n/", selector)]

    assert urls("feed", ATOM) == ["http://x/a?x=1", "http://example.org/b"]
    assert urls("feed", feed(("一", "http://x/1"), ("重复", "http://x/1"), ("坏", "javascript:alert(1)"))) == [
        "http://x/1"
    ]
    assert urls("feed", feed(("一", "http://x/1"))[:-20]) == ["http://x/1"]  # cut short
    listed = '<ul class="l"><li><a href="a.html" title="全称">短…</a></li><li><a href="ftp://x/b">b</a></li></ul><a href="/no">x</a>'
    assert lists.places("list", listed.encode(), "", "http://x/n/", ".l a") == [
        lists.Place("http://x/n/a.html", "全称")
    ]
    assert urls("list", listed, ".l li") == ["http://x/n/a.html"]
    one = (
        "<urlset><url><loc>http://x/1</loc></url><url><loc>http://x/2</loc><lastmod>2026-09-01</lastmod></url></urlset>"
    )
    assert urls("sitemap", one) == ["http://x/2", "http://x/1"]
    many = "<sitemapindex><sitemap><loc>/m1.xml</loc></sitemap></sitemapindex>"
    assert lists.nested(many.encode(), "", "http://x/") == ["http://x/m1.xml"]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("feed", "", "XML"), ("feed", "<html><body>x</body></html>", "不是订阅源"), ("feed", ENTITIES, "实体"),
        ("feed", feed(), "没有条目"), ("sitemap", "<rss/>", "不是站点地图"), ("sitemap", "<urlset/>", "没有网址"),
        ("list", "<p>x</p>", "没有找到链接"), ("feed", "\x00\x01\x02", "XML"), ("feed", "<rss><item>", "没有条目"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_a_sentence(kind: str, body: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        lists.places(kind, body.encode(), "text/xml", "http://x/", "a")


def test_only_what_is_asked_for_is_wanted() -> None:
    found = [
        lists.Place("http://x/zc/1", "关于印发办法的通知"),
        lists.Place("http://x/zc/2", "领导活动"),
        lists.Place("http://x/xw/3", "通知"),
    ]
    assert [place.url[-1] for place in lists.wanted(found, "/zc/", "通知、公告")] == ["1"]
    assert len(lists.wanted(found, "", "")) == 3
