"""Large numbers of cases for benchmarks: told and played in several processes, written by one."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections

from qifu.domain.appeals.models import Appeal
from qifu.entry.cli.sample.appeals import stories
from qifu.entry.cli.sample.story import Story
from qifu.entry.cli.seed import cases, firms, house, ledger
from qifu.entry.cli.seed.player import Player
from qifu.entry.cli.seed.stage import Stage, set_stage

STRETCH = 2000
DAYS = 730
_at_hand: dict[str, Any] = {}  # what a process inherits when it is forked


def load_cases(
    n: int,
    *,
    now: datetime,
    firm_count: int,
    seed: int = cases.SEED + 1,
    short: bool = True,
    workers: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> float:
    """Write `n` further cases of the last two years beside those there are; return cases a second.

    `short` lives are the bare loop from submission to rating; the district's people and enterprises must be there.
    """
    begun = time.monotonic()
    first = (now - timedelta(days=DAYS)).date()
    stage = set_stage(now, first)
    house.admit_owners(stage, firms.people_of(firm_count), now - timedelta(days=DAYS + 1))
    begin, done = ledger.next_pk(Appeal), 0
    told = stories(n, first, now, seed, firm_count=firm_count)
    for written in _written(told, stage, now, seed, begin, short, workers or os.cpu_count() or 1):
        cases.keep(written)
        done += written.count
        if done % (STRETCH * 10) == 0:
            say(f"  已写入 {done} 件，每秒 {done / (time.monotonic() - begun):.0f} 件")
    return n / (time.monotonic() - begun)


def _written(
    told: Iterator[Story], stage: Stage, now: datetime, seed: int, begin: int, short: bool, workers: int
) -> Iterator[cases.Written]:
    jobs = ((begin + k * STRETCH, part) for k, part in enumerate(cases.stretches(told, STRETCH)))
    _at_hand.update(stage=stage, now=now, seed=seed, short=short, vendor=connection.vendor)
    if workers == 1:
        yield from map(_play, jobs)
        return
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(_play, jobs)


def _play(job: tuple[int, list[Story]]) -> cases.Written:
    """Play one stretch; its cases are numbered from the first number on."""
    pk, part = job
    stage = _at_hand["stage"]
    player = Player(stage, _at_hand["now"], _at_hand["seed"], pk=pk, short=_at_hand["short"])
    part.sort(key=player.arrived)
    return cases.drawn_up(list(player.play(part)), stage)
