"""Classes of enterprises: sizes, above scale and about to be, certified by class; every rate with its denominator.

The figures are drawn once for the whole district (`drawn`) and cut to the actor afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from qifu.domain.people import queries as people
from qifu.domain.registry import facts, naming, queries
from qifu.domain.registry.access import visible
from qifu.domain.registry.models import Agency, Enterprise, Mark
from qifu.engines.codes.scale import Family, Standard, standards_of
from qifu.kernel.actor import Actor

NEAR = Decimal("0.8")  # from this part of the threshold on an enterprise is a candidate
DRAWN_FROM = ("street", "industry", "revenue", "size_class", "above_scale")
SIZES = (("large", "大型"), ("medium", "中型"), ("small", "小型"), ("micro", "微型"), ("", "暂不能确定"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An enterprise that is not above scale: how far its revenue is from the threshold of its line."""

    enterprise: int
    street: str
    family: str
    line: str
    revenue: float  # 万元
    threshold: float  # 万元

    @property
    def lacking(self) -> float:
        """What is lacking, in 万元; below nothing when the threshold is reached."""
        return round(self.threshold - self.revenue, 2)

    @property
    def share(self) -> float:
        return self.revenue / self.threshold

    @property
    def is_over(self) -> bool:
        return self.revenue >= self.threshold


