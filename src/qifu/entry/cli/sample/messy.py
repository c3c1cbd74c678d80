"""Messy lists with their truth, for trying linkage: four sources, a buildings file, and what is right.

    python -m qifu.entry.cli.sample.messy --seed 7 --firms 60000 --out DIR

writes `register.csv` (GB18030), `tax.xlsx`, `tenants.xlsx` (楼宇 and 房号 in two columns), `streets.csv`,
`buildings.csv`, and beside them `truth_clusters.csv` (row_id,firm) and `truth_addresses.csv`
(row_id,building_id,tower,floor,room: what the row's own address says).
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from qifu.entry.cli.sample.messy_world import Firm, World, make_world
from qifu.entry.cli.sample.messy_writing import Hand

Told = tuple[str, str, str, str]
Cells = list[str]


@dataclass(slots=True)
class Truth:
    """What is right for each row."""

    firms: list[tuple[str, int]] = field(default_factory=list)
    places: list[tuple[str, Told]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """A source: whom it holds, how carefully it is kept, and under which headings."""

    name: str
    file: str
    heads: tuple[str, ...]
    share: float  # of all firms
    twice: float  # chance of a second row for a firm
    care: float
    short: float
    missing: float
    wrong: float
    borrowed: float
    row: Callable[[Hand, Firm, Kind], tuple[Cells, Told]]


def _register(hand: Hand, firm: Firm, kind: Kind) -> tuple[Cells, Told]:
    text, told = hand.place(firm.home)
    return [
        hand.name(firm, kind.care, kind.short), hand.code(firm, kind.missing, kind.wrong, kind.borrowed), text,
        firm.person, firm.former if hand.rng.random() < 0.5 else "",
    ], told  # fmt: skip


def _tax(hand: Hand, firm: Firm, kind: Kind) -> tuple[Cells, Told]:
    text, told = hand.place(firm.home if hand.rng.random() < 0.7 else firm.place)
    phone = firm.phone if hand.rng.random() < 0.7 else ""
    return [
        hand.code(firm, kind.missing, kind.wrong, kind.borrowed), hand.name(firm, kind.care, kind.short), phone, text,
    ], told  # fmt: skip


def _tenants(hand: Hand, firm: Firm, kind: Kind) -> tuple[Cells, Told]:
    building, room, told = hand.two_columns(firm.place)
    return [
        building, room, hand.name(firm, kind.care, kind.short),
        hand.code(firm, kind.missing, kind.wrong, kind.borrowed), firm.person if hand.rng.random() < 0.3 else "",
    ], told  # fmt: skip


def _streets(hand: Hand, firm: Firm, kind: Kind) -> tuple[Cells, Told]:
    text, told = hand.place(firm.place) if hand.rng.random() < 0.93 else ("", ("", "", "", ""))
    phone = firm.phone if hand.rng.random() < 0.5 else ""
    return [
        firm.place.street, hand.name(firm, kind.care, kind.short), text, phone,
        hand.code(firm, kind.missing, kind.wrong, kind.borrowed), "",
    ], told  # fmt: skip


KINDS = (
    Kind("市场主体", "register.csv", ("企业名称", "统一社会信用代码", "住所", "法定代表人", "曾用名"),
         0.86, 0.0, 0.80, 0.01, 0.01, 0.01, 0.002, _register),
    Kind("税务", "tax.xlsx", ("税号", "单位名称", "联系电话", "经营地址"),
         0.66, 0.01, 0.70, 0.03, 0.04, 0.04, 0.015, _tax),
    Kind("楼宇", "tenants.xlsx", ("楼宇", "房号", "公司名", "社会信用代码", "负责人"),
         0.72, 0.04, 0.35, 0.35, 0.40, 0.06, 0.03, _tenants),
    Kind("街道", "streets.csv", ("街道", "企业全称", "地址", "电话", "信用代码", "备注"),
         0.48, 0.02, 0.45, 0.25, 0.30, 0.08, 0.03, _streets),
)  # fmt: skip
BUILDING_HEADS = ("building_id", "名称", "别名", "街道", "道路", "门牌", "塔楼", "地上层数")


def write_messy(folder: Path, seed: int, firms: int) -> int:
    """Write lists and truth of one seed into a folder; return the number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(seed, firms)
    rng = random.Random(f"rows{seed}")
    truth = Truth()
    seen: set[int] = set()
    for kind in KINDS:
        _write(folder / kind.file, kind.heads, _rows(world, kind, rng, truth, seen))
    _write_buildings(folder / "buildings.csv", world)
    with (folder / "truth_clusters.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("row_id", "firm"), *truth.firms])
    with (folder / "truth_addresses.csv").open("w", encoding="utf-8", newline="") as file:
        told = [(row, *parts) for row, parts in truth.places]
        csv.writer(file).writerows([("row_id", "building_id", "tower", "floor", "room"), *told])
    return len(truth.firms)


def _rows(world: World, kind: Kind, rng: random.Random, truth: Truth, seen: set[int]) -> list[Cells]:
    """The rows of a source in no order; the street's list also holds whom no other holds."""
    hand, lines = Hand(world, rng), []
    for firm in world.firms:
        if kind.name == "楼宇" and firm.place.house is None:
            continue
        chosen = rng.random() < kind.share or (kind.name == "街道" and firm.id not in seen)
        for _ in range(chosen * (1 + (rng.random() < kind.twice))):
            lines.append((firm.id, *kind.row(hand, firm, kind)))
            seen.add(firm.id)
    rng.shuffle(lines)
    made = []
    for number, (firm_id, cells, told) in enumerate(lines, 1):
        row = f"{Path(kind.file).stem[:2].upper()}{number}"
        truth.firms.append((row, firm_id))
        truth.places.append((row, told))
        made.append([row, *cells])
    return made


def _write(path: Path, heads: Sequence[str], rows: list[Cells]) -> None:
    if path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        sheet = book.add_worksheet()
        for number, cells in enumerate([["row_id", *heads], *rows]):
            sheet.write_row(number, 0, cells)
        book.close()
        return
    encoding = "gb18030" if path.stem == "register" else "utf-8-sig"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["row_id", *heads], *rows])


def _write_buildings(path: Path, world: World) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(BUILDING_HEADS)
        for house in world.houses:
            writer.writerow([
                house.id, house.name, ";".join(house.aliases), house.street, house.road, f"{house.number}号",
                ";".join(house.towers), house.floors,
            ])  # fmt: skip


def main() -> None:
    """Write the lists that the options ask for."""
    parser = argparse.ArgumentParser(description="Messy lists with their truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--firms", type=int, default=5_000)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    print(write_messy(asked.out, asked.seed, asked.firms), "rows")


if __name__ == "__main__":
    main()
