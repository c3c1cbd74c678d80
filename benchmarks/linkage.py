"""Linkage beside Splink 5 on the same messy lists in the same run: how right, how long, how much memory.

    uv run --group bench benchmarks/linkage.py [--firms 12000] [--seed 41] [--sides ours,splink]

The lists and their truth are made anew from the seed. Ours is `qifu registry link`, from files to files. Splink gets what
our engine has read out of names, codes and addresses (the reading of addresses, which Splink does not do, is in both
times), blocks, trains by EM and predicts on DuckDB; its pairs are grouped twice: by connected components, as it ships,
and by our rules on what must not merge. Prints two sizes five times apart.
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
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

SOURCES = (("市场主体", "register.csv"), ("税务", "tax.xlsx"), ("楼宇", "tenants.xlsx"), ("街道", "streets.csv"))
THRESHOLD = 0.9  # probability from which on a pair of Splink's joins two rows


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def f1(found: int, right: int, hits: int) -> float:
    return 2 * hits / (found + right) if found + right else 1.0


def _pairs(label: np.ndarray) -> int:
    _, sizes = np.unique(label, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def measured(folder: Path, given: dict[str, str]) -> dict[str, float]:
    """F1 of pairs and of whole clusters, against the truth of the folder."""
    truth = {row["row_id"]: row["firm"] for row in rows(folder / "truth_clusters.csv")}
    if set(truth) != set(given):
        raise SystemExit("some rows are missing from the result, or stand there twice")
    ids = list(truth)
    _, right = np.unique([truth[row] for row in ids], return_inverse=True)
    _, found = np.unique([given[row] for row in ids], return_inverse=True)
    both = right.astype(np.int64) * len(ids) + found
    groups: list[set[tuple[int, ...]]] = []
    for label in (right, found):
        of = defaultdict(list)
        for place, value in enumerate(label.tolist()):
            of[value].append(place)
        groups.append({tuple(members) for members in of.values()})
    return {
        "pair": f1(_pairs(found), _pairs(right), _pairs(both)),
        "cluster": f1(len(groups[1]), len(groups[0]), len(groups[0] & groups[1])),
    }


def addresses_right(folder: Path, out: Path) -> dict[str, float]:
    """Shares of rows with the right building, and of rows in buildings with the right floor and room."""
    truth = {row["row_id"]: row for row in rows(folder / "truth_addresses.csv")}
    given = {row["row_id"]: row for row in rows(out / "addresses.csv")}
    housed = [row for row in truth if truth[row]["building_id"]]
    shares = {"building": sum(truth[r]["building_id"] == given[r]["building_id"] for r in truth) / len(truth)}
    for part in ("tower", "floor", "room"):
        shares[part] = sum(truth[row][part] == given[row][part] for row in housed) / len(housed)
    return shares


def timed(command: list[str]) -> tuple[str, dict[str, float]]:
    """Run a command; its output, wall and processor seconds, and the memory of its largest process in MB."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit(f"failed: {' '.join(command)}")
        out.seek(0)
        text = out.read()
    seconds = time.perf_counter() - started
    return text, {"wall": seconds, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024}


def ours(folder: Path) -> list[tuple[str, dict[str, float]]]:
    out = folder / "out"
    command = [
        sys.executable,
        "-m",
        "qifu.entry.cli.main",
        "registry",
        "link",
        "--buildings",
        str(folder / "buildings.csv"),
    ]
    for name, file in SOURCES:
        command += ["--source", f"{name}={folder / file}"]
    _, cost = timed([*command, "--out", str(out), "--json"])
    given = {row["row_id"]: row["cluster_id"] for row in rows(out / "clusters.csv")}
    return [("Qifu", cost | measured(folder, given) | addresses_right(folder, out))]


def splink(folder: Path) -> list[tuple[str, dict[str, float]]]:
    text, cost = timed([sys.executable, __file__, "--child", str(folder)])
    told = json.loads(text.splitlines()[-1])
    plain = {row["row_id"]: row["components"] for row in rows(folder / "splink.csv")}
    ruled = {row["row_id"]: row["ruled"] for row in rows(folder / "splink.csv")}
    without = {"wall": cost["wall"] - told["wall"], "cpu": cost["cpu"] - told["cpu"], "mb": cost["mb"]}
    return [
        ("Splink, connected components", without | measured(folder, plain)),
        ("Splink, our grouping", cost | measured(folder, ruled)),
    ]


def child(folder: Path) -> None:
    """Splink's side, in a process of its own: read, block, train, predict, group."""
    from qifu.engines.linkage.clusters import components, group
    from qifu.engines.linkage.scoring import Scorer
    from qifu.engines.linkage.weights import WEIGHTS

    ids, features = read_features(folder)
    one, other, bits = predicted(features)
    started, spent = time.perf_counter(), time.process_time()
    sure = bits > np.log2(THRESHOLD / (1 - THRESHOLD))
    plain = components(len(ids), one[sure], other[sure])
    scorer = Scorer(features)
    bits = bits + scorer.pieces(one, other)["branch"] - 8 * (scorer.fit(one, other) == 6)
    order = np.argsort(one << 32 | other)
    ruled = group(features, scorer, (one << 32 | other)[order], bits[order], WEIGHTS).group
    grouping = {"wall": time.perf_counter() - started, "cpu": time.process_time() - spent}
    with (folder / "splink.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row_id", "components", "ruled"))
        writer.writerows(zip(ids, plain.tolist(), ruled.tolist(), strict=True))
    print(json.dumps(grouping))


