"""The reads of monitoring: the list of alerts, one alert with what is behind it, the rules with their precision; and the doors.

| who                                                  | sees                                   | closes               |
|------------------------------------------------------|----------------------------------------|----------------------|
| dispatcher, supervisor of the centre; administrator  | all                                    | all                  |
| leader, auditor                                      | all                                    | nothing              |
| street, station: handler, specialist                 | those of the own street or sent to it  | the same             |
| department: handler                                  | those sent to it                       | the same             |

Rules are routed, retired and brought back by the supervisor of the centre and the administrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry import access, queries
from qifu.domain.registry.models import Alert, AlertRule, Enterprise
from qifu.domain.registry.signals import BY_CODE, Rule, in_force
from qifu.domain.registry.signals.shapes import day_said
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden, Missing
from qifu.kernel.evidence import queries as evidence
from qifu.kernel.evidence.models import Record

PAGE = 25
COUNTED = 10_000
ENOUGH, BAR = (
    30,
    Decimal("0.3"),
)  # closed alerts from which figures speak; right ones among them below which it is noise
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
SORTS = {"due": "最早到期", "newest": "最近发现"}
_GONE = "没有这条预警，或您无权查看。"
_WORKERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.HANDLER, Role.SPECIALIST, Role.ADMINISTRATOR)
_KEEPERS = (Role.SUPERVISOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is cut to; empty cuts nothing."""

    q: str = ""
    state: str = "open"
    rule: str = ""
    unit: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An alert in a list."""

    id: int
    rule: str
    why: str
    enterprise: int
    enterprise_name: str
    uscc: str
    street_name: str
    unit_name: str
    found_at: datetime
    due_at: datetime
    state: str
    outcome: str
    closed_at: datetime | None
    is_late: bool

    @property
    def rule_label(self) -> str:
        return BY_CODE[self.rule].label if self.rule in BY_CODE else self.rule

    @property
    def state_label(self) -> str:
        return str(Alert.State(self.state).label)

    @property
    def tone(self) -> str:
        return {"open": "red" if self.is_late else "amber", "closed": "green", "false": "calm"}[self.state]

    @property
    def outcome_label(self) -> str:
        return str(Alert.Outcome(self.outcome).label) if self.outcome else ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the list; `before` and `after` are places in it."""

    lines: tuple[Line, ...]
    count: int
    is_more: bool
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value behind an alert."""

    label: str
    value: str
    day: date
    source: str
    row: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One alert with all that belongs to it."""

    line: Line
    rule: Rule | None
    behind: tuple[Value, ...]
    result: str
    closed_by: str
    others: tuple[Line, ...]
    history: tuple[Record, ...]
    may_close: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule with what became of its alerts since it was last brought into use."""

    rule: Rule
    is_active: bool
    why: str
    unit: int | None
    unit_name: str
    open: int
    right: int
    false: int
    trial: Mapping[str, object]
    changed_at: datetime | None

    @property
    def closed(self) -> int:
        return self.right + self.false

    @property
    def is_noisy(self) -> bool:
        return self.closed >= ENOUGH and Decimal(self.right) / self.closed < BAR


def sees_all(actor: Actor) -> bool:
    """Whether every alert is the actor's business."""
    return (
        actor.kind == "system"
        or actor.has_role(Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
        or any(post.unit_kind == "centre" for post in actor.posts)
    )


def visible(actor: Actor) -> QuerySet[Alert]:
    """The alerts that the actor may see."""
    rows = Alert.objects.all()
    if not (actor.is_staff or actor.kind == "system") or not actor.may_scope(access.SCOPE):
        return rows.none()
    if sees_all(actor):
        return rows
    own = set().union(*(people.subtree(post.unit) for post in actor.posts)) if actor.posts else set()
    return rows.filter(Q(unit__in=own) | Q(enterprise__street__in=access.streets_of(actor)))


def may_close(actor: Actor, alert: Alert) -> bool:
    """Whether the actor, who sees the alert, may say what came of it."""
    if not actor.is_staff or not actor.has_role(*_WORKERS):
        return False
    if any(post.unit_kind == "centre" and post.role in _WORKERS for post in actor.posts):
        return True
    mine = {alert.unit_id, alert.enterprise.street_id}
    tree = people.unit_tree()
    return any(
        post.role in _WORKERS and mine & {post.unit, *tree.ancestors(post.unit), *people.subtree(post.unit)}
        for post in actor.posts
    )


def may_keep(actor: Actor) -> bool:
    """Whether the actor decides on rules."""
    return actor.is_staff and any(
        post.role == Role.ADMINISTRATOR or (post.role in _KEEPERS and post.unit_kind == "centre")
        for post in actor.posts
    )


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("这里只对工作人员开放，请用工作人员账号登录。")


def require_keeper(actor: Actor) -> None:
    """:raises Forbidden: the actor does not decide on rules."""
    if not may_keep(actor):
        raise Forbidden("只有中心的督办员和管理员可以调整预警规则。")


def rule_of(code: str) -> Rule:
    """:raises Missing: there is no such rule."""
    if code not in BY_CODE:
        raise Missing("没有这条规则，请返回规则列表。")
    return BY_CODE[code]


def alert_to_close(actor: Actor, alert: int) -> Alert:
    """Fetch and lock an alert. :raises Missing: none for this actor. :raises Forbidden: not the actor's to close."""
    rows = visible(actor).select_for_update(of=("self",)).select_related("enterprise")
    row = rows.filter(pk=alert).first()
    if row is None:
        raise Missing(_GONE)
    if not may_close(actor, row):
        raise Forbidden("这条预警由企业所在街道或指定部门处置，您可以查看，不能处置。")
    return row


def alerts(
    actor: Actor, now: datetime, filters: Filters, *, sort: str = "due", place: int = 0, size: int = PAGE
) -> Page:
    """A page of alerts. Four statements, whatever the table holds."""
    rows = _found(actor, now, filters)
    count = rows.order_by()[: COUNTED + 1].count()
    found = list(_sorted(rows, sort).select_related("enterprise")[place : place + size])
    after = place + size if place + size < count else None
    before = max(0, place - size) if place else None
    return Page(_lines(found, now), min(count, COUNTED), count > COUNTED, before, after)


def every(actor: Actor, now: datetime, filters: Filters, *, sort: str = "due") -> Iterator[tuple[Line, str]]:
    """All alerts found with their results, for a workbook; ten thousand at most."""
    rows = _sorted(_found(actor, now, filters), sort).select_related("enterprise")
    for row in rows[:COUNTED].iterator(500):
        yield _lines([row], now)[0], row.result


def sheet(actor: Actor, now: datetime, alert: int) -> Sheet:
    """One alert. :raises Missing: there is none, or not for this actor; both answer alike."""
    row = visible(actor).select_related("enterprise", "closed_by").filter(pk=alert).first()
    if row is None:
        raise Missing(_GONE)
    others = visible(actor).filter(enterprise=row.enterprise_id).exclude(pk=row.pk).select_related("enterprise")
    return Sheet(
        line=_lines([row], now)[0],
        rule=BY_CODE.get(row.rule),
        behind=tuple(_value(one) for one in row.behind),
        result=row.result,
        closed_by=row.closed_by.name if row.closed_by else "",
        others=_lines(list(others.order_by("-pk")[:10]), now),
        history=tuple(evidence.history(f"registry.alert:{row.pk}").order_by("-seq")[:20]),
        may_close=row.state == "open" and may_close(actor, row),
    )


def of_enterprise(actor: Actor, now: datetime, enterprise: int, size: int = 20) -> tuple[Line, ...]:
    """The alerts of one enterprise, open ones first, newest first. Two statements; the caller has passed its door."""
    rows = visible(actor).filter(enterprise=enterprise).select_related("enterprise").order_by("-pk")[:size]
    return tuple(sorted(_lines(list(rows), now), key=lambda line: line.state != "open"))


def count_open(actor: Actor) -> int:
    """How many alerts wait for the actor."""
    return visible(actor).filter(state="open").count()


def standings(on: date) -> list[Standing]:
    """Every rule in force with its figures. Three statements."""
    rows = {row.code: row for row in AlertRule.objects.select_related("unit")}
    counted: dict[str, dict[str, int]] = {}
    cut = Q(state="open")
    for code in BY_CODE:
        since = rows[code].counted_from if code in rows else BEGINNING
        cut |= Q(rule=code, closed_at__gte=since)
    found = Alert.objects.filter(cut).order_by().values_list("rule", "state").annotate(n=Count("pk"))
    for code, state, n in found:
        counted.setdefault(code, {})[state] = n
    return [_standing(rule, rows.get(rule.code), counted.get(rule.code, {})) for rule in in_force(on)]


def rules(actor: Actor, on: date) -> list[Standing]:
    """The rules for the staff, those that are watched most at the top. :raises Forbidden: not of the staff."""
    require_staff(actor)
    return standings(on)


def retired_codes() -> frozenset[str]:
    """The codes of the rules that are out of use."""
    return frozenset(AlertRule.objects.filter(state="retired").values_list("code", flat=True))


def outcomes() -> tuple[tuple[str, str], ...]:
    """What may have come of an alert that was right, with labels."""
    return tuple((str(value), str(label)) for value, label in Alert.Outcome.choices)


def routes() -> dict[str, int | None]:
    """Who is named for the alerts of which rule."""
    return dict(AlertRule.objects.filter(unit__isnull=False).values_list("code", "unit_id"))


def unit_for(named: int | None, street: int | None) -> int:
    """Who gets an alert: who is named for its rule, else the street of the enterprise, else the centre."""
    units = people.unit_tree().units
    if named in units and units[named].is_active:
        return named
    return street if street in units else people.units("centre")[0].id


def plain(value: object) -> object:
    """A value as it is kept behind an alert."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _found(actor: Actor, now: datetime, filters: Filters) -> QuerySet[Alert]:
    rows = visible(actor)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.rule:
        rows = rows.filter(rule=filters.rule)
    if filters.unit is not None:
        rows = rows.filter(Q(unit=filters.unit) | Q(enterprise__street=filters.unit))
    if filters.late:
        rows = rows.filter(state="open", due_at__lt=now)
    if filters.q.strip():
        rows = rows.filter(enterprise__in=queries.matching(Enterprise.objects.all(), filters.q).order_by().values("pk"))
    return rows


def _sorted(rows: QuerySet[Alert], sort: str) -> QuerySet[Alert]:
    return rows.order_by("-pk") if sort == "newest" else rows.order_by("due_at", "pk")


def _lines(rows: list[Alert], now: datetime) -> tuple[Line, ...]:
    units = people.unit_tree().units if rows else {}

    def named(unit: int | None) -> str:
        return units[unit].short_name if unit in units else ""

    return tuple(
        Line(
            row.pk, row.rule, row.why, row.enterprise_id, row.enterprise.name, row.enterprise.uscc or "",
            named(row.enterprise.street_id), named(row.unit_id), row.found_at, row.due_at, row.state, row.outcome,
            row.closed_at, row.state == "open" and row.due_at < now,
        )
        for row in rows
    )  # fmt: skip


def _value(kept: list[object]) -> Value:
    label, value, unit, day, source, row = kept
    return Value(str(label), value_said(value, str(unit)), date.fromisoformat(str(day)), str(source), int(str(row)))


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WORDS = {"open": "存续", "revoked": "吊销", "cancelled": "注销"}


def value_said(value: object, unit: str = "") -> str:
    """A value as people read it."""
    if value is None:
        return "已不在名单"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float | Decimal):
        return f"{value * 100:.1f}%" if unit == "%" else f"{value:,.10g} {unit}".strip()
    if _DAY.fullmatch(str(value)):
        return day_said(date.fromisoformat(str(value)))
    text = _WORDS.get(str(value), str(value))
    return f"{text} {unit}".strip()


def _standing(rule: Rule, row: AlertRule | None, counted: Mapping[str, int]) -> Standing:
    return Standing(
        rule=rule,
        is_active=row is None or row.state == "active",
        why=row.why if row else "",
        unit=row.unit_id if row else None,
        unit_name=row.unit.short_name if row and row.unit else "",
        open=counted.get("open", 0),
        right=counted.get("closed", 0),
        false=counted.get("false", 0),
        trial=row.trial if row else {},
        changed_at=row.changed_at if row else None,
    )
