"""One application as its page shows it: where it stands and for how long, form beside what is held, review, result, money, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from qifu.domain.grants import access, facts
from qifu.domain.grants.actions import visiting
from qifu.domain.grants.flow import APPLICATION, standing, words
from qifu.domain.grants.models import (
    Application,
    BankAccount,
    Clock,
    Decision,
    LedgerEntry,
    NoticeLine,
    Objection,
    PaymentOrder,
    Reservation,
    Seat,
    SiteVisit,
)
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried, judging
from qifu.domain.registry import queries as registry
from qifu.engines import flow as engine
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile

INTERNAL = {"grants.attach", "grants.review", "grants.visit_site", "grants.object", "grants.settle_objection"}
SAID = {
    "grants.start": "建立草稿", "grants.list": "列入名单", "grants.attach": "上传材料", "grants.review": "会审意见",
    "grants.visit_site": "现场核查",
    "grants.confirm_account": "确认收款账户", "grants.object": "收到异议", "grants.settle_objection": "处理异议",
}  # fmt: skip
QUIET = {
    "clear",
    "send",
    "pay",
    "bounce",
    "mend",
    "deem",
    "submit",
    "publish",
}  # steps with a page or an actor of their own


@dataclass(frozen=True, slots=True)
class Station:
    """One station on the way, as with a parcel: how long it stood there."""

    state: str
    label: str
    since: datetime
    until: datetime | None
    days: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A field of the form: what was written beside what is held."""

    name: str
    label: str
    value: str
    held: str
    source: str
    as_of: str

    @property
    def differs(self) -> bool:
        """Whether the enterprise wrote something else than what is held."""
        return bool(self.held) and self.value != self.held


@dataclass(frozen=True, slots=True)
class Paper:
    """A material that is asked for, and the file that was handed in."""

    name: str
    label: str
    hint: str
    is_required: bool
    file: StoredFile | None


@dataclass(frozen=True, slots=True)
class SeatView:
    """The seat of a department; what it gave only once all are in, or to itself."""

    unit: str
    is_mine: bool
    is_given: bool
    is_shown: bool
    seat: Seat
    scores: list[tuple[str, str, int]]
    who: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history."""

    at: datetime
    what: str
    who: str
    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the actor may see of one application."""

    row: Application
    firm: registry.Brief | None
    rests: carried.Rests
    unit: str
    steps: list[engine.Step]
    clocks: list[Clock]
    stations: list[Station]
    days: int  # from submission
    answers: list[Answer]
    papers: list[Paper]
    seats: list[SeatView]
    my_seat: Seat | None
    lines: list[NoticeLine]
    objections: list[Objection]
    decisions: list[Decision]
    visits: list[SiteVisit]
    may_visit: bool
    orders: list[PaymentOrder]
    entries: list[LedgerEntry]
    account: BankAccount | None
    events: list[Event]
    names: Mapping[int, str]
    ahead: int  # granted before it and not yet paid
    free: Decimal | None

    @property
    def state_label(self) -> str:
        """Where it stands, for the desk."""
        return standing(self.row.state, self.row.version.publicity_days).label

    @property
    def told(self) -> str:
        """Where it stands, for the enterprise."""
        return standing(self.row.state, self.row.version.publicity_days).told

    @property
    def agreed(self) -> Decimal | None:
        """The amount that all departments named alike, before the review is summed up; none where they differ."""
        seats = [one.seat for one in self.seats if one.seat.round == self.row.round and one.is_shown]
        given = {seat.amount for seat in seats if not seat.has_conflict}
        return given.pop() if self.row.state == "review" and len(given) == 1 else None

    @property
    def returned(self) -> str:
        """Why the bank did not pay the last time."""
        return self.orders[-1].why if self.orders else ""

    @property
    def refusal_label(self) -> str:
        """Why it was refused."""
        return words.label(words.REFUSALS, self.row.refusal)


