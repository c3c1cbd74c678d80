"""All policies against all enterprises: each question asked once, answers kept as packed bits, chunk by chunk.

Every step of the program has two bit planes over the rows of a chunk: *yes* and *possible* (yes or unknown), side by side in
one row of the workspace, so that one operation of 64-bit words works on both. Inverting swaps and negates them; the
planes of a group are the *and* or *or* of its parts, because Kleene's logic is monotone in both.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .atoms import Desk, askings
from .columns import WHOLE, Table, padded
from .programs import FALSE, TRUE, Library

CHUNK = 65_536  # rows: a plane of a chunk is 8 KB, long enough for its operation to outweigh the call
Planes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Verdicts of all policies: `planes[policy, 0]` who is eligible, `planes[policy, 1]` who may be; bits by row."""

    rows: int
    planes: Planes

    def eligible(self, policy: int) -> NDArray[np.bool_]:
        """Who is eligible, by row."""
        return mask(self.planes[policy, 0], self.rows)

    def unknown(self, policy: int) -> NDArray[np.bool_]:
        """Who may be eligible once more is known, by row."""
        return mask(self.planes[policy, 1] & ~self.planes[policy, 0], self.rows)

    def counts(self) -> NDArray[np.int64]:
        """Eligible and unknown of each policy."""
        return np.array([counted(each, self.rows) for each in self.planes], dtype=np.int64).reshape(-1, 2)


def mask(plane: Planes, rows: int) -> NDArray[np.bool_]:
    """Unpack a plane into one truth value a row."""
    bits = np.ascontiguousarray(plane).view(np.uint8)
    return np.unpackbits(bits, count=rows, bitorder="little").view(np.bool_)


def counted(planes: Planes, rows: int) -> tuple[int, int]:
    """Count the eligible and the unknown in the two planes of a policy over so many rows."""
    whole, rest = divmod(rows, WHOLE)
    last = np.uint64((1 << rest) - 1)
    yes, possible = (
        int(np.bitwise_count(plane[:whole]).sum(dtype=np.int64))
        + (int(np.bitwise_count(plane[whole] & last)) if rest else 0)
        for plane in planes
    )
    return yes, possible - yes


@dataclass(frozen=True, slots=True)
class Join:
    """A group to be computed: into which slot, how, and from which."""

    slot: int
    is_and: bool
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One policy in force: its place, what of it is not computed yet, and where its answer stands then."""

    policy: int
    joins: tuple[Join, ...]
    step: int
    slot: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for a chunk: questions, inverses of answers, then policy after policy.

    `slots` says where a step stands: shared ones for the whole chunk, the others until the next policy.
    """

    asked: tuple[int, ...]
    inverses: tuple[tuple[int, int], ...]  # (slot, slot of the atom)
    tasks: tuple[Task, ...]
    slots: dict[int, int]
    width: int  # slots in all


@lru_cache(maxsize=16)
def plan(library: Library, on: date) -> Plan:
    """Order what the policies in force on a day need; the plans last made are kept."""
    steps = library.steps
    roots = [(n, library.roots[n]) for n, policy in enumerate(library.policies) if policy.is_in_force(on)]
    uses = _uses(library, [root for _, root in roots])
    asked = sorted({steps[s].parts[0] for s in uses if steps[s].kind in ("atom", "inverse")})
    place = {atom: 2 + number for number, atom in enumerate(asked)}
    slots = {FALSE: 0, TRUE: 1} | {s: place[steps[s].parts[0]] for s in uses if steps[s].kind == "atom"}
    inverses: list[tuple[int, int]] = []
    for s in sorted(uses):
        if steps[s].kind == "inverse":
            slots[s] = 2 + len(asked) + len(inverses)
            inverses.append((slots[s], place[steps[s].parts[0]]))
    shared = [s for s in sorted(uses) if uses[s] > 1 and steps[s].kind in ("and", "or")]
    slots |= {s: 2 + len(asked) + len(inverses) + number for number, s in enumerate(shared)}
    free = 2 + len(asked) + len(inverses) + len(shared)
    tasks = _tasks(library, roots, slots, free)
    width = max([free, *(join.slot + 1 for task in tasks for join in task.joins)])
    return Plan(tuple(asked), tuple(inverses), tasks, slots, width)


def _uses(library: Library, roots: Sequence[int]) -> Counter[int]:
    """How often each step is a root or a part of a step that is needed."""
    uses = Counter(roots)
    for s in range(len(library.steps) - 1, TRUE, -1):
        if s in uses and library.steps[s].kind in ("and", "or"):
            uses.update(library.steps[s].parts)
    for constant in (FALSE, TRUE):
        uses.pop(constant, None)
    return uses


