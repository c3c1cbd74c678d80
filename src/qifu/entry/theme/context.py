"""What every page knows: who looks, the way round by role, whether this is the sample district.

The way round is data. An entry whose screen is not installed is left out, so rooms can come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from qifu.domain.disclosure import access as disclosure
from qifu.domain.estate import access
from qifu.domain.people.tree import tree
from qifu.domain.performance import access as performance
from qifu.kernel.actor import VISITOR, Actor, Role
from qifu.kernel.measures.access import may_read

Test = Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the way round: label, icon, url names (the first that is installed), who sees it, what else lies there."""

    label: str
    icon: str
    names: tuple[str, ...]
    sees: Test = bool
    covers: tuple[str, ...] = ()  # url names of pages that belong here, though their addresses stand elsewhere
    group: str = ""  # under which heading it stands


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as shown."""

    label: str
    icon: str
    url: str
    is_current: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """The person shown at the top of the page."""

    name: str
    unit: str
    kind: str


def _anyone(actor: Actor) -> bool:
    return True


def _visiting(actor: Actor) -> bool:
    return actor.account is None


def _signed_in(actor: Actor) -> bool:
    return actor.account is not None


def _staff(actor: Actor) -> bool:
    return actor.is_staff


def _roles(*roles: Role) -> Test:
    return lambda actor: actor.has_role(*roles)


_CASEWORK = _roles(Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER, Role.ADMINISTRATOR, Role.AUDITOR)
_ALL_CASES = _roles(Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR, Role.HANDLER)


def _under(group: str, *entries: Entry) -> tuple[Entry, ...]:
    return tuple(replace(entry, group=group) for entry in entries)


PORTAL = (
    Entry("首页", "home", ("portal:home", "portal_home", "home"), _anyone),
    Entry("我的诉求", "list", ("portal:cases", "portal_cases", "portal:appeals"), _signed_in),
    Entry("政策", "idea", ("portal_my_policies",), _signed_in, ("portal_policies", "portal_grants")),
    Entry("政策", "idea", ("portal_policies",), _visiting, ("portal_grants",)),
    Entry("我的企业", "building", ("portal_enterprises",), _signed_in),
    Entry("消息", "bell", ("portal:messages", "portal_messages"), _signed_in),
    Entry("我的", "person", ("me",), _anyone),
)
DESK = (
    *_under(
        "诉求",
        Entry("待办", "inbox", ("desk:work",), _staff),
        Entry("全部事项", "list", ("desk:cases", "desk:appeals", "desk_cases"), _ALL_CASES),
        Entry(
            "督办", "flag", ("desk:supervision", "desk_supervision"), _roles(Role.SUPERVISOR, Role.LEADER, Role.HANDLER)
        ),
        Entry("常用回复", "reply", ("desk:templates",), _CASEWORK),
        Entry("知识", "book", ("desk:knowledge", "desk_knowledge"), _staff),
    ),
    *_under(
        "企业与楼宇",
        Entry(
            "企业",
            "building",
            ("desk:enterprises", "desk_enterprises"),
            _staff,
            ("desk_certifications", "desk_analysis", "desk_exports"),
        ),
        Entry("预警", "bell", ("desk_alerts",), _staff),
        Entry("楼宇", "buildings", ("desk:buildings", "desk_buildings"), _staff, ("desk_rooms",)),
        Entry("活动", "flag", ("desk_events",), _staff, ("desk_venues",)),
        Entry("走访", "map", ("desk_visits",), _staff),
    ),
    *_under(
        "政策与兑现",
        Entry("政策", "idea", ("desk_policies",), _staff),
        Entry("兑现", "plus", ("desk_grants",), _staff, ("desk_subsidies", "desk_reliefs", "desk_overlaps")),
    ),
    *_under(
        "数据与公开",
        Entry("统计", "chart", ("board:home", "board:overview", "board_home"), _staff),
        Entry("指标口径", "list", ("desk_measures",), may_read),
        Entry("绩效", "check", ("desk_plans",), performance.may_look),
        Entry("预算执行", "excel", ("desk_budget",), disclosure.may_look),
        Entry("决算公开", "excel", ("desk_accounts",), disclosure.may_look),
        Entry("预决算审核", "excel", ("examinations",), _staff),
    ),
    *_under(
        "系统",
        Entry("人员", "people", ("people_units",), _staff),
        Entry("设置", "settings", ("desk:settings",), _roles(Role.ADMINISTRATOR)),
        Entry(
            "运行",
            "sliders",
            ("desk_operations",),
            _roles(Role.ADMINISTRATOR, Role.AUDITOR),
            ("desk_calendar", "desk_models"),
        ),
        Entry("队列", "send", ("desk:outbox", "desk_outbox"), _roles(Role.ADMINISTRATOR, Role.AUDITOR)),
        Entry("证据", "shield", ("desk:evidence", "desk_evidence"), _roles(Role.ADMINISTRATOR, Role.AUDITOR)),
    ),
)


RUNS = (  # who has come only to run a building
    Entry("我的楼宇", "buildings", ("portal_buildings",), _staff),
    Entry("我的", "person", ("me",), _staff),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Hand each page its actor, person, way round and mode. Nothing is read until a page asks for it."""
    actor: Actor = getattr(request, "actor", VISITOR)
    return {
        "actor": actor,
        "person": SimpleLazyObject(lambda: identity(actor)),
        "nav": SimpleLazyObject(lambda: links(actor, request.path)),
        "demo": settings.DEMO,
        "now": getattr(request, "now", None),
    }


def links(actor: Actor, path: str) -> tuple[Link, ...]:
    """The way round for the actor, with the present place marked."""
    entries = RUNS if access.runs_only(actor) else DESK if actor.is_staff else PORTAL
    found = [(entry, url) for entry in entries if entry.sees(actor) and (url := _url(entry.names))]
    places = [
        (place, entry) for entry, url in found for place in (url, *(_url((name,)) or url for name in entry.covers))
    ]
    here = max((pair for pair in places if path.startswith(pair[0])), key=lambda pair: len(pair[0]), default=None)
    return tuple(
        Link(entry.label, entry.icon, url, here is not None and entry is here[1], entry.group) for entry, url in found
    )


def identity(actor: Actor) -> Identity:
    """Name and first unit of the actor."""
    own = next((post for post in actor.posts if post.for_account is None), None)
    unit = tree().units.get(own.unit) if own is not None else None
    return Identity(actor.name, unit.short_name if unit else "", actor.kind)


def home_of(actor: Actor) -> str:
    """Where a person begins after signing in."""
    if not actor.is_staff:
        return _url(PORTAL[0].names) or "/"
    if actor.has_role(Role.LEADER):
        return _url(("board:overview",) if may_read(actor) else ("board:home",))
    return next((link.url for link in links(actor, "")), "/")


@lru_cache(maxsize=256)
def _url(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
