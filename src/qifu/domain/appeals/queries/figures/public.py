"""Figures for everybody: the same rates, and lines without names from which anyone can recompute them.

A line says the day, never the hour; no enterprise, no unit, no wording. Street and category of a case are said only where
at least five cases of the month share them; the others stand together as merged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, Case, Count, Q, Value, When

from qifu.domain.appeals.flow import words
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.figures import counts
from qifu.domain.appeals.queries.figures.counts import Stamp
from qifu.domain.appeals.queries.figures.cuts import Cut, Scope, begins, month_of, shifted
from qifu.domain.appeals.queries.figures.measures import FEW, MARKS, MEASURES, NOTHING, Counts
from qifu.domain.people import queries as people
from qifu.engines.calendar import SHANGHAI

MERGED = "（合并）"
SHOWN = (
    "accept", "dispatch", "reply", "promise", "solved", "confirmed", "satisfied", "rated", "first_time", "reopened", "silent",
    "returned", "withdrawn", "declined", "merged",
)  # fmt: skip
COLUMNS = (
    "提交日期", "街道", "一级分类", "渠道", "类型", "接单超时", "转办超时", "回复超时", "超过首次承诺", "已回复", "办理结果", "办结方式",
    "已办结", "轮次", "被退回过", "曾转办", "已并案", "速度评分", "结果评分", "态度评分",
)  # fmt: skip
_BROKEN = ("accept", "dispatch", "reply", "promise")


@dataclass(frozen=True, slots=True)
class Public:
    stamp: Stamp
    cut: Cut
    total: Counts
    months: list[tuple[date, Counts]]


def public(*, now: datetime, year: int | None = None) -> Public:
    """Return the rates of a year, or of the last twelve whole months."""
    stamp, month = counts.stamp(now), month_of(now)
    last = shifted(month, -1)
    cut = Cut(shifted(last, -11), last) if year is None else Cut(date(year, 1, 1), min(date(year, 12, 1), month))
    found = counts.by_month(cut, Scope(), stamp)
    months = [(shifted(cut.since, n), found.get(shifted(cut.since, n), NOTHING)) for n in range(cut.months)]
    return Public(stamp, cut, sum(found.values(), NOTHING), months)


def anonymous(month: date, at: datetime) -> Iterator[list[object]]:
    """Every case of a month as a line that names nobody, in no order that tells when it came."""
    cases = Appeal.objects.filter(submitted_at__gte=begins(month), submitted_at__lt=begins(shifted(month, 1)))
    known, tree = categories(), people.unit_tree()
    tops = {view.id: view.parent or view.id for view in known.by_id.values()}
    cells = _cells(
        [
            (s, tops.get(c, 0), n)
            for s, c, n in cases.order_by().values_list("street", "category").annotate(n=Count("pk"))
        ]
    )
    flags = {f"x_{name}": _broken(name, at) for name in _BROKEN}
    names = ("submitted_at", "street_id", "category_id", "channel", "kind", *flags, "replied_at", "outcome", "closed_how",
             "is_open", "round", "returns", "dispatched_at", "leader_id", *(f"mark_{m}" for m in MARKS))  # fmt: skip
    # By street and category, not by number: the order must not give the hour away.
    for row in cases.annotate(**flags).order_by("category", "street", "outcome", "pk").values(*names).iterator(2000):
        street, top = row["street_id"], tops.get(row["category_id"], 0)
        said = (street, top) not in cells
        yield [
            row["submitted_at"].astimezone(SHANGHAI).date().isoformat(),
            (tree.units[street].name if street in tree.units else "") if said else MERGED,
            (known.by_id[top].name if top in known.by_id else "") if said else MERGED,
            words.label(words.CHANNELS, row["channel"]),
            words.label(words.KINDS, row["kind"]),
            *("" if row[name] is None else int(row[name]) for name in flags),
            int(row["replied_at"] is not None),
            words.label(words.OUTCOMES, row["outcome"]),
            words.label(words.CLOSINGS, row["closed_how"]),
            int(not row["is_open"]),
            row["round"],
            int(row["returns"] > 0),
            int(row["dispatched_at"] is not None),
            int(row["leader_id"] is not None),
            *("" if row[f"mark_{m}"] is None else row[f"mark_{m}"] for m in MARKS),
        ]


def _broken(name: str, at: datetime) -> Case:
    kept, known = Q(MEASURES[f"{name}_ok"](at)), Q(MEASURES[f"{name}_known"](at))
    return Case(
        When(kept, then=Value(False)),
        When(known, then=Value(True)),
        default=Value(None),
        output_field=BooleanField(null=True),
    )


def _cells(found: list[tuple[int | None, int, int]]) -> set[tuple[int | None, int]]:
    """The cells to be merged: those under five, and the next smallest ones until the merged group has five itself."""
    size: dict[tuple[int | None, int], int] = {}
    for street, top, n in found:
        size[street, top] = size.get((street, top), 0) + n
    merged = {cell for cell, n in size.items() if n < FEW}
    for cell in sorted((c for c in size if c not in merged), key=lambda c: (size[c], str(c))):
        if not merged or sum(size[c] for c in merged) >= FEW:
            break
        merged.add(cell)
    return merged
