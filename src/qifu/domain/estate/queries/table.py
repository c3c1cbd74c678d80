"""The list of buildings with their figures: searched, filtered, in any order, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from qifu.domain.estate import access
from qifu.domain.estate.models import Building, Round
from qifu.domain.estate.moments import Moment, half_of
from qifu.domain.estate.queries.directory import Brief, briefs
from qifu.domain.estate.queries.figures import Measures, measures, total
from qifu.kernel import search
from qifu.kernel.actor import Actor

PAGE = 50
SORTS = {
    "code": "编码", "name": "名称", "occupancy": "出租率", "vacant": "空置面积", "rent": "平均租金", "tenants": "入驻企业",
    "known": "租户掌握率", "elsewhere": "异地纳税", "ending": "将到期",
}  # fmt: skip
BANDS = {"low": "70% 以下", "middle": "70%—90%", "high": "90% 以上", "none": "没有房间"}
EMPTY = Measures()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list as asked for."""

    q: str = ""
    street: int | None = None
    band: str = ""
    confirmed: str = ""  # yes, no: this half-year
    sort: str = "code"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A building with its figures."""

    brief: Brief
    area: Decimal | None  # gross, of the directory
    measures: Measures
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What was found: one page of it, and the figures of all."""

    lines: tuple[Line, ...]
    count: int
    total: Measures
    before: int  # page number, 0: none
    after: int


def table(actor: Actor, moment: Moment, wanted: Wanted, *, size: int | None = PAGE) -> Table:
    """A page of the list; `size` None gives all of it. Seven queries whatever there is.

    :raises Forbidden: not of the staff.
    """
    access.require_staff(actor)
    rows = search.matching(Building.objects.all(), wanted.q)
    if wanted.street is not None:
        rows = rows.filter(street=wanted.street)
    held = list(rows.defer("tokens"))
    figures = measures(moment)
    done = set(
        Round.objects.filter(kind=Round.Kind.HALF, half=half_of(moment.day), ended_at__isnull=False).values_list(
            "building_id", flat=True
        )
    )
    lines = [
        Line(told, row.area, figures.get(row.pk, EMPTY), row.pk in done)
        for row, told in zip(held, briefs((row, 0) for row in held), strict=True)
    ]
    lines = [line for line in lines if _fits(line, wanted)]
    lines.sort(key=_KEYS.get(wanted.sort, _KEYS["code"]))
    whole = total(line.measures for line in lines)
    if size is None:
        return Table(tuple(lines), len(lines), whole, 0, 0)
    last = max(1, -(-len(lines) // size))
    page = min(max(1, wanted.page), last)
    part = tuple(lines[(page - 1) * size : page * size])
    return Table(part, len(lines), whole, page - 1, page + 1 if page < last else 0)


def _fits(line: Line, wanted: Wanted) -> bool:
    if wanted.band and band_of(line.measures) != wanted.band:
        return False
    return not wanted.confirmed or line.is_confirmed == (wanted.confirmed == "yes")


def band_of(figures: Measures) -> str:
    """In which band of occupancy the figures lie."""
    value = figures.occupancy.value
    if value is None:
        return "none"
    return "low" if value < 0.7 else "middle" if value < 0.9 else "high"


def _down(value: float | Decimal | int | None) -> tuple[bool, float]:
    """The largest first, what is not known last."""
    return (value is None, -float(value or 0))


_KEYS: dict[str, Callable[[Line], tuple[object, ...]]] = {
    "code": lambda line: (line.brief.code,),
    "name": lambda line: (line.brief.name, line.brief.code),
    "occupancy": lambda line: (
        line.measures.occupancy.value is None, line.measures.occupancy.value or 0.0, line.brief.code
    ),
    "vacant": lambda line: (*_down(line.measures.vacant_area), line.brief.code),
    "rent": lambda line: (*_down(line.measures.rent), line.brief.code),
    "tenants": lambda line: (*_down(line.measures.tenants), line.brief.code),
    "known": lambda line: (
        line.measures.known_share.value is None, line.measures.known_share.value or 0.0, line.brief.code
    ),
    "elsewhere": lambda line: (*_down(line.measures.taxed_share.value), line.brief.code),
    "ending": lambda line: (*_down(line.measures.ending), line.brief.code),
}  # fmt: skip
