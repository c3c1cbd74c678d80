"""What the rules are worth on histories with a truth: invented enterprises, some of which are lost, and what sources would have said.

One that fails declines over a year or so; one that moves away does so at the end of a lease, in good health. What shows
of it, how early and through which source is drawn at random. The others have seasons, lost customers that are made up
for, misplaced decimal points, arrears soon paid, leases renewed at the last moment, and long silences that mean nothing.
Every rule looks once a month. An alert is right when the enterprise is lost within a year after it, or was lost in the
quarter before; the lead is the time from the first right alert to the loss. The figures compare rules with each other;
they are not those of any real district.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from statistics import median

from qifu.domain.registry.signals.rules import RULES, look
from qifu.domain.registry.signals.shapes import Course, Seen, Watched

SEED, FIRMS, MONTHS = 20260930, 1200, 36
FAILING, MOVING = 0.06, 0.04  # of all enterprises, within the three years
BEGIN = date(2024, 1, 1)  # histories reach a year further back
AFTER, EARLIER = timedelta(days=366), timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Score:
    """What came of a rule: alerts, those that were right, enterprises lost, those foreseen, median lead in days."""

    alerts: int
    right: int
    lost: int
    foreseen: int
    lead: int | None

    @property
    def precision(self) -> float | None:
        return self.right / self.alerts if self.alerts else None


@dataclass(slots=True)
class _Firm:
    """An invented enterprise: what happens to it, and its figures."""

    draw: Random
    fails: date | None  # or moves away
    moves: bool
    size: float  # 万元 of revenue a year
    heads: float
    marks: frozenset[str]
    depth: float  # how much of its business is gone when it fails
    span: int  # days over which it declines
    events: dict[str, list[tuple[date, object]]] = field(default_factory=dict)
    said: dict[str, list[Seen]] = field(default_factory=dict)  # the same as sources said it

    def health(self, day: date) -> float:
        """What is left of the usual business on a day."""
        if self.fails is None or self.moves:
            return 1.0
        gone = 1 - (self.fails - day).days / self.span
        return 1 - self.depth * min(1.0, max(0.0, gone))

    def add(self, name: str, day: date, value: object) -> None:
        self.events.setdefault(name, []).append((day, value))


def measure(seed: int = SEED, firms: int = FIRMS) -> dict[str, Score]:
    """Play the histories and score each rule."""
    draw = Random(seed)
    right: dict[str, list[int]] = {rule.code: [] for rule in RULES}
    counted = dict.fromkeys(right, 0)
    lost, foreseen = 0, dict.fromkeys(right, 0)
    leads: dict[str, list[int]] = {rule.code: [] for rule in RULES}
    for _ in range(firms):
        firm = _made(draw)
        lost += firm.fails is not None
        first: dict[str, int] = {}
        for code, day in _alerts(firm):
            counted[code] += 1
            if firm.fails is not None and day - EARLIER <= firm.fails <= day + AFTER:
                ahead = (firm.fails - day).days
                right[code].append(ahead)
                first.setdefault(code, ahead)
        for code, ahead in first.items():
            leads[code].append(ahead)
            foreseen[code] += ahead > 0
    return {
        code: Score(n, len(right[code]), lost, foreseen[code], int(median(leads[code])) if leads[code] else None)
        for code, n in counted.items()
    }


def _alerts(firm: _Firm) -> Iterator[tuple[str, date]]:
    """Every alert once: the same ground is no new one."""
    seen: set[tuple[str, str]] = set()
    for month in range(MONTHS):
        day = _month(BEGIN, month)
        if firm.fails is not None and day > firm.fails + EARLIER:
            return
        moved = _later(day)
        watched = Watched(moved, _courses(firm, moved), firm.marks)
        for signal in look(watched):
            if (signal.rule, signal.ground) not in seen:
                seen.add((signal.rule, signal.ground))
                yield signal.rule, day


def _courses(firm: _Firm, day: date) -> dict[str, Course]:
    """What had been said by the day."""
    found = {}
    for name, seen in firm.said.items():
        count = bisect_right(seen, day, key=lambda one: one.day)
        if count:
            found[name] = Course(seen[count - 1], tuple(reversed(seen[max(0, count - 6) : count - 1])))
    return found


def _later(day: date) -> date:
    """Rules of 2026 are tried on the years before, so all days are moved on by two years."""
    return day.replace(year=day.year + 2, day=min(day.day, 28))


def _moved(value: object) -> object:
    return _later(value) if isinstance(value, date) else value


def _made(draw: Random) -> _Firm:
    fate = draw.random()
    fails = BEGIN + timedelta(days=draw.randrange(90, MONTHS * 30)) if fate < FAILING + MOVING else None
    marks = {name for name, share in (("key", 0.08), ("above_scale", 0.2)) if draw.random() < share}
    firm = _Firm(
        draw, fails, FAILING <= fate < FAILING + MOVING, 10 ** draw.uniform(2.2, 4.6),
        max(3.0, 10 ** draw.uniform(0.6, 2.4)), frozenset(marks), draw.uniform(0.3, 0.95), draw.randrange(150, 540),
    )  # fmt: skip
    for write in (_figures, _lists, _suits_and_arrears, _lease, _talk):
        write(firm)
    for name, events in firm.events.items():
        events.sort(key=lambda pair: pair[0])
        firm.said[name] = [Seen(_moved(value), _later(day), name) for day, value in events]
    return firm


def _figures(firm: _Firm) -> None:
    """Quarterly sales a month late, insured staff each half-year, revenue and tax of a year half a year later."""
    draw = firm.draw
    season = [draw.uniform(0.7, 1.3) for _ in range(4)]
    dip = BEGIN + timedelta(days=draw.randrange(1000)) if draw.random() < 0.12 else None  # made up for within a year
    for quarter in range(-4, 12):
        end = _month(BEGIN, 3 * quarter + 3)
        lost = 0.5 if dip is not None and dip <= end <= dip + timedelta(days=270) else 1.0
        slip = 0.1 if draw.random() < 0.004 else 1.0  # a decimal point
        sales = firm.size / 4 * season[quarter % 4] * firm.health(end) * lost * slip * draw.gauss(1, 0.12)
        firm.add("quarter_sales", _month(end, 1), max(0.0, round(sales, 2)))
        if quarter % 2 == 1:
            heads = firm.heads * firm.health(end - timedelta(days=60)) * draw.gauss(1, 0.06)
            firm.add("insured_staff", _month(end, 1), max(0, round(heads)))
    rate = draw.uniform(0.015, 0.045)  # of revenue that is paid in tax
    for year in range(-1, 3):
        end = _month(BEGIN, 12 * year + 12)
        lost = 0.75 if dip is not None and dip.year == end.year - 1 else 1.0
        revenue = firm.size * firm.health(end - timedelta(days=180)) * lost * draw.gauss(1, 0.1)
        firm.add("revenue", _month(end, 5), max(1.0, round(revenue, 2)))
        firm.add("tax_paid", _month(end, 2), max(0.1, round(revenue * rate * draw.gauss(1, 0.08), 2)))


def _lists(firm: _Firm) -> None:
    draw = firm.draw
    for name, usual, failing in (("abnormal", 0.04, 0.45), ("dishonest", 0.01, 0.3)):
        firm.add(name, BEGIN - timedelta(days=90), False)
        if firm.fails is not None and not firm.moves and draw.random() < failing:
            firm.add(name, firm.fails - timedelta(days=draw.randrange(-60, 200)), True)
        elif draw.random() < usual:
            firm.add(name, BEGIN + timedelta(days=draw.randrange(1000)), True)
    firm.add("status", BEGIN - timedelta(days=90), "open")
    firm.add("building_id", BEGIN - timedelta(days=90), "B001")
    if "above_scale" in firm.marks:
        for year in range(-1, 3):
            day = _month(BEGIN, 12 * year + 14)
            left = firm.fails is not None and (firm.health(day) < 0.5 or day > firm.fails)
            firm.add("above_scale", day, None if left or draw.random() < 0.03 else True)
    if firm.fails is not None:
        if draw.random() < 0.6:
            firm.add(
                "status", firm.fails + timedelta(days=draw.randrange(5, 80)), draw.choice(("revoked", "cancelled"))
            )
        if draw.random() < 0.7:
            firm.add("building_id", firm.fails - timedelta(days=draw.randrange(-30, 60)), None)
    elif draw.random() < 0.06:  # moved within the district, or the manager forgot it
        firm.add("building_id", BEGIN + timedelta(days=draw.randrange(1000)), None)


def _suits_and_arrears(firm: _Firm) -> None:
    draw, failing = firm.draw, firm.fails if not firm.moves else None
    for name in ("arrears", "lawsuits"):
        firm.add(name, BEGIN - timedelta(days=90), 0)
    if failing is not None and draw.random() < 0.6:
        firm.add("arrears", failing - timedelta(days=draw.randrange(20, 260)), round(firm.size * 0.01 + 8, 1))
    elif draw.random() < 0.05:
        firm.add("arrears", BEGIN + timedelta(days=draw.randrange(1000)), draw.randrange(2, 40))
    if failing is not None and draw.random() < 0.55:
        firm.add("lawsuits", failing - timedelta(days=draw.randrange(10, 300)), draw.randrange(2, 9))
    elif draw.random() < 0.06:
        firm.add("lawsuits", BEGIN + timedelta(days=draw.randrange(1000)), draw.randrange(1, 5))


def _lease(firm: _Firm) -> None:
    """Leases of one to three years, renewed some weeks or months before they end; who moves does so at an end."""
    draw, start = firm.draw, BEGIN - timedelta(days=firm.draw.randrange(900))
    if firm.moves and firm.fails is not None:
        firm.add("lease_ends", min(start, firm.fails - timedelta(days=365)), firm.fails)
        return
    while start < _month(BEGIN, MONTHS):
        end = start + timedelta(days=365 * draw.randrange(1, 4))
        firm.add("lease_ends", start, end)
        start = end - timedelta(days=draw.randrange(15, 200))


def _talk(firm: _Firm) -> None:
    """Complaints as the last quarter has them against the one before, and when the enterprise was last heard."""
    draw, heard = firm.draw, BEGIN - timedelta(days=firm.draw.randrange(150))
    rate = draw.choice((0.2, 0.4, 1.0, 1.5)) / 365  # contacts a day
    while heard < _month(BEGIN, MONTHS) and (firm.fails is None or heard < firm.fails):
        firm.add("last_heard", heard, heard)
        slower = 1 / max(0.3, firm.health(heard))
        heard += timedelta(days=max(1, int(draw.expovariate(rate * 3) * slower)))
    burst = firm.fails - timedelta(days=draw.randrange(30, 240)) if firm.fails and draw.random() < 0.25 else None
    for month in range(MONTHS):
        day = _month(BEGIN, month)
        told = 0 if draw.random() < 0.98 else draw.choice((1, 1, 1, 1, 2, 2, 3))
        if burst is not None and 0 <= (day - burst).days < 31:
            told = draw.randrange(3, 7)
        firm.add("complaints", day, told)


def _month(day: date, n: int) -> date:
    months = day.year * 12 + day.month - 1 + n
    return date(months // 12, months % 12 + 1, 1)
