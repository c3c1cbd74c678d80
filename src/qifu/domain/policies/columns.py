"""All enterprises as columns, kept some minutes for whoever composes a condition and wants its counts at once.

Reading 60,000 enterprises takes some seconds, trying a condition on them some thousandths of one. So the columns are kept by
each process, and packed in the cache that all processes share: whoever comes first reads them for all. Names and codes of
identity are left out unless a condition asks for them; then they are read anew and shared with nobody.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
import zlib
from collections.abc import Collection
from datetime import date

from django.core.cache import cache

from qifu.domain.policies.facts import HELD, IDENTITIES, City, city

log = logging.getLogger("qifu.policies")

KEPT = 300  # seconds in the cache, and as many in a process: what is shown is ten minutes old at most
MOST = 500_000  # enterprises whose columns are packed; more are read by each process
_LOCK = threading.Lock()


def kept(on: date, asked: Collection[str] = ()) -> City:
    """All enterprises as they were ten minutes ago at most; with names only where a condition asks for them."""
    is_named = any(name in IDENTITIES for name in asked)
    with _LOCK:  # who comes second waits for the first instead of reading as well
        found = HELD.get((on, is_named))
        if found is None or time.monotonic() - found[0] > KEPT:
            for stale in [key for key in HELD if key[0] != on or key[1] == is_named]:
                del HELD[stale]
            HELD[on, is_named] = found = (time.monotonic(), city(on) if is_named else _shared(on))
        return found[1]


def _shared(on: date) -> City:
    key = f"policies.columns.{on.isoformat()}"
    held = _unpacked(cache.get(key))
    if held is not None:
        return held
    read = city(on, without=IDENTITIES)
    if read.table.rows <= MOST:
        cache.set(key, zlib.compress(pickle.dumps(read, pickle.HIGHEST_PROTOCOL), 1), KEPT)
    return read


def _unpacked(packed: bytes | None) -> City | None:
    """What another process packed; None where it cannot be used, as what an earlier release left behind."""
    if packed is None:
        return None
    try:
        held = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed above, in a cache of our own
    except Exception:  # whatever it is, reading anew mends it
        log.warning("the packed columns could not be read", exc_info=True)
        return None
    return held if isinstance(held, City) else None
