"""Finding a policy by a plain question: where the right item stands, and how long it takes, with 1,000 and 10,000 items.

    uv run benchmarks/policies.py [--items 10000] [--show]

The national library and sample policies, all of them in force at once, on both databases. Four sets of questions: a
hundred written before the search was tuned, for which the promise holds; forty written after it in other words (30 of 40
at first sight, then the words of the trades were widened); thirty and then forty-four written after that and never tuned for.
A question counts as answered where the right item, or the other one named as right, is among the first three. Times are
of the search itself (`public.found`, ranking and facets) and of the whole page, each question several times over.
PostgreSQL is that of BENCH_DATABASE_URL (a server where databases may be made); without one it is left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SETS = (
    "policy_questions_national.csv", "policy_questions_later.csv", "policy_questions_third.csv",
    "policy_questions_fourth.csv",
)  # fmt: skip
PROMISED = SETS[0]
AT = datetime(2026, 11, 2, 2, tzinfo=UTC)
ON = date(2026, 11, 2)
FIRST, AIM, LIMIT = 3, 0.95, 200.0  # places, share, ms
ROUNDS = 3


def questions(name: str) -> list[tuple[str, set[str]]]:
    """The questions of a set with the codes that are right."""
    with (ROOT / "tests" / "cases" / name).open(encoding="utf-8", newline="") as file:
        return [(row["question"], {row["code"], row["also"]} - {""}) for row in csv.DictReader(file)]


# -- within one database --------------------------------------------------------------------------------------------------


def fill(items: int) -> None:
    """Bring the library to so many items, all in force."""
    from qifu.domain.policies.actions import adopting
    from qifu.domain.policies.models import Item
    from qifu.entry.cli.sample import policies as samples

    starter = adopting.starter()
    own = sum(len(bundle.items) for bundle in starter)
    adopting.adopt(now=AT, bundles=[*starter, *samples.bundles(items - own)])
    if Item.objects.count() != items:
        raise SystemExit(f"{items} items were wanted, {Item.objects.count()} are there")


def place_of(found: Sequence[str], right: set[str]) -> int:
    """Where the first right code stands, from 1; 0 where it is not."""
    return next((n for n, code in enumerate(found, 1) if code in right), 0)


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def timed(act: Callable[[str], object], asked: Sequence[str]) -> list[float]:
    """How many ms each took."""
    times = []
    for _ in range(ROUNDS):
        for question in asked:
            begun = time.perf_counter()
            act(question)
            times.append((time.perf_counter() - begun) * 1000)
    return times


def measure() -> dict[str, object]:
    """Where the right items stand, and the times."""
    from django.conf import settings
    from django.test import Client

    from qifu.domain.policies.models import Revision
    from qifu.domain.policies.queries import public

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    begun = time.perf_counter()
    public.found(ON, "税")
    told: dict[str, object] = {"first": (time.perf_counter() - begun) * 1000, "items": Revision.objects.count()}
    every = []
    for name in SETS:
        if not (ROOT / "tests" / "cases" / name).is_file():
            continue
        missed = []
        for question, right in questions(name):
            every.append(question)
            shown = [card.code for card in public.found(ON, question).cards]
            place = place_of(shown, right)
            if not 0 < place <= FIRST:
                missed.append([question, sorted(right), place, shown[:FIRST]])
        told[name] = {"asked": len(questions(name)), "missed": missed}
    searched = timed(lambda q: public.found(ON, q), every)
    paged = timed(lambda q: _page(client, q), every)
    told["search"] = [percentile(searched, 0.5), percentile(searched, 0.95)]
    told["page"] = [percentile(paged, 0.5), percentile(paged, 0.95)]
    return told


def _page(client: object, question: str) -> None:
    answer = client.get("/policies/", {"q": question}, secure=True)  # type: ignore[attr-defined]
    if answer.status_code != 200:
        raise SystemExit(f"the page answered {answer.status_code}")


# -- the report -----------------------------------------------------------------------------------------------------------


@contextmanager
def scratch(engine: str) -> Iterator[dict[str, str]]:
    """An empty database of its own, as the environment that leads to it."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"qifu_bench_policies_{os.getpid()}"
        url = f"sqlite:///{folder}/bench.sqlite3" if engine == "sqlite" else f"{SERVER.rpartition('/')[0]}/{name}"
        env = os.environ | {"DATABASE_URL": url, "QIFU_HOME": folder, "DJANGO_SETTINGS_MODULE": "qifu.config.settings"}
        if engine == "postgres":
            on_server(f"CREATE DATABASE {name}")
        try:
            command = [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v", "0"]
            subprocess.run(command, check=True, env=env)
            yield env
        finally:
            if engine == "postgres":
                on_server(f"DROP DATABASE {name} WITH (FORCE)")


def ask(env: dict[str, str], *given: str) -> dict[str, object]:
    """Run one act in a process of its own and read its answer."""
    command = [sys.executable, __file__, *given]
    out = subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    answer: dict[str, object] = json.loads(out[-1]) if out else {}
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


def say(engine: str, told: dict[str, object], show: bool) -> bool:
    """Print what was measured; whether it keeps what was promised."""
    search, page, good = told["search"], told["page"], True
    shares = []
    for name in SETS:
        held = told.get(name)
        if isinstance(held, dict):
            right = held["asked"] - len(held["missed"])
            shares.append(f"{right}/{held['asked']}")
            good = good and (name != PROMISED or right >= AIM * held["asked"])
    assert isinstance(search, list)
    assert isinstance(page, list)
    print(
        f"{engine:>9} {told['items']:>7,} {'  '.join(f'{s:>8}' for s in shares)}   "
        f"{search[0]:6.1f} {search[1]:6.1f}   {page[0]:6.1f} {page[1]:6.1f}   {told['first']:8.0f}",
        flush=True,
    )
    for name in SETS if show else ():
        held = told.get(name)
        for question, right, place, shown in held["missed"] if isinstance(held, dict) else ():
            print(f"           {question} → {'/'.join(right)} at {place or 'none'}; shown {' '.join(shown)}")
    return good and search[1] < LIMIT


def report(items: int, show: bool) -> int:
    engines = ["sqlite", "postgres"] if has_server() else ["sqlite"]
    if len(engines) == 1:
        print("No PostgreSQL answers: only the embedded database is measured.")
    print(
        f"right item among the first {FIRST}, of a hundred, forty later, thirty and forty-four untouched; "
        "ms: search p50 p95, page p50 p95, first reading"
    )
    kept = True
    for engine in engines:
        with scratch(engine) as env:
            for size in (items // 10, items):
                ask(env, "--fill", str(size))
                kept = say(engine, ask(env, "--measure"), show) and kept
    print(f"promised: {AIM:.0%} of the hundred, search p95 under {LIMIT:.0f} ms: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--show", action="store_true", help="print the questions that were missed")
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.fill and not asked.measure:
        return report(asked.items, asked.show)
    import django

    django.setup()
    if asked.fill:
        fill(asked.fill)
    else:
        print(json.dumps(measure(), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    sys.exit(main())
