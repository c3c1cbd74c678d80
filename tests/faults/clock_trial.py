"""The inside of the trial of clocks, run as a program of its own on the trial's database.

python -m tests.faults.clock_trial open N MOMENT    so many cases, in every state that somebody owes something in
python -m tests.faults.clock_trial told MOMENT      who was told of what, and what is wrong with it, had the clock come so far
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from qifu.domain.appeals import facts  # noqa: E402
from qifu.domain.appeals.actions.submit import Request, submit  # noqa: E402
from qifu.domain.appeals.actions.take import take  # noqa: E402
from qifu.domain.appeals.history import differs  # noqa: E402
from qifu.domain.appeals.models import Appeal, Clock  # noqa: E402
from qifu.domain.people import queries as people  # noqa: E402
from qifu.domain.people.models import Account, Unit  # noqa: E402
from qifu.domain.registry.models import Enterprise  # noqa: E402
from qifu.engines import flow as engine  # noqa: E402
from qifu.kernel.evidence.queries import history  # noqa: E402
from qifu.kernel.evidence.verify import verify  # noqa: E402
from qifu.kernel.outbox.models import Item  # noqa: E402
from qifu.output.messages.models import Kept  # noqa: E402

URGENCIES = ("normal", "urgent", "inquiry")
CLOCK_TEMPLATES = ("clock_half", "clock_most", "clock_over", "clock_escalated")


def begin(number: int, at: datetime) -> dict[str, int]:
    """Cases handed in one after another; each fifth goes one step further than the one before."""
    contact, dispatcher, handler = (
        people.actor_of(account, at)
        for account in (
            Account.objects.get(kind="contact"),
            Account.objects.get(username="dispatcher"),
            Account.objects.get(username="handler"),
        )
    )
    unit, firm = Unit.objects.get(code="D01").pk, Enterprise.objects.get().pk
    steps: list[tuple[Any, str, dict[str, object]]] = [
        (dispatcher, "accept", {}),
        (dispatcher, "dispatch", {"unit": unit}),
        (handler, "sign", {}),
        (handler, "reply", {"outcome": "solved", "text": "已协调新增车位。"}),
    ]
    for n in range(number):
        now = at + timedelta(seconds=n)
        request = Request(
            title=f"停车 {n}", body="停车困难。", category="premises.parking", enterprise=firm, phone="19900001234",
            urgency=URGENCIES[n % 3],
        )  # fmt: skip
        case = submit(actor=contact, now=now, request=request)
        for who, step, given in steps[: n % 5]:
            take(actor=who, now=now, number=case.number, step=step, given=given)
    return {"clocks": Clock.objects.filter(status="running").count()}


def told(latest: datetime) -> dict[str, Any]:
    """What was told, how often each, and what should not be."""
    signals = Counter[tuple[str, ...]]()
    wrong: list[str] = []
    for appeal in Appeal.objects.order_by("pk"):
        found = list(history(appeal.stream))
        for record in found:
            if record.verb == "appeals.signal":
                signals[(appeal.number, *(str(record.facts[name]) for name in ("clock", "round", "level")))] += 1
        if problem := differs(appeal, found):
            wrong.append(f"{appeal.number}: row differs from its history: {problem}")
        lapses = sum(record.verb == "appeals.lapse" for record in found)
        if lapses != (appeal.closed_how == "silent"):
            wrong.append(f"{appeal.number}: lapsed {lapses} times, closed {appeal.closed_how!r}")
    wrong += [f"{name}: told {times} times" for name, times in signals.items() if times > 1]
    timer = facts.timer()
    for clock in Clock.objects.select_related("appeal").order_by("pk"):
        wrong += _wrong(clock, signals, timer, latest)
    wrong += _messages(signals)
    return {
        "wrong": wrong[:20],
        "signals": len(signals),
        "levels": dict(Counter(name[-1] for name in signals)),
        "lapsed": Appeal.objects.filter(closed_how="silent").count(),
        "waiting": _waiting(latest),
        "attempts": dict(Counter(Item.objects.filter(channel="periodic").values_list("attempts", flat=True))),
        "broken": verify().broken,
    }


def _wrong(clock: Clock, signals: Counter[tuple[str, ...]], timer: engine.Timer, latest: datetime) -> Iterator[str]:
    name = (clock.appeal.number, clock.kind, str(clock.round))
    levels = [level for level in range(1, 5) if signals[(*name, str(level))]]
    records = [r for r in history(clock.appeal.stream) if r.verb == "appeals.signal" and r.facts["clock"] == clock.kind]
    order = [int(r.facts["level"]) for r in records if r.facts["round"] == clock.round]
    if any(later <= earlier for earlier, later in pairwise(order)):
        yield f"{name}: told in the order {order}"
    if clock.status != "running":
        return
    due = {s.level: s.at for s in engine.signals(facts.value(clock), timer)}
    reached = max((level for level, at in due.items() if at <= latest), default=0)
    if clock.signal_level != reached or (reached and levels[-1:] != [reached]):
        yield f"{name}: level {reached} is reached, told {levels}, the row says {clock.signal_level}"
    for record in records:
        if record.facts["round"] == clock.round and record.at < due[int(record.facts["level"])]:
            yield f"{name}: level {record.facts['level']} told before its time"


def _messages(signals: Counter[tuple[str, ...]]) -> Iterator[str]:
    """Each signal reached somebody, each of them once; whose word is awaited is told before the term ends, not after."""
    items = Item.objects.filter(channel="inapp", payload__template__in=CLOCK_TEMPLATES)
    keys = Counter(":".join(key.split(">")[0].split(":")[:3]) for key in items.values_list("key", flat=True))
    owed = [name for name in signals if name[1] != "confirm" or name[3] in ("1", "2")]
    yield from (f"{name}: nobody was told" for name in owed if not keys[":".join(name[:3])])
    kept = Kept.objects.filter(template__in=CLOCK_TEMPLATES).count()
    if kept != items.filter(state="done").count():
        yield f"{items.count()} messages sent, {kept} kept"


def _waiting(latest: datetime) -> int:
    """What was due by then and is not done."""
    running = Clock.objects.filter(status="running")
    signals = running.filter(signal_at__lte=latest).count()
    lapses = running.filter(kind="confirm", due_at__lt=latest).count()
    messages = Item.objects.filter(channel="inapp").exclude(state="done").count()
    return signals + lapses + messages


if __name__ == "__main__":
    moment = datetime.fromisoformat(sys.argv[-1])
    print(json.dumps(begin(int(sys.argv[2]), moment) if sys.argv[1] == "open" else told(moment), default=str))
    connections.close_all()
