"""The look holds: contrast, weight, policy, words, and what a browser makes of every shared piece."""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.http import Http404
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, Route, sync_playwright

from qifu.entry.theme import courses, fields, guide, icons, pieces, shapes, words
from qifu.entry.theme.guide import SampleForm

SOURCE = Path(guide.__file__).resolve().parents[2]
THEME = Path(guide.__file__).resolve().parent
CSS = (THEME / "static/qifu/qifu.css").read_text(encoding="utf-8")
NOW = datetime(2026, 9, 30, 8, 40, tzinfo=UTC)  # 16:40 in the district, a Wednesday
HOUR = timedelta(hours=1)

TEXT_PAIRS = [
    ("ink", "ground"), ("ink", "surface"), ("ink", "sunken"), ("ink-2", "ground"), ("ink-2", "surface"), ("ink-2", "sunken"),
    ("ink-3", "ground"), ("ink-3", "surface"), ("ink-3", "sunken"), ("accent", "ground"), ("accent", "surface"),
    ("accent", "accent-soft"), ("accent-deep", "accent-soft"), ("accent", "sunken"), ("surface", "accent"),
    ("surface", "accent-deep"), ("surface", "red"), ("red", "surface"), ("red", "red-soft"), ("amber", "surface"),
    ("amber", "amber-soft"), ("green", "surface"), ("green", "green-soft"), ("ink", "amber-soft"), ("ink", "red-soft"),
    ("ink", "green-soft"), ("ink", "accent-soft"), ("accent", "red-soft"), ("night-ink", "night"), ("night-ink-2", "night"),
    ("surface", "night-2"),
]  # fmt: skip
SHAPE_PAIRS = [("edge", "surface"), ("edge", "ground"), *((f"series-{n}", "surface") for n in range(1, 7))]


@pytest.fixture(autouse=True)
def _plain_storage(settings: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]
        **getattr(settings, "STORAGES", {}),
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.DEMO = True  # type: ignore[attr-defined]


def token(name: str) -> tuple[float, ...]:
    found = re.search(rf"--q-{name}: #([0-9a-f]{{6}});", CSS)
    assert found, name
    return tuple(int(found[1][i : i + 2], 16) / 255 for i in (0, 2, 4))


def luminance(colour: tuple[float, ...]) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(token(one)), luminance(token(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_edges_and_series_can_be_told_from_the_ground(shape: str, ground: str) -> None:
    assert contrast(shape, ground) >= 3


# Weight and policy --------------------------------------------------------------------------------------------------


def loaded(face: str) -> list[str]:
    """Style sheets and scripts that a page of this audience asks for."""
    page = render_to_string("theme/guide.html", guide.sample(face, NOW))
    return re.findall(r'(?:<link rel="stylesheet" href|<script src)="/static/([^"]+)"', page)


@pytest.mark.parametrize("face", ["portal", "field", "desk"])
def test_a_page_asks_for_less_than_100_kilobytes(face: str) -> None:
    paths = {*loaded(face), "qifu/lists.js", "vendor/alpine/alpine-csp.min.js"}  # with everything a page may add
    assert {"vendor/bootstrap/bootstrap.min.css", "qifu/qifu.css", "vendor/htmx/htmx.min.js"} <= paths
    assert not any("echarts" in path for path in paths)
    weight = sum(len(gzip.compress((THEME / "static" / path).read_bytes(), 6)) for path in paths)
    assert weight < 100 * 1024


def test_boards_alone_load_the_charts() -> None:
    assert [face for face in guide.FACES if any("echarts" in path for path in loaded(face))] == ["board"]


TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))


def test_templates_carry_nothing_inline() -> None:
    bad = re.compile(
        r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|https?://(?!www\.w3\.org)"
    )
    assert len(TEMPLATES) >= 20
    found = [
        (p.name, m[0]) for p in TEMPLATES if THEME in p.parents for m in bad.finditer(p.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (THEME / "static/qifu/icons.svg").read_text(encoding="utf-8")))
    assert sprite == set(icons.NAMES)
    named = {(p.name, n) for p in TEMPLATES for n in re.findall(r'{% icon "([^"]+)"', p.read_text(encoding="utf-8"))}
    assert named
    assert {(page, name) for page, name in named if name not in sprite} == set()


