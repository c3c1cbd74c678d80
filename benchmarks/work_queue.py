"""The queue beside procrastinate on the same machine in the same run: enqueue in one transaction, drain by one worker.

    uv run --group bench benchmarks/work_queue.py [--jobs 2000] [--history 100000]

Drains are timed from the start of the worker's process to its end, start-up included, on both sides; afterwards every
job must be done exactly once. PostgreSQL is that of BENCH_DATABASE_URL (a server where databases may be made); without
one, only the embedded database is measured. Prints a table with ratios, and what a tenth of the jobs costs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
CHILDREN = 2
SIDES = (
    ("ours", "sqlite", "Qifu, embedded"),
    ("ours", "postgres", "Qifu, PostgreSQL"),
    ("peer", "postgres", f"procrastinate, PostgreSQL, -c {CHILDREN}"),
    ("peer10", "postgres", "procrastinate, PostgreSQL, -c 10"),
)


def set_up(url: str) -> None:
    """The settings of Qifu on a scratch database, with the peer beside it."""
    os.environ["DATABASE_URL"] = url
    import django
    from django.conf import settings

    from qifu.config import settings as ours

    values = {name: getattr(ours, name) for name in dir(ours) if name.isupper()}
    if "sqlite" not in url:
        values["INSTALLED_APPS"] = [*ours.INSTALLED_APPS, "procrastinate.contrib.django"]
    settings.configure(**{**values, "OUTBOX": {"children": CHILDREN}})
    django.setup()


def side(name: str, url: str, jobs: int, history: int) -> dict[str, float]:
    """Fill the queue in this process, drain it in another, and check the end."""
    set_up(url)
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", "outbox" if name == "ours" else "procrastinate", verbosity=0, skip_checks=True)
    if history:
        remember(history)
    enqueue = enqueue_ours() if name == "ours" else enqueue_peer()
    started = time.perf_counter()
    with transaction.atomic():
        for number in range(jobs):
            enqueue(number)
    enqueued = time.perf_counter() - started
    started = time.perf_counter()
    subprocess.run([sys.executable, __file__, "--drain", name, "--url", url], check=True)
    drained = time.perf_counter() - started
    done = count_ours() if name == "ours" else count_peer()
    if done != jobs:
        raise SystemExit(f"{name}: {done} of {jobs} done exactly once")
    return {"enqueue": enqueued, "drain": drained}


def remember(history: int) -> None:
    """Fill the table with finished items, as after a month of work."""
    from qifu.kernel.outbox.models import Item, State

    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = (Item(channel="past", key=str(n), state=State.DONE, posted_at=at, finished_at=at) for n in range(history))
    Item.objects.bulk_create(rows, batch_size=2000)


def enqueue_ours() -> Any:
    return ours_task().enqueue


def ours_task() -> Any:
    """Make the job of ours known under the name by which the worker looks for it."""
    from django_tasks import task

    made = globals().setdefault("job_of_ours", task(noop))
    globals()["noop"] = made
    return made


def noop(number: int) -> None:
    """Nothing: what remains is the cost of the queue."""


def enqueue_peer() -> Any:
    made = peer_task()
    return lambda number: made.defer(number=number)


def peer_task() -> Any:
    from procrastinate.contrib.django import app

    return app.task(name="noop")(noop)


def drain(name: str, url: str) -> None:
    """One worker until nothing is due."""
    set_up(url)
    if name == "ours":
        from qifu.entry.clock import schedule
        from qifu.entry.clock.worker import Plan, Worker

        schedule.ENTRIES.clear()
        ours_task()
        Worker(Plan.read()).run(burst=True)
        return
    from procrastinate.contrib.django import app

    peer_task()
    workers = app.with_connector(app.connector.get_worker_connector())
    workers.run_worker(wait=False, concurrency=10 if name == "peer10" else CHILDREN, install_signal_handlers=False)


def count_ours() -> int:
    from qifu.kernel.outbox.models import Item, State

    return Item.objects.filter(channel="task", state=State.DONE, attempts=1).count()


def count_peer() -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(status="succeeded", attempts=1).count()


def measure(name: str, engine: str, jobs: int, history: int = 0) -> dict[str, float]:
    """Run one side on a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = f"qifu_bench_{os.getpid()}"
        url = f"sqlite:///{folder}/bench.sqlite3" if engine == "sqlite" else f"{SERVER.rsplit('/', 1)[0]}/{scratch}"
        os.environ["QIFU_HOME"] = folder
        if engine == "postgres":
            on_server(f"CREATE DATABASE {scratch}")
        command = [sys.executable, __file__, "--side", name, "--url", url]
        try:
            out = subprocess.run(
                [*command, "--jobs", str(jobs), "--history", str(history)],
                check=True,
                capture_output=True,
                text=True,
            )
        except subprocess.CalledProcessError as error:
            raise SystemExit(error.stderr) from error
        finally:
            if engine == "postgres":
                on_server(f"DROP DATABASE {scratch} WITH (FORCE)")
    answer: dict[str, float] = json.loads(out.stdout.splitlines()[-1])
    return answer


def on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(SERVER, autocommit=True, connect_timeout=3) as server:
        server.execute(statement)  # type: ignore[arg-type]


def has_server() -> bool:
    import psycopg

    try:
        on_server("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def report(jobs: int, history: int) -> None:
    """Measure every side and print the table."""
    there = has_server()
    sides = [entry for entry in SIDES if there or entry[1] == "sqlite"]
    if not there:
        print("No PostgreSQL answers: only the embedded database is measured.")
    rows = [(label, measure(name, engine, jobs)) for name, engine, label in sides]
    for name, engine, label in sides[:2] if there else sides[:1]:
        rows.append((f"{label}, {jobs // 10:,} jobs", measure(name, engine, jobs // 10)))
        rows.append((f"{label}, {history:,} finished rows", measure(name, engine, jobs, history)))
    peer = next((row for label, row in rows if label.endswith(f"-c {CHILDREN}")), None)
    print(
        f"{jobs:,} no-ops, {CHILDREN} at a time, one worker, start-up included; ratio: procrastinate -c {CHILDREN} = 1"
    )
    for label, row in rows:
        ratios = [f"{row[part] / peer[part]:5.2f} x" if peer else "      " for part in ("enqueue", "drain")]
        print(f"{label:44} enqueue {row['enqueue']:6.2f} s {ratios[0]}   drain {row['drain']:6.2f} s {ratios[1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--history", type=int, default=100_000)
    for hidden in ("--side", "--drain", "--url"):
        parser.add_argument(hidden, help=argparse.SUPPRESS, default="")
    asked = parser.parse_args()
    if asked.drain:
        drain(asked.drain, asked.url)
    elif asked.side:
        print(json.dumps(side(asked.side, asked.url, asked.jobs, asked.history)))
    else:
        report(asked.jobs, asked.history)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    main()
