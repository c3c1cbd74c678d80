"""The drawn amounts of one department's budget, from which its tables and forms follow."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from qifu.engines.statements.money import ZERO, rounded

from .samples import PROJECTS

_HOMES = {"20103": ("50", "99"), "20113": ("50", "99"), "21508": ("01", "99"), "20138": ("50", "99")}
_PERSONNEL = ("30101", "30102", "30103", "30107", "30108", "30110", "30112", "30113", "30199", "30302")
_PUBLIC = ("30201", "30202", "30205", "30206", "30207", "30211", "30213", "30216", "30228", "30229", "30299")
_LEVELS = ("机构运转类", "企业服务类", "产业发展类")
KINDS = ("general", "fund", "capital", "carried_general", "unit")


@dataclass(frozen=True)
class BudgetStyle:
    """How a budget is printed, beside its figures."""

    year: int = 2024
    zeros: bool = True  # 0.00 instead of blanks
    numbered: bool = True  # titles as 表1., else with the year before the name
    units: int = 1
    fund: bool = False
    capital: bool = False
    other_income: bool = False
    carried: bool = False
    hospitality: bool = False


@dataclass
class Project:
    """A project: its code, what it is for, whose it is, where its money comes from."""

    code: str
    name: str
    item: str  # functional subject
    unit: int
    kind: str  # where the money comes from
    amount: Decimal
    level: str
    prior: dict[int, Decimal] = field(default_factory=dict)


@dataclass
class World:
    """The drawn amounts of one department's year."""

    rng: random.Random
    style: BudgetStyle
    name: str
    personnel: dict[str, Decimal] = field(default_factory=dict)  # 项 → basic expenditure
    public: dict[str, Decimal] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)
    economic: dict[str, Decimal] = field(default_factory=dict)
    basic_before: tuple[Decimal, Decimal] = (ZERO, ZERO)

    def cents(self, low: int, high: int) -> Decimal:
        """An amount between two whole numbers of 万元, to the cent."""
        return Decimal(self.rng.randint(low * 100, high * 100)) / 100

    def basic(self) -> Decimal:
        """All basic expenditure."""
        return sum((*self.personnel.values(), *self.public.values()), ZERO)

    def spent(self, *kinds: str) -> Decimal:
        """What projects cost, of some kinds of money."""
        return sum((each.amount for each in self.projects if each.kind in kinds), ZERO)

    def before(self, years: int) -> Decimal:
        """What projects of the year so many years before cost."""
        return sum((each.prior.get(years, ZERO) for each in self.projects), ZERO)


def any_budget_style(rng: random.Random) -> BudgetStyle:
    """Draw a style."""
    return BudgetStyle(
        rng.randint(2021, 2026),
        zeros=rng.random() < 0.6,
        numbered=rng.random() < 0.6,
        units=rng.choice((1, 1, 1, 2, 3)),
        fund=rng.random() < 0.2,
        capital=rng.random() < 0.15,
        other_income=rng.random() < 0.2,
        carried=rng.random() < 0.2,
        hospitality=rng.random() < 0.4,
    )


def draw(world: World) -> None:
    """Draw the amounts: basic expenditure by subject, projects with their money and years before."""
    rng, style = world.rng, world.style
    home = rng.choice(tuple(_HOMES))
    running, other = _HOMES[home]
    world.personnel[home + running] = world.cents(100, 700)
    world.public[home + running] = world.cents(15, 90)
    for code, low, high, chance in (
        ("2080505", 15, 60, 1.0),
        ("2080506", 5, 30, 0.4),
        ("2101102", 8, 30, 1.0),
        ("2101103", 8, 25, 0.6),
        ("2210201", 15, 60, 1.0),
        ("2210202", 3, 12, 0.5),
    ):
        if rng.random() < chance:
            world.personnel[code] = world.cents(low, high)
    kinds = [("general", home + other), ("general", home + other)]
    kinds += [("general", home + "02")] if rng.random() < 0.4 else []
    kinds += [("fund", "2120899")] if style.fund else []
    kinds += [("capital", "2230199")] if style.capital else []
    kinds += [("unit", home + other)] if style.other_income else []
    kinds += [("carried_general", home + other)] if style.carried else []
    names = rng.sample(PROJECTS, len(kinds))
    for number, ((kind, item), name) in enumerate(zip(kinds, names, strict=True), start=100):
        years = {back: world.cents(2, 60) for back in (2, 1) if rng.random() < 0.7}
        unit = rng.randrange(style.units)
        world.projects.append(
            Project(
                f"42010424137T{number:09}",
                f"{name}项目",
                item,
                unit,
                kind,
                world.cents(2, 80),
                rng.choice(_LEVELS),
                years,
            )
        )
    world.basic_before = (world.cents(100, 800), world.cents(100, 800))
    _draw_economic(world)


def _draw_economic(world: World) -> None:
    """Economic subjects that add up to 人员经费 and 公用经费."""
    rng = world.rng
    public = rng.sample(_PUBLIC, 7)
    for codes, whole in ((_PERSONNEL, sum(world.personnel.values(), ZERO)), (public, sum(world.public.values(), ZERO))):
        weights = [rng.randint(2, 30) for _ in codes]
        shares = [rounded(whole * weight / sum(weights), 2) for weight in weights[1:]]
        for code, share in zip(codes, [whole - sum(shares, ZERO), *shares], strict=True):
            world.economic[code] = share
    if world.style.hospitality:
        first = public[0]
        taken = rounded(world.economic[first] / 4, 2)
        world.economic["30217"] = rounded(taken / 3, 2)
        world.economic["30231"] = taken - world.economic["30217"]
        world.economic[first] -= taken
