"""Addresses as people write them: to building, tower, floor and room; outside the directory to road and number.

Wards are split off one by one from the left, then the door, then the building by any of its names; what is left tells
tower, floor and room. A room is its floor and two digits: 1203.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA

from .directory import Directory, Found, is_beside, tower_key
from .text import number, plain


class Address(NamedTuple):
    """What an address says; `place` is the position in the directory, -1 outside it."""

    place: int = -1
    tower: str = ""
    floor: str = ""
    room: str = ""
    road: str = ""
    door: str = ""
    rest: str = ""  # outside the directory: what follows the door, for comparing


NOWHERE = Address()
_CN = "[一二三四五六七八九十百〇零两]"
_NUM = rf"(?:\d{{1,3}}|{_CN}{{1,4}})"
_REMARK = re.compile(
    r"\([^()]*(?:口|交汇|交叉|附近|旁边?|对面|申报|注册|仅限|办公|自贸|承诺|托管|试验区|住所|集群|秘书|不[得可作]|地址)[^()]*\)"
    r"|-?自编(?:号)?[A-Z]?\d*(?:号)?|,?(?:靠近|临近|邻近).*$"
)
_DOOR = re.compile(
    r"(?:\([^()]*\))?[\s,]*(?:第|特|附|新|老)?\s*(\d{1,5})(?:[-/,]\d{1,5})*\s*(号院|号|弄)?(?!楼|层|栋|座|室)"
)
_CN_DOOR = re.compile(rf"({_CN}{{1,6}})号(?!楼)")
_LEAD = re.compile(r"^[\s,|:)(\-]+")
_BASEMENT = re.compile(
    rf"(?:负|地下|(?<![A-Z\d楼座栋号幢塔])-)\s*({_NUM})\s*(?:楼|层|F)|\bB(\d)\s*(?:楼|层|F)|(?<![A-Z\d])B(\d)(?=-|层)|地下室|地下层"
)
_FLOOR = re.compile(rf"第?({_NUM})\s*(?:楼层|楼|层|/F(?:LOOR)?|F(?:LOOR)?)(?![A-Z])")
_FLOORS = re.compile(rf"第?({_NUM})\s*(?:楼|层|F)?\s*[-至到,/及]\s*({_NUM})\s*(?:楼|层|F)")
_TOWER = re.compile(
    r"(?<![A-Z])(T\d{1,2})(?:号楼|座|栋|塔|楼|幢)?(?=[^\d]|$)"
    r"|(?<![A-Z])([A-Z]\d?)\s*(?:号楼|号|座|栋|塔楼|塔|楼|幢)"
    rf"|(?<![\d])(\d{{1,2}}|{_CN}{{1,3}})\s*(?:号楼|#楼|栋|幢|座|塔|号栋|#(?=[\s\-|]*(?:\d|第|[一二三四五六七八九十]|$)))"
    r"|([东西南北中前后])\s*(?:座|塔楼|塔|楼|栋|幢)"
    r"|([甲乙丙丁])\s*(?:座|塔|楼|栋|幢)"
    r"|(主楼|附楼|副楼|裙楼)"
)
_UNIT = re.compile(rf"(\d{{1,2}}|{_CN})单元(?=\D{{0,2}}\d)")
_LETTER = re.compile(r"^(T\d|[A-Z]|[东西南北甲乙丙丁])[-\s]*(?=\d{1,2}\s*-\s*\d|\d{3,5}|\d{1,2}\s*[楼层F])")
_PARTS = re.compile(r"(?<!\d)(\d{1,3})\s*-\s*(\d{1,4})\s*-\s*(\d{1,2})(?!\d)")
_PAIR = re.compile(r"(?<!\d)(\d{1,3})\s*-\s*(\d{1,5})(?!\d)")
_LONG = re.compile(r"(?<!\d)(\d{3,5})(?!\d)")
_AFTER = re.compile(
    rf"^[\s\-,()|#]*(?:房号|房间|室号|ROOM|RM\.?|NO\.?)?[\s\-]*(?:(\d{{1,5}})|({_CN}{{1,3}})(?=室|号|房))"
)
_SHORT = re.compile(r"(?<!\d)(\d{1,2})\s*(?:室|号房|房)")
_WHOLE = re.compile(r"^[\s(]*(?:整|全|半)")
_BETWEEN = re.compile(r"(?<=\d)(至|到)(?=\d)")


@dataclass(slots=True)
class Inside:
    """Tower, floor and room read so far."""

    tower: str = ""
    floor: int | None = None
    room: str = ""


class Wards:
    """The province, city, district, streets and villages that stand before a road, split off one by one."""

    def __init__(self, cities: frozenset[str], districts: frozenset[str], streets: frozenset[str]) -> None:
        """Take names without their last word: 武汉, 江汉, 北湖."""
        self.levels = (cities, districts, streets)
        tails = ("(?:省|市)?", "(?:区|县|市)?", "(?:街道办事处|街道办|街道|街|镇|乡)?")
        parts = []
        for names, tail in zip(self.levels, tails, strict=True):
            if names:
                parts.append("(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + ")" + tail)
        free = (
            r"中国(?:\([^()]{2,8}\))?|[\u4e00-\u9fff]{2,3}(?:省|自治区)|[\u4e00-\u9fff]{2,4}(?:街道办事处|街道办|街道)"
            r"|[\u4e00-\u9fff]{1,6}?(?:社区|居委会|村委会)"
        )
        self.known = re.compile("|".join([*parts, free]))
        self.wide = re.compile(r"[\u4e00-\u9fff]{2,3}?市|[\u4e00-\u9fff]{2,3}?[区县](?![\u4e00-\u9fff]{0,1}[路街])")
        self.roads = "路街道巷弄"

    def end(self, text: str) -> int:
        """The place where the wards end."""
        at = 0
        for _ in range(9):
            while text[at : at + 1] in (" ", ",", "-") and at < len(text):
                at += 1
            found = self.known.match(text, at) or self.wide.match(text, at)
            if not found or found.end() == at or self._is_road(text, found.end()):
                return at
            at = found.end()
        return at

    def _is_road(self, text: str, end: int) -> bool:
        """Whether what seems a ward is the beginning of a road: 武汉大道, 云泽街12号."""
        rest = text[end : end + 3]
        if rest[:1] in ("路", "巷", "弄") or rest[:2] == "大道":
            return True
        return text[end - 1] == "街" and bool(re.match(r"[第特附\s]*\d", rest))


class Reader:
    """Reads addresses against one directory."""

    def __init__(self, directory: Directory, wards: Wards) -> None:
        self.directory, self.wards = directory, wards

    def read(self, text: str, room: str = "") -> Address:
        """Read an address, or a building and a room in two columns."""
        line = _BETWEEN.sub("-", _REMARK.sub("", plain(text)))
        line = re.sub(r"(?<=[\u4e00-\u9fff()])\s+|\s+(?=[\u4e00-\u9fff()])", "", line.strip())
        if room:
            line += "|" + _BETWEEN.sub("-", _REMARK.sub("", plain(room))).strip()
        if not line:
            return NOWHERE
        road, door, after = self._door(line)
        place, rest = self._building(line, road, door, after)
        if place < 0:
            return self._outside(line, road, door, after)
        inside = read_inside(rest, self.directory.towers[place], self.directory.buildings[place].floors)
        tower = self.directory.towers[place].get(inside.tower, "") if inside.tower else ""
        return Address(place, tower, _shown(inside.floor), inside.room, road, door)

    def _door(self, line: str) -> tuple[str, str, int]:
        """Road, number, and the place after them; the road is a known one, or whatever stands before its number."""
        known = self.directory.roads_in(line)
        for road, end in known:
            found = _DOOR.match(line, end) or _CN_DOOR.match(line, end)
            if found:
                value = number(found.group(1))
                return road, "" if value is None else str(value), found.end()
        start = self.wards.end(line)
        found = _FREE_ROAD.match(line, start)
        if found:
            return found.group(1), found.group(2), found.end()
        return (known[-1][0], "", max(known[-1][1], start)) if known else ("", "", start)

    def _building(self, line: str, road: str, door: str, after: int) -> tuple[int, str]:
        """Position in the directory and what is left to read; -1 when it is none of the directory."""
        directory = self.directory
        doors = directory.doors.get((road, int(door)), []) if door else []
        named = [each for each in directory.named(line) if not self._is_elsewhere(each, road, door)]
        if named:
            best = max(named, key=lambda each: (bool(set(each[1]) & set(doors)), each[0].end - each[0].start))
            left = self._left(line, best[0].start, best[0].end, after if door else 0)
            place = self._one_of(best[1], doors, road, line, left)
            if place is not None:
                return place, left
        start = max(after, self.wards.end(line)) if not door else after
        guess = directory.guessed(line[start:])
        if guess and is_beside(line, start + guess[1]):
            return -1, ""
        if doors:
            if len(doors) == 1:
                return doors[0], line[after:]
            return (guess[0], line[start + guess[1] :]) if guess and guess[0] in doors else (-1, "")
        if guess is not None and not (door and not _same_road(plain(directory.buildings[guess[0]].road), road)):
            return guess[0], line[start + guess[1] :]
        stem = directory.stem(line[start:])
        if stem is not None and not door and not is_beside(line, start + stem[1]):
            return stem[0], line[start + stem[1] :]
        return -1, ""

    def _is_elsewhere(self, named: tuple[Found, list[int]], road: str, door: str) -> bool:
        """Whether a door on another road shows that the name, not the building's own, means a house elsewhere."""
        if not door or named[0].is_main:
            return False
        return all(not _same_road(plain(self.directory.buildings[place].road), road) for place in named[1])

    def _one_of(self, places: list[int], doors: list[int], road: str, line: str, left: str) -> int | None:
        """The building meant by a name that several bear: at the door, on the road, in the street, with the tower."""
        if len(places) == 1:
            return places[0]
        buildings, towers = self.directory.buildings, self.directory.towers
        for fits in (
            [p for p in places if p in doors],
            [p for p in places if road and plain(buildings[p].road) == road],
            [p for p in places if buildings[p].street and buildings[p].street in line],
            [p for p in places if read_inside(left, towers[p], buildings[p].floors).tower],
        ):
            if len(fits) == 1:
                return fits[0]
        return None

    def _left(self, line: str, start: int, end: int, after: int) -> str:
        """What follows name and door; where nothing with a digit follows, what stands between them."""
        cut = max(end, after)
        rest = line[cut:]
        if rest.startswith("("):  # the door once more, in brackets
            depth = [0]
            for char in rest:
                depth.append(depth[-1] + (char == "(") - (char == ")"))
            close = depth.index(0, 1) if 0 in depth[1:] else 0
            if _FREE_ROAD.match(rest, 1):
                rest = rest[close:]
        if not any(c.isdigit() for c in rest) and after and after < start:
            return line[after:start] + "|" + rest
        if not any(c.isdigit() for c in rest) and not after and any(c.isdigit() for c in line[:start]):
            return line[:start] + "|" + rest
        return rest

    def _outside(self, line: str, road: str, door: str, after: int) -> Address:
        rest = line[after:]
        inside = read_inside(rest, {}, 0)
        kept = re.sub(r"[\s,()|\-]", "", rest)
        return Address(-1, "", _shown(inside.floor), inside.room, road, door, kept)


