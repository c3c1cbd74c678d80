"""What offices say of the sample's enterprises: yearly figures, standings, credit; with gaps, and not always the same.

One table a source: places of enterprises in the sample, and a column a field (None: the source does not know). Figures
are in 万元 of the last full year, ratios as 0.035. Revenue, assets and heads are those of `enterprises`; all else is
drawn so that it fits them: tax follows profit, research follows the trade, patents follow research.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from qifu.entry.cli.sample.streams import SEED, Floats, stream

Flags = NDArray[np.bool_]
_RESEARCH = {"I": 0.085, "M": 0.075, "C": 0.042}  # usual share of revenue spent on research, by section
_MARGINS = {"C": 0.07, "E": 0.05, "F": 0.03, "H": 0.06, "I": 0.1, "J": 0.18, "K": 0.11, "L": 0.09, "M": 0.11}
_CREDIT, _CREDIT_SHARES = ("A", "B", "M", "C", "D"), [0.09, 0.5, 0.31, 0.06, 0.04]


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says: `places` in the sample, and a value a place in each column."""

    source: str
    places: Sequence[int]
    columns: Mapping[str, Sequence[object]]
    is_yearly: bool = False  # speaks of the last day of the year before


@dataclass(frozen=True, slots=True)
class _World:
    """The sample as arrays, with what several sources know in common."""

    n: int
    seed: int
    section: NDArray[np.str_]
    revenue: Floats
    assets: Floats
    heads: Floats
    above: Flags
    shop: Flags
    building: list[str | None]
    debt: Floats  # ratio
    rd_ratio: Floats
    growth: Floats

    def share(self, name: str) -> Floats:
        drawn: Floats = stream(self.seed, f"figures.{name}").random(self.n)
        return drawn

    def normal(self, name: str) -> Floats:
        drawn: Floats = stream(self.seed, f"figures.{name}").normal(size=self.n)
        return drawn


def told(table: pl.DataFrame, seed: int = SEED) -> list[Told]:
    """Return what each source says of the enterprises of the sample, as `enterprises` gives them."""
    world = _world(table, seed)
    high, tech, special, giant = _standings(world)
    return [
        _tax(world),
        _social(world),
        _statistics(world),
        _science(world, high, tech),
        _listed(world, "industry", special, {"specialised": special, "little_giant": giant}),
        _patents(world, high, tech),
        _credit(world),
        _finance(world),
        _disabled(world),
        _buildings(world),
        _streets(world),
    ]


def _world(table: pl.DataFrame, seed: int) -> _World:
    n = table.height
    section = np.array([code[0] for code in table["industry"].to_list()])
    usual = np.array([_RESEARCH.get(letter, 0.0) for letter in section.tolist()])
    spread = np.exp(0.7 * stream(seed, "figures.rd").normal(size=n))
    some = stream(seed, "figures.rd.some").random(n) < np.where(usual > 0, 0.75, 0.04)
    return _World(
        n,
        seed,
        section,
        _array(table, "revenue"),
        _array(table, "assets"),
        _array(table, "employees"),
        np.array(table["above_scale"].to_list()),
        np.array([form == "individual" for form in table["legal_form"].to_list()]),
        table["building_id"].to_list(),
        np.clip(0.5 + 0.2 * stream(seed, "figures.debt").normal(size=n), 0.05, 0.98),
        np.where(some, np.clip(np.where(usual > 0, usual, 0.01) * spread, 0, 0.6), 0.0),
        np.clip(0.05 + 0.22 * stream(seed, "figures.growth").normal(size=n), -0.85, 2.5),
    )


