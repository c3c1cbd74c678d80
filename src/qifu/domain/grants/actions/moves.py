"""What is at hand while one step of an application is taken, and what the step adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from qifu.domain.grants.models import Application, Clock
from qifu.engines import flow as engine
from qifu.kernel.actor import Actor


@dataclass(slots=True)
class Move:
    """One step under way. An effect changes the row and adds words, facts and wording."""

    row: Application
    moved: engine.Moved
    actor: Actor
    now: datetime
    given: Mapping[str, object]
    clocks: list[Clock]
    words: dict[str, str] = field(default_factory=dict)  # fill the sentence told to the enterprise
    facts: dict[str, object] = field(default_factory=dict)  # further non-personal facts for evidence

    def text(self, name: str) -> str:
        """What was written for a need."""
        value = self.given.get(name)
        return value.strip() if isinstance(value, str) else ""

    @property
    def told(self) -> str:
        """The sentence for the enterprise."""
        texts = {need.name: self.text(need.name) for need in self.moved.step.needs}
        items = self.given.get("items")
        if isinstance(items, list | tuple):
            texts["items"] = "；".join(str(one) for one in items)
        return self.moved.step.told.format_map(_Words(texts | self.words))


def yuan(value: Decimal | None) -> str:
    """Money as sentences say it."""
    return "" if value is None else f"{value:,.2f} 元"


class _Words(dict[str, str]):
    """Words for a sentence; a missing one leaves no trace."""

    def __missing__(self, name: str) -> str:
        return ""
