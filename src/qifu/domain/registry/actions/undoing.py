"""A load taken back: the versions before it stand again, and what it alone had made is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.deletion import ProtectedError
from django.utils.timezone import localdate

from qifu.domain.registry.access import load_to_change, require_loader
from qifu.domain.registry.actions.loading import stream_of
from qifu.domain.registry.actions.reckoning import reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.weighing import silenced
from qifu.domain.registry.models import Enterprise, FormerName, Load, Mark, Pairing, Profile, SourceRow
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence.actions import Entry, record, record_many

BATCH, SLICE = 500, 1000
Clock = Callable[[], datetime]


def undo_load(*, actor: Actor, now: datetime, load: int) -> Load:
    """Let what stood before the load stand again, at once.

    Enterprises that it entered and that nothing else speaks of are removed; the telephone of an enterprise stays.

    :raises Conflict: not carried out, of no source, or a later list of the same source has been loaded since.
    """
    begin_undo(actor=actor, now=now, load=load)
    return carry_on_undo(actor=actor, clock=lambda: now, load=load)


@transaction.atomic
def begin_undo(*, actor: Actor, now: datetime, load: int) -> Load:
    """Begin to take a load back, or go on where that stopped; until it is done no list of the source can be loaded.

    :raises Conflict: as `undo_load`.
    """
    row = load_to_change(actor, load)
    if row.state != "undoing":
        _require_last(row)
        row.state, row.undone = "undoing", 0
        record(actor=actor, now=now, verb="load.undo_begin", stream=stream_of(row), content={"name": row.name})
    row.updated_at = now
    row.save()
    return row


def carry_on_undo(*, actor: Actor, clock: Clock, load: int, budget: timedelta | None = None) -> Load:
    """Take back a thousand rows a transaction until all are, or the budget of time is spent.

    Killed at any moment it goes on where it stood: what was taken back is not looked at again.
    """
    require_loader(actor)
    until = clock() + budget if budget is not None else None
    while True:
        row = _take_back(actor, clock(), load)
        if row.state != "undoing" or (until is not None and clock() >= until):
            return row


def _take_back(actor: Actor, now: datetime, load: int) -> Load:
    with transaction.atomic():
        row = load_to_change(actor, load)
        if row.state != "undoing":
            return row
        mine = list(SourceRow.objects.filter(load=row, gone_at=None).order_by("pk")[:SLICE])
        back = SourceRow.objects.filter(gone_load=row).exclude(load=row).order_by("pk")
        if mine:
            back = back.filter(source=row.source_id, row_key__in=[one.row_key for one in mine])
        again = list(back[:SLICE].values_list("pk", "enterprise_id"))
        if mine or again:
            _let_stand(row, mine, again, actor, now)
            row.undone += len(mine) or len(again)
        else:
            _close(row, actor, now)
        row.updated_at = now
        row.save()
    return row


def _let_stand(
    row: Load, mine: Sequence[SourceRow], again: Sequence[tuple[int, int | None]], actor: Actor, now: datetime
) -> None:
    touched = silenced((one.enterprise_id, one.values) for one in mine)
    for _, owner in again:
        if owner is not None:
            touched.setdefault(owner, set())
    SourceRow.objects.filter(pk__in=[one.pk for one in mine]).update(gone_at=now, gone_load=row)
    SourceRow.objects.filter(pk__in=[pk for pk, _ in again]).update(gone_at=None, gone_load=None)
    removed = _remove_made(row, [one.enterprise_id for one in mine if one.enterprise_id], actor, now)
    left = {pk: fields for pk, fields in touched.items() if pk not in removed}
    profiles = reckon_profiles(left, now)
    settle(profiles, actor=actor, now=now, facts={"load": row.pk, "undone": True}, silent=left, is_back=True)
    _settle_marks(profiles, localdate(row.started_at))


def _close(row: Load, actor: Actor, now: datetime) -> None:
    Pairing.objects.filter(row__load=row, state__in=["waiting", "later"]).update(state="gone", decided_at=now)
    row.state, row.ended_at = "undone", now
    told = {"rows": row.undone}
    record(actor=actor, now=now, verb="load.undo", stream=stream_of(row), facts=told, content={"name": row.name})


def _require_last(row: Load) -> None:
    if row.source_id is None:
        raise Conflict("这份名单没有登记来源，不能整批撤销。", state=row.state)
    if row.state not in ("done", "cancelled", "paused", "failed") or row.is_dry:
        raise Conflict(f"这份名单{row.state_label}，不能撤销。", state=row.state)
    later = Load.objects.filter(source=row.source_id, pk__gt=row.pk, is_dry=False)
    if later.exclude(state="undone").exists():
        raise Conflict("这个来源之后又导入过名单，请先撤销后一份。", state=row.state)


def _remove_made(row: Load, among: list[int], actor: Actor, now: datetime) -> set[int]:
    """Remove those of the enterprises that the load entered, where nobody else speaks of them or works with them."""
    others = SourceRow.objects.filter(enterprise=OuterRef("pk"), gone_at=None)
    made = Enterprise.objects.filter(~Exists(others), pk__in=among, entered_by=row, merged_into=None, merges_led=None)
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
