"""What is asked for, as far as it may have been asked for before. Keys of people, accounts and places are opaque here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Claim:
    """One application. Empty fields tell nothing.

    `item` is what is applied for; `is_recurring` says that it may be had again for another time. `months` (2026-07) are
    what money is asked for. `people` are those on whose account it is asked. `title` and `text` describe the project.
    """

    id: str
    firm: str
    item: str
    is_recurring: bool = False
    months: frozenset[str] = frozenset()
    legal_person: str = ""
    holders: frozenset[str] = frozenset()
    address: str = ""
    phone: str = ""
    account: str = ""
    people: frozenset[str] = frozenset()
    invoices: frozenset[str] = frozenset()
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that two claims share, what it weighs, and how a person would say it."""

    code: str
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two claims that may be for the same thing: alarm from 100 points, hint from 70. `left` is the earlier one given."""

    left: str
    right: str
    ties: tuple[Tie, ...] = field(default=())

    @property
    def points(self) -> int:
        return sum(tie.weight for tie in self.ties)

    @property
    def is_alarm(self) -> bool:
        return self.points >= ALARM


ALARM, HINT = 100, 70
