"""One visit with what was said there, what came of it, and what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from qifu.domain.people import queries as people
from qifu.domain.registry import saying
from qifu.domain.visits import access, flow, forms
from qifu.domain.visits.models import Fact, Need, Photo, Visit
from qifu.domain.visits.queries.listing import Line, lines
from qifu.engines.flow import Step
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact learnt, and what the registry made of it."""

    label: str
    value: str
    correction: int | None
    state: str
    refusal: str


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """A picture of the visit."""

    id: int
    file: int
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One record of the visit's history, in words."""

    at: datetime
    what: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visit."""

    line: Line
    seq: int
    why: str
    reason: str
    arrived_at: datetime | None
    left_at: datetime | None
    position: tuple[Decimal, Decimal, int | None] | None
    answers: tuple[tuple[str, str], ...]
    note: str
    signed_by: str
    follow_up: date | None
    reported_at: datetime | None
    needs: tuple[tuple[str, str], ...]  # number, title
    facts: tuple[FactLine, ...]
    photos: tuple[PhotoLine, ...]
    lacking: int  # photos promised that have not come
    steps: tuple[Step, ...]
    colleagues: tuple[people.Person, ...]
    history: tuple[Happened, ...]


def sheet(actor: Actor, now: datetime, number: str) -> Sheet:
    """One visit. A fixed number of queries.

    :raises Missing: there is none, or not for this actor.
    """
    row = access.visit_to_see(actor, number)
    (line,) = lines(actor, [row])
    ties = access.relations(actor, row)
    steps = tuple(one for one in flow.steps_from(row.state) if one.name in flow.BY_FORM and one.who & ties)
    photos = list(Photo.objects.filter(visit=row).select_related("file").order_by("pk"))
    kept = {str(one.key) for one in photos}
    placed = row.latitude is not None and row.longitude is not None
    return Sheet(
        line=line,
        seq=row.seq,
        why=row.why,
        reason=row.reason,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
        position=(row.latitude, row.longitude, row.accuracy) if placed else None,  # type: ignore[arg-type]
        answers=forms.said(row.form, row.answers),
        note=row.note,
        signed_by=row.signed_by,
        follow_up=row.follow_up,
        reported_at=row.reported_at,
        needs=tuple(Need.objects.filter(visit=row).order_by("pk").values_list("appeal__number", "appeal__title")),
        facts=_facts(row),
        photos=tuple(PhotoLine(one.pk, one.file_id, one.kind, one.file.size) for one in photos),
        lacking=len(set(row.expected) - kept),
        steps=steps,
        colleagues=people.staff_of_unit(row.unit_id, now) if any(one.name == "hand_on" for one in steps) else (),
        history=_history(row),
    )


def _facts(row: Visit) -> tuple[FactLine, ...]:
    found = Fact.objects.filter(visit=row).select_related("correction").order_by("pk")
    return tuple(
        FactLine(
            saying.label(one.field), one.value, one.correction_id,
            str(one.correction.State(one.correction.state).label) if one.correction else "", one.refusal,
        )
        for one in found
    )  # fmt: skip


def _history(row: Visit) -> tuple[Happened, ...]:
    records = list(evidence.history(row.stream).order_by("-seq")[:50])
    accounts = {record.actor: int(tail) for record in records if (tail := record.actor.partition(":")[2]).isdecimal()}
    names = people.names(accounts.values())
    return tuple(
        Happened(record.at, _words(record.verb), names.get(accounts.get(record.actor, 0), "系统"), _text(record.facts))
        for record in records
    )


_WORDS = {"arrange": "安排走访", "photo": "收到照片"}


def _words(verb: str) -> str:
    step = verb.partition(".")[2]
    return flow.FLOW.steps[step].label if step in flow.FLOW.steps else _WORDS.get(step, step)


def _text(facts: dict[str, object]) -> str:
    if facts.get("was") and facts.get("day"):
        return f"{facts['was']} 改到 {facts['day']}"
    return ""


def picture(actor: Actor, number: str, photo: int) -> tuple[StoredFile, BinaryIO]:
    """One picture of the visit, open for reading.

    :raises Missing: there is none, or not for this actor.
    """
    row = access.visit_to_see(actor, number)
    held = Photo.objects.filter(visit=row, pk=photo).values_list("file_id", flat=True).first()
    if held is None:
        raise Missing("没有这张照片，或您无权查看。")
    return files.opened(row.stream, held, with_internal=True)
