"""The file of one case kept in memory: what `Tables` keeps in the database, to be written in bulk afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from qifu.domain.appeals.actions.papers import LIVE
from qifu.domain.appeals.models import Appeal, Assignment, Extension, FollowUp, Order, Rating
from qifu.domain.people.tree import UnitView
from qifu.entry.cli.seed.stage import Stage
from qifu.kernel.errors import Missing


@dataclass(slots=True)
class Sheet:
    """Parts, extensions, ratings, calls and orders of one case; `led_by` is the case that it is merged into."""

    stage: Stage
    appeal: Appeal
    parts: list[Assignment] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    calls: dict[int, FollowUp] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    led_by: Appeal | None = None

    def category(self, category: int) -> int | None:
        return category if category in self.stage.categories.values() else None

    def unit(self, unit: int) -> UnitView:
        found = self.stage.views.get(unit)
        if found is None:
            raise Missing("没有这个单位。")
        return found

    def staff(self, unit: int, now: datetime) -> set[int]:
        return self.stage.staff.get(unit, set())

    def held(self, round_: int) -> set[int]:
        return {part.unit_id for part in self._live(round_)}

    def assign(self, round_: int, wanted: Mapping[int, str], now: datetime) -> None:
        self.parts += [
            Assignment(appeal_id=self.appeal.pk, round=round_, unit_id=unit, role=role, assigned_at=now)
            for unit, role in wanted.items()
        ]

    def end(self, round_: int, state: str, now: datetime) -> None:
        for part in self._live(round_):
            part.state, part.ended_at = state, now

    def lead(self, round_: int, changes: Mapping[str, object], unit: int | None = None) -> None:
        for part in self._live(round_):
            if part.role == "lead" if unit is None else part.unit_id == unit:
                _change(part, changes)

    def answer(self, round_: int, units: frozenset[int], changes: Mapping[str, object]) -> int | None:
        waiting = [part for part in self._joint(round_) if part.unit_id in units]
        for part in waiting:
            _change(part, changes)
        return waiting[0].unit_id if waiting else None

    def waiting(self, round_: int) -> int:
        return len(self._joint(round_))

    def working(self, round_: int) -> list[int]:
        return [part.unit_id for part in self._live(round_) if part.state == "open"]

    def has_part(self, units: frozenset[int]) -> bool:
        return any(part.unit_id in units for part in self._joint(self.appeal.round))

    def extension(self) -> Extension | None:
        return next((one for one in self.extensions if one.state == "asked"), None)

    def ask_extension(self, extension: Extension) -> None:
        self.extensions.append(extension)

    def decide(self, extension: Extension) -> None:
        """What was decided stands in the row already."""

    def rate(self, rating: Rating) -> None:
        self.ratings.append(rating)

    def draw(self, round_: int, cause: str, now: datetime) -> None:
        self.calls.setdefault(round_, FollowUp(appeal_id=self.appeal.pk, round=round_, cause=cause, drawn_at=now))

    def call(self, round_: int, done: Mapping[str, object], now: datetime) -> None:
        self.draw(round_, "chosen", now)
        _change(self.calls[round_], done)

    def issue(self, order: Order) -> None:
        self.orders.append(order)

    def order(self) -> Order | None:
        return next((one for one in self.orders if one.answered_at is None), None)

    def answer_order(self, order: Order) -> None:
        """The answer stands in the row already."""

    def leader(self, case: int) -> Appeal | None:
        return self.led_by

    def leads(self) -> bool:
        return False

    def _live(self, round_: int) -> list[Assignment]:
        return [part for part in self.parts if part.round == round_ and part.state in LIVE]

    def _joint(self, round_: int) -> list[Assignment]:
        return [p for p in self.parts if p.round == round_ and p.role == "joint" and p.state == "open"]


def _change(row: object, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
