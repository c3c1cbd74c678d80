"""The figures that visits prove: how many, whom they reach, how fresh what is known is, and of what use they were."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry.access import visible as enterprises
from qifu.domain.registry.classes import in_class
from qifu.domain.visits.models import Fact, Need, Visit
from qifu.domain.visits.rules import KEY_EVERY
from qifu.kernel.actor import SYSTEM
from qifu.kernel.measures import DAY, PERIOD, Ask, Dimension, Measure, Source

VISITS = Source(
    "visits.visit",
    "number",
    (
        "number",
        "enterprise_id",
        "building_id",
        "street_id",
        "unit_id",
        "day",
        "state",
        "rule",
        "left_at",
        "reported_at",
    ),
    handle="number",
)
ENTERPRISES = Source("registry.enterprise", "name", ("uscc", "name", "street_id", "status"))
A_YEAR = 365  # days


def _streets() -> list[tuple[str, str]]:
    return [(str(unit.id), unit.short_name) for unit in people.units("street", closed=True)]


_STREET = (Dimension("street", "街道", "street", _streets),)


def _done(ask: Ask) -> QuerySet[Visit]:
    return Visit.objects.filter(state="done", left_at__gte=ask.begins, left_at__lt=ask.ends)


def _due(ask: Ask) -> QuerySet[Visit]:
    return Visit.objects.filter(day__gte=ask.since, day__lte=ask.until).exclude(state="cancelled")


def _of_use(ask: Ask) -> Q:
    case = Need.objects.filter(visit=OuterRef("pk"))
    proposal = Fact.objects.filter(visit=OuterRef("pk"), correction__isnull=False)
    return Q(Exists(case)) | Q(Exists(proposal))


def _open(ask: Ask) -> QuerySet[Any]:
    return enterprises(SYSTEM).filter(merged_into=None, status="open")


def _key(ask: Ask) -> QuerySet[Any]:
    """The key enterprises that exist still."""
    return in_class(enterprises(SYSTEM), "key")


def _seen(until: date, days: int) -> Q:
    found = Visit.objects.filter(
        enterprise=OuterRef("pk"), state="done", day__gt=until - timedelta(days=days), day__lte=until
    )
    return Q(Exists(found))


DECLARED = (
    Measure(
        name="visits.done",
        label="走访次数",
        unit="次",
        over=PERIOD,
        definition="期间内完成并有走访记录的走访，按离开时间计。",
        source=VISITS,
        rows=_done,
        dated="left_at",
        dimensions=_STREET,
        better=1,
    ),
    Measure(
        name="visits.buildings",
        label="走访楼宇次数",
        unit="次",
        over=PERIOD,
        definition="期间内完成的走访中，走访对象是楼宇的，按离开时间计。",
        source=VISITS,
        rows=lambda ask: _done(ask).filter(building__isnull=False),
        dated="left_at",
        dimensions=_STREET,
        better=1,
    ),
    Measure(
        name="visits.kept",
        label="走访计划完成率",
        unit="%",
        over=PERIOD,
        definition="计划日在期间内、没有取消的走访中，已经完成的比例；未成和还没有去的算没有完成。",
        source=VISITS,
        rows=_due,
        met=lambda ask: Q(state="done"),
        dated="day",
        dimensions=_STREET,
        better=1,
    ),
    Measure(
        name="visits.useful",
        label="走访有收获率",
        unit="%",
        over=PERIOD,
        definition="完成的走访中，带回诉求或企业信息更正的比例。",
        source=VISITS,
        rows=_done,
        met=_of_use,
        dated="left_at",
        dimensions=_STREET,
        better=1,
    ),
    Measure(
        name="visits.reach",
        label="走访覆盖率",
        unit="%",
        over=DAY,
        definition=f"存续企业中，截至当日 {A_YEAR} 天内走访过的比例；任何部门走访都算，同一家只算一次。",
        source=ENTERPRISES,
        rows=_open,
        met=lambda ask: _seen(ask.until, A_YEAR),
        dimensions=_STREET,
        better=1,
    ),
    Measure(
        name="visits.fresh",
        label="重点企业走访及时率",
        unit="%",
        over=DAY,
        definition=f"存续的重点企业中，截至当日 {KEY_EVERY} 天内走访过的比例。",
        source=ENTERPRISES,
        rows=_key,
        met=lambda ask: _seen(ask.until, KEY_EVERY),
        dimensions=_STREET,
        better=1,
    ),
)
