"""Disclosures: recall of planted faults by rule and kind, false alarms with and without damage; pages read a second.

    uv run benchmarks/fiscal.py [--documents 40] [--parallel 200]

Documents are drawn by seed in any layout and year of the generator. A planted fault counts as found when its rule is named
in a finding or among what follows from one. Two sizes of the parallel run, ten times apart, show whether memory grows.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat

from qifu.engines.statements import Model, audit, from_text, read
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.faults import PLANTERS, UNPLANTED, ground, is_of_budgets, named, plant
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample
from qifu.output.papers.fiscal.wear import KINDS, digits, fates


def recall(documents: int) -> None:
    print(f"\nplanted faults found, {documents} accounts and {documents} budgets, by rule and kind")
    planted = found = 0
    with ProcessPoolExecutor(2) as pool:
        for code, counts in zip(PLANTERS, pool.map(recalled, PLANTERS, repeat(documents)), strict=True):
            rule = Ratio.of(counts.values())
            planted, found = planted + rule.planted, found + rule.found
            print(f"  {code:48}{rule}")
            for kind, count in counts.items():
                print(f"    {kind:46}{count}")
    print(f"  {f'{len(PLANTERS)} rules, {sum(map(len, PLANTERS.values()))} kinds':48}{Ratio(planted, found)}")
    for code, why in UNPLANTED.items():
        print(f"  {code} is not planted: {why}")


@dataclass(frozen=True)
class Ratio:
    """How many faults were planted and found."""

    planted: int
    found: int

    @classmethod
    def of(cls, counts: Iterable[Ratio]) -> Ratio:
        held = list(counts)
        return cls(sum(each.planted for each in held), sum(each.found for each in held))

    def __str__(self) -> str:
        share = f"{self.found / self.planted:8.1%}" if self.planted else "       -"
        return f"{self.planted:6}{self.found:6}{share}"


@cache
def grounds(documents: int, of_budgets: bool) -> list[tuple[Model, Model | None]]:
    return [ground(seed, of_budgets=of_budgets) for seed in range(documents)]


def recalled(code: str, documents: int) -> dict[str, Ratio]:
    found = {}
    for kind in PLANTERS[code]:
        hits = []
        for seed, (model, before) in enumerate(grounds(documents, is_of_budgets(code))):
            faulty = plant(model, code, kind, random.Random(f"{seed} {code} {kind}"))
            if faulty is not None:
                hits.append(code in named(faulty, before))
        found[kind] = Ratio(len(hits), sum(hits))
    return found


def alarms(documents: int) -> None:
    print(f"\nfalse alarms (errors and warnings) on {documents} faultless documents")
    for kind in ("none", *KINDS, "all at once"):
        noisy, rules = 0, Counter[str]()
        for seed in range(documents):
            rng = random.Random(seed)
            lines = lines_of(sample(random.Random(seed)))
            for name, wear in KINDS.items():
                if kind == name or (kind == "all at once" and "separators" not in name):
                    lines = wear(lines, rng)
            findings = [f for f in audit(read(from_text("\n".join(lines)))).findings if f.severity != "info"]
            noisy += bool(findings)
            rules.update(f.rule for f in findings)
        named = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(4))
        print(f"  damage: {kind:14} documents with an alarm {noisy:4} of {documents}   {named}")
    for name, draw in (("accounts", sample), ("budgets", budget)):
        fate, noisy = Counter[str](), 0
        for seed in range(100):
            model = draw(random.Random(seed))
            noisy += any(f.severity != "info" for f in audit(model).findings)
            found = read(from_text("\n".join(digits(lines_of(model), random.Random(seed)))))
            fate += fates(model, found, audit(found).findings)
        said = ", ".join(f"{what} {fate[what]}" for what in ("mended", "unreadable", "found", "silent", "uncovered"))
        print(f"  100 {name}, alarms when whole {noisy}; damaged digits: {said}")


def speed() -> None:
    print("\none document, read and audited")
    model = sample(random.Random(11))
    for form in ("txt", "html", "docx", "xlsx", "pdf"):
        raw = render(model, form)
        audit(read(open_bytes(raw)))  # warm
        began = time.perf_counter()
        paper = open_bytes(raw)
        audit(read(paper))
        spent = time.perf_counter() - began
        pages = (
            f"{paper.pages} pages, {paper.pages / spent:.0f} pages/s"
            if paper.pages > 1
            else f"{len(raw) / 1024:.0f} KB"
        )
        print(f"  {form:5}{spent:8.2f} s   {pages}")


def one(raw: bytes) -> int:
    audit(read(open_bytes(raw)))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def parallel(documents: int) -> None:
    written = [render(sample(random.Random(seed)), "pdf") for seed in range(10)]
    print("\nPDF documents on two processes, read and audited")
    for count in (documents // 10, documents):
        began = time.perf_counter()
        with ProcessPoolExecutor(2) as pool:
            peak = max(pool.map(one, (written[i % len(written)] for i in range(count)), chunksize=5))
        spent = time.perf_counter() - began
        print(f"  {count:6} documents {spent:8.1f} s {count / spent:6.1f}/s   peak {peak} MB a process")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--parallel", type=int, default=200)
    chosen = parser.parse_args()
    recall(chosen.documents)
    alarms(chosen.documents)
    speed()
    parallel(chosen.parallel)


if __name__ == "__main__":
    main()
