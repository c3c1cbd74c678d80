"""How figures are cut: the months, the unit, street, category, channel, kind, the denominator; and what a person may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.db.models import Q

from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.figures.measures import BASES
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden

CENTRE = (Role.LEADER, Role.SUPERVISOR, Role.DISPATCHER, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR)
OWN = (Role.LEADER, Role.HANDLER)
READS_CASES = (Role.DISPATCHER, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR)  # at the centre: titles and enterprises too
DIMENSIONS = ("unit", "street", "category", "channel", "kind")
NUMBERS = ("unit", "street", "category")
LONGEST = 60  # months
NO_BOARD = "统计看板对中心人员、各单位承办人和领导开放。需要查看请联系管理员。"

Values = frozenset[int] | frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person sees of the figures. None: not cut."""

    units: frozenset[int] | None = None
    streets: frozenset[int] | None = None
    reads_cases: bool = False

    @property
    def is_whole(self) -> bool:
        return self.units is None and self.streets is None


@dataclass(frozen=True, slots=True)
class Cut:
    """A choice of cases. Both months are included; a category stands for those below it; unit or street 0: none yet."""

    since: date
    until: date
    basis: str = "all"
    unit: int | None = None
    street: int | None = None
    category: int | None = None
    channel: str = ""
    kind: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], today: date) -> Cut:
        """Read a cut from an address; what cannot be read is left out. Without months: this year so far."""
        until = _month(given.get("until", "")) or today.replace(day=1)
        since = _month(given.get("since", "")) or date(until.year, 1, 1)
        since, until = min(since, until), max(since, until)
        since = max(since, shifted(until, 1 - LONGEST))
        found: dict[str, object] = {}
        for name in NUMBERS:
            text = given.get(name, "")
            if text.isascii() and text.isdigit() and len(text) < 19:
                found[name] = int(text)
        for name, known in (("basis", BASES), ("channel", dict(words.CHANNELS)), ("kind", dict(words.KINDS))):
            if given.get(name) in known:
                found[name] = given[name]
        return cls(since, until, **found)  # type: ignore[arg-type]

    def query(self, **changes: object) -> str:
        """The cut as the end of an address, with some of it changed; None or empty takes a part out."""
        kept: dict[str, object] = {f.name: getattr(self, f.name) for f in fields(self)}
        kept |= {"since": f"{self.since:%Y-%m}", "until": f"{self.until:%Y-%m}"} | changes
        if kept["basis"] == "all":
            del kept["basis"]
        return urlencode({name: value for name, value in kept.items() if value not in (None, "")})

    @property
    def months(self) -> int:
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1

    def moved(self, months: int) -> Cut:
        return replace(self, since=shifted(self.since, months), until=shifted(self.until, months))

    def before(self) -> Cut:
        """The period of the same length just before."""
        return self.moved(-self.months)

    def last_year(self) -> Cut:
        return self.moved(-12)

    def fixed(self, scope: Scope) -> dict[str, Values]:
        """The dimensions that the cut and the scope hold still, each with the values left in."""
        held: dict[str, Values] = {}
        for name, allowed in (("unit", scope.units), ("street", scope.streets)):
            chosen: int | None = getattr(self, name)
            if chosen is not None:
                held[name] = frozenset({chosen}) if allowed is None else allowed & {chosen}
            elif allowed is not None:
                held[name] = allowed
        if self.category is not None:
            held["category"] = frozenset(categories().ids_under(self.category))
        for name in ("channel", "kind"):
            if value := getattr(self, name):
                held[name] = frozenset({value})
        return held

    def rows(self, scope: Scope) -> Q:
        """The cut as a predicate on cases, without its denominator."""
        cut = Q(submitted_at__gte=begins(self.since), submitted_at__lt=begins(shifted(self.until, 1)))
        return cut & self.held(scope)

    def held(self, scope: Scope) -> Q:
        """The cut as a predicate on cases of all months."""
        cut = Q()
        for name, values in self.fixed(scope).items():
            inside = Q(**{f"{name}__in": sorted(v for v in values if v != 0)})
            cut &= inside | Q(**{f"{name}__isnull": True}) if 0 in values else inside
        return cut


def scope_of(actor: Actor) -> Scope:
    """Say what the person sees: the centre everything, a unit its own cases, a street those of its area.

    :raises Forbidden: the figures are not for this person.
    """
    if any(post.role in CENTRE and post.unit_kind == "centre" for post in actor.posts):
        reads = any(post.role in READS_CASES and post.unit_kind == "centre" for post in actor.posts)
        return Scope(reads_cases=reads)
    own = [post for post in actor.posts if post.role in OWN]
    if units := frozenset(post.unit for post in own if post.unit_kind != "street"):
        return Scope(units=units)
    if streets := frozenset(post.unit for post in own):
        return Scope(streets=streets)
    raise Forbidden(NO_BOARD)


def shifted(month: date, by: int) -> date:
    """The first day of the month so many months on."""
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def begins(month: date) -> datetime:
    """The instant at which the month begins here."""
    return datetime.combine(month, time(), SHANGHAI)


def month_of(at: datetime) -> date:
    """The month, here, in which the instant lies."""
    return at.astimezone(SHANGHAI).date().replace(day=1)


def _month(text: str) -> date | None:
    try:
        found = date.fromisoformat(f"{text.strip()[:7]}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None
