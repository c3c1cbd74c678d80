"""The largest paint of every page of the portal on a phone that is slow and has a slow line: `python -m benchmarks.paint`.

A small sample district is built and served unless `--url` names one that runs. Chromium is slowed four times, its line to 1.6 Mbit/s
with 150 ms for every request, nothing is kept from before: each look has a browser of its own. Printed are the least and the middle of
several looks: what the page needs, and what it took while the machine did other things as well.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.casework.server import Server
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

BAR = 1500  # milliseconds
SLOWER = 4  # times
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 // 8,
    "uploadThroughput": 750_000 // 8,
}  # ms, bytes a second
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True, "has_touch": True,
    "locale": "zh-CN", "timezone_id": "Asia/Shanghai",
}  # fmt: skip
CHROMIUM = os.environ.get("QIFU_CHROMIUM", "/usr/bin/chromium")
VISITOR = ("/", "/help/", "/open/", "/policies/", "/policies/calendar/", "/policies/calculator/", "/policies/{policy}/",
           "/sign-in/", "/sign-in/phone/")  # fmt: skip
CONTACT = (
    "/", "/help/", "/cases/", "/cases/?tab=done", "/cases/new/", "/cases/{case}/", "/cases/{case}/receipt/", "/messages/",
    "/my/enterprises/", "/my/enterprises/{enterprise}/", "/my/enterprises/certify/", "/my/policies/", "/policies/",
    "/policies/{policy}/", "/me/", "/me/phone/", "/me/sessions/",
)  # fmt: skip
# Waits until the page is at rest, then asks what has been painted.
PAINTED = """async () => {
  await new Promise((done) => { if (document.readyState === 'complete') done(); else addEventListener('load', done); });
  await new Promise((done) => setTimeout(done, 600));
  return await new Promise((done) => {
    new PerformanceObserver((list) => {
      const last = list.getEntries().at(-1);
      const answered = performance.getEntriesByType('navigation')[0].responseStart;
      done({at: last.startTime, what: last.element ? last.element.tagName.toLowerCase() : '', answered});
    }).observe({type: 'largest-contentful-paint', buffered: true});
    setTimeout(() => done(null), 5000);
  });
}"""


@dataclass(frozen=True)
class Seen:
    """The looks at one page, in milliseconds: least and middle; what was painted last; the kilobytes that came."""

    who: str
    path: str
    least: float
    paint: float
    answered: float
    what: str
    sent: float


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--url", help="a sample district that runs, such as http://127.0.0.1:8000")
    given.add_argument("--phone", default="15420000001", help="who signs in")
    given.add_argument("--looks", type=int, default=3)
    asked = given.parse_args()
    with served(asked.url) as url, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        kept, names = entered(browser, url, asked.phone)
        seen = [look(browser, url, "visitor", path.format(**names), None, asked.looks) for path in VISITOR]
        seen += [look(browser, url, "contact", path.format(**names), kept, asked.looks) for path in CONTACT]
        browser.close()
    return tell(seen, asked.looks)


@contextmanager
def served(url: str | None) -> Iterator[str]:
    """The district that is named, or one made for the purpose."""
    if url:
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"QIFU_HOME": home, "QIFU_DEMO": "1"}
        env.pop("DATABASE_URL", None)
        demo = [sys.executable, "-m", "qifu.entry.cli.main", "demo", "--size", "small"]
        subprocess.run([*demo, "--no-serve"], env=env, cwd=home, check=True)
        with Server([*demo, "--port", "{port}"], env, Path(home), "/healthz", Path(home) / "log") as server:
            yield f"http://127.0.0.1:{server.port}"


def entered(browser: Browser, url: str, phone: str) -> tuple[StorageState, dict[str, str]]:
    """Sign in once, unhurried; and learn what addresses name."""
    context = browser.new_context(base_url=url, **PHONE)
    page = context.new_page()
    page.goto("/sign-in/phone/")
    page.get_by_label(re.compile("^手机号")).fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label(re.compile("^验证码")).wait_for()
    page.get_by_label(re.compile("^验证码")).fill(_code(browser, url, phone))
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()
    names = {
        "case": _first(page, "/cases/?tab=done", r"/cases/([A-Z]{2}\d{13})/") or _first(page, "/cases/", r"/cases/([A-Z]{2}\d{13})/"),
        "enterprise": _first(page, "/my/enterprises/", r"/my/enterprises/(\d+)/"),
        "policy": _first(page, "/policies/", r"/policies/((?!calendar|calculator)[^/?]+)/"),
    }  # fmt: skip
    kept = context.storage_state()
    context.close()
    return kept, names


def _code(browser: Browser, url: str, phone: str) -> str:
    page = browser.new_page()
    for _ in range(30):
        page.goto(f"{url}/demo/messages/?tail={phone[-4:]}")
        if found := re.search(r"验证码\D*(\d{6})", page.locator("main").inner_text()):
            page.close()
            return found[1]
        page.wait_for_timeout(1000)
    raise SystemExit("no code has come")


def _first(page: Page, path: str, pattern: str) -> str:
    page.goto(path)
    for link in page.locator("main a[href]").all():
        if found := re.search(pattern, link.get_attribute("href") or ""):
            return found[1]
    return ""


def look(browser: Browser, url: str, who: str, path: str, kept: StorageState | None, looks: int) -> Seen:
    """Open the page so many times, each time as if for the first."""
    paints, answers, sent, what = list[float](), list[float](), 0, ""
    for _ in range(looks):
        context = browser.new_context(base_url=url, storage_state=kept, **PHONE)
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", LINE)
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        came = list[int]()
        line.on("Network.loadingFinished", lambda told, came=came: came.append(int(told["encodedDataLength"])))
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            raise SystemExit(f"{who} {path}: {answer.status if answer else 'no answer'}")
        found = page.evaluate(PAINTED)
        if found is None:
            raise SystemExit(f"{who} {path}: nothing was painted")
        paints.append(found["at"])
        answers.append(found["answered"])
        what, sent = found["what"], sum(came)
        context.close()
    return Seen(who, path, min(paints), statistics.median(paints), statistics.median(answers), what, sent / 1024)


def tell(seen: list[Seen], looks: int) -> int:
    """Print the table, the slowest first; 1 when a page is slower than the bar."""
    load = os.getloadavg()[0]
    print(f"Largest paint in ms of {looks} looks each; load {load:.1f} on {os.cpu_count()} cores; bar {BAR}\n")
    print("| who | page | least | middle | first byte | painted | KB |\n|---|---|---|---|---|---|---|")
    for one in sorted(seen, key=lambda one: -one.paint):
        path = re.sub(r"[A-Z]{2}\d{13}", "…", one.path)
        times = f"{one.least:.0f} | {one.paint:.0f} | {one.answered:.0f}"
        print(f"| {one.who} | {path} | {times} | {one.what} | {one.sent:.0f} |")
    slow = [one for one in seen if one.paint > BAR]
    print(f"\n{len(seen) - len(slow)} of {len(seen)} pages within the bar.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
