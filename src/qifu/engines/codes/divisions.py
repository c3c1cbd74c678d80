"""Where a firm is: provinces, prefectures and counties of the country by six-digit code (GB/T 2260).

The table is that of the Ministry of Civil Affairs' place-name library as of `AS_OF`. Counties that no prefecture
holds (districts of the four municipalities, 仙桃市, 神农架林区 …) have the province as parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from .errors import UnknownCode
from .letters import compact
from .tables import rows

STANDARD = "GB/T 2260"
AS_OF = date(2026, 9, 11)
_TABLE = "divisions_2026.csv"


class Level(StrEnum):
    """Levels of administration, widest first."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Division:
    """One division; `parent` is empty for a province."""

    code: str
    name: str
    level: Level
    parent: str


def _level(code: str) -> Level:
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.PREFECTURE if code.endswith("00") else Level.COUNTY


@cache
def table() -> Mapping[str, Division]:
    """All divisions by code, in the order of the codes."""
    return MappingProxyType(
        {r["code"]: Division(r["code"], r["name"], _level(r["code"]), r["parent"]) for r in rows(_TABLE)}
    )


@cache
def _children() -> Mapping[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for each in table().values():
        found.setdefault(each.parent, []).append(each)
    return MappingProxyType({code: tuple(items) for code, items in found.items()})


def find(code: str) -> Division | None:
    """Look a division up; a province may be written with 2 digits, a prefecture with 4."""
    text = compact(code)
    return table().get(text + "0" * (6 - len(text)) if len(text) in (2, 4) else text)


def division(code: str) -> Division:
    """Look a division up.

    :raises UnknownCode: the table does not hold the code.
    """
    held = find(code)
    if held is None:
        raise UnknownCode(
            f"行政区划代码 {compact(code) or '（空）'} 不在现行代码表中（{AS_OF:%Y-%m-%d} 版），"
            "请核对是否录错，或是否为已撤并的旧代码。"
        )
    return held


def is_known(code: str) -> bool:
    """Whether the table holds this code."""
    return find(code) is not None


def provinces() -> tuple[Division, ...]:
    """The provinces, autonomous regions, municipalities and special administrative regions."""
    return _children()[""]


def children(code: str) -> tuple[Division, ...]:
    """The divisions directly below: prefectures of a province and the counties no prefecture holds.

    :raises UnknownCode: the table does not hold the code.
    """
    return _children().get(division(code).code, ())


def parents(code: str) -> tuple[Division, ...]:
    """The divisions above, widest first.

    :raises UnknownCode: the table does not hold the code.
    """
    above = division(code).parent
    return (*parents(above), division(above)) if above else ()


def full_name(code: str) -> str:
    """The name with all names above it: 湖北省武汉市武昌区.

    :raises UnknownCode: the table does not hold the code.
    """
    return "".join(each.name for each in (*parents(code), division(code)))


def search(text: str, within: str = "", limit: int = 20) -> tuple[Division, ...]:
    """Find divisions whose name holds the text or whose code begins with it; `within` keeps to one division."""
    wanted = compact(text)
    if not wanted:
        return ()
    place = division(within) if within else None
    hits = (
        each
        for each in table().values()
        if (wanted in each.name or each.code.startswith(wanted)) and (place is None or _is_in(each, place))
    )
    ranked = sorted(hits, key=lambda each: (each.name != wanted, not each.name.startswith(wanted), each.code))
    return tuple(ranked[:limit])


def _is_in(each: Division, place: Division) -> bool:
    return each == place or place in parents(each.code)
