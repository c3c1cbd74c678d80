"""What proof costs: evidence appended by 1, 4 and 8 writers at once, each record a commit of its own, in three ways.

    uv run benchmarks/evidence.py [--seconds 3] [--writers 1,4,8] [--records 100000]

chain by object   as Qifu keeps it: a chain for each object, a head row that puts only the writers of one object in line
one chain         the same code with a single chain for everything: its head is a lock that all writers share
no chain          the same two rows, without head, predecessor and hash

The second table holds each transaction open for 5 ms after the append, as a step does that still has to tell people.
The third shows that neither appending nor verifying depends on how much there is, at two sizes ten times apart.
Every chain is verified at the end, and must hold as many records as were counted. PostgreSQL is that of
BENCH_DATABASE_URL (a server where databases may be made); without one, only the embedded database is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SIDES = {"objects": "chain by object", "one": "one chain", "none": "no chain"}
OBJECTS = 50  # that one writer has under its hands
HOLD = 0.005  # seconds
AT = datetime(2026, 9, 30, 2, tzinfo=UTC)
FACTS = {"step": "accept", "from": "submitted", "to": "accepted", "round": 1, "files": [], "changes": {"seq": 2}}
CONTENT = {"told": "中心已接单。", "note": "已与企业联系，约定明天上午到现场查看停车位。"}


def set_up(url: str) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "qifu.config.settings"}
    import django

    django.setup()


# -- one writer, in a process of its own ----------------------------------------------------------------------------------


def appender(side: str, number: int) -> Callable[[int], None]:
    """The act of one writer: append the n-th record."""
    from qifu.kernel.actor import SYSTEM
    from qifu.kernel.evidence import actions
    from qifu.kernel.evidence.models import ZERO, Content, Record

    def chained(n: int) -> None:
        stream = "bench.all:1" if side == "one" else f"bench.object:{number}-{n % OBJECTS}"
        actions.record(actor=SYSTEM, now=AT, verb="bench.accept", stream=stream, facts=FACTS, content=CONTENT)

    def plain(n: int) -> None:
        row = Record(stream=f"bench.object:{number}", seq=n + 1, at=AT, actor="system", verb="bench.accept",
                     facts=FACTS, content_digest=ZERO, prev=ZERO, hash=ZERO)  # fmt: skip
        row.save(force_insert=True)
        Content(record=row, salt=os.urandom(16), body=CONTENT).save(force_insert=True)

    return plain if side == "none" else chained


def write(side: str, number: int, seconds: float, hold: float) -> dict[str, object]:
    """Say that all is ready; once a line has come, append for so many seconds, a commit each; answer the times they took."""
    from django.db import connection, transaction

    append, times = appender(side, number), list[float]()
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        with transaction.atomic():
            append(len(times))
            time.sleep(hold)
        times.append(time.perf_counter() - started)
    return {"times": times}


# -- the table of one database --------------------------------------------------------------------------------------------


@contextmanager
def scratch(engine: str) -> Iterator[str]:
    """A database of its own with the tables of evidence, as its address."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"qifu_bench_evidence_{os.getpid()}"
        url = f"sqlite:///{folder}/bench.sqlite3" if engine == "sqlite" else f"{SERVER.rpartition('/')[0]}/{name}"
        os.environ["QIFU_HOME"] = folder
        if engine == "postgres":
            on_server(f"CREATE DATABASE {name}")
        try:
            ask("--migrate", url)
            yield url
        finally:
            if engine == "postgres":
                on_server(f"DROP DATABASE {name} WITH (FORCE)")


