"""Disclosures: recall of planted faults and false alarms by rule, with and without damage; pages read and audited a second.

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
from concurrent.futures import ProcessPoolExecutor

from qifu.engines.statements import Model, audit, from_text, read
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.faults import PLANTERS, plant
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample
from qifu.output.papers.fiscal.wear import KINDS, digits, fates


def codes_of(model: Model) -> set[str]:
    report = audit(model)
    return {f.rule for f in report.findings} | {text.split("：")[0] for f in report.findings for text in f.related}


def recall(documents: int) -> None:
    planted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for seed in range(documents):
        model = sample(random.Random(seed))
        for code in PLANTERS:
            faulty = plant(model, code, random.Random(f"{seed} {code}"))
            if faulty is not None:
                planted[code] += 1
                found[code] += code in codes_of(faulty)
    print(f"\nplanted faults found, {documents} documents, rule by rule")
    for code in PLANTERS:
        share = f"{found[code] / planted[code]:7.1%}" if planted[code] else "      -"
        print(f"  {code:16}{planted[code]:6}{found[code]:6}{share}")
    total, hits = sum(planted.values()), sum(found.values())
    print(f"  {'all':16}{total:6}{hits:6}{hits / max(total, 1):7.1%}")


def alarms(documents: int) -> None:
    print(f"\nfalse alarms (errors and warnings) on {documents} faultless documents")
    for kind in ("none", *KINDS, "all at once"):
        noisy, rules = 0, Counter[str]()
        for seed in range(documents):
            rng = random.Random(seed)
            lines = lines_of(sample(random.Random(seed)))
            for name, wear in KINDS.items():
                if kind == name or (kind == "all at once" and name != "separators"):
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
