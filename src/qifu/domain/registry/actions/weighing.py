"""A row of a source beside what others say: only what would stand changes the enterprise; all of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from qifu.domain.people import queries as people
from qifu.domain.registry.actions.holding import Incoming, put_rows
from qifu.domain.registry.actions.planning import KEPT, Plan
from qifu.domain.registry.actions.reckoning import believed, reckon_profiles
from qifu.domain.registry.actions.settling import settle
from qifu.domain.registry.actions.sources import source_of
from qifu.domain.registry.models import Enterprise, Load, Profile, Source, SourceRow
from qifu.domain.registry.profiles import Said, plain, reckon
from qifu.domain.registry.reading import Row
from qifu.kernel.actor import Actor

NEW = 2**62  # stands for the row that has no number yet
NOWHERE = frozenset({"phone"})  # sealed with the enterprise, never among the values of a row


@dataclass(frozen=True, slots=True)
class Weighing:
    """The source of a load, the day of which it speaks, and how streets are called."""

    source: Source
    as_of: date
    streets: dict[int, str]


def weighing_of(load: Load, now: datetime) -> Weighing | None:
    """None for a list that belongs to no source."""
    if load.source is None:
        return None
    streets = {unit.id: unit.short_name for unit in people.units("street", closed=True)}
    return Weighing(load.source, load.as_of or localdate(now), streets)


def key_of(row: Row) -> str:
    """What makes it the same row in the next list: the code, else the name."""
    return row.uscc or row.name


def values_of(row: Row, streets: dict[int, str], enterprise: Enterprise | None) -> dict[str, object]:
    """What the row says, as rows of sources keep it.

    Without a code, a name that is not the enterprise's own says how the source writes it, and no more.
    """
    own = row.uscc is not None or (enterprise is not None and enterprise.name == row.name)
    said: dict[str, object] = {"name" if own else "written": row.name}
    if row.uscc:
        said["uscc"] = row.uscc
    if row.typed_code:
        said["typed_code"] = row.typed_code
    for name, value in row.values.items():
        if name == "street_id" and isinstance(value, int):
            said["street"] = streets[value]
        elif name not in NOWHERE:
            said[name] = plain(value)
    said.update(row.marks)
    return said | ({"former_names": "；".join(row.former)} if row.former else {})


def weigh(plans: Sequence[Plan], how: Weighing, now: datetime) -> None:
    """Take out of the plans what would not stand against other sources."""
    known = {plan.enterprise.pk: plan for plan in plans if plan.enterprise is not None and not plan.problem}
    said = _said(known, how, now)
    sources, complete = believed()
    for pk, plan in known.items():
        values = values_of(plan.row, how.streets, plan.enterprise)
        incoming = Said(NEW, how.source.pk, how.as_of, now.timestamp(), values)
        stands = reckon([*said.get(pk, ()), incoming], complete, sources, localdate(now)).stands
        mine = {name for name in values if stands.get(name, [0])[0] == NEW}
        plan.changes = {
            name: change
            for name, change in plan.changes.items()
            if name in ("uscc", "phone") or ("street" if name == "street_id" else name) in mine
        }
        plan.begun = tuple(kind for kind in plan.begun if kind in mine)
        plan.ended = tuple(mark for mark in plan.ended if mark.kind in mine)
        if "name" not in mine:
            plan.former = tuple(name for name in plan.former if name in plan.row.former)


def _said(known: dict[int, Plan], how: Weighing, now: datetime) -> dict[int, list[Said]]:
    """What the other rows of the enterprises say; where none speaks yet, what the registry holds."""
    found: dict[int, list[Said]] = {}
    rows = SourceRow.objects.filter(enterprise__in=list(known), gone_at=None, source__is_active=True)
    base = source_of("registry", now)
    for pk, owner, source, key, as_of, learned, values, days in rows.values_list(
        "pk", "enterprise_id", "source_id", "row_key", "as_of", "learned_at", "values", "days"
    ):
        mine = found.setdefault(owner, [])
        if source != how.source.pk or key != key_of(known[owner].row):
            mine.append(Said(pk, source, as_of, learned.timestamp(), values, days))
    for owner in set(known) - set(found):
        row = known[owner].enterprise
        if row is not None:
            values = _held(row, how.streets)
            found[owner] = [Said(0, base.pk, localdate(row.updated), row.updated.timestamp(), values)]
    return found


def _held(row: Enterprise, streets: dict[int, str]) -> dict[str, object]:
    """What the registry holds of an enterprise of which no source has spoken yet."""
    names = ("name", "uscc", *sorted(KEPT - NOWHERE - {"street_id"}))
    said: dict[str, object] = {name: plain(getattr(row, name)) for name in names}
    said["street"] = streets.get(row.street_id or 0, "")
    return {name: value for name, value in said.items() if value not in (None, "")}


def keep_base(plans: Sequence[Plan], how: Weighing, now: datetime) -> None:
    """Before a source first speaks of an enterprise, keep what the registry holds: an undoing goes back to it."""
    rows = {plan.enterprise.pk: plan.enterprise for plan in plans if plan.enterprise is not None and not plan.problem}
    spoken = set(SourceRow.objects.filter(enterprise__in=list(rows)).values_list("enterprise_id", flat=True))
    fresh = [
        Incoming(f"registry:{pk}", _held(row, how.streets), localdate(row.updated), pk)
        for pk, row in rows.items()
        if pk not in spoken
    ]
    if fresh:
        put_rows(source=source_of("registry", now), rows=fresh, now=now)


def keep(
    load: Load, plans: Sequence[Plan], unlinked: Sequence[Row], how: Weighing, actor: Actor, now: datetime
) -> None:
    """Keep what the rows say and draw what stands; `unlinked` are rows of which nobody knows yet whose they are."""
    rows = [_incoming(p.row, how, p.target) for p in plans if not p.problem]
    rows += [_incoming(row, how, None) for row in unlinked]
    diff = put_rows(source=how.source, rows=rows, now=now, load=load, is_dry=load.is_dry)
    load.rows_new += diff.new
    load.rows_changed += diff.changed
    load.rows_same += diff.same
    if load.is_dry:
        return
    settle(reckon_profiles(diff.enterprises, now), actor=actor, now=now, facts={"load": load.pk})


def _incoming(row: Row, how: Weighing, enterprise: Enterprise | None) -> Incoming:
    pk = enterprise.pk if enterprise else None
    return Incoming(key_of(row), values_of(row, how.streets, enterprise), how.as_of, pk, row.number)


def end_complete(load: Load, how: Weighing, actor: Actor, now: datetime) -> None:
    """What stood on the source's list and is not on this one, which is complete, is gone from it."""
    rows = SourceRow.objects.filter(source=how.source, gone_at=None).exclude(
        Exists(Load.objects.filter(pk=OuterRef("seen_load"), pk__gte=load.pk))
    )
    if load.is_dry:
        held = SourceRow.objects.filter(source=how.source, gone_at=None).count()
        load.rows_gone = max(held - load.rows_same - load.rows_changed, 0)
        return
    gone = list(rows.values_list("pk", "enterprise_id", "values"))
    SourceRow.objects.filter(pk__in=rows.values("pk")).update(gone_at=now, gone_load=load)
    load.rows_gone = len(gone)
    silent = silenced((owner, values) for _, owner, values in gone)
    settle(reckon_profiles(silent, now), actor=actor, now=now, facts={"load": load.pk, "gone": True}, silent=silent)
    if how.source.absent and how.source.complete_on is None:  # everybody else is now known not to be on it
        Profile.objects.update(review_on=localdate(now))
    Source.objects.filter(pk=how.source.pk).update(complete_on=how.as_of)


def silenced(gone: Iterable[tuple[int | None, Mapping[str, object]]]) -> dict[int, set[str]]:
    """Which fields each enterprise may have lost with the rows."""
    silent: dict[int, set[str]] = {}
    for owner, values in gone:
        if owner is not None:
            silent.setdefault(owner, set()).update(values)
    return silent
