"""What a firm does: the industries of GB/T 4754-2017, four levels from section to class.

A code may be written with or without its section letter: `I`, `65`, `I65`, `651`, `I651`, `6513`, `I6513`.
The four-digit codes alone are unique in the country, so digits resolve to their section by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from .errors import UnknownCode
from .letters import compact
from .tables import rows

STANDARD = "GB/T 4754-2017"
_TABLE = "industries_2017.csv"


class Level(StrEnum):
    """The four levels of the standard, widest first."""

    SECTION = "section"
    DIVISION = "division"
    GROUP = "group"
    CLASS = "class"

    @property
    def label(self) -> str:
        """What the standard calls the level."""
        return _LABELS[self]


_LABELS = {Level.SECTION: "门类", Level.DIVISION: "大类", Level.GROUP: "中类", Level.CLASS: "小类"}
_LEVELS = {1: Level.SECTION, 2: Level.DIVISION, 3: Level.GROUP, 4: Level.CLASS}


@dataclass(frozen=True, slots=True)
class Industry:
    """One line of the standard; `code` is without the section letter (a section is its letter)."""

    code: str
    name: str
    level: Level
    section: str
    parents: tuple[str, ...]

    @property
    def full_code(self) -> str:
        """The code with its section letter, as the field catalogue writes it: `I6513`."""
        return self.code if self.level is Level.SECTION else self.section + self.code


@cache
def table() -> Mapping[str, Industry]:
    """All industries by code, in the order of the standard."""
    found: dict[str, Industry] = {}
    for row in rows(_TABLE):
        code, section = row["code"], row["section"]
        above = () if code == section else (section, *(code[:n] for n in range(2, len(code))))
        found[code] = Industry(code, row["name"], _LEVELS[len(code)], section, above)
    return MappingProxyType(found)


@cache
def _children() -> Mapping[str, tuple[Industry, ...]]:
    found: dict[str, list[Industry]] = {}
    for each in table().values():
        found.setdefault(each.parents[-1] if each.parents else "", []).append(each)
    return MappingProxyType({code: tuple(items) for code, items in found.items()})


def _split(code: str) -> tuple[str, str]:
    text = compact(code)
    return (text[:1], text[1:]) if "A" <= text[:1] <= "Z" else ("", text)


def find(code: str) -> Industry | None:
    """Look an industry up; None when the table does not hold it or the letter is of another section."""
    letter, digits = _split(code)
    held = table().get(digits or letter)
    return held if held is not None and letter in ("", held.section) else None


def industry(code: str) -> Industry:
    """Look an industry up.

    :raises UnknownCode: the table does not hold the code, or its letter is of another section.
    """
    held = find(code)
    if held is None:
        raise UnknownCode(_why_unknown(code))
    return held


def is_known(code: str) -> bool:
    """Whether the standard holds this code."""
    return find(code) is not None


def nearest(code: str) -> Industry | None:
    """The industry itself, or the narrowest one of the standard that its leading digits name.

    Codes of earlier editions (`6510` of 2011) so still say their division. None if not even the section is known.
    """
    letter, digits = _split(code)
    for length in range(min(len(digits), 4), 1, -1):
        held = table().get(digits[:length]) if digits.isdecimal() else None
        if held is not None:
            return held if letter in ("", held.section) else None
    return table().get(letter) if letter and not digits else None


def section_of(code: str) -> str | None:
    """The section letter of a code, also of one that the table does not hold; None if its digits name none."""
    held = nearest(code)
    return held.section if held else None


def sections() -> tuple[Industry, ...]:
    """The twenty sections."""
    return _children()[""]


def children(code: str) -> tuple[Industry, ...]:
    """The industries one level below; empty for a class.

    :raises UnknownCode: the table does not hold the code.
    """
    return _children().get(industry(code).code, ())


def classes(code: str) -> tuple[Industry, ...]:
    """All classes at or below an industry, in the order of the standard.

    :raises UnknownCode: the table does not hold the code.
    """
    top = industry(code)
    if top.level is Level.CLASS:
        return (top,)
    return tuple(each for below in children(top.code) for each in classes(below.code))


def classes_of_all() -> tuple[Industry, ...]:
    """Every class of the standard, in its order."""
    return tuple(each for each in table().values() if each.level is Level.CLASS)


def search(text: str, limit: int = 20) -> tuple[Industry, ...]:
    """Find industries whose name holds every word of the text, or whose code begins with it; best first."""
    words = text.split()
    letter, digits = _split(text)
    by_code = digits.isdecimal() or (bool(letter) and not digits)

    def rank(each: Industry) -> tuple[int, int, str] | None:
        if by_code and each.full_code.startswith(letter + digits if letter else each.section + digits):
            return (0, len(each.code), each.code)
        if words and all(word in each.name for word in words):
            return (1 if each.name == words[0] else 2, len(each.name), each.code)
        return None

    ranked = sorted((key, each.code) for each in table().values() if (key := rank(each)) is not None)
    return tuple(table()[code] for _, code in ranked[:limit])


def _why_unknown(code: str) -> str:
    letter, digits = _split(code)
    shown = letter + digits
    if not shown:
        return "行业代码是空的，请填写门类字母和 2 至 4 位数字，例如 I6513。"
    held = table().get(digits)
    if held is not None:
        return (
            f"行业代码 {shown} 的门类字母不对：{digits} {held.name}属于门类 {held.section}，请改为 {held.full_code}。"
        )
    above = nearest(code)
    if above is None:
        return f"{STANDARD} 中没有行业代码 {shown}，请填写门类字母和 2 至 4 位数字，例如 I6513。"
    below = "、".join(f"{each.code} {each.name}" for each in children(above.code)[:4])
    hint = f"，其下有 {below}" if below else ""
    return (
        f"{STANDARD} 中没有行业代码 {shown}（可能是旧版代码）；"
        f"最近的是{above.level.label} {above.code} {above.name}{hint}。"
    )