def test_nothing_vendored_asks_for_a_file_we_do_not_serve() -> None:
    files = [p for p in (THEME / "static").rglob("*") if p.suffix in {".css", ".js"}]
    assert len(files) >= 8
    assert [p.name for p in files if b"sourceMappingURL" in p.read_bytes()] == []


@pytest.mark.parametrize("code", guide.ERRORS)
def test_error_pages_need_nothing_and_say_what_to_do(code: str) -> None:
    page = render_to_string(f"{code}.html")
    said = re.search(r"data-sentence>(.+?)</p>", page, re.S)
    assert said
    assert said[1].strip().endswith("。")
    assert "请" in said[1]
    assert f"错误 {code[:3]}" in page


def test_a_refusal_is_told_in_its_own_words() -> None:
    assert "这件诉求已由别人受理。" in render_to_string("theme/409.html", {"message": "这件诉求已由别人受理。"})
    page = render_to_string("theme/refusal.html", {"message": "<b>不行</b>", "refusal": SimpleNamespace(status=422)})
    assert "&lt;b&gt;不行&lt;/b&gt;" in page
    assert "错误 422" in page


def test_the_guide_is_for_the_demo_only(settings: object) -> None:
    request = RequestFactory().get("/guide/")
    assert guide.guide(request, "portal").status_code == 200
    with pytest.raises(Http404):
        guide.guide(request, "nowhere")
    settings.DEMO = settings.DEBUG = False  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        guide.guide(request, "portal")


# Words --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.cn_date(NOW), "2026年9月30日 16:40"),
        (words.cn_date(NOW.date()), "2026年9月30日"),
        (words.cn_date(None), "—"),
        (words.cn_week(NOW), "2026年9月30日 周三 16:40"),
        (words.cn_near(NOW, NOW), "今天 16:40"),
        (words.cn_near(NOW - 16.7 * HOUR, NOW), "昨天 23:58"),
        (words.cn_near(NOW + 24 * HOUR, NOW), "明天 16:40"),
        (words.cn_near(NOW - 240 * HOUR, NOW), "9月20日 16:40"),
        (words.cn_near(datetime(2025, 12, 31, 16, 0, tzinfo=UTC), NOW), "1月1日 00:00"),
        (words.cn_near(datetime(2025, 12, 31, 15, 59, tzinfo=UTC), NOW), "2025年12月31日 23:59"),
        (words.duration(timedelta(minutes=125)), "2小时5分"),
        (words.duration(timedelta(days=3)), "3天"),
        (words.duration(timedelta(days=3, hours=4, minutes=59)), "3天4小时"),
        (words.duration(59), "不到1分"),
        (words.duration(-7200), "2小时"),
        (words.money(Decimal("12345.605")), "12,345.61 元"),
        (words.money("1234500", "万元"), "123.45 万元"),
        (words.money(None), "—"),
        (words.wan(1234), "1,234.00 万元"),
        (words.number(60000), "60,000"),
        (words.pct(0.864), "86.4 %"),
        (words.pct(1), "100.0 %"),
        (words.pct(Decimal("0.9999")), "99.9 %"),
        (words.pct(0), "0.0 %"),
        (words.pct("0.0001"), "<0.1 %"),
        (words.pct("nan"), "—"),
        (words.mask_phone("+8613800001234"), "138****1234"),
        (words.mask_phone("027-12345678"), "027****5678"),
        (words.mask_phone("12345"), "***45"),
        (words.size(20 * 2**20), "20 MB"),
        (words.size(1_240_000), "1.2 MB"),
    ],
)
def test_words(said: str, expected: str) -> None:
    assert said == expected


# Pieces -------------------------------------------------------------------------------------------------------------


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


