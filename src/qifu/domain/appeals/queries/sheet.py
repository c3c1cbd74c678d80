"""One case with everything on one page: facts, clocks, timeline, parts, what the actor can do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal, Assignment, Clock, Extension, FollowUp, Order, Rating
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.lists import Line, as_lines
from qifu.domain.appeals.queries.returned import Returned, returned
from qifu.domain.people import queries as people
from qifu.engines import flow as engine
from qifu.engines.codes import phones
from qifu.engines.flow import Step
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Missing
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from qifu.kernel.files import queries as files
from qifu.kernel.files.models import StoredFile
from qifu.kernel.prepared import Prepared
from qifu.kernel.unmaskings.actions import unmask


@dataclass(frozen=True, slots=True)
class ClockView:
    kind: str
    label: str
    round: int
    started: datetime
    due: datetime
    promised: datetime
    is_assumed: bool
    status: str
    is_late: bool
    met: datetime | None
    rule: str  # 3 个工作日(按服务时间) …


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    seq: int
    at: datetime
    step: str
    label: str
    who: str
    text: str
    details: list[tuple[str, str]]
    files: list[StoredFile]
    is_internal: bool
    round: int


@dataclass(frozen=True, slots=True)
class PartView:
    unit: int
    unit_name: str
    role: str
    state: str
    handler_name: str
    text: str
    assigned_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A case as one person sees it."""

    line: Line
    appeal: Appeal
    body: str
    category: str
    place: str
    contact_name: str
    phone_masked: str
    external: str | None  # the number of the system it came from, by which the enterprise could be looked up there
    may_reveal: bool  # whether this person may see the whole number
    prefers_label: str
    duty_owner: str
    handler_name: str
    clocks: list[ClockView]
    happenings: list[Happening]
    parts: list[PartView]
    files: list[StoredFile]
    steps: list[Step]  # what this person can do now
    question: list[str]  # what the enterprise is asked for, while it is asked
    extension: Extension | None
    ratings: list[Rating]
    follow_ups: list[FollowUp]
    orders: list[Order]
    followers: list[Line]
    leader: Line | None
    previous: Line | None
    relations: frozenset[str]
    returned: list[Returned]  # units that gave the case back in this round


@dataclass(frozen=True, slots=True)
class _Sight:
    """What somebody may see of the timeline: the inside of it, who spoke for a confidential enterprise, its opinion."""

    inside: bool
    identity: bool
    opinions: bool


HIDDEN_CONTACT = "企业（要求保密）"


def sheet(*, actor: Actor, now: datetime, number: str) -> Sheet:
    """Return the case, cut to what the actor may see of it.

    :raises Missing: no such case for this actor.
    """
    appeal = access.door(actor, number)
    relations = access.relations(actor, appeal)
    inside = actor.is_staff or actor.kind == "system"
    knows = access.knows_identity(actor, appeal)
    clocks = _CLOCKS(case=appeal.pk)
    asked = _ASKED(case=appeal.pk)
    orders = _ORDERS(case=appeal.pk)
    parts = _PARTS(case=appeal.pk, round=appeal.round) if inside else []
    kept = files.kept_for(appeal.stream, with_internal=inside)
    rows = list(history(appeal.stream))
    linked = [row for row in (appeal.leader, appeal.previous if knows else None) if row is not None]
    sight = _Sight(inside, knows, _sees_ratings(relations, actor))
    lines = {line.id: line for line in as_lines(actor, [appeal, *linked, *_FOLLOWERS(case=appeal.pk)], now)}
    names = people.names([appeal.duty_owner, appeal.handler, *map(_account, rows), *(part.handler for part in parts)])
    return Sheet(
        line=lines[appeal.pk],
        appeal=appeal,
        body=appeal.body,
        category=categories().path(appeal.category_id),
        place=appeal.place if knows or not appeal.place else "（保密）",
        contact_name=appeal.contact_name if knows else "（保密）",
        phone_masked=(phones.mask(appeal.phone) if appeal.phone else "") if knows else "",
        external=appeal.external if knows else None,
        may_reveal=bool(appeal.phone) and knows and access.may_call(actor, relations),
        prefers_label=words.label(words.PREFERS, appeal.prefers),
        duty_owner=names.get(appeal.duty_owner or 0, ""),
        handler_name=names.get(appeal.handler or 0, ""),
        clocks=[clock_view(row, now) for row in clocks if inside or row.kind != "sign"],
        happenings=[h for h in (_happening(r, appeal, names, kept, sight) for r in rows) if h],
        parts=[_part(row, names) for row in parts],
        files=kept,
        steps=steps_for(
            appeal, clocks, relations, is_asked=bool(asked), is_ordered=any(o.answered_at is None for o in orders)
        ),
        question=_question(appeal, rows),
        extension=next(iter(asked), None) if inside else None,
        ratings=_RATINGS(case=appeal.pk) if sight.opinions else [],
        follow_ups=_CALLS(case=appeal.pk) if access.sees_all(actor) else [],
        orders=orders if inside else [],
        followers=[line for line in lines.values() if line.id not in (appeal.pk, appeal.leader_id, appeal.previous_id)]
        if inside
        else [],
        leader=lines.get(appeal.leader_id or 0) if inside else None,
        previous=lines.get(appeal.previous_id or 0),
        relations=relations,
        returned=returned(appeal, rows) if inside else [],
    )


