"""What the library holds: documents, their items, and cases that an item must answer as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class Faulty(ValueError):
    """A file of the library that cannot be used: which file, which item, where in it, and why."""

    def __init__(self, why: str, *, file: str = "", item: str = "", path: str = "") -> None:
        super().__init__(why)
        self.why, self.file, self.item, self.path = why, file, item, path

    def __str__(self) -> str:
        return "：".join(part for part in (self.file, self.item, self.path, self.why) if part)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a document does to another, which is known by its number."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a part of the condition stands: a JSON pointer into it, the article, and what that says in own words."""

    path: str
    cite: str
    says: str

    def as_json(self) -> dict[str, str]:
        """The clause as the file writes it."""
        return {"path": self.path, "cite": self.cite, "says": self.says}


@dataclass(frozen=True, slots=True)
class Window:
    """When an item can be claimed: `always`; `yearly` from and to a day `MM-DD`; or `once`, from and to a date."""

    kind: str
    starts: str | None
    ends: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """An enterprise on a day, the answer it must get, and what it must be paid where that is fixed (元)."""

    name: str
    kind: str
    on: date
    facts: Mapping[str, object]
    result: str
    yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing an enterprise can get. Both days of force are in force; None is open."""

    code: str
    title: str
    summary: str
    kind: str
    theme: str
    effective_from: date
    effective_to: date | None
    when: object
    clauses: tuple[Clause, ...]
    amount: object
    amount_words: str
    materials: tuple[str, ...]
    window: Window
    unit: str
    steps: int
    how: str
    beyond: tuple[str, ...]
    excludes: tuple[str, ...]
    cases: tuple[Case, ...]

    def is_in_force(self, on: date) -> bool:
        """Whether the item holds on a day."""
        return self.effective_from <= on <= (self.effective_to or date.max)


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document: who issued it under which number, what it says in short, and how that was confirmed."""

    file: str
    title: str
    level: str
    issuer: str
    number: str
    issued_on: date | None
    effective_from: date | None
    effective_to: date | None
    url: str
    relations: tuple[Relation, ...]
    checked: str
    gist: str
    items: tuple[Item, ...]
