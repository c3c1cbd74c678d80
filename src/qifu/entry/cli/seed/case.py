"""One case being played: every step goes through the flow, the effects and the record of the real action."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from qifu.domain.appeals import access, facts
from qifu.domain.appeals.actions import playing, submit
from qifu.domain.appeals.actions.moves import Move
from qifu.domain.appeals.actions.submit import Request
from qifu.domain.appeals.models import Appeal
from qifu.engines import flow as engine
from qifu.entry.cli.seed.sheet import Sheet
from qifu.entry.cli.seed.stage import Stage
from qifu.kernel.actor import SYSTEM, Actor
from qifu.kernel.evidence.actions import Entry


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did and when: enough to do it again through the real action."""

    at: datetime
    actor: Actor
    step: str
    given: dict[str, object]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stood from then on: for those that were merged into it."""

    at: datetime
    state: str
    is_open: bool
    unit: int | None


@dataclass
class Case:
    """A case, its papers, its clocks and its evidence so far."""

    stage: Stage
    appeal: Appeal
    sheet: Sheet
    request: Request
    clocks: tuple[engine.Clock, ...]
    entries: list[Entry]
    tokens: str = ""  # the words by which it is found
    deeds: list[Deed] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    told_since: datetime | None = None  # moves from then on are kept, to be told
    moves: list[Move] = field(default_factory=list)

    def take(self, step: str, at: datetime, actor: Actor, **given: object) -> Move:
        """Take the step as `take` does, but for the tables."""
        appeal = self.appeal
        move = playing.play(
            appeal,
            self.sheet,
            clocks=self.clocks,
            actor=actor,
            now=at,
            step=step,
            given=given,
            relations=access.ties(actor, appeal, self.sheet.has_part),
            terms=self.stage.terms[appeal.kind, appeal.urgency],
            timer=self.stage.timer,
        )
        self.clocks = move.clocks
        self.entries.append(playing.entry(move, []))
        self.deeds.append(Deed(at, actor, step, given))
        self.standings.append(Standing(at, appeal.state, appeal.is_open, appeal.unit_id))
        if self.told_since is not None and at >= self.told_since:
            self._keep(move)
        return move

    def draw_call(self, cause: str, at: datetime) -> None:
        """Draw the case for a telephone call, as the clock does at night."""
        self.sheet.draw(self.appeal.round, cause, at)
        self.deeds.append(Deed(at, SYSTEM, "draw", {"cause": cause}))

    def due(self, kind: str) -> datetime | None:
        """When the running clock of the kind falls due."""
        return next((c.due for c in reversed(self.clocks) if c.kind == kind and not c.is_ended), None)

    def stood(self, at: datetime) -> Standing:
        """Where it stood then."""
        return [one for one in self.standings if one.at <= at][-1]

    def _keep(self, move: Move) -> None:
        """Keep the move as it is now: the row goes on changing."""
        move.appeal = copy(self.appeal)
        move.papers = Sheet(self.stage, move.appeal, parts=[copy(part) for part in self.sheet.parts])
        self.moves.append(move)


def begin(
    stage: Stage, *, actor: Actor, request: Request, at: datetime, pk: int, number: str, texts: tuple[str, ...]
) -> Case:
    """Begin a case as `submit` does, but for the tables; `texts` are further words by which it is found."""
    street, owner = request.street, stage.duty_owner(at)
    appeal = submit.draft(
        actor, request, at, category=stage.categories[request.category], street=street, owner=owner
    )  # fmt: skip
    appeal.pk, appeal.number = pk, number
    terms = stage.terms[request.kind, request.urgency]
    clocks = submit.clocks_of(request, at, terms, stage.timer)
    appeal.burns_at = facts.burns_at(clocks, appeal.state)
    case = Case(stage, appeal, Sheet(stage, appeal), request, tuple(clocks), [submit.entry(actor, appeal, at, [])])
    case.tokens = submit.found_by(appeal, texts)
    case.deeds.append(Deed(at, actor, "submit", {}))
    case.standings.append(Standing(at, appeal.state, True, None))
    return case