_CLOCKS = Prepared(
    lambda case: Clock.objects.filter(appeal=case).order_by("round", "started_at", "pk"), numbers=["case"]
)
_ASKED = Prepared(lambda case: Extension.objects.filter(appeal=case, state="asked").order_by("pk"), numbers=["case"])
_ORDERS = Prepared(lambda case: Order.objects.filter(appeal=case).order_by("pk"), numbers=["case"])
_PARTS = Prepared(
    lambda case, round: Assignment.objects.filter(appeal=case, round=round).order_by("pk"), numbers=["case", "round"]
)
_FOLLOWERS = Prepared(lambda case: Appeal.objects.filter(leader=case), numbers=["case"])
_RATINGS = Prepared(lambda case: Rating.objects.filter(appeal=case).order_by("round"), numbers=["case"])
_CALLS = Prepared(lambda case: FollowUp.objects.filter(appeal=case).order_by("round"), numbers=["case"])


def steps_for(
    appeal: Appeal, clocks: list[Clock], relations: frozenset[str], *, is_asked: bool, is_ordered: bool
) -> list[Step]:
    """The steps that can be taken from the present state. Guards that need more are asked when the step is taken.

    :param is_asked: an extension waits for its decision. :param is_ordered: an order waits for its answer.
    """
    flow = facts.flow_of(appeal)
    case = facts.case(appeal, clocks, extension=True, order=True)
    late = ("grant", "refuse_extension")
    names = {step.name for step in engine.possible(flow, case)} | {"ask_extension"}
    hidden = set(late) if not is_asked else {"ask_extension"}
    hidden |= set() if is_ordered else {"answer_order"}
    return [
        step
        for step in flow.steps.values()
        if step.name in names
        and step.name not in hidden
        and step.who & (relations - {"system"})
        and appeal.state in step.sources
    ]


def reveal_phone(*, actor: Actor, now: datetime, number: str, reason: str) -> str:
    """Show the contact's number to somebody who handles the case; the look is recorded.

    :raises Missing: no such case for this actor, or the contact is confidential.
    :raises Forbidden: the actor may read the case and does not handle it.
    :raises Invalid: no reason.
    """
    appeal = access.door(actor, number)
    if not appeal.phone or not access.knows_identity(actor, appeal) or not actor.is_staff:
        raise Missing("没有可以查看的联系电话。")
    if not access.may_call(actor, access.relations(actor, appeal)):
        raise Forbidden("只有中心的调度员、督办员和正在承办的人员可以查看完整号码。")
    from django.db import transaction

    with transaction.atomic():
        return unmask(actor=actor, now=now, subject=appeal.stream, field="phone", reason=reason, value=appeal.phone)


def attachment(*, actor: Actor, number: str, file: int) -> tuple[StoredFile, BinaryIO]:
    """Open an attachment through the case's door.

    :raises Missing: no such case or file for this actor.
    """
    appeal = access.door(actor, number)
    return files.opened(appeal.stream, file, with_internal=actor.is_staff)


def clock_view(row: Clock, now: datetime) -> ClockView:
    clock = facts.value(row)
    return ClockView(
        kind=row.kind,
        label=words.label(words.CLOCKS, row.kind),
        round=row.round,
        started=row.started_at,
        due=row.due_at,
        promised=row.promised_at,
        is_assumed=row.is_assumed,
        status=row.status,
        is_late=engine.is_late(clock, now),
        met=row.met_at,
        rule=rule(row.term, row.n),
    )