def sheet(*, actor: Actor, now: datetime, number: str) -> Sheet:
    """One application. :raises Missing: none for this actor."""
    row = access.application(actor, number)
    clocks = list(Clock.objects.filter(application=row).order_by("pk"))
    case = facts.case(row, [facts.value(clock) for clock in clocks], now)
    relations = access.relations(actor, row)
    steps = [s for s in engine.possible(APPLICATION, case) if s.who & relations and s.name not in QUIET]
    seats = list(Seat.objects.filter(application=row).order_by("round", "pk"))
    decisions = list(Decision.objects.filter(application=row).order_by("pk"))
    records = [r for r in evidence.history(row.stream) if actor.is_staff or r.verb not in INTERNAL]
    marks = {_account(r.actor) for r in records} | {s.account for s in seats} | {d.by for d in decisions}
    names = people.names(marks)
    stations = _stations(row, now)
    is_granted = row.state in ("granted", "paying", "bounced")
    return Sheet(
        row=row, firm=registry.brief([row.enterprise_id]).get(row.enterprise_id), rests=carried.revision(row.version.revision_id),
        unit=people.unit(row.version.scheme.unit_id).name, steps=steps, clocks=clocks, stations=stations,
        days=(((row.closed_at or now) - (row.submitted_at or row.drafted_at)) // timedelta(days=1)),
        answers=answers(row), papers=papers(row), seats=_seats(actor, row, seats, names), my_seat=_my_seat(actor, row, seats),
        lines=list(NoticeLine.objects.filter(application=row).select_related("notice").order_by("pk")),
        objections=list(Objection.objects.filter(application=row).order_by("pk")) if actor.is_staff else [],
        decisions=decisions, visits=visits(row) if actor.is_staff or decisions or row.state == "refused" else [],
        may_visit=_may_visit(actor, row),
        orders=list(PaymentOrder.objects.filter(source=row.stream).select_related("batch").order_by("pk")),
        entries=list(LedgerEntry.objects.filter(source=row.stream).order_by("pk")) if actor.is_staff else [],
        account=BankAccount.objects.filter(enterprise=row.enterprise_id, is_current=True).first() if _may_see_account(actor, row) else None,
        events=[_event(r, names) for r in records], names=names, ahead=_ahead(row) if is_granted else 0,
        free=row.version.line.free if actor.is_staff else None,
    )  # fmt: skip


def answers(row: Application) -> list[Answer]:
    """The form in its order: fields of the catalogue, then the scheme's own questions, then what was asked."""
    labels = {name: judging.label_of(name) for name in row.version.fields}
    labels |= {str(one["name"]): str(one["label"]) for one in row.version.questions}
    if row.version.basis == "asked":
        labels["asked"] = "申请金额（元）"
    found = []
    for name, label in labels.items():
        told: Mapping[str, Any] = row.answers.get(name, {})
        said = [str(told.get(key, "")) for key in ("value", "held", "source", "as_of")]
        found.append(Answer(name, label, *said))
    return found


def papers(row: Application) -> list[Paper]:
    """The materials in their order, each with its file."""
    held = {one.name: one.file for one in row.materials.filter(is_current=True).select_related("file")}
    return [
        Paper(one["name"], one["label"], one.get("hint", ""), bool(one.get("is_required")), held.get(one["name"]))
        for one in row.version.materials
    ]


def visits(row: Application) -> list[SiteVisit]:
    """The visits to the site, oldest first, with their files."""
    return list(
        SiteVisit.objects.filter(application=row).select_related("unit").prefetch_related("files").order_by("pk")
    )


def opened(*, actor: Actor, number: str, file: int) -> tuple[StoredFile, BinaryIO]:
    """A paper of an application, open for reading. :raises Missing: not for this actor."""
    row = access.application(actor, number)
    return files.opened(row.stream, file, with_internal=actor.is_staff)


def decision(*, actor: Actor, number: str) -> tuple[Application, Decision, registry.Brief, carried.Rests, str]:
    """The latest decision of an application, for its document. :raises Missing: there is none."""
    row = access.application(actor, number)
    found = Decision.objects.filter(application=row).order_by("-pk").first()
    firm = registry.brief([row.enterprise_id]).get(row.enterprise_id)
    if found is None or firm is None:
        raise Missing("这件申报还没有决定书。")
    return row, found, firm, carried.revision(row.version.revision_id), people.unit(row.version.scheme.unit_id).name


def _stations(row: Application, now: datetime) -> list[Station]:
    return [
        Station(
            stay.state,
            standing(stay.state, row.version.publicity_days).label,
            stay.since,
            stay.until,
            ((stay.until or now) - stay.since).days,
        )
        for stay in row.stays.order_by("pk")
    ]


def _seats(actor: Actor, row: Application, seats: list[Seat], names: Mapping[int, str]) -> list[SeatView]:
    if not actor.is_staff:
        return []
    units, mine = people.unit_tree().units, actor.units(Role.REVIEWER)
    found = []
    for seat in seats:
        is_all_in = all(one.given_at for one in seats if one.round == seat.round)
        is_mine = seat.unit_id in mine
        scores = [(one["label"], _short(seat.scores.get(one["name"], "")), one["most"]) for one in row.version.scoring]
        found.append(
            SeatView(
                units[seat.unit_id].short_name, is_mine, seat.given_at is not None, is_all_in or (is_mine and seat.given_at is not None),
                seat, scores, names.get(seat.account or 0, ""),
            )
        )  # fmt: skip
    return found


def _short(points: str) -> str:
    return points.removesuffix(".00")


def _my_seat(actor: Actor, row: Application, seats: list[Seat]) -> Seat | None:
    if row.state != "review":
        return None
    units = actor.units(Role.REVIEWER)
    return next((s for s in seats if s.round == row.round and s.unit_id in units and s.given_at is None), None)


def _may_visit(actor: Actor, row: Application) -> bool:
    if not actor.is_staff or row.state not in visiting.STATES:
        return False
    try:
        access.visiting_unit(actor, row)
    except Forbidden:
        return False
    return True


def _may_see_account(actor: Actor, row: Application) -> bool:
    return actor.is_contact or access.sees_money(actor)


def _ahead(row: Application) -> int:
    """How many were granted on the same line before it and still wait for their money."""
    own = Reservation.objects.filter(source=row.stream, state="held").first()
    if own is None:
        return 0
    return Reservation.objects.filter(line=own.line_id, state="held", pk__lt=own.pk).count()


def _event(record: Record, names: Mapping[int, str]) -> Event:
    step = APPLICATION.steps.get(record.verb.removeprefix("grants."))
    kept = getattr(record, "content", None)
    content = (kept.body if kept is not None else None) or {}
    what = SAID.get(record.verb) or (step.label if step else record.verb)
    unnamed = "异议人" if record.verb == "grants.object" else "系统" if record.actor == "system" else "企业"
    who = names.get(_account(record.actor) or 0, unnamed)
    return Event(record.at, what, who, str(content.get("told", "")), record.verb not in INTERNAL)


def _account(mark: str) -> int | None:
    _, _, number = mark.partition(":")
    return int(number) if number else None
