"""The enterprise file (一企一档): one page composed across rooms once, for the screen and for paper.

Every part is read through the room's own queries and so is cut to who looks: a handler sees the cases of the own unit
only. Each figure stands with its source and its day; nothing is computed here that a room does not answer for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.timezone import localdate

from qifu.domain.appeals.queries import lists as cases
from qifu.domain.estate import queries as estate
from qifu.domain.estate.neighbours import neighbours
from qifu.domain.grants.loans import queries as loans
from qifu.domain.policies.queries import filed as policies
from qifu.domain.registry import facts, filed, persons, queries, watching
from qifu.domain.visits.queries import listing as visits
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.output.dossiers.portrait import Tag, portrait

CASES, EVENTS = 10, 25
HONOURS = ("high_tech", "specialised", "little_giant", "tech_sme", "above_scale", "tax_credit", "listing", "patents",
           "inventions")  # fmt: skip
RISKS = ("abnormal", "dishonest", "penalised", "arrears", "lawsuits", "debt_ratio", "layoff_ratio")
CHARTED = ("revenue", "tax_paid", "employees", "insured_staff")


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a year, with whose it is."""

    text: str
    day: date | None
    source: str
    row: int


@dataclass(frozen=True, slots=True)
class Year:
    """A line of the table of figures: one figure, by year."""

    label: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline."""

    at: datetime
    what: str
    text: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """All of it, as of `at`."""

    at: datetime
    firm: queries.EnterpriseView
    capital: facts.Held | None
    heads: facts.Held | None
    size: facts.Held | None
    tags: tuple[Tag, ...]
    speakers: tuple[filed.Speaker, ...]
    people: tuple[filed.Standing, ...]
    honours: tuple[filed.Standing, ...]
    risks: tuple[filed.Standing, ...]
    loans: tuple[loans.FiledLoan, ...]
    years: tuple[int, ...]
    figures: tuple[Year, ...]
    series: tuple[tuple[str, str, dict[int, float]], ...]
    places: tuple[estate.Place, ...]
    policies: policies.Policies
    cases: tuple[cases.Line, ...]
    has_more_cases: bool
    alerts: tuple[watching.Line, ...]
    visits: tuple[visits.Line, ...]
    relations: tuple[filed.Related, ...]
    events: tuple[Event, ...]

    @property
    def open_alerts(self) -> int:
        return sum(line.state == "open" for line in self.alerts)


def compose(actor: Actor, now: datetime, enterprise: int) -> File:
    """Compose the file for who looks; the number of statements does not depend on what there is.

    :raises Missing: there is no such enterprise, or not for this actor; both answer alike.
    """
    firm = queries.enterprise(actor, enterprise)
    on = localdate(now)
    held = facts.held(enterprise)
    yearly = filed.yearly(enterprise)
    years = tuple(sorted({year for line in yearly for year in line.years}))[-5:]
    page = cases.page(actor=actor, now=now, filters=cases.Filters(enterprise=enterprise), size=CASES, with_count=False)
    alerts = watching.of_enterprise(actor, now, enterprise)
    places = estate.places_of(enterprise)
    stood = filed.standings(enterprise, (*persons.FIELDS, *HONOURS, *RISKS))
    seen = visits.of_enterprise(actor, enterprise)
    told = policies.policies(enterprise, held, on)
    return File(
        at=now,
        firm=firm,
        capital=held.get("registered_capital"),
        heads=held.get("employees"),
        size=held.get("size_class"),
        tags=portrait(held, on),
        speakers=filed.speakers(enterprise),
        people=tuple(one for one in stood if one.field in persons.FIELDS),
        honours=tuple(one for one in stood if one.field in HONOURS and one.value not in (False, 0, "none", "")),
        risks=tuple(one for one in stood if one.field in RISKS),
        loans=loans.of_enterprise(actor, enterprise),
        years=years,
        figures=tuple(_line(one, years) for one in yearly),
        series=tuple(
            (one.label, one.unit, {year: float(str(seen.value)) for year, seen in one.years.items()})
            for one in yearly
            if one.field in CHARTED
        ),
        places=places,
        policies=told,
        cases=tuple(page.lines),
        has_more_cases=bool(page.next),
        alerts=alerts,
        visits=seen,
        relations=filed.relations(actor, enterprise, firm.brief.name, neighbours(enterprise, on)),
        events=_events(firm, places, page.lines, alerts, told, seen),
    )


def _line(one: filed.Yearly, years: tuple[int, ...]) -> Year:
    cells = []
    for year in years:
        seen = one.years.get(year)
        text = watching.value_said(seen.value) if seen else ""
        cells.append(Cell(text, seen.day if seen else None, seen.source if seen else "", seen.row if seen else 0))
    return Year(one.label, one.unit, tuple(cells))


def _events(
    firm: queries.EnterpriseView,
    places: tuple[estate.Place, ...],
    lines: list[cases.Line],
    alerts: tuple[watching.Line, ...],
    told: policies.Policies,
    seen: tuple[visits.Line, ...],
) -> tuple[Event, ...]:
    """What happened, the newest first."""
    found = []
    if firm.registered_on:
        found.append(Event(_at(firm.registered_on), "成立", firm.legal_form, "home"))
    for mark in firm.marks:
        found.append(Event(_at(mark.since), f"取得：{mark.label}", mark.source, "star"))
        if mark.until:
            found.append(Event(_at(mark.until), f"期满：{mark.label}", mark.source, "star", "amber"))
    for place in places:
        where = f"{place.building.name} {place.room}".strip()
        if place.since:
            found.append(Event(_at(place.since), "迁入", where, "building"))
        if place.until:
            found.append(Event(_at(place.until), "迁出", where, "building", "amber"))
    found += [Event(case.submitted_at, "提交诉求", f"{case.title}（{case.state_label}）", "inbox") for case in lines]
    for alert in alerts:
        found.append(Event(alert.found_at, f"预警：{alert.rule_label}", alert.why, "flag", "red"))
        if alert.closed_at:
            found.append(
                Event(
                    alert.closed_at, f"预警已处置：{alert.rule_label}", alert.outcome_label or "误报", "check", "green"
                )
            )
    for visit in seen:
        if visit.left_at:
            found.append(Event(visit.left_at, "走访", f"{visit.unit_name} {visit.who}".strip(), "person-check"))
    for got in told.got:
        found.append(Event(_at(got.applied_on), "申报政策", got.title, "idea"))
        if got.paid_on:
            found.append(Event(_at(got.paid_on), "政策兑现", got.title, "idea", "green"))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:EVENTS])


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
