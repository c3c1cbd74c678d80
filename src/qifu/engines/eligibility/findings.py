"""What a chunk of verdicts comes to as lists: who is eligible, who is unknown, and which fields keep each unknown.

A group that is unknown stays so because of every part of it that is unknown: were one of its parts decisive, it would
not be unknown. So the fields of a row are found by walking down from the root with the planes of what is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .bulk import Planes, Task, Worker, mask
from .columns import WHOLE

_TABLED = 12  # fields of one policy whose combinations are looked up in a table


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One policy in one chunk: rows (counted from the start of the table); `missing` numbers sets of fields."""

    policy: int
    eligible: NDArray[np.int64]
    unknown: NDArray[np.int64]
    missing: NDArray[np.int32]


@dataclass(eq=False)
class Finder:
    """Turns planes into lists; `sets` names the sets of fields that findings number."""

    worker: Worker
    sets: list[tuple[str, ...]] = field(default_factory=list)
    _numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    _orders: dict[int, tuple[list[int], list[str]]] = field(default_factory=dict)

    def find(self, task: Task, pair: Planes, start: int) -> Finding:
        """List one policy of the chunk that begins at `start`, while its planes hold good."""
        count = min(self.worker.chunk, self.worker.table.rows - start)
        yes, possible = pair[0], pair[1]
        eligible = np.flatnonzero(mask(yes, count))
        doubtful = possible & ~yes
        unknown = np.flatnonzero(mask(doubtful, count))
        codes = self._missing(task, doubtful, unknown, count) if len(unknown) else np.zeros(0, dtype=np.int32)
        return Finding(task.policy, eligible + start, unknown + start, codes)

    def _missing(self, task: Task, doubtful: Planes, unknown: NDArray[np.int64], count: int) -> NDArray[np.int32]:
        groups, order = self._order(task)
        planes = self._relevant(task, doubtful, groups)
        names = [name for name in order if name in planes]
        if len(names) == 1:  # no other field can be what keeps them unknown
            return np.full(len(unknown), self._number((names[0],)), dtype=np.int32)
        key = np.zeros(len(unknown), dtype=np.int64)
        for bit, name in enumerate(names):
            key |= mask(planes[name], count)[unknown].astype(np.int64) << bit
        if len(names) <= _TABLED:
            seen = np.flatnonzero(np.bincount(key, minlength=1 << len(names)))
            table = np.zeros(1 << len(names), dtype=np.int32)
            table[seen] = [self._set(int(each), names) for each in seen]
            return table[key]
        distinct, places = np.unique(key, return_inverse=True)
        return np.array([self._set(int(each), names) for each in distinct], dtype=np.int32)[places]

    def _relevant(self, task: Task, doubtful: Planes, groups: list[int]) -> dict[str, Planes]:
        """For each field the rows that it keeps unknown."""
        library, table, words = self.worker.library, self.worker.table, self.worker.words
        relevant: dict[int, Planes] = {task.step: doubtful}
        found: dict[str, Planes] = {}
        for step in groups:
            if step in relevant:
                for part in library.steps[step].parts:
                    here = relevant[step] & self._doubt(part)
                    if here.any():
                        relevant[part] = relevant[part] | here if part in relevant else here
        for step, here in relevant.items():
            if library.steps[step].kind not in ("atom", "inverse"):
                continue
            fields = library.atoms[library.steps[step].parts[0]].fields
            for each in fields:
                kept = here
                if len(fields) > 1 and each.name in table.columns:
                    kept = here & self._cells(each.name, words)
                if each.name in found:
                    found[each.name] = found[each.name] | kept
                elif kept.any():
                    found[each.name] = kept
        return found

    def _doubt(self, step: int) -> Planes:
        row, words = self.worker.rows[self.worker.plan.slots[step]], self.worker.words
        return row[words:] & ~row[:words]

    def _cells(self, name: str, words: int) -> Planes:
        """The unknown cells of a column in the present chunk."""
        first = self.worker.start // WHOLE
        part = self.worker.table.columns[name].unknown.view(np.uint64)[first : first + words]
        return np.concatenate([part, np.zeros(words - len(part), dtype=np.uint64)])

    def _order(self, task: Task) -> tuple[list[int], list[str]]:
        """The groups of a policy from the root down, and its fields in the order of the condition."""
        if task.policy not in self._orders:
            library = self.worker.library
            self._orders[task.policy] = (library.groups(task.step, set())[::-1], list(library.fields_of(task.policy)))
        return self._orders[task.policy]

    def _set(self, key: int, names: list[str]) -> int:
        return self._number(tuple(name for bit, name in enumerate(names) if key >> bit & 1))

    def _number(self, names: tuple[str, ...]) -> int:
        if names not in self._numbers:
            self._numbers[names] = len(self.sets)
            self.sets.append(names)
        return self._numbers[names]