_FREE_ROAD = re.compile(
    r"[\s,]*([\u4e00-\u9fff\d]{1,8}?(?:大道|大街|路|街|巷|弄|道|里|村|条))(?:\([^()]*\))?[\s,]*(?:第|特|附)?\s*(\d{1,5})(?:[-/]\d+)?\s*号?(?!楼|层|栋|座)"
)


def _same_road(one: str, other: str) -> bool:
    return not one or not other or OSA.distance(one, other, score_cutoff=1) <= 1


def _shown(floor: int | None) -> str:
    return "" if floor is None else str(floor)


def read_inside(text: str, towers: dict[str, str], floors: int) -> Inside:
    """Read tower, floor and room from what follows a building's name; `towers` by key, `floors` 0 where unknown."""
    told = Inside()
    rest = _LEAD.sub("", text)
    rest = _take_tower(rest, told, towers, floors)
    below = _BASEMENT.search(rest)
    if below and not _FLOORS.search(rest):
        digits = next((g for g in below.groups() if g), "1")
        told.floor = -(number(digits) or 1)
        return told
    _take_rooms(rest, told, towers, floors)
    return told


def _take_tower(rest: str, told: Inside, towers: dict[str, str], floors: int) -> str:
    found = _TOWER.search(rest)
    if found and not (
        found.group(3) and re.match(r"\s*[座#]", rest[found.end(3) :]) and found.group(3) not in towers and not towers
    ):
        key = tower_key(next(g for g in found.groups() if g))
        if key not in towers and key.startswith("T") and key[:-1] in towers:  # T12楼 in a house of T1 and T2
            told.tower = key[:-1]
            return key[-1] + rest[found.end(1) :]
        if key in towers or not towers or not (key.isdigit() and found.start() > 0):
            told.tower = key if key in towers else _near_key(key, towers)
            rest = rest[: found.start()] + "|" + rest[found.end() :]
            return re.sub(_UNIT, "|", _LEAD.sub("", rest))
    letter = _LETTER.match(rest)
    if letter and not re.match(r"B\d层" if letter.group(1) in towers else r"B\d(?:-|层|楼|F)|[东西南北甲乙丙丁]", rest):
        told.tower = letter.group(1) if letter.group(1) in towers else ""
        return rest[letter.end() :]
    return re.sub(_UNIT, "|", rest)


