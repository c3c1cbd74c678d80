"""Who sees and keeps events and venues, and the doors: fetch and authorise in one function.

| what                                        | who                                                              |
|---------------------------------------------|------------------------------------------------------------------|
| an event that was published                 | everybody                                                        |
| a draft; figures, money, who comes          | all officials                                                    |
| making and keeping an event                 | dispatcher, supervisor of the centre; handler, supervisor of the host unit |
| letting in at the door                      | the same, and specialists                                        |
| a ticket                                    | who registered                                                   |
| venues: keeping, deciding                   | dispatcher, supervisor of the centre                             |
| asking for a venue                          | an enterprise for itself; officials                              |
| nothing of the desk                         | whoever runs buildings and nothing else                          |
"""

from __future__ import annotations

from django.db.models import QuerySet

from qifu.domain.estate.access import runs_only
from qifu.domain.events.models import Booking, Event, Registration, Venue
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing

CLERKS = (Role.DISPATCHER, Role.SUPERVISOR)
KEEPERS = (Role.HANDLER, Role.SUPERVISOR, Role.DISPATCHER)
CARRIERS = (*KEEPERS, Role.SPECIALIST, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
NO_EVENT = "没有这个活动，或它还没有发布。请从活动列表进入。"
NO_VENUE = "没有这个场地，请从场地列表进入。"


def is_official(actor: Actor) -> bool:
    """Whether the actor works in an office, and not only in a building."""
    return actor.is_staff and bool(actor.posts) and not runs_only(actor)


def require_official(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if actor.kind != "system" and not is_official(actor):
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


def is_clerk(actor: Actor) -> bool:
    """Whether the actor keeps the events and venues of the whole district."""
    return actor.kind == "system" or any(p.role in CLERKS and p.unit_kind == "centre" for p in actor.posts)


def hosts(actor: Actor) -> frozenset[int]:
    """The units for which the actor makes events."""
    return actor.units(*KEEPERS) if is_official(actor) else frozenset()


def may_make(actor: Actor) -> bool:
    return is_clerk(actor) or bool(hosts(actor))


def keeps(actor: Actor, event: Event) -> bool:
    return is_clerk(actor) or event.host_id in hosts(actor)


def may_let_in(actor: Actor, event: Event) -> bool:
    return keeps(actor, event) or (is_official(actor) and actor.has_role(Role.SPECIALIST))


def require_maker(actor: Actor, host: int) -> None:
    """:raises Forbidden: the actor does not make events of the unit."""
    if not (is_clerk(actor) or host in hosts(actor)):
        raise Forbidden("只有中心的调度员、督办员和主办单位的承办人、督办员可以办理。")


def public() -> QuerySet[Event]:
    """The events that everybody may see."""
    return Event.objects.exclude(state="draft")


def event_for_all(number: int) -> Event:
    """:raises Missing: there is none, or it was not published."""
    row = public().select_related("venue").filter(pk=number).first()
    if row is None:
        raise Missing(NO_EVENT)
    return row


def event_to_see(actor: Actor, number: int) -> Event:
    """:raises Forbidden: not of the staff. :raises Missing: there is none."""
    require_official(actor)
    row = Event.objects.select_related("venue").filter(pk=number).first()
    if row is None:
        raise Missing(NO_EVENT)
    return row


def event_to_keep(actor: Actor, number: int, *, lock: bool = True) -> Event:
    """:raises Missing: there is none. :raises Forbidden: not the actor's to keep."""
    row = event_to_see(actor, number) if actor.kind != "system" else None
    if lock or row is None:
        row = locked(number)
    require_maker(actor, row.host_id)
    return row


def event_to_let_in(actor: Actor, number: int, *, lock: bool = False) -> Event:
    """:raises Missing: there is none. :raises Forbidden: not of those who stand at the door."""
    row = event_to_see(actor, number)
    if not may_let_in(actor, row):
        raise Forbidden("只有主办单位、中心和服务专员可以办理签到。")
    return locked(number) if lock else row


def locked(number: int) -> Event:
    """The event under a lock: whoever changes its places holds it first.

    :raises Missing: there is none.
    """
    row = Event.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise Missing(NO_EVENT)
    return row


def ticket_of(actor: Actor, code: str) -> Registration:
    """:raises Missing: there is none, or somebody else's; both answer alike."""
    row = None
    if actor.is_contact and actor.account is not None:
        row = Registration.objects.select_related("event__venue").filter(code=code, account=actor.account).first()
    if row is None:
        raise Missing("没有这张报名票，或它不是您的。请从“我的活动”进入。")
    return row


def venue_to_see(number: int) -> Venue:
    """:raises Missing: there is none."""
    row = Venue.objects.filter(pk=number).first()
    if row is None:
        raise Missing(NO_VENUE)
    return row


def venue_to_keep(actor: Actor, number: int | None = None) -> Venue | None:
    """:raises Forbidden: not the actor's to keep. :raises Missing: there is none."""
    require_official(actor)
    if not is_clerk(actor):
        raise Forbidden("只有中心的调度员和督办员可以维护场地、审批预约。")
    return None if number is None else venue_to_see(number)


def booking_relations(actor: Actor, row: Booking) -> frozenset[str]:
    """What the actor is to the booking."""
    found = set()
    if is_clerk(actor):
        found.add("keeper")
    is_own = row.account_id == actor.account or row.unit_id in hosts(actor)
    if actor.account is not None and is_own:
        found.add("own")
    return frozenset(found)


def booking_to_change(actor: Actor, number: int) -> Booking:
    """Fetch and lock.

    :raises Missing: there is none, or it is no business of the actor; both answer alike.
    """
    row = Booking.objects.select_for_update(of=("self",)).select_related("venue").filter(pk=number).first()
    if row is None or not booking_relations(actor, row):
        raise Missing("没有这个预约，或您无权办理。")
    return row
