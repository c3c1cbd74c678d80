"""Which rows are compared at all: those that share a key which rows of one firm nearly always share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .features import NONE, Features, Integers

Pairs = tuple[Integers, Integers]


def within(key: Integers, rows: Integers | None = None, most: int = 50) -> Integers:
    """All pairs of rows with the same key, as first × 2³² + second, some twice; keys of more than `most` rows are left out."""
    rows = np.arange(len(key), dtype=np.int64) if rows is None else rows
    held = key >= 0
    key, rows = key[held], rows[held]
    order = np.lexsort((rows, key))
    key, rows = key[order], rows[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(key)])
    few = np.repeat((sizes > 1) & (sizes <= most), sizes)
    key, rows = key[few], rows[few]
    found = []
    for step in range(1, most):
        same = key[step:] == key[:-step] if step < len(key) else np.zeros(0, bool)
        if not same.any():
            break
        one, other = rows[:-step][same], rows[step:][same]
        differ = one != other
        found.append(np.minimum(one, other)[differ] << 32 | np.maximum(one, other)[differ])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def joined(*columns: Integers) -> Integers:
    """One key of several columns; none where one of them says nothing."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    held = np.ones(len(columns[0]), dtype=bool)
    for column in columns:
        held &= column >= 0
        key = key * (int(column.max(initial=0)) + 2) + column
    return np.where(held, key, NONE)


def large(key: Integers, most: int) -> Integers:
    """The key where more than `most` rows hold it, else none."""
    held = key[key >= 0]
    counts = np.bincount(held) if len(held) else np.zeros(1, np.int64)
    return np.where((key >= 0) & (counts[np.maximum(key, 0)] > most), key, NONE)


def candidates(rows: Features) -> Integers:
    """Every pair worth comparing, once, as first × 2³² + second."""
    if not len(rows):
        return np.zeros(0, dtype=np.int64)
    place = np.where(rows.building >= 0, rows.building, np.where(rows.door >= 0, rows.door + 10_000_000, NONE))
    everyone = np.arange(len(rows), dtype=np.int64)
    both = np.concatenate([everyone, everyone])
    found = [
        within(rows.code, most=40),
        within(np.concatenate([rows.core, rows.former]), both, most=40),
        within(joined(large(rows.core, 40), place), most=40),
        within(rows.sound, most=30),
        within(rows.trade, most=24),
        within(joined(large(rows.trade, 24), place), most=40),
        within(joined(rows.trade, rows.person), most=30),
        within(rows.phone, most=12),
        within(joined(rows.person, place), most=12),
        _slips(rows, place),
        _in_room(rows),
        _beginnings(rows, place),
    ]
    return once(np.concatenate(found))


def once(pairs: Integers) -> Integers:
    """Each pair once, in order. Sorting is faster here than looking each up."""
    ordered = np.sort(pairs)
    kept: Integers = ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered
    return kept


def _expanded(keys: Iterable[list[str]], core: Integers, most: int, beside: Integers | None = None) -> Integers:
    """Pairs of rows whose cores share one of the keys given for each core, and the column beside where there is one."""
    numbers: dict[str, int] = {}
    flat, of = [], []
    for place, group in enumerate(keys):
        for text in group:
            flat.append(numbers.setdefault(text, len(numbers)))
            of.append(place)
    held = np.flatnonzero(core >= 0)
    order = held[np.argsort(core[held], kind="stable")]
    counts = np.bincount(core[held], minlength=max(of, default=0) + 1)
    starts = np.r_[0, np.cumsum(counts)]
    flat_keys, owners = np.array(flat, dtype=np.int64), np.array(of, dtype=np.int64)
    repeats = counts[owners] if len(owners) else np.zeros(0, np.int64)
    key = np.repeat(flat_keys, repeats)
    first = np.repeat(starts[owners] if len(owners) else owners, repeats)
    inner = np.arange(len(key)) - np.repeat(np.r_[0, np.cumsum(repeats)[:-1]] if len(repeats) else repeats, repeats)
    rows = order[first + inner]
    if beside is not None:
        key = joined(key, beside[rows])
    return within(key, rows, most)


def _slips(rows: Features, place: Integers) -> Integers:
    """Names one slip of the pen apart share what is left when the right character is taken out."""
    far = _expanded([_left_out(core) if len(core) > 5 else [] for core in rows.cores], rows.core, 30)
    near = _expanded([_left_out(core) for core in rows.cores], rows.core, 40, place)
    codes = _expanded([_left_out(core) if len(core) <= 5 else [] for core in rows.cores], rows.core, 12)
    return np.concatenate([far, near, codes])


def _left_out(core: str) -> list[str]:
    core = core[:12]
    if len(core) < 3:
        return [core]
    return [core, *dict.fromkeys(core[:i] + core[i + 1 :] for i in range(len(core)))]


def _in_room(rows: Features) -> Integers:
    """Rows of one room whose names share a character of the trade name."""
    letters = [list(dict.fromkeys(core[:4])) for core in rows.cores]
    return _expanded(letters, rows.core, 12, rows.room)


def _beginnings(rows: Features, place: Integers) -> Integers:
    """Names that begin alike: anywhere with three characters, in one building with two."""
    three = _expanded([[core[:3]] if len(core) >= 3 else [] for core in rows.cores], rows.core, 20)
    two = _expanded([[core[:2]] if len(core) >= 2 else [] for core in rows.cores], rows.core, 30, place)
    return np.concatenate([three, two])
