"""Every page: nothing that a screen reader, a keyboard or weak eyes would stumble over; nothing wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from qifu.entry.cli.sample.cast import Contact
from tests.journeys import pages, world
from tests.journeys.pages import Look
from tests.journeys.served import DESK, NARROW, PHONE, READY, Site, Visit
from tests.walls import matrix

AXE = Axe().axe_script
DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))"
RUN = "axe.run(document, {resultTypes: ['violations'], preload: false}).then(found => found.violations)"
PORTAL = ("/sign-in", "/me", "/cases", "/messages", "/my/", "/help", "/open", "/demo")


def test_every_address_has_a_row() -> None:
    found = {address.pattern for address in matrix.addresses() if not address.is_api}
    rows = set(pages.PAGES) | set(pages.NO_PAGES)
    assert found - rows == set(), "tell tests/journeys/pages.py how these are reached, or why they are no pages"
    assert rows - found == set(), "rows of addresses that are gone"


@pytest.mark.browser
@pytest.mark.parametrize("who", pages.people())
def test_pages_pass_axe_and_fit(site: Site, owner: Contact, who: str) -> None:
    things = world.build(site.stage, owner)
    visit = site.entered(_account(site, things, who))
    wrong = [fault for look in pages.looks_of(who) for fault in _faults(visit, look, things)]
    assert not wrong, "\n".join(wrong)


def _account(site: Site, things: world.Things, who: str) -> int | None:
    if who == "visitor":
        return None
    member = site.stage.house.accounts.get(who)
    return member.pk if member else int(str(things[who]))


def _faults(visit: Visit, look: Look, things: world.Things) -> list[str]:
    page, path = visit.page, look.path.format(**things)
    page.set_viewport_size(DESK)
    answer = page.goto(path, wait_until=READY)
    assert answer is not None
    assert answer.status == look.status, (path, answer.status)
    if look.then:
        look.then(visit)
    page.wait_for_load_state()
    page.evaluate(AXE)
    wrong = [f"{path} at {DESK['width']}: {fault}" for fault in _axe(visit)]
    page.set_viewport_size(PHONE)
    page.evaluate(DRAWN)  # styles of the other width may still stand
    wrong += [f"{path} at {PHONE['width']}: {fault}" for fault in _axe(visit)]
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > NARROW["width"]:
        wrong.append(f"{path} is {wide} px wide on a phone of {NARROW['width']} px")
    return wrong


def _axe(visit: Visit) -> list[str]:
    found: list[dict[str, Any]] = visit.page.evaluate(RUN)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for fault in found
        for node in fault["nodes"]
    ]
