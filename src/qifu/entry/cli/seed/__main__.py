"""Builds the sample district in the database that the environment names. `qifu demo` runs this as a process of its own,
so that its memory is free again when the pages are served."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from qifu.engines.calendar import SHANGHAI
from qifu.entry.cli.speak import say, with_django


@click.command()
@click.option("--size", required=True)
@click.option("--accounts", required=True, type=click.Path(path_type=Path), help="where the accounts are written")
@click.option("--cases", default=0, help="further cases, for benchmarks")
def build(size: str, accounts: Path, cases: int) -> None:
    with_django()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from qifu.entry.cli.seed import load
    from qifu.entry.cli.seed.build import SIZES, Building

    now = datetime.now(SHANGHAI).replace(microsecond=0)
    shown = Building(SIZES[size], now, say).build()
    if cases:
        load.load_cases(cases, now=now, firm_count=SIZES[size].enterprises, say=say)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    accounts.write_text(json.dumps([asdict(one) for one in shown], ensure_ascii=False, indent=1), encoding="utf-8")
    accounts.chmod(0o600)


if __name__ == "__main__":
    try:
        build(args=sys.argv[1:], standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)  # whoever began it says so
