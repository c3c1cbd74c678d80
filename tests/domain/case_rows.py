"""Many cases at once, written straight into the table with plausible flags: for tests of figures and lists at size."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from qifu.domain.appeals.facts import NEVER
from qifu.domain.appeals.models import Appeal, Category, Clock

CHANNELS = ("portal", "portal", "hotline", "visit", "meeting", "station", "city")
KINDS = ("appeal",) * 8 + ("complaint", "assistance")


def categories(tops: int = 6, each: int = 4) -> list[int]:
    """A catalogue of two levels; answers the second-level ids."""
    found = []
    for top in range(tops):
        above = Category.objects.create(code=f"{top:02d}", name=f"类别{top}", order=top)
        found += [
            Category.objects.create(code=f"{top:02d}{n:02d}", name=f"事项{top}-{n}", parent=above, order=n).pk
            for n in range(each)
        ]
    return found


def write(
    count: int,
    *,
    seed: int,
    now: datetime,
    units: Sequence[int],
    streets: Sequence[int],
    categories: Sequence[int],
    days: int = 400,
    batch: int = 5000,
    first: int = 0,
) -> None:
    """Write so many cases, numbered from `first` on, spread over the days before `now`, with the clocks of open ones."""
    draw = random.Random(seed)
    made = (_case(draw, n, now, units, streets, categories, days) for n in range(first, first + count))
    while some := list(islice(made, batch)):
        Appeal.objects.bulk_create([case for case, _ in some], batch_size=1000)
        Clock.objects.bulk_create(list(_clocks(some)), batch_size=2000)
    _merge(draw, count)


def _case(
    draw: random.Random,
    n: int,
    now: datetime,
    units: Sequence[int],
    streets: Sequence[int],
    cats: Sequence[int],
    days: int,
) -> tuple[Appeal, list[dict[str, Any]]]:
    at = now - timedelta(minutes=draw.randrange(1, days * 1440))
    age = now - at
    kind = draw.choice(KINDS)
    row: dict[str, Any] = {
        "number": f"QS{n:013d}", "kind": kind, "urgency": "normal", "channel": draw.choice(CHANNELS),
        "category_id": draw.choice(cats), "title": f"第 {n} 件", "body": "内容", "street_id": draw.choice([*streets, None]),
        "raised_by": "system", "submitted_at": at, "burns_at": NEVER, "state": "submitted", "is_confidential": n % 50 == 0,
    }  # fmt: skip
    clocks: list[dict[str, Any]] = []
    took = {name: timedelta(minutes=draw.expovariate(1 / mean)) for name, mean in (("a", 40), ("d", 100), ("r", 2000))}
    if age < took["a"]:
        due = at + timedelta(hours=1)
        clocks = [{"kind": "accept", "due_at": due}, {"kind": "reply", "due_at": at + timedelta(days=3)}]
        return Appeal(**row | {"burns_at": due}), clocks
    row |= {"state": "accepted", "accepted_at": at + took["a"], "accept_late": took["a"] > timedelta(hours=1)}
    row["accept_minutes"] = int(took["a"].total_seconds() // 60)
    fate = draw.random()
    if fate < 0.03:
        return Appeal(
            **row | {"state": "declined", "is_open": False, "closed_how": "declined", "closed_at": at + took["a"]}
        ), []
    if age < took["d"]:
        due = at + timedelta(hours=3)
        return Appeal(**row | {"burns_at": due}), [{"kind": "dispatch", "due_at": due}]
    row |= {
        "dispatched_at": at + took["d"],
        "dispatch_late": took["d"] > timedelta(hours=3),
        "unit_id": draw.choice(units),
    }
    row |= {
        "dispatch_minutes": int(took["d"].total_seconds() // 60),
        "returns": draw.choice([0] * 9 + [1]),
        "state": "working",
    }
    row["supervised"] = draw.choice([0] * 19 + [1])
    if fate < 0.06:
        return Appeal(
            **row | {"state": "withdrawn", "is_open": False, "closed_how": "withdrawn", "closed_at": at + took["d"]}
        ), []
    promise = timedelta(days=3)
    due = promise + timedelta(days=draw.choice([0, 0, 0, 5]))
    if age < took["r"] or draw.random() < 0.004:
        return Appeal(**row | {"burns_at": at + due}), [
            {"kind": "reply", "due_at": at + due, "promised_at": at + promise}
        ]
    row |= {"replied_at": at + took["r"], "reply_late": took["r"] > due, "first_reply_late": took["r"] > promise}
    row |= {"reply_minutes": int(took["r"].total_seconds() // 60) // 3, "state": "replied"}
    row["outcome"] = draw.choice(["solved"] * 7 + ["partly", "explained", "beyond"])
    if draw.random() < 0.45:
        row |= {f"mark_{m}": draw.choice([5, 5, 5, 4, 4, 3, 2]) for m in ("speed", "result", "attitude")}
    if age > took["r"] + timedelta(days=8):
        row |= {"state": "closed", "is_open": False, "closed_at": at + took["r"] + timedelta(days=2)}
        row |= {"closed_how": draw.choice(["confirmed"] * 6 + ["silent"] * 3), "round": draw.choice([1] * 12 + [2])}
    return Appeal(**row), []


def _clocks(some: Sequence[tuple[Appeal, list[dict[str, Any]]]]) -> Iterator[Clock]:
    for case, clocks in some:
        for clock in clocks:
            plain = {"round": 1, "term": "workdays", "n": 3, "started_at": case.submitted_at, "calendar": "x"}
            plain |= {"promised_at": clock["due_at"], "status": "running"}
            yield Clock(appeal=case, **plain | clock)


def _merge(draw: random.Random, count: int) -> None:
    """Let a few cases have been handled along with another."""
    ids = list(Appeal.objects.filter(is_open=False, closed_how="confirmed").order_by("pk").values_list("pk", flat=True))
    for follower in draw.sample(ids[1:], min(len(ids) // 2, count // 50)) if len(ids) > 2 else []:
        Appeal.objects.filter(pk=follower).update(leader=ids[0])
