"""The directory of buildings, and how a building is found in an address: by name, by another name, by its door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from .text import number, plain, sounds

_TOWER = re.compile(
    r"^(?:第)?(T\d{1,2}|[A-Z]\d?|\d{1,2}|[一二三四五六七八九十]{1,3}|[东西南北中前后甲乙丙丁主附副裙])"
    r"(?:号楼|号|#楼|#|座|栋|塔楼|塔|楼|幢|区|期)*$"
)
_ROAD_ENDS = "路街道巷弄里"
_NOT_HERE = re.compile(r"^(?:\(.{0,3}\))?(?:对面|旁|隔壁|附近|后面|前面|[东西南北]侧|背后|斜对)")


@dataclass(frozen=True, slots=True)
class Building:
    """A building of the directory as its file gives it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    street: str = ""
    road: str = ""
    door: str = ""
    towers: tuple[str, ...] = ()
    floors: int = 0


def tower_key(text: str) -> str:
    """What a tower is told apart by: A座, A栋 and a塔 are A; 1号楼, 一栋 and 1# are 1; 东塔 and 东座 are 东."""
    found = _TOWER.match(plain(text).replace(" ", ""))
    if not found:
        return plain(text)
    core = found.group(1)
    value = number(core)
    if value is not None:
        return str(value)
    return "附" if core == "副" else core


@dataclass(slots=True)
class Found:
    """Where in a text a building was found; `end` is where its name stops, `place` the position in the directory."""

    place: int
    start: int
    end: int
    is_main: bool = False  # by its own name, not by another one


@dataclass(slots=True)
class Directory:
    """Buildings with their indexes: names by their first two characters, doors by road and number."""

    buildings: Sequence[Building]
    names: dict[str, list[tuple[str, list[int]]]] = field(default_factory=dict)
    doors: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    roads: dict[str, list[str]] = field(default_factory=dict)
    towers: list[dict[str, str]] = field(default_factory=list)
    spelled: dict[str, list[int]] = field(default_factory=dict)
    initials: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    stems: dict[str, set[int]] = field(default_factory=dict)
    mains: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for place, building in enumerate(self.buildings):
            self._index(place, building)
        for spelled in sorted(self.spelled, key=len, reverse=True):
            self.names.setdefault(spelled[:2], []).append((spelled, self.spelled[spelled]))
            for key in ((0, spelled[0]), (0, spelled[1]), (1, spelled[1]), (1, spelled[0])):
                self.initials.setdefault(key, set()).add(spelled)
            if len(spelled) > 2:
                self.initials.setdefault((1, spelled[2]), set()).add(spelled)

    def _index(self, place: int, building: Building) -> None:
        for called in dict.fromkeys((building.name, *building.aliases)):
            text = re.sub(r"\s", "", plain(called)).removeprefix("原")
            bare = re.sub(r"\(.*?\)", "", text)
            for form in {text, bare}:
                if len(form) >= 2 and place not in self.spelled.setdefault(form, []):
                    self.spelled[form].append(place)
        self.towers.append({tower_key(tower): tower for tower in building.towers})
        road = re.sub(r"\s", "", plain(building.road))
        for door in _door_numbers(building.door):
            if road:
                self.doors.setdefault((road, door), []).append(place)
        self.learn_road(road)
        stem = re.sub(r"\s", "", plain(building.name))
        self.mains.append(stem)
        for size in (2, 3, 4):
            if len(stem) > size:
                self.stems.setdefault(stem[:size], set()).add(place)

    def learn_road(self, road: str) -> None:
        """Keep a road by its first two characters."""
        if len(road) >= 2 and road not in self.roads.setdefault(road[:2], []):
            self.roads[road[:2]].append(road)
            self.roads[road[:2]].sort(key=len, reverse=True)

    def named(self, text: str) -> list[tuple[Found, list[int]]]:
        """Every mention of a name: the longest at its place, never inside another, never the name of a road."""
        found, at, names = [], 0, self.names
        while at < len(text) - 1:
            for spelled, places in names.get(text[at : at + 2], ()):
                if text.startswith(spelled, at):
                    end = at + len(spelled)
                    if text[end : end + 1] in _ROAD_ENDS and end < len(text) and spelled[-1:] not in "楼厦园":
                        continue
                    if is_beside(text, end):
                        continue
                    main = any(self.mains[place] == spelled for place in places)
                    found.append((Found(places[0], at, end, main), places))
                    at = end - 1
                    break
            at += 1
        return found

    def roads_in(self, text: str) -> list[tuple[str, int]]:
        """The known roads in a text, each with the place where its name ends."""
        found, at = [], 0
        while at < len(text) - 1:
            for road in self.roads.get(text[at : at + 2], ()):
                if text.startswith(road, at):
                    at += len(road) - 1
                    found.append((road, at + 1))
                    break
            at += 1
        return found

    def guessed(self, text: str) -> tuple[int, int] | None:
        """The one building whose name, up to one slip of the pen, the text begins with, and where the name ends."""
        if len(text) < 3:
            return None
        near: dict[int, tuple[int, int, int]] = {}
        for name in {*self.initials.get((0, text[0]), ()), *self.initials.get((1, text[1]), ())}:
            for size in (len(name), len(name) - 1, len(name) + 1):
                cost = self._slip(name, text[:size]) if len(text) >= size else 9
                if cost < 2:
                    for place in self.spelled[name]:
                        near[place] = min(near.get(place, (9, 0, 0)), (cost, -len(name), size))
        best = sorted((value, place) for place, value in near.items())
        if not best or (len(best) > 1 and best[0][0][:2] == best[1][0][:2]):
            return None
        return best[0][1], best[0][0][2]

    def _slip(self, name: str, text: str) -> int:
        """How far a text is from a name: 0 the same sound, 1 one slip, 9 more."""
        if len(name) == len(text) and sounds(name) == sounds(text):
            return 0
        return 1 if OSA.distance(name, text, score_cutoff=1) <= 1 and _may_be_slip(name, text) else 9

    def stem(self, text: str) -> tuple[int, int] | None:
        """The one building whose name begins with the text's first characters, where the rest is no other name."""
        for size in (4, 3, 2):
            rest = text[size : size + 1]
            places = self.stems.get(text[:size])
            if places and len(places) == 1 and not ("\u4e00" <= rest <= "\u9fff"):
                return next(iter(places)), size
        return None


def is_beside(text: str, end: int) -> bool:
    """Whether the text goes on to say that the place is beside what was named before, not in it."""
    return _NOT_HERE.match(text[end : end + 8]) is not None


def _may_be_slip(name: str, text: str) -> bool:
    """Whether one may be the other mistyped: a name of three characters differs too easily."""
    return len(name) >= 4 and not any(
        a.isdigit() != b.isdigit() or (a.isdigit() and a != b) for a, b in zip(name, text, strict=False)
    )


def _door_numbers(door: str) -> list[int]:
    """The numbers of a door: 688号, 688-690号, 特1号."""
    return [int(n) for n in re.findall(r"\d{1,5}", plain(door))][:4]


def directory(buildings: Iterable[Building]) -> Directory:
    """Index the buildings."""
    return Directory(list(buildings))
