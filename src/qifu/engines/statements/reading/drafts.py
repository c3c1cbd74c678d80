"""A performance form while it is being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from qifu.engines.statements.model import Indicator


@dataclass
class Header:
    """Where the columns of the indicators stand; -1: the form has none."""

    level1: int = -1
    level2: int = -1
    name: int = -1
    target: int = -1
    actual: int = -1
    score: int = -1
    points: int = -1
    reason: int = -1
    width: int = 0


@dataclass
class Draft:
    """A form while it is being read."""

    title: str
    at: int
    until: int = 0
    kind: str = "project"
    name: str = ""
    values: dict[str, Decimal | None] = field(default_factory=dict)
    rate: str = ""
    goals: list[tuple[str, str, list[Indicator], int]] = field(default_factory=list)
    header: Header = field(default_factory=Header)
    level1: str = ""
    level2: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    last: str = ""
    funds: dict[str, int] = field(default_factory=dict)
    goal_follows: bool = False
