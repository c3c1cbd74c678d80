"""The report of a visit: one transaction under one key of the device; what the desk changed meanwhile is never overwritten unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from qifu.domain.people import queries as people
from qifu.domain.visits import access, flow, forms
from qifu.domain.visits.actions import gains
from qifu.domain.visits.actions.gains import Gains, Learnt, Needed
from qifu.domain.visits.models import Visit
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.receipts.actions import claim, settle

OLDEST, SKEW = timedelta(days=31), timedelta(minutes=2)
LONGEST_NOTE, MOST_PHOTOS, MOST_NEEDS, MOST_FACTS = 4000, 9, 10, 20
FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the device says it was."""

    latitude: Decimal
    longitude: Decimal
    accuracy: int | None = None  # metres


@dataclass(frozen=True, slots=True)
class Report:
    """What was done at the door, as it was written there. Times are those of the device."""

    number: str
    seq: int  # of the visit as the device knew it
    arrived: datetime
    left: datetime
    form: str
    answers: Mapping[str, object]
    note: str = ""
    signed_by: str = ""
    position: Position | None = None
    photos: Sequence[UUID] = ()
    needs: Sequence[Needed] = ()
    facts: Sequence[Learnt] = ()
    follow_up: date | None = None
    over: bool = False  # though the desk changed the visit meanwhile, and the specialist has seen how


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a report; `again`: it was handed in before and nothing was done now."""

    visit: Visit
    gains: Gains = field(default_factory=Gains)
    again: bool = False


@transaction.atomic
def report(*, actor: Actor, now: datetime, key: UUID, sent: datetime, told: Report) -> Reported:
    """Take a report. The same key again answers the same, whatever happened since.

    :param sent: the moment of sending by the clock of the device, so that a wrong clock is put right.
    :raises Missing: no such visit for this actor. :raises Forbidden: it never was the actor's.
    :raises Invalid: something in it cannot be used. :raises Conflict: the desk changed the visit meanwhile, or the key
    was used for another report.
    """
    body = _plain(told)
    claimed = claim(actor=actor, now=now, act="visits.report", key=str(key), body=body)
    if claimed.done:
        done = Visit.objects.get(number=claimed.done)
        return Reported(done, gains.of(done), again=True)
    row = access.visit_to_see(actor, told.number)
    row = Visit.objects.select_for_update().get(pk=row.pk)
    if "own" not in access.relations(actor, row):
        raise Forbidden("这次走访不是您的，不能提交走访记录。")
    step = _step(row, told)
    before, skew = row.state, now - sent
    _fill(row, told, now, skew if abs(skew) > SKEW else timedelta(0))
    row.state = flow.target(row.state, step, {})
    row.seq, row.reported_at = row.seq + 1, now
    row.save()
    made = gains.draw(actor=actor, now=now, visit=row, needs=told.needs, facts=told.facts)
    facts = {
        "step": step, "from": before, "to": "done", "seq": row.seq, "form": row.form, "answers": sorted(row.answers),
        "photos": len(told.photos), "needs": [number for _, number in made.needs], "facts": len(told.facts),
        "follow_up": told.follow_up.isoformat() if told.follow_up else None, "positioned": told.position is not None,
        "skew": round(skew.total_seconds()), "over": told.over,
    }  # fmt: skip
    content = {"note": row.note, "signed_by": row.signed_by, "answers": row.answers}
    record(actor=actor, now=now, verb=f"visits.{step}", stream=row.stream, facts=facts, content=content)
    settle(claimed, row.number)
    return Reported(row, made)


def _step(row: Visit, told: Report) -> str:
    """Which step the report is.

    :raises Conflict: it was done already, or the desk changed the visit and the specialist has not said to go on.
    """
    if row.state == "done":
        raise Conflict(f"{row.number} 已经有走访记录，不能再提交一份。", state="done")
    is_own = row.state in ("missed", "under_way")  # not heard of until now; or begun, which nobody else can do
    if row.seq != told.seq and not told.over and not is_own:
        raise Conflict(f"这次走访在您离线期间有变化：{changed(row)}请对照后决定。", state=row.state)
    return "report_late" if row.state in ("cancelled", "missed") else "report"


def changed(row: Visit) -> str:
    """How the visit stands now, for somebody who knew it otherwise."""
    who = people.names([row.account_id]).get(row.account_id, "")
    reason = f"（{row.reason}）" if row.reason else ""
    return f"现在是“{flow.label(row.state)}”，{row.day:%Y-%m-%d} 由{who}走访{reason}。"


def _fill(row: Visit, told: Report, now: datetime, skew: timedelta) -> None:
    """:raises Invalid: times, answers or lengths that cannot be."""
    arrived, left = told.arrived + skew, told.left + skew
    of = "enterprise" if row.enterprise_id is not None else "building"
    problems = {
        "left": "" if arrived <= left <= now + SKEW else "离开时间要晚于到达时间，不能晚于现在。",
        "arrived": "" if arrived >= now - OLDEST else "只能补报 31 天以内的走访。",
        "note": f"纪要超过 {LONGEST_NOTE} 字，请精简。" if len(told.note) > LONGEST_NOTE else "",
        "signed_by": "签名人超过 40 字。" if len(told.signed_by) > 40 else "",
        "photos": f"照片最多 {MOST_PHOTOS} 张。" if len(set(told.photos)) > MOST_PHOTOS else "",
        "needs": f"一次最多 {MOST_NEEDS} 件诉求。" if len(told.needs) > MOST_NEEDS else "",
        "facts": f"一次最多 {MOST_FACTS} 项。" if len(told.facts) > MOST_FACTS else "",
        "follow_up": "" if _may_return(told.follow_up, now) else "回访日期应在今天之后，一年以内。",
        "position": "" if _is_place(told.position) else "位置不在地图上，请重新定位或不填。",
    }
    if found := {name: text for name, text in problems.items() if text}:
        raise Invalid("走访记录有几处需要修改：" + "".join(found.values()), found)
    row.form, row.answers = told.form, forms.checked(told.form, of, told.answers)
    row.arrived_at, row.left_at = min(arrived, now), min(left, now)
    row.note, row.signed_by, row.follow_up = told.note.strip(), told.signed_by.strip(), told.follow_up
    row.expected = [str(one) for one in dict.fromkeys(told.photos)]
    if told.position is not None:
        row.latitude, row.longitude = told.position.latitude, told.position.longitude
        row.accuracy = told.position.accuracy


def _may_return(day: date | None, now: datetime) -> bool:
    today = now.astimezone(SHANGHAI).date()
    return day is None or today < day <= today + FARTHEST


def _is_place(place: Position | None) -> bool:
    return place is None or (
        -90 <= place.latitude <= 90
        and -180 <= place.longitude <= 180
        and (place.accuracy is None or 0 <= place.accuracy <= 1_000_000)
    )


def _plain(told: Report) -> dict[str, object]:
    """The report as a digest is made of it; saying to go on is no other report."""
    plain = {name: value for name, value in asdict(told).items() if name not in ("seq", "over")}
    return {name: _text(value) for name, value in plain.items()}


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _text(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_text(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
