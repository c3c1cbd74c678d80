"""Streams of pseudo-random numbers, one a column, so that a longer sample begins with the shorter one."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SEED = 20261
"""The one seed of the sample district."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one named column."""
    return np.random.default_rng([seed, crc32(name.encode())])


def weighted(seed: int, name: str, size: int, weights: list[float]) -> Integers:
    """Draw `size` positions of `weights` in proportion to them."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = stream(seed, name).random(size) * edges[-1]
    found: Integers = np.searchsorted(edges, drawn, side="right").astype(np.int64)
    return found