CHIPS: list[tuple[dict[str, object], str, str]] = [
    ({"due": NOW + 6 * HOUR, "start": NOW - 4 * HOUR}, "chip-calm", "剩 6小时"),
    ({"due": NOW + 5 * HOUR, "start": NOW - 5 * HOUR}, "", "剩 5小时"),
    ({"due": NOW + 2 * HOUR, "start": NOW - 8 * HOUR}, "chip-amber", "剩 2小时"),
    ({"due": NOW + 9 * HOUR, "share": 0.8}, "chip-amber", "剩 9小时"),
    ({"due": NOW - 3 * HOUR, "start": NOW - 9 * HOUR}, "chip-red", "已超 3小时"),
    ({"due": NOW + HOUR}, "", "剩 1小时"),
    ({"due": NOW + HOUR, "paused": True, "label": "答复"}, "chip-accent", "答复 已暂停"),
    ({"due": NOW, "met": NOW}, "chip-green", "按时"),
    ({"due": NOW, "met": NOW + HOUR}, "chip-red", "超时 1小时完成"),
    ({"due": NOW + HOUR, "provisional": True}, "", "剩 1小时（暂定）"),
]


@pytest.mark.parametrize(("about", "tone", "said"), CHIPS)
def test_clock_chip(about: dict[str, object], tone: str, said: str) -> None:
    html = pieces.clock_chip(about["due"], NOW, **{k: v for k, v in about.items() if k != "due"})  # type: ignore[arg-type]
    assert plain(html) == said
    assert re.findall(r"chip-(?!text)\w+", html) == ([tone] if tone else [])
    assert ("data-due=" in html) is ("met" not in about and not about.get("paused"))


def test_a_clock_that_is_not_set_shows_nothing() -> None:
    assert pieces.clock_chip(None, NOW) == ""
    assert Template("{% load qifu %}{% clock_chip nothing start=nothing %}").render(Context()) == ""


@pytest.mark.parametrize(
    "html",
    [
        pieces.state_badge("<x>"), pieces.clock_chip(NOW + HOUR, NOW, label="<x>"), pieces.empty("<x>"),
        pieces.stat("<x>", "<x>", "<x>", note="<x>"), pieces.masked("<x>", '"><x>', "<x>"),
        courses.file_list([shapes.FileItem("<x>", '"><x>', 1, "<x>")]),
        courses.timeline([shapes.Entry(NOW, "<x>", "<x>", "<x>")], NOW),
        courses.steps([shapes.Step("<x>", '"><x>')], NOW),
        fields.filter_bar(shapes.FilterBar([shapes.Filter("q", "<x>", "search")], {"q": '"><x>'})),
    ],
)  # fmt: skip
def test_what_people_wrote_stays_text(html: str) -> None:
    assert "<x>" not in html


def test_a_rate_shows_its_denominator() -> None:
    assert plain(pieces.rate(432, 500, "按时答复率")) == "按时答复率 86.4 % 432 / 500 件"
    assert plain(pieces.rate(0, 0, "按时答复率")) == "按时答复率 — 暂无数据"


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    form = SampleForm(data={"body": "x", "category": "space", "channel": "phone"})
    html = fields.field(form["title"])
    assert 'aria-describedby="id_title_hint id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert re.search(r'<div class="invalid-feedback d-block" id="id_title_error">.*必填', html)
    assert 'href="#id_title"' in fields.errors(form)
    assert fields.errors(SampleForm()) == ""


@pytest.mark.parametrize(("count", "is_narrowed"), [(fields.MANY, False), (fields.MANY + 1, True)])
def test_a_long_group_of_boxes_is_a_plain_list_that_a_script_may_narrow(count: int, is_narrowed: bool) -> None:
    class Joint(forms.Form):
        units = forms.MultipleChoiceField(
            label="会办单位",
            choices=[(str(n), f"第{n}局") for n in range(count)],
            widget=forms.CheckboxSelectMultiple,
        )

    html = fields.field(Joint()["units"])
    assert html.count('<input type="checkbox" name="units"') == count
    assert ('<fieldset class="mb-3" id="id_units" data-sift="会办单位">' in html) is is_narrowed


def test_a_filter_shows_what_is_chosen() -> None:
    choices = [shapes.Choice("new", "待受理"), shapes.Choice("a<b", "甲<乙")]
    bar = shapes.FilterBar([shapes.Filter("state", "状态", choices=choices)], {"state": "a<b"})
    drawn = fields.filter_bar(bar)
    assert '<option value="">全部</option><option value="new">待受理</option>' in drawn
    assert '<option value="a&lt;b" selected>甲&lt;乙</option></select>' in drawn