def cell(url: str, side: str, writers: int, seconds: float, hold: float = 0) -> dict[str, float]:
    """So many writers at once; records a second, and the median and 95th percentile of one append in ms."""
    before = ask("--count", url)["records"]
    command = [sys.executable, __file__, "--write", side, "--url", url, "--seconds", str(seconds), "--hold", str(hold)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [  # no two writers have the same objects, nor have those of another cell
        subprocess.Popen([*command, "--number", str(int(before) * 100 + n)], **pipes)  # type: ignore[call-overload]
        for n in range(writers)
    ]
    for process in running:
        process.stdout.readline()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
    times = sorted(t for one in told for t in one["times"])
    count = len(times)
    kept = ask("--count", url)["records"] - before
    if kept != count:
        raise SystemExit(f"{side}, {writers} writers: {count} counted, {kept} kept")
    return {
        "rate": count / seconds,
        "p50": times[len(times) // 2] * 1000,
        "p95": times[int(len(times) * 0.95)] * 1000,
    }


def verified(url: str) -> dict[str, float]:
    """Walk everything; the records without a chain are not of it and were dropped with their database."""
    found = ask("--verify", url)
    if found["broken"]:
        raise SystemExit(f"the chain is broken: {found['broken']}")
    return found


def fill(records: int) -> None:
    """So many records in a thousand objects, as an import writes them."""
    from django.db import transaction

    from qifu.kernel.actor import SYSTEM
    from qifu.kernel.evidence.actions import Entry, record_many
    from qifu.kernel.evidence.models import Record

    missing = records - Record.objects.count()
    for start in range(0, missing, 5000):
        with transaction.atomic():
            record_many(
                [
                    Entry(SYSTEM, AT, "bench.accept", f"bench.past:{n % 1000}", FACTS, CONTENT)
                    for n in range(start, min(start + 5000, missing))
                ]
            )


def walk() -> dict[str, object]:
    from qifu.kernel.evidence.verify import verify

    started = time.perf_counter()
    report = verify()
    return {"broken": report.broken, "records": report.records, "seconds": time.perf_counter() - started}


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", "evidence", verbosity=0, skip_checks=True)


def ask(act: str, url: str, *more: str) -> dict[str, float]:
    """Run one act in a process of its own and read its answer."""
    command = [sys.executable, __file__, act, "--url", url, *more]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    answer: dict[str, float] = json.loads(out[-1]) if out else {}
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


# -- the report -----------------------------------------------------------------------------------------------------------


def table(engine: str, writers: list[int], seconds: float, hold: float) -> None:
    """Every side with every number of writers; the sides of one number run one after the other."""
    held = f", transaction held {hold * 1000:.0f} ms" if hold else ""
    print(f"\n{engine}{held}: appends a second, a commit each (median, 95th percentile of one)", flush=True)
    print(f"{'writers':>7}  " + "  ".join(f"{label:>27}" for label in SIDES.values()) + "   by object : one / none")
    for number in writers:
        found = {}
        for side in SIDES:
            with scratch(engine) as url:
                found[side] = cell(url, side, number, seconds, hold)
                if side != "none":
                    verified(url)
        spoken = [f"{v['rate']:7.0f}/s ({v['p50']:5.1f}, {v['p95']:6.1f} ms)" for v in found.values()]
        rates = {side: value["rate"] for side, value in found.items()}
        ratios = f"{rates['objects'] / rates['one']:5.2f} x / {rates['objects'] / rates['none']:4.2f} x"
        print(f"{number:>7}  " + "  ".join(spoken) + f"   {ratios}", flush=True)


def sizes(engine: str, records: int, seconds: float) -> None:
    """Appending and verifying at two sizes."""
    print(f"\n{engine}, by what is there already: appends a second (4 writers), verifying")
    with scratch(engine) as url:
        for size in (records // 10, records):
            ask("--fill", url, "--records", str(size))
            found = verified(url)
            rate = cell(url, "objects", 4, seconds)["rate"]
            print(
                f"{size:>9,} records  {rate:7.0f}/s   {found['records'] / found['seconds']:9,.0f} records/s", flush=True
            )


def report(seconds: float, writers: list[int], records: int) -> None:
    engines = ["sqlite", "postgres"] if has_server() else ["sqlite"]
    if len(engines) == 1:
        print("No PostgreSQL answers: only the embedded database is measured.")
    for engine in engines:
        table(engine, writers, seconds, 0)
    for engine in engines:
        table(engine, [max(writers)], seconds, HOLD)
    for engine in engines:
        sizes(engine, records, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--writers", default="1,4,8")
    parser.add_argument("--records", type=int, default=100_000)
    for hidden in ("--migrate", "--count", "--verify", "--fill"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--write", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--hold", type=float, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.url:
        return report(asked.seconds, [int(n) for n in asked.writers.split(",")], asked.records)
    set_up(asked.url)
    if asked.write:
        print(json.dumps(write(asked.write, asked.number, asked.seconds, asked.hold)))
    elif asked.count:
        from qifu.kernel.evidence.models import Record

        print(json.dumps({"records": Record.objects.count()}))
    elif asked.verify:
        print(json.dumps(walk()))
    elif asked.fill:
        fill(asked.records)
    else:
        migrate()
    return None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    main()
