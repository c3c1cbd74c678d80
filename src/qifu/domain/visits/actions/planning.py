"""Draw up a month of visits by rules, look at it, accept it or drop it. Accepting looks again: others plan meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from qifu.domain.people.specialists import Serving, serving
from qifu.domain.visits import access, rules
from qifu.domain.visits.actions import numbering
from qifu.domain.visits.actions.arranging import hold, refusal
from qifu.domain.visits.actions.candidates import Candidate, Month, candidates
from qifu.domain.visits.models import Binding, Line, Plan, Visit
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import Entry, record, record_many
from qifu.kernel.workdays.queries import calendar

CHUNK = 500
AHEAD_MONTHS = 12
Near = dict[int, list[tuple[int, date]]]


@dataclass
class _Desk:
    """One specialist with the days of the month and how full they are."""

    who: Serving
    left: int
    days: dict[date, int] = field(default_factory=dict)

    def free(self) -> list[date]:
        """Days with room, the emptiest first, then the earliest."""
        return sorted(
            (day for day, n in self.days.items() if n < rules.EACH_DAY), key=lambda day: (self.days[day], day)
        )


@transaction.atomic
def draw_up(*, actor: Actor, now: datetime, month: date, street: int | None = None, each: int = rules.EACH) -> Plan:
    """Draw up the plan of a month as a draft.

    :raises Forbidden: not for this street. :raises Invalid: a month that is over or far off, a number that cannot be.
    :raises Conflict: nobody serves there.
    """
    access.require_street(actor, street)
    today = now.astimezone(SHANGHAI).date()
    first = month.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    _check(first, last, today, each)
    desks = _desks(now, first, last, today, street, each)
    if not desks:
        raise Conflict("这里还没有服务专员，请先在“人员”里给同事授予服务专员岗位。")
    room = max(sum(desk.left for desk in some) for some in _by_street(desks).values())
    wanted = candidates(Month(first, last, today, street, room))
    plan = Plan.objects.create(month=first, street_id=street, each=each, made_by=actor.mark, made_at=now)
    placed = _placed(plan, wanted, desks, first, last)
    Line.objects.bulk_create(placed, batch_size=CHUNK)
    asked, given = Counter(one.rule for one in wanted), Counter(one.rule for one in placed)
    plan.found = {code: [asked[code], given[code]] for code in asked}
    plan.save(update_fields=["found"])
    facts = {"month": f"{first:%Y-%m}", "street": street, "each": each, "found": plan.found}
    record(actor=actor, now=now, verb="visits.plan", stream=stream_of(plan), facts=facts)
    return plan


def _check(first: date, last: date, today: date, each: int) -> None:
    fields = {}
    if last <= today or first > today + timedelta(days=31 * AHEAD_MONTHS):
        fields["month"] = "请选本月或以后一年内的月份。"
    if not 1 <= each <= 100:
        fields["each"] = "每人每月走访数请填 1 到 100。"
    if fields:
        raise Invalid("计划有误：" + "".join(fields.values()), fields)


def _desks(now: datetime, first: date, last: date, today: date, street: int | None, each: int) -> list[_Desk]:
    """The specialists with what they have room for in the month."""
    work = calendar()
    begins = max(first, today + timedelta(days=1))
    days = [date.fromordinal(n) for n in range(begins.toordinal(), last.toordinal() + 1)]
    days = [day for day in days if work.is_working_day(day)]
    held: dict[int, Counter[date]] = {}
    rows = Visit.objects.filter(day__gte=first, day__lte=last, state__in=("planned", "under_way", "done"))
    for account, day in rows.order_by().values_list("account_id", "day"):
        held.setdefault(account, Counter())[day] += 1
    found = []
    for who in serving(now, street):
        mine = held.get(who.account, Counter())
        if who.street is not None:
            found.append(_Desk(who, max(0, each - mine.total()), {day: mine[day] for day in days}))
    return found


def _by_street(desks: Iterable[_Desk]) -> dict[int | None, list[_Desk]]:
    found: dict[int | None, list[_Desk]] = {}
    for desk in desks:
        found.setdefault(desk.who.street, []).append(desk)
    return found


def _placed(plan: Plan, wanted: Sequence[Candidate], desks: list[_Desk], first: date, last: date) -> list[Line]:
    """Each candidate with its specialist and the emptiest day on which the firm is free; without one it is left out."""
    by_account, by_street = {desk.who.account: desk for desk in desks}, _by_street(desks)
    bound = _bound(wanted)
    near = near_of([one.enterprise for one in wanted if one.enterprise is not None], first, last)
    lines: list[Line] = []
    for one in wanted:
        own = by_account.get(bound.get((one.enterprise, one.building), 0))
        others = sorted(by_street.get(one.street, []), key=lambda desk: (-desk.left, desk.who.account))
        for desk in [own] if own is not None and own.left else others[:1]:
            day = _day_for(one, desk, near) if desk.left else None
            if day is None:
                continue
            desk.left -= 1
            desk.days[day] += 1
            if one.enterprise is not None:
                near.setdefault(one.enterprise, []).append((desk.who.unit, day))
            lines.append(
                Line(
                    plan=plan, place=len(lines) + 1, enterprise_id=one.enterprise, building_id=one.building,
                    street_id=one.street, unit_id=desk.who.unit, account_id=desk.who.account, day=day, rule=one.rule,
                    why=one.why[:300],
                )
            )  # fmt: skip
    return lines


def _day_for(one: Candidate, desk: _Desk, near: Near) -> date | None:
    beside = near.get(one.enterprise or 0, [])
    return next((day for day in desk.free() if not beside or not refusal(beside, desk.who.unit, day)), None)


def _bound(wanted: Sequence[Candidate]) -> dict[tuple[int | None, int | None], int]:
    """Who looks after each, where somebody does."""
    found: dict[tuple[int | None, int | None], int] = {}
    for name in ("enterprise", "building"):
        ids = [getattr(one, name) for one in wanted if getattr(one, name) is not None]
        for start in range(0, len(ids), CHUNK):
            rows = Binding.objects.filter(until__isnull=True, **{f"{name}__in": ids[start : start + CHUNK]})
            for enterprise, building, account in rows.values_list("enterprise_id", "building_id", "account_id"):
                found[enterprise, building] = account
    return found


def near_of(ids: Sequence[int], first: date, last: date) -> Near:
    """Which office calls on which of these firms about that time."""
    span, found = timedelta(days=rules.WINDOW - 1), Near()
    for start in range(0, len(ids), CHUNK):
        rows = Visit.objects.filter(
            enterprise__in=ids[start : start + CHUNK], day__gte=first - span, day__lte=last + span,
            state__in=("planned", "under_way", "done"),
        )  # fmt: skip
        for enterprise, unit, day in rows.values_list("enterprise_id", "unit_id", "day"):
            found.setdefault(enterprise or 0, []).append((unit, day))
    return found


@transaction.atomic
def accept(*, actor: Actor, now: datetime, plan: int) -> Plan:
    """Make visits of the lines of a draft; those that have no place any more are left out and counted.

    :raises Missing: none for this actor. :raises Forbidden: the actor only looks. :raises Conflict: it was decided already.
    """
    row = _undecided(actor, plan)
    today = now.astimezone(SHANGHAI).date()
    lines = list(Line.objects.filter(plan=row).order_by("place"))
    firms = [line.enterprise_id for line in lines if line.enterprise_id is not None]
    hold(firms)
    good = _still_good(lines, today)
    places = _places(good)
    numbers = _fresh_numbers(now, len(good))
    made = [
        Visit(
            number=number, enterprise_id=line.enterprise_id, building_id=line.building_id, street_id=line.street_id,
            unit_id=line.unit_id, account_id=line.account_id, day=line.day, place=place, rule=line.rule, why=line.why,
            plan=row, made_by=actor.mark, made_at=now,
        )
        for line, number, place in zip(good, numbers, places, strict=True)
    ]  # fmt: skip
    Visit.objects.bulk_create(made, batch_size=CHUNK)
    record_many([_arranged(actor, now, visit) for visit in made])
    row.accepted, row.left_out = len(made), len(lines) - len(made)
    return _decided(row, "accepted", actor, now)


@transaction.atomic
def drop(*, actor: Actor, now: datetime, plan: int) -> Plan:
    """Give a draft up; nothing was arranged.

    :raises Missing: none for this actor. :raises Forbidden: the actor only looks. :raises Conflict: it was decided already.
    """
    return _decided(_undecided(actor, plan), "dropped", actor, now)


def _undecided(actor: Actor, plan: int) -> Plan:
    row = access.plan_to_see(actor, plan, lock=True)
    access.require_street(actor, row.street_id)
    if row.state != "draft":
        raise Conflict(f"这份计划{row.get_state_display()}，不能再改。", state=row.state)
    return row


def _decided(row: Plan, state: str, actor: Actor, now: datetime) -> Plan:
    row.state, row.decided_at = state, now
    row.save()
    facts = {"state": state, "accepted": row.accepted, "left_out": row.left_out}
    record(actor=actor, now=now, verb=f"visits.plan_{state}", stream=stream_of(row), facts=facts)
    return row


def _still_good(lines: Sequence[Line], today: date) -> list[Line]:
    """The lines whose day has not come and whose firm has room, looked at in their order."""
    if not lines:
        return []
    days = [line.day for line in lines]
    near = near_of([line.enterprise_id for line in lines if line.enterprise_id is not None], min(days), max(days))
    rows = Visit.objects.filter(building__isnull=False, day__gte=min(days), day__lte=max(days))
    places = set(rows.exclude(state__in=("cancelled", "missed")).values_list("building_id", "unit_id", "day"))
    good = []
    for line in lines:
        beside = near.setdefault(line.enterprise_id or 0, [])
        if line.day <= today or (line.enterprise_id is not None and refusal(beside, line.unit_id, line.day)):
            continue
        if (line.building_id, line.unit_id, line.day) in places:
            continue
        if line.enterprise_id is not None:
            beside.append((line.unit_id, line.day))
        good.append(line)
    return good


def _places(lines: Sequence[Line]) -> list[int]:
    """The place of each in the route of its day, behind what is there already."""
    rows = Visit.objects.filter(day__in={line.day for line in lines}).order_by()
    held = Counter((account, day) for account, day in rows.values_list("account_id", "day"))
    found = []
    for line in lines:
        held[line.account_id, line.day] += 1
        found.append(held[line.account_id, line.day])
    return found


def _fresh_numbers(now: datetime, count: int) -> list[str]:
    """Numbers that are not taken; the day's own are few."""
    stem = numbering.made(now, 0)[:8]
    taken = set(Visit.objects.filter(number__startswith=stem).values_list("number", flat=True))
    found: dict[str, None] = {}
    while len(found) < count:
        number = numbering.draw(now)
        if number not in taken:
            found[number] = None
    return list(found)


def _arranged(actor: Actor, now: datetime, visit: Visit) -> Entry:
    facts = {"number": visit.number, "enterprise": visit.enterprise_id, "building": visit.building_id,
             "unit": visit.unit_id, "account": visit.account_id, "day": visit.day.isoformat(), "rule": visit.rule,
             "plan": visit.plan_id}  # fmt: skip
    return Entry(actor, now, "visits.arrange", visit.stream, facts, {"why": visit.why})


def stream_of(plan: Plan) -> str:
    """The name of the plan's chain of evidence."""
    return f"visits.plan:{plan.pk}"
