"""When enterprises' present tenancies end, for monitoring: the last end of those that stand, where one is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Max
from django.db.models.functions import Coalesce

from qifu.domain.estate.models import Tenancy
from qifu.domain.estate.moments import Moment
from qifu.domain.estate.moments import on as standing


def ends(enterprises: Sequence[int], on: date) -> dict[int, date]:
    """Enterprise → the day on which its last tenancy that stands ends, or its lease; not those with one without an end.

    Two statements.
    """
    rows = Tenancy.objects.filter(standing(Moment(on)), enterprise__in=enterprises).order_by()
    staying = set(rows.filter(until=None, lease_until=None).values_list("enterprise_id", flat=True))
    found = rows.values_list("enterprise_id").annotate(at=Max(Coalesce("until", "lease_until")))
    return {pk: at for pk, at in found if pk is not None and at is not None and pk not in staying and at >= on}
