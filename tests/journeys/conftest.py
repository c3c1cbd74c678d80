"""A real browser before a served house."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.fixtures import Settings

from qifu.domain.people.actions import sign_up_contact
from qifu.domain.registry.models import Agency
from qifu.entry.cli.sample.cast import Contact
from tests.cast import OWNER_A
from tests.conftest import NOW
from tests.journeys.served import CHROMIUM, QUIET, Server, Site
from tests.stage import Stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the journeys of a file."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as play:
        # The driver keeps a loop running in this thread, and the test looks into the database beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        opened = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def site(transactional_db: None, browser: Browser, stage: Stage, settings: Settings) -> Iterator[Site]:
    """The stage, served as the demo is: short messages are shown by the local viewer."""
    settings.QIFU_NOW, settings.DEMO = NOW, True
    settings.VENDORS = {"sms": "local", "mail": "local"}
    server = Server()
    made = Site(server, browser, stage)
    yield made
    made.close()
    server.stop()
    assert made.complaints == []


@pytest.fixture
def owner(stage: Stage, transactional_db: None) -> Contact:
    """A person of the sample who speaks for the firm of the stage."""
    account = sign_up_contact(now=NOW, phone=OWNER_A.phone, name=OWNER_A.name)
    Agency.objects.create(account=account, enterprise=stage.firm, role="owner", person=OWNER_A.name, since=NOW)
    return OWNER_A
