"""Reads of stations, specialists and training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from django.db.models import Count, Sum

from qifu.domain.people.models import SpecialistProfile, StationCard, Training
from qifu.domain.people.specialists import street_of
from qifu.domain.people.tree import UnitView, tree
from qifu.kernel.errors import Missing
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile

KINDS = ("centre", "street", "station")


@dataclass(frozen=True, slots=True)
class Station:
    """A station with its card; `card` is None while nobody has written it."""

    unit: UnitView
    street: int | None
    street_name: str
    hours: str
    scope: str = ""
    address: str = ""
    equipment: tuple[str, ...] = ()
    contact: str = ""
    note: str = ""
    is_public: bool = False
    has_card: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """A specialist as an enterprise sees one."""

    account: int
    languages: tuple[str, ...]
    sections: tuple[str, ...]
    intro: str
    has_photo: bool


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training somebody had."""

    title: str
    day: date
    hours: Decimal
    certificate: str
    good_until: date | None


def stations(*, q: str = "", street: int | None = None, public: bool = False) -> tuple[Station, ...]:
    """The stations in the order of the tree, searched and of one street; `public`: those that everybody may see. One query."""
    cards = {card.unit_id: card for card in StationCard.objects.all()}
    found = []
    for view, _ in tree().walk():
        if not view.is_active or (view.kind not in KINDS) or (view.kind != "station" and view.id not in cards):
            continue
        one = _station(view, cards.get(view.id))
        told = f"{view.name} {one.street_name} {one.address} {one.scope} {' '.join(one.equipment)}"
        if (public and not one.is_public) or (street is not None and one.street != street):
            continue
        if all(word in told for word in q.split()):
            found.append(one)
    return tuple(found)


def station(unit: int, *, public: bool = False) -> Station:
    """:raises Missing: there is none, or it is not for everybody."""
    view = tree().units.get(unit)
    card = StationCard.objects.filter(pk=unit).first()
    if (
        view is None
        or not view.is_active
        or view.kind not in KINDS
        or (public and (card is None or not card.is_public))
    ):
        raise Missing("没有这个服务站，请返回列表重新选择。")
    return _station(view, card)


def _station(view: UnitView, card: StationCard | None) -> Station:
    street = street_of(view.id)
    units = tree().units
    spans = tree().spans(view.id) or (("09:00", "12:00"), ("14:00", "17:30"))
    hours = "，".join(f"{start}–{end}" for start, end in spans)
    base = {"street": street, "street_name": units[street].short_name if street in units else "", "hours": hours}
    if card is None:
        return Station(view, **base)  # type: ignore[arg-type]
    return Station(
        view, scope=card.scope, address=card.address, equipment=tuple(card.equipment), contact=card.contact,
        note=card.note, is_public=card.is_public, has_card=True, **base,  # type: ignore[arg-type]
    )  # fmt: skip


def faces(accounts: Iterable[int]) -> dict[int, Face]:
    """What these specialists are known for. One query."""
    rows = SpecialistProfile.objects.filter(pk__in=set(accounts))
    return {
        row.pk: Face(row.pk, tuple(row.languages), tuple(row.sections), row.intro, row.photo_id is not None)
        for row in rows
    }


def photo(account: int) -> tuple[StoredFile, BinaryIO]:
    """The face of a specialist, open for reading; the caller has passed its door.

    :raises Missing: there is none.
    """
    held = SpecialistProfile.objects.filter(pk=account).values_list("photo_id", flat=True).first()
    if held is None:
        raise Missing("没有照片。")
    return files.opened(f"people.profile:{account}", held, with_internal=False)


def trainings(account: int) -> tuple[TrainingLine, ...]:
    """The trainings of somebody, the latest first. One query."""
    rows = Training.objects.filter(account=account).order_by("-day", "-pk")[:100]
    return tuple(TrainingLine(one.title, one.day, one.hours, one.certificate, one.good_until) for one in rows)


def trained(accounts: Iterable[int], since: date) -> dict[int, tuple[int, Decimal]]:
    """How often and for how many hours these were trained since the day. One query."""
    rows = Training.objects.filter(account__in=set(accounts), day__gte=since).order_by().values_list("account_id")
    return {pk: (n, hours) for pk, n, hours in rows.annotate(n=Count("pk"), hours=Sum("hours"))}
