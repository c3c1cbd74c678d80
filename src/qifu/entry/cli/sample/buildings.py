"""The 117 office buildings of the sample district."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from qifu.entry.cli.sample.naming import is_denied, people
from qifu.entry.cli.sample.places import STREETS
from qifu.entry.cli.sample.streams import SEED, stream, weighted

BUILDINGS = 117

_FIRST = "云澜曜衡澄樾岚瀚昱晟璟翎洵汀栎朔鹭汇启拓博景瑞锦融"
_SECOND = "衡庭峰汇谷岸图创序桥舟城悦晖渊堂阙弦辰澜枢"
_KINDS = ("大厦", "国际", "中心", "广场", "产业园", "科创园", "商务楼", "总部大楼")
_KIND_WEIGHTS = [30.0, 16.0, 20.0, 10.0, 12.0, 10.0, 12.0, 5.0]
_TOWERS = {1: ("",), 2: ("A座", "B座"), 3: ("1号楼", "2号楼", "3号楼"), 4: ("东塔", "西塔", "南塔", "北塔")}


@dataclass(frozen=True, slots=True)
class Building:
    """An office building or park; `area` in square metres, `towers` empty for a single block."""

    id: str
    name: str
    aliases: tuple[str, ...]
    street: str
    road: str
    number: int
    towers: tuple[str, ...]
    floors: int
    area: int
    manager: str  # the invented operator's person in charge

    @property
    def address(self) -> str:
        return f"{self.road}{self.number}号{self.name}"


@cache
def buildings(seed: int = SEED) -> tuple[Building, ...]:
    """Return the buildings, the same for one seed."""
    rng = stream(seed, "buildings")
    kinds = weighted(seed, "buildings.kind", BUILDINGS, _KIND_WEIGHTS)
    streets = weighted(seed, "buildings.street", BUILDINGS, [street.weight for street in STREETS])
    managers = people(BUILDINGS, "building.managers", seed)
    stems, taken = _stems(seed), set[tuple[str, int]]()
    made = []
    for i in range(BUILDINGS):
        street = STREETS[i] if i < len(STREETS) else STREETS[int(streets[i])]
        road = street.roads[int(rng.integers(len(street.roads)))]
        number = int(rng.integers(1, 380))
        while (road, number) in taken:
            number += 1
        taken.add((road, number))
        stem, kind = stems[i], _KINDS[int(kinds[i])]
        count = int(rng.choice([1, 2, 3, 4], p=[0.66, 0.22, 0.08, 0.04]))
        floors = int(rng.integers(5, 14)) if kind.endswith("园") else int(rng.integers(9, 46))
        area = int(floors * count * rng.integers(700, 1900))
        towers = tuple(name for name in _TOWERS[count] if name)
        aliases = _aliases(stem, kind, road, number, float(rng.random()))
        made.append(
            Building(
                f"B{i + 1:03d}", stem + kind, aliases, street.code, road, number, towers, floors, area, managers[i]
            )
        )
    return tuple(made)


def _stems(seed: int) -> list[str]:
    pairs = [a + b for a in _FIRST for b in _SECOND if a != b and not is_denied(a + b)]
    order = stream(seed, "buildings.stem").permutation(len(pairs))
    return [pairs[int(k)] for k in order[:BUILDINGS]]


def _aliases(stem: str, kind: str, road: str, number: int, drawn: float) -> tuple[str, ...]:
    """What people also call a building: its stem with another word, or its door."""
    other = "大厦" if kind != "大厦" else "写字楼"
    if drawn < 0.35:
        return (stem + other,)
    if drawn < 0.6:
        return (stem + other, f"{road}{number}号楼")
    return () if drawn < 0.85 else (stem + kind + "写字楼",)


def directory(seed: int = SEED) -> pl.DataFrame:
    """Return the table that linkage reads: building_id,名称,别名,街道,道路,门牌,塔楼,地上层数."""
    names = {street.code: street.name for street in STREETS}
    rows = [
        {
            "building_id": one.id,
            "名称": one.name,
            "别名": ";".join(one.aliases),
            "街道": names[one.street],
            "道路": one.road,
            "门牌": f"{one.number}号",
            "塔楼": ";".join(one.towers),
            "地上层数": one.floors,
        }
        for one in buildings(seed)
    ]
    return pl.DataFrame(rows)
