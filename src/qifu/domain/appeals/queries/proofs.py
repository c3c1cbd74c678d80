"""Whether the rows say what their histories say: looked at every night, all that is open and a thirtieth of the rest."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Mod

from qifu.domain.appeals import history
from qifu.domain.appeals.models import Appeal
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.evidence.models import Record

NIGHTS = 30  # in which every closed case comes round once
BATCH = 500


def tonight(now: datetime) -> QuerySet[Appeal]:
    """The cases whose turn it is."""
    night = now.astimezone(SHANGHAI).toordinal() % NIGHTS
    return Appeal.objects.annotate(night=Mod(F("pk"), NIGHTS)).filter(Q(is_open=True) | Q(night=night)).order_by("pk")


def contradictions(rows: QuerySet[Appeal]) -> list[str]:
    """The numbers of cases whose row is not what its history adds up to. Two statements a batch."""
    found, last = list[str](), 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        told = defaultdict[str, list[Record]](list)
        for record in _records([row.stream for row in batch]):
            told[record.stream].append(record)
        suspects = [row for row in batch if history.differs(row, told[row.stream])]
        found += [row.number for row in suspects if _is_bent(row.pk)]
    return found


def _is_bent(case: int) -> bool:
    """Look again while nobody can take a step: one may have been taken between the two readings."""
    with transaction.atomic():
        row = Appeal.objects.select_for_update().get(pk=case)
        return bool(history.differs(row, _records([row.stream])))


def _records(streams: list[str]) -> QuerySet[Record]:
    rows = Record.objects.filter(stream__in=streams).order_by("stream", "seq")
    return rows.only("stream", "seq", "facts")
