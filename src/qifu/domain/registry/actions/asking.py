"""A form that asks for what is held and fresh says why; each exception is kept and counted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from qifu.domain.registry.access import enterprise_to_see
from qifu.domain.registry.asking import ask
from qifu.domain.registry.models import Asking
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import record


@transaction.atomic
def note_asking(*, actor: Actor, now: datetime, form: str, enterprise: int, field: str, reason: str) -> Asking | None:
    """Record that a form asks again; None when the field may be asked for anyhow.

    :raises Invalid: no reason.
    """
    enterprise_to_see(actor, enterprise)
    if field not in ask(enterprise, [field], localdate(now)).held:
        return None
    if len(reason.strip()) < 4:
        raise Invalid("这一项已有有效数据，再次询问请写明原因（至少四个字）。", {"reason": "请写明原因"})
    row = Asking.objects.create(
        form=form[:60], enterprise_id=enterprise, field=field, reason=reason.strip()[:300], asked_by_id=actor.account,
        asked_at=now,
    )  # fmt: skip
    facts = {"form": row.form, "field": field}
    stream = f"registry.enterprise:{enterprise}"
    record(
        actor=actor, now=now, verb="enterprise.ask_again", stream=stream, facts=facts, content={"reason": row.reason}
    )
    return row
