"""The sources themselves: entered once, changed by the administrator, each change with evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qifu.domain.registry.access import require_loader
from qifu.domain.registry.known_sources import BY_CODE, KNOWN, Known
from qifu.domain.registry.models import Source
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.evidence.actions import record


@transaction.atomic
def enter_known_sources(*, actor: Actor, now: datetime) -> int:
    """Enter the sources that every district has; those that are there stay as they are."""
    require_loader(actor)
    held = set(Source.objects.values_list("code", flat=True))
    missing = [known for known in KNOWN if known.code not in held]
    for known in missing:
        _enter(known, actor, now)
    return len(missing)


def source_of(code: str, now: datetime) -> Source:
    """The source with the code; a known one is entered when it is first needed, inside the caller's transaction."""
    row = Source.objects.filter(code=code).first()
    return row if row is not None else _enter(BY_CODE[code], SYSTEM, now)


def list_source(code: str, now: datetime) -> Source:
    """The source whose list is loaded. :raises Invalid: there is none, or it is no list."""
    with transaction.atomic():
        held = Source.objects.filter(code=code).first()
        row = source_of(code, now) if held is None and code in BY_CODE else held
    if row is None or row.kind != "list" or not row.is_active:
        raise Invalid("没有这个来源，请重新选择名单的来源。", {"source": "请选择来源"})
    return row


def _enter(known: Known, actor: Actor, now: datetime) -> Source:
    row, made = Source.objects.get_or_create(
        code=known.code,
        defaults={
            "name": known.name,
            "kind": known.kind,
            "authority": known.authority,
            "freshness": known.freshness,
            "strengths": dict(known.strengths),
            "absent": dict(known.absent),
        },
    )
    if made:
        facts = {"code": row.code, "authority": row.authority, "freshness": row.freshness, "kind": row.kind}
        record(actor=actor, now=now, verb="source.enter", stream=f"registry.source:{row.pk}", facts=facts)
    return row