def rule(term: str, n: int) -> str:
    """How a promise is counted, as it is printed on the receipt."""
    spoken = {
        "minutes": f"{n} 分钟（只计服务时间）" if n % 60 else f"{n // 60} 小时（只计服务时间）",
        "wall": f"{n} 分钟（昼夜连续计）" if n % 60 else f"{n // 60} 小时（昼夜连续计）",
        "workdays": f"{n} 个工作日",
        "days": f"{n} 天（自然日）",
    }
    return spoken.get(term, "")


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What the receipt says: the case in one line, the named duty owner, promised times and how each is counted."""

    line: Line
    owner: str
    clocks: list[ClockView]
    external: str | None


def receipt(*, actor: Actor, now: datetime, number: str) -> ReceiptView:
    """The receipt of a case.

    :raises Missing: no such case for this actor.
    """
    appeal = access.door(actor, number)
    (line,) = as_lines(actor, [appeal], now)
    clocks = [clock_view(row, now) for row in _CLOCKS(case=appeal.pk) if row.round == 1]
    return ReceiptView(
        line=line,
        owner=people.names([appeal.duty_owner]).get(appeal.duty_owner or 0, ""),
        clocks=[clock for clock in clocks if clock.kind in ("accept", "dispatch", "reply")],
        external=appeal.external if access.knows_identity(actor, appeal) else None,
    )


def _sees_ratings(relations: frozenset[str], actor: Actor) -> bool:
    """Ratings, and what was said on the telephone afterwards, are blind to the unit that handled the case."""
    return "contact" in relations or access.sees_all(actor)


def _question(appeal: Appeal, rows: list[Record]) -> list[str]:
    if appeal.state != "asking":
        return []
    asked = next((r for r in reversed(rows) if r.facts.get("step") == "ask"), None)
    items = _body(asked).get("items")
    return [str(item) for item in items] if isinstance(items, list) else []


def _part(row: Assignment, names: dict[int, str]) -> PartView:
    return PartView(
        unit=row.unit_id,
        unit_name=people.unit_tree().get(row.unit_id).name,
        role=row.role,
        state=row.state,
        handler_name=names.get(row.handler or 0, ""),
        text=row.part,
        assigned_at=row.assigned_at,
        signed_at=row.signed_at,
        ended_at=row.ended_at,
    )


def _happening(
    row: Record, appeal: Appeal, names: dict[int, str], kept: list[StoredFile], sight: _Sight
) -> Happening | None:
    """A record as a line of the timeline; None when it is not for this side."""
    name, body = str(row.facts.get("step", "")), _body(row)
    step = facts.flow_of(appeal).steps.get(name)
    is_public = bool(step.told) if step else name in _LABELS and name != "signal"
    if not name or (name == "rate" and not sight.opinions) or (not sight.inside and not is_public):
        return None
    is_erased = row.content_digest is not None and not body
    ids = row.facts.get("files") or []
    return Happening(
        seq=row.seq,
        at=row.at,
        step=name,
        label=step.label if step else _LABELS.get(name, name),
        who=_who(row, names, sight),
        text="（内容已按规定清除）" if is_erased else str(body.get("told", "")),
        details=_details(step, row, body) if sight.inside and not is_erased and _shows(name, sight) else [],
        files=[f for f in kept if isinstance(ids, list) and f.pk in ids],
        is_internal=not is_public,
        round=int(str(row.facts.get("round", 1))),
    )


def _shows(name: str, sight: _Sight) -> bool:
    return sight.opinions or name != "follow_up"


_LABELS = {"submit": "提交", "signal": "时限提醒", "recompute": "重算期限"}


def _details(step: Step | None, row: Record, body: dict[str, object]) -> list[tuple[str, str]]:
    """What was written into the step's fields, for the inside."""
    if step is None:
        if row.facts.get("step") == "signal":
            level = {1: "已过半", 2: "已过八成", 3: "已到期", 4: "超期一个工作日"}.get(
                int(str(row.facts.get("level"))), ""
            )
            return [("时限", f"{words.label(words.CLOCKS, str(row.facts.get('clock')))}{level}")]
        return []
    if step.name == "rate":
        return []  # told beside the timeline, to those who may read it
    shown = []
    for need in step.needs:
        value = body.get(need.name) or row.facts.get(need.name)
        if need.kind == "choice":
            value = dict(need.options).get(str(value), value)
        if need.kind in ("unit", "units", "account", "case", "files") or not value:
            continue
        shown.append((need.label, "；".join(map(str, value)) if isinstance(value, list) else str(value)))
    return shown


def _who(row: Record, names: dict[int, str], sight: _Sight) -> str:
    kind = row.actor.partition(":")[0]
    if kind == "system":
        return "系统"
    if kind == "contact" and not sight.identity:
        return HIDDEN_CONTACT
    name = names.get(_account(row) or 0, "")
    if not sight.inside and kind == "staff":
        return "工作人员"
    if row.for_whom and sight.inside:
        return f"{name}（代办）"
    return name


def _account(row: Record) -> int | None:
    number = row.actor.partition(":")[2]
    return int(number) if number.isdigit() else None


def _body(row: Record | None) -> dict[str, object]:
    content = getattr(row, "content", None) if row is not None and row.content_digest is not None else None
    body = content.body if content is not None else None
    return body if isinstance(body, dict) else {}
