"""Three cases played at random against a small model: whatever is pressed, in whatever order, the row stands where the model says,
it is the fold of its history, its clocks agree with its state, and the evidence verifies.

The model knows nothing of the flow's tables. QIFU_TRIALS=N plays N times as many games; QIFU_SEED=N others, and looks for the
shortest one that fails.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from qifu.domain.appeals import facts
from qifu.domain.appeals.actions import clocks
from qifu.domain.appeals.history import differs
from qifu.domain.appeals.models import Appeal, Assignment, Clock, Extension, Rating
from qifu.kernel.errors import Refusal
from qifu.kernel.evidence.models import Record
from qifu.kernel.evidence.queries import history
from qifu.kernel.evidence.verify import verify
from qifu.kernel.outbox.models import Item
from tests.conftest import NOW
from tests.stage import Stage

SEED = int(os.environ.get("QIFU_SEED", "20260930"))
GAMES = 16 * int(os.environ.get("QIFU_TRIALS", "1"))
STEPS = 40  # of one game

OPEN = {"submitted", "accepted", "dispatched", "working", "asking", "disputed", "replied", "merged"}
ACTIVE = OPEN - {"replied", "merged"}
OWED = {"accept", "dispatch", "sign", "reply"}  # clocks that the desk owes


@dataclass
class Model:
    """One case as anybody would describe it."""

    state: str = "submitted"
    round: int = 1
    back: str = ""  # where a detour leads back to
    counts: dict[str, int] = field(default_factory=dict)
    unit: int | None = None
    returns: int = 0
    steps: int = 1
    leader: int | None = None  # which of the three
    outcome: str = ""
    closed_how: str = ""
    live: dict[str, str] = field(default_factory=lambda: dict.fromkeys(("accept", "dispatch", "reply"), "running"))
    waits: bool = False  # more time was asked for and nobody has decided
    rated: set[int] = field(default_factory=set)

    def done(self, step: str) -> None:
        self.steps += 1
        self.counts[step] = self.counts.get(step, 0) + 1

    def end(self, *kinds: str) -> None:
        for kind in kinds:
            self.live.pop(kind, None)

    def begin(self, *kinds: str) -> None:
        self.live |= dict.fromkeys(kinds, "running")

    def turn(self, before: str, after: str) -> None:
        """Pause what runs, or let run what is paused, of the clocks that waiting for the enterprise stops."""
        self.live = {k: after if v == before and k != "accept" else v for k, v in self.live.items()}

    def open_round(self, step: str) -> None:
        self.state, self.round, self.outcome, self.closed_how, self.unit = "accepted", self.round + 1, "", "", None
        self.counts = {step: 1}
        self.steps += 1
        self.end("confirm")
        self.begin("dispatch", "reply")

    def go_back(self) -> None:
        self.state, self.back = self.back, ""


class Life(RuleBasedStateMachine):
    """The game: every button of the flow, by whoever may press it."""

    stage: Stage  # set by the test, like the tally of what was pressed
    pressed: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.scene = transaction.atomic()
        self.scene.__enter__()
        self.play = replace(self.stage, now=NOW)
        self.rows: list[Appeal] = []
        self.models: list[Model] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.scene.__exit__(None, None, None)

    @initialize(urgencies=st.lists(st.sampled_from(["normal", "urgent", "inquiry"]), min_size=3, max_size=3))
    def hand_in(self, urgencies: list[str]) -> None:
        for urgency in urgencies:
            self.rows.append(self.play.submit(urgency=urgency))
            self.models.append(Model())

    # -- moves --------------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """The next move: mostly what can be done and often what comes next, at times nothing but time, or a wrong button."""
        kind = data.draw(st.sampled_from(["next"] * 4 + ["any"] * 3 + ["vain", "wait"]), label="kind")
        if kind == "wait":
            self.wait(data.draw(st.sampled_from([5, 40, 3 * 60, 26 * 60, 6 * 24 * 60]), label="minutes"))
        elif kind == "vain":
            self.press_in_vain(data)
        else:
            usual = {n: NEXT.get(model.state, ()) if kind == "next" else NAMES for n, model in enumerate(self.models)}
            self.press([(n, step) for n, steps in usual.items() for step in steps if self._may(n, step)], data)

    def press(self, moves: list[tuple[int, str]], data: st.DataObject) -> None:
        """Somebody does what can be done."""
        if not moves:
            return
        n, step = data.draw(st.sampled_from(moves), label="possible")
        before = self._due(n)
        self._take(n, step, self._given(n, step, data))
        DO[step](self, n)
        self.pressed[step] += 1
        if step == "grant":
            assert self._due(n) > before

    def press_in_vain(self, data: st.DataObject) -> None:
        """Somebody does what cannot be done: it is refused and leaves no trace."""
        moves = [(n, step) for n in range(3) for step in NAMES if not self._may(n, step)]
        n, step = data.draw(st.sampled_from(moves), label="impossible")
        kept = (Appeal, Record, Item, Clock, Assignment, Extension, Rating)
        before = [list(model.objects.order_by("pk").values()) for model in kept]
        with pytest.raises(Refusal):
            self._take(n, step, self._given(n, step, data))
        assert [list(model.objects.order_by("pk").values()) for model in kept] == before

    def wait(self, minutes: int) -> None:
        """Time passes: what it sets off is told, and what waited too long for the enterprise is closed."""
        self.play.later(minutes=minutes)
        over = Clock.objects.filter(kind="confirm", status="running", due_at__lt=self.play.now)
        gone = set(over.values_list("appeal_id", flat=True))
        clocks.signal_due(now=self.play.now)
        assert clocks.signal_due(now=self.play.now) == 0  # told once
        assert clocks.lapse_due(now=self.play.now) == len(gone)
        for row, model in zip(self.rows, self.models, strict=True):
            if row.pk in gone:
                assert model.state == "replied"
                model.done("lapse")
                model.state, model.closed_how = "closed", "silent"
                model.end("confirm")

    # -- who, with what, and whether ------------------------------------------------------------------------------------

    def _take(self, n: int, step: str, given: dict[str, object]) -> None:
        self.play.take(self._who(n, step), self.rows[n], step, **given)

    def _who(self, n: int, step: str) -> str:
        unit = self.models[n].unit
        lead = "taxman" if unit == self.play.tax else "handler"
        desk = {"accept", "dispatch", "grant", "merge", "unmerge", "decline"}
        contact = {"answer", "confirm", "refuse", "rate", "reopen", "withdraw", "add"}
        if step == "ask" and unit is None:
            return "dispatcher"
        return "dispatcher" if step in desk else "contact" if step in contact else WHO.get(step, lead)

    def _given(self, n: int, step: str, data: st.DataObject) -> dict[str, object]:
        if step in ("dispatch", "rule"):
            unit = data.draw(st.sampled_from([self.play.house.department, self.play.tax]), label="unit")
            self.chosen = unit
            return {"unit": unit, "reason": "由其牵头"}
        if step == "merge":
            others = [m for m in range(3) if m != n and self._leads_well(m)]
            self.chosen = data.draw(st.sampled_from(others or [n]), label="leader")
            return {"leader": self.rows[self.chosen].pk}
        return GIVEN.get(step, {"text": "说明", "reason": "理由"})

    def _leads_well(self, m: int) -> bool:
        model = self.models[m]
        return model.state in OPEN - {"replied", "merged"} and model.leader is None

    def _may(self, n: int, step: str) -> bool:
        return MAY[step](self, n)

    def _due(self, n: int) -> Any:
        live = Clock.objects.filter(appeal=self.rows[n], kind="reply", status__in=("running", "paused"))
        return live.values_list("due_at", flat=True).first()

    def _leads(self, n: int) -> bool:
        return any(model.leader == n for model in self.models)

    def _cases(self) -> list[tuple[Appeal, Model]]:
        """The rows as the database has them, each with its model."""
        return [(Appeal.objects.get(pk=row.pk), model) for row, model in zip(self.rows, self.models, strict=True)]

    # -- what must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def the_rows_stand_where_the_model_says(self) -> None:
        for row, model in self._cases():
            leader = self.rows[model.leader].pk if model.leader is not None else None
            assert {
                "state": row.state, "round": row.round, "back": row.resumes, "counts": row.counts, "unit": row.unit_id,
                "returns": row.returns, "steps": row.seq, "leader": row.leader_id, "outcome": row.outcome,
                "closed_how": row.closed_how, "is_open": row.is_open, "is_dated": row.closed_at is not None,
            } == {
                "state": model.state, "round": model.round, "back": model.back, "counts": model.counts,
                "unit": model.unit, "returns": model.returns, "steps": model.steps, "leader": leader,
                "outcome": model.outcome, "closed_how": model.closed_how, "is_open": model.state in OPEN,
                "is_dated": model.state not in OPEN,
            }  # fmt: skip
            assert Rating.objects.filter(appeal=row).count() == len(model.rated)
            assert Extension.objects.filter(appeal=row, state="asked").exists() == model.waits

    @invariant()
    def each_row_is_the_fold_of_its_history_and_the_evidence_verifies(self) -> None:
        for row, model in self._cases():
            records = list(history(row.stream))
            assert differs(row, records) == {}
            assert sum("changes" in record.facts for record in records) == model.steps
        assert verify().broken == ""

    @invariant()
    def the_clocks_agree_with_the_state(self) -> None:
        for row, model in self._cases():
            found = list(Clock.objects.filter(appeal=row).order_by("pk"))
            live = {c.kind: c for c in found if c.status in ("running", "paused")}
            assert {kind: c.status for kind, c in live.items()} == model.live
            assert all(c.round == row.round for kind, c in live.items() if kind in ("reply", "confirm"))
            dues = [c.due_at for c in live.values() if c.kind in OWED and c.status == "running"]
            merged = model.state == "merged"
            assert row.burns_at == (facts.NEVER if merged or not dues else min(dues))
            assert all(c.promised_at <= c.due_at for c in found)

    @invariant()
    def one_unit_leads_while_it_works(self) -> None:
        for row, model in self._cases():
            leads = Assignment.objects.filter(appeal=row, role="lead", state="open").values_list("unit", "round")
            if model.state in ("dispatched", "working"):
                assert list(leads) == [(model.unit, model.round)]
            if model.state in ("accepted", "disputed", "merged", "closed", "withdrawn", "replied"):
                assert list(leads) == []


# -- the model: when a step is possible, and what it does -----------------------------------------------------------------

May = Callable[[Life, int], bool]
Do = Callable[[Life, int], None]


def at(*states: str) -> May:
    return lambda life, n: life.models[n].state in states


def may_return(life: Life, n: int) -> bool:
    model = life.models[n]
    return model.state in ("dispatched", "working") and not model.counts.get("rule")


def may_ask(life: Life, n: int) -> bool:
    return life.models[n].state in ("accepted", "working") and not life.models[n].counts.get("ask")


def may_ask_extension(life: Life, n: int) -> bool:
    model = life.models[n]
    is_free = not model.waits and not model.counts.get("ask_extension")
    return model.state == "working" and is_free and life.play.now <= life._due(n)


def may_merge(life: Life, n: int) -> bool:
    others = [m for m in range(3) if m != n and life._leads_well(m)]
    return at("submitted", "accepted", "dispatched", "working")(life, n) and bool(others) and not life._leads(n)


def may_rate(life: Life, n: int) -> bool:
    model = life.models[n]
    return model.state in ("replied", "closed") and model.round not in model.rated


def may_reopen(life: Life, n: int) -> bool:
    closed_at = Appeal.objects.get(pk=life.rows[n].pk).closed_at
    return life.models[n].state == "closed" and (life.play.now - closed_at).days < 90  # type: ignore[operator]


def moves_to(state: str, step: str, ends: tuple[str, ...] = (), begins: tuple[str, ...] = ()) -> Do:
    def do(life: Life, n: int) -> None:
        model = life.models[n]
        model.done(step)
        model.state = state
        model.end(*ends)
        model.begin(*begins)

    return do


def dispatch(life: Life, n: int) -> None:
    moves_to("dispatched", "dispatch", ("dispatch",), ("sign",))(life, n)
    life.models[n].unit = life.chosen


def decide(life: Life, n: int) -> None:
    moves_to("dispatched", "rule", ("dispatch",), ("sign",))(life, n)
    life.models[n].unit = life.chosen


def give_back(life: Life, n: int) -> None:
    model = life.models[n]
    state = "disputed" if model.counts.get("return", 0) >= 2 else "accepted"
    moves_to(state, "return", ("sign",), ("dispatch",))(life, n)
    model.unit, model.returns = None, model.returns + 1


def ask(life: Life, n: int) -> None:
    model = life.models[n]
    model.back = model.state
    moves_to("asking", "ask")(life, n)
    model.turn("running", "paused")


def answer(life: Life, n: int) -> None:
    model = life.models[n]
    model.done("answer")
    model.go_back()
    model.turn("paused", "running")


def ask_extension(life: Life, n: int) -> None:
    life.models[n].done("ask_extension")
    life.models[n].waits = True


def grant(life: Life, n: int) -> None:
    life.models[n].done("grant")
    life.models[n].waits = False


def reply(life: Life, n: int) -> None:
    moves_to("replied", "reply", ("reply",), ("confirm",))(life, n)
    life.models[n].outcome = "solved"
    for model in life.models:
        if model.leader == n and model.state == "merged":
            model.done("reply_along")
            model.state, model.outcome, model.unit = "replied", "solved", life.models[n].unit
            model.end("accept", "dispatch", "reply", "sign")
            model.begin("confirm")


def confirm(life: Life, n: int) -> None:
    moves_to("closed", "confirm", ("confirm",))(life, n)
    life.models[n].closed_how = "confirmed"


def rate(life: Life, n: int) -> None:
    life.models[n].done("rate")
    life.models[n].rated.add(life.models[n].round)


def withdraw(life: Life, n: int) -> None:
    model = life.models[n]
    moves_to("withdrawn", "withdraw", tuple(model.live))(life, n)
    model.leader, model.closed_how = None, "withdrawn"
    for other in life.models:
        if other.leader == n and other.state == "merged":
            unmerged(other)


def merge(life: Life, n: int) -> None:
    model = life.models[n]
    model.back, model.leader = model.state, life.chosen
    moves_to("merged", "merge")(life, n)


def unmerged(model: Model) -> None:
    model.done("unmerge")
    model.go_back()
    model.leader = None


WHO = {"rule": "supervisor"}
GIVEN: dict[str, dict[str, object]] = {
    "return": {"cause": "duty", "reason": "不属于本单位职责"},
    "ask": {"items": ["营业执照"], "text": "请补充"},
    "ask_extension": {"workdays": 2, "reason": "需要现场勘查"},
    "reply": {"outcome": "solved", "text": "已协调新增二十个车位。"},
    "rate": {"speed": 5, "result": 4, "attitude": 5},
}
MAY: dict[str, May] = {
    "accept": at("submitted"),
    "dispatch": at("accepted"),
    "rule": at("disputed"),
    "sign": at("dispatched"),
    "return": may_return,
    "ask": may_ask,
    "answer": at("asking"),
    "ask_extension": may_ask_extension,
    "grant": lambda life, n: at("working", "asking")(life, n) and life.models[n].waits,
    "reply": at("working"),
    "confirm": at("replied"),
    "refuse": at("replied"),
    "rate": may_rate,
    "reopen": may_reopen,
    "withdraw": lambda life, n: life.models[n].state in OPEN,
    "merge": may_merge,
    "unmerge": at("merged"),
    "add": lambda life, n: life.models[n].state in OPEN,
}
DO: dict[str, Do] = {
    "accept": moves_to("accepted", "accept", ("accept",)),
    "dispatch": dispatch,
    "rule": decide,
    "sign": moves_to("working", "sign", ("sign",)),
    "return": give_back,
    "ask": ask,
    "answer": answer,
    "ask_extension": ask_extension,
    "grant": grant,
    "reply": reply,
    "confirm": confirm,
    "refuse": lambda life, n: life.models[n].open_round("refuse"),
    "rate": rate,
    "reopen": lambda life, n: life.models[n].open_round("reopen"),
    "withdraw": withdraw,
    "merge": merge,
    "unmerge": lambda life, n: unmerged(life.models[n]),
    "add": lambda life, n: life.models[n].done("add"),
}
NAMES = tuple(MAY)
NEXT = {
    "submitted": ("accept",), "accepted": ("dispatch",), "dispatched": ("sign", "return", "return"), "disputed": ("rule",),
    "working": ("ask", "ask_extension", "grant", "reply", "return", "merge"), "asking": ("answer", "grant"),
    "replied": ("confirm", "refuse", "rate"), "closed": ("reopen", "rate"), "merged": ("unmerge",),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
def test_three_cases_live_as_the_model_says(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    pressed = Counter[str]()
    machine = seed(SEED)(type("Played", (Life,), {"stage": stage, "pressed": pressed}))
    phases = [Phase.generate, *([Phase.shrink] if "QIFU_SEED" in os.environ else [])]  # shrinking takes minutes
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=GAMES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=checks,
            database=None,
            phases=phases,
        ),
    )
    with capsys.disabled():
        print(f"\n{GAMES} games of up to {STEPS} steps, seed {SEED}: {dict(pressed.most_common())}")
    assert set(pressed) == set(NAMES)  # every button was pressed where it could be
