"""Rows behind a frozen figure as few bytes: keys, eight bytes of digest each, and which of them counted above."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIZE = 8  # bytes of a row's digest


@dataclass(frozen=True, slots=True)
class Packed:
    """The rows of a frozen figure, by ascending key."""

    keys: Sequence[int]
    digests: bytes  # SIZE bytes a row
    met: bytes  # one byte a row: whether it counted above

    def digest(self, place: int) -> bytes:
        return self.digests[place * SIZE : (place + 1) * SIZE]


def pack(rows: Iterable[tuple[int, bytes, bool]]) -> tuple[bytes, int]:
    """Pack rows that come by ascending key; the bytes, and how many rows."""
    steps, digests, met, last = array("q"), bytearray(), bytearray(), 0
    for key, digest, is_met in rows:
        steps.append(key - last)  # neighbours differ by little: that is what compresses
        last = key
        digests += digest
        met.append(is_met)
    if sys.byteorder == "big":
        steps.byteswap()
    head = len(steps).to_bytes(8, "little")
    return head + zlib.compress(steps.tobytes() + bytes(met), 6) + bytes(digests), len(steps)


def unpack(packed: bytes) -> Packed:
    """The rows again."""
    count = int.from_bytes(packed[:8], "little")
    end = len(packed) - count * SIZE
    plain = zlib.decompress(packed[8:end])
    steps = array("q")
    steps.frombytes(plain[: count * 8])
    if sys.byteorder == "big":
        steps.byteswap()
    keys, key = array("q"), 0
    for step in steps:
        key += step
        keys.append(key)
    return Packed(keys, packed[end:], plain[count * 8 :])
