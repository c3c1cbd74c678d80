"""Two workers with clocks of their own, set ahead and back while they work: nobody is told twice, nothing is forgotten,
nothing comes before its time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from qifu.engines.calendar import SHANGHAI
from tests.faults.ground import SEED, TRIALS
from tests.faults.served import PATIENCE, Site

pytestmark = pytest.mark.faults

MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=SHANGHAI)
CASES = 8
STEPS = 12 * TRIALS  # of the clocks
LEAPS = (6, 12, 25, 45, 90, 4 * 60, 26 * 60, -10, -90)  # minutes
SKEW = 75  # seconds by which the second machine is behind


def test_each_level_of_each_clock_is_told_once(site: Site, tell: Callable[..., None]) -> None:
    draw, begun = random.Random(SEED), MONDAY
    opened = site.call("open", str(CASES), begun.isoformat(), module="tests.faults.clock_trial")
    machines = Machines(site, begun)
    for n in range(STEPS):
        machines.leap(timedelta(minutes=draw.choice(LEAPS)))
        if n == STEPS // 2:
            site.kill_worker()
            machines.start(0)
        if n % 4 == 0:  # on a slow machine too, something is told before its last level is reached
            _settled(site, machines.latest)
        time.sleep(draw.uniform(0.2, 0.8))
    latest = machines.leap(timedelta(days=9))
    found = _settled(site, latest)
    tell(clocks=opened["clocks"], days=(latest - begun).days, **found)
    assert all(worker.is_alive for worker in site.workers)
    assert (found["wrong"], found["broken"], found["waiting"]) == ([], "", 0)
    assert found["signals"] > CASES
    assert {"3", "4"} <= set(found["levels"]) <= {"1", "2", "3", "4"}  # a late worker tells the highest that is due
    assert found["lapsed"] > 0


class Machines:
    """Two workers, and the clocks that they read."""

    def __init__(self, site: Site, begun: datetime) -> None:
        self.site, self.offset = site, begun + timedelta(minutes=1) - datetime.now(SHANGHAI)
        self.latest = begun
        self.places = [site.folder / f"clock{n}" for n in range(2)]
        self.leap(timedelta())
        for n in range(2):
            self.start(n)

    def start(self, n: int) -> None:
        self.site.environment["QIFU_TRIAL_CLOCK"] = str(self.places[n])
        self.site.work("tests.faults.clock_worker", "--children=2")

    def leap(self, span: timedelta) -> datetime:
        """Set both clocks; return the latest moment that they have shown so far, or will within the next minute."""
        self.offset += span
        for n, place in enumerate(self.places):
            scratch = place.with_suffix(".new")
            scratch.write_text(str(self.offset.total_seconds() - n * SKEW))
            scratch.replace(place)
        self.latest = max(self.latest, datetime.now(SHANGHAI) + self.offset)
        return self.latest


def _settled(site: Site, latest: datetime) -> dict[str, object]:
    """What was told, once nothing due waits any more."""
    end = time.monotonic() + PATIENCE
    while True:
        found: dict[str, object] = site.call("told", latest.isoformat(), module="tests.faults.clock_trial")
        if found["waiting"] == 0 or time.monotonic() > end:
            return found
        time.sleep(0.5)
