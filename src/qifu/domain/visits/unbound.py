"""The enterprises that no specialist looks after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from qifu.domain.registry.access import visible as enterprises
from qifu.domain.visits.models import Binding
from qifu.kernel.actor import SYSTEM


def unbound(streets: Iterable[int]) -> QuerySet[Any]:
    """The open enterprises of these streets that nobody looks after, in the order in which they were entered."""
    held = Binding.objects.filter(enterprise=OuterRef("pk"), until__isnull=True)
    rows = enterprises(SYSTEM).filter(~Exists(held), street__in=list(streets), status="open", merged_into=None)
    return rows.order_by("pk")
