"""What monitoring is told of enterprises by their cases: complaints of late, and when they were last heard. No names, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from qifu.domain.appeals.models import Appeal

GRIEVANCES = ("complaint", "petition")
SPAN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Heard:
    """Complaints and petitions of the last ninety days and of the ninety before, and the last case of any kind."""

    complaints: int
    before: int
    last_at: datetime | None


def heard(enterprises: Sequence[int], now: datetime) -> dict[int, Heard]:
    """Of those that ever raised a case; for the nightly look alone, which sees everything. One statement."""
    recent = Q(kind__in=GRIEVANCES, submitted_at__gt=now - SPAN)
    earlier = Q(kind__in=GRIEVANCES, submitted_at__gt=now - 2 * SPAN, submitted_at__lte=now - SPAN)
    rows = (
        Appeal.objects.filter(enterprise__in=enterprises, submitted_at__lte=now)
        .order_by()
        .values_list("enterprise_id")
        .annotate(n=Count("pk", filter=recent), m=Count("pk", filter=earlier), at=Max("submitted_at"))
    )
    return {pk: Heard(n, m, at) for pk, n, m, at in rows}
