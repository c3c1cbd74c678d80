"""Who sits in the same rooms as an enterprise, for its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet

from qifu.domain.estate.models import Tenancy
from qifu.domain.estate.moments import Moment
from qifu.domain.estate.moments import on as standing


def neighbours(enterprise: int, on: date) -> QuerySet[Tenancy, Any]:
    """The other enterprises with a tenancy of the same room on the day, as a subquery of ids; asks nothing by itself."""
    here = Tenancy.objects.filter(standing(Moment(on)), enterprise=enterprise, room__isnull=False).values("room")
    rows = Tenancy.objects.filter(standing(Moment(on)), room__in=here, enterprise__isnull=False)
    return rows.exclude(enterprise=enterprise).values("enterprise")
