"""The figures that buildings prove: how many there are, and how much of who sits there is known."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from qifu.domain.estate.models import Building, Room, Tenancy
from qifu.domain.estate.moments import Moment, lasting, on
from qifu.domain.people import queries as people
from qifu.kernel.measures import DAY, Ask, Dimension, Measure, Source

BUILDINGS = Source("estate.building", "name", ("code", "name", "street_id", "area"))
TENANCIES = Source(
    "estate.tenancy",
    "building__name",
    ("key", "enterprise_id", "building_id", "floor_id", "room_id", "since", "until", "learnt_at", "dropped_at"),
    handle="building_id",
)
ROOMS = Source(
    "estate.room", "number", ("building_id", "floor_id", "number", "area", "since", "until"), handle="building_id"
)


def _streets() -> list[tuple[str, str]]:
    return [(str(unit.id), unit.short_name) for unit in people.units("street", closed=True)]


def _sitting(ask: Ask) -> QuerySet[Tenancy]:
    return Tenancy.objects.filter(on(Moment(ask.until, ask.at)))


DECLARED = (
    Measure(
        name="estate.buildings",
        label="楼宇数",
        unit="栋",
        over=DAY,
        definition="登记在册的楼宇。",
        source=BUILDINGS,
        rows=lambda ask: Building.objects.all(),
        dimensions=(Dimension("street", "街道", "street", _streets),),
    ),
    Measure(
        name="estate.rooms",
        label="房源数",
        unit="间",
        over=DAY,
        definition="截至当日存在的房间；分割或合并前的旧房间不计。",
        source=ROOMS,
        rows=lambda ask: Room.objects.filter(lasting(ask.until)),
        dimensions=(Dimension("street", "街道", "building__street", _streets),),
    ),
    Measure(
        name="estate.tenants_known",
        label="入驻企业掌握率",
        unit="%",
        over=DAY,
        definition="当日全部入驻记录中，入驻单位已对应到企业名录的比例；按统计时刻所掌握的情况计算。",
        source=TENANCIES,
        rows=_sitting,
        met=lambda ask: Q(enterprise__isnull=False),
        dimensions=(Dimension("street", "街道", "building__street", _streets),),
        recalls=True,
        better=1,
    ),
)
