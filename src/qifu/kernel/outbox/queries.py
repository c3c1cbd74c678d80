"""What a page may read of the queue: counts, lists, schedules, workers, and the deliveries of one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing
from qifu.kernel.outbox import periodic
from qifu.kernel.outbox.models import LANES, OPEN, Item, Schedule, State, Worker

PAGE = 50
ALIVE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of items, newest first; `next` is the cursor of the following page, None at the end."""

    items: list[Item]
    next: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """A schedule with its last tick and how the run of it ended."""

    name: str
    last_tick: datetime
    state: str
    finished_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the queue answers: the age of the item that has been due longest, and how many workers are present."""

    oldest_due_seconds: float
    parked: int
    workers: int


def door(actor: Actor) -> None:
    """:raises Forbidden: only administrators and auditors see the queue as a whole."""
    if actor.kind != "system" and not actor.has_role(Role.ADMINISTRATOR, Role.AUDITOR):
        raise Forbidden("只有管理员和审计员可以查看后台队列。")


def counts(actor: Actor, *, now: datetime) -> dict[str, dict[str, int]]:
    """Items by channel and state; done and cancelled ones of the last 24 hours only."""
    door(actor)
    recent = Q(finished_at__gte=now - timedelta(days=1), state__in=[State.DONE, State.CANCELLED])
    table: dict[str, dict[str, int]] = {}
    for shown in (Q(state__in=[*OPEN, State.PARKED]), recent):
        rows = Item.objects.filter(shown).values_list("channel", "state").annotate(number=Count("id")).order_by()
        for channel, state, number in rows:
            table.setdefault(channel, {})[state] = number
    return table


def listing(
    actor: Actor,
    *,
    state: str = "",
    channel: str = "",
    stream: str = "",
    before: int | None = None,
    size: int = PAGE,
) -> Listing:
    """One page of items by the filters given."""
    door(actor)
    rows: QuerySet[Item] = Item.objects.order_by("-id")
    for name, value in (("state", state), ("channel", channel), ("stream", stream)):
        if value:
            rows = rows.filter(**{name: value})
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: size + 1])
    return Listing(found[:size], found[size - 1].pk if len(found) > size else None)


def item(actor: Actor, item_id: int) -> Item:
    """:raises Missing: there is no such item."""
    door(actor)
    found = Item.objects.filter(pk=item_id).first()
    if found is None:
        raise Missing("没有这一项，可能已经超过保存期被清理。")
    return found


def deliveries(stream: str) -> list[Item]:
    """All that was or will be sent about one object, each destination by itself. The caller has passed the object's door."""
    return list(Item.objects.filter(stream=stream).order_by("id")[:200]) if stream else []


def schedules(actor: Actor) -> list[Run]:
    """Every schedule with its last run."""
    door(actor)
    runs = Item.objects.filter(stream=Concat(Value(periodic.stream("")), OuterRef("pk"))).order_by("-id")
    rows = Schedule.objects.order_by("name").annotate(
        run_state=Subquery(runs.values("state")[:1]),
        run_end=Subquery(runs.values("finished_at")[:1]),
        run_error=Subquery(runs.values("last_error")[:1]),
    )
    return [Run(r.name, r.last_tick, r.run_state or "", r.run_end, r.run_error or "") for r in rows]


def workers(actor: Actor, *, now: datetime) -> list[Worker]:
    """The workers seen within the last half minute."""
    door(actor)
    return list(Worker.objects.filter(seen_at__gte=now - ALIVE).order_by("name"))


def health(*, now: datetime) -> Health:
    """What /healthz tells about the queue."""
    oldest = Item.objects.filter(priority__in=LANES, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    return Health(
        oldest_due_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        parked=Item.objects.filter(state=State.PARKED).count(),
        workers=Worker.objects.filter(seen_at__gte=now - ALIVE).count(),
    )