@dataclass(frozen=True, slots=True)
class Drawn:
    """The whole district: how many of each size by street, above scale by family and street, and the candidates."""

    sizes: dict[tuple[str, str], int]  # street, size
    above: dict[tuple[str, str], int]  # street, family
    candidates: tuple[Candidate, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a class are certified."""

    key: str
    label: str
    certified: int
    total: int
    target: int  # per cent that the centre promises

    @property
    def share(self) -> float:
        return self.certified / self.total if self.total else 0.0


def drawn() -> Drawn:
    """Draw the classes of all open enterprises from the values that stand, a stretch at a time. Two seconds for 60,000."""
    sizes: Counter[tuple[str, str]] = Counter()
    above: Counter[tuple[str, str]] = Counter()
    found: list[Candidate] = []
    total = 0
    for ids, columns in facts.stretches(fields=DRAWN_FROM):
        total += len(ids)
        for pk, *told in zip(ids, *(columns[name] for name in DRAWN_FROM), strict=True):
            _count(pk, told, sizes, above, found)
    found.sort(key=lambda one: (-one.share, one.enterprise))
    return Drawn(dict(sizes), dict(above), tuple(found), total)


def _count(
    pk: int,
    told: Sequence[object],
    sizes: Counter[tuple[str, str]],
    above: Counter[tuple[str, str]],
    found: list[Candidate],
) -> None:
    street, industry, revenue, size, is_above = told
    where, line = str(street or ""), _line(str(industry or ""))
    sizes[where, str(size or "")] += 1
    if is_above is True:
        above[where, line.family.value if line else ""] += 1
    elif line is not None and line.threshold and isinstance(revenue, float) and revenue >= line.threshold * NEAR:
        found.append(Candidate(pk, where, line.family.value, line.name, revenue, float(line.threshold)))


@lru_cache(maxsize=4096)
def _line(industry: str) -> Standard | None:
    """The one standard of an industry that is decided by a figure, or by nothing but a qualification."""
    found = standards_of(industry) if industry else ()
    return found[0] if len(found) == 1 else None


def streets_seen(actor: Actor) -> frozenset[str] | None:
    """The streets to which the actor's view is cut; None when it is not."""
    if not visible(actor).query.where:
        return None
    numbers = set(visible(actor).order_by().values_list("street_id", flat=True).distinct())
    return frozenset(unit.short_name for unit in people.units("street", closed=True) if unit.id in numbers)


def sizes(told: Drawn, streets: frozenset[str] | None) -> list[tuple[str, str, int]]:
    """Size, label and number, within the streets."""
    return [
        (key, name, sum(n for (street, size), n in told.sizes.items() if size == key and _is_in(street, streets)))
        for key, name in SIZES
    ]


def above(told: Drawn, streets: frozenset[str] | None) -> list[tuple[str, str, int, int, int]]:
    """Family, label, above scale, over the threshold but not on the list, near it."""
    mine = [one for one in told.candidates if _is_in(one.street, streets)]
    return [
        (
            family.value,
            family.label,
            sum(n for (street, key), n in told.above.items() if key == family.value and _is_in(street, streets)),
            sum(one.family == family.value and one.is_over for one in mine),
            sum(one.family == family.value and not one.is_over for one in mine),
        )
        for family in Family
    ]


def candidates(told: Drawn, streets: frozenset[str] | None, family: str = "", over: str = "") -> list[Candidate]:
    """The candidates within the streets, the nearest first; `over`: `yes` those over the threshold, `no` the others."""
    return [
        one
        for one in told.candidates
        if _is_in(one.street, streets)
        and (not family or one.family == family)
        and (not over or one.is_over == (over == "yes"))
    ]


def _is_in(street: str, streets: frozenset[str] | None) -> bool:
    return streets is None or street in streets


CLASSES = (("above_scale", "四上企业", 100), ("key", "重点企业", 95), ("sme", "中小微企业", 90), ("all", "全部企业", 0))


def certification(actor: Actor) -> list[Rate]:
    """Certification rates by class among open enterprises that the actor sees. Two statements a class."""
    told = []
    for key, label, target in CLASSES:
        rows = of_class(actor, key)
        told.append(Rate(key, label, rows.filter(is_certified()).count(), rows.count(), target))
    return told


def of_class(actor: Actor, key: str, certified: str = "", q: str = "") -> QuerySet[Enterprise]:
    """The open enterprises of a class that the actor sees; `certified`: `yes` or `no`, and `q`, a name, cut them further."""
    rows = in_class(visible(actor), key)
    if q:
        rows = queries.matching(rows, q)
    if certified:
        rows = rows.filter(is_certified() if certified == "yes" else ~is_certified())
    return rows


def in_class(rows: QuerySet[Enterprise], key: str) -> QuerySet[Enterprise]:
    """The open enterprises of a class among the rows."""
    rows = rows.filter(status="open", merged_into=None)
    if key in ("above_scale", "key"):
        rows = rows.filter(Exists(Mark.objects.filter(enterprise=OuterRef("pk"), kind=key, until__isnull=True)))
    elif key == "sme":
        rows = rows.filter(size_class__in=["medium", "small", "micro"])
    return rows


def is_certified() -> Q:
    """Enterprises for which somebody may speak."""
    return Q(Exists(Agency.objects.filter(enterprise=OuterRef("pk"), until__isnull=True)))


@dataclass(frozen=True, slots=True)
class Member:
    """One enterprise of a class, in a line."""

    id: int
    name: str
    uscc: str
    street: str
    people: int


def members(rows: QuerySet[Enterprise], cursor: str = "", size: int = 25) -> tuple[list[Member], str]:
    """A page of a class by number, and where it continues."""
    after = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 19 else 0
    found = rows.filter(pk__gt=after).order_by("pk").annotate(where=F("street__short_name"))
    page = list(found.values_list("pk", "name", "uscc", "where")[: size + 1])
    held = Counter(
        Agency.objects.filter(enterprise__in=[row[0] for row in page], until__isnull=True).values_list(
            "enterprise_id", flat=True
        )
    )
    told = [Member(pk, name, uscc or "", where or "", held[pk]) for pk, name, uscc, where in page[:size]]
    return told, str(page[size - 1][0]) if len(page) > size else ""


def every(rows: QuerySet[Enterprise], size: int = 500) -> Iterator[Member]:
    """A whole class, for a workbook."""
    cursor = ""
    while True:
        found, cursor = members(rows, cursor, size)
        yield from found
        if not cursor:
            return


def total(rows: QuerySet[Enterprise]) -> tuple[int, bool]:
    """How many there are, counted up to a bound, and whether there are more."""
    found = rows[: queries.COUNTED + 1].count()
    return min(found, queries.COUNTED), found > queries.COUNTED


def called(found: Sequence[Candidate], q: str) -> list[Candidate]:
    """Candidates in whose name the words stand. One statement."""
    held = Enterprise.objects.filter(pk__in=[one.enterprise for one in found], name__contains=naming.written(q))
    numbers = set(held.values_list("pk", flat=True))
    return [one for one in found if one.enterprise in numbers]


def named(found: Sequence[Candidate]) -> Iterable[tuple[Candidate, str]]:
    """Candidates with the names of their enterprises. One statement."""
    names = dict(Enterprise.objects.filter(pk__in=[one.enterprise for one in found]).values_list("pk", "name"))
    return [(one, names.get(one.enterprise, "")) for one in found]
