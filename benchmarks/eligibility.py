"""Eligibility beside other engines on the same policies and enterprises, in one run.

    uv run --group bench benchmarks/eligibility.py [--sizes 6000x369 60000x369] [--large] [--seconds 2] [--seed 1]

Each side runs in a process of its own, is warmed up once and then repeated for some seconds; the least processor time and
the least time on the clock count. On a shared machine compare processor time. Ours and Polars answer in three values on
a table with holes; OpenFisca-core, zen-engine and json-logic, which know no third value, answer on the same table without holes,
the last two on as many enterprises as they manage. Before any figure is printed the answers of all sides must be equal. `--large`
adds 2,000,000 × 2,000 for ours and Polars (some minutes, 4 GB). Policies share thresholds, as those of one city do; `unshared`
gives every comparison a threshold of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

ON = date(2026, 9, 30)
SIDES = (
    "ours",
    "ours, unshared",
    "Polars, shared predicates",
    "Polars, plain select",
    "OpenFisca-core",
    "zen-engine",
    "json-logic",
)
THRESHOLDS: dict[str, tuple[list[float], int]] = {  # field → thresholds in use, decimals
    "revenue": ([100, 300, 500, 1000, 2000, 5000, 10000, 20000, 40000], 2),
    "assets": ([500, 1000, 5000, 10000], 2),
    "registered_capital": ([10, 50, 100, 500, 1000, 5000], 2),
    "employees": ([5, 10, 20, 50, 100, 300, 500, 1000], 0),
    "age_months": ([12, 24, 36, 60], 0),
    "rd_ratio": ([0.02, 0.03, 0.035, 0.04, 0.05, 0.06, 0.1], 4),
    "profit": ([0, 50, 100, 300, 500], 2),
    "tax_paid": ([1, 5, 10, 50, 100, 500], 2),
    "patents": ([1, 3, 5, 10], 0),
    "revenue_growth": ([0, 0.05, 0.1, 0.15, 0.2, 0.3], 4),
    "rd_expense": ([10, 50, 100, 300, 500], 2),
    "debt_ratio": ([0.5, 0.6, 0.7, 0.8], 4),
}
PREFIXES: list[Any] = ["I", "C", "M", "I65", "C35", "F51", ["C26", "C27"], ["I63", "I64", "I65"], ["H", "F"]]
CHOICES = {
    "size_class": [["small", "micro"], ["large", "medium"], ["medium", "small", "micro"]],
    "tax_credit": [["A"], ["A", "B"], ["A", "B", "M"]],
}
FLAGS = ("high_tech", "specialised", "little_giant", "above_scale", "tech_sme", "dishonest", "penalised", "abnormal")


def policies(count: int, seed: int, *, shared: bool = True) -> list[dict[str, Any]]:
    """Policies of three to eight clauses: figures, industries, sizes, credit, qualifications."""
    r = random.Random(seed)

    def figure() -> dict[str, Any]:
        name = r.choice(sorted(THRESHOLDS))
        bounds, decimals = THRESHOLDS[name]
        bound = r.choice(bounds) if shared else round(r.uniform(min(bounds), max(bounds)), decimals)
        return {r.choice([">=", ">=", ">", "<=", "<"]): [{"var": name}, bound]}

    def clause() -> dict[str, Any]:
        draw = r.random()
        if draw < 0.5:
            return figure()
        if draw < 0.65:
            return {"starts_with": [{"var": "industry"}, r.choice(PREFIXES)]}
        if draw < 0.8:
            name = "size_class" if draw < 0.75 else "tax_credit"
            return {"in": [{"var": name}, r.choice(CHOICES[name])]}
        if draw < 0.97:
            return {"==": [{"var": r.choice(FLAGS)}, r.random() < 0.6]}
        return {"!": figure()}

    found = []
    for number in range(count):
        parts = [clause() for _ in range(r.randint(2, 5))]
        if r.random() < 0.5:
            parts.append({"or": [clause() for _ in range(r.randint(2, 3))]})
        found.append({"id": f"P{number:04d}", "title": f"样例政策 {number}", "when": {"and": parts}})
    return found


def world(rows: int, seed: int, *, holes: bool) -> dict[str, Any]:
    """Columns by field: floats with NaN, (places or -1, words), or 0, 1 and -1 for flags."""
    from qifu.engines.codes import industries

    g = np.random.default_rng(seed)
    draw: dict[str, Callable[[], Any]] = {
        "revenue": lambda: g.lognormal(6, 2, rows),
        "assets": lambda: g.lognormal(6, 2, rows),
        "registered_capital": lambda: g.lognormal(5, 1.5, rows),
        "employees": lambda: g.lognormal(2.5, 1.3, rows),
        "age_months": lambda: g.integers(0, 300, rows).astype(float),
        "rd_ratio": lambda: g.beta(1, 20, rows),
        "profit": lambda: g.normal(50, 300, rows),
        "tax_paid": lambda: g.lognormal(2, 2, rows),
        "patents": lambda: g.geometric(0.3, rows) - 1.0,
        "revenue_growth": lambda: g.normal(0.05, 0.2, rows),
        "rd_expense": lambda: g.lognormal(2, 2, rows),
        "debt_ratio": lambda: g.beta(3, 3, rows),
    }
    found: dict[str, Any] = {}
    for name, make in draw.items():
        values = np.round(make(), THRESHOLDS[name][1])
        values[g.random(rows) < 0.1 * holes] = np.nan
        found[name] = values
    words = {"industry": [each.full_code for each in industries.classes_of_all()]}
    words |= {"size_class": ["large", "medium", "small", "micro"], "tax_credit": list("ABMCD")}
    for name, listed in words.items():
        places = g.integers(0, len(listed), rows)
        places[g.random(rows) < 0.1 * holes] = -1
        found[name] = (places, listed)
    for name in FLAGS:
        flag = (g.random(rows) < 0.25).astype(np.int8)
        flag[g.random(rows) < 0.1 * holes] = -1
        found[name] = flag
    return found


def repeated(work: Callable[[], Any], seconds: float) -> dict[str, float]:
    """Least time on the clock and least processor time of a work, once warmed up."""
    work()
    clock = cpu = float("inf")
    until = time.perf_counter() + seconds
    times = 0
    while times < 2 or (time.perf_counter() < until and times < 50):
        begun, used = time.perf_counter(), time.process_time()
        work()
        clock, cpu = min(clock, time.perf_counter() - begun), min(cpu, time.process_time() - used)
        times += 1
    return {"clock": clock, "cpu": cpu}


def as_table(columns: dict[str, Any], rows: int) -> Any:
    from qifu.engines.eligibility import Table, flags, numbers, words

    made = {
        name: numbers(held)
        if name in THRESHOLDS
        else words(*held)
        if isinstance(held, tuple)
        else flags(held == 1, held < 0)
        for name, held in columns.items()
    }
    return Table(rows, made)


def ours(rows: int, count: int, seed: int, seconds: float, *, shared: bool) -> dict[str, Any]:
    from qifu.engines.eligibility import compile_policies, match, read_policies

    raw = policies(count, seed, shared=shared)
    begun = time.perf_counter()
    library = compile_policies(read_policies(raw))
    compiled = time.perf_counter() - begun
    table = as_table(world(rows, seed, holes=True), rows)
    before = resident()
    matrix = match(library, table, ON)
    told = repeated(lambda: match(library, table, ON, out=matrix.planes), seconds)
    told |= {"result": matrix.planes.nbytes / 2**20, "grown": resident() - before, "compile": compiled}
    answers = {"counts": matrix.counts().tolist()}
    if rows <= 100_000:
        whole = match(library, as_table(world(rows, seed, holes=False), rows), ON)
        answers |= {"whole": whole.counts()[:, 0].tolist(), "few": few(whole, count)}
        told |= small_works(library, table, raw, seconds / 4)
    return told | answers


def few(matrix: Any, count: int) -> list[int]:
    """Eligible policies of the first enterprises, for the engines that take one at a time."""
    return [sum(bool(matrix.eligible(p)[row]) for p in range(count)) for row in range(20)]


def small_works(library: Any, table: Any, raw: list[dict[str, Any]], seconds: float) -> dict[str, float]:
    """One changed policy against all, one enterprise against all, with and without reasons."""
    from qifu.engines.eligibility import Reading, compile_policies, deciding, facts, judge, match, read_policies

    record = {"revenue": 1200, "assets": 900, "employees": 55, "industry": "I6513", "age_months": 44, "rd_ratio": 0.035}
    record |= {"size_class": "small", "tax_credit": "A", "high_tech": True, "profit": 80}
    known = facts(record, ON)

    def one_policy() -> None:
        match(compile_policies(read_policies(raw[7:8])), table, ON)

    def reasons() -> None:
        reading = Reading(library, known, ON)
        for policy in range(len(library.policies)):
            reading.result(policy)
            deciding(library, policy, reading.states)

    def whole_tree() -> None:
        reading = Reading(library, known, ON)
        for policy in range(len(library.policies)):
            reading.explain(policy)

    works = {"one_policy": one_policy, "verdicts": lambda: judge(library, known, ON), "reasons": reasons}
    return {name: repeated(work, seconds)["cpu"] for name, work in (works | {"tree": whole_tree}).items()}


def with_polars(rows: int, count: int, seed: int, seconds: float, *, shared_predicates: bool) -> dict[str, Any]:
    """Three values by Polars' own nulls; predicates as columns of their own, or left to its optimiser."""
    import polars as pl

    frame = pl.DataFrame([_series(name, held) for name, held in world(rows, seed, holes=True).items()])
    predicates: dict[str, pl.Expr] = {}

    def leaf(condition: dict[str, Any]) -> pl.Expr:
        if not shared_predicates:
            return _expression(condition)
        name = json.dumps(condition)
        predicates.setdefault(name, _expression(condition).alias(name))
        return pl.col(name)

    def tree(condition: dict[str, Any]) -> pl.Expr:
        ((operator, given),) = condition.items()
        if operator == "!":
            return ~tree(given)
        if operator not in ("and", "or"):
            return leaf(condition)
        parts = [tree(each) for each in given]
        found = parts[0]
        for each in parts[1:]:
            found = found & each if operator == "and" else found | each
        return found

    asked = [tree(each["when"]).alias(each["id"]) for each in policies(count, seed)]

    def work() -> pl.DataFrame:
        lazy = frame.lazy()
        return (lazy.select(predicates.values()).select(asked) if predicates else lazy.select(asked)).collect()

    before = resident()
    answers = work()
    counts = [[int(column.sum() or 0), column.null_count()] for column in answers.get_columns()]
    size = answers.estimated_size() / 2**20
    del answers
    return repeated(work, seconds) | {"counts": counts, "result": size, "grown": resident() - before}


