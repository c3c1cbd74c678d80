"""Reads of greetings: who is new, who was greeted, who could not be and why; by month; and what an enterprise sees of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from qifu.domain.registry.access import visible
from qifu.domain.registry.models import Greeting
from qifu.domain.registry.naming import written
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Forbidden, Invalid

SHOWN = 25
MONTHS = 12
STATES = tuple((one.value, str(one.label)) for one in Greeting.State)
WHYS = tuple((one.value, str(one.label)) for one in Greeting.Why)
GREETS = timedelta(days=90)  # for as long an enterprise sees its greeting when it signs in


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is cut to; empty cuts nothing."""

    q: str = ""
    state: str = ""
    why: str = ""
    month: str = ""  # 2026-09, when it was entered


@dataclass(frozen=True, slots=True)
class Line:
    """A new enterprise and what became of greeting it."""

    id: int
    enterprise: int | None
    name: str
    street: str
    origin: str
    made_at: datetime
    state: str
    why: str
    channels: tuple[str, ...]
    specialist: str
    count: int
    titles: tuple[str, ...]
    told_at: datetime | None
    next_at: datetime | None
    is_prompt: bool

    @property
    def state_label(self) -> str:
        return str(Greeting.State(self.state).label)

    @property
    def why_label(self) -> str:
        return str(Greeting.Why(self.why).label) if self.why else ""

    @property
    def tone(self) -> str:
        return {"waiting": "accent", "greeted": "green", "missed": "amber"}[self.state]

    @property
    def channel_words(self) -> str:
        return "、".join({"sms": "短信", "inapp": "站内消息"}[channel] for channel in self.channels)


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list; `next` continues it."""

    lines: tuple[Line, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Month:
    """The new enterprises of a month; `prompt`: greeted within the hour."""

    month: date | None
    new: int
    greeted: int
    prompt: int
    waiting: int
    missed: int

    @property
    def key(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What an enterprise sees when it signs in."""

    enterprise: int
    name: str
    specialist: str
    count: int
    titles: tuple[str, ...]


def page(actor: Actor, filters: Filters, cursor: str = "", size: int = SHOWN) -> Page:
    """New enterprises, the last first. Two statements.

    :raises Forbidden: not of the staff. :raises Invalid: the cursor is none of ours.
    """
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise Invalid("页码无效，请从第一页重新开始。", {"cursor": "无效"})
    rows = _found(actor, filters).select_related("enterprise__street").order_by("-pk")
    found = list((rows.filter(pk__lt=int(cursor)) if cursor else rows)[: size + 1])
    return Page(tuple(map(_line, found[:size])), str(found[size - 1].pk) if len(found) > size else "")


def every(actor: Actor, filters: Filters) -> Iterator[Line]:
    """The whole list, for a workbook."""
    return map(_line, _found(actor, filters).select_related("enterprise__street").order_by("-pk").iterator(1000))


def months(actor: Actor, now: datetime) -> list[Month]:
    """The last twelve months with new enterprises, the last first, and their sum. One statement, bounded by the year."""
    rows = _seen(actor).filter(made_at__gte=_beginning(now))
    counted = (
        rows.annotate(of=TruncMonth("made_at", tzinfo=SHANGHAI))
        .values("of")
        .annotate(
            new=Count("pk"),
            greeted=Count("pk", filter=Q(state="greeted")),
            prompt=Count("pk", filter=Q(state="greeted", told_at__lte=F("promised_at"))),
            waiting=Count("pk", filter=Q(state="waiting")),
            missed=Count("pk", filter=Q(state="missed")),
        )
        .order_by("-of")
    )
    found = [
        Month(row["of"].date(), row["new"], row["greeted"], row["prompt"], row["waiting"], row["missed"])
        for row in counted
    ]
    total = Month(None, *(sum(getattr(one, n) for one in found) for n in _FIGURES))
    return [*found, total] if found else []


def reasons(actor: Actor, now: datetime) -> list[tuple[str, str, int]]:
    """Why enterprises of those months could not be greeted, the most frequent first: code, words, number. One statement."""
    counted = (
        _seen(actor)
        .filter(state="missed", made_at__gte=_beginning(now))
        .values_list("why")
        .annotate(n=Count("pk"))
        .order_by("-n", "why")
    )
    return [(why, str(Greeting.Why(why).label), n) for why, n in counted]


def welcome(actor: Actor, now: datetime) -> Welcome | None:
    """The greeting that the actor's newest enterprise has not put away. One statement."""
    if not actor.is_contact or not actor.enterprises:
        return None
    rows = Greeting.objects.filter(enterprise__in=actor.enterprises, closed_at=None, made_at__gte=now - GREETS)
    row = rows.exclude(why__in=["old", "closed", "merged"]).order_by("-pk").first()
    if row is None or row.enterprise_id is None:
        return None
    line = _told(row)
    return Welcome(row.enterprise_id, row.name, line[0], line[1], line[2])


_FIGURES = ("new", "greeted", "prompt", "waiting", "missed")


def _beginning(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    first = _month(local.year * 12 + local.month - MONTHS)
    return datetime(first.year, first.month, 1, tzinfo=SHANGHAI)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _seen(actor: Actor) -> QuerySet[Greeting]:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")
    seen = visible(actor)
    return Greeting.objects.filter(enterprise__in=seen) if seen.query.where else Greeting.objects.all()


def _found(actor: Actor, filters: Filters) -> QuerySet[Greeting]:
    rows = _seen(actor)
    if filters.q:
        rows = rows.filter(name__contains=written(filters.q))
    for name in ("state", "why"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.month:
        year, _, month = filters.month.partition("-")
        number = int(year) * 12 + int(month) - 1
        spans = [datetime(day.year, day.month, 1, tzinfo=SHANGHAI) for day in (_month(number), _month(number + 1))]
        rows = rows.filter(made_at__gte=spans[0], made_at__lt=spans[1])
    return rows


def _told(row: Greeting) -> tuple[str, int, tuple[str, ...]]:
    told = row.told
    return (
        str(told.get("specialist", "")),
        int(told.get("count", 0)),
        tuple(str(title) for _, title in told.get("items", ())),
    )


def _line(row: Greeting) -> Line:
    specialist, count, titles = _told(row)
    firm = row.enterprise
    return Line(
        id=row.pk,
        enterprise=row.enterprise_id,
        name=row.name,
        street=firm.street.short_name if firm is not None and firm.street else "",
        origin="名单" if row.from_load else "企业认证",
        made_at=row.made_at,
        state=row.state,
        why=row.why,
        channels=tuple(row.channels),
        specialist=specialist,
        count=count,
        titles=titles,
        told_at=row.told_at,
        next_at=row.next_at,
        is_prompt=row.told_at is not None and row.told_at <= row.promised_at,
    )
