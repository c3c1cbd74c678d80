"""What stands on the stage when cases are played: units and their people, firms and their owners, the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from qifu.domain.appeals import facts
from qifu.domain.appeals.flow import FLOWS, TERMS
from qifu.domain.appeals.models import Category
from qifu.domain.estate.models import Building
from qifu.domain.people import queries as people
from qifu.domain.people.models import Account, DutyShift, Membership
from qifu.domain.people.tree import UnitView
from qifu.engines.calendar import SHANGHAI, Term
from qifu.engines.flow import Timer
from qifu.entry.cli.seed.pace import Pace
from qifu.kernel.actor import Actor, Agency, Post, Role

CITY = "市级平台"  # name of the outside system that hands cases down


@dataclass(frozen=True, slots=True)
class Firm:
    """What a case needs to know of an enterprise, and who speaks for it here."""

    id: int
    name: str
    uscc: str
    street: int | None
    phone: str  # of the owner
    owner: Actor


@dataclass
class Stage:
    """Everything by its number in the database."""

    codes: Mapping[str, int]  # unit code → id
    views: Mapping[int, UnitView]
    staff: Mapping[int, set[int]]
    handlers: Mapping[int, list[Actor]]
    specialists: Mapping[str, list[Actor]]  # by code of the street
    dispatchers: list[Actor]
    supervisors: list[Actor]
    city: Actor
    categories: Mapping[str, int]
    buildings: Mapping[str, int]
    timer: Timer
    terms: Mapping[tuple[str, str], Mapping[str, Term]]
    paces: Mapping[int, Pace]
    duty: list[tuple[datetime, int]]
    centre: int
    firms: dict[int, Firm] = field(default_factory=dict)  # by their place in the sample

    def duty_owner(self, at: datetime) -> int | None:
        """Who is on duty at the centre, as a receipt names them."""
        found = next((account for starts, account in reversed(self.duty) if starts <= at), None)
        return found if found is not None else (self.dispatchers[0].account if self.dispatchers else None)


def set_stage(now: datetime, first: date) -> Stage:
    """Read the stage from the database."""
    tree = people.unit_tree()
    codes = {view.code: view.id for view in tree.units.values()}
    members = _members(now)
    timer, centre = facts.timer(), people.units("centre")[0].id
    last = now.astimezone(SHANGHAI).date() + timedelta(days=400)
    paces: dict[object, Pace] = {}
    by_unit = {}
    for unit in tree.units:
        hours = people.hours_of(unit)
        by_unit[unit] = paces.setdefault(hours, Pace(timer.calendar, hours, first - timedelta(days=60), last))
    staff: dict[int, set[int]] = {}
    for actor in members:
        for post in actor.posts:
            staff.setdefault(post.unit, set()).add(actor.account or 0)
    shifts = DutyShift.objects.filter(unit=centre).order_by("starts").values_list("starts", "account_id")
    return Stage(
        codes=codes,
        views=tree.units,
        staff=staff,
        handlers=_posted(members, Role.HANDLER),
        specialists=_specialists(members, tree.units),
        dispatchers=_posted(members, Role.DISPATCHER).get(centre, []),
        supervisors=_posted(members, Role.SUPERVISOR).get(centre, []),
        city=_city(),
        categories=dict(Category.objects.exclude(parent=None).values_list("code", "pk")),
        buildings=dict(Building.objects.values_list("code", "pk")),
        timer=timer,
        terms={key: facts.terms(*key) for key in TERMS if key[0] in FLOWS},
        paces=by_unit,
        duty=[(starts.astimezone(SHANGHAI), account) for starts, account in shifts],
        centre=centre,
    )


def owner(account: int, name: str, enterprise: int, role: str = "owner") -> Actor:
    """The actor that speaks for one enterprise."""
    return Actor(account, "contact", name, agencies=(Agency(enterprise, role),))


def _members(now: datetime) -> list[Actor]:
    posts: dict[tuple[int, str], list[Post]] = {}
    rows = Membership.objects.at(now).order_by("account_id", "since", "pk")
    for account, name, unit, role, kind in rows.values_list(
        "account_id", "account__name", "unit_id", "role", "unit__kind"
    ):
        posts.setdefault((account, name), []).append(Post(unit, Role(role), kind))
    return [Actor(account, "staff", name, tuple(held)) for (account, name), held in posts.items()]


def _posted(members: list[Actor], role: Role) -> dict[int, list[Actor]]:
    found: dict[int, list[Actor]] = {}
    for actor in members:
        for unit in actor.units(role):
            found.setdefault(unit, []).append(actor)
    return found


def _specialists(members: list[Actor], views: Mapping[int, UnitView]) -> dict[str, list[Actor]]:
    found: dict[str, list[Actor]] = {}
    for unit, actors in _posted(members, Role.SPECIALIST).items():
        street = views.get(views[unit].parent or 0)
        if street is not None:
            found.setdefault(street.code, []).extend(actors)
    return found


def _city() -> Actor:
    row = Account.objects.filter(kind="service", name=CITY).first()
    return Actor(row.pk if row else None, "service", CITY)
