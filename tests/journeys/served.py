"""A served house: pages as a browser gets them, from a thread of the test, at a time that the test sets."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from qifu.domain.people.models import Account
from qifu.kernel.outbox import engine
from tests.conftest import NOW, PASSWORD
from tests.stage import Stage

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=zh-CN",
]
PHONE, DESK, NARROW = {"width": 390, "height": 844}, {"width": 1366, "height": 768}, {"width": 360, "height": 740}
PATIENCE = 15_000  # milliseconds; a slow machine is no fault
READY: Literal["domcontentloaded"] = "domcontentloaded"  # scripts of a page are modules: they have run by then
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Turns:
    """Pages one after the other: the embedded database of a test is one connection, lent to the thread that serves.

    Files of the pages may be kept by the browser, as they are when whitenoise hands them out.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def around(self, handler: Any) -> WSGI:
        inner = StaticFilesHandler(handler)

        def served(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith("/static/"):
                kept = [("Cache-Control", "max-age=3600")]
                return list(inner(environ, lambda status, headers, *more: start(status, headers + kept, *more)))
            with self.lock:
                return list(inner(environ, start))

        return served


class OneRequest(QuietWSGIRequestHandler):
    """A connection for each request, so that no thread outlives the test."""

    protocol_version = "HTTP/1.0"


class Thread(LiveServerThread):
    def _create_server(self, connections_override: Any = None) -> Any:
        return self.server_class((self.host, self.port), OneRequest, connections_override=connections_override)


class Server:
    """A server in a thread, on the database of the test."""

    def __init__(self) -> None:
        self.turns = Turns()
        lent = {c.alias: c for c in connections.all() if c.vendor == "sqlite" and c.is_in_memory_db()}
        self.thread = Thread("127.0.0.1", self.turns.around, connections_override=lent)
        for connection in lent.values():
            connection.inc_thread_sharing()
        self.thread.daemon = True
        self.thread.start()
        self.thread.is_ready.wait()
        if self.thread.error:
            raise self.thread.error

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.thread.port}"

    def stop(self) -> None:
        self.thread.terminate()
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(5)
        for connection in self.thread.connections_override.values():
            connection.dec_thread_sharing()


