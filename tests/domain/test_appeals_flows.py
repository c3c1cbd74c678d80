"""Every flow, every pair of state and step: what tests/cases/flows.csv lists is possible, and nothing else is."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.flow import FLOWS, STARTS, TERMS
from qifu.domain.appeals.models import Appeal
from qifu.engines.calendar import SHANGHAI, Hours, published
from qifu.engines.flow import Case, Impossible, Need, Step, Timer, advance, started
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.models import Record
from qifu.kernel.outbox.models import Item
from tests.stage import Stage

TABLE = Path(__file__).parents[1] / "cases" / "flows.csv"
AT = datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI)
TIMER = Timer(published(), Hours())
RELATIONS = {"centre", "supervisor", "lead", "joint", "contact", "system"}


def listed() -> dict[tuple[str, str, str], str]:
    """(flow, state, step) → the state it leads to, as an officer reads it."""
    with TABLE.open(encoding="utf-8-sig") as file:
        return {(row["flow"], row["state"], row["step"]): row["to"] for row in csv.DictReader(file)}


def something(need: Need) -> object:
    """A value that satisfies the need."""
    return {
        "choice": need.options[0][0] if need.options else "",
        "number": 1,
        "date": date(2026, 10, 9),
        "items": ["一项"],
        "units": [2],
        "files": [],
        "flag": True,
        "text": "说明",
        "line": "说明",
    }.get(need.kind, 1)


def given(step: Step) -> dict[str, object]:
    return {need.name: something(need) for need in step.needs if need.is_required}


def at(kind: str, state: str) -> Case:
    """A case in the state, with the clocks of its submission running and every guard content."""
    terms = TERMS[kind, "normal"]
    clocks = tuple(started(name, 1, terms[name], AT, TIMER) for name in STARTS[kind])
    return Case(state, resumes="working", clocks=clocks, facts={"extension": False, "order": True})


PAIRS = [(kind, state, step) for kind, flow in FLOWS.items() for state in flow.states for step in flow.steps]


@pytest.mark.parametrize("kind", FLOWS)
def test_every_pair_of_state_and_step_does_what_the_table_says(kind: str) -> None:
    table, wrong = listed(), []
    for _, state, name in (pair for pair in PAIRS if pair[0] == kind):
        case, step = at(kind, state), FLOWS[kind].steps[name]
        if name in ("grant", "refuse_extension"):
            case = Case(state, clocks=case.clocks, facts={"extension": True})
        try:
            moved = advance(FLOWS[kind], case, name, at=AT, given=given(step), terms=TERMS[kind, "normal"], timer=TIMER)
            found = moved.case.state
        except Impossible:
            found = ""
        if found != table.get((kind, state, name), ""):
            wrong.append((state, name, found, table.get((kind, state, name), "")))
    assert wrong == []


def test_the_table_names_nothing_that_does_not_exist() -> None:
    assert set(listed()) <= set(PAIRS)


@pytest.mark.parametrize("kind", FLOWS)
def test_every_step_is_somebodys_and_every_open_state_has_a_way_out(kind: str) -> None:
    flow = FLOWS[kind]
    assert all(step.who and step.who <= RELATIONS for step in flow.steps.values())
    stuck = [
        name
        for name, state in flow.states.items()
        if state.is_open and not any(name in s.sources and s.target not in ("", name) for s in flow.steps.values())
    ]
    assert stuck == []
    assert set(access.RIGHTS) <= RELATIONS


@pytest.mark.parametrize("kind", FLOWS)
def test_every_urgency_has_its_terms(kind: str) -> None:
    for urgency in ("normal", "urgent", "inquiry"):
        assert set(STARTS[kind]) <= set(TERMS[kind, urgency])


REACHED = {
    "appeal": ("submitted", "accepted", "dispatched", "working", "asking", "disputed", "replied", "closed", "declined"),
    "complaint": ("settling", "replied"),
    "petition": ("submitted", "dispatched", "working", "replied", "closed"),
    "assistance": ("accepted", "working", "replied"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind, states in REACHED.items() for state in states])
def test_a_step_out_of_place_is_refused_and_leaves_no_trace(stage: Stage, kind: str, state: str) -> None:
    """Tried by everybody who could ever take it, on the real system."""
    batch = {"party": "single", "persons": 1}
    case = (
        stage.to(state, stage.submit(stage.actor("dispatcher"), kind="petition", channel="visit", batch=batch))
        if kind == "petition"
        else stage.to(state, kind=kind)
    )
    before, records, items = stage.row(case), Record.objects.count(), Item.objects.count()
    actors = {
        "centre": "dispatcher", "supervisor": "supervisor", "lead": "handler", "joint": "taxman", "contact": "contact",
    }  # fmt: skip
    flow, tried = FLOWS[kind], 0
    visible = {who for who in actors.values() if access.visible(stage.actor(who)).filter(pk=case.pk).exists()}
    for name, step in flow.steps.items():
        if (kind, state, name) in listed():
            continue
        for relation in step.who & set(actors):
            if actors[relation] not in visible:
                continue
            with pytest.raises((Conflict, Forbidden, Invalid)):
                stage.take(actors[relation], case, name, **given(step))
            tried += 1
    assert tried > 0
    assert (stage.row(case), Record.objects.count(), Item.objects.count()) == (before, records, items)
    assert facts.flow_of(Appeal.objects.get(pk=case.pk)).states[state].is_open == case.is_open
