"""When enterprises' present tenancies end, for monitoring: the last end of those that stand, where one is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Max

from qifu.domain.estate.models import Premises


def ends(enterprises: Sequence[int], on: date) -> dict[int, date]:
    """Enterprise → the day on which its last tenancy that stands ends; not those with one without an end. Two statements."""
    rows = Premises.objects.filter(enterprise__in=enterprises).order_by()
    staying = set(rows.filter(until=None).values_list("enterprise_id", flat=True))
    found = rows.filter(until__gte=on).values_list("enterprise_id").annotate(at=Max("until"))
    return {pk: at for pk, at in found if pk not in staying}
