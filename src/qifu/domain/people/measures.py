"""The figures that the house proves: where it serves, and by whom."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.domain.people.models import Account, Membership, Unit
from qifu.kernel.actor import Role
from qifu.kernel.measures import DAY, Ask, Measure, Source

UNITS = Source("people.unit", "name", ("code", "name", "kind", "parent_id", "is_active"))
ACCOUNTS = Source("people.account", "pk", ("kind", "is_active"))  # no name: a digest of it could be guessed back


def _specialists(ask: Ask) -> QuerySet[Account]:
    held = Membership.objects.filter(
        Q(until=None) | Q(until__gt=ask.ends), account=OuterRef("pk"), role=Role.SPECIALIST, since__lt=ask.ends
    )
    return Account.objects.filter(Exists(held), is_active=True)


DECLARED = (
    Measure(
        name="people.stations",
        label="服务站数",
        unit="个",
        over=DAY,
        definition="正在使用的服务站，不含中心和街道本级。",
        source=UNITS,
        rows=lambda ask: Unit.objects.filter(kind="station", is_active=True),
        better=1,
    ),
    Measure(
        name="people.specialists",
        label="服务专员数",
        unit="人",
        over=DAY,
        definition="当日担任服务专员、账号未停用的工作人员；在几处任职只计一人。",
        source=ACCOUNTS,
        rows=_specialists,
        better=1,
    ),
)