def _series(name: str, held: Any) -> Any:
    import polars as pl

    if isinstance(held, tuple):
        kind = pl.Enum(held[1]) if name != "industry" else pl.Categorical()
        words = pl.Series(name, held[1], dtype=kind)
        return words.gather(pl.Series(np.where(held[0] < 0, 0, held[0]))).zip_with(
            pl.Series(held[0] >= 0), pl.Series(name, [None], dtype=kind).new_from_index(0, len(held[0]))
        )
    if name in THRESHOLDS:
        return pl.Series(name, held).fill_nan(None)
    return pl.DataFrame({"f": held}).select(pl.when(pl.col("f") >= 0).then(pl.col("f") == 1).alias(name)).to_series()


def _expression(condition: dict[str, Any]) -> Any:
    import polars as pl

    ((operator, (var, value)),) = condition.items()
    column = pl.col(var["var"])
    if operator == "in":
        return column.is_in(value)
    if operator == "starts_with":
        found = [column.cat.starts_with(each) for each in ([value] if isinstance(value, str) else value)]
        return pl.any_horizontal(found) if len(found) > 1 else found[0]
    return {">=": column.ge, ">": column.gt, "<=": column.le, "<": column.lt, "==": column.eq}[operator](value)


def with_openfisca(rows: int, count: int, seed: int, seconds: float) -> dict[str, Any]:
    """One entity, a variable a field, a formula a policy, industries as numbers with tables: what it does best."""
    from openfisca_core import periods
    from openfisca_core.entities import build_entity
    from openfisca_core.simulation_builder import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    firm = build_entity("firm", "firms", "", is_person=True)
    system = TaxBenefitSystem([firm])
    held = world(rows, seed, holes=False)
    ask = _over_arrays({name: words[1] for name, words in held.items() if isinstance(words, tuple)})

    def variable(name: str, kind: type, formula: Any = None) -> None:
        body = {"value_type": kind, "entity": firm, "definition_period": periods.MONTH, "label": name}
        system.add_variable(type(name, (Variable,), body | ({"formula": formula} if formula else {})))

    def formula_of(when: dict[str, Any]) -> Any:
        return lambda firm, period: ask(when, lambda name: firm(name, period))

    for name in held:
        kind = float if name in THRESHOLDS else int if isinstance(held[name], tuple) else bool
        variable(name, kind)
    raw = policies(count, seed)
    for each in raw:
        variable(each["id"], bool, formula_of(each["when"]))

    def work() -> list[int]:
        builder = SimulationBuilder()
        builder.create_entities(system)
        builder.declare_person_entity("firm", np.arange(rows))
        simulation = builder.build(system)
        for name, values in held.items():
            simulation.set_input(name, "2026-09", values[0] if isinstance(values, tuple) else values)
        return [int(simulation.calculate(each["id"], "2026-09").sum()) for each in raw]

    before = resident()
    return {"whole": work()} | repeated(work, seconds) | {"grown": resident() - before}


