"""What a page of the portal sends: few enough bytes for a phone with a poor line."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Response

from qifu.entry.cli.sample.cast import Contact
from tests.journeys import world
from tests.journeys.served import PHONE, Site

pytestmark = pytest.mark.browser

LIMIT = 100 * 1024
WEIGHED = ("text/css", "text/javascript", "application/javascript")


def test_a_page_of_the_portal_sends_less_than_100_kilobytes(site: Site, owner: Contact) -> None:
    """Scripts and styles, compressed as a web server compresses them, each page with nothing kept from before."""
    things = world.build(site.stage, owner)
    number = things["asking"]
    account = world.people_account(owner)
    for path in (
        "/",
        "/cases/new/",
        f"/cases/{number}/",
        "/cases/",
        "/messages/",
        "/my/enterprises/certify/",
        "/open/",
    ):
        visit = site.entered(account, PHONE)
        sent: dict[str, int] = {}

        def weigh(answer: Response, sent: dict[str, int] = sent) -> None:
            if answer.headers.get("content-type", "").partition(";")[0] in WEIGHED:
                sent[answer.url] = len(gzip.compress(answer.body(), 6))

        visit.page.on("response", weigh)
        visit.go(path).page.wait_for_load_state("networkidle")
        assert len(sent) >= 4, (path, sent)  # two style sheets, two scripts at the least
        assert sum(sent.values()) < LIMIT, (path, sent)
        visit.page.close()
