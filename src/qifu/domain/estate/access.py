"""Who sees and keeps buildings, and the doors: fetch and authorise in one function.

| what                                   | who                                                                          |
|----------------------------------------|------------------------------------------------------------------------------|
| buildings, rooms, figures              | all of the staff; who only runs buildings: the own ones                      |
| names of tenants                       | the staff as far as they see the enterprise; who runs the building: all      |
| rooms to let                           | everybody                                                                    |
| rooms and tenancies                    | who keeps it by office (below), and who runs the building                    |
| confirming each half-year              | who runs the building; whoever may enter tenancies                           |
| rounds on the spot                     | who keeps it by office: dispatcher, supervisor of the centre; administrator; |
|                                        | handler, specialist of the street                                            |
| granting the right to run a building   | dispatcher, supervisor of the centre; administrator                          |
| lists of tenants, the directory        | dispatcher, supervisor of the centre; administrator (the directory: only the last) |
| carrying a list away                   | all of the staff who see it; it leaves a record                              |
"""

from __future__ import annotations

from qifu.domain.estate.models import Building, Mandate, Room, Round, Tenancy, TenantList
from qifu.domain.registry.access import streets_of
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Missing

_CLERKS = (Role.DISPATCHER, Role.SUPERVISOR)
_NEAR = (Role.HANDLER, Role.SPECIALIST)
NO_BUILDING = "没有这栋楼宇，可能已被移除，请返回列表重新选择。"
NO_ROOM = "没有这个房间，可能已被移除，请返回楼宇重新选择。"


def runs_only(actor: Actor) -> bool:
    """Whether the actor has come only to run buildings, and is no official."""
    return actor.is_staff and bool(actor.posts) and all(post.role == Role.BUILDING_MANAGER for post in actor.posts)


def managed(actor: Actor) -> frozenset[int]:
    """The buildings that the actor answers for. One query."""
    if not actor.is_staff or actor.account is None:
        return frozenset()
    return frozenset(
        Mandate.objects.filter(account=actor.account, until__isnull=True).values_list("building_id", flat=True)
    )


def is_clerk(actor: Actor) -> bool:
    """Whether the actor keeps the buildings of the whole district."""
    own = any(post.role in _CLERKS and post.unit_kind == "centre" for post in actor.posts)
    return actor.kind == "system" or (actor.is_staff and (own or actor.has_role(Role.ADMINISTRATOR)))


def may_visit(actor: Actor, building: Building) -> bool:
    """Whether the actor keeps this building by office: of the centre, or of its street."""
    if is_clerk(actor):
        return True
    return actor.is_staff and actor.has_role(*_NEAR) and building.street_id in streets_of(actor)


