"""The corpus of appeals: two levels of categories, each with titles, problems, effects, requests and replies.

One text file a first-level category, to be read and mended by people who know the trade. A section begins
`== code name = unit:weight …`; below it stand T titles, P problems, E effects, A requests, G good replies and
Q questions asked back, one a line. Slots: {b} building, {r} road, {s} street, {a} amount in 万元, {n} a small
number, {k} a larger one, {d} days, {m} month, {f} floor, {p} product of the firm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

FILES = (
    "policy", "finance", "talent", "premises", "licence", "tax", "city", "law", "project", "utility", "safety",
    "innovation", "market",
)  # fmt: skip
JIEDAO = "jiedao"
"""Stands for the enterprise's own street among the units of a category."""

# How often a second-level category comes up, where it is not 1.
_WEIGHTS = {
    "premises.property": 2.6, "premises.parking": 2.4, "policy.payment": 2.2, "policy.consult": 1.8,
    "finance.loan": 2.2, "talent.recruit": 1.8, "city.noise": 1.9, "city.road": 1.5, "city.drain": 1.4,
    "tax.invoice": 1.7, "law.arrears": 1.7, "licence.register": 1.5, "premises.rent": 1.4, "utility.power": 1.4,
    "city.stall": 1.3, "talent.school": 0.8, "innovation.standard": 0.5, "safety.hazard": 0.6,
    "project.finish": 0.6, "finance.account": 0.7, "market.consume": 0.7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Category:
    """A second-level category with its usual units (code, weight) and its texts."""

    code: str
    name: str
    parent: str
    parent_name: str
    units: tuple[tuple[str, float], ...]
    weight: float
    titles: tuple[str, ...]
    problems: tuple[str, ...]
    effects: tuple[str, ...]
    requests: tuple[str, ...]
    replies: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def templates(self) -> int:
        """How many sentences the category can be told with."""
        return len(self.titles) + len(self.problems) + len(self.effects) + len(self.requests)


@dataclass(slots=True)
class _Section:
    code: str
    name: str
    units: tuple[tuple[str, float], ...]
    lines: dict[str, list[str]] = field(default_factory=dict)


@cache
def categories() -> tuple[Category, ...]:
    """Read all second-level categories in a fixed order."""
    return tuple(category for name in FILES for category in _read(name))


@cache
def answers() -> dict[str, tuple[str, str]]:
    """Return what the centre tells everybody who asks: code of a category → question and answer, in general words."""
    text = (files(__package__) / "answers.txt").read_text(encoding="utf-8")
    found = {}
    for part in text.split("== ")[1:]:
        head, answer = part.strip().split("\n", 1)
        code, question = head.split(" ", 1)
        found[code] = (question, answer)
    return found


@cache
def by_code() -> dict[str, Category]:
    """Return the categories by their code (`policy.consult`)."""
    return {category.code: category for category in categories()}


def _read(name: str) -> list[Category]:
    text = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8")
    first, *rest = text.strip().splitlines()
    parent, parent_name = first.split()
    sections: list[_Section] = []
    letter = ""
    for line in rest:
        if line.startswith("== "):
            sections.append(_head(parent, line))
        elif line in {"T:", "P:", "E:", "A:", "G:", "Q:"}:
            letter = line[0]
        else:
            sections[-1].lines.setdefault(letter, []).append(line)
    return [_category(parent, parent_name, section) for section in sections]


def _head(parent: str, line: str) -> _Section:
    code, name, _, *units = line.removeprefix("== ").split()
    pairs = [unit.split(":") for unit in units]
    return _Section(f"{parent}.{code}", name, tuple((unit, float(weight)) for unit, weight in pairs))


def _category(parent: str, parent_name: str, section: _Section) -> Category:
    texts = [tuple(section.lines[letter]) for letter in "TPEAGQ"]
    weight = _WEIGHTS.get(section.code, 1.0)
    return Category(section.code, section.name, parent, parent_name, section.units, weight, *texts)