def _near_key(key: str, towers: dict[str, str]) -> str:
    """T2 for 2 and 2 for T2, where the directory spells it so."""
    for other in (f"T{key}", key.removeprefix("T")):
        if other in towers:
            return other
    return ""


def _take_rooms(rest: str, told: Inside, towers: dict[str, str], floors: int) -> None:
    several = _FLOORS.search(rest)
    if several and len(several.group(1)) <= 2:
        told.floor = number(several.group(1))
        return
    floor = _FLOOR.search(rest)
    if floor:
        told.floor = number(floor.group(1))
        _room_after(rest[: floor.start()], rest[floor.end() :], told, floors)
        return
    parts = _PARTS.search(rest)
    if parts:
        _by_parts(parts, told, towers)
        return
    pair = _PAIR.search(rest)
    if pair and _by_pair(pair, told, towers, floors):
        return
    long = _LONG.search(rest)
    if long:
        _set_room(told, long.group(1), floors)


def _room_after(before: str, after: str, told: Inside, floors: int) -> None:
    """The room that follows (or, rarely, stands before) a floor that is known."""
    if _WHOLE.match(after) or told.floor is None:
        return
    found = _AFTER.match(after) or _LONG.search(after) or _SHORT.search(after) or _LONG.search(before)
    if not found:
        return
    digits = found.group(1) or str(number(found.group(2)) or "")
    if not digits:
        return
    if len(digits) <= 2:
        told.room = f"{told.floor}{int(digits):02d}"
        return
    trimmed = digits.lstrip("0")
    own = str(told.floor)
    if trimmed.startswith(own) and len(trimmed) == len(own) + 2:
        told.room = trimmed
    elif len(digits) == 3 and digits.startswith("0"):
        told.room = f"{own}{digits[-2:]}"
    else:
        _set_room(told, digits, floors)


