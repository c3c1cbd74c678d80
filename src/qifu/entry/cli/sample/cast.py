"""The people of the sample district: every role in every unit, and the contacts of a few fixed enterprises.

Usernames say what a person does and where: `diaodu01`, `chengban-shichang-1`, `zhuanyuan001`. They and the
names are invented; one seed gives the same people every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.district import CENTRE, DEPARTMENT_CODES, STREET_CODES, SUBSTATION, units
from qifu.entry.cli.sample.naming import CONTACT_BLOCK, STAFF_BLOCK, people, phone
from qifu.entry.cli.sample.streams import SEED
from qifu.kernel.actor import Role

SPECIALISTS = 194

# Departments with more than one handler, because much comes to them.
_HANDLERS = {
    "kejing": 3, "zhujian": 3, "chengguan": 3, "shichang": 3, "shuiwu": 3, "renli": 3, "jinrong": 2, "zhengwu": 2,
    "shuihu": 2, "caizheng": 2, "fagai": 2, "sifa": 2, "jiaojing": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff or a building's operator; `posts` are pairs of unit code and role."""

    username: str
    name: str
    posts: tuple[tuple[str, Role], ...]
    phone: str
    title: str
    building: str | None = None  # id of the building a building manager runs


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone who speaks for enterprises: pairs of enterprise index and role (owner, agent). Signs in by phone."""

    key: str
    name: str
    phone: str
    agencies: tuple[tuple[int, str], ...]
    email: str


_CENTRE_STAFF: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("diaodu01", CENTRE, "诉求调度科", (Role.DISPATCHER,)),
    ("diaodu02", CENTRE, "诉求调度科", (Role.DISPATCHER,)),
    ("diaodu03", CENTRE, "诉求调度科", (Role.DISPATCHER,)),
    ("diaodu04", SUBSTATION, "澄浦分站", (Role.DISPATCHER,)),
    ("duban01", CENTRE, "督办科科长", (Role.SUPERVISOR,)),
    ("duban02", CENTRE, "督办科", (Role.SUPERVISOR, Role.DISPATCHER)),
    ("zhengce01", CENTRE, "政策科", (Role.POLICY_EDITOR,)),
    ("zhengce02", CENTRE, "政策科", (Role.POLICY_EDITOR, Role.REVIEWER)),
    ("huishen01", CENTRE, "会审专员", (Role.REVIEWER,)),
    ("caiwu01", CENTRE, "财务绩效科", (Role.FINANCE,)),
    ("lingdao01", CENTRE, "中心主任", (Role.LEADER,)),
    ("lingdao02", CENTRE, "分管副主任", (Role.LEADER, Role.SUPERVISOR)),
    ("guanli01", CENTRE, "系统管理员", (Role.ADMINISTRATOR,)),
    ("shenji01", CENTRE, "审计员", (Role.AUDITOR,)),
)

# (key, agencies): owners and agents of the fixed firms of `enterprises.FIXED_FIRMS`.
_CONTACTS: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = (
    ("owner_a", ((0, "owner"),)),
    ("agent_a", ((0, "agent"),)),
    ("owner_b", ((1, "owner"),)),
    ("agent_b", ((1, "agent"),)),
    ("owner_c", ((2, "owner"),)),
    ("agent_c", ((2, "agent"),)),
    ("owner_d", ((3, "owner"),)),
    ("owner_e", ((4, "owner"),)),
    ("agent_ef", ((4, "agent"), (5, "agent"))),  # an accountant who speaks for two firms
    ("owner_f", ((5, "owner"),)),
    ("owner_g", ((6, "owner"),)),
    ("owner_h", ((7, "owner"),)),
)


@cache
def staff(seed: int = SEED) -> tuple[Person, ...]:
    """Return everybody who works in a unit, and the managers of the buildings."""
    posts = [(name, title, tuple((unit, role) for role in roles)) for name, unit, title, roles in _CENTRE_STAFF]
    for code in DEPARTMENT_CODES:
        for number in range(_HANDLERS.get(code, 1)):
            posts.append((f"chengban-{code}-{number + 1}", "承办人", ((code, Role.HANDLER),)))
    for code in STREET_CODES:
        posts.append((f"chengban-{code}-1", "企业服务办", ((code, Role.HANDLER),)))
    for code in ("kejing", "caizheng", "renli"):
        posts.append((f"huishen-{code}", "会审人", ((code, Role.REVIEWER),)))
    posts.append(("lingdao-kejing", "局长", (("kejing", Role.LEADER),)))
    posts.extend(_specialist_posts(seed))
    posts.append(("caiwu-caizheng", "国库支付", (("caizheng", Role.FINANCE),)))  # lets go what the centre draws up
    names = people(len(posts), "staff", seed)
    listed = [
        Person(username, names[number], held, phone(STAFF_BLOCK, number), title)
        for number, (username, title, held) in enumerate(posts)
    ]
    return (*listed, *_building_managers(seed))


def _specialist_posts(seed: int) -> list[tuple[str, str, tuple[tuple[str, Role], ...]]]:
    """Specialists serve at the stations, two or three at each."""
    stations = [unit.code for unit in units(seed) if unit.kind == "station"]
    return [
        (f"zhuanyuan{number + 1:03d}", "服务专员", ((stations[number % len(stations)], Role.SPECIALIST),))
        for number in range(SPECIALISTS)
    ]


def _building_managers(seed: int) -> list[Person]:
    """Every third building's operator has an account, in the street the building stands in."""
    return [
        Person(
            f"louyu-{one.id.lower()}", one.manager, ((one.street, Role.BUILDING_MANAGER),),
            phone(STAFF_BLOCK, 5000 + number), f"{one.name}运营负责人", one.id,
        )
        for number, one in enumerate(buildings(seed)[::3])
    ]  # fmt: skip


@cache
def contacts(seed: int = SEED) -> tuple[Contact, ...]:
    """Return the twelve fixed contacts of enterprises."""
    names = people(len(_CONTACTS), "contacts", seed)
    return tuple(
        Contact(key, names[number], phone(CONTACT_BLOCK, number + 1), agencies, f"{key}@example.com")
        for number, (key, agencies) in enumerate(_CONTACTS)
    )


def person(username: str, seed: int = SEED) -> Person:
    """Return one member of staff by username.

    :raises KeyError: nobody has that name.
    """
    return {one.username: one for one in staff(seed)}[username]


def contact(key: str, seed: int = SEED) -> Contact:
    """Return one contact by key.

    :raises KeyError: nobody has that key.
    """
    return {one.key: one for one in contacts(seed)}[key]
