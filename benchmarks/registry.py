"""What the registry costs when a city keeps it: lists, searches, filters with counts, exports, nightly work, at two sizes ten times apart.

    BENCH_DATABASE_URL=postgres://… uv run benchmarks/registry.py [--sizes 200000,2000000] [--rounds 12] [--keep]

Each size has a PostgreSQL database of its own (`qifu_registry_<size>`), filled in bulk with invented enterprises; `--keep` leaves
it for the next run. A page is asked for as a dispatcher asks, through the whole application in this process. Growth is the cost at
the largest size against that at the smallest: what is bounded stays near 1, what walks the whole table nears 10.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import registry_city

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
PAGES = {
    "list": "/desk/enterprises/",
    "list by name": "/desk/enterprises/?sort=name",
    "a piece of a name": "/desk/enterprises/?q=咨询",
    "a rare piece": "/desk/enterprises/?q={rare}",
    "initials": "/desk/enterprises/?q={letters}",
    "credit code": "/desk/enterprises/?q={code}",
    "one street": "/desk/enterprises/?street={street}",
    "three filters": "/desk/enterprises/?street={street}&section=I&size=small",
    "a mark": "/desk/enterprises/?mark=high_tech",
    "counts of all": "/desk/enterprises/facets/",
    "counts of one street": "/desk/enterprises/facets/?street={street}",
    "counts of a search": "/desk/enterprises/facets/?q=咨询",
    "while typing": "/desk/enterprises/suggest/?q={rare}",
    "one enterprise": "/desk/enterprises/{number}/",
    "one enterprise's file": "/desk/enterprises/{number}/file/",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="200000,2000000")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--inside", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        inside(asked.inside, asked.rounds)
        return
    found = {size: measured(size, asked.rounds, keep=asked.keep) for size in map(int, asked.sizes.split(","))}
    sizes = sorted(found)
    print(f"\n{'ms, median (p95)':<24}" + "".join(f"{size:>22,}" for size in sizes) + f"{'growth':>9}")
    for name in found[sizes[0]]:
        costs = [found[size][name] for size in sizes]
        told = "".join(f"{f'{median:.0f} ({p95:.0f})':>22}" for median, p95 in costs)
        print(f"{name:<24}{told}{costs[-1][0] / costs[0][0]:>9.1f}")


def measured(size: int, rounds: int, *, keep: bool) -> dict[str, tuple[float, float]]:
    """The costs at one size, read from a process of its own."""
    import psycopg

    name = f"qifu_registry_{size}"
    url = f"{SERVER.rpartition('/')[0]}/{name}"
    if not _is_filled(url):
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')
    command = [sys.executable, __file__, "--inside", str(size), "--rounds", str(rounds)]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "qifu.config.settings"}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    if not keep:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    lines = [line.split("\t") for line in answer.splitlines()]
    return {label: (float(median), float(p95)) for label, median, p95 in lines}


def _is_filled(url: str) -> bool:
    """Whether the database is there and was filled to its end."""
    import psycopg

    try:
        with psycopg.connect(url) as server:
            return server.execute("SELECT to_regclass('bench_filled') IS NOT NULL").fetchone() == (True,)
    except psycopg.OperationalError:
        return False


def inside(size: int, rounds: int) -> None:
    """Fill the database where it is not filled, then ask for each page."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from qifu.domain.people.models import Account
    from qifu.domain.registry import classes
    from qifu.domain.registry.models import Enterprise

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    if not _is_filled(os.environ["DATABASE_URL"]):
        registry_city.fill(size)
    client = Client()
    client.force_login(Account.objects.get(username="diaodu01"))
    drawn, top = random.Random(size), Enterprise.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for label, pattern in PAGES.items():
        spent = []
        for _ in range(rounds + 1):
            one = _some(Enterprise, drawn, top)
            address = pattern.format(
                rare=one.name[-9:-5], letters=one.initials[4:9], code=one.uscc, street=one.street_id, number=one.pk
            )
            begun = time.perf_counter()
            answer = client.get(address)
            spent.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == 200, (address, answer.status_code)
        _told(label, spent[1:])  # the first of each warms what a process keeps
    begun = time.perf_counter()
    classes.drawn()
    _told("classes of all enterprises", [(time.perf_counter() - begun) * 1000])
    _told("every row, per 10,000", [_walk("")])
    _told("every row of a search, per 10,000", [_walk("咨询")])
    for label, work in _nightly().items():
        begun = time.perf_counter()
        work()
        _told(label, [(time.perf_counter() - begun) * 1000])
    _told("memory at the end, MB", [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024])
    connection.close()


def _nightly() -> dict[str, Callable[[], object]]:
    """What the clock sets off at night over all enterprises."""
    from django.utils import timezone

    from qifu.domain.policies.actions import matching
    from qifu.entry.clock import watching

    return {
        "matching all, the first time": lambda: matching.match_all(now=timezone.now()),
        "matching all again": lambda: matching.match_all(now=timezone.now()),
        "watching all": lambda: watching.look(timezone.now(), is_told=False),
    }


def _some(table: Any, drawn: random.Random, top: int) -> Any:
    return table.objects.filter(pk__gte=drawn.randint(1, top)).order_by("pk")[0]


def _walk(q: str) -> float:
    """Milliseconds for ten thousand rows of a list read whole, as an export reads it."""
    from django.utils import timezone

    from qifu.domain.people import queries as people
    from qifu.domain.people.models import Account
    from qifu.domain.registry import queries

    actor = people.actor_of(Account.objects.get(username="diaodu01"), timezone.now())
    begun = time.perf_counter()
    read = sum(1 for _ in queries.every(actor, q))
    return (time.perf_counter() - begun) * 1000 * 10_000 / read


def _told(label: str, spent: list[float]) -> None:
    spent.sort()
    print(f"{label}\t{statistics.median(spent)}\t{spent[min(len(spent) - 1, round(len(spent) * 0.95))]}", flush=True)


if __name__ == "__main__":
    main()
