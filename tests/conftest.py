"""What many tests share: the moment at which they play, and a small house of people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from qifu.domain.disclosure import triggers as vouchers
from qifu.domain.grants import triggers as ledger
from qifu.domain.people import actions, queries
from qifu.domain.people.models import Account
from qifu.domain.policies import facts as policies
from qifu.kernel.actor import SYSTEM, Actor, Role
from qifu.kernel.evidence import triggers
from tests import template

if TYPE_CHECKING:
    from tests.stage import Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, the last working day before the holiday
PASSWORD = "correct horse 9 battery"


@pytest.fixture(autouse=True)
def _plain_settings(settings: Settings, tmp_path: Path) -> None:
    """Files go to a folder of the test; hashing passwords costs nothing; static names need no manifest."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """The embedded database begins as the copy of one that was migrated before, where there is one."""
    making = connection.creation
    if connection.vendor != "sqlite":
        yield
        return
    begin = making._create_test_db
    held = []

    def begun(*asked: Any, **named: Any) -> str:
        name = begin(*asked, **named)
        held.append(template.pour(name))  # a database in memory lives as long as a connection to it
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_create_test_db", begun)
        yield
    for one in held:
        if one:
            one.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """What had to be migrated is kept for the next run."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.ensure_connection()
            template.keep(connection.connection)


@pytest.fixture(autouse=True, scope="session")
def _evidence_can_be_emptied() -> Iterator[None]:
    """Let a test that commits leave an empty database behind: the guards of evidence and of the ledger are lifted for the emptying only."""
    empty = TransactionTestCase._fixture_teardown

    def emptied(case: TransactionTestCase) -> None:
        triggers.drop(connection)
        ledger.drop(connection)
        vouchers.drop(connection)
        try:
            empty(case)
        finally:
            vouchers.create(connection)
            ledger.create(connection)
            triggers.create(connection)

    TransactionTestCase._fixture_teardown = emptied
    yield
    TransactionTestCase._fixture_teardown = empty


@pytest.fixture(autouse=True)
def _empty_cache(_plain_settings: None) -> Iterator[None]:
    yield
    cache.clear()
    policies.forget()


@pytest.fixture
def now() -> datetime:
    return NOW


@dataclass(frozen=True)
class House:
    """A centre with a dispatcher, a supervisor and an administrator; a department and a street with handlers."""

    centre: int
    department: int
    street: int
    station: int
    accounts: dict[str, Account]

    def account(self, name: str) -> Account:
        return Account.objects.get(pk=self.accounts[name].pk)

    def actor(self, name: str, at: datetime = NOW) -> Actor:
        return queries.actor_of(self.account(name), at)


MEMBERS = {
    "admin": ("陈管理", "centre", Role.ADMINISTRATOR),
    "dispatcher": ("周调度", "centre", Role.DISPATCHER),
    "supervisor": ("吴督办", "centre", Role.SUPERVISOR),
    "handler": ("郑承办", "department", Role.HANDLER),
    "colleague": ("冯承办", "department", Role.HANDLER),
    "street": ("褚街道", "street", Role.HANDLER),
    "leader": ("卫领导", "centre", Role.LEADER),
    "auditor": ("蒋审计", "centre", Role.AUDITOR),
}


@pytest.fixture
def house(db: None) -> House:
    """A small house of people, one per role, all with the same password."""

    def unit(code: str, name: str, kind: str, parent: int | None = None) -> int:
        return actions.create_unit(actor=SYSTEM, now=NOW, code=code, name=name, kind=kind, parent=parent).pk

    centre = unit("C", "企业服务中心", "centre")
    street = unit("S01", "民意街道", "street", centre)
    units = {
        "centre": centre,
        "department": unit("D01", "区城建局", "department", centre),
        "street": street,
        "station": unit("S01-1", "民意服务站", "station", street),
    }
    accounts = {}
    for username, (name, place, role) in MEMBERS.items():
        made = actions.create_member(actor=SYSTEM, now=NOW, username=username, name=name, password=PASSWORD)
        actions.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=units[place], role=role)
        accounts[username] = made.account
    return House(**units, accounts=accounts)


@pytest.fixture
def signed_in(house: House, client: Client, settings: Settings) -> Client:
    """A browser in which the administrator is signed in at NOW."""
    settings.QIFU_NOW = NOW
    client.force_login(house.account("admin"))
    return client


@pytest.fixture
def stage(house: House) -> Stage:
    """The house with two firms, their contacts and a category: enough to play cases."""
    from tests.stage import build

    return build(house)
