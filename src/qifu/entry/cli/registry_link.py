"""`qifu registry link`: many lists into one: which rows are one enterprise, and where each address is."""

from __future__ import annotations

import csv
import gc
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import click

from qifu.engines.linkage import Building, Linked, Lists, Weighed, link
from qifu.engines.linkage.survivors import Firm, firms
from qifu.entry.intake.tables import safe_cell

from . import registry_lists as lists
from .registry_decisions import PAIR_HEADS, read_decisions
from .speak import CLEAN, FOUND_WRONG, BadInput, emit, say

T = TypeVar("T")
R = TypeVar("R")
MANY = 20_000  # texts from which on a second process pays
SAID = {"name": "名称", "code": "代码", "place": "地址", "phone": "电话", "person": "法定代表人", "region": "地区", "form": "组织形式",
        "branch": "分支", "prior": "先验", "shared": "同址同人不重复计"}  # fmt: skip


@dataclass(slots=True)
class Rows:
    """All rows of all sources, a column a field."""

    ids: list[str] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    formers: list[str] = field(default_factory=list)
    rejects: list[tuple[str, int, str]] = field(default_factory=list)  # id, source, why
    renamed: int = 0

    def lists(self) -> Lists:
        return Lists(
            self.ids, self.names, self.codes, self.addresses, self.rooms, self.phones, self.persons, self.formers
        )


@click.command("link", help="多份名单归并为一份：哪些行是同一家企业，各在哪栋楼、哪一层、哪一间")
@click.option("--source", "sources", multiple=True, required=True, help="名单，写成 名称=文件；可多次给出，可信的在前")
@click.option("--buildings", type=click.Path(path_type=Path), required=True, help="楼宇名录（CSV、XLSX、Parquet）")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果写到这个文件夹")
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="各名单的列名对应关系（JSON）")
@click.option("--decisions", type=click.Path(path_type=Path), help="人工已决定的对（填好“决定”一列的 review.csv）")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON 摘要")
def command(
    sources: tuple[str, ...],
    buildings: Path,
    out: Path,
    mapping: Path | None,
    decisions: Path | None,
    as_json: bool,
) -> int:
    """Read, link, write, tell."""
    started = time.perf_counter()
    gc.disable()  # nothing made here refers to itself in a circle, and the collector would look at it all again and again
    named = [_named(text) for text in sources]
    if len({name for name, _ in named}) < len(named):
        raise BadInput("两份名单用了同一个名称，请改名。", "two sources bear the same name", where="--source")
    houses = read_buildings(buildings)
    maps = lists.read_mapping(mapping, [name for name, _ in named])
    called = frozenset(name for house in houses for name in (house.name, *house.aliases) if len(name) > 1)
    read = [lists.read_source(name, path, maps.get(name, {}), called) for name, path in named]
    rows = gather(read)
    said = read_decisions(decisions)
    known = frozenset(rows.ids)
    strange = sum(not {each.one, each.other} <= known for each in said)
    _make_folder(out)
    say(f"读到 {len(rows.ids)} 行，{len(houses)} 栋楼宇。", f"{len(rows.ids)} rows, {len(houses)} buildings.")
    del called
    linked = link(rows.lists(), houses, said, tell=_telling(started), spread=in_processes)
    made = firms(rows.lists(), linked, rows.source)
    write(out, rows, linked, made, houses, [source.name for source in read])
    summary = _summary(rows, linked, made, read, time.perf_counter() - started) | {"unknown_decisions": strange}
    if as_json:
        emit(summary)
    say(
        f"完成：{len(rows.ids)} 行归并为 {len(made)} 家，{len(linked.review)} 对待人工判断，{len(rows.rejects)} 行未采用，"
        f"用时 {summary['seconds']} 秒。",
        f"{len(rows.ids)} rows are {len(made)} enterprises; {len(linked.review)} pairs to review, "
        f"{len(rows.rejects)} rows rejected, {summary['seconds']} s.",
    )
    return _wrong(rows, strange)


