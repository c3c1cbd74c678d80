"""Monthly plans: which there are, and what one proposes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from qifu.domain.estate import queries as estate
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.domain.visits import access, rules
from qifu.domain.visits.models import Line, Plan
from qifu.kernel.actor import Actor

PAGE, SHOWN = 50, 24


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in a line."""

    id: int
    month: date
    street_name: str
    each: int
    state: str
    state_label: str
    lines: int
    accepted: int
    left_out: int
    made_by: str
    made_at: datetime
    found: tuple[tuple[str, str, int, int], ...]  # rule, what it says, asked for, with a place
    may_decide: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One proposed visit."""

    place: int
    enterprise: int | None
    building: int | None
    title: str
    street_name: str
    unit_name: str
    who: str
    day: date
    rule_label: str
    why: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan with a stretch of its lines."""

    plan: PlanView
    lines: tuple[PlanLine, ...]
    count: int
    before: int
    after: int


def plans(actor: Actor) -> tuple[PlanView, ...]:
    """The latest plans of the actor's streets. Three queries.

    :raises Forbidden: not of the staff.
    """
    access.require_official(actor)
    rows = Plan.objects.all()
    if not access.sees_all(actor):
        rows = rows.filter(street__in=access.kept_streets(actor))
    return _views(actor, list(rows.order_by("-pk")[:SHOWN]))


def plan(actor: Actor, number: int, *, rule: str = "", account: int | None = None, page: int = 1) -> PlanPage:
    """One plan with its lines. A fixed number of queries.

    :raises Missing: there is none, or not for this actor.
    """
    row = access.plan_to_see(actor, number)
    (told,) = _views(actor, [row])
    rows = Line.objects.filter(plan=row)
    if rule:
        rows = rows.filter(rule=rule)
    if account is not None:
        rows = rows.filter(account=account)
    count = rows.count()
    last = max(1, -(-count // PAGE))
    page = min(max(1, page), last)
    held = list(rows.order_by("place")[(page - 1) * PAGE : page * PAGE])
    return PlanPage(told, _lines(held), count, page - 1, page + 1 if page < last else 0)


def every_line(actor: Actor, number: int) -> tuple[PlanView, tuple[PlanLine, ...]]:
    """All lines of a plan, for a workbook.

    :raises Missing: there is none, or not for this actor.
    """
    row = access.plan_to_see(actor, number)
    (told,) = _views(actor, [row])
    return told, _lines(list(Line.objects.filter(plan=row).order_by("place")))


def who_is_in(actor: Actor, number: int) -> list[tuple[int, str]]:
    """The specialists of a plan."""
    row = access.plan_to_see(actor, number)
    ids = set(Line.objects.filter(plan=row).order_by().values_list("account_id", flat=True))
    return sorted(people.names(ids).items(), key=lambda pair: pair[1])


def _lines(held: list[Line]) -> tuple[PlanLine, ...]:
    names = registry.names(line.enterprise_id for line in held)
    places = estate.brief(line.building_id for line in held)
    who = people.names(line.account_id for line in held)
    return tuple(
        PlanLine(
            line.place, line.enterprise_id, line.building_id,
            places[line.building_id].name if line.building_id else names.get(line.enterprise_id or 0, ""),
            _short(line.street_id), _short(line.unit_id), who.get(line.account_id, ""), line.day,
            rules.label(line.rule), line.why,
        )
        for line in held
    )  # fmt: skip


def _views(actor: Actor, rows: list[Plan]) -> tuple[PlanView, ...]:
    makers = {row.made_by: int(tail) for row in rows if (tail := row.made_by.partition(":")[2]).isdecimal()}
    names = people.names(makers.values())
    return tuple(
        PlanView(
            row.pk, row.month, _short(row.street_id) or "全区", row.each, row.state, row.get_state_display(),
            sum(given for _, given in row.found.values()), row.accepted, row.left_out,
            names.get(makers.get(row.made_by, 0), "系统"), row.made_at,
            tuple((code, rules.BY_CODE[code].definition, *row.found[code]) for code in row.found if code in rules.BY_CODE),
            row.state == "draft" and access.keeps_street(actor, row.street_id),
        )
        for row in rows
    )  # fmt: skip


def _short(unit: int | None) -> str:
    units = people.unit_tree().units
    return units[unit].short_name if unit in units else ""
