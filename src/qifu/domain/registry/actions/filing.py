"""The file of an enterprise carried away as a document leaves evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.registry.access import enterprise_to_see
from qifu.domain.registry.actions.exporting import require_exporter
from qifu.kernel.actor import Actor
from qifu.kernel.evidence.actions import record


@transaction.atomic
def note_file(*, actor: Actor, now: datetime, enterprise: int) -> None:
    """Record that the file is about to be handed over. :raises Missing: not for this actor. :raises Forbidden: nor at all."""
    enterprise_to_see(actor, enterprise)
    require_exporter(actor)
    record(actor=actor, now=now, verb="enterprise.file", stream=f"registry.enterprise:{enterprise}")