def _over_arrays(words: dict[str, list[str]]) -> Callable[[dict[str, Any], Callable[[str], Any]], Any]:
    """A condition over arrays of numbers, without a third value."""
    compare = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less, "==": np.equal}
    tables: dict[str, Any] = {}

    def ask(condition: dict[str, Any], column: Callable[[str], Any]) -> Any:
        ((operator, given),) = condition.items()
        if operator == "!":
            return ~ask(given, column)
        if operator in ("and", "or"):
            join = np.logical_and if operator == "and" else np.logical_or
            found = ask(given[0], column)
            for each in given[1:]:
                found = join(found, ask(each, column))
            return found
        name, value = given[0]["var"], given[1]
        if operator in compare:
            bound = np.float32(value) if name in THRESHOLDS else value  # it holds floats in 32 bits
            return compare[operator](column(name), bound)
        key = json.dumps(condition)
        if key not in tables:
            tables[key] = np.array([_in_words(operator, word, value) for word in words[name]])
        return tables[key][column(name)]

    return ask


def _in_words(operator: str, word: str, value: Any) -> bool:
    if operator == "in":
        return word in value
    return word.startswith(value if isinstance(value, str) else tuple(value))


def records(rows: int, seed: int, most: int) -> list[dict[str, Any]]:
    """The first enterprises without holes, as engines that take one at a time want them."""
    held = world(rows, seed, holes=False)
    return [
        {
            name: values[1][values[0][row]]
            if isinstance(values, tuple)
            else float(values[row])
            if name in THRESHOLDS
            else bool(values[row])
            for name, values in held.items()
        }
        for row in range(most)
    ]


