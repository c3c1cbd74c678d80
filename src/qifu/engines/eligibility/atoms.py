"""Questions put to whole columns: how each kind of atom fills its two planes for a chunk of rows.

Questions to one column are put together while its values are in the cache. Words are looked up eight questions at a time: a
table by word holds one bit for each of the eight.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .columns import WHOLE, Column, Flags, Numbers, Table, Words
from .conditions import Literal
from .fields import Field
from .programs import Atom

Planes = NDArray[np.uint64]
Masks = NDArray[np.bool_]
COMPARE: Mapping[str, np.ufunc] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ALL = ~np.uint64(0)


class Asking(Protocol):
    """Some atoms, asked together."""

    def ask(self, rows: slice, planes: Planes) -> None:
        """Fill the yes and the possible half of their rows."""


class Desk:
    """Scratch space of one worker, reused from question to question."""

    def __init__(self, chunk: int) -> None:
        self.half = chunk // WHOLE
        self.bools = np.zeros(chunk, dtype=np.bool_)
        self.bytes = np.zeros(chunk, dtype=np.uint8)
        self.picked = np.zeros(chunk, dtype=np.uint8)

    def put(self, mask: Masks | NDArray[np.uint8], row: Planes) -> None:
        """Pack a mask (anything but zero is set) into the yes half."""
        packed = np.packbits(mask, bitorder="little")
        row.view(np.uint8)[: len(packed)] = packed

    def spread(self, rows: slice, row: Planes, columns: Sequence[Column]) -> None:
        """Make the possible half: what is yes, or unknown in a column."""
        half, first, last = self.half, rows.start // WHOLE, -(-rows.stop // WHOLE)
        held = [each.unknown.view(np.uint64)[first:last] for each in columns if each.has_unknown]
        if not held:
            row[half:] = row[:half]
            return
        wide = last - first
        np.bitwise_or(row[:wide], held[0], out=row[half : half + wide])
        for unknown in held[1:]:
            row[half : half + wide] |= unknown


def askings(table: Table, atoms: Sequence[Atom], desk: Desk) -> list[Asking]:
    """Group atoms by the column they ask; `planes` will have a row for each atom, in this order."""
    by_field: dict[Field, list[tuple[int, Atom]]] = {}
    found: list[Asking] = []
    for number, atom in enumerate(atoms):
        if any(field.name not in table.columns for field in atom.fields):
            found.append(AskNothing(number, desk))
        elif atom.kind == "mixed":
            found.append(AskMixed(number, atom, [table.columns[field.name] for field in atom.fields], desk))
        else:
            by_field.setdefault(atom.field, []).append((number, atom))
    for field, asked in by_field.items():
        found.extend(_of_column(table.columns[field.name], asked, desk))
    return found


def _of_column(column: Column, asked: Sequence[tuple[int, Atom]], desk: Desk) -> Iterator[Asking]:
    if isinstance(column, Numbers):
        yield AskNumbers(column, asked, desk)
    elif isinstance(column, Flags):
        yield AskFlags(column, asked, desk)
    else:
        ranges = [(number, _ranges(column.words, atom)) for number, atom in asked]
        yield AskRange(column, [(number, found[0]) for number, found in ranges if len(found) == 1], desk)
        several = [each for each in ranges if len(each[1]) != 1]
        for start in range(0, len(several), 8):
            yield AskWords(column, several[start : start + 8], desk)


class AskNothing:
    """A field without a column: unknown throughout."""

    def __init__(self, number: int, desk: Desk) -> None:
        self._number, self._half = number, desk.half

    def ask(self, rows: slice, planes: Planes) -> None:
        planes[self._number, : self._half] = 0
        planes[self._number, self._half :] = _ALL


class AskFlags:
    """Whether a flag is set; its planes stand ready."""

    def __init__(self, column: Flags, asked: Sequence[tuple[int, Atom]], desk: Desk) -> None:
        self._column, self._asked, self._desk = column, asked, desk

    def ask(self, rows: slice, planes: Planes) -> None:
        first, last = rows.start // WHOLE, -(-rows.stop // WHOLE)
        for number, atom in self._asked:
            row = planes[number]
            if atom.kind == "is":
                row[: last - first] = self._column.true.view(np.uint64)[first:last]
            elif atom.values:  # one of true and false: whoever is known
                np.invert(self._column.unknown.view(np.uint64)[first:last], out=row[: last - first])
            else:
                row[: self._desk.half] = 0
            self._desk.spread(rows, row, [self._column])


class AskNumbers:
    """Comparisons of numbers and days with bounds."""

    def __init__(self, column: Numbers, asked: Sequence[tuple[int, Atom]], desk: Desk) -> None:
        self._column, self._desk = column, desk
        self._asked = [(number, *_bound(column, atom)) for number, atom in asked]

    def ask(self, rows: slice, planes: Planes) -> None:
        values, desk, columns = self._column.values[rows], self._desk, [self._column]
        mask = desk.bools[: len(values)]
        for number, compare, bound in self._asked:
            row = planes[number]
            compare(values, bound, out=mask)
            desk.put(mask, row)
            desk.spread(rows, row, columns)


def _bound(column: Numbers, atom: Atom) -> tuple[np.ufunc, Any]:
    """How to ask a column: whole forms ask `n < bound` or `n == bound`; what marks the unknown always says no."""
    if not column.scale:
        return COMPARE.get(atom.kind, np.equal), np.float64(atom.value if atom.values else np.nan)
    form = np.int16 if column.values.dtype == np.int16 else np.int32
    least, mark = int(np.iinfo(form).min), int(np.iinfo(form).max)
    never = np.equal, form(least)  # no value is the least of its form
    if not atom.values:  # an empty list
        return never
    exact = Decimal(repr(atom.value)) * column.scale
    if atom.kind == "==":
        whole = exact == exact.to_integral_value() and least < exact < mark
        return (np.equal, form(int(exact))) if whole else never
    bound = math.ceil(exact) if atom.kind == "<" else math.floor(exact) + 1
    return np.less, form(min(max(bound, least), mark))


Range = tuple[int, int]  # places of the sorted dictionary: from, and up to but not with


def _ranges(words: Sequence[str], atom: Atom) -> list[Range]:
    """The places of the words that an atom says yes to, as runs of the sorted dictionary."""
    found: list[Range] = []
    for value in sorted(str(each) for each in atom.values):
        begin = bisect_left(words, value)
        if atom.kind == "prefix":
            length = len(value)
            end = bisect_right(words, value, lo=begin, key=lambda word: word[:length])
        else:
            end = begin + (words[begin : begin + 1] == (value,))
        if end > begin:
            found.append((begin, end))
    return _joined(found)


def _joined(ranges: Sequence[Range]) -> list[Range]:
    joined: list[Range] = []
    for begin, end in ranges:
        if joined and joined[-1][1] == begin:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


class AskRange:
    """Words that stand together in the dictionary: one comparison of their places."""

    def __init__(self, column: Words, asked: Sequence[tuple[int, Range]], desk: Desk) -> None:
        self._column, self._desk = column, desk
        form = column.codes.dtype.type
        self._shifted = np.zeros(desk.half * WHOLE if asked else 0, dtype=form)
        self._asked = [(number, form(begin + 1), form(end - begin)) for number, (begin, end) in asked]

    def ask(self, rows: slice, planes: Planes) -> None:
        codes, desk, columns = self._column.codes[rows], self._desk, [self._column]
        mask = desk.bools[: len(codes)]
        for number, begin, wide in self._asked:
            if wide == 1:
                np.equal(codes, begin, out=mask)
            else:
                shifted = self._shifted[: len(codes)]
                np.subtract(codes, begin, out=shifted)  # what lies before wraps round to a large number
                np.less(shifted, wide, out=mask)
            row = planes[number]
            desk.put(mask, row)
            desk.spread(rows, row, columns)


class AskWords:
    """Up to eight questions about scattered words: one look-up, a bit for each."""

    def __init__(self, column: Words, asked: Sequence[tuple[int, Sequence[Range]]], desk: Desk) -> None:
        self._column, self._desk = column, desk
        self._asked = [(number, np.uint8(1 << bit)) for bit, (number, _) in enumerate(asked)]
        self._bits = np.zeros(len(column.words) + 1, dtype=np.uint8)  # place 0 is the unknown
        for bit, (_, ranges) in enumerate(asked):
            for begin, end in ranges:
                self._bits[begin + 1 : end + 1] |= np.uint8(1 << bit)

    def ask(self, rows: slice, planes: Planes) -> None:
        codes, desk, columns = self._column.codes[rows], self._desk, [self._column]
        bits, picked = desk.bytes[: len(codes)], desk.picked[: len(codes)]
        np.take(self._bits, codes, out=bits, mode="clip")
        for number, bit in self._asked:
            np.bitwise_and(bits, bit, out=picked)
            row = planes[number]
            desk.put(picked, row)
            desk.spread(rows, row, columns)


class AskMixed:
    """A comparison of fields with each other, or one that fits no other form; unknown if any field is."""

    def __init__(self, number: int, atom: Atom, columns: Sequence[Column], desk: Desk) -> None:
        self._number, self._atom, self._columns, self._desk = number, atom, columns, desk
        self._by_field = dict(zip(atom.fields, columns, strict=True))

    def ask(self, rows: slice, planes: Planes) -> None:
        given = [self._operand(each, rows) for each in self._atom.operands]
        compare = COMPARE[self._atom.operator]
        mask = np.ones(rows.stop - rows.start, dtype=np.bool_)
        for one, other in itertools.pairwise(given):
            mask &= compare(one, other).astype(np.bool_)
        known = ~np.unpackbits(self._unknown(rows), count=len(mask), bitorder="little").view(np.bool_)
        row = planes[self._number]
        self._desk.put(mask & known, row)
        self._desk.spread(rows, row, self._columns)

    def _unknown(self, rows: slice) -> NDArray[np.uint8]:
        first, last = rows.start // 8, -(-rows.stop // WHOLE) * (WHOLE // 8)
        found = self._columns[0].unknown[first:last].copy()
        for column in self._columns[1:]:
            found |= column.unknown[first:last]
        return found

    def _operand(self, operand: Field | Literal, rows: slice) -> Any:
        if not isinstance(operand, Field):
            return operand
        column = self._by_field[operand]
        if isinstance(column, Numbers):
            return column.floats(rows)
        if isinstance(column, Flags):
            first, last = rows.start // 8, -(-rows.stop // WHOLE) * (WHOLE // 8)
            return np.unpackbits(column.true[first:last], count=rows.stop - rows.start, bitorder="little")
        return np.array(["", *column.words], dtype=object)[column.codes[rows]]
