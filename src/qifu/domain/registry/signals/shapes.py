"""What rules look at and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

YEARLY = timedelta(days=330)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source said on a day; `value` None: it is no longer on the source's list. `row` of the source, 0: none."""

    value: object
    day: date
    source: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """What one source says now, and what it said on earlier days, newest first: never two sources in one course."""

    now: Seen
    earlier: tuple[Seen, ...] = ()

    @property
    def before(self) -> Seen | None:
        """What the source said last before now."""
        return self.earlier[0] if self.earlier else None

    @property
    def year_before(self) -> Seen | None:
        """What the source said about a year before, so that seasons are compared with themselves; else what it said last."""
        far = (seen for seen in self.earlier if seen.day <= self.now.day - YEARLY)
        return next(far, self.before)


@dataclass(frozen=True, slots=True)
class Watched:
    """An enterprise on a day: course by field, and the marks it holds."""

    on: date
    courses: Mapping[str, Course]
    marks: frozenset[str] = frozenset()

    def course(self, name: str, within: int) -> Course | None:
        """The course of a field of which something was said in the last so many days."""
        found = self.courses.get(name)
        if found is None or not timedelta(0) <= self.on - found.now.day <= timedelta(days=within):
            return None
        return found


@dataclass(frozen=True, slots=True)
class Behind:
    """A value that a signal rests on."""

    label: str
    seen: Seen
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a rule found: why in a sentence, on which values; `ground` is the same while nothing new has happened."""

    rule: str
    why: str
    ground: str
    behind: tuple[Behind, ...] = field(default=())


def number(seen: Seen | None) -> Decimal | None:
    """A figure; None when there is none."""
    if seen is None or isinstance(seen.value, bool) or not isinstance(seen.value, int | float | Decimal):
        return None
    return Decimal(str(seen.value))


def day_said(day: date) -> str:
    """2026年9月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def figure_said(value: Decimal, unit: str) -> str:
    """A figure with its unit, at most two places: 1,200 万元."""
    text = f"{value.quantize(Decimal('0.01')):,f}".rstrip("0").rstrip(".")
    return f"{text} {unit}"


def share_said(value: Decimal) -> str:
    """A share of one in per cent with one place: 41.7%."""
    return f"{(value * 100).quantize(Decimal('0.1'))}%"
