"""Results of a match written as they are found, chunk by chunk, so that memory does not grow with policies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qifu.engines.eligibility import CHUNK, Finder, Finding, Library, Table, Worker, counted, plan

from .speak import BadInput

COLUMNS = ("enterprise_id", "policy_id", "result", "missing")
_BATCH = 2_000_000  # rows held before they are written
_NAMES = ["eligible", "unknown"]
_RESULTS = pl.Series("result", _NAMES, dtype=pl.Enum(_NAMES))


@dataclass(slots=True)
class Count:
    """How many are eligible and unknown, by policy."""

    eligible: list[int]
    unknown: list[int]

    @classmethod
    def of(cls, library: Library) -> Count:
        """Begin at nothing."""
        return cls([0] * len(library.policies), [0] * len(library.policies))


def writer(file: str) -> Callable[[Iterator[pl.DataFrame], str], None]:
    """Choose how to write by the ending of the name. :raises BadInput: neither .csv nor .parquet, or no such folder."""
    place = Path(file)
    found = {".csv": _write_csv, ".parquet": _write_parquet}.get(place.suffix.lower())
    if found is None:
        raise BadInput("结果文件须是 .csv 或 .parquet。", "The result is .csv or .parquet.", where=file)
    if not place.parent.is_dir() or place.is_dir():
        raise BadInput("没有这个文件夹，结果无处可写。", "No such folder to write to.", where=file)
    return found


def write(file: str, frames: Iterator[pl.DataFrame]) -> None:
    """Write a result whole or not at all: it appears under its name when it is complete."""
    scratch = f"{file}.{os.getpid()}.part"
    try:
        writer(file)(frames, scratch)
        os.replace(scratch, file)
    except OSError as error:
        raise BadInput(f"结果写不了（{error.strerror}）。", f"Cannot write: {error.strerror}.", where=file) from None
    finally:
        with suppress(OSError):
            os.unlink(scratch)


def _write_csv(frames: Iterator[pl.DataFrame], file: str) -> None:
    with open(file, "wb") as out:
        out.write((",".join(COLUMNS) + "\n").encode())
        for frame in frames:
            frame.with_columns(pl.col("missing").replace("", None)).write_csv(out, include_header=False)


def _write_parquet(frames: Iterator[pl.DataFrame], file: str) -> None:
    from polars.io.plugins import register_io_source

    first = next(frames)
    rest = chain([first], frames)

    def source(with_columns: Any, predicate: Any, n_rows: Any, batch_size: Any) -> Iterator[pl.DataFrame]:
        return rest

    register_io_source(source, schema=first.schema).sink_parquet(file, compression="lz4", statistics=False)


def matched(library: Library, table: Table, ids: pl.Series, on: date, count: Count) -> Iterator[pl.DataFrame]:
    """Find the pairs that are eligible or unknown, and count them on the way."""
    names = [policy.id for policy in library.policies]
    policies = pl.Series("policy_id", names, dtype=pl.Enum(names))
    worker = Worker(library, table, plan(library, on), CHUNK)
    finder = Finder(worker)
    held: list[Finding] = []
    rows = 0
    for start in range(0, table.rows, worker.chunk):
        for task, pair in worker.run(start):
            found = finder.find(task, pair, start)
            count.eligible[found.policy] += len(found.eligible)
            count.unknown[found.policy] += len(found.unknown)
            held.append(found)
            rows += len(found.eligible) + len(found.unknown)
            if rows > _BATCH:
                yield _frame(held, finder, ids, policies)
                held, rows = [], 0
    yield _frame(held, finder, ids, policies)  # at least one, if without rows


def count_only(library: Library, table: Table, on: date, count: Count) -> None:
    """Count without listing: the planes of a chunk are enough."""
    worker = Worker(library, table, plan(library, on), CHUNK)
    for start in range(0, table.rows, worker.chunk):
        rows = min(worker.chunk, table.rows - start)
        for task, pair in worker.run(start):
            yes, unknown = counted(pair, rows)
            count.eligible[task.policy] += yes
            count.unknown[task.policy] += unknown


def _frame(held: list[Finding], finder: Finder, ids: pl.Series, policies: pl.Series) -> pl.DataFrame:
    """Lay findings out as rows; policies and results as numbers with a list of words, which is what they are."""
    sizes = [size for each in held for size in (len(each.eligible), len(each.unknown))]
    rows = _joined([part for each in held for part in (each.eligible, each.unknown)])
    policy = np.repeat(np.array([each.policy for each in held for _ in range(2)], dtype=np.uint32), sizes)
    result = np.repeat(np.tile(np.array([0, 1], dtype=np.uint8), len(held)), sizes)
    missing = _joined([part for each in held for part in (np.zeros(len(each.eligible), np.int32), each.missing + 1)])
    sets = pl.Series("missing", ["", *("|".join(each) for each in finder.sets)], dtype=pl.String)
    return pl.DataFrame(
        [
            ids.gather(rows),
            policies.gather(policy),
            _RESULTS.gather(result),
            sets.gather(missing),
        ]
    )


def _joined(parts: list[Any]) -> Any:
    return np.concatenate(parts).astype(np.uint32) if parts else np.zeros(0, dtype=np.uint32)
