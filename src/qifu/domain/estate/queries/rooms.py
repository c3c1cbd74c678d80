"""One room: what it is, who sits there, and all that was ever believed of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from qifu.domain.estate import access
from qifu.domain.estate.actions.letting import Letting, said
from qifu.domain.estate.models import Finding, Room, Tenancy
from qifu.domain.estate.moments import Moment, believed, lasting
from qifu.domain.estate.queries.building import Sitting, sitting
from qifu.domain.estate.queries.directory import Brief, briefs, floor_label
from qifu.domain.people import queries as people
from qifu.kernel.actor import Actor
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record


@dataclass(frozen=True, slots=True)
class Version:
    """What was believed of a tenancy, from when until when."""

    id: int
    key: UUID
    sitting: Sitting
    since: date | None
    until: date | None
    is_shared: bool
    learnt_at: datetime
    dropped_at: datetime | None
    has_before: bool  # something was believed of it before

    @property
    def is_believed(self) -> bool:
        return self.dropped_at is None


@dataclass(frozen=True, slots=True)
class Look:
    """What a round found here."""

    at: datetime
    kind: str
    answer: str
    note: str
    who: str


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room with everything the staff ask about it."""

    row: Room
    building: Brief
    tower: str
    floor: str
    present: tuple[Version, ...]
    coming: tuple[Version, ...]
    past: tuple[Version, ...]  # as believed now
    dropped: tuple[Version, ...]  # what is believed no more, the latest first
    came_from: tuple[Room, ...]  # it was split from, or joined of
    became: tuple[Room, ...]
    neighbours: tuple[Room, ...]  # others that stand on the floor
    looks: tuple[Look, ...]
    records: list[Record]
    may_keep: bool

    @property
    def is_empty(self) -> bool:
        return not self.present


def room(actor: Actor, number: int, moment: Moment) -> RoomView:
    """One room. Sixteen queries at most.

    :raises Missing: there is none. :raises Forbidden: not of the staff.
    """
    row = access.room_to_see(actor, number)
    (short,) = briefs([(row.building, 0)])
    held = list(Tenancy.objects.filter(room=row).order_by("-since", "-pk"))
    names = sitting(actor, held)
    versions = [_version(one, names[one.pk]) for one in held]
    standing = [one for one in versions if one.is_believed]
    here = set(
        Tenancy.objects.filter(lasting(moment.day), room=row, dropped_at__isnull=True).values_list("pk", flat=True)
    )
    present = tuple(one for one in standing if one.id in here)
    coming = tuple(one for one in standing if one.since is not None and one.since > moment.day)
    gone = tuple(one for one in standing if one.id not in here and one not in coming)
    dropped = sorted((one for one in versions if not one.is_believed), key=lambda one: one.learnt_at, reverse=True)
    return RoomView(
        row=row,
        building=short,
        tower=row.floor.tower.name,
        floor=floor_label(row.floor.number),
        present=present,
        coming=coming,
        past=gone,
        dropped=tuple(dropped),
        came_from=tuple(Room.objects.filter(ended_by=row.made_by_id).order_by("number")) if row.made_by_id else (),
        became=tuple(Room.objects.filter(made_by=row.ended_by_id).order_by("number")) if row.ended_by_id else (),
        neighbours=neighbours(row),
        looks=_looks(row),
        records=list(evidence.history(row.stream).order_by("-seq")[:30]),
        may_keep=access.may_keep(actor, row.building),
    )


def neighbours(row: Room) -> tuple[Room, ...]:
    """The other rooms that stand on the floor."""
    return tuple(Room.objects.filter(floor=row.floor_id, until__isnull=True).exclude(pk=row.pk).order_by("number"))


def following(actor: Actor, rows: Iterable[int], day: date) -> tuple[Version, ...]:
    """Who sits in the rooms that day or is to come later, as believed now; the caller has passed their door."""
    held = believed(Tenancy.objects.filter(room__in=list(rows))).filter(Q(until__isnull=True) | Q(until__gte=day))
    kept = list(held.order_by("since", "pk"))
    names = sitting(actor, kept, all_names=access.runs_only(actor))
    return tuple(_version(one, names[one.pk]) for one in kept)


def tenancy(actor: Actor, number: int) -> tuple[Tenancy, Letting, Sitting]:
    """What is believed of one tenancy, for a form that corrects it.

    :raises Missing: none that this actor may change. :raises Conflict: changed meanwhile.
    """
    row = access.tenancy_to_keep(actor, number, lock=False)
    return row, said(row), sitting(actor, [row], all_names=access.runs_only(actor))[row.pk]


def _version(row: Tenancy, told: Sitting) -> Version:
    return Version(
        id=row.pk,
        key=row.key,
        sitting=told,
        since=row.since,
        until=row.until,
        is_shared=row.is_shared,
        learnt_at=row.learnt_at,
        dropped_at=row.dropped_at,
        has_before=row.replaces_id is not None,
    )


def _looks(row: Room) -> tuple[Look, ...]:
    found = list(Finding.objects.filter(room=row).select_related("round").order_by("-at", "-pk")[:20])
    names = people.names(one.account_id for one in found)
    return tuple(
        Look(
            at=one.at,
            kind=str(one.round.get_kind_display()),
            answer=str(one.get_answer_display()),
            note=one.note,
            who=names.get(one.account_id, ""),
        )
        for one in found
    )


_CHOICES = {"place": Tenancy.Place, "use": Room.Use, "state": Room.State, "owner": Room.Owner}


def choices(of: str) -> list[tuple[str, str]]:
    """The values and words of a field: place, use, state, owner."""
    return [(str(value), str(label)) for value, label in _CHOICES[of].choices]
