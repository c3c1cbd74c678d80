"""What rules find, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from qifu.engines.statements.relations import Key, Relation

ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True)
class Hit:
    """What a rule found at one place: the words of its message, where, and with which figures."""

    values: dict[str, str]
    lines: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()
    severity: str = ""  # empty: the rule's own
    relation: Relation | None = None
    cells: frozenset[Key] = frozenset()
    cause: str = ""  # hits of one cause become one finding
    fix: str = ""


@dataclass(frozen=True)
class Finding:
    """One cause with its places; derived contradictions are named in `related`."""

    rule: str
    severity: str
    title: str
    message: str
    lines: tuple[int, ...]
    figures: tuple[str, ...]
    fix: str
    source: str
    related: tuple[str, ...] = ()
    cells: frozenset[Key] = field(default=frozenset(), compare=False)
    relation: Relation | None = field(default=None, compare=False)
    cause: str = field(default="", compare=False)
