"""The only reads of what is owed after payment, cut to the actor: the worklist, one obligation with its claw-backs, an enterprise's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from django.db.models import Count, Q, QuerySet

from qifu.domain.grants import access as grants
from qifu.domain.grants.facts import day
from qifu.domain.grants.models import Application, Clawback, Decision, Obligation, Repayment
from qifu.domain.grants.obligations import access, terms
from qifu.domain.grants.obligations.actions.recovering import worked_out
from qifu.domain.people import queries as people
from qifu.domain.policies.queries import carried
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile

PAGE = 30
MOST = 10_000  # lines of an export
TONES = {"met": "green", "breached": "red", "clawback": "red", "reported": "amber", "asking": "amber", "ended": "calm"}
SAID = {
    "grants.owe": "约定生效", "grants.remind_duty": "提醒企业", "grants.report_use": "企业报告", "grants.ask_use": "请企业更正",
    "grants.confirm_use": "确认报告", "grants.note_breach": "登记违反", "grants.duty_breached": "核对：疑似违反",
    "grants.duty_met": "核对：已履行", "grants.propose_clawback": "提出处理意见", "grants.answer_clawback": "企业说明",
    "grants.decide_clawback": "作出决定", "grants.enter_repayment": "登记退款", "grants.drop_repayment": "撤销登记",
    "grants.confirm_repayment": "复核入账", "grants.owe_no_more": "退汇，约定取消",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is cut to; empty cuts nothing."""

    scope: str = "mine"  # mine, all
    kind: str = ""
    state: str = ""  # of the obligation, or `due`: its day has passed
    q: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An obligation in a list."""

    row: Obligation
    firm: str
    days: int  # until its day; negative: past

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return "red" if self.is_overdue else TONES.get(self.row.state, "accent")

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed and nobody knows yet."""
        return self.row.state in ("running", "asking") and self.days < 0

    @property
    def label(self) -> str:
        """The state, and that its day has passed."""
        return f"{self.row.state_label}，已到期" if self.is_overdue else self.row.state_label


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list, and how many there are in all."""

    lines: list[Line]
    count: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Back:
    """A sum that came back, and what the reader may do with it."""

    row: Repayment
    who: str
    confirmed: str
    may_confirm: bool
    may_drop: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A claw-back, and what the reader may do with it."""

    row: Clawback
    proposer: str
    decider: str
    backs: list[Back]
    left: Decimal  # decided and not confirmed to have come
    may_decide: bool
    wait: str  # why it cannot be decided yet
    may_enter: bool
    may_state: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter about a claw-back says."""

    row: Clawback
    duty: Obligation
    firm: registry.Brief
    decision: str  # the number of the decision by which the money was granted
    rests: carried.Rests
    unit: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history."""

    at: datetime
    what: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the actor may see of one obligation."""

    line: Line
    cases: list[Case]
    events: list[Event]
    by_rule: str  # what the rule would ask back today, as it is said
    clause: str
    may_settle: bool  # of the unit that answers
    names: Mapping[int, str]


def page(*, actor: Actor, now: datetime, filters: Filters, place: int = 0, size: int = PAGE) -> Page:
    """The obligations asked for, the earliest day first. At most six statements. :raises Forbidden: not of the staff."""
    grants.require_official(actor)
    rows = _filtered(actor, day(now), filters)
    count = rows.count()
    place = max(0, min(place, max(count - 1, 0)))
    found = list(rows.select_related("application__version").order_by("until", "pk")[place : place + size])
    before = max(0, place - size) if place else None
    return Page(_lines(found, day(now)), count, before, place + size if place + size < count else None)


def every(*, actor: Actor, now: datetime, filters: Filters) -> Iterator[Line]:
    """All that is asked for, at most ten thousand."""
    grants.require_official(actor)
    rows = _filtered(actor, day(now), filters).select_related("application__version").order_by("until", "pk")[:MOST]
    yield from _lines(list(rows), day(now))


def counts(actor: Actor) -> list[tuple[str, str, int]]:
    """How many stand in each state: name, label, count."""
    held = dict(access.visible(actor).order_by().values_list("state").annotate(n=Count("pk")))
    return [(str(name), str(label), held[name]) for name, label in Obligation.State.choices if held.get(name)]


def waiting(actor: Actor, now: datetime) -> int:
    """How many wait for the actor."""
    return _filtered(actor, day(now), Filters()).count()


def of_application(*, actor: Actor, now: datetime, number: str) -> tuple[Application, list[Sheet]]:
    """An application with what is owed for it. :raises Missing: there is none for this actor."""
    row = grants.application(actor, number)
    rows = access.visible(actor).filter(application=row).select_related(
        "application__version__scheme", "application__version__line", "file"
    )  # fmt: skip
    return row, [_sheet(actor, now, one) for one in rows.order_by("until", "pk")]


def sheet(*, actor: Actor, now: datetime, number: int) -> Sheet:
    """One obligation. :raises Missing: there is none for this actor."""
    return _sheet(actor, now, access.obligation(actor, number))


def letter(*, actor: Actor, number: str) -> Letter:
    """A claw-back as its letter tells it. :raises Missing: there is none for this actor, or nothing is asked back by it."""
    row = access.clawback(actor, number)
    granted, firm = row.obligation.application, registry.brief([row.enterprise_id]).get(row.enterprise_id)
    if firm is None or (row.is_waiver and row.state == "hearing"):
        raise Missing("这件处理意见还没有文书。")
    held = Decision.objects.filter(application=granted, kind="grant").order_by("-pk").values_list("number", flat=True)
    return Letter(
        row, row.obligation, firm, held.first() or "", carried.revision(granted.version.revision_id),
        people.unit(granted.version.scheme.unit_id).name,
    )  # fmt: skip


def opened(*, actor: Actor, number: int, file: int) -> tuple[StoredFile, BinaryIO]:
    """A file that was handed in, open for reading. :raises Missing: not for this actor."""
    row = access.obligation(actor, number)
    return files.opened(row.stream, file, with_internal=actor.is_staff)


def _sheet(actor: Actor, now: datetime, row: Obligation) -> Sheet:
    cases = list(row.clawbacks.select_related("file").order_by("pk"))
    backs = list(Repayment.objects.filter(clawback__in=cases).order_by("pk"))
    records = [r for name in (row.stream, *(one.stream for one in cases)) for r in evidence.history(name)]
    marks = {_account(r.actor) for r in records} | {one.proposed_by for one in cases}
    marks |= {one.decided_by for one in cases} | {one.entered_by for one in backs} | {one.confirmed_by for one in backs}
    names = people.names(marks) if actor.is_staff else {}
    by_rule, how = worked_out(row, _breached_on(row, day(now)))
    may_settle = access.is_lead(actor, row)
    return Sheet(
        _lines([row], day(now))[0], [_case(actor, now, row, one, backs, names) for one in cases],
        [
            Event(r.at, SAID.get(r.verb, r.verb), _who(r.actor, names), _text(r))
            for r in sorted(records, key=lambda r: (r.at, r.stream, r.seq))
        ] if actor.is_staff else [],
        f"{by_rule:,.2f} 元（{how}）", row.application.version.clawback[:200], may_settle, names,
    )  # fmt: skip


def _breached_on(row: Obligation, today: date) -> date:
    told = str(row.finding.get("as_of", ""))
    return max(row.since, min(date.fromisoformat(told), today)) if told else today


def _case(
    actor: Actor, now: datetime, owed: Obligation, row: Clawback, backs: Sequence[Repayment], names: Mapping[int, str]
) -> Case:  # fmt: skip
    own = [one for one in backs if one.clawback_id == row.pk]
    may_decide = row.state == "hearing" and access.is_decider(actor) and actor.account != row.proposed_by
    is_heard = row.is_waiver or row.stated_at is not None or row.hear_until < now
    may_pay = grants.may_pay(actor) and actor.account not in (row.proposed_by, row.decided_by)
    entered = sum((one.amount for one in own), Decimal(0))
    return Case(
        row, names.get(row.proposed_by, ""), names.get(row.decided_by or 0, ""),
        [
            Back(
                one, names.get(one.entered_by, ""), names.get(one.confirmed_by or 0, ""),
                may_pay and one.confirmed_by is None and one.entered_by != actor.account,
                may_pay and one.confirmed_by is None,
            )
            for one in own
        ],
        (row.decided or Decimal(0)) - row.back, may_decide and is_heard,
        "" if is_heard or not may_decide else f"企业可以说明到 {day(row.hear_until)}，说明以后或期满才能决定。",
        may_pay and row.state == "owed" and entered < (row.decided or 0),
        actor.is_contact and row.state == "hearing" and not row.is_waiver and not is_heard
        and owed.enterprise_id in actor.enterprises,
    )  # fmt: skip


def _filtered(actor: Actor, today: date, filters: Filters) -> QuerySet[Obligation]:
    rows = access.visible(actor)
    if filters.scope == "mine":
        rows = rows.filter(access.waiting(actor)).distinct()
    if filters.kind in terms.KINDS:
        rows = rows.filter(kind=filters.kind)
    if filters.state == "due":
        rows = rows.filter(state__in=["running", "asking"], until__lt=today)
    elif filters.state:
        rows = rows.filter(state=filters.state)
    if filters.q.strip():
        text = filters.q.strip()
        firms = registry.ids_matching(actor, text, most=500)
        rows = rows.filter(Q(application__number__iexact=text) | Q(enterprise__in=firms))
    return rows


def _lines(rows: Sequence[Obligation], today: date) -> list[Line]:
    names = registry.names([row.enterprise_id for row in rows])
    return [Line(row, names.get(row.enterprise_id, ""), (row.until - today).days) for row in rows]


def _text(record: Record) -> str:
    kept = getattr(record, "content", None)
    content = (kept.body if kept is not None else None) or {}
    return "；".join(str(value) for value in content.values() if value)


def _who(mark: str, names: Mapping[int, str]) -> str:
    return "系统" if mark == "system" else names.get(_account(mark) or 0, "企业")


def _account(mark: str) -> int | None:
    _, _, number = mark.partition(":")
    return int(number) if number else None
