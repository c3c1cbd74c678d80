"""Keep what the learned model had proposed beside what was chosen: the model's own figures."""

from __future__ import annotations

from datetime import datetime

from qifu.domain.appeals.models import Appeal, Suggestion
from qifu.domain.appeals.queries import suggest


def remember(appeal: Appeal, *, chosen: int, now: datetime) -> None:
    """Write the proposal of the moment and the unit that was chosen; nothing while no model is in use."""
    found = suggest.advice(appeal)
    if found.model:
        Suggestion.objects.update_or_create(
            appeal=appeal,
            defaults={"model": found.model, "ranked": found.as_json(), "chosen": chosen, "at": now},
        )