def _tasks(library: Library, roots: Sequence[tuple[int, int]], slots: dict[int, int], free: int) -> tuple[Task, ...]:
    """What each policy adds to what those before it have computed; groups of its own take slots from `free` on."""
    done: set[int] = set()
    tasks = []
    for policy, root in roots:
        joins: list[Join] = []
        taken = free
        for s in library.groups(root, done):
            if s not in slots or slots[s] >= free:
                slots[s], taken = taken, taken + 1
            kind, parts = library.steps[s].kind, library.steps[s].parts
            joins.append(Join(slots[s], kind == "and", tuple(slots[part] for part in parts)))
        tasks.append(Task(policy, tuple(joins), root, slots[root]))
    return tuple(tasks)


class Worker:
    """A workspace for one chunk at a time, reused from chunk to chunk: fresh memory costs more than the work."""

    def __init__(self, library: Library, table: Table, plan: Plan, chunk: int = CHUNK) -> None:
        self.library, self.table, self.plan = library, table, plan
        self.chunk = min(padded(max(chunk, 1)), padded(max(table.rows, 1)))
        self.words = self.chunk // WHOLE
        space = np.zeros((plan.width, 2 * self.words), dtype=np.uint64)
        space[TRUE] = ~np.uint64(0)
        self._asked = space[2 : 2 + len(plan.asked)]
        self.rows = list(space)  # one array a slot: picking it from a list is cheaper than slicing
        self._pairs = list(space.reshape(plan.width, 2, self.words))
        self.start = 0  # of the present chunk
        self._asks = askings(table, [library.atoms[atom] for atom in plan.asked], Desk(self.chunk))

    def run(self, start: int) -> Iterator[tuple[Task, Planes]]:
        """Answer the rows of the chunk that begins here: each policy in force, with its two planes.

        The planes hold good until the next policy is asked for; bits behind the last row of the table mean nothing.
        """
        rows, words, self.start = self.rows, self.words, start
        part = slice(start, min(start + self.chunk, self.table.rows))
        for each in self._asks:
            each.ask(part, self._asked)
        for slot, source in self.plan.inverses:
            np.invert(rows[source][words:], out=rows[slot][:words])
            np.invert(rows[source][:words], out=rows[slot][words:])
        for task in self.plan.tasks:
            for join in task.joins:
                self._join(join)
            yield task, self._pairs[task.slot]

    def _join(self, join: Join) -> None:
        rows, out, parts = self.rows, self.rows[join.slot], join.parts
        combine = np.bitwise_and if join.is_and else np.bitwise_or
        combine(rows[parts[0]], rows[parts[1]], out)
        for part in parts[2:]:
            combine(out, rows[part], out)


def match(
    library: Library, table: Table, on: date, *, out: Planes | None = None, threads: int = 0, chunk: int = CHUNK
) -> Matrix:
    """Answer every policy for every enterprise on a day.

    `out` is the matrix of an earlier run of the same shape to write into; `threads` 0 takes all cores where it pays.
    """
    planned = plan(library, on)
    shape = (len(library.policies), 2, padded(table.rows) // WHOLE)
    planes = out if out is not None and out.shape == shape else np.empty(shape, dtype=np.uint64)
    _clear_others(planes, planned)
    starts = range(0, table.rows, padded(chunk))
    hands = threads or cores(len(starts))

    def work(share: Sequence[int]) -> None:
        worker = Worker(library, table, planned, chunk)
        for start in share:
            first = start // WHOLE
            last = min(first + worker.words, shape[2])
            for task, pair in worker.run(start):
                planes[task.policy, :, first:last] = pair[:, : last - first]

    if hands > 1:
        with ThreadPoolExecutor(hands) as pool:
            list(pool.map(work, [starts[n::hands] for n in range(hands)]))
    else:
        work(starts)
    if table.rows % WHOLE:
        planes[:, :, -1] &= np.uint64((1 << table.rows % WHOLE) - 1)
    return Matrix(table.rows, planes)


def cores(chunks: int) -> int:
    """How many threads pay: one for every four chunks, at most one a core."""
    return max(1, min(chunks // 4, len(os.sched_getaffinity(0))))


def _clear_others(planes: Planes, planned: Plan) -> None:
    """Nobody is eligible for a policy that is not in force."""
    in_force = {task.policy for task in planned.tasks}
    for policy in range(len(planes)):
        if policy not in in_force:
            planes[policy] = 0
