"""Planes of bits over the ids of enterprises: bit n speaks of enterprise n. Kept as bytes, the lowest bit first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def packed(ids: Ids, mask: NDArray[np.bool_]) -> bytes:
    """The plane of those ids whose mask is set."""
    if not len(ids):
        return b""
    whole = np.zeros(int(ids[-1]) + 1, dtype=np.bool_)
    whole[ids] = mask
    return np.packbits(whole, bitorder="little").tobytes()


def ids_of(plane: bytes | memoryview) -> Ids:
    """The ids in a plane, ascending."""
    bits = np.frombuffer(bytes(plane), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little")).astype(np.int64)


def mask(plane: bytes | memoryview, ids: Ids) -> NDArray[np.bool_]:
    """Which of the ids, ascending, are in a plane."""
    bits = np.frombuffer(bytes(plane), dtype=np.uint8)
    whole = np.unpackbits(bits, bitorder="little").view(np.bool_)
    held = np.zeros(len(ids), dtype=np.bool_)
    inside = int(np.searchsorted(ids, len(whole)))
    held[:inside] = whole[ids[:inside]]
    return held


def holds(plane: bytes | memoryview, number: int) -> bool:
    """Whether an id is in a plane."""
    byte = bytes(plane[number >> 3 : (number >> 3) + 1])
    return bool(byte and byte[0] >> (number & 7) & 1)


def with_bit(plane: bytes | memoryview, number: int, is_set: bool) -> bytes:
    """The plane with one id put in or taken out."""
    found = bytearray(plane)
    if len(found) <= number >> 3:
        found.extend(bytes((number >> 3) + 1 - len(found)))
    bit = 1 << (number & 7)
    found[number >> 3] = found[number >> 3] | bit if is_set else found[number >> 3] & ~bit
    return bytes(found)


def without(plane: bytes | memoryview, numbers: Iterable[int]) -> bytes:
    """The plane with some ids taken out."""
    found = bytearray(plane)
    for number in numbers:
        if number >> 3 < len(found):
            found[number >> 3] &= ~(1 << (number & 7)) & 0xFF
    return bytes(found)


def joined(planes: Sequence[bytes | memoryview]) -> bytes:
    """The ids that are in any of the planes."""
    longest = max((len(plane) for plane in planes), default=0)
    whole = np.zeros(longest, dtype=np.uint8)
    for plane in planes:
        part = np.frombuffer(bytes(plane), dtype=np.uint8)
        whole[: len(part)] |= part
    return whole.tobytes()


def counted(plane: bytes | memoryview) -> int:
    """How many ids are in a plane."""
    return int(np.bitwise_count(np.frombuffer(bytes(plane), dtype=np.uint8)).sum(dtype=np.int64))