def _array(table: pl.DataFrame, name: str) -> Floats:
    found: Floats = table[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return found


def _cells(values: Floats, known: Flags, digits: int) -> list[object]:
    """Rounded values, None where the source does not know."""
    seen = known & ~np.isnan(values)
    return [round(v, digits) if k else None for v, k in zip(values.tolist(), seen.tolist(), strict=True)]


def _counts(values: Floats, known: Flags) -> list[object]:
    seen = known & ~np.isnan(values)
    return [int(v) if k else None for v, k in zip(np.nan_to_num(values).tolist(), seen.tolist(), strict=True)]


def _cut(source: str, who: Flags, columns: Mapping[str, Sequence[object]], *, is_yearly: bool = False) -> Told:
    places = np.flatnonzero(who).tolist()
    return Told(source, places, {name: [held[p] for p in places] for name, held in columns.items()}, is_yearly)


def _tax(w: _World) -> Told:
    margin = np.array([_MARGINS.get(letter, 0.06) for letter in w.section.tolist()]) + 0.09 * w.normal("margin")
    profit = w.revenue * margin
    taxable = np.maximum(0, profit * (0.9 + 0.25 * w.share("taxable")))
    paid = w.revenue * (0.006 + 0.028 * w.share("vat")) + taxable * np.where(taxable <= 300, 0.05, 0.22)
    spent = w.revenue * w.rd_ratio
    exporting = np.isin(w.section, ["C", "F", "I", "G"]) & (w.share("exporting") < 0.11)
    export = np.where(exporting, 0.02 + 0.7 * w.share("export") ** 2, 0.0)
    own = ~w.shop
    researching = (w.rd_ratio > 0) | (w.share("rd.nil") < 0.7)
    book = w.share("book") < 0.88
    credit = np.searchsorted(np.cumsum(_CREDIT_SHARES), w.share("credit.grade")).clip(0, 4).tolist()
    graded = (w.share("credit.known") < 0.84).tolist()
    return _cut(
        "tax",
        w.share("tax") < 0.93,
        {
            "revenue": _cells(w.revenue, np.full(w.n, True), 2),
            "revenue_growth": _cells(w.growth, ~np.isnan(w.revenue) & (w.share("growth.known") < 0.88), 4),
            "profit": _cells(profit, own & (w.share("profit.known") < 0.9), 2),
            "taxable_income": _cells(taxable, own & (w.share("taxable.known") < 0.9), 2),
            "tax_paid": _cells(paid, w.share("paid.known") < 0.97, 2),
            "rd_expense": _cells(spent, researching & (w.share("rd.known") < 0.92), 2),
            "export_ratio": _cells(export, w.share("export.known") < 0.85, 4),
            "assets": _cells(
                w.assets * (1 + 0.03 * w.normal("assets.filed")), own & (w.share("assets.filed") < 0.85), 2
            ),
            "debt_ratio": _cells(w.debt, own & ~np.isnan(w.assets) & (w.share("debt.filed") < 0.85), 4),
            "vat_status": _vat(w),
            "book_assessed": [None if s else bool(b) for s, b in zip(w.shop.tolist(), book.tolist(), strict=True)],
            "tax_credit": [_CREDIT[c] if k else None for c, k in zip(credit, graded, strict=True)],
        },
        is_yearly=True,
    )


def _vat(w: _World) -> list[object]:
    """Above five million a year a taxpayer is a general one; below, one in five chose to be."""
    general = (w.revenue > 500) | (w.share("vat.chosen") < 0.2)
    blank = np.isnan(w.revenue).tolist()
    return [None if b else "general" if g else "small" for g, b in zip(general.tolist(), blank, strict=True)]


def _social(w: _World) -> Told:
    """Not everybody who works is insured here: the smaller the firm, the more are missing."""
    insured = np.maximum(1, np.rint(w.heads * np.where(w.heads < 20, 0.7 + 0.3 * w.share("insured"), 0.97)))
    every = np.full(w.n, True)
    columns = {
        "employees": _counts(insured, every),
        "insured_staff": _counts(insured, every),
        "ui_months": _counts(np.minimum(12, 1 + np.floor(14 * w.share("ui.months"))), every),
        "layoff_ratio": _cells(np.where(w.share("layoff") < 0.8, 0.0, 0.12 * w.share("layoff.part")), every, 4),
        "ui_paid": _cells(insured * 0.09 * (0.7 + 0.6 * w.share("ui.paid")), every, 2),
    }
    return _cut("social", w.share("social") < 0.82, columns, is_yearly=True)


def _statistics(w: _World) -> Told:
    energy = np.where(
        w.section == "C", 0.04 * np.exp(0.6 * w.normal("energy")), 0.012 * np.exp(0.4 * w.normal("energy"))
    )
    every = np.full(w.n, True)
    return _cut(
        "statistics",
        w.above,
        {
            "above_scale": [True] * w.n,
            "revenue": _cells(w.revenue * (1 + 0.02 * w.normal("statistics")), w.share("statistics.revenue") < 0.97, 2),
            "assets": _cells(w.assets, every, 2),
            "employees": _counts(w.heads, every),
            "energy_intensity": _cells(energy, np.isin(w.section, ["C", "E"]), 4),
        },
        is_yearly=True,
    )


def _standings(w: _World) -> tuple[Flags, Flags, Flags, Flags]:
    """High-tech, tech-SME, specialised, little giant: earned by research and size, not drawn from the air."""
    revenue = np.nan_to_num(w.revenue)
    able = np.isin(w.section, list(_RESEARCH)) & (w.rd_ratio >= 0.04) & (revenue > 80) & ~w.shop
    high = able & (w.share("high") < 0.28)
    tech = able & (revenue < 20_000) & (w.share("tech.sme") < np.where(high, 0.6, 0.18))
    special = (high | tech) & (revenue > 800) & (w.share("special") < 0.16)
    giant = special & (revenue > 5000) & (w.share("giant") < 0.3)
    return high, tech, special, giant


def _science(w: _World, high: Flags, tech: Flags) -> Told:
    days = (w.share("certified") * 1000).astype(int).tolist()
    staff = np.clip(0.1 + 1.6 * w.rd_ratio + 0.06 * w.normal("rd.staff"), 0.02, 0.95)
    told_of = high | tech
    return _cut(
        "science",
        told_of,
        {
            "high_tech": [True if h else None for h in high.tolist()],
            "tech_sme": [True if t else None for t in tech.tolist()],
            "certified_on": [_day(d) if h else None for d, h in zip(days, high.tolist(), strict=True)],
            "rd_staff_ratio": _cells(staff, w.share("rd.staff.known") < 0.8, 4),
        },
    )


def _day(back: int) -> str:
    """A day of award, so many days before the last of the sample."""
    return str(np.datetime64("2026-06-30") - np.timedelta64(back, "D"))


def _listed(w: _World, source: str, who: Flags, flags: Mapping[str, Flags]) -> Told:
    return _cut(source, who, {name: [True if one else None for one in held.tolist()] for name, held in flags.items()})


def _patents(w: _World, high: Flags, tech: Flags) -> Told:
    rate = np.where(high, 11.0, np.where(tech, 5.0, np.where(w.rd_ratio > 0.03, 1.2, 0.03)))
    count = stream(w.seed, "figures.patents").poisson(rate * np.exp(0.5 * w.normal("patents"))).astype(np.float64)
    inventions = np.floor(count * 0.45 * w.share("inventions"))
    every = np.full(w.n, True)
    return _cut("patents", count > 0, {"patents": _counts(count, every), "inventions": _counts(inventions, every)})


def _credit(w: _World) -> Told:
    drawn = w.share("credit")
    flags = {"dishonest": drawn < 0.008, "penalised": (drawn > 0.4) & (drawn < 0.42), "abnormal": drawn > 0.97}
    return _listed(w, "credit", flags["dishonest"] | flags["penalised"] | flags["abnormal"], flags)


def _finance(w: _World) -> Told:
    borrowing = (w.share("loan") < 0.3) & ~np.isnan(w.assets)
    loan = w.assets * w.debt * 0.5 * w.share("loan.part")
    large = np.nan_to_num(w.revenue) > 6000
    rank = w.share("listing")
    boards = [
        "neeq" if big and r < 0.05 else "guided" if big and r < 0.07 else "gem" if big and r < 0.075 else None
        for big, r in zip(large.tolist(), rank.tolist(), strict=True)
    ]
    known = borrowing | (w.share("loan.nil") < 0.5)
    return _cut(
        "finance",
        known,
        {
            "loan_balance": _cells(np.where(borrowing, loan, 0.0), known, 2),
            "debt_ratio": _cells(w.debt, ~np.isnan(w.assets) & (w.share("debt.known") < 0.95), 4),
            "assets": _cells(w.assets * (1 + 0.05 * w.normal("assets.bank")), w.share("assets.known") < 0.92, 2),
            "listing": boards,
        },
        is_yearly=True,
    )


def _disabled(w: _World) -> Told:
    ratio = np.where(w.share("disabled.some") < 0.2, 0.005 + 0.04 * w.share("disabled"), 0.0)
    return _cut(
        "disabled", np.nan_to_num(w.heads) > 10, {"disabled_staff_ratio": _cells(ratio, ~w.shop, 4)}, is_yearly=True
    )


def _buildings(w: _World) -> Told:
    held = np.array([one is not None for one in w.building]) & (w.share("building") < 0.95)
    rough = np.maximum(1, np.rint(w.heads * (0.8 + 0.5 * w.share("building.heads"))))
    seen = w.share("building.heads.known") < 0.3
    return _cut("building", held, {"building_id": w.building, "employees": _counts(rough, seen)})


def _streets(w: _World) -> Told:
    """Streets ask by telephone: round figures, and a tenth of all firms."""
    asked = w.share("street") < 0.12
    heads = np.maximum(1, np.rint(w.heads * (0.75 + 0.5 * w.share("street.heads"))))
    revenue = np.rint(w.revenue * (0.7 + 0.6 * w.share("street.revenue")) / 10) * 10
    every = np.full(w.n, True)
    return _cut("street", asked, {"employees": _counts(heads, every), "revenue": _cells(revenue, every, 0)})
