"""A registry of a city's size: the sample district read in by its own path, then copied inside the database.

The copies have codes of their own, and the names and the values of the first; the rows of sources behind the values are
copied for the first hundred thousand only. Indexes are made after the rows. Good for measuring only: the evidence of the
copies is not written.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

BASE, TOLD = 50_000, 100_000
OPENED = datetime.fromisoformat("2024-01-02T09:00:00+08:00")
CITY_ITEMS = 369
CODE = "'9242' || lpad({number}::text, 14, '0')"  # another one for each number; the check character is not computed
KEPT = """
CREATE UNLOGGED TABLE bench_kept AS SELECT e.id, (SELECT string_agg(t, ' ') FROM unnest(string_to_array(e.tokens, ' ')) t
WHERE strpos(lower(e.uscc), t) = 0) AS tokens FROM registry_enterprise e"""
TOKENS = (
    "k.tokens || (SELECT string_agg(' ' || left(lower(c.code), n), '') FROM generate_series(1, 18) n) "
    "|| ' ' || right(c.code, 6) || ' ' || substr(c.code, 9, 9)"
)
OWN_CODE = "CASE WHEN t.values ? 'uscc' THEN t.values || jsonb_build_object('uscc', c.code) ELSE t.values END"
TABLES = ("registry_enterprise", "registry_mark", "registry_formername", "registry_sourcerow", "registry_profile")


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


def fill(size: int) -> None:
    """Fill an empty database with so many enterprises, a multiple of the base, and the library of policies."""
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    begun = time.monotonic()
    _first(timezone.now())
    say(f"{BASE:,} read in, {time.monotonic() - begun:.0f} s")
    with _quick() as ask:
        _copies(ask, size)
        say(f"{size:,} copied, {time.monotonic() - begun:.0f} s")
    say(f"indexed, {time.monotonic() - begun:.0f} s")


def _first(now: datetime) -> None:
    from qifu.domain.policies.actions import adopting
    from qifu.entry.cli.sample import policies as samples
    from qifu.entry.cli.seed import firms, house, sources

    house.build_units(OPENED)
    house.admit_staff(OPENED)
    firms.put_buildings(OPENED)
    firms.read_in(BASE, OPENED)
    sources.write(BASE, OPENED, now)
    national = adopting.starter()
    own = sum(len(bundle.items) for bundle in national)
    adopting.adopt(now=OPENED, bundles=[*national, *samples.bundles(CITY_ITEMS - own)])


@contextmanager
def _quick() -> Iterator[Any]:
    """A cursor that writes in bulk on one core: no index but the keys, no check of references, no wait for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:

        def ask(statement: str) -> list[Any]:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

        for setting in (
            "synchronous_commit = off", "session_replication_role = replica", "maintenance_work_mem = '1GB'",
            "max_parallel_maintenance_workers = 0", "max_parallel_workers_per_gather = 0", "jit = off",
        ):  # fmt: skip
            ask(f"SET {setting}")
        names = ", ".join(f"'{name}'" for name in TABLES)
        kept = ask(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({names}) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint)"
        )
        for name, _ in kept:
            ask(f'DROP INDEX "{name}"')
        yield ask
        for name, statement in sorted(kept, key=lambda pair: "gin" in pair[1]):  # the index of words takes longest
            begun = time.monotonic()
            ask(statement)
            say(f"{name}: {time.monotonic() - begun:.0f} s")
        for name in TABLES:
            if name != "registry_profile":
                ask(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        ask("VACUUM ANALYZE")
        ask("CREATE TABLE bench_filled ()")


def _copies(ask: Any, size: int) -> None:
    ask(KEPT)
    ask("ALTER TABLE bench_kept ADD PRIMARY KEY (id)")
    last = {name: ask(f"SELECT max(id) FROM {name}")[0][0] for name in TABLES if name != "registry_profile"}
    first, rows = last["registry_enterprise"], last["registry_sourcerow"]
    for block in range(1, size // BASE):
        code = f"LATERAL (SELECT {CODE.format(number=f'(t.enterprise_id + {block * first})')} AS code) c"
        own = code.replace("t.enterprise_id", "t.id")
        e = f"+ {block * first}"
        _copy(ask, TABLES[0], {"id": f"t.id {e}", "uscc": "c.code", "tokens": TOKENS},
              f"t JOIN bench_kept k USING (id), {own} WHERE t.id <= {first}", f"t.id {e}")  # fmt: skip
        for name in TABLES[1:3]:
            more = f"+ {block * (last[name] or 0)}"
            values = {"id": f"t.id {more}", "enterprise_id": f"t.enterprise_id {e}"}
            _copy(ask, name, values, f"t WHERE t.id <= {last[name] or 0}")
        if block * BASE < TOLD:
            _copy(ask, TABLES[3], {"id": f"t.id + {block * rows}", "enterprise_id": f"t.enterprise_id {e}",
                  "row_key": "c.code", "values": OWN_CODE}, f"t, {code} WHERE t.id <= {rows}")  # fmt: skip
        _copy(ask, TABLES[4], {"enterprise_id": f"t.enterprise_id {e}"}, f"t WHERE t.enterprise_id <= {first}")
        if block % 4 == 3:
            say(f"{(block + 1) * BASE:,}")


def _copy(ask: Any, table: str, given: dict[str, str], where: str, order: str = "") -> None:
    from django.apps import apps

    model = next(m for m in apps.get_app_config("registry").get_models() if m._meta.db_table == table)
    columns = [field.column for field in model._meta.concrete_fields]
    values = ", ".join(given.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    ask(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} {where}" + (f" ORDER BY {order}" if order else ""))
