"""One event: what everybody sees of it, and with its figures what the desk sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import BinaryIO

from django.db.models import Avg, Count, Q

from qifu.domain.events import access, flow
from qifu.domain.events.measures import GOOD
from qifu.domain.events.models import CheckIn, Coverage, Event, Invitation, Material, Opinion, Registration
from qifu.domain.events.queries.listing import Line, line_of
from qifu.engines.flow import Step
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class Figures:
    """An event in numbers; every rate has its denominator beside it."""

    invited: int
    registered: int  # had a place: registered, attended, missed
    waiting: int
    cancelled: int
    attended: int
    no_show: int
    enterprises: int  # that somebody came from
    doubles: int
    offline: int
    opinions: int
    satisfied: int
    content: float | None
    order: float | None
    use: float | None
    per_head: Decimal | None  # 元 for one who came


@dataclass(frozen=True, slots=True)
class Sheet:
    """An event as the desk sees it."""

    row: Event
    line: Line
    figures: Figures
    steps: tuple[Step, ...]
    may_keep: bool
    may_let_in: bool
    coverage: tuple[Coverage, ...]
    materials: tuple[Material, ...]
    words: tuple[Opinion, ...]
    history: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as everybody sees it."""

    row: Event
    line: Line
    materials: tuple[Material, ...]
    coverage: tuple[Coverage, ...]


def shown(number: int, now: datetime) -> Shown:
    """:raises Missing: there is none, or it was not published."""
    row = access.event_for_all(number)
    is_over = row.state == "held" or row.ends < now
    return Shown(row, line_of(row, now), _materials(row) if is_over else (), _coverage(row))


def sheet(actor: Actor, number: int, now: datetime) -> Sheet:
    """Everything about one event. A fixed number of queries.

    :raises Forbidden: not of the staff. :raises Missing: there is none.
    """
    row = access.event_to_see(actor, number)
    keeps = access.keeps(actor, row)
    steps = flow.steps_from(flow.EVENT, row.state, frozenset({flow.KEEPER})) if keeps else []
    said = Opinion.objects.filter(registration__event=row).exclude(words="").order_by("-at")[:20]
    return Sheet(
        row=row,
        line=line_of(row, now),
        figures=figures(row),
        steps=tuple(one for one in steps if one.name != "hold" or now >= row.starts),
        may_keep=keeps,
        may_let_in=access.may_let_in(actor, row),
        coverage=_coverage(row),
        materials=_materials(row),
        words=tuple(said),
        history=tuple(evidence.history(row.stream).order_by("-seq")[:15]),
    )


def figures(row: Event) -> Figures:
    """Count what became of an event. Four queries."""
    people = Registration.objects.filter(event=row)
    states = dict(people.order_by().values_list("state").annotate(n=Count("pk")))
    came = people.filter(state="attended")
    checks = CheckIn.objects.filter(registration__event=row, undone_at=None).aggregate(
        doubles=Count("pk", filter=Q(is_double=True)), offline=Count("pk", filter=Q(is_double=False, is_offline=True))
    )
    stars = Opinion.objects.filter(registration__event=row).aggregate(
        n=Count("pk"), good=Count("pk", filter=Q(total__gte=GOOD)), content=Avg("content"), order=Avg("order"), use=Avg("use")
    )  # fmt: skip
    attended = states.get("attended", 0)
    each = None
    if row.cost is not None and attended:
        each = (row.cost / attended).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Figures(
        invited=Invitation.objects.filter(event=row).count(),
        registered=sum(states.get(state, 0) for state in flow.SEATED),
        waiting=states.get("waiting", 0), cancelled=states.get("cancelled", 0), attended=attended,
        no_show=states.get("no_show", 0),
        enterprises=came.exclude(enterprise=None).order_by().values("enterprise").distinct().count(),
        doubles=checks["doubles"], offline=checks["offline"], opinions=stars["n"], satisfied=stars["good"],
        content=stars["content"], order=stars["order"], use=stars["use"], per_head=each,
    )  # fmt: skip


def material_opened(number: int, material: int, now: datetime) -> tuple[StoredFile, BinaryIO]:
    """A file of an event that is over, for everybody.

    :raises Missing: there is none, or not yet.
    """
    told = shown(number, now)
    found = next((one for one in told.materials if one.pk == material and one.file_id), None)
    if found is None or found.file_id is None:
        raise Missing("没有这份资料，或它还没有公开。")
    return files.opened(told.row.stream, found.file_id, with_internal=False)


def _coverage(row: Event) -> tuple[Coverage, ...]:
    return tuple(row.coverage.filter(dropped_at=None).order_by("-day", "pk"))


def _materials(row: Event) -> tuple[Material, ...]:
    return tuple(row.materials.filter(dropped_at=None).order_by("pk"))