def _by_parts(found: re.Match[str], told: Inside, towers: dict[str, str]) -> None:
    """Tower, floor, room: 2-12-03; tower or unit and a room: 2-1-1203 does not come up."""
    first, second, third = found.groups()
    if len(second) <= 2:
        key = str(int(first))
        told.tower = told.tower or (key if key in towers else _near_key(key, towers))
        told.floor = int(second)
        told.room = f"{told.floor}{int(third):02d}"
    else:
        _set_room(told, second, 0)


def _by_pair(found: re.Match[str], told: Inside, towers: dict[str, str], floors: int) -> bool:
    """12-03 is floor and room; 2-1203 tower (or unit) and room; 1203-1205 and 1203-05 are several rooms."""
    first, second = found.groups()
    if len(first) == 3:  # 803-805
        _set_room(told, first, floors)
        return True
    if len(second) >= 3:
        trimmed = second.lstrip("0")
        if trimmed.startswith(str(int(first))) and len(trimmed) == len(str(int(first))) + 2 and not towers:
            told.floor = int(first)
            told.room = trimmed
            return True
        key = str(int(first))
        told.tower = told.tower or (key if key in towers else _near_key(key, towers))
        _set_room(told, second, floors)
        return True
    if floors and int(first) > floors + 2:
        return False
    told.floor = int(first)
    told.room = f"{told.floor}{int(second):02d}"
    return True


def _set_room(told: Inside, digits: str, floors: int) -> None:
    """A room by its number: the last two digits are the room, those before them the floor."""
    trimmed = digits.lstrip("0")
    if len(trimmed) < 3:
        return
    cut = 2
    if len(trimmed) == 5 and (int(trimmed[:-2]) > max(floors, 99)):
        cut = 3
    told.floor = int(trimmed[:-cut])
    told.room = f"{told.floor}{trimmed[-2:]}"