def may_keep(actor: Actor, building: Building) -> bool:
    """Whether the actor may enter, end and correct tenancies here."""
    return may_visit(actor, building) or building.pk in managed(actor)


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: neither an official nor the system."""
    if actor.kind != "system" and (not actor.is_staff or runs_only(actor)):
        raise Forbidden("这里只对工作人员开放。")


def require_clerk(actor: Actor) -> None:
    """:raises Forbidden: the actor does not keep the buildings of the whole district."""
    if not is_clerk(actor):
        raise Forbidden("只有中心的调度员、督办员和管理员可以办理，请联系企业服务中心。")


def require_keeper(actor: Actor) -> None:
    """:raises Forbidden: the actor does not keep the directory."""
    if actor.kind != "system" and not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以维护楼宇目录。")


def building_to_see(actor: Actor, number: int) -> Building:
    """:raises Missing: there is none. :raises Forbidden: not of the staff."""
    require_staff(actor)
    return _found(Building.objects.filter(pk=number).first())


def building_to_run(actor: Actor, number: int, *, lock: bool = False) -> Building:
    """Fetch a building that the actor answers for.

    :raises Missing: there is none, or it is somebody else's; both answer alike.
    """
    rows = Building.objects.select_for_update() if lock else Building.objects.all()
    found = rows.filter(pk=number).first()
    if found is None or not (found.pk in managed(actor) or may_visit(actor, found)):
        raise Missing("没有这栋楼宇，或您没有它的运营授权。")
    return found


def building_to_visit(actor: Actor, number: int) -> Building:
    """Fetch and lock a building for somebody who keeps it by office."""
    require_staff(actor)
    row = _found(Building.objects.select_for_update().filter(pk=number).first())
    if not may_visit(actor, row):
        raise Forbidden("只有中心和这栋楼宇所在街道的工作人员可以办理。")
    return row


def room_to_see(actor: Actor, number: int) -> Room:
    """:raises Missing: there is none. :raises Forbidden: not of the staff."""
    require_staff(actor)
    row = Room.objects.select_related("building", "floor__tower").filter(pk=number).first()
    if row is None:
        raise Missing(NO_ROOM)
    return row


def room_to_keep(actor: Actor, number: int, *, lock: bool = True) -> Room:
    """Fetch, and usually lock, a room whose tenancies or facts are to change.

    :raises Missing: there is none, or it stands in a building that is not this manager's.
    :raises Forbidden: an official of elsewhere.
    """
    _require_hand(actor)
    rows = Room.objects.select_for_update(of=("self",)) if lock else Room.objects.all()
    row = rows.select_related("building", "floor__tower").filter(pk=number).first()
    if row is None or (runs_only(actor) and not may_keep(actor, row.building)):
        raise Missing(NO_ROOM)
    if not may_keep(actor, row.building):
        raise Forbidden("只有中心、这栋楼宇所在街道的工作人员和它的运营方可以修改。")
    return row


def standing_room(actor: Actor, number: int) -> Room:
    """A room that is to be split or joined, not locked.

    :raises Missing, Forbidden: as `room_to_keep`. :raises Conflict: it has been split or joined already.
    """
    row = room_to_keep(actor, number, lock=False)
    if row.until is not None:
        raise Conflict("这个房间已经拆分或合并，请在新的房间里办理。")
    return row


def tenancy_to_keep(actor: Actor, number: int, *, lock: bool = True) -> Tenancy:
    """Fetch, and usually lock, what is believed of a tenancy; its number is that of what the actor saw.

    :raises Missing: there is none that this actor may change; both answer alike.
    :raises Conflict: somebody has corrected it meanwhile.
    """
    _require_hand(actor)
    rows = Tenancy.objects.select_for_update(of=("self",)) if lock else Tenancy.objects.all()
    row = rows.select_related("building", "room").filter(pk=number).first()
    if row is None or not may_keep(actor, row.building):
        raise Missing("没有这条入驻记录，或您不能修改它。")
    if row.dropped_at is not None:
        raise Conflict("这条入驻记录刚被别人改过，请刷新页面后再办。")
    return row


def round_to_see(actor: Actor, number: int, *, lock: bool = False) -> Round:
    """:raises Missing: there is none. :raises Forbidden: not of the staff."""
    require_staff(actor)
    rows = Round.objects.select_for_update(of=("self",)) if lock else Round.objects.all()
    row = rows.select_related("building").filter(pk=number).first()
    if row is None:
        raise Missing("没有这次核验，请返回楼宇重新选择。")
    return row


def round_to_note(actor: Actor, number: int) -> Round:
    """Fetch and lock a round on the spot that the actor goes.

    :raises Forbidden: somebody else goes it. :raises Conflict: it has ended.
    """
    row = round_to_see(actor, number, lock=True)
    if row.kind != Round.Kind.SPOT or row.account_id != actor.account:
        raise Forbidden("这次核验由另一位同事进行，请自己新开一次。")
    if row.ended_at is not None:
        raise Conflict("这次核验已经结束，请新开一次。")
    return row


def mandate_to_end(actor: Actor, number: int) -> Mandate:
    """Fetch and lock a mandate in force."""
    require_clerk(actor)
    row = Mandate.objects.select_for_update().filter(pk=number, until__isnull=True).first()
    if row is None:
        raise Missing("没有这条运营授权，可能已被收回。")
    return row


def list_to_see(actor: Actor, number: int, *, lock: bool = False) -> TenantList:
    """Fetch a list of tenants."""
    require_clerk(actor)
    rows = TenantList.objects.select_for_update() if lock else TenantList.objects.all()
    row = rows.filter(pk=number).first()
    if row is None:
        raise Missing("没有这份名单，请返回列表重新选择。")
    return row


def _require_hand(actor: Actor) -> None:
    """:raises Forbidden: neither of the staff nor somebody who runs buildings."""
    if actor.kind != "system" and not actor.is_staff:
        raise Forbidden("这里只对工作人员和楼宇运营方开放。")


def _found(row: Building | None) -> Building:
    if row is None:
        raise Missing(NO_BUILDING)
    return row
