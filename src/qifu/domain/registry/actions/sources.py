"""The sources themselves: entered once, changed by the administrator, each change with evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from qifu.domain.registry.access import require_loader, source_to_change
from qifu.domain.registry.known_sources import BY_CODE, KNOWN, Known
from qifu.domain.registry.models import Profile, Source, SourceRow
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


@transaction.atomic
def change_source(
    *, actor: Actor, now: datetime, source: int, authority: int, freshness: int, may_tell: bool
) -> Source:
    """Say anew how far a source is believed, how long its values are fresh, and whether its telephones may be used.

    What stands is judged again in the night, of every enterprise of which the source speaks.
    :raises Forbidden: not the administrator or the supervisor of the centre. :raises Missing: there is none.
    :raises Invalid: out of bounds.
    """
    row = source_to_change(actor, source)
    if not 0 <= authority <= 100:
        raise Invalid("可信度请填 0 至 100 的整数。", {"authority": "请填 0 至 100"})
    if not 1 <= freshness <= 3650:
        raise Invalid("有效天数请填 1 至 3650 的整数。", {"freshness": "请填 1 至 3650"})
    before = {"authority": row.authority, "freshness": row.freshness, "may_tell": row.may_tell}
    after = {"authority": authority, "freshness": freshness, "may_tell": may_tell}
    if before == after:
        return row
    if (row.authority, row.freshness) != (authority, freshness):
        spoken = SourceRow.objects.filter(source=row, gone_at=None, enterprise=OuterRef("pk"))
        Profile.objects.filter(Exists(spoken)).update(review_on=localdate(now))
    row.authority, row.freshness, row.may_tell = authority, freshness, may_tell
    row.save(update_fields=["authority", "freshness", "may_tell"])
    record(actor=actor, now=now, verb="source.change", stream=f"registry.source:{row.pk}", before=before, after=after)
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
            "may_tell": known.may_tell,
        },
    )
    if made:
        facts = {"code": row.code, "authority": row.authority, "freshness": row.freshness, "kind": row.kind}
        record(actor=actor, now=now, verb="source.enter", stream=f"registry.source:{row.pk}", facts=facts)
    return row
