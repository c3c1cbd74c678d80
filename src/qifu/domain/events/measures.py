"""The figures that events prove: how many, who came, what they thought of it, whom they reach, and how rooms are used."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.events.models import Booking, Event, Opinion, Registration
from qifu.domain.people import queries as people
from qifu.domain.registry.access import visible as enterprises
from qifu.kernel.actor import SYSTEM
from qifu.kernel.measures import PERIOD, Ask, Dimension, Measure, Source

GOOD = 12  # of fifteen stars: four each
EVENTS = Source("events.event", "title", ("title", "kind", "host_id", "starts", "ends", "state"))
PEOPLE = Source("events.registration", "event__title", ("event_id", "enterprise_id", "state", "at"), handle="event_id")
OPINIONS = Source(
    "events.opinion",
    "registration__event__title",
    ("registration_id", "content", "order", "use", "total"),
    handle="registration__event_id",
)
ENTERPRISES = Source("registry.enterprise", "name", ("uscc", "name", "street_id", "status"))
BOOKINGS = Source(
    "events.booking", "venue__name", ("venue_id", "enterprise_id", "starts", "ends", "state"), handle="venue_id"
)


def _kinds() -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in Event.Kind.choices]


def _streets() -> list[tuple[str, str]]:
    return [(str(unit.id), unit.short_name) for unit in people.units("street", closed=True)]


def _held(ask: Ask) -> QuerySet[Event]:
    return Event.objects.filter(state="held", starts__gte=ask.begins, starts__lt=ask.ends)


def _there(ask: Ask) -> QuerySet[Registration]:
    return Registration.objects.filter(
        state="attended", event__state="held", event__starts__gte=ask.begins, event__starts__lt=ask.ends
    )


def _seated(ask: Ask) -> QuerySet[Registration]:
    return Registration.objects.filter(
        state__in=("attended", "no_show"),
        event__state="held",
        event__starts__gte=ask.begins,
        event__starts__lt=ask.ends,
    )


def _came(ask: Ask) -> Q:
    return Q(Exists(_there(ask).filter(enterprise=OuterRef("pk"))))


def _used(ask: Ask) -> QuerySet[Booking]:
    return Booking.objects.filter(state="used", enterprise__isnull=False, starts__gte=ask.begins, starts__lt=ask.ends)


def _opinions(ask: Ask) -> QuerySet[Opinion]:
    return Opinion.objects.filter(registration__event__starts__gte=ask.begins, registration__event__starts__lt=ask.ends)


_KIND = Dimension("kind", "类型", "kind", _kinds)
_OF_EVENT = (Dimension("kind", "类型", "event__kind", _kinds),)
DECLARED = (
    Measure(
        name="events.held",
        label="举办活动场次",
        unit="场",
        over=PERIOD,
        definition="期间内开始、已经举办的活动；取消的不计。",
        source=EVENTS,
        rows=_held,
        dated="starts",
        dimensions=(_KIND,),
        better=1,
    ),
    Measure(
        name="events.participants",
        label="活动参加人次",
        unit="人次",
        over=PERIOD,
        definition="期间内举办的活动中，在现场签到的人次；报名而没有签到的不计。",
        source=PEOPLE,
        rows=_there,
        dated="event__starts",
        dimensions=_OF_EVENT,
        better=1,
    ),
    Measure(
        name="events.turnout",
        label="活动到场率",
        unit="%",
        over=PERIOD,
        definition="期间内举办的活动中，有名额的报名里签到的比例；取消报名的不计。",
        source=PEOPLE,
        rows=_seated,
        met=lambda ask: Q(state="attended"),
        dated="event__starts",
        dimensions=_OF_EVENT,
        better=1,
    ),
    Measure(
        name="events.satisfied",
        label="活动满意率",
        unit="%",
        over=PERIOD,
        definition="期间内举办的活动收到的评价中，内容、组织、收获三项平均在四星以上的比例；没有评价的不计。",
        source=OPINIONS,
        rows=_opinions,
        met=lambda ask: Q(total__gte=GOOD),
        dated="registration__event__starts",
        dimensions=(Dimension("kind", "类型", "registration__event__kind", _kinds),),
        better=1,
    ),
    Measure(
        name="events.reach",
        label="活动覆盖企业率",
        unit="%",
        over=PERIOD,
        definition="存续企业中，期间内至少有一人到场参加过一场活动的比例；同一家只算一次。",
        source=ENTERPRISES,
        rows=lambda ask: enterprises(SYSTEM).filter(merged_into=None, status="open"),
        met=_came,
        dimensions=(Dimension("street", "街道", "street", _streets),),
        better=1,
    ),
    Measure(
        name="events.enterprises",
        label="活动参加企业数",
        unit="家",
        over=PERIOD,
        definition="期间内至少有一人到场参加过一场活动的企业；同一家只算一次。",
        source=ENTERPRISES,
        rows=lambda ask: enterprises(SYSTEM).filter(_came(ask)),
        dimensions=(Dimension("street", "街道", "street", _streets),),
        better=1,
    ),
    Measure(
        name="events.venue_visits",
        label="场地服务企业次数",
        unit="次",
        over=PERIOD,
        definition="期间内企业预约并实际使用共享场地的次数；未到和取消的不计。",
        source=BOOKINGS,
        rows=_used,
        dated="starts",
        better=1,
    ),
)
