"""What lies in a case's file beside the row: parts of units, extensions, ratings, calls, orders.

Effects speak to `Papers` only. `Tables` keeps them in the database; a player of many cases keeps them in memory and
writes them in bulk, so that both go through the very same steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from qifu.domain.appeals.models import Appeal, Assignment, Category, Extension, FollowUp, Order, Rating
from qifu.domain.people import queries as people
from qifu.domain.people.tree import UnitView
from qifu.kernel.prepared import Prepared
from qifu.kernel.writing import insert_all

LIVE = ("open", "answered")
_LIVE = Prepared(
    lambda appeal, round: (
        Assignment.objects.filter(appeal=appeal, round=round, state__in=LIVE)
        .order_by("pk")
        .values_list("unit", "state")
    ),
    numbers=["appeal", "round"],
)


class Papers(Protocol):
    """The file of one case, and what it asks of the house."""

    def category(self, category: int) -> int | None:
        """The category, if it is in use and of the second level."""

    def unit(self, unit: int) -> UnitView:
        """:raises Missing: there is no such unit."""

    def staff(self, unit: int, now: datetime) -> set[int]:
        """Everybody with a role in the unit."""

    def held(self, round_: int) -> set[int]:
        """Units that have a live part."""

    def assign(self, round_: int, wanted: Mapping[int, str], now: datetime) -> None:
        """Give units their parts: unit → lead or joint."""

    def end(self, round_: int, state: str, now: datetime) -> None:
        """End every live part."""

    def lead(self, round_: int, changes: Mapping[str, object], unit: int | None = None) -> None:
        """Change the live part of the lead unit, or of the unit named."""

    def answer(self, round_: int, units: frozenset[int], changes: Mapping[str, object]) -> int | None:
        """Change the open joint part of one of the units and return the unit; None when there is none."""

    def waiting(self, round_: int) -> int:
        """How many joint units have not answered."""

    def working(self, round_: int) -> list[int]:
        """Units whose part is open, lead and joint."""

    def extension(self) -> Extension | None:
        """The request for more time that waits for a decision."""

    def ask_extension(self, extension: Extension) -> None: ...

    def decide(self, extension: Extension) -> None:
        """Keep what was decided."""

    def rate(self, rating: Rating) -> None: ...

    def draw(self, round_: int, cause: str, now: datetime) -> None:
        """Note that a call is due in this round, once."""

    def call(self, round_: int, done: Mapping[str, object], now: datetime) -> None:
        """Keep what a call came to; one that nobody had drawn was chosen freely."""

    def issue(self, order: Order) -> None: ...

    def order(self) -> Order | None:
        """The oldest written order without an answer."""

    def answer_order(self, order: Order) -> None: ...

    def leader(self, case: int) -> Appeal | None:
        """The case into which this one is, or is to be, merged."""

    def leads(self) -> bool:
        """Whether other cases are merged into this one."""


class Tables:
    """The file of one case in the database, inside the caller's transaction."""

    def __init__(self, appeal: Appeal) -> None:
        self.appeal = appeal

    def category(self, category: int) -> int | None:
        rows = Category.objects.filter(pk=category, is_active=True).exclude(parent=None)
        return rows.values_list("pk", flat=True).first()

    def unit(self, unit: int) -> UnitView:
        return people.unit(unit)

    def staff(self, unit: int, now: datetime) -> set[int]:
        return {person.id for person in people.staff_of_unit(unit, now)}

    def held(self, round_: int) -> set[int]:
        return {unit for unit, _ in _LIVE(appeal=self.appeal.pk, round=round_)}

    def assign(self, round_: int, wanted: Mapping[int, str], now: datetime) -> None:
        given = {"appeal": self.appeal, "round": round_, "assigned_at": now}
        insert_all([Assignment(unit_id=unit, role=role, **given) for unit, role in wanted.items()])

    def end(self, round_: int, state: str, now: datetime) -> None:
        self._live(round_).update(state=state, ended_at=now)

    def lead(self, round_: int, changes: Mapping[str, object], unit: int | None = None) -> None:
        rows = self._live(round_)
        (rows.filter(role="lead") if unit is None else rows.filter(unit=unit)).update(**changes)

    def answer(self, round_: int, units: frozenset[int], changes: Mapping[str, object]) -> int | None:
        rows = Assignment.objects.filter(appeal=self.appeal, round=round_, role="joint", state="open", unit__in=units)
        unit = rows.values_list("unit", flat=True).first()
        return unit if rows.update(**changes) else None

    def waiting(self, round_: int) -> int:
        return Assignment.objects.filter(appeal=self.appeal, round=round_, role="joint", state="open").count()

    def working(self, round_: int) -> list[int]:
        return [unit for unit, state in _LIVE(appeal=self.appeal.pk, round=round_) if state == "open"]

    def extension(self) -> Extension | None:
        return Extension.objects.select_for_update().filter(appeal=self.appeal, state="asked").first()

    def ask_extension(self, extension: Extension) -> None:
        extension.save(force_insert=True)

    def decide(self, extension: Extension) -> None:
        extension.save(update_fields=["state", "decided_at", "note"])

    def rate(self, rating: Rating) -> None:
        rating.save(force_insert=True)

    def draw(self, round_: int, cause: str, now: datetime) -> None:
        due = {"cause": cause, "drawn_at": now}
        FollowUp.objects.get_or_create(appeal=self.appeal, round=round_, defaults=due)

    def call(self, round_: int, done: Mapping[str, object], now: datetime) -> None:
        FollowUp.objects.update_or_create(
            appeal=self.appeal,
            round=round_,
            defaults=done,
            create_defaults={"cause": "chosen", "drawn_at": now, **done},
        )

    def issue(self, order: Order) -> None:
        order.save(force_insert=True)

    def order(self) -> Order | None:
        return Order.objects.filter(appeal=self.appeal, answered_at=None).order_by("pk").first()

    def answer_order(self, order: Order) -> None:
        order.save(update_fields=["answer", "answered_at"])

    def leader(self, case: int) -> Appeal | None:
        # Locked: a leader that is answered at this very moment must not leave a follower behind.
        return Appeal.objects.select_for_update().filter(pk=case).first()

    def leads(self) -> bool:
        return self.appeal.followers.exists()

    def _live(self, round_: int):  # type: ignore[no-untyped-def]
        return Assignment.objects.filter(appeal=self.appeal, round=round_, state__in=LIVE)
