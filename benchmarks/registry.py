"""What the registry costs when a city keeps it: lists, searches, filters with their counts and exports at two sizes ten times apart.

    BENCH_DATABASE_URL=postgres://… uv run benchmarks/registry.py [--sizes 200000,2000000] [--rounds 12] [--keep]

Each size has a PostgreSQL database of its own (`qifu_registry_<size>`), filled in bulk with invented enterprises; `--keep` leaves
it for the next run. A page is asked for as a dispatcher asks, through the whole application in this process. Growth is the cost at
the largest size against that at the smallest: what is bounded stays near 1, what walks the whole table nears 10.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
CHUNK = 50_000
BASE = 200_000  # drawn one by one; the rest are copies, so that a rare word finds a few more where there are more
OPENED = datetime.fromisoformat("2024-01-02T09:00:00+08:00")
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
    with psycopg.connect(SERVER, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    url = f"{SERVER.rpartition('/')[0]}/{name}"
    command = [sys.executable, __file__, "--inside", str(size), "--rounds", str(rounds)]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "qifu.config.settings"}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    if not keep:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    lines = [line.split("\t") for line in answer.splitlines()]
    return {label: (float(median), float(p95)) for label, median, p95 in lines}


def inside(size: int, rounds: int) -> None:
    """Fill the database where it is not filled, then ask for each page."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from qifu.domain.people.models import Account
    from qifu.domain.registry.models import Enterprise

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    fill(size)
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
    _told("every row, per 10,000", [_walk(Enterprise, client) for _ in range(3)])
    connection.close()


def _some(table: Any, drawn: random.Random, top: int) -> Any:
    return table.objects.filter(pk__gte=drawn.randint(1, top)).order_by("pk")[0]


def _walk(table: Any, client: Any) -> float:
    """Milliseconds for ten thousand rows of the list as an export reads them."""
    from django.utils import timezone

    from qifu.domain.people import queries as people
    from qifu.domain.people.models import Account
    from qifu.domain.registry import queries

    actor = people.actor_of(Account.objects.get(username="diaodu01"), timezone.now())
    begun = time.perf_counter()
    read = sum(1 for _ in islice(queries.every(actor, ""), 10_000))
    return (time.perf_counter() - begun) * 1000 * 10_000 / read


def _told(label: str, spent: list[float]) -> None:
    spent.sort()
    print(f"{label}\t{statistics.median(spent)}\t{spent[min(len(spent) - 1, round(len(spent) * 0.95))]}", flush=True)


def fill(size: int) -> None:
    """A district with its units and staff, and so many enterprises with their marks."""
    from django.core.management import call_command
    from django.db import connection

    from qifu.domain.people import queries as people
    from qifu.domain.registry.models import Enterprise
    from qifu.entry.cli.seed import house

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    have = Enterprise.objects.count()
    if have >= size:
        return
    if not have:
        house.build_units(OPENED)
        house.admit_staff(OPENED)
    streets = {unit.code: unit.id for unit in people.units("street")}
    say(f"filling {size - have:,} enterprises")
    rows = islice(_rows(streets, have + 1), max(0, min(size, BASE) - have))
    while part := list(islice(rows, CHUNK)):
        _copy("registry_enterprise", [row for row, _ in part])
        _copy("registry_mark", [mark for _, marks in part for mark in marks])
        say(f"  {part[-1][0]['id']:,}")
    while (have := Enterprise.objects.count()) < size:
        _more(have, min(have, size - have, BASE))
        say(f"  {Enterprise.objects.count():,}")
    with connection.cursor() as cursor:
        for table in ("registry_enterprise", "registry_mark"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")


def _more(have: int, number: int) -> None:
    """So many further enterprises drawn from the first in the database: codes of their own, the names of the first."""
    from django.db import connection

    from qifu.domain.registry.models import Enterprise

    given = {
        "id": f"e.id + {have}",
        "uscc": "c.code",
        "tokens": "array_to_string(ARRAY(SELECT t FROM unnest(string_to_array(e.tokens, ' ')) t "
        "WHERE length(t) < 4 OR position(t IN lower(e.uscc)) = 0), ' ') || "
        "(SELECT string_agg(' ' || left(lower(c.code), n), '') FROM generate_series(4, 18) n) || "
        "' ' || right(lower(c.code), 6)",
        "registered_on": "e.registered_on - (e.id % 700)::int",
    }
    columns = [field.column for field in Enterprise._meta.concrete_fields]
    values = ", ".join(given.get(name, f"e.{name}") for name in columns)
    code = f"'92420198' || lpad((e.id + {have})::text, 10, '0')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO registry_enterprise ({', '.join(columns)}) SELECT {values} FROM registry_enterprise e, "
            f"LATERAL (SELECT {code} AS code) c WHERE e.id <= {number} ORDER BY e.id"
        )
        cursor.execute(
            "INSERT INTO registry_mark (enterprise_id, kind, since, source) SELECT enterprise_id + %s, kind, since, source "
            "FROM registry_mark WHERE enterprise_id <= %s",
            (have, number),
        )


def _copy(table: str, rows: list[dict[str, Any]]) -> None:
    from django.db import connection

    if not rows:
        return
    names = ", ".join(rows[0])
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))


def _rows(streets: dict[str, int], first: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Enterprises of ever further districts, each with its marks: as many as are taken."""
    from qifu.domain.registry import naming
    from qifu.engines.codes.sizes import size_class
    from qifu.entry.cli.sample.enterprises import enterprises

    number = first
    for seed in range(first, 10**9):
        table = enterprises(CHUNK, seed)
        enterprises.cache_clear()
        for one in table.iter_rows(named=True):
            short, code = naming.initials(one["name"]), _code(number)
            size = size_class(one["industry"], one["employees"], one["revenue"], one["assets"]).size
            row = {
                "id": number, "uscc": code, "name": one["name"], "initials": short, "industry": one["industry"],
                "street_id": streets[one["street"]], "legal_form": one["legal_form"],
                "size_class": size or "", "registered_on": one["registered_on"],
                "registered_capital": one["registered_capital"], "employees": one["employees"],
                "address": one["address"], "status": "open", "phone": "", "phone_lookup": "",
                "tokens": naming.tokens(one["name"], short, code, one["former_names"]), "created": OPENED,
                "updated": OPENED + timedelta(seconds=number % 86_400),
            }  # fmt: skip
            kinds = [kind for kind, holds in _kinds(one, number) if holds]
            marks = [
                {"enterprise_id": number, "kind": kind, "since": date(2024, 1, 2), "source": "样例"} for kind in kinds
            ]
            yield row, marks
            number += 1


def _kinds(one: dict[str, Any], number: int) -> tuple[tuple[str, bool], ...]:
    return (
        ("key", one["key_enterprise"]),
        ("above_scale", one["above_scale"]),
        ("high_tech", number % 37 == 0),
        ("tech_sme", number % 53 == 0),
    )


def _code(number: int) -> str:
    """A valid credit code in an unassigned division, another one for each number."""
    from qifu.engines.codes import credit

    body = number * 17_290_753 % 31**8
    letters = "".join(credit.ALPHABET[body // 31**place % 31] for place in range(7, -1, -1))
    first17 = f"91420198{letters}0"
    return first17 + credit.check_character(first17)


say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)  # noqa: E731


if __name__ == "__main__":
    main()