@dataclass
class Site:
    """The house as it is served, its people and its clock."""

    server: Server
    browser: Browser
    stage: Stage
    now: datetime = NOW
    complaints: list[str] = field(default_factory=list)  # what the browser said against a page
    contexts: list[BrowserContext] = field(default_factory=list)
    owned: dict[str, Visit] = field(default_factory=dict)  # by whose they are

    def at(self, month: int, day: int, hour: int, minute: int = 0) -> Site:
        """Set the clock. What was kept for minutes is over by then, and what had to be sent has been."""
        moment = NOW.replace(month=month, day=day, hour=hour, minute=minute)
        assert moment >= self.now, "clocks go forward"
        self.now = self.stage.now = settings.QIFU_NOW = moment
        cache.clear()
        self.deliver()
        return self

    def deliver(self) -> None:
        """Do what the worker would have done by now."""
        with self.server.turns.lock:
            engine.run_due(now=self.now + timedelta(seconds=1))

    def visitor(self, size: dict[str, int] = DESK) -> Visit:
        """A browser in which nobody is signed in."""
        context = self.browser.new_context(
            base_url=self.server.url, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai",
            has_touch=size is PHONE, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said.type, said.text))
        return Visit(self, page)

    def _hear(self, page: Page, kind: str, text: str) -> None:
        expected = "status of 4" in text or "Response Status Error" in text  # a refusal is an answer
        if kind in ("error", "warning") and not expected:
            self.complaints.append(f"{page.url}: {text}")

    def member(self, username: str) -> Visit:
        """A member of staff at their own computer, before what waits; signs in where the session is over."""
        visit = self._own(username, DESK)
        visit.page.goto("/desk/", wait_until=READY)
        if "/sign-in/" in visit.page.url:
            visit.fill("用户名", username).fill("密码", PASSWORD).press("登录")
        return visit

    def contact(self, phone: str, size: dict[str, int] = PHONE) -> Visit:
        """A contact with their own phone, on the first page; signs in with a code where the session is over."""
        visit = self._own(phone, size)
        visit.page.goto("/cases/", wait_until=READY)
        if "/sign-in/" in visit.page.url:
            visit.fill("手机号", phone).press("获取验证码")
            visit.fill("验证码", self.code(phone)).press("登录")
        return visit.go("/")

    def _own(self, name: str, size: dict[str, int]) -> Visit:
        if name not in self.owned:
            self.owned[name] = self.visitor(size)
        return self.owned[name]

    def code(self, phone: str) -> str:
        """The code last sent to the number, as the local message viewer shows it."""
        self.deliver()
        viewer = self._own("viewer", PHONE).go(f"/demo/messages/?tail={phone[-4:]}")
        found = re.search(r"验证码\D*(\d{6})", viewer.text())
        assert found, viewer.text()
        return found[1]

    def entered(self, account: int | None, size: dict[str, int] = DESK) -> Visit:
        """Somebody who signed in earlier: the session is made here, not typed."""
        visit = self.visitor(size)
        if account is not None:
            client = Client()
            with self.server.turns.lock:
                client.force_login(Account.objects.get(pk=account))
            kept = client.cookies[settings.SESSION_COOKIE_NAME].value
            visit.page.context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": self.server.url}]
            )
        return visit

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@dataclass
class Visit:
    """One person before a browser. Fields and buttons are found as a person finds them: by their label."""

    site: Site
    page: Page

    def go(self, path: str) -> Visit:
        answer = self.page.goto(path, wait_until=READY)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self

    def fill(self, label: str, text: str, within: str = "main") -> Visit:
        self.field(label, within).fill(text)
        return self

    def star(self, mark: str, stars: int) -> Visit:
        """Give stars to speed, result or attitude."""
        group = self.page.get_by_role("group", name=mark, exact=True)
        group.get_by_role("radio", name=re.compile(rf"^{stars} 星")).check()
        return self

    def choose(self, label: str, option: str, within: str = "main") -> Visit:
        self.field(label, within).select_option(label=option)
        return self

    def tick(self, label: str, within: str = "main") -> Visit:
        named = re.compile(rf"^\s*{re.escape(label)}")
        self.page.locator(within).get_by_label(named).first.check()
        return self

    def field(self, label: str, within: str = "main") -> Locator:
        """The field of this label, with or without the remark that it is needed."""
        return self.page.locator(within).get_by_label(re.compile(rf"^{re.escape(label)}\s*(（必填）)?$")).first

    def open(self, summary: str, within: str = "main") -> Visit:
        self.page.locator(within).locator("summary", has_text=re.compile(rf"^\s*{re.escape(summary)}\s*$")).click()
        return self

    def press(self, name: str, within: str = "main") -> Visit:
        """Press a button and wait for the page that comes of it; a question asked first is answered with yes."""
        button = self.page.locator(within).get_by_role("button", name=name, exact=True).first
        with self.page.expect_navigation(wait_until=READY):
            button.click()
            sure = self.page.locator("#confirm[open] [data-ok]")
            if sure.count():
                sure.click()
        return self

    def follow(self, name: str, within: str = "main") -> Visit:
        with self.page.expect_navigation(wait_until=READY):
            self.page.locator(within).get_by_role("link", name=name).first.click()
        return self

    def sees(self, *texts: str, within: str = "main") -> Visit:
        for text in texts:
            expect(self.page.locator(within), f"{self.page.url} shows").to_contain_text(text)
        return self

    def sees_not(self, *texts: str, within: str = "main") -> Visit:
        shown = self.text(within)
        for text in texts:
            assert text not in shown, (self.page.url, text)
        return self

    def text(self, within: str = "main") -> str:
        return self.page.locator(within).inner_text()

    @property
    def timeline(self) -> list[str]:
        """What happened, newest first, each in one line."""
        found = self.page.locator(".timeline").first.locator("> li").all_inner_texts()
        return [" ".join(text.split()) for text in found]

    @property
    def clocks(self) -> list[str]:
        """The promised times, each in one line."""
        return [" ".join(text.split()) for text in self.page.locator(".clocks > li").all_inner_texts()]
