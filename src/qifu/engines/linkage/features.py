"""What is compared of each row, as columns of numbers: texts are kept once and stand for themselves by their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .addresses import Address
from .lexicon import Lexicon
from .names import Name, parse
from .text import plain, sounds

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
NONE = -1


class Texts:
    """Texts by number; the empty text has none."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self.number.setdefault(text, len(self.number)) if text else NONE

    def listed(self) -> list[str]:
        return list(self.number)


@dataclass(slots=True)
class Features:
    """One entry a row in each column; -1 where the row does not say."""

    trade: Integers
    industry: Integers
    core: Integers
    sound: Integers  # of the core
    form: Integers
    branch: Integers
    region: Integers
    former: Integers  # the core of the former name, numbered as the cores are
    building: Integers
    tower: Integers
    floor: Integers
    room: Integers  # building, tower, room; elsewhere road, door and what follows
    door: Integers  # road and door outside the directory
    code: Integers
    code_is_sure: NDArray[np.bool_]  # typed right, not repaired
    wrong: Integers
    phone: Integers
    person: Integers
    written: Integers  # the whole name without region, brackets and spaces
    names: list[str]
    trades: list[str]
    industries: list[str]
    cores: list[str]
    forms: list[str]
    branches: list[str]
    known_labels: NDArray[np.bool_]  # by number of the branch: called by a place that is known
    regions: list[str]
    floors: list[str]
    core_trade: Integers  # by number of the core
    core_industry: Integers

    def __len__(self) -> int:
        return len(self.core)


def build(
    names: Sequence[Name],
    formers: Sequence[str],
    addresses: Sequence[Address],
    codes: tuple[Sequence[str], Sequence[str], Sequence[str]],
    phones: Sequence[str],
    persons: Sequence[str],
    lexicon: Lexicon,
) -> Features:
    """Make the columns; `codes` are those typed right, those typed wrong, and the right ones with repairs."""
    trades, industries, cores, heard = Texts(), Texts(), Texts(), Texts()
    forms, branches, regions, floors = Texts(), Texts(), Texts(), Texts()
    rooms, doors, towers, numbers, wrongs, calls, people, whole = (Texts() for _ in range(8))
    sure, wrong, all_codes = codes

    def column(values: Iterable[int]) -> Integers:
        return np.fromiter(values, dtype=np.int64, count=len(names))

    core = column(cores(name.trade + name.industry) for name in names)
    former = column(_former_core(name, text, cores, lexicon) for name, text in zip(names, formers, strict=True))
    listed = cores.listed()
    sound_of = np.array([heard(sounds(text)) for text in listed] or [0], dtype=np.int64)
    split = _core_parts(names, cores, trades, industries)
    return Features(
        trade=column(trades(name.trade) for name in names),
        industry=column(industries(name.industry) for name in names),
        core=core,
        sound=np.where(core >= 0, sound_of[core], NONE),
        form=column(forms(name.form) for name in names),
        branch=column(branches(name.branch) for name in names),
        region=column(regions(name.region) for name in names),
        former=former,
        building=column(address.place for address in addresses),
        tower=column(towers(address.tower) for address in addresses),
        floor=column(floors(address.floor) for address in addresses),
        room=column(rooms(_room_key(address)) for address in addresses),
        door=column(doors(_door_key(address)) for address in addresses),
        code=column(map(numbers, all_codes)),
        code_is_sure=np.array([bool(code) for code in sure], dtype=bool),
        wrong=column(map(wrongs, wrong)),
        phone=column(calls(_digits(phone)) for phone in phones),
        person=column(people(plain(person).replace(" ", "") if len(person) > 1 else "") for person in persons),
        written=column(whole(_bare(name)) for name in names),
        names=whole.listed(),
        trades=trades.listed(),
        industries=industries.listed(),
        cores=listed,
        forms=forms.listed(),
        branches=branches.listed(),
        known_labels=np.array(
            [lexicon.is_place(tag.partition(":")[2]) for tag in branches.number] or [False], dtype=bool
        ),
        regions=regions.listed(),
        floors=floors.listed(),
        core_trade=split[0],
        core_industry=split[1],
    )


def _bare(name: Name) -> str:
    """A name from its trade name on, without brackets, for comparing letter by letter."""
    text = name.written.translate(_BRACKETS)
    place = text.find(name.trade) if name.trade else -1
    return text[max(place, 0) :]


_BRACKETS = {ord("("): None, ord(")"): None}


def _former_core(name: Name, told: str, cores: Callable[[str], int], lexicon: Lexicon) -> int:
    text = told or name.former
    if len(text) < 4:
        return NONE
    old = parse(text, lexicon)
    return cores(old.trade + old.industry)


def _core_parts(names: Iterable[Name], cores: Texts, trades: Texts, industries: Texts) -> tuple[Integers, Integers]:
    trade = np.full(len(cores.number) or 1, NONE, dtype=np.int64)
    industry = trade.copy()
    for name in names:
        place = cores.number.get(name.trade + name.industry)
        if place is not None:
            trade[place], industry[place] = trades(name.trade), industries(name.industry)
    return trade, industry


def _room_key(address: Address) -> str:
    if address.place >= 0:
        return f"{address.place}/{address.room}" if address.room else ""
    if address.road and address.door and address.rest:
        return f"{address.road}{address.door}/{address.room or address.rest}"
    return ""


def _door_key(address: Address) -> str:
    return f"{address.road}{address.door}" if address.place < 0 and address.road and address.door else ""


def _digits(phone: str) -> str:
    digits = "".join(c for c in plain(phone) if c.isdigit())
    digits = digits.removeprefix("86") if len(digits) == 13 else digits
    return digits if 7 <= len(digits) <= 12 and len(set(digits)) > 2 else ""
