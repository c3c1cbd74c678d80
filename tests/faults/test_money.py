"""Money under races and kills: a line is never overdrawn and no reservation is lost; a killed batch leaves every yuan accounted for."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.ground import SEED, Ground
from tests.faults.programs import Program, call

pytestmark = pytest.mark.faults
MODULE = "tests.faults.money_trial"
WRITERS, EACH, ENOUGH_FOR = 8, 125, 640  # a thousand ask, the line reaches for so many
ORDERS, FAILED, KILLS = 5_000, 100, 3


class Till:
    """A line of the budget in a database of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def ask(self, *arguments: str) -> Any:
        return call(MODULE, *arguments, environment=self.environment, folder=self.folder)

    def start(self, name: str, *arguments: str) -> Program:
        out = self.folder / f"{name}.json"
        return Program(MODULE, *arguments, environment=self.environment, out=out, log=self.folder / f"{name}.log")


@pytest.fixture
def till(ground: Ground, tmp_path: Path) -> Iterator[Till]:
    with ground.copy() as environment:
        yield Till(tmp_path, environment)


def test_a_thousand_reservations_at_once_never_overdraw_the_line(till: Till, tell: Callable[..., None]) -> None:
    till.ask("line", f"{ENOUGH_FOR}.50")
    begun = time.monotonic()
    writers = [till.start(f"w{n}", "reserve", str(n + 1), str(EACH)) for n in range(WRITERS)]
    assert [one.wait() for one in writers] == [0] * WRITERS
    answers = [json.loads((till.folder / f"w{n}.json").read_text()) for n in range(WRITERS)]
    tell(seconds=round(time.monotonic() - begun, 1), answers=answers)
    found = till.ask("audit")
    assert sum(one["held"] for one in answers) == ENOUGH_FOR
    assert sum(one["refused"] for one in answers) == WRITERS * EACH - ENOUGH_FOR
    assert found["line"] == found["ledger"] == [f"{ENOUGH_FOR}.00", "0.00"]
    assert found["reservations"] == ENOUGH_FOR


def test_a_batch_that_is_killed_leaves_every_yuan_accounted_for(till: Till, tell: Callable[..., None]) -> None:
    till.ask("line", f"{ORDERS}.00")
    till.ask("orders", str(ORDERS))
    draw, seen = random.Random(SEED), []
    for n in range(KILLS):
        settling, before = till.start(f"s{n}", "settle"), till.ask("audit")["done"]
        time.sleep(draw.uniform(0.3, 1.2))
        settling.kill()
        found = till.ask("audit")
        seen.append(found["done"])
        assert found["done"] >= before
        accounted(found)
    assert till.ask("settle")["done"] == ORDERS
    found = till.ask("audit")
    tell(kills=KILLS, worked_off=seen, orders=found["orders"])
    accounted(found)
    assert found["orders"] == {"paid": ORDERS - FAILED, "failed": FAILED}
    assert found["is_ended"]
    assert till.ask("settle")["done"] == ORDERS  # once more changes nothing
    assert till.ask("audit") == found


def accounted(found: dict[str, Any]) -> None:
    """Line, ledger and orders say the same; what is not paid is still held."""
    paid = found["orders"].get("paid", 0)
    assert found["line"] == found["ledger"] == [f"{ORDERS - paid}.00", f"{paid}.00"]
    assert sum(found["orders"].values()) == ORDERS
