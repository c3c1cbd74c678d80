"""Lists of cases: what waits for me, my unit's, all that I may see; paged by key so that no page costs more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from qifu.domain.appeals import access, facts, numbers
from qifu.domain.appeals.flow import FLOWS, words
from qifu.domain.appeals.models import Appeal, Assignment, Words
from qifu.domain.appeals.queries.catalogue import Catalogue, categories
from qifu.domain.people import phones
from qifu.domain.people import queries as people
from qifu.domain.people.tree import UnitView
from qifu.domain.registry import queries as registry
from qifu.engines.calendar import SHANGHAI
from qifu.kernel import search
from qifu.kernel.actor import Actor, Role
from qifu.kernel.sealed import lookup

PAGE, COUNTED, BADGE = 25, 1000, 99
FIRST_DAY, LAST_DAY = (
    date(2000, 1, 1),
    date(2100, 1, 1),
)  # no case lies outside; a time zone cannot hold the last of days
CLOSED = {state.name for flow in FLOWS.values() for state in flow.states.values() if not state.is_open}
COLUMNS = (
    "number", "kind", "state", "is_open", "round", "seq", "urgency", "channel", "category_id", "title", "enterprise_id",
    "street_id", "unit_id", "handler", "is_confidential", "submitted_at", "burns_at", "closed_at", "outcome", "closed_how",
    "supervised", "returns", "leader_id", "raised_by", "contact", "reply_late",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is cut by. Unknown names in the address are ignored; there is no way to reach other columns."""

    scope: str = "all"
    q: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    urgency: str = ""
    category: int | None = None
    unit: int | None = None
    street: int | None = None
    enterprise: int | None = None
    building: int | None = None
    handler: int | None = None
    outcome: str = ""
    closed_how: str = ""
    late: str = ""  # now: overdue at this moment · reply, accept, dispatch: the promise was broken
    since: date | None = None
    until: date | None = None
    order: str = "newest"  # burns: what is due first

    @property
    def is_by_due(self) -> bool:
        """Whether what is due first stands first, and nothing else is listed. Of closed cases none is due."""
        return self.order == "burns" and not self.closed_how and self.state not in CLOSED

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """Read filters from an address; what cannot be read is left out."""
        found: dict[str, object] = {}
        for name in cls.__dataclass_fields__:
            text = (given.get(name) or "").strip()
            if not text:
                continue
            if name in ("category", "unit", "street", "enterprise", "building", "handler"):
                if text.isdecimal() and len(text) < 19:
                    found[name] = int(text)
            elif name in ("since", "until"):
                try:
                    found[name] = date.fromisoformat(text)
                except ValueError:
                    continue
            else:
                found[name] = text[:100]
        return cls(**found)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list."""

    id: int
    number: str
    kind: str
    title: str
    state: str
    state_label: str
    urgency: str
    channel_label: str
    category: str
    enterprise: int | None
    enterprise_name: str
    unit_name: str
    street_name: str
    submitted_at: datetime
    due_at: datetime | None
    is_overdue: bool
    is_open: bool
    round: int
    seq: int
    supervised: int
    returns: int
    outcome_label: str
    is_merged: bool


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    next: str
    previous: str
    count: int  # exact up to COUNTED
    is_capped: bool
    filters: Filters = field(default_factory=Filters)


def page(
    *,
    actor: Actor,
    now: datetime,
    filters: Filters,
    cursor: str = "",
    size: int = PAGE,
    with_count: bool = True,
    known: int | None = None,
) -> Page:
    """Return one page of the list. Queries: words, count, rows, names of enterprises; whatever the table holds.

    `known` is the count where the caller has it already, as `waiting` gives it for a list that nothing cuts.
    """
    branches, least = _found(actor, now, filters)
    count = known if known is not None else least
    if count is None:
        count = branches_counted(branches) if with_count else 0
    found, following, before = _paged(branches, filters.is_by_due, cursor, size)
    lines = as_lines(actor, found, now)
    return Page(lines, following, before, min(count, COUNTED), count > COUNTED, filters)


def rows_of(actor: Actor, now: datetime, filters: Filters) -> QuerySet[Appeal]:
    """The cases of a list, unordered, for exports."""
    rows = _scope(actor, filters.scope, access.visible(actor)).filter(_cut(actor, filters, now))
    return _searched(rows, filters.q) if filters.q.strip() else rows


def _found(actor: Actor, now: datetime, filters: Filters) -> tuple[list[QuerySet[Appeal]], int | None]:
    """The cases of a list by each reason to see them, and their number where the search has told it already."""
    cut = _cut(actor, filters, now)
    branches = [branch.filter(cut) for branch in _branches(actor, filters.scope)]
    text = filters.q.strip()
    if not text or _is_key(text):
        return [_searched(branch, text) if text else branch for branch in branches], None
    words = Words.objects.filter(is_open=True) if filters.is_by_due else Words.objects.all()
    keys = search.few(words, text, COUNTED)
    is_all = len(branches) == 1 and not branches[0].query.where
    if keys is not None:
        return [search.among(branch, keys) for branch in branches], len(keys) if is_all else None
    many = search.sifted(words, text).values("pk")
    return [branch.filter(pk__in=many) for branch in branches], COUNTED + 1 if is_all else None


def _asks_who(filters: Filters) -> bool:
    """Whether the list is cut by who raised the case: a confidential one must not answer that by being there."""
    text = filters.q.strip()
    return bool(filters.enterprise or filters.building) or (text.isdigit() and len(text) == 4) or is_phone(text)


def ordered(rows: QuerySet[Appeal], filters: Filters) -> QuerySet[Appeal]:
    return rows.order_by("burns_at", "pk") if filters.is_by_due else rows.order_by("-pk")


def as_lines(actor: Actor, found: Iterable[Appeal], now: datetime) -> list[Line]:
    """Dress rows for showing, with one look-up for all of them."""
    found = list(found)
    catalogue, tree = categories(), people.unit_tree()
    firms = registry.names(row.enterprise_id for row in found)
    return [_line(actor, row, now, catalogue, tree.units, firms) for row in found]


def waiting(actor: Actor, shown: str = "") -> dict[str, int]:
    """How many cases wait in each of the actor's lists, for badges. One query.

    Exact up to BADGE, in the list that is shown up to COUNTED; one more beyond.
    """
    names, sql, params = _counting(actor, connection.vendor, shown)
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return dict(zip(names, cursor.fetchone() or (), strict=True))


def badge(count: int) -> str:
    """A count as a badge shows it: 12, 99+, nothing for none."""
    return f"{BADGE}+" if count > BADGE else str(count or "")


@lru_cache(maxsize=512)
def _counting(actor: Actor, vendor: str, shown: str) -> tuple[list[str], str, tuple[Any, ...]]:
    """One statement that counts every list of the actor. Kept: drawing it up costs more than asking it."""
    names, parts, params = [scope for scope in scopes(actor) if scope != "all"], list[str](), list[Any]()
    for scope in names:
        most = COUNTED if scope == shown else BADGE
        sql, given = _joined(branch.order_by().values("pk")[: most + 1] for branch in _branches(actor, scope))
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 (drawn up by the framework)
        params += given
    return names, "SELECT " + ", ".join(parts), tuple(params)


def branches_counted(branches: list[QuerySet[Appeal]]) -> int:
    """How many cases the branches hold together, each once; exact up to COUNTED, one more beyond."""
    sql, params = _joined(branch.order_by().values("pk")[: COUNTED + 1] for branch in branches)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql}) counted", params)  # noqa: S608 (drawn up by the framework)
        return int(cursor.fetchone()[0])


def _joined(branches: Iterable[QuerySet[Appeal, Any]]) -> tuple[str, tuple[Any, ...]]:
    """One statement for the keys of all branches, each once; a branch that can hold nothing is left out."""
    parts, params = list[str](), list[Any]()
    for branch in branches:
        try:
            sql, given = branch.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) branch{len(parts)}")  # noqa: S608 (drawn up by the framework)
        params += given
    return " UNION ".join(parts) or "SELECT 1 WHERE 1 = 0", tuple(params)


def scopes(actor: Actor) -> list[str]:
    """The lists that make sense for this actor, the most urgent first."""
    names = [name for name, (may, _) in _SCOPES.items() if may(actor)]
    return [*names, "all"]


def _centre(role: Role) -> Callable[[Actor], bool]:
    return lambda actor: any(p.role == role and p.unit_kind == "centre" for p in actor.posts)


def _contact(actor: Actor) -> bool:
    return actor.is_contact


def _joint(actor: Actor) -> Q:
    parts = Assignment.objects.filter(unit__in=actor.units(Role.HANDLER), role="joint", state="open")
    return Q(pk__in=parts.values("appeal"), is_open=True)


_SCOPES: dict[str, tuple[Callable[[Actor], bool], Callable[[Actor], Q]]] = {
    "asked": (_contact, lambda actor: Q(state__in=("asking", "replied"), is_open=True)),
    "going": (_contact, lambda actor: Q(is_open=True)),
    "done": (_contact, lambda actor: Q(is_open=False)),
    "accept": (_centre(Role.DISPATCHER), lambda actor: Q(state="submitted", is_open=True)),
    "dispatch": (_centre(Role.DISPATCHER), lambda actor: Q(state="accepted", is_open=True)),
    "dispute": (_centre(Role.SUPERVISOR), lambda actor: Q(state="disputed", is_open=True)),
    "extension": (
        lambda actor: _centre(Role.DISPATCHER)(actor) or _centre(Role.SUPERVISOR)(actor),
        lambda actor: Q(extensions__state="asked", is_open=True),
    ),
    "call": (_centre(Role.DISPATCHER), lambda actor: Q(follow_ups__state="due")),
    "unit": (
        lambda actor: actor.has_role(Role.HANDLER),
        lambda actor: Q(
            unit__in=actor.units(Role.HANDLER), is_open=True, state__in=("dispatched", "working", "asking", "settling")
        ),
    ),
    "joint": (lambda actor: actor.has_role(Role.HANDLER), _joint),
    "mine": (lambda actor: actor.is_staff, lambda actor: Q(handler=actor.account, is_open=True)),
    "open": (lambda actor: access.sees_all(actor), lambda actor: Q(is_open=True)),
    "supervised": (lambda actor: actor.is_staff, lambda actor: Q(supervised__gt=0, is_open=True)),
    "area": (lambda actor: bool(access.areas(actor)), lambda actor: Q(street__in=access.areas(actor))),
}


def _branches(actor: Actor, scope: str) -> list[QuerySet[Appeal]]:
    """The list by each reason to see what is in it; what the scope itself grants needs no other."""
    sights = [Q()] if scope in ("unit", "mine", "joint") and _SCOPES[scope][0](actor) else access.sights(actor)
    return [_scope(actor, scope, Appeal.objects.filter(sight)) for sight in sights]


def _scope(actor: Actor, scope: str, rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    known = _SCOPES.get(scope)
    return rows.filter(known[1](actor)) if known is not None and known[0](actor) else rows


def _cut(actor: Actor, filters: Filters, now: datetime) -> Q:
    cut = Q(is_open=True) if filters.is_by_due else Q()
    if _asks_who(filters) and actor.is_staff and not access.sees_all(actor):
        cut &= Q(is_confidential=False) | Q(raised_by=actor.mark)
    for name in ("state", "kind", "channel", "urgency", "outcome", "closed_how", "handler"):
        if value := getattr(filters, name):
            cut &= Q(**{name: value})
    for name in ("unit", "street", "building"):
        if value := getattr(filters, name):
            cut &= Q(**{f"{name}_id": value})
    if filters.enterprise:  # those merged into it are shown with it
        cut &= Q(enterprise__in=registry.together(filters.enterprise))
    if filters.category:
        cut &= Q(category__in=categories().ids_under(filters.category))
    if filters.since:
        cut &= Q(submitted_at__gte=datetime.combine(max(filters.since, FIRST_DAY), time.min, SHANGHAI))
    if filters.until:
        cut &= Q(
            submitted_at__lt=datetime.combine(min(filters.until, LAST_DAY), time.min, SHANGHAI) + timedelta(days=1)
        )
    if filters.late == "now":
        cut &= Q(is_open=True, burns_at__lt=now)
    elif filters.late in ("accept", "dispatch", "reply", "first_reply"):
        cut &= Q(**{f"{filters.late}_late": True})
    return cut


def _is_key(text: str) -> bool:
    """Whether the text is a number or a full phone, which find by an index of their own."""
    return numbers.is_number(text.upper()) or is_phone(text)


def is_phone(text: str) -> bool:
    """Whether the text is a whole telephone number, however it is written."""
    return sum(map(str.isdigit, text)) > 8 and phones.is_contact(text)


def _searched(rows: QuerySet[Appeal], q: str) -> QuerySet[Appeal]:
    """By number, by full phone, else by words (names, text, credit code, last four digits of the phone)."""
    text = q.strip().upper()
    if numbers.is_number(text):
        return rows.filter(number=text)
    if is_phone(text):
        trunk = phones.trunk(text)
        return rows.filter(phone_lookup__in=(lookup(trunk), lookup(f"+86{trunk}"), lookup(text)))
    return rows.filter(pk__in=search.matching(Words.objects.all(), q).values("pk"))


def _paged(branches: list[QuerySet[Appeal]], burns: bool, cursor: str, size: int) -> tuple[list[Appeal], str, str]:
    """Cut by key. The cursor is `>key` for what follows, `<key` for what came before."""
    back, key = cursor.startswith("<"), _key(cursor[1:], burns) if cursor else None
    forward_cut, back_cut = _key_cuts(key, burns)
    if back and key:
        found = _first(branches, back_cut, ("-burns_at", "-pk") if burns else ("pk",), size + 1)
        more_before = len(found) > size
        found = found[:size][::-1]
        return found, _mark(">", found[-1:], burns), _mark("<", found[:1], burns) if more_before else ""
    found = _first(branches, forward_cut, ("burns_at", "pk") if burns else ("-pk",), size + 1)
    more = len(found) > size
    found = found[:size]
    return found, _mark(">", found[-1:], burns) if more else "", _mark("<", found[:1], burns) if key and found else ""


def _first(branches: list[QuerySet[Appeal]], cut: Q, order: tuple[str, ...], most: int) -> list[Appeal]:
    """The first of all branches: the first of each, of which the first are taken."""
    if len(branches) == 1:
        rows = branches[0].filter(cut)
    else:
        sql, params = _joined(branch.filter(cut).order_by(*order).values("pk")[:most] for branch in branches)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = Appeal.objects.filter(pk__in=[key for (key,) in cursor.fetchall()])
    return list(rows.order_by(*order).only("id", *COLUMNS)[:most])


def _key_cuts(key: tuple[datetime, int] | None, burns: bool) -> tuple[Q, Q]:
    if key is None:
        return Q(), Q()
    at, number = key
    if not burns:
        return Q(pk__lt=number), Q(pk__gt=number)
    return (
        Q(burns_at__gte=at) & (Q(burns_at__gt=at) | Q(pk__gt=number)),
        Q(burns_at__lte=at) & (Q(burns_at__lt=at) | Q(pk__lt=number)),
    )


def _key(text: str, burns: bool) -> tuple[datetime, int] | None:
    at, _, number = text.rpartition("~")
    if not number.isdecimal() or len(number) > 18:
        return None
    try:
        return (datetime.fromisoformat(at).astimezone(UTC) if burns else facts.NEVER), int(number)
    except (ValueError, OverflowError):
        return None


def _mark(sign: str, rows: list[Appeal], burns: bool) -> str:
    if not rows:
        return ""
    return f"{sign}{rows[0].burns_at.isoformat() if burns else ''}~{rows[0].pk}"


def _line(
    actor: Actor,
    row: Appeal,
    now: datetime,
    catalogue: Catalogue,
    units: Mapping[int, UnitView],
    firms: Mapping[int, str],
) -> Line:
    name = firms.get(row.enterprise_id or 0, "")
    state = FLOWS[row.kind].states[row.state]
    due = row.burns_at if row.burns_at < facts.NEVER else None
    unit, street = units.get(row.unit_id or 0), units.get(row.street_id or 0)
    return Line(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        title=row.title,
        state=row.state,
        state_label=(state.told or state.label) if actor.is_contact else state.label,
        urgency=row.urgency,
        channel_label=words.label(words.CHANNELS, row.channel),
        category=catalogue.path(row.category_id),
        enterprise=row.enterprise_id,
        enterprise_name=name if access.knows_identity(actor, row) else "（企业要求保密）",
        unit_name=unit.short_name if unit else "",
        street_name=street.short_name if street else "",
        submitted_at=row.submitted_at,
        due_at=due,
        is_overdue=due is not None and due < now,
        is_open=row.is_open,
        round=row.round,
        seq=row.seq,
        supervised=row.supervised,
        returns=row.returns,
        outcome_label=words.label(words.OUTCOMES, row.outcome),
        is_merged=row.leader_id is not None,
    )
