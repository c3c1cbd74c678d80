"""Arrange a visit: by hand, under the cap of offices that one firm shares; the diary of the firm is locked first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, rules
from qifu.domain.visits.actions import numbering
from qifu.domain.visits.models import Diary, Visit
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.writing import insert_lenient, insert_new

TRIES = 5
AHEAD = 400  # days


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit as it is asked for."""

    day: date
    unit: int
    account: int
    why: str
    enterprise: int | None = None
    building: int | None = None
    rule: str = rules.HAND


@transaction.atomic
def arrange(*, actor: Actor, now: datetime, wanted: Wanted) -> Visit:
    """Arrange one visit.

    :raises Forbidden: not for this unit. :raises Missing: no such enterprise for this actor.
    :raises Invalid: no place or two, a day that cannot be, no reason, somebody who is not of the unit.
    :raises Conflict: too many offices would call on the firm, or the unit goes there that day already.
    """
    access.require_arranger(actor)
    if wanted.account != actor.account or wanted.unit not in actor.units():
        access.require_planner(actor, wanted.unit)
    _check(actor, now, wanted)
    street = _street(wanted)
    if wanted.enterprise is not None:
        hold([wanted.enterprise])
        require_room(wanted.enterprise, wanted.unit, wanted.day)
    drawn = Visit(
        enterprise_id=wanted.enterprise,
        building_id=wanted.building,
        street_id=street,
        unit_id=wanted.unit,
        account_id=wanted.account,
        day=wanted.day,
        place=_last_place(wanted.account, wanted.day) + 1,
        rule=wanted.rule,
        why=wanted.why.strip(),
        made_by=actor.mark,
        made_at=now,
    )
    _numbered(drawn, now)
    facts = {"number": drawn.number, "enterprise": wanted.enterprise, "building": wanted.building, "unit": wanted.unit,
             "account": wanted.account, "day": wanted.day.isoformat(), "rule": wanted.rule}  # fmt: skip
    record(actor=actor, now=now, verb="visits.arrange", stream=drawn.stream, facts=facts, content={"why": drawn.why})
    return drawn


def hold(enterprises: Iterable[int]) -> None:
    """Lock the diaries of these firms, in one order, until the transaction ends."""
    wanted = sorted(set(enterprises))
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        insert_lenient([Diary(enterprise_id=one) for one in some])
        list(Diary.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))


def require_room(enterprise: int, unit: int, day: date, *, moving: int = 0) -> None:
    """:raises Conflict: with this office more than the cap would call on the firm within seven days, or it goes there already."""
    if problem := refusal(_near(enterprise, day, moving), unit, day):
        raise Conflict(problem, state="full")


def refusal(near: Iterable[tuple[int, date]], unit: int, day: date) -> str:
    """Why a further visit has no place beside these (office, day); empty when it has. Every window that holds the day is looked at."""
    others = [(other, on) for other, on in near if other != unit]
    if any(other == unit and on == day for other, on in near):
        return f"本单位 {day:%Y-%m-%d} 已安排走访这里，请改期或并入那一次。"
    for shift in range(rules.WINDOW):
        first = day - timedelta(days=shift)
        last = first + timedelta(days=rules.WINDOW - 1)
        offices = {other for other, on in others if first <= on <= last}
        if len(offices) >= rules.OFFICES:
            names = people.unit_tree().units
            told = "、".join(sorted(names[one].short_name for one in offices if one in names))
            return (
                f"{told}已安排在 {first:%m-%d} 至 {last:%m-%d} 走访这家企业，七天内最多 {rules.OFFICES} 个部门上门。"
                "请改到别的日子，或与其中一家一起去。"
            )
    return ""


def _near(enterprise: int, day: date, moving: int) -> list[tuple[int, date]]:
    span = timedelta(days=rules.WINDOW - 1)
    rows = Visit.objects.filter(enterprise=enterprise, day__gte=day - span, day__lte=day + span)
    rows = rows.filter(state__in=("planned", "under_way", "done")).exclude(pk=moving)
    return list(rows.values_list("unit_id", "day"))


def _check(actor: Actor, now: datetime, wanted: Wanted) -> None:
    today = now.astimezone(SHANGHAI).date()
    fields = {}
    if (wanted.enterprise is None) == (wanted.building is None):
        fields["enterprise"] = "请选择一家企业，或一栋楼宇。"
    if not today <= wanted.day <= today + timedelta(days=AHEAD):
        fields["day"] = "日期要从今天起、一年以内。"
    if not 2 <= len(wanted.why.strip()) <= 300:
        fields["why"] = "请写明为什么走访（2 至 300 字）。"
    if wanted.account not in {one.id for one in people.staff_of_unit(wanted.unit, now)}:
        fields["account"] = "这位同事不在这个单位，请重新选择。"
    if fields:
        raise Invalid("走访安排有误：" + "".join(fields.values()), fields)
    if wanted.enterprise is not None:
        access.enterprise_to_see(actor, wanted.enterprise)


def _street(wanted: Wanted) -> int | None:
    if wanted.enterprise is not None:
        known = registry.identity(wanted.enterprise)
        return known.street if known else None
    found = estate.brief([wanted.building]).get(wanted.building or 0)
    if found is None:
        raise Invalid("没有这栋楼宇，请重新选择。", {"building": "请重新选择。"})
    return found.street


def _last_place(account: int, day: date) -> int:
    last = Visit.objects.filter(account=account, day=day).order_by("-place").values_list("place", flat=True).first()
    return last or 0


def _numbered(drawn: Visit, now: datetime) -> None:
    """Save under a fresh number; a number drawn twice is drawn again."""
    for _ in range(TRIES):
        drawn.number = numbering.draw(now)
        try:
            if insert_new(drawn, "number"):
                return
        except IntegrityError:
            raise Conflict(f"本单位 {drawn.day:%Y-%m-%d} 已安排走访这里，请改期或并入那一次。", state="taken") from None
    raise RuntimeError(f"{TRIES} numbers in a row were taken already")