def with_zen(rows: int, count: int, seed: int, seconds: float) -> dict[str, Any]:
    import zen

    def told(condition: dict[str, Any]) -> str:
        ((operator, given),) = condition.items()
        if operator == "!":
            return f"not ({told(given)})"
        if operator in ("and", "or"):
            return "(" + f" {operator} ".join(told(each) for each in given) + ")"
        name, value = given[0]["var"], given[1]
        if operator == "starts_with":
            prefixes = [value] if isinstance(value, str) else value
            return "(" + " or ".join(f"startsWith({name}, '{each}')" for each in prefixes) + ")"
        return f"{name} {operator} {json.dumps(value)}"

    compiled = [zen.compile_expression(told(each["when"])) for each in policies(count, seed)]
    return _one_at_a_time(rows, seed, seconds, lambda record: sum(bool(each.evaluate(record)) for each in compiled))


def with_json_logic(rows: int, count: int, seed: int, seconds: float) -> dict[str, Any]:
    from json_logic import jsonLogic

    def told(condition: dict[str, Any]) -> dict[str, Any]:
        ((operator, given),) = condition.items()
        if operator == "!":
            return {"!": [told(given)]}
        if operator in ("and", "or"):
            return {operator: [told(each) for each in given]}
        if operator == "starts_with":
            prefixes = [given[1]] if isinstance(given[1], str) else given[1]
            return {"or": [{"==": [{"substr": [given[0], 0, len(each)]}, each]} for each in prefixes]}
        return condition

    asked = [told(each["when"]) for each in policies(count, seed)]
    return _one_at_a_time(rows, seed, seconds, lambda record: sum(bool(jsonLogic(each, record)) for each in asked))


