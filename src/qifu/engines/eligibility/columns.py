"""A table of enterprises as the bulk engine reads it: one column a field, each in the narrowest exact form.

Numbers are held as whole multiples of a power of ten in 16 or 32 bits where that is exact, else as floats; flags as two
bit planes; words as places in a sorted dictionary. A cell that is unknown is marked, never zero or empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from .fields import Field

Floats = NDArray[np.float64]
Bits = NDArray[np.uint8]  # packed, lowest bit first
WHOLE = 64  # rows are counted in words of 64, so that every plane is a run of whole words
_SCALES = tuple(10**digits for digits in range(5))


def padded(rows: int) -> int:
    """Rows rounded up to whole words."""
    return -(-rows // WHOLE) * WHOLE


def pack(mask: NDArray[np.bool_]) -> Bits:
    """Pack a mask into bits, padded with zeros to whole words."""
    bits = np.zeros(padded(len(mask)) // 8, dtype=np.uint8)
    packed = np.packbits(mask, bitorder="little")
    bits[: len(packed)] = packed
    return bits


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers or days: `values / scale`; whole forms mark the unknown by their largest value, floats by NaN."""

    values: NDArray[np.int16] | NDArray[np.int32] | Floats
    scale: int  # 0: floats as they are
    unknown: Bits
    has_unknown: bool

    def floats(self, rows: slice) -> Floats:
        """The numbers themselves, unknown as NaN."""
        part = self.values[rows]
        if not self.scale:
            return part.astype(np.float64)
        mark = np.iinfo(np.int16 if part.dtype == np.int16 else np.int32).max
        return np.where(part == mark, np.nan, part / self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Booleans as two planes: known to be true, unknown."""

    true: Bits
    unknown: Bits
    has_unknown: bool


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Text, codes and choices: `codes` are 0 where unknown, else one more than the place in the sorted `words`."""

    codes: NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]
    words: tuple[str, ...]
    unknown: Bits
    has_unknown: bool


Column = Numbers | Flags | Words


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Enterprises as columns by field name; a field without a column is unknown throughout."""

    rows: int
    columns: Mapping[str, Column]


def numbers(values: Floats) -> Numbers:
    """Hold numbers (NaN unknown) in the narrowest form that is exact."""
    missing = np.isnan(values)
    for scale in _SCALES:
        scaled = np.rint(values * scale)
        if not np.array_equal(scaled / scale, values, equal_nan=True):
            continue
        size = float(np.max(np.abs(scaled), where=~missing, initial=0.0))
        for form in (np.int16, np.int32):
            if size < np.iinfo(form).max - 1:
                return _whole(scaled, missing, scale, form)
        break
    return Numbers(values, 0, pack(missing), bool(missing.any()))


def _whole(scaled: Floats, missing: NDArray[np.bool_], scale: int, form: type[np.int16] | type[np.int32]) -> Numbers:
    scaled[missing] = np.iinfo(form).max
    values = scaled.astype(np.int16) if form is np.int16 else scaled.astype(np.int32)
    return Numbers(values, scale, pack(missing), bool(missing.any()))


def flags(true: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> Flags:
    """Hold booleans; what is unknown is not true."""
    return Flags(pack(true & ~unknown), pack(unknown), bool(unknown.any()))


def words(codes: NDArray[np.integer], dictionary: Sequence[str]) -> Words:
    """Hold words by their places: -1 unknown, else the place in the dictionary, in any order and perhaps doubled."""
    order = sorted(set(dictionary))
    place = {word: number for number, word in enumerate(order, start=1)}
    table = np.array([*(place[word] for word in dictionary), 0], dtype=_narrow(len(order)))  # -1 is the last entry
    held = table[codes]
    unknown = held == 0
    return Words(held, tuple(order), pack(unknown), bool(unknown.any()))


def _narrow(size: int) -> type[np.uint8] | type[np.uint16] | type[np.uint32]:
    return np.uint8 if size < 1 << 8 else np.uint16 if size < 1 << 16 else np.uint32


def column(field: Field, values: Sequence[object]) -> Column:
    """Make a column from values as `values.read` gives them, None unknown."""
    missing = np.fromiter((value is None for value in values), dtype=np.bool_, count=len(values))
    if field.is_ordered:
        return numbers(np.array([np.nan if value is None else value for value in values], dtype=np.float64))
    if field.type == "boolean":
        return flags(np.fromiter((value is True for value in values), np.bool_, len(values)), missing)
    dictionary = list(dict.fromkeys(str(value) for value in values if value is not None))
    place = {word: number for number, word in enumerate(dictionary)}
    codes = np.array([-1 if value is None else place[str(value)] for value in values], dtype=np.int64)
    return words(codes, dictionary)


def months_until(on: date, registered: Floats) -> Floats:
    """Count full months from days of registration (ordinals, NaN unknown) to a day; NaN where that day lies before.

    Without a corresponding day a month is full on its last day (Civil Code, article 202).
    """
    known = ~np.isnan(registered)
    days = np.where(known, registered, 719163).astype(np.int64) - 719163  # ordinal of 1970-01-01
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    day = (days - months.astype("datetime64[D]").astype(np.int64)) + 1
    month = np.datetime64(f"{on:%Y-%m}", "M")
    is_last = bool(np.datetime64(on, "D") + 1 == (month + 1).astype("datetime64[D]"))
    short = np.zeros(len(day), np.bool_) if is_last else day > on.day
    full = (month - months).astype(np.int64) - short
    return np.where(known & (registered <= on.toordinal()), full, np.nan)
