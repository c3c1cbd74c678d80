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
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat

from qifu.engines.statements import Model, audit, from_text, read
from qifu.engines.statements.doubt import Doubt
from qifu.engines.statements.relations import cells_of, place_name
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.faults import PLANTERS, UNPLANTED, ground, is_of_budgets, named, plant, second
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample
from qifu.output.papers.fiscal.wear import KINDS, UNRULED, digits, fates


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
        hits = [code in named(faulty, before) for _, faulty, before in _faulty(code, kind, documents)]
        found[kind] = Ratio(len(hits), sum(hits))
    return found


def _faulty(code: str, kind: str, documents: int) -> Iterator[tuple[int, Model, Model | None]]:
    for seed, (model, before) in enumerate(grounds(documents, is_of_budgets(code))):
        faulty = plant(model, code, kind, random.Random(f"{seed} {code} {kind}"))
        if faulty is not None:
            yield seed, faulty, second(code, model, before)


def recall_of_paper(documents: int) -> None:
    """Faults planted, printed as text, damaged, and read again: what reading must not lose."""
    print(
        f"\nplanted faults found again in their text, {documents} accounts and {documents} budgets, rules that miss any"
    )
    for damage in ("none", "all at once"):
        planted = found = 0
        with ProcessPoolExecutor(2) as pool:
            counts = pool.map(recalled_from_text, PLANTERS, repeat(documents), repeat(damage))
            for code, count in zip(PLANTERS, counts, strict=True):
                planted, found = planted + count.planted, found + count.found
                if count.found < count.planted:
                    print(f"    {damage:14}{code:32}{count}")
        print(f"  damage: {damage:40}{Ratio(planted, found)}")


def recalled_from_text(code: str, documents: int, damage: str) -> Ratio:
    hits = [
        code in named(read(from_text("\n".join(worn(lines_of(faulty), damage, seed)))), before)
        for kind in PLANTERS[code]
        for seed, faulty, before in _faulty(code, kind, documents)
    ]
    return Ratio(len(hits), sum(hits))


def worn(lines: list[str], damage: str, seed: int) -> list[str]:
    """The text with one kind of damage, or all but those of separators, which exclude each other."""
    rng = random.Random(seed)
    for name, wear in KINDS.items():
        if damage == name or (damage == "all at once" and "separators" not in name):
            lines = wear(lines, rng)
    for name, wear in UNRULED.items():
        if damage.endswith(name):
            kinds = [each for kind, each in KINDS.items() if damage == f"{kind}, {name}"]
            for each in (*kinds, wear):
                lines = each(lines, rng)
    return lines


DAMAGE = (
    "none",
    *KINDS,
    "all at once",
    *(f"{kind}{name}" for name in UNRULED for kind in ("", *(f"{k}, " for k in KINDS))),
)


@dataclass(frozen=True)
class Alarm:
    """What a faultless document gave rise to: errors and warnings by rule, cells wrong without a word or mended wrong."""

    rules: tuple[str, ...]
    wrong: int


def alarmed(seed: int, of_budgets: bool, damage: str) -> Alarm:
    model = (budget if of_budgets else sample)(random.Random(seed))
    found = read(from_text("\n".join(worn(lines_of(model), damage, seed))))
    before, after, doubt = cells_of(model), cells_of(found), Doubt.of(found)
    mended = {repair.where for repair in found.repairs}
    wrong = sum(
        (before.get(key) or 0) != (after.get(key) or 0) and (key not in doubt or place_name(key) in mended)
        for key in {**before, **after}
    )
    return Alarm(tuple(f.rule for f in audit(found).findings if f.severity != "info"), wrong)


def alarms(documents: int) -> None:
    print(
        f"\nfaultless documents with a false alarm (error or warning), and with a wrong cell not named, of {documents}"
    )
    with ProcessPoolExecutor(2) as pool:
        for of_budgets, name in ((False, "accounts"), (True, "budgets")):
            for damage in DAMAGE:
                found = list(pool.map(alarmed, range(documents), repeat(of_budgets), repeat(damage), chunksize=5))
                rules = Counter(rule for each in found for rule in each.rules).most_common(4)
                noisy, wrong = sum(bool(each.rules) for each in found), sum(bool(each.wrong) for each in found)
                named = ", ".join(f"{rule} {count}" for rule, count in rules)
                print(f"  {name:10}damage: {damage:40}{noisy:5}{wrong:5}   {named}")
    for name, draw in (("accounts", sample), ("budgets", budget)):
        fate = Counter[str]()
        for seed in range(100):
            model = draw(random.Random(seed))
            found_digits = read(from_text("\n".join(digits(lines_of(model), random.Random(seed)))))
            fate += fates(model, found_digits, audit(found_digits).findings)
        said = ", ".join(f"{what} {fate[what]}" for what in ("mended", "unreadable", "found", "silent", "uncovered"))
        print(f"  100 {name}; damaged digits: {said}")


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
        began, used = time.perf_counter(), _cpu_of_children()
        with ProcessPoolExecutor(2) as pool:
            peak = max(pool.map(one, (written[i % len(written)] for i in range(count)), chunksize=5))
        spent = time.perf_counter() - began
        cpu = _cpu_of_children() - used
        print(
            f"  {count:6} documents {spent:8.1f} s {count / spent:6.1f}/s   CPU {cpu:.1f} s, {cpu / count * 1000:.0f} ms "
            f"a document   peak {peak} MB a process"
        )


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--parallel", type=int, default=200)
    chosen = parser.parse_args()
    recall(chosen.documents)
    recall_of_paper(max(chosen.documents // 10, 2))
    alarms(chosen.documents)
    speed()
    parallel(chosen.parallel)


if __name__ == "__main__":
    main()
