"""What a disclosure says, as data: the document, its statements, forms and claims, and what damage was mended.

Amounts are `Decimal` 万元 as printed (`None`: blank). Line numbers are where a thing stood in the source; they say nothing
about what the document states and do not take part in comparison.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Amounts = dict[str, Decimal | None]


@dataclass(frozen=True)
class Document:
    """Whose document it is, of which kind and year."""

    kind: str = ""  # final_accounts, budget; empty: not understood
    unit: str = ""
    year: int | None = None
    published: str = ""
    money_unit: str = ""
    title: str = ""


@dataclass(frozen=True)
class Entry:
    """A line of a two-sided statement."""

    line: int | None
    name: str
    amounts: Amounts
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Row:
    """A row by subject, unit or project; the total row has the code ''."""

    code: str
    name: str
    amounts: Amounts
    at: int = field(default=0, compare=False)

    @property
    def is_project(self) -> bool:
        """Whether it is a project, by its long code or, without a code, by its name; no unit and no level above."""
        return len(self.code) >= 12 or (bool(self.code) and self.code == self.name)

    @property
    def called(self) -> str:
        """Code and name; a project without a code has its name alone."""
        return self.name if self.code == self.name else f"{self.code} {self.name}"


@dataclass(frozen=True)
class Statement:
    """One official table. Only the fields of its shape are filled."""

    id: str
    title: str = ""
    unit: str = ""
    money_unit: str = ""
    notes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    income: tuple[Entry, ...] = ()
    expenditure: tuple[Entry, ...] = ()
    budget: Amounts | None = None
    actual: Amounts | None = None
    personnel_total: Decimal | None = None
    public_total: Decimal | None = None
    at: int = field(default=0, compare=False)
    until: int = field(default=0, compare=False)

    def row(self, code: str) -> Row | None:
        """The first row of this code."""
        return next((row for row in self.rows if row.code == code), None)

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds an amount other than zero."""
        amounts = [each.amounts for each in (*self.income, *self.expenditure)] + [row.amounts for row in self.rows]
        held = [value for each in amounts for value in each.values()]
        held += [*(self.budget or {}).values(), *(self.actual or {}).values(), self.personnel_total, self.public_total]
        return not any(held)


@dataclass(frozen=True)
class Indicator:
    """A line of a performance form; `past` are the values of the two years before, where a form has them."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str = ""
    score: str = ""
    points: str = ""
    basis: str = ""
    past: tuple[str, ...] = ()
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Goal:
    """A goal of a form and the indicators under it."""

    text: str
    points: str = ""
    indicators: tuple[Indicator, ...] = ()
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Form:
    """A performance self-evaluation or target form of the whole unit or of one project."""

    title: str
    kind: str  # unit, project
    name: str = ""
    budget: Decimal | None = None
    executed: Decimal | None = None
    rate: str = ""
    score: Decimal | None = None
    total_score: Decimal | None = None
    full: Decimal | None = None
    basic: Decimal | None = None
    project: Decimal | None = None
    goals: tuple[Goal, ...] = ()
    reasons: str = ""
    measures: str = ""
    details: dict[str, str] = field(default_factory=dict)
    at: int = field(default=0, compare=False)
    until: int = field(default=0, compare=False)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of all goals."""
        return tuple(indicator for goal in self.goals for indicator in goal.indicators)


@dataclass(frozen=True)
class Claim:
    """One figure asserted in the text: of what, measured how, in which direction and period."""

    section: str
    subject: str
    measure: str
    value: Decimal
    unit: str
    line: int = field(default=0, compare=False)
    direction: str = ""
    period: str = ""
    topic: str = ""
    item: str = ""
    paragraph: int = field(default=0, compare=False)
    offset: int = field(default=0, compare=False)
    raw: str = field(default="", compare=False)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or heading of the text, with the part and section it stands in."""

    part: str  # cover, contents, overview, statements, explanations, works, terms, annex
    section: str
    kind: str  # heading, text
    text: str
    topic: str = ""
    line: int = field(default=0, compare=False)
    # (offset in text, line of the source) where each physical line begins
    lines: tuple[tuple[int, int], ...] = field(default=(), compare=False)

    def line_at(self, offset: int) -> int:
        """The line of the source at which this character stood."""
        found = self.line
        for start, number in self.lines:
            if start > offset:
                break
            found = number
        return found


@dataclass(frozen=True)
class Grid:
    """A table of the text that is neither statement nor form, such as the list of key work."""

    part: str
    rows: tuple[tuple[str, ...], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Repair:
    """A value that damage had changed and independent relations force."""

    where: str
    raw: str
    value: str
    why: str
    line: int = 0


END = "文件末尾"  # where a source that breaks off says so


@dataclass(frozen=True)
class Unreadable:
    """A place that could not be read with certainty, and why."""

    where: str
    raw: str
    why: str
    line: int = 0


@dataclass(frozen=True)
class Model:
    """A whole disclosure as read."""

    document: Document
    tables: dict[str, Statement] = field(default_factory=dict)
    forms: tuple[Form, ...] = ()
    claims: tuple[Claim, ...] = ()
    text: tuple[Paragraph, ...] = ()
    grids: tuple[Grid, ...] = ()
    repairs: tuple[Repair, ...] = field(default=(), compare=False)
    unreadable: tuple[Unreadable, ...] = field(default=(), compare=False)
    pages: int = field(default=0, compare=False)
    recognised: bool = field(default=False, compare=False)  # a scan: what is printed is known by a recogniser only

    def table(self, name: str) -> Statement | None:
        """A statement by its id."""
        return self.tables.get(name)

    @property
    def ends_at(self) -> int:
        """The line at which the source breaks off; 0 where it is whole."""
        return next((each.line for each in self.unreadable if each.where == END), 0)

    def is_doubted(self, name: str) -> bool:
        """Whether anything of a statement could not be read."""
        return any(each.where == name or each.where.startswith((f"{name}.", f"{name} ")) for each in self.unreadable)

    def holds_nothing(self, name: str) -> bool:
        """Whether a statement was printed, read whole, and is empty."""
        table = self.tables.get(name)
        return table is not None and table.is_empty and not self.is_doubted(name)


Json = dict[str, Any]
