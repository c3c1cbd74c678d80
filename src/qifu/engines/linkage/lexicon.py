"""What names of one district are made of: its regions, its places, the words of its trades."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from qifu.engines.codes import divisions

from . import words


@dataclass
class Lexicon:
    """What names of one district are made of: its regions, its places, and the words of its trades."""

    provinces: frozenset[str] = frozenset(words.PROVINCES)
    cities: frozenset[str] = frozenset(words.MAJOR_CITIES)
    districts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()  # streets, roads, buildings by which branches are called
    trades: frozenset[str] = frozenset(words.TRADES)
    regions: dict[str, str] = field(default_factory=dict)
    by_first: dict[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 6
    local: frozenset[str] = frozenset()  # the cities with which addresses begin
    misspelt: dict[str, str] = field(default_factory=dict)
    shops: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.regions = {
            **dict.fromkeys(self.districts, "D"), **dict.fromkeys(self.cities, "C"), **dict.fromkeys(self.provinces, "P"),
        }  # fmt: skip
        found: dict[str, list[str]] = {}
        for region in sorted(self.regions, key=len, reverse=True):
            found.setdefault(region[0], []).append(region)
        self.by_first = {first: tuple(group) for first, group in found.items()}
        self.longest = max(map(len, self.trades), default=2)

    def region_at(self, text: str, at: int) -> tuple[str, int] | None:
        """The region that stands at a place, with its kind before it, and the place after it."""
        for region in self.by_first.get(text[at : at + 1], ()):
            if text.startswith(region, at):
                end = at + len(region)
                kind = self.regions[region]
                tail = {"P": ("省", "市", "自治区"), "C": ("市",), "D": ("区", "县", "市")}[kind]
                for word in tail:
                    if (
                        text.startswith(word, end)
                        and not text.startswith("市政", end)
                        and not text.startswith("区域", end)
                    ):
                        end += len(word)
                        break
                return kind + region, end
        found = _COUNTY.match(text, at)
        if found and found.group(1) in counties():
            return "D" + found.group(1), found.end()
        return None

    def is_place(self, text: str) -> bool:
        """Whether the text is a region, street, road or building that is known."""
        return text in self.regions or text in self.places

    def misspelt_at(self, text: str, at: int) -> tuple[str, int] | None:
        """A region of this district with one slip of the pen: 武武汉市, 汉市, 武汗市."""
        if not self.misspelt:
            self.misspelt = self._misspellings()
        for size in range(6, 1, -1):
            found = self.misspelt.get(text[at : at + size])
            if found and len(text) - at - size >= 2 and (size > 2 or (at and found[0] == "D")):
                return found, at + size
        return self._mistyped_at(text, at)

    def _mistyped_at(self, text: str, at: int) -> tuple[str, int] | None:
        """A city or district of which one character is another: 武口市江汉区, 江又区."""
        for kind, names, tail in (("C", self.local, "市"), ("D", self.districts, "区")):
            for name in names:
                word = text[at : at + len(name) + 1]
                wrong = sum(a != b for a, b in zip(word, name, strict=False))
                if wrong == 1 and len(word) == len(name) + 1 and word[-1] == tail and len(text) - at - len(word) >= 4:
                    return kind + name, at + len(word)
        return None

    def _misspellings(self) -> dict[str, str]:
        """Every slip of the names of the cities and districts with which addresses begin."""
        made: dict[str, str] = {}
        for names, kind, tail in ((self.local, "C", "市"), (self.districts, "D", "区")):
            for name in names:
                made[name[0] + name] = kind + name
                for slip in slips(name + tail) | {name[1:] + tail, name[:1] + tail}:
                    made.setdefault(slip, kind + name)
        return {slip: region for slip, region in made.items() if slip not in self.trades and slip not in self.regions}

    def ending_in(self, ending: str) -> tuple[str, ...]:
        """The words of trades that end in this ending of shops."""
        if ending not in self.shops:
            self.shops[ending] = tuple(w for w in self.trades if w.endswith(ending) and len(w) > len(ending))
        return self.shops[ending]


def slips(word: str) -> frozenset[str]:
    """A word with one character left out, written twice, or changed with its neighbour."""
    cut = {word[:i] + word[i + 1 :] for i in range(len(word))} if len(word) > 3 else set()
    twice = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return frozenset((cut | twice | swapped) - {word})


_COUNTY = re.compile(r"([\u4e00-\u9fff]{2,3})[区县]")


@cache
def counties() -> frozenset[str]:
    """Names of the country's counties and districts without their last word."""
    return frozenset(each.name[:-1] for each in divisions.table().values() if each.name[-1] in "区县")


def split(rest: str, lexicon: Lexicon) -> tuple[str, str]:
    """Split trade name and industry: the longest end that is made of words of trades, two characters left before it."""
    ends = _reachable(rest, lexicon)
    for start in range(2, len(rest)):
        if start in ends:
            return rest[:start], rest[start:]
    return rest, ""


def _reachable(rest: str, lexicon: Lexicon) -> set[int]:
    """Places from which the rest of the text is nothing but words of trades."""
    size, good = len(rest), {len(rest)}
    for start in range(size - 2, 1, -1):
        for end in range(start + 2, min(size, start + lexicon.longest) + 1):
            if end in good and rest[start:end] in lexicon.trades:
                good.add(start)
                break
    return good


def common_regions(addresses: Iterable[str], share: float = 0.01) -> tuple[frozenset[str], frozenset[str]]:
    """Cities and districts with which many addresses begin, without their last word."""
    cities: Counter[str] = Counter()
    districts: Counter[str] = Counter()
    total = 0
    for address in addresses:
        total += 1
        found = _WARDS.match(address)
        if found:
            cities.update([found.group(1)] if found.group(1) else [])
            districts.update([found.group(2)] if found.group(2) else [])
    bar = max(3, int(share * total))
    return (
        frozenset(c for c, n in cities.items() if n >= bar),
        frozenset(d for d, n in districts.items() if n >= bar),
    )


_WARDS = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,3}(?:省|自治区))?(?:([\u4e00-\u9fff]{2,3}?)市)?(?:([\u4e00-\u9fff]{2,3}?)[区县])?"
)