def _wrong(rows: Rows, strange: int) -> int:
    """Say what was wrong with the lists; the exit code."""
    if rows.rejects:
        say("未采用的行和原因见 rejects.csv。", "Rejected rows and why: rejects.csv.")
    if rows.renamed:
        say(
            f"{rows.renamed} 行的 row_id 与前面的行重复，已在前面加上名单的名称。",
            f"{rows.renamed} rows bore the id of an earlier row; it now stands behind the name of their list.",
        )
    if strange:
        say(
            f"{strange} 条人工决定提到的行不在这次的名单里，没有用上；请核对 row_a 和 row_b。",
            f"{strange} decisions name rows that are not in these lists and were passed over.",
        )
    return FOUND_WRONG if rows.rejects or rows.renamed or strange else CLEAN


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not name.strip() or not path.strip():
        raise BadInput(
            f"“{text[:40]}”不是 名称=文件 的写法，例如 --source 税务=tax.xlsx。",
            f"{text[:40]!r} is not NAME=FILE",
            where="--source",
        )
    return name.strip(), Path(path.strip())


def _telling(started: float) -> Callable[[str], None]:
    return lambda step: say(
        f"{step}…（{time.perf_counter() - started:.1f} 秒）", f"{step}… ({time.perf_counter() - started:.1f} s)"
    )


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"文件夹建不了（{error.strerror}）。", f"cannot make the folder: {error.strerror}", where=str(out)
        ) from None


# --- reading


def read_buildings(path: Path) -> list[Building]:
    """Read the directory. :raises BadInput: no such file, not a table, a column missing, an id twice."""
    headings, rows = lists.read_rows(path, str(path), BUILDING_HEADS.__contains__)
    place = {lists.plain_heading(heading): k for k, heading in enumerate(headings)}
    place["building_id"] = place.get("buildingid", place.get("楼宇编号", -1))
    if place["building_id"] < 0 or "名称" not in place:
        raise BadInput(
            "楼宇名录要有 building_id 和 名称 两列，另可有 别名、街道、道路、门牌、塔楼、地上层数。",
            "the buildings file needs the columns building_id and 名称",
            where=str(path),
        )

    def value(row: Sequence[str], heading: str) -> str:
        at = place.get(heading, -1)
        return row[at] if 0 <= at < len(row) else ""

    made = [
        Building(
            value(row, "building_id"), value(row, "名称"), _several(value(row, "别名")), value(row, "街道"),
            value(row, "道路"), value(row, "门牌"), _several(value(row, "塔楼")), _whole(value(row, "地上层数")),
        )
        for row in rows
        if value(row, "building_id")
    ]  # fmt: skip
    ids = {house.id for house in made}
    if len(ids) < len(made):
        raise BadInput("楼宇名录里有重复的 building_id，请先改正。", "a building_id occurs twice", where=str(path))
    return made


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[;；]", text) if part.strip())


def _whole(text: str) -> int:
    found = re.search(r"\d{1,3}", text)
    return int(found.group()) if found else 0


def gather(read: Iterable[lists.Source]) -> Rows:
    """Put the rows of all sources together; each has an id of its own."""
    rows, taken = Rows(), set[str]()
    for number, source in enumerate(read):
        for count, cells in enumerate(source.rows, 1):
            row = _id(source, cells, count, taken)
            rows.renamed += row[1]
            taken.add(row[0])
            _add(rows, source, number, cells, row[0])
        source.rows = []
    return rows


def _id(source: lists.Source, cells: Sequence[str], count: int, taken: set[str]) -> tuple[str, bool]:
    """The row's own id, else NAME:number; an id that another row bears already is set behind the source's name."""
    own = lists.cell(source, cells, "row_id")
    row = own or f"{source.name}:{count}"
    if row not in taken:
        return row, False
    row = f"{source.name}:{row}"
    return (row, True) if row not in taken else (f"{source.name}:{row}#{count}", True)


