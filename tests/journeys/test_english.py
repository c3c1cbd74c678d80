"""The portal in English: chosen by a button, spoken by pages and scripts alike, kept until it is put back."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect

from qifu.domain.appeals.models import Appeal, Rating
from qifu.entry.cli.sample.cast import Contact
from tests.journeys import pages, world
from tests.journeys.served import NARROW, PHONE, READY, Site, Visit
from tests.walls.catalogue import HAN

pytestmark = pytest.mark.browser

AXE = Axe().axe_script
RUN = "axe.run(document, {resultTypes: ['violations'], preload: false}).then(found => found.violations)"
STAFF = ("/desk/", "/board/", "/guide/")
ALIKE = {
    f"/cases/{{{name}}}/" for name in ("submitted", "joint", "rated", "withdrawn", "errand")
}  # as other cases look
# What is seen in Chinese without being marked as Chinese: names and typed words are marked, all else should be English.
UNMARKED = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const at = node.parentElement;
    if (at.closest('script, style, textarea, [lang^="zh"]') || !at.checkVisibility()) continue;
    found.push(node.textContent.trim());
  }
  return found;
}"""
# Words that do not fit their place: cut off, broken within, or hanging over the edge of what holds them.
SPILT = """() => [...document.querySelectorAll('main :is(dd, dt, strong, .btn, .chip, .life > li, .switch-tabs a)')]
  .filter(at => at.checkVisibility() && !at.closest('.table-wrap, .visually-hidden') && at.scrollWidth > at.clientWidth + 1
                && getComputedStyle(at).display !== 'inline')
  .map(at => at.textContent.trim().slice(0, 40))"""


def english(visit: Visit) -> Visit:
    visit.page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": visit.site.server.url}]
    )
    return visit


def press(visit: Visit, name: str) -> Visit:
    with visit.page.expect_navigation(wait_until=READY):
        visit.page.locator("main").get_by_role("button", name=name, exact=True).click()
    return visit


def field(visit: Visit, label: str, text: str) -> None:
    visit.page.get_by_label(re.compile(rf"^{label}( \(required\))?$")).first.fill(text)


def test_english_pages_pass_axe_and_fit_a_phone(site: Site, owner: Contact) -> None:
    things = world.build(site.stage, owner)
    wrong = []
    for who in ("visitor", "contact", "claimant"):
        visit = english(site.entered(None if who == "visitor" else int(str(things[who])), PHONE))
        looks = [look for look in pages.looks_of(who) if look.then is None and not look.path.startswith(STAFF)]
        paths = {look.path: look.status for look in looks if look.path not in ALIKE}
        wrong += [fault for path, status in paths.items() for fault in _faults(visit, path.format(**things), status)]
    assert wrong == [], "\n".join(wrong)


def _faults(visit: Visit, path: str, status: int) -> list[str]:
    page = visit.page
    answer = page.goto(path, wait_until=READY)
    assert answer is not None
    assert (answer.status, page.locator("html").get_attribute("lang")) == (status, "en")
    page.wait_for_load_state()
    found = [f"{path} says {text}" for text in page.evaluate(UNMARKED) if HAN.search(text)]
    page.evaluate(AXE)
    found += [f"{path}: {fault['id']}: {node['html'][:160]}" for fault in page.evaluate(RUN) for node in fault["nodes"]]
    found += [f"{path}: no room for {text}" for text in page.evaluate(SPILT)]
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(PHONE)
    return found + ([f"{path} is {wide} px wide"] if wide > NARROW["width"] else [])


def test_an_appeal_is_submitted_answered_and_rated_in_english(site: Site, owner: Contact) -> None:
    phone = owner.phone.removeprefix("+86")
    firm = site.visitor(PHONE).go("/")
    firm.sees("三项承诺")
    with firm.page.expect_navigation(wait_until=READY):
        firm.page.get_by_role("button", name="English", exact=True).click()
    firm.sees("Three promises", "1", "hour", "to accept")
    _sign_in(site, firm, phone)
    case = _submit(firm)
    _follow(site, firm, case)
    _conclude(site, firm, case)
    _leave_english(firm)