def _one_at_a_time(rows: int, seed: int, seconds: float, work: Callable[[dict[str, Any]], int]) -> dict[str, Any]:
    given = records(rows, seed, 20)
    told = repeated(lambda: [work(each) for each in given], seconds)
    return {name: value / len(given) * rows for name, value in told.items()} | {
        "few": [work(each) for each in given],
        "sampled": len(given),
    }


def resident() -> float:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def side(name: str, rows: int, count: int, seed: int, seconds: float) -> dict[str, Any]:
    works: dict[str, Callable[[], dict[str, Any]]] = {
        "ours": lambda: ours(rows, count, seed, seconds, shared=True),
        "ours, unshared": lambda: ours(rows, count, seed, seconds, shared=False),
        "Polars, shared predicates": lambda: with_polars(rows, count, seed, seconds, shared_predicates=True),
        "Polars, plain select": lambda: with_polars(rows, count, seed, seconds, shared_predicates=False),
        "OpenFisca-core": lambda: with_openfisca(rows, count, seed, seconds),
        "zen-engine": lambda: with_zen(rows, count, seed, seconds),
        "json-logic": lambda: with_json_logic(rows, count, seed, seconds),
    }
    return works[name]() | {"resident": resident()}


def run(name: str, rows: int, count: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--side", name, "--sizes", f"{rows}x{count}"]
    command += ["--seed", str(asked.seed), "--seconds", str(asked.seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def compare(rows: int, count: int, names: tuple[str, ...], asked: argparse.Namespace) -> None:
    """Print one size: every side's time, how much longer than ours, and memory."""
    found = {name: run(name, rows, count, asked) for name in names}
    first, pairs = found["ours"], rows * count
    for name, told in found.items():
        for part in ("counts", "whole", "few"):
            if part in told and part in first and name != "ours, unshared" and told[part] != first[part]:
                raise SystemExit(f"{name} does not give our answers ({part})")
    print(f"\n{rows:,} enterprises × {count:,} policies: {pairs / 1e6:,.0f} million pairs")
    print(f"{'':28}{'processor':>12}{'pairs/s':>10}{'to ours':>10}{'clock':>12}{'to ours':>10}{'result+work':>13}")
    for name, told in found.items():
        memory = f"{told['grown']:,.0f} MB" if "grown" in told else "-"
        ratios = (f"{told[kind] / first[kind]:,.1f}×" for kind in ("cpu", "clock"))
        cpu, clock = next(ratios), next(ratios)
        note = f"  (from {told['sampled']} enterprises)" if "sampled" in told else ""
        print(
            f"{name:28}{told['cpu'] * 1e3:>9,.1f} ms{_rate(pairs / told['cpu']):>10}{cpu:>10}"
            f"{told['clock'] * 1e3:>9,.1f} ms{clock:>10}{memory:>13}{note}"
        )
    if "tree" in first:
        words = {
            "one_policy": f"one policy × {rows:,}, compiled anew",
            "verdicts": f"one enterprise × {count}, verdicts",
        }
        words |= {"reasons": "the same with deciding clauses", "tree": "the same with whole trees"}
        print("; ".join(f"{word}: {first[key] * 1e3:.2f} ms" for key, word in words.items()))
    print(f"compiling {count:,} policies: {first['compile'] * 1e3:,.0f} ms; result of ours {first['result']:,.0f} MB")


def _rate(rate: float) -> str:
    for size, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rate >= size:
            return f"{rate / size:,.2f} {word}"
    return f"{rate:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="*", default=["6000x369", "60000x369"])
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each side is repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", action="store_true", help="add 2,000,000 × 2,000 for ours and Polars")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in asked.sizes]
    if asked.side:
        print(json.dumps(side(asked.side, *sizes[0], asked.seed, asked.seconds)))
        return
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for rows, count in sizes:
        compare(rows, count, SIDES, asked)
    if asked.large:
        compare(2_000_000, 2_000, ("ours", "ours, unshared", "Polars, shared predicates"), asked)


if __name__ == "__main__":
    main()