def _add(rows: Rows, source: lists.Source, number: int, cells: Sequence[str], row: str) -> None:
    name, code = lists.cell(source, cells, "name"), lists.cell(source, cells, "code")
    why = lists.wrong_with(name, code, source)
    if why:
        rows.rejects.append((row, number, why))
    address, room = lists.place_of(source, cells)
    rows.ids.append(row)
    rows.source.append(number)
    rows.names.append("" if why else name)
    rows.codes.append("" if why else code)
    rows.addresses.append(address)
    rows.rooms.append(room)
    rows.phones.append("" if why else lists.cell(source, cells, "phone"))
    rows.persons.append("" if why else lists.cell(source, cells, "person"))
    rows.formers.append("" if why else lists.cell(source, cells, "former"))


# --- several processes

_work: list[Callable[[object], object]] = []


def _chunk(items: Sequence[object]) -> list[object]:
    return [_work[0](item) for item in items]


def in_processes(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Do the work in as many processes as there are cores; few items, or one core, here."""
    cores = min(4, len(os.sched_getaffinity(0)))
    if cores < 2 or len(items) < MANY:
        return [work(item) for item in items]
    from multiprocessing import get_context

    _work[:] = [work]  # type: ignore[list-item]
    size = -(-len(items) // (cores * 4))
    chunks = [items[k : k + size] for k in range(0, len(items), size)]
    with get_context("fork").Pool(cores) as pool:
        done = [result for chunk in pool.imap(_chunk, chunks) for result in chunk]
    _work.clear()
    return done  # type: ignore[return-value]


# --- writing


def _write(path: Path, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write a table beside its place and move it there when it is whole."""
    scratch = path.with_name(f".{path.name}.part")
    with scratch.open("w", encoding="utf-8-sig" if path.name in FOR_PEOPLE else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(lines)
    scratch.replace(path)


BUILDING_HEADS = ("building_id", "名称", "别名", "街道", "道路", "门牌", "塔楼", "地上层数")
FOR_PEOPLE = ("review.csv", "rejects.csv")  # opened in a spreadsheet, which needs the mark to see UTF-8
ENTERPRISE_HEADS = (
    "cluster_id", "uscc", "name", "building_id", "tower", "floor", "room", "address", "phone", "person", "former_names",
    "branch", "parent_id", "rows", "sources", "uscc_source", "uscc_row", "name_source", "name_row", "address_source",
    "address_row", "phone_source", "person_source", "distrusted_codes",
)  # fmt: skip


def write(
    out: Path, rows: Rows, linked: Linked, made: Sequence[Firm], houses: Sequence[Building], sources: Sequence[str]
) -> None:
    """Write the tables of the result."""
    try:
        ids = [f"E{cluster + 1:07d}" for cluster in range(len(made))]
        _write(
            out / "clusters.csv", ("row_id", "cluster_id"),
            ((safe_cell(row), ids[c]) for row, c in zip(rows.ids, linked.cluster, strict=True)),
        )  # fmt: skip
        _write(
            out / "addresses.csv", ("row_id", "building_id", "tower", "floor", "room"), _addresses(rows, linked, houses)
        )
        _write(out / "enterprises.csv", ENTERPRISE_HEADS, _enterprises(rows, linked, made, houses, sources, ids))
        _write(out / "review.csv", PAIR_HEADS, _review(rows, linked, sources))
        _write(
            out / "links.csv", ("row_a", "row_b", "score", "evidence"),
            ((safe_cell(rows.ids[e.one]), safe_cell(rows.ids[e.other]), e.score, evidence(e)) for e in linked.links),
        )  # fmt: skip
        _write(
            out / "rejects.csv", ("row_id", "source", "reason"),
            ((safe_cell(row), sources[number], why) for row, number, why in rows.rejects),
        )  # fmt: skip
    except OSError as error:
        raise BadInput(
            f"结果写不进去（{error.strerror}）。", f"cannot write: {error.strerror}", where=str(out)
        ) from None


def _addresses(rows: Rows, linked: Linked, houses: Sequence[Building]) -> Iterator[Sequence[object]]:
    for row, at in zip(rows.ids, linked.addresses, strict=True):
        yield safe_cell(row), houses[at.place].id if at.place >= 0 else "", at.tower, at.floor, at.room


def _enterprises(
    rows: Rows, linked: Linked, made: Sequence[Firm], houses: Sequence[Building], sources: Sequence[str], ids: Sequence[str]
) -> Iterator[Sequence[object]]:  # fmt: skip
    def source(row: int) -> str:
        return sources[rows.source[row]] if row >= 0 else ""

    def row_id(row: int) -> str:
        return safe_cell(rows.ids[row]) if row >= 0 else ""

    for firm in made:
        at = linked.addresses[firm.place_row] if firm.place_row >= 0 else None
        whole = f"{rows.addresses[firm.place_row]}{rows.rooms[firm.place_row]}" if firm.place_row >= 0 else ""
        yield (
            ids[firm.cluster], firm.code, safe_cell(firm.name),
            houses[at.place].id if at is not None and at.place >= 0 else "",
            at.tower if at else "", at.floor if at else "", at.room if at else "", safe_cell(whole),
            safe_cell(rows.phones[firm.phone_row]) if firm.phone_row >= 0 else "",
            safe_cell(rows.persons[firm.person_row]) if firm.person_row >= 0 else "",
            safe_cell(";".join(firm.former)), safe_cell(linked.names[firm.name_row].branch),
            ids[firm.parent] if firm.parent >= 0 else "", len(firm.rows),
            ";".join(dict.fromkeys(source(row) for row in firm.rows)),
            source(firm.code_row), row_id(firm.code_row), source(firm.name_row), row_id(firm.name_row),
            source(firm.place_row), row_id(firm.place_row), source(firm.phone_row), source(firm.person_row),
            ";".join(firm.distrusted),
        )  # fmt: skip


def _review(rows: Rows, linked: Linked, sources: Sequence[str]) -> Iterator[Sequence[object]]:
    for each in linked.review:
        a, b = each.one, each.other
        texts = (rows.names[a], rows.names[b], rows.codes[a], rows.codes[b], rows.addresses[a] + rows.rooms[a],
                 rows.addresses[b] + rows.rooms[b], sources[rows.source[a]], sources[rows.source[b]])  # fmt: skip
        yield (
            safe_cell(rows.ids[a]), safe_cell(rows.ids[b]), "", f"{100 / (1 + 2**-each.score):.0f}%", evidence(each),
            *map(safe_cell, texts),
        )  # fmt: skip


def evidence(each: Weighed) -> str:
    """The pieces of evidence of a pair, heaviest first: 名称 +12.3；地址 -3.0."""
    told = sorted(
        ((name, bits) for name, bits in each.pieces.items() if name != "prior"), key=lambda pair: -abs(pair[1])
    )
    return "；".join(f"{SAID[name]} {bits:+.1f}" for name, bits in told)


def _summary(
    rows: Rows, linked: Linked, made: Sequence[Firm], read: Sequence[lists.Source], seconds: float
) -> dict[str, object]:
    return {
        "rows": len(rows.ids),
        "enterprises": len(made),
        "merged": len(rows.ids) - len(made),
        "review": len(linked.review),
        "rejects": len(rows.rejects),
        "renamed_ids": rows.renamed,
        "in_directory": sum(at.place >= 0 for at in linked.addresses),
        "pairs_compared": linked.pairs,
        "distrusted_codes": sum(bool(firm.distrusted) for firm in made),
        "learned_offset": linked.offset,
        "sources": {
            source.name: {f: [source.headings[p] for p in places] for f, places in source.columns.items()}
            for source in read
        },
        "seconds": round(seconds, 1),
    }
