"""A load taken back: the versions before it stand again, and what it alone had made is gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.deletion import ProtectedError
from django.utils.timezone import localdate

from qifu.domain.registry.access import load_to_change
from qifu.domain.registry.actions.loading import stream_of
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.weighing import silenced
from qifu.domain.registry.models import Enterprise, FormerName, Load, Mark, Pairing, Profile, SourceRow
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence.actions import Entry, record, record_many

BATCH = 500


def undo_load(*, actor: Actor, now: datetime, load: int) -> Load:
    """Let what stood before the load stand again.

    Enterprises that it entered and that nothing else speaks of are removed; the telephone of an enterprise stays.

    :raises Conflict: not carried out, of no source, or a later list of the same source has been loaded since.
    """
    with transaction.atomic():
        row = load_to_change(actor, load)
        _require_last(row)
        begun = localdate(row.started_at)
        mine = list(SourceRow.objects.filter(load=row, gone_at=None).values_list("enterprise_id", "values"))
        back = SourceRow.objects.filter(gone_load=row).exclude(load=row)
        touched = silenced(mine)
        for owner in back.exclude(enterprise=None).values_list("enterprise_id", flat=True):
            touched.setdefault(owner, set())
        SourceRow.objects.filter(load=row, gone_at=None).update(gone_at=now, gone_load=row)
        SourceRow.objects.filter(pk__in=list(back.values_list("pk", flat=True))).update(gone_at=None, gone_load=None)
        Pairing.objects.filter(row__load=row, state__in=["waiting", "later"]).update(state="gone", decided_at=now)
        removed = _remove_made(row, actor, now)
        left = {pk: fields for pk, fields in touched.items() if pk not in removed}
        profiles = reckon_profiles(left, now)
        facts = {"load": row.pk, "undone": True}
        changed = settle(profiles, actor=actor, now=now, facts=facts, silent=left)
        _settle_marks(profiles, begun)
        row.state, row.updated_at = "undone", now
        row.save()
        told = {"removed": len(removed), "changed": changed, "rows": len(mine)}
        record(actor=actor, now=now, verb="load.undo", stream=stream_of(row), facts=told, content={"name": row.name})
    return row


def _require_last(row: Load) -> None:
    if row.source_id is None:
        raise Conflict("这份名单没有登记来源，不能整批撤销。", state=row.state)
    if row.state not in ("done", "cancelled", "paused", "failed") or row.is_dry:
        raise Conflict(f"这份名单{row.state_label}，不能撤销。", state=row.state)
    later = Load.objects.filter(source=row.source_id, pk__gt=row.pk, is_dry=False)
    if later.exclude(state="undone").exists():
        raise Conflict("这个来源之后又导入过名单，请先撤销后一份。", state=row.state)


def _remove_made(row: Load, actor: Actor, now: datetime) -> set[int]:
    """Remove the enterprises that the load entered, where nobody else speaks of them or works with them."""
    others = SourceRow.objects.filter(enterprise=OuterRef("pk"), gone_at=None)
    made = Enterprise.objects.filter(~Exists(others), entered_by=row, merged_into=None, merges_led=None)
    removed: set[int] = set()
    numbers = sorted(made.values_list("pk", flat=True))
    for start in range(0, len(numbers), BATCH):
        removed |= _removed(numbers[start : start + BATCH])
    names = {pk: {"load": row.pk} for pk in sorted(removed)}
    record_many(
        [Entry(actor, now, "enterprise.remove", f"registry.enterprise:{pk}", told) for pk, told in names.items()]
    )
    return removed


def _removed(numbers: list[int]) -> set[int]:
    """Try all at once; those that another room holds fast stay."""
    left = list(numbers)
    while left:
        try:
            with transaction.atomic():
                SourceRow.objects.filter(enterprise__in=left).update(enterprise=None)
                Mark.objects.filter(enterprise__in=left).delete()
                FormerName.objects.filter(enterprise__in=left).delete()
                Enterprise.objects.filter(pk__in=left).delete()
                return set(left)
        except ProtectedError as held:
            kept = {getattr(one, "enterprise_id", None) for one in held.protected_objects}
            if not kept & set(left):
                return set()
            left = [pk for pk in left if pk not in kept]
    return set()


def _settle_marks(profiles: list[Profile], begun: object) -> None:
    """Marks follow what stands: one that the load began was never held, one that it ended goes on."""
    for profile in profiles:
        marks = Mark.objects.filter(enterprise=profile.enterprise_id)
        for kind in Mark.Kind.values:
            is_held = profile.values.get(kind) is True
            live = marks.filter(kind=kind, until__isnull=True)
            if is_held and not live.exists():
                last = marks.filter(kind=kind, until__gte=begun).order_by("-pk").first()
                if last is not None:
                    marks.filter(pk=last.pk).update(until=None)
            elif not is_held:
                live.filter(since__gte=begun).delete()
