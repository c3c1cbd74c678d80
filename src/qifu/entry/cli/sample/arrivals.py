"""When appeals arrive: by month, weekday and hour, with holiday dips and seasons of categories."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from qifu.entry.cli.sample.corpus import categories
from qifu.entry.cli.sample.streams import Floats, Integers, stream

SHANGHAI = ZoneInfo("Asia/Shanghai")

_WEEKDAY = (1.25, 1.12, 1.05, 1.0, 0.95, 0.34, 0.24)
_HOUR = (
    0.25, 0.12, 0.08, 0.06, 0.06, 0.12, 0.35, 0.9, 2.6, 5.6, 6.0, 4.6, 2.2, 2.6, 5.2, 5.6, 4.6, 3.1, 1.7, 1.5, 1.6,
    1.4, 0.9, 0.5,
)  # fmt: skip
_MONTH = (0.95, 0.7, 1.25, 1.2, 1.0, 1.0, 1.05, 1.0, 1.2, 0.95, 1.05, 1.1)

# First months in which a first-level category comes up more often.
_SEASONS: dict[str, dict[int, float]] = {
    "policy": {3: 1.9, 4: 1.7, 9: 1.8, 10: 1.2, 12: 1.3},
    "tax": {1: 1.3, 5: 1.7, 6: 1.2},
    "law": {1: 2.2, 2: 1.3, 12: 1.8},
    "finance": {1: 1.2, 12: 1.5},
    "utility": {7: 1.6, 8: 1.7, 1: 1.2},
    "city": {6: 1.5, 7: 1.5},
    "market": {11: 1.4, 9: 1.2},
    "safety": {6: 1.7, 12: 1.3},
}
_SCHOOL = {5: 1.8, 6: 2.2, 7: 2.5, 8: 3.0}

# Days on which hardly anybody works; the engine's calendar has the exact ones, here only few arrive.
_SPRING = {2023: (1, 21, 7), 2024: (2, 10, 8), 2025: (1, 28, 8), 2026: (2, 15, 9), 2027: (2, 5, 8), 2028: (1, 25, 8)}
_FIXED_HOLIDAYS = {(1, 1), (5, 1), (5, 2), (5, 3), *((10, day) for day in range(1, 8))}


def moments(n: int, start: date, end: datetime, seed: int) -> Integers:
    """Return `n` arrivals from `start` to before `end`, in order, as seconds since the epoch."""
    days = (end.date() - start).days + 1
    weights = np.array([_day_weight(start + timedelta(days=k)) for k in range(days)])
    midnight = datetime.combine(end.date(), time.min, SHANGHAI)
    weights[-1] *= (end - midnight).total_seconds() / 86_400  # the last day has only begun
    day = _draw(stream(seed, "arrival.day").random(n), weights)
    hour = _draw(stream(seed, "arrival.hour").random(n), np.array(_HOUR))
    second = (stream(seed, "arrival.second").random(n) * 3600).astype(np.int64)
    first = int(datetime.combine(start, time.min, SHANGHAI).timestamp())
    found = first + day * 86_400 + hour * 3600 + second
    return np.sort(np.minimum(found, int(end.timestamp()) - 60))


def _draw(drawn: Floats, weights: Floats) -> Integers:
    edges = np.cumsum(weights)
    found: Integers = np.searchsorted(edges, drawn * edges[-1], side="right").astype(np.int64)
    return found


def _day_weight(day: date) -> float:
    weight = _WEEKDAY[day.weekday()] * _MONTH[day.month - 1]
    return weight * 0.15 if _is_holiday(day) else weight


def _is_holiday(day: date) -> bool:
    if (day.month, day.day) in _FIXED_HOLIDAYS:
        return True
    spring = _SPRING.get(day.year)
    if spring is None:
        return False
    first = date(day.year, spring[0], spring[1])
    return first <= day < first + timedelta(days=spring[2])


def category_edges() -> list[Floats]:
    """Return, for each month (0 is January), the cumulative weights of the second-level categories."""
    return [np.cumsum([_category_weight(c.code, c.parent, c.weight, m) for c in categories()]) for m in range(1, 13)]


def _category_weight(code: str, parent: str, weight: float, month: int) -> float:
    season = _SCHOOL if code == "talent.school" else _SEASONS.get(parent, {})
    return weight * season.get(month, 1.0)
