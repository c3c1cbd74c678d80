"""How an appeal is told: a register, a length, slots filled from the firm, slips of the pen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from qifu.entry.cli.sample import phrases
from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.corpus import Category, categories
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.sample.streams import SEED
from qifu.entry.cli.sample.trades import TRADES

T = TypeVar("T")

_AMOUNTS = (6, 8, 12, 15, 18, 20, 26, 30, 35, 48, 50, 60, 80, 96, 100, 120, 150, 180, 200, 260, 300, 480, 500, 800)
VAGUE, STRAY = 0.11, 0.18
"""Shares of texts that hardly say what they are about, and of texts that raise a second matter."""


_FRAMES = (
    ("{b}：…", 0.13),
    ("…（{r}）", 0.1),
    ("关于…的诉求", 0.09),
    ("{s}企业反映：…", 0.08),
    ("【急】…", 0.05),
    ("…，已{d}天", 0.08),
    ("…，请协调", 0.05),
    ("{p}企业反映…", 0.1),
)


@dataclass(frozen=True, slots=True)
class Firms:
    """What the telling needs to know of each firm, as lists by index."""

    street: list[str]
    building: list[str | None]
    road: list[str]
    product: list[tuple[str, ...]]
    registered: list[int]  # ordinal day
    weight: list[float]  # how often it raises something
    tenants: dict[str, list[int]]


@cache
def firms(n: int, seed: int = SEED) -> Firms:
    """Read the table of enterprises once for telling."""
    table = enterprises(n, seed)
    goods = {trade.code: trade.products for trade in TRADES}
    roads = {one.code: one.roads for one in STREETS}
    own = {one.id: one.road for one in buildings(seed)}
    street, building = table["street"].to_list(), table["building_id"].to_list()
    tenants: dict[str, list[int]] = {}
    for number, home in enumerate(building):
        if home:
            tenants.setdefault(home, []).append(number)
    marks = zip(table["key_enterprise"].to_list(), table["above_scale"].to_list(), strict=True)
    return Firms(
        street=street,
        building=building,
        road=[own[b] if b else roads[s][i % 4] for i, (s, b) in enumerate(zip(street, building, strict=True))],
        product=[goods[code] for code in table["industry"].to_list()],
        registered=[day.toordinal() for day in table["registered_on"].to_list()],
        weight=[40.0 if key else 12.0 if above else 1.0 for key, above in marks],
        tenants=tenants,
    )


@cache
def _street_names() -> dict[str, str]:
    return {one.code: one.name for one in STREETS}


@cache
def _building_names(seed: int) -> dict[str, tuple[str, ...]]:
    return {one.id: (one.name, *one.aliases[:1]) for one in buildings(seed)}


@cache
def _street_buildings(seed: int) -> dict[str, list[str]]:
    """Names of the buildings of each street, for firms that sit in none."""
    found: dict[str, list[str]] = {one.code: [] for one in STREETS}
    for one in buildings(seed):
        found[one.street].append(one.name)
    return found


def slots(known: Firms, firm: int, month: int, u: list[float], seed: int) -> dict[str, object]:
    """Fill the slots for one firm from six draws."""
    home, street = known.building[firm], known.street[firm]
    names = _building_names(seed)[home] if home else _street_buildings(seed)[street]
    products = known.product[firm]
    return {
        "b": names[int(u[0] * u[0] * len(names))],
        "r": known.road[firm],
        "s": _street_names()[street],
        "p": products[int(u[0] * len(products))],
        "a": _AMOUNTS[int(u[1] * len(_AMOUNTS))],
        "n": 2 + int(u[2] * 8),
        "k": 12 + int(u[3] * u[3] * 280),
        "d": 3 + int(u[4] * 58),
        "m": (month - 2 - int(u[5] * 5)) % 12 + 1,
        "f": 2 + int(u[5] * 29),
    }


def tell(category: Category, filled: dict[str, object], u: list[float]) -> tuple[str, str]:
    """Compose title and body from sixteen draws."""
    formal = u[0] < 0.4
    vague = u[1] < VAGUE
    if vague:
        return _vague(category, filled, u)
    problem = pick(category.problems, u[2])
    title = pick(category.titles, u[3]) if u[4] < 0.75 else problem.split("，")[0]
    parts = [problem]
    if u[5] < 0.16:
        parts.append(pick(category.problems, (u[2] + 0.31) % 1))
    if u[6] < 0.62:
        parts.append(pick(category.effects, u[7]))
    if u[8] < 0.58:
        parts.append(pick(category.requests, u[9]))
    if u[10] < STRAY:
        others = categories()
        other = others[int(u[10] / STRAY * len(others))]
        parts.append(pick(phrases.ALSO, u[11]) + pick(other.problems, u[12]))
    body = _join(parts, formal, u)
    return _headed(title, u[15] * 7 % 1).format_map(filled)[:60], _slip(body.format_map(filled), u)


def _headed(title: str, drawn: float) -> str:
    """Put a title as people put it: with the place, the street or a word of respect, or plainly."""
    for frame, share in _FRAMES:
        if drawn < share:
            return frame.replace("…", title)
        drawn -= share
    return title


def _vague(category: Category, filled: dict[str, object], u: list[float]) -> tuple[str, str]:
    """A text that says little: a general phrase, and at best one hint."""
    body = pick(phrases.VAGUE_BODIES, u[2])
    if u[4] < 0.35:
        body += pick(category.effects, u[7]) + "。"
    title = pick(phrases.VAGUE_TITLES, u[3]) if u[5] < 0.8 else pick(category.titles, u[9])
    return title.format_map(filled), body.format_map(filled)


def _join(parts: list[str], formal: bool, u: list[float]) -> str:
    if formal:
        return pick(phrases.OPENINGS_FORMAL, u[11]) + "；".join(parts) + "。" + pick(phrases.CLOSINGS_FORMAL, u[13])
    mark = "，" if u[13] < 0.6 else "。"
    told = pick(phrases.OPENINGS_PLAIN, u[11]) + mark.join(parts) + mark + pick(phrases.CLOSINGS_PLAIN, u[14])
    return told.rstrip("，")


def _slip(text: str, u: list[float]) -> str:
    """Make one slip of the pen in about one text of eight."""
    if u[15] >= 0.13:
        return text
    right, wrong = pick(phrases.TYPOS, u[15] / 0.13)
    return text.replace(right, wrong, 1)


def retell(problem: str, filled: dict[str, object], category: Category, u: list[float]) -> tuple[str, str]:
    """Tell a neighbour's trouble again: the same problem, another beginning and end."""
    parts = [problem]
    if u[6] < 0.5:
        parts.append(pick(category.effects, u[7]))
    if u[8] < 0.5:
        parts.append(pick(category.requests, u[9]))
    body = _join(parts, u[0] < 0.4, u).format_map(filled)
    return _headed(pick(category.titles, u[3]), u[15] * 7 % 1).format_map(filled)[:60], _slip(body, u)


def pick(pool: Sequence[T], drawn: float) -> T:
    """Choose one of a pool by a draw from 0 to 1."""
    return pool[int(drawn * len(pool))]
