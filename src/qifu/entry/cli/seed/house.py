"""The people of the sample district: units with their hours, members and roles, the rota, outside systems, tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction

from qifu.domain.people import actions, phones
from qifu.domain.people import queries as people
from qifu.domain.people.models import Account, Membership
from qifu.domain.registry.models import Agency, Enterprise
from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.sample import cast, district
from qifu.entry.cli.seed.stage import CITY, Firm, Stage, owner
from qifu.kernel.actor import SYSTEM, Actor, Post, Role
from qifu.kernel.evidence.actions import Entry, record_many

PASSWORD = "jiangze-demo-2026"  # noqa: S105 - of every member of the sample's staff; shown by `qifu demo`
KINDS = {"substation": "centre"}  # a sub-station accepts and transfers as the centre does
SHOWN = {  # role → the account that stands for it in the table of accounts
    Role.DISPATCHER.value: "diaodu01",
    Role.SUPERVISOR.value: "duban01",
    Role.HANDLER.value: "chengban-shichang-1",
    "street": f"chengban-{district.STREET_CODES[0]}-1",  # handles for a street as others do for a department
    Role.SPECIALIST.value: "zhuanyuan001",
    Role.BUILDING_MANAGER.value: "louyu-b001",
    Role.POLICY_EDITOR.value: "zhengce01",
    Role.REVIEWER.value: "huishen01",
    Role.FINANCE.value: "caiwu01",
    Role.LEADER.value: "lingdao01",
    Role.ADMINISTRATOR.value: "guanli01",
    Role.AUDITOR.value: "shenji01",
}
CONTACTS = {"owner": "owner_a", "agent": "agent_a"}
SCOPES = ("appeals:read", "appeals:write")
BATCH = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """One account as the table of accounts and `.demo/accounts.json` give it."""

    role: str
    name: str
    username: str
    password: str
    token: str


def build_units(opened: datetime) -> None:
    """Found the units, parents first, and set the hours of those that keep their own."""
    known: dict[str, int] = {}
    for one in district.units():
        kind = KINDS.get(one.kind, one.kind)
        parent = known[one.parent] if one.parent else None
        made = actions.create_unit(
            actor=SYSTEM, now=opened, code=one.code, name=one.name, short_name=_short(one.name), kind=kind,
            parent=parent, phone=_bare(one.phone),
        )  # fmt: skip
        known[one.code] = made.pk
    keeper = Actor(None, "staff", "系统", tuple(_administers(unit) for unit in known.values()))
    for one in district.units():
        if one.hours != district.HOURS:
            spans = [(start, end) for start, _, end in (span.partition("-") for span in one.hours.split(","))]
            actions.set_hours(actor=keeper, now=opened, unit=known[one.code], spans=spans)


@transaction.atomic
def admit_staff(opened: datetime) -> None:
    """Admit everybody with one password, hashed once: hashing three hundred would take half a minute."""
    units = {view.code: view.id for view in people.units()}
    password, listed = make_password(PASSWORD), cast.staff()
    accounts = [
        Account(kind="staff", username=one.username, name=one.name, created=opened, password=password,
                **phones.keep(one.phone))
        for one in listed
    ]  # fmt: skip
    Account.objects.bulk_create(accounts, batch_size=BATCH)
    posts = [
        Membership(account=account, unit_id=units[unit], role=role, since=opened)
        for account, one in zip(accounts, listed, strict=True)
        for unit, role in one.posts
    ]
    Membership.objects.bulk_create(posts, batch_size=BATCH)
    record_many(
        [_created(account, opened, "staff") for account in accounts] + [_granted(post, opened) for post in posts]
    )
    actions.create_service(actor=SYSTEM, now=opened, name=CITY)


def write_rota(opened: datetime, now: datetime) -> None:
    """A week of duty for each dispatcher of the centre in turn, up to six weeks ahead."""
    centre = people.units("centre")[0].id
    keeper = Actor(None, "staff", "系统", (_administers(centre),))
    turns = [people.account_by_username(name) for name in ("diaodu01", "diaodu02", "diaodu03")]
    monday = opened.astimezone(SHANGHAI).date() - timedelta(days=opened.astimezone(SHANGHAI).weekday() - 7)
    starts, week = datetime.combine(monday, time(), SHANGHAI), 0
    while starts < now + timedelta(weeks=6):
        person = turns[week % len(turns)]
        if person is not None:
            ends = starts + timedelta(days=7)
            actions.set_duty(actor=keeper, now=opened, unit=centre, account=person.pk, starts=starts, ends=ends)
        starts, week = starts + timedelta(days=7), week + 1


@transaction.atomic
def admit_owners(stage: Stage, wanted: Mapping[int, tuple[str, str, str]], opened: datetime) -> None:
    """Give each enterprise that raises something an account that speaks for it.

    `wanted`: place in the sample → credit code, person, telephone. Enterprises of the cast have theirs already.
    """
    codes = {code: place for place, (code, _, _) in wanted.items()}
    found: dict[int, tuple[int, str, str, int | None]] = {}
    for some in _some(list(codes)):
        rows = Enterprise.objects.filter(uscc__in=some).values_list("pk", "name", "uscc", "street_id")
        found |= {codes[str(uscc)]: (pk, name, str(uscc), street) for pk, name, uscc, street in rows}
    held = {
        enterprise: owner(account, name, enterprise)
        for enterprise, account, name in Agency.objects.filter(until__isnull=True, role="owner").values_list(
            "enterprise_id", "account_id", "person"
        )
    }
    fresh = {place: row for place, row in found.items() if row[0] not in held}
    made = _owners(fresh, wanted, opened)
    for place, (pk, name, uscc, street) in found.items():
        speaks = made.get(place) or held[pk]
        stage.firms[place] = Firm(pk, name, uscc, street, _bare(wanted[place][2]), speaks)


def _owners(
    fresh: Mapping[int, tuple[int, str, str, int | None]], wanted: Mapping[int, tuple[str, str, str]], opened: datetime
) -> dict[int, Actor]:
    places = list(fresh)
    password = make_password(None)
    accounts = [
        Account(kind="contact", name=wanted[place][1], phone_verified=True, created=opened, password=password,
                **phones.keep(wanted[place][2]))
        for place in places
    ]  # fmt: skip
    Account.objects.bulk_create(accounts, batch_size=BATCH)
    agencies = [
        Agency(account=account, enterprise_id=fresh[place][0], role="owner", person=account.name, since=opened)
        for place, account in zip(places, accounts, strict=True)
    ]
    Agency.objects.bulk_create(agencies, batch_size=BATCH)
    entries = [_created(account, opened, "contact") for account in accounts] + [_speaks(a, opened) for a in agencies]
    for some in _some(entries):
        record_many(some)
    return {
        place: owner(account.pk, account.name, fresh[place][0]) for place, account in zip(places, accounts, strict=True)
    }


@transaction.atomic
def admit_cast(opened: datetime, codes: Mapping[int, str]) -> None:
    """The fixed contacts of the sample, with their agencies; `codes` gives the credit codes of the fixed firms."""
    enterprises = {row.uscc: row for row in Enterprise.objects.filter(uscc__in=codes.values())}
    entries = []
    for one in cast.contacts():
        account = actions.sign_up_contact(now=opened, phone=one.phone, name=one.name)
        for place, role in one.agencies:
            held = enterprises.get(codes.get(place, ""))
            if held is not None:
                row = Agency.objects.create(
                    account=account, enterprise=held, role=role, person=one.name, since=opened
                )  # fmt: skip
                entries.append(_speaks(row, opened))
    record_many(entries)


def shown_accounts(now: datetime) -> list[Shown]:
    """Issue a token to one account of each role, and list them."""
    listed = []
    for role, username in SHOWN.items():
        account = people.account_by_username(username)
        assert account is not None
        listed.append(Shown(role, account.name, username, PASSWORD, _token(account, now)))
    for role_, key in CONTACTS.items():
        one = cast.contact(key)
        found = people.account_by_phone(one.phone)
        assert found is not None
        account = Account.objects.get(pk=found)
        listed.append(Shown(role_, account.name, _bare(one.phone), "", _token(account, now)))
    city = Account.objects.get(kind="service", name=CITY)
    listed.append(Shown("service", city.name, "", "", _token(city, now)))
    return listed


def _token(account: Account, now: datetime) -> str:
    scopes = SCOPES if account.kind == "service" else ()
    actor = SYSTEM if account.kind == "service" else people.actor_of(account, now)
    made = actions.issue_token(actor=actor, now=now, account=account.pk, label="演示", scopes=scopes)
    return made.clear


def _administers(unit: int) -> Post:
    return Post(unit, Role.ADMINISTRATOR, "centre")


def _created(account: Account, opened: datetime, kind: str) -> Entry:
    content = {"username": account.username, "name": account.name} if kind == "staff" else None
    return Entry(SYSTEM, opened, "account.create", f"account:{account.pk}", {"kind": kind}, content)


def _granted(post: Membership, opened: datetime) -> Entry:
    facts = {"unit": post.unit_id, "role": str(post.role), "since": opened.isoformat(), "until": None}
    return Entry(SYSTEM, opened, "role.grant", f"account:{post.account_id}", facts)


def _speaks(row: Agency, opened: datetime) -> Entry:
    facts = {"agency": row.pk, "account": row.account_id, "role": row.role}
    return Entry(
        SYSTEM, opened, "agency.begin", f"registry.enterprise:{row.enterprise_id}", facts, {"person": row.person}
    )


def _short(name: str) -> str:
    """A name as colleagues say it: without the district and the kind of office."""
    for tail in ("道办事处", "和大数据管理局"):
        name = name.replace(tail, "局" if tail.endswith("局") else "")
    return name.removeprefix("江泽").removeprefix("区")[:30]


def _bare(number: str) -> str:
    return number.removeprefix("+86")


def _some(items: list[T]) -> Iterable[list[T]]:
    return (items[k : k + BATCH] for k in range(0, len(items), BATCH))
