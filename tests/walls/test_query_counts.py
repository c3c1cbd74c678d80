"""No page asks more of a large district than of a small one: the statements of every page at two sizes ten times apart."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from qifu.domain.appeals.models import Appeal, Category, Words
from qifu.domain.estate.models import Floor, Room, Tenancy
from qifu.domain.people.actions import sign_up_contact
from qifu.domain.people.models import Account, Membership
from qifu.domain.registry.models import Agency, Enterprise
from qifu.kernel import search
from qifu.kernel.actor import SYSTEM
from qifu.kernel.evidence.actions import Entry, record_many
from qifu.kernel.outbox.models import Item
from qifu.output.messages.models import Kept
from tests.cast import OWNER_A
from tests.conftest import NOW
from tests.domain import case_rows, grant_rows
from tests.journeys import pages, world
from tests.journeys.pages import Look
from tests.stage import Stage

SMALL, LARGE = 1_000, 10_000  # cases and firms; a tenth of it of people, messages and rooms
MOST = 30  # statements of any page
COMPOSED = {"/desk/enterprises/{firm}/file/": 34}  # one page of eight rooms
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOOKS = [look for row in pages.PAGES.values() for look in row if look.then is None and look.status == 200]


@pytest.fixture
def things(stage: Stage, transactional_db: None, settings: Settings) -> world.Things:
    """A world in which every page has something to show."""
    settings.QIFU_NOW, settings.DEMO = NOW, True
    account = sign_up_contact(now=NOW, phone=OWNER_A.phone, name=OWNER_A.name)
    Agency.objects.create(account=account, enterprise=stage.firm, role="owner", person=OWNER_A.name, since=NOW)
    return world.build(stage, OWNER_A)


def test_no_page_asks_more_when_there_is_ten_times_as_much(stage: Stage, things: world.Things) -> None:
    counted = []
    for size in (SMALL, LARGE):
        grow(stage, size)
        counted.append({(look.who, look.path): statements(stage, things, look) for look in LOOKS})
    small, large = counted
    assert {page: (small[page], n) for page, n in large.items() if n != small[page]} == {}
    assert {page: n for page, n in large.items() if n > COMPOSED.get(page[1], MOST)} == {}


def statements(stage: Stage, things: world.Things, look: Look) -> int:
    """How many statements the page takes once the process has seen it."""
    client, path = Client(), look.path.format(**things)
    if look.who != "visitor":
        known = stage.house.accounts.get(look.who)
        account = known or Account.objects.get(pk=int(str(things[look.who])))
        client.force_login(account, backend=BACKEND)
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200, path
    return len(seen)


@transaction.atomic
def grow(stage: Stage, size: int) -> None:
    """Fill the large tables up to the size."""
    house, made = stage.house, Appeal.objects.count()
    newest = Appeal.objects.order_by("-pk").values_list("pk", flat=True)[0]
    below = list(Category.objects.exclude(parent=None).values_list("pk", flat=True))
    units, streets = [house.department, stage.tax], [house.street]
    case_rows.write(size - made, seed=size, now=NOW, units=units, streets=streets, categories=below, first=made)
    fresh = Appeal.objects.filter(pk__gt=newest)
    fresh.update(contact=stage.contact.account, enterprise=stage.firm.pk)
    keys = list(fresh.values_list("pk", flat=True))
    Words.objects.bulk_create(
        (Words(appeal_id=key, is_open=True, tokens=search.tokens(f"第 {key} 件 停车")) for key in keys),
        batch_size=2_000,
    )
    record_many([Entry(SYSTEM, NOW, "appeals.submit", f"appeals.appeal:{key}", {"step": "submit"}) for key in keys])
    Enterprise.objects.bulk_create(
        (
            Enterprise(name=f"武汉第{n}商贸有限公司", street_id=house.street, created=NOW, updated=NOW)
            for n in range(Enterprise.objects.count(), size)
        ),
        batch_size=2_000,
    )
    people(house.department, size // 10)
    messages(stage, size // 10)
    rooms(size // 10)
    grant_rows.write(size // 10, NOW)


def people(unit: int, size: int) -> None:
    known = Account.objects.filter(kind="staff").count()
    made = Account.objects.bulk_create(
        Account(kind="staff", username=f"member{n}", name=f"成员{n}", created=NOW) for n in range(known, size)
    )
    Membership.objects.bulk_create(Membership(account=one, unit_id=unit, role="specialist", since=NOW) for one in made)


def rooms(size: int) -> None:
    """Rooms on the floor of a room that is there already, every second one with a tenant."""
    floor = Floor.objects.select_related("tower").order_by("pk")[0]
    building = floor.tower.building_id
    made = Room.objects.bulk_create(
        Room(building_id=building, floor=floor, number=f"R{n}", area=100) for n in range(Room.objects.count(), size)
    )
    Tenancy.objects.bulk_create(
        Tenancy(building_id=building, floor=floor, room=room, tenant=f"第{room.number}租户", learnt_at=NOW)
        for room in made[::2]
    )


def messages(stage: Stage, size: int) -> None:
    names = [f"k{n}" for n in range(Kept.objects.count(), size)]
    account = stage.contact.account
    Kept.objects.bulk_create(
        Kept(key=name, channel="inapp", account_id=account, template="t", subject="通知", text="内容", sent_at=NOW)
        for name in names
    )
    Item.objects.bulk_create(
        Item(channel="inapp", key=f"x{name}", payload={"to": f"account:{account}"}, posted_at=NOW, due_at=None,
             max_attempts=3, backoff=60, time_limit=60, state="done", finished_at=NOW)
        for name in names
    )  # fmt: skip
