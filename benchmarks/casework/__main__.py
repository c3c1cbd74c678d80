"""Casework beside django-helpdesk: pages, search, submissions and steps under a closed loop of eight connections.

    python -m benchmarks.casework [--size 20000 100000] [--seconds 6] [--only list,case] [--without-peer] [--keep]
                                  [--embedded 100000] [--out FILE]

PostgreSQL is that of BENCH_DATABASE_URL (a server where databases may be made), with its own settings; both sides are
served by gunicorn with two workers of four threads. Every size has a database of its own, dropped at the end; with
`--keep --only none` they are made beforehand. The machine should be quiet; the load average is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.casework import ours, report, theirs
from benchmarks.casework.sides import HOME, Side

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--size", type=int, nargs="*", default=[20_000, 100_000])
    parser.add_argument("--embedded", type=int, nargs="*", default=[20_000], help="sizes on the embedded database")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", default="", help="names of works, joined by commas")
    parser.add_argument("--without-peer", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the databases for the next run")
    parser.add_argument("--out", type=Path, help="write all figures as JSON lines")
    asked = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    if not has_server():
        print("No PostgreSQL answers: only the embedded database is measured.")
        asked.size = []
    print(machine())
    for line in run(asked):
        if asked.out:
            with asked.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")


def run(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure size after size, ours and theirs in turn; print as it goes."""
    only, lines = set(filter(None, asked.only.split(","))), list[dict[str, Any]]()
    sides: list[Side] = [ours.Ours(SERVER)] + ([] if asked.without_peer else [theirs.Theirs(SERVER)])
    seen: dict[str, dict[int, dict[str, Any]]] = {}
    try:
        for size in sorted(asked.size):
            both = {}
            for side in sides:
                print(f"\n{side.label}: {side.fill(size)}", flush=True)
                both[side.name] = side.measure(asked.connections, asked.seconds, only)
            lines.append({"size": size, "at": datetime.now(UTC).isoformat(timespec="seconds"), **both})
            seen.setdefault("postgres", {})[size] = both
            report.table(size, both, seen["postgres"])
        for size in sorted(asked.embedded):
            embedded = ours.Ours("")
            print(f"\n{embedded.label}: {embedded.fill(size)}", flush=True)
            both = {"ours": embedded.measure(asked.connections, asked.seconds, only)}
            seen.setdefault("sqlite", {})[size] = both
            lines.append({"size": size, "embedded": True, **both})
            report.table(size, both, seen["sqlite"])
            if not asked.keep:
                embedded.drop()
    finally:
        if not asked.keep:
            for side in sides:
                side.drop()
    return lines


def has_server() -> bool:
    import psycopg

    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def machine() -> str:
    """What it runs on, and how busy that is."""
    memory = next(int(x.split()[1]) for x in Path("/proc/meminfo").read_text().splitlines() if x.startswith("MemTotal"))
    version = subprocess.run(["psql", "--version"], capture_output=True, text=True).stdout.strip()
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {memory / 2**20:.0f} GB, "
        f"Python {platform.python_version()}, {version or 'PostgreSQL'}, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