def test_a_filter_can_be_taken_out_alone() -> None:
    bar = shapes.FilterBar(
        [
            shapes.Filter("q", "搜索", "search"),
            shapes.Filter("state", "状态", choices=[shapes.Choice("new", "待受理")]),
        ],
        {"q": "a&b", "state": "new", "sort": "due", "cursor": "9"},
    )
    assert bar.without("state") == "?sort=due&q=a%26b"
    assert bar.without() == "?sort=due"
    assert "状态：待受理" in plain(fields.filter_bar(bar))
    assert "cursor" not in fields.filter_bar(bar)


def test_a_form_shown_again_keeps_its_key() -> None:
    page = Template("{% load qifu %}{% once %}")
    first = page.render(Context({"request": RequestFactory().get("/")}))
    second = page.render(Context({"request": RequestFactory().get("/")}))
    again = page.render(Context({"request": RequestFactory().post("/", {"idempotency_key": "k-1"})}))
    assert first != second
    assert 'value="k-1"' in again


def test_the_timeline_marks_what_the_enterprise_does_not_see() -> None:
    entries = [shapes.Entry(NOW - HOUR, "内部备注", public=False), shapes.Entry(NOW - 30 * HOUR, "提交诉求")]
    told = plain(courses.timeline(entries, NOW, marks=True))
    assert told == "内部备注 仅内部可见 今天 15:40 提交诉求 企业可见 昨天 10:40"
    assert "可见" not in courses.timeline(entries, NOW)


# In a browser -------------------------------------------------------------------------------------------------------

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Opened]:
    """Open a face of the guide at a width, without a server: pages and files are handed over as they are asked for."""
    complaints: list[str] = []
    posted: list[str] = []

    def hand_over(route: Route) -> None:
        path = urlparse(route.request.url).path
        if route.request.method == "POST":
            posted.append(path)
            html = "text/html; charset=utf-8"
            answer = {
                "/guide/unmask/": (200, '{"value": "13800001234"}', "application/json"),
                "/guide/taken/": (409, render_to_string("theme/409.html"), html),
                "/guide/over/": (401, "", html),
            }
            status, body, kind = answer.get(path, (200, "<!doctype html><title>好</title>", html))
            return route.fulfill(status=status, body=body, content_type=kind)
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            assert found, path
            return route.fulfill(body=Path(found).read_bytes(), content_type=mimetypes.guess_type(found)[0] or "")
        page = guide.guide(RequestFactory().get(path), path.strip("/").rpartition("/")[2])
        headers = {"Content-Security-Policy": POLICY}
        return route.fulfill(body=page.content, content_type="text/html; charset=utf-8", headers=headers)

    context = browser.new_context(locale="zh-CN")

    def opener(face: str, width: int = 390, height: int = 844) -> Page:
        page = context.pages[0] if context.pages else context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        if not hasattr(page, "posted"):
            page.posted = posted  # type: ignore[attr-defined]
            page.on(
                "console",
                lambda said: (
                    complaints.append(said.text)
                    if said.type in ("error", "warning")
                    and "status of 4" not in said.text
                    and "Response Status Error" not in said.text
                    else None
                ),
            )
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.route("**/*", hand_over)
        page.goto(f"http://qifu.test/guide/{face}/")
        return page

    yield opener
    context.close()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("face", [*guide.FACES, "403", "500"])
