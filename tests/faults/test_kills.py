"""Nothing acknowledged is lost, nothing happens twice, nothing is torn: web servers and workers die by kill -9 under load."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.faults.ground import SEED, TRIALS
from tests.faults.served import QIFU, Client, Site

pytestmark = pytest.mark.faults

OPERATIONS, KILLS = 250 * TRIALS, 6 * TRIALS  # at least
SECONDS = 120 + 90 * TRIALS  # at most
CLIENTS = 6
BETWEEN = (5, 50)  # acknowledged operations from one kill to the next


class Killer(threading.Thread):
    """Kills at random moments: mostly one process that answers requests, at times the worker, at times the whole server."""

    def __init__(self, site: Site, seed: int, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.site, self.draw, self.over = site, random.Random(seed), over
        self.kills = {"web": 0, "worker": 0, "server": 0}

    def run(self) -> None:
        while self._waited():
            what = self.draw.choices(["web", "worker", "server"], [5, 3, 2])[0]
            getattr(self, f"_{what}")()
            self.kills[what] += 1
            self.site.until_served()

    def _waited(self) -> bool:
        """Let some work be done, so that a slow machine gets on too; then strike at any moment of the next."""
        until = self.site.told.done + self.draw.randint(*BETWEEN)
        while self.site.told.done < until and not self.over.wait(0.01):
            pass
        return not self.over.wait(self.draw.uniform(0, 0.1))

    def _web(self) -> None:
        with suppress(ProcessLookupError, IndexError):
            os.kill(self.draw.choice(self.site.web_workers()), signal.SIGKILL)

    def _worker(self) -> None:
        self.site.kill_worker()
        self.site.work()

    def _server(self) -> None:
        self.site.kill_server()
        self.site.serve()


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(site: Site, tell: Callable[..., None]) -> None:
    site.serve()
    site.work()
    site.until_served()
    told, enough = site.told, threading.Event()
    killer = Killer(site, SEED, enough)
    clients = [Client(number, SEED, site, enough) for number in range(CLIENTS)]
    begun = time.monotonic()
    for thread in (killer, *clients):
        thread.start()
    while time.monotonic() - begun < SECONDS and (told.done < OPERATIONS or sum(killer.kills.values()) < KILLS):
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    enough.set()
    for thread in (killer, *clients):
        thread.join(120)
        assert not thread.is_alive()
    site.stop()
    verified = site.call("evidence", "verify", "--json", module=QIFU)
    found = site.audit()
    figures = {"operations": told.done, "seconds": round(seconds), "kills": killer.kills}
    tell(**figures, answers=told.answers, resent=told.resent, **found)
    assert told.strange == []
    assert found["wrong"] == []
    assert found["cases"] == len(told.steps)
    assert verified["ok"], verified
    assert found["evidence"]["ok"], found["evidence"]
    assert set(found["items"]) == {"done"}
    assert told.done >= OPERATIONS
    assert sum(killer.kills.values()) >= KILLS