def _sign_in(site: Site, firm: Visit, phone: str) -> None:
    firm.go("/sign-in/phone/")
    field(firm, "Mobile number", phone)
    press(firm, "Get a code").sees("A code was sent to 154****0001; it is valid for 5 minutes.")
    field(firm, "Code", site.code(phone))
    press(firm, "Sign in").sees("Hello, 熊国峰", "Nothing else is under way.")


def _submit(firm: Visit) -> Appeal:
    firm.go("/cases/new/").sees("0 of 5000 characters")
    press(firm, "Submit").sees("Not submitted yet. Please correct these first:", "Please fill in 'What it is about'.")
    firm.page.locator("label.choice", has_text="Complaint").click()
    firm.sees("Complaint: not satisfied with a department or a person.")
    firm.page.locator("label.choice", has_text="Appeal").click()
    field(firm, "What it is about", "楼下停车位不够。员工每天绕行半小时。")
    expect(firm.page.locator("[data-draft-note]")).to_contain_text(
        re.compile(r"^Kept on this device, \d+ \w+( at |, )\d\d:\d\d$")
    )
    firm.page.locator("summary", has_text="Premises and buildings").click()
    firm.page.get_by_label("停车").check()  # a category that the sample does not have: as it was entered
    press(firm, "Submit").sees(
        "Received. Please keep the receipt number", "Wed 30 Sep 2026, 11:00", "1 hour (service hours only)"
    )
    return Appeal.objects.get()


def _follow(site: Site, firm: Visit, case: Appeal) -> None:
    firm.go(f"/cases/{case.number}/").sees("Submitted, waiting to be accepted", "You can also")
    accept = r"Accept (1 h|5\d min) left By Wed 30 Sep 2026, 11:00 · 1 hour \(service hours only\)"
    assert re.fullmatch(accept, firm.clocks[0])
    assert firm.timeline == ["Submit today 10:00 熊国峰 Submitted: 楼下停车位不够"]
    firm.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the page's own clock says it too
    assert re.fullmatch(accept, firm.clocks[0])
    firm.page.locator("summary", has_text="Withdraw").click()
    firm.page.locator("#step-withdraw").get_by_label("Reason").fill("不用了")
    firm.page.locator("#step-withdraw").get_by_role("button", name="Withdraw").click()
    asked = firm.page.locator("#confirm[open]")
    expect(asked).to_contain_text("Please confirm")
    expect(asked).to_contain_text("Once withdrawn, it is no longer handled. Withdraw it?")
    asked.get_by_role("button", name="Cancel").click()
    site.at(9, 30, 10, 20)
    with site.server.turns.lock:
        site.stage.to("replied", case)


def _conclude(site: Site, firm: Visit, case: Appeal) -> None:
    firm.go("/").sees("Waiting for you", "Please confirm and rate").follow("Read the reply and confirm")
    firm.sees("Replied: please confirm", "区城建局 replied (Solved): 已协调新增二十个车位。")
    firm.page.locator("label.choice", has_text=re.compile(r"^\s*Solved")).click()
    for mark, stars in (
        ("Speed", "5 stars, very good"),
        ("Outcome", "4 stars, good"),
        ("Attitude", "3 stars, ordinary"),
    ):
        firm.page.get_by_role("group", name=mark, exact=True).get_by_role(
            "radio", name=re.compile(f"^{stars}$", re.I)
        ).check()
    press(firm, "Submit").sees("Closed", "You confirmed that it is done.", "Outcome: Solved.")
    expect(firm.page.locator("#toasts")).to_contain_text("Thank you for your answer and your rating.")
    firm.sees("My rating: speed 5, result 4, attitude 3 of 5 stars.")
    rating = Rating.objects.get(appeal=case)
    assert (rating.speed, rating.result, rating.attitude) == (5, 4, 3)


def _leave_english(firm: Visit) -> None:
    with firm.page.expect_navigation(wait_until=READY):
        firm.page.get_by_role("button", name="简体中文", exact=True).click()
    firm.sees("已办结", "办理结果：已解决。")
    assert firm.page.locator("html").get_attribute("lang") == "zh-Hans"
