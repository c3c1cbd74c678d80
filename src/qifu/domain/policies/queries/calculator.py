"""The calculator without signing in: it asks what decides most, and after each answer says what is settled and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.domain.policies import sourcing
from qifu.domain.policies.models import Revision
from qifu.domain.policies.queries import mine, public
from qifu.domain.policies.queries.public import Card
from qifu.domain.registry.bounds import out_of_bounds
from qifu.engines import eligibility as law
from qifu.engines.eligibility.single import missing

MOST = 12  # questions, so that nobody is asked for ever
HARD = 3  # a figure that must be looked up counts a third
UNASKED = frozenset({"enterprise_id", "name", "uscc", "building_id", "street", "age_months"})
EASY = ("boolean", "enum", "code", "date")


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that was answered, or skipped."""

    field: law.Field
    told: str  # in words; empty: skipped
    raw: str


@dataclass(frozen=True, slots=True)
class Likely:
    """An item with what decided it."""

    card: Card
    amount: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the calculator stands: what to ask next, what is settled, what was wrong with an answer."""

    question: law.Field | None
    decides: int  # items that wait for the answer
    answered: list[Answered]
    problems: dict[str, str]
    can: list[Likely]
    maybe: list[Likely]
    excluded: int
    total: int

    @property
    def settled(self) -> int:
        return len(self.can) + self.excluded


def stand(on: date, given: Mapping[str, str]) -> Stand:
    """Judge what was answered so far and choose the next question; a blank answer is one that was skipped."""
    shelf = public.shelf(on)
    record, problems = _read(given, on)
    known = law.with_age({name: record.get(name) for name in law.catalogue()}, on)
    reading = law.Reading(shelf.library, known, on)
    waits: dict[str, float] = {}
    touched: dict[str, int] = {}
    can: list[Likely] = []
    maybe: list[tuple[int, Likely]] = []
    for place, row in enumerate(shelf.revisions):
        if reading.result(place) == "eligible":
            can.append(_likely(row, reading, place, on, ()))
        elif reading.result(place) == "unknown":
            lacking = missing(shelf.library, place, known, reading.states)
            for name in lacking:
                asked = "registered_on" if name == "age_months" else name
                waits[asked] = waits.get(asked, 0.0) + 1 / len(lacking)
                touched[asked] = touched.get(asked, 0) + 1
            maybe.append((len(lacking), _likely(row, reading, place, on, lacking)))
    chosen = _next(waits, given)
    maybe.sort(key=lambda pair: (pair[0], pair[1].card.code))
    can.sort(key=lambda one: one.card.code)
    total = len(shelf.revisions)
    return Stand(
        law.catalogue()[chosen] if chosen else None,
        touched.get(chosen, 0),
        [Answered(law.catalogue()[name], _told(name, raw), raw) for name, raw in given.items()],
        problems,
        can,
        [one for _, one in maybe],
        total - len(can) - len(maybe),
        total,
    )


def _next(waits: Mapping[str, float], given: Mapping[str, str]) -> str:
    """The field that decides most, easy ones before figures that must be looked up; empty when enough was asked."""
    if len(given) >= MOST:
        return ""
    fields = law.catalogue()
    weight = {
        name: score / (1 if fields[name].type in EASY else HARD)
        for name, score in waits.items()
        if name not in UNASKED and name not in given
    }
    return max(weight, key=lambda name: (weight[name], name), default="")


def _read(given: Mapping[str, str], on: date) -> tuple[dict[str, float | str | bool | None], dict[str, str]]:
    """The answers as the engine reads them; what cannot be read is told and stays unknown."""
    found: dict[str, float | str | bool | None] = {}
    problems: dict[str, str] = {}
    for name, raw in given.items():
        try:
            value = law.read(law.catalogue()[name], raw)
        except law.Unreadable as refusal:
            problems[name] = str(refusal)
            continue
        if name == "industry" and value is not None and not law.is_listed(law.catalogue()[name], value):
            problems[name] = "行业请从列出的里面选一项。"
            continue
        if wrong := out_of_bounds(law.catalogue()[name], value, on):
            problems[name] = wrong
            continue
        found[name] = value
    return found, problems


def _told(name: str, raw: str) -> str:
    if not raw.strip():
        return ""
    try:
        value = law.read(law.catalogue()[name], raw)
    except law.Unreadable:
        return raw
    return mine.value_said(name, value)


def _likely(row: Revision, reading: law.Reading, place: int, on: date, lacking: Sequence[str]) -> Likely:
    words, _ = mine.worth(row, reading.facts) if row.formula is not None and not lacking else ("", Decimal(0))
    told = reading.explain(place).tree if not lacking else ()
    known = sourcing.sources(row.clauses)
    reasons = tuple(
        f"{line.text}（{source.cite}）" if (source := sourcing.source_of(line.path, known)) else line.text
        for line in told
        if line.fields and line.result == "yes"
    )
    labels = tuple(law.catalogue()[name].label for name in lacking)
    return Likely(public.card(row, on), words, reasons, labels)


def askable(name: str) -> bool:
    """Whether an answer to a field is taken."""
    return name in law.catalogue() and name not in UNASKED