def test_pages_fit_a_narrow_phone_and_pass_axe(show: Opened, face: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for width, height in ((360, 740), (1440, 900)):
        page = show(face, width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []


@pytest.mark.browser
@pytest.mark.parametrize("face", ["portal", "field"])
def test_touch_targets_are_large_enough(show: Opened, face: str) -> None:
    small = show(face).evaluate(
        """() => [...document.querySelectorAll("button, summary, nav a, .btn, .files a, select, .chip-remove,"
             + "input:not([type=hidden]):not([type=checkbox]):not([type=radio])")]
           .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)
           .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


@pytest.mark.browser
def test_typing_is_kept_and_offered_again(show: Opened) -> None:
    page = show("portal")
    page.fill("[data-draft] [name=title]", "厂房到期")
    page.wait_for_selector("[data-draft-note]")
    page.on("dialog", lambda box: box.accept())  # the question on leaving with something unsaved
    page = show("portal")
    page.click("text=恢复内容")
    assert page.input_value("[data-draft] [name=title]") == "厂房到期"
    page.fill("[data-draft] [name=body]", "下月到期")
    page.select_option("[data-draft] [name=category]", "space")
    page.evaluate("document.querySelector('[data-draft]').requestSubmit()")
    page.wait_for_url("**/guide/")
    page = show("portal")
    assert page.locator("text=恢复内容").count() == 0


@pytest.mark.browser
def test_a_form_is_sent_once_and_a_question_is_asked_first(show: Opened) -> None:
    page = show("desk", 1440, 900)
    page.click("text=撤回诉求")
    assert page.locator("#confirm").is_visible()
    page.click("#confirm >> text=取消")
    assert page.posted == []  # type: ignore[attr-defined]
    page.fill("[data-draft] [name=title]", "甲")
    page.fill("[data-draft] [name=body]", "乙")
    page.select_option("[data-draft] [name=category]", "space")
    sent = page.evaluate(
        """() => { const form = document.querySelector("[data-draft]"); let count = 0;
        form.addEventListener("submit", () => count++); form.requestSubmit(); form.requestSubmit(); return count }"""
    )
    assert sent == 1
    page.wait_for_url("**/guide/")


@pytest.mark.browser
def test_a_refusal_to_htmx_is_shown_in_its_words(show: Opened) -> None:
    page = show("desk", 1440, 900)
    page.evaluate("htmx.ajax('POST', '/guide/taken/', 'h1')")
    page.wait_for_selector("#toasts .alert-warning")
    assert "别人已经处理了这件事" in page.inner_text("#toasts")
    assert page.inner_text("h1") == "页面组件"
    page.evaluate("htmx.ajax('POST', '/guide/over/', 'h1')")
    page.wait_for_selector("#expired[open]")
    assert page.get_attribute("[data-sign-in]", "href") == "/sign-in/?next=%2Fguide%2Fdesk%2F"


@pytest.mark.browser
def test_lists_work_by_keyboard_and_in_batches(show: Opened) -> None:
    page = show("desk", 1440, 900)
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    assert (
        page.evaluate("[...document.querySelectorAll('[data-row]')].findIndex(r => r.classList.contains('is-here'))")
        == 1
    )
    assert page.inner_text("[data-picked]") == "1"
    page.check("[data-pick-all]")
    assert page.inner_text("[data-picked]") == "8"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()


@pytest.mark.browser
def test_a_file_too_large_or_of_a_wrong_kind_is_told_before_it_travels(show: Opened) -> None:
    page = show("portal")
    page.evaluate("document.querySelector('input[type=file]').dataset.maxBytes = '10'")
    files = [("大.pdf", b"x" * 11), ("好.pdf", b"x"), ("坏.exe", b"x")]
    for name, body in files:
        page.set_input_files("input[type=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": body})
        told = page.locator("[data-drop] .invalid-feedback")
        if name == "好.pdf":
            assert told.count() == 0
            assert "好.pdf" in page.inner_text("[data-chosen]")
        else:
            assert "没有加入" in told.inner_text()
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


@pytest.mark.browser
def test_a_masked_value_asks_for_the_reason(show: Opened) -> None:
    page = show("desk", 1440, 900)
    page.click("[data-unmask]")
    page.click("#unmask button:not([type])")
    assert page.posted == []  # type: ignore[attr-defined]
    page.fill("#unmask-reason", "电话回访核实")
    page.click("#unmask button:not([type])")
    page.wait_for_selector("text=13800001234")
    assert page.posted == ["/guide/unmask/"]  # type: ignore[attr-defined]


@pytest.mark.browser
def test_a_clock_ticks_by_the_time_of_the_server(show: Opened) -> None:
    page = show("portal")
    chip = "[data-due][data-label=受理]"
    page.evaluate(f"""() => {{ const c = document.querySelector({chip!r}).cloneNode(true), at = Date.now() - 864e5;
        c.id = 'late'; c.dataset.now = new Date(at).toISOString(); c.dataset.start = new Date(at - 36e5).toISOString();
        c.dataset.due = new Date(at + 1).toISOString(); document.querySelector('main').prepend(c); }}""")
    page.wait_for_timeout(20)
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    page.wait_for_timeout(20)
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    assert page.inner_text("#late") == "受理 已超 不到1分"
    assert "chip-red" in (page.get_attribute("#late", "class") or "")