def read_features(folder: Path) -> tuple[list[str], Any]:
    """What our engine reads out of every row, before anything is compared."""
    from qifu.engines.linkage import directory as known
    from qifu.engines.linkage.link import reading
    from qifu.entry.cli import registry_link as command
    from qifu.entry.cli import registry_lists as lists

    houses = command.read_buildings(folder / "buildings.csv")
    called = frozenset(house.name for house in houses)
    read = [lists.read_source(name, folder / file, {}, called) for name, file in SOURCES]
    together = command.gather(read).lists()
    return list(together.ids), reading(together, known.directory(houses), spread=command.in_processes).rows


def predicted(features: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of Splink's and their match weights in bits."""
    import pyarrow
    import splink.comparison_level_library as level
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = ("trade", "industry", "core", "sound", "code", "building", "floor", "room", "phone", "person", "form", "branch",
               "region")  # fmt: skip
    data = {"unique_id": np.arange(len(features))}
    for name in columns:
        values = getattr(features, name)
        data[name] = pyarrow.array(values, mask=values < 0)
    letters = [features.cores[k] if k >= 0 else None for k in features.core.tolist()]
    data["letters"] = pyarrow.array(letters)
    table = pyarrow.table(data)

    def same(column: str, rare: bool = False) -> Any:
        found = level.ExactMatchLevel(column, term_frequency_adjustments=rare)
        return found

    name = library.CustomComparison(
        output_column_name="letters",
        comparison_levels=[
            level.NullLevel("letters"),
            same("letters", rare=True),
            level.CustomLevel("sound_l = sound_r", "sound"),
            level.CustomLevel("trade_l = trade_r and (industry_l is null or industry_r is null)", "short"),
            level.DamerauLevenshteinLevel("letters", 1),
            level.CustomLevel("trade_l = trade_r", "trade"),
            level.ElseLevel(),
        ],
    )
    place = library.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            level.CustomLevel("building_l is null and room_l is null or building_r is null and room_r is null", "unknown")
            .configure(is_null_level=True),
            level.CustomLevel("room_l = room_r", "room"),
            level.CustomLevel("building_l = building_r and floor_l = floor_r", "floor"),
            level.CustomLevel("building_l = building_r", "building"),
            level.ElseLevel(),
        ],
    )  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            name, place, library.ExactMatch("code"), library.ExactMatch("phone"), library.ExactMatch("person"),
            library.ExactMatch("form"), library.ExactMatch("region"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("code"), block_on("core"), block_on("sound"), block_on("trade", "building"), block_on("trade", "industry"),
            block_on("trade", "region"), block_on("room", "industry"), block_on("phone"), block_on("person", "building"),
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    backend = DuckDBAPI()
    linker = Linker(backend.register(table), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("code"), block_on("core", "room")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("code"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("core"))
    pairs = linker.inference.predict(threshold_match_probability=0.05)
    found = backend.duckdb_con.execute(
        f"select unique_id_l, unique_id_r, match_weight from {pairs.physical_name}"
    ).fetchnumpy()
    one, other = found["unique_id_l"].astype(np.int64), found["unique_id_r"].astype(np.int64)
    return np.minimum(one, other), np.maximum(one, other), found["match_weight"].astype(np.float64)


SIDES = {"ours": ours, "splink": splink}


def report(firms: int, seed: int, sides: list[str]) -> None:
    from qifu.entry.cli.sample.messy import write_messy

    for size in (firms // 5, firms):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            count = write_messy(folder, seed, size)
            print(f"\n{size:,} true firms in {count:,} rows, seed {seed}", flush=True)
            results = [result for side in sides for result in SIDES[side](folder)]
        base = next((row for label, row in results if label.startswith("Splink")), None)
        for label, row in results:
            ratio = (
                f"{row['wall'] / base['wall']:4.2f} x {row['cpu'] / base['cpu']:4.2f} x {row['mb'] / base['mb']:4.2f} x"
                if base
                else ""
            )
            print(
                f"{label:30} pair F1 {row['pair']:.4f}  cluster F1 {row['cluster']:.4f}  {row['wall']:6.1f} s wall "
                f"{row['cpu']:6.1f} s CPU {row['mb']:6.0f} MB  {ratio}",
                flush=True,
            )
            if "building" in row:
                parts = "  ".join(f"{part} {100 * row[part]:.2f} %" for part in ("building", "tower", "floor", "room"))
                print(f"{'':30} {parts}")
    print("ratios: wall, CPU, memory; Splink with connected components = 1")


def has_splink() -> bool:
    from importlib.util import find_spec

    return find_spec("splink") is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--firms", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=41)
    parser.add_argument("--sides", default="ours,splink" if has_splink() else "ours")
    parser.add_argument("--child", help=argparse.SUPPRESS, type=Path)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child)
    else:
        report(asked.firms, asked.seed, asked.sides.split(","))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    main()
