"""What became of enterprises that were paid, beside comparable ones that were not: by scheme and year, columnar.

A comparison, not a proof of cause: who asks for money differs from who does not. Comparable is decided by rule: the same
section of industry, size class and street, and a revenue in the year of payment between half and twice; paid by no scheme from that
year on. Where either side has fewer than five firms with figures of both years, nothing is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import polars as pl

from qifu.domain.grants import access
from qifu.domain.grants.facts import day
from qifu.domain.grants.models import Application
from qifu.domain.registry import facts as registry
from qifu.domain.registry import yearly
from qifu.kernel.actor import Actor

LEAST = 5
MEASURES = {"revenue": "营业收入", "tax_paid": "实缴税收", "employees": "从业人员"}
CELL = ("section", "size", "street")
LOW, HIGH = 0.5, 2.0  # of the revenue at the start


@dataclass(frozen=True, slots=True)
class Change:
    """One measure: the median growth of paid and of comparable firms, and how many each is drawn from; None: too few."""

    measure: str
    label: str
    paid: float | None
    others: float | None
    paid_firms: int
    other_firms: int


@dataclass(frozen=True, slots=True)
class Effect:
    """A scheme and a year of payment."""

    scheme: str
    title: str
    year: int
    after: int  # the year of the later figures
    firms: int  # paid
    matched: int  # of them, with at least one comparable firm
    others: int  # comparable firms, each counted once
    changes: list[Change]


def effects(*, actor: Actor) -> list[Effect]:
    """All schemes and years in which something was paid, the newest first. Few statements, whatever the tables hold.

    :raises Forbidden: the actor does not look at money.
    """
    access.require_money(actor)
    paid, titles = _paid()
    if not paid:
        return []
    firms = _firms()
    cells = firms.filter(pl.col("enterprise").is_in(sorted(set().union(*paid.values())))).select(CELL).unique()
    pool = firms.join(cells, on=list(CELL))
    told = yearly.figures(pool["enterprise"].to_list(), list(MEASURES))
    figures = pl.DataFrame(
        told, schema={"enterprise": pl.Int64, "year": pl.Int64, **dict.fromkeys(MEASURES, pl.Float64)}
    )
    found = [_effect(scheme, titles[scheme], year, paid, pool, figures) for scheme, year in sorted(paid)]
    return sorted(found, key=lambda one: (-one.year, one.title))


def _paid() -> tuple[Mapping[tuple[str, int], set[int]], Mapping[str, str]]:
    rows = Application.objects.filter(state="paid", paid_at__isnull=False).order_by("pk")
    paid: dict[tuple[str, int], set[int]] = defaultdict(set)
    titles: dict[str, str] = {}
    told = rows.values_list("version__scheme__code", "version__title", "enterprise", "paid_at")
    for code, title, firm, at in told:
        if at is not None:
            paid[code, day(at).year].add(firm)
            titles[code] = title
    return paid, titles


def _firms() -> pl.DataFrame:
    numbers, columns = registry.table()
    return pl.DataFrame(
        {
            "enterprise": numbers, "section": [str(code)[:1] if code else None for code in columns["industry"]],
            "size": columns["size_class"], "street": columns["street"],
        },
        schema={"enterprise": pl.Int64, "section": pl.String, "size": pl.String, "street": pl.String},
    ).drop_nulls()  # fmt: skip


def _effect(
    scheme: str, title: str, year: int, paid: Mapping[tuple[str, int], set[int]], pool: pl.DataFrame, figures: pl.DataFrame
) -> Effect:  # fmt: skip
    own = paid[scheme, year]
    ever = set().union(*(firms for (_, when), firms in paid.items() if when >= year))
    later = figures.filter(pl.col("year") > year)["year"].unique().sort().to_list()
    after = int(later[0]) if later else year + 1
    before_ = figures.filter(pl.col("year") == year).drop("year")
    after_ = figures.filter(pl.col("year") == after).drop("year")
    both = pool.join(before_, on="enterprise").join(after_, on="enterprise", suffix="_after")
    started = both.filter(pl.col("revenue") > 0)
    mine = started.filter(pl.col("enterprise").is_in(sorted(own)))
    rest = started.filter(~pl.col("enterprise").is_in(sorted(ever)))
    pairs = mine.join(rest, on=list(CELL), suffix="_other").filter(
        pl.col("revenue_other").is_between(pl.col("revenue") * LOW, pl.col("revenue") * HIGH)
    )
    matched = mine.filter(pl.col("enterprise").is_in(pairs["enterprise"].unique().to_list()))
    others = rest.filter(pl.col("enterprise").is_in(pairs["enterprise_other"].unique().to_list()))
    changes = [_change(name, label, matched, others) for name, label in MEASURES.items()]
    return Effect(scheme, title, year, after, len(own), matched.height, others.height, changes)


def _change(name: str, label: str, mine: pl.DataFrame, others: pl.DataFrame) -> Change:
    ours, theirs = _growth(mine, name), _growth(others, name)
    is_enough = len(ours) >= LEAST and len(theirs) >= LEAST
    return Change(
        name, label, median(ours) if is_enough else None, median(theirs) if is_enough else None, len(ours), len(theirs)
    )


def _growth(frame: pl.DataFrame, name: str) -> Sequence[float]:
    held = frame.filter((pl.col(name) > 0) & pl.col(f"{name}_after").is_not_null())
    return (held[f"{name}_after"] / held[name] - 1).to_list()
