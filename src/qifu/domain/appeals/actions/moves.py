"""What is at hand while one step is taken, and what the step adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from qifu.domain.appeals.actions.papers import Papers
from qifu.domain.appeals.models import Appeal
from qifu.engines.flow import Clock, Moved, Timer
from qifu.kernel.actor import Actor


@dataclass(slots=True)
class Move:
    """One step under way. Effects read the first part and fill the second."""

    appeal: Appeal
    moved: Moved
    actor: Actor
    now: datetime
    given: Mapping[str, object]
    relations: frozenset[str]
    timer: Timer
    papers: Papers

    changes: dict[str, object] = field(default_factory=dict)  # columns of the row
    words: dict[str, str] = field(default_factory=dict)  # fill the sentence told to the enterprise
    facts: dict[str, object] = field(default_factory=dict)  # further non-personal facts for evidence
    said: dict[str, object] = field(default_factory=dict)  # wording, kept erasable
    clocks: tuple[Clock, ...] = ()  # replaced by effects that touch clocks

    def text(self, name: str) -> str:
        value = self.given.get(name)
        return value.strip() if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        value = self.given.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def wholes(self, name: str) -> list[int]:
        value = self.given.get(name)
        return [v for v in value if isinstance(v, int)] if isinstance(value, list | tuple) else []

    def items(self, name: str) -> list[str]:
        value = self.given.get(name)
        rows = [str(v).strip() for v in value] if isinstance(value, list | tuple) else []
        return [row for row in rows if row]
