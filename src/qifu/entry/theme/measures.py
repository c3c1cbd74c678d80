"""What requests cost: counts by view and status, and how long each kind of page took, across the processes of this machine.

A process counts in memory and leaves what it has counted in QIFU_HOME/metrics every few seconds, so that whichever process is asked can
add up all of them. Nothing of it names a person or a case.
"""

from __future__ import annotations

import json
import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FLUSH = 5.0  # seconds
FORGOTTEN = 86_400  # seconds after which the count of a process that has ended is dropped


@dataclass(slots=True)
class Span:
    """How long the requests of one pattern took: a count for each bound and one beyond, and the sum in seconds."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def quantile(self, share: float) -> float:
        """The time that this share of requests did not exceed, by the straight line within its bound; 0 when there are none."""
        wanted, passed, low = share * self.count, 0, 0.0
        for n, high in zip(self.buckets, BOUNDS, strict=False):
            if n and passed + n >= wanted:
                return low + (high - low) * (wanted - passed) / n
            passed, low = passed + n, high
        return BOUNDS[-1] if self.count else 0.0

    def add(self, buckets: list[int], total: float) -> None:
        self.buckets = [a + b for a, b in zip(self.buckets, buckets, strict=True)]
        self.total += total


@dataclass(slots=True)
class Counted:
    """What was counted since when."""

    since: float
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # view, status
    spans: dict[str, Span] = field(default_factory=dict)  # by pattern

    def as_text(self) -> str:
        answers = [[view, status, n] for (view, status), n in self.answers.items()]
        spans = {route: [span.buckets, round(span.total, 6)] for route, span in self.spans.items()}
        return json.dumps({"since": self.since, "answers": answers, "spans": spans})

    def take_in(self, text: str) -> None:
        """Add what another process has left; what cannot be read is left out."""
        with suppress(ValueError, KeyError, TypeError):
            value = json.loads(text)
            for view, status, n in value["answers"]:
                self.answers[view, status] += n
            for route, (buckets, total) in value["spans"].items():
                self.spans.setdefault(route, Span()).add(buckets, total)
            self.since = min(self.since, value["since"])


class Measures:
    """The counts of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.here = Counted(time.time())
        self.flushed = 0.0

    def count(self, view: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        place = bisect_left(BOUNDS, seconds)
        with self.lock:
            self.here.answers[view, status] += 1
            span = self.here.spans.get(route)
            if span is None:
                span = self.here.spans[route] = Span()
            span.buckets[place] += 1
            span.total += seconds
            at = time.monotonic()
            if at - self.flushed < FLUSH:
                return
            is_first, self.flushed = not self.flushed, at
            text = self.here.as_text()
        _leave(text, is_first)

    def forget(self) -> None:
        """Begin anew."""
        with self.lock:
            self.here, self.flushed = Counted(time.time()), 0.0

    def everywhere(self) -> Counted:
        """All processes of this machine together."""
        with self.lock:
            own = self.here.as_text()
            whole = Counted(self.here.since)
        whole.take_in(own)
        for place in _folder().glob("*.json"):
            if place.stem != str(os.getpid()):
                with suppress(OSError):
                    whole.take_in(place.read_text())
        return whole


HERE = Measures()


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.HOME) / "metrics"


def _leave(text: str, is_first: bool) -> None:
    """Write this process's counts; a full disk must not cost an answer."""
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for old in list(_ended(folder)) if is_first else ():
            old.unlink(missing_ok=True)
        scratch = folder / f"{os.getpid()}.new"
        scratch.write_text(text)
        scratch.replace(folder / f"{os.getpid()}.json")


def _ended(folder: Path) -> Iterator[Path]:
    """What processes left that ended long ago."""
    for place in folder.glob("*.json"):
        if time.time() - place.stat().st_mtime > FORGOTTEN:
            yield place
