"""Reading frozen figures: one, those of a measure, and how the rows behind one look today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qifu.engines.calendar import SHANGHAI
from qifu.kernel.errors import Missing
from qifu.kernel.evidence.queries import history
from qifu.kernel.measures import Ask, Measure, Value, actions, evaluation
from qifu.kernel.measures.models import Snapshot
from qifu.kernel.measures.packing import unpack

LATEST = 20
STATES = {"same": "与冻结时一致", "changed": "冻结后有改动", "gone": "已不在统计范围或已删除", "come": "冻结后才计入"}


@dataclass(frozen=True, slots=True)
class Held:
    """A row of a snapshot as it looks today."""

    key: int
    line: evaluation.Line | None  # None: the row is not there any more
    state: str
    was_met: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A frozen figure against today: the figure now, and how many rows are in which state."""

    snapshot: Snapshot
    is_whole: bool  # whether the snapshot is as evidence says
    now: Value
    counts: dict[str, int]
    lines: list[Held]  # those that differ first
    is_cut: bool  # whether there are more lines than shown


def snapshot(number: int) -> Snapshot:
    """:raises Missing: there is none of this number."""
    row = Snapshot.objects.filter(pk=number).first()
    if row is None:
        raise Missing("没有这份冻结的数据，请从指标页面重新选择。")
    return row


def snapshots(name: str) -> Sequence[Snapshot]:
    """The latest frozen figures of a measure."""
    return list(Snapshot.objects.filter(name=name).defer("packed").order_by("-pk")[:LATEST])


def asked(row: Snapshot) -> Ask:
    """The question that a snapshot answered."""
    return Ask(row.since, row.until, row.at.astimezone(SHANGHAI), tuple((name, value) for name, value in row.where))


def is_whole(row: Snapshot) -> bool:
    """Whether the snapshot still says what evidence says that it said."""
    first = history(row.stream).filter(verb="measures.freeze").first()
    return first is not None and first.facts.get("digest") == actions.digest(row).hex() == bytes(row.digest).hex()


def compare(measure: Measure, row: Snapshot, *, most: int = 50) -> Comparison:
    """Read the rows anew, by the same question, and hold them against the snapshot."""
    then, ask = unpack(bytes(row.packed)), asked(row)
    place = {key: at for at, key in enumerate(then.keys)}
    states: dict[int, str] = {}
    for key, digest, is_met, _ in actions.said(measure, ask):
        at = place.get(key)
        if at is None:
            states[key] = "come"
        elif digest != then.digest(at) or is_met != bool(then.met[at]):
            states[key] = "changed"
        else:
            states[key] = "same"
    states |= {key: "gone" for key in then.keys if key not in states}
    counts = dict.fromkeys(STATES, 0)
    for state in states.values():
        counts[state] += 1
    shown = sorted(states, key=lambda key: (states[key] == "same", -key))
    lines = _lines(measure, ask, shown[:most], states, place, then.met)
    return Comparison(row, is_whole(row), evaluation.value(measure, ask), counts, lines, len(shown) > most)


def _lines(
    measure: Measure, ask: Ask, keys: Sequence[int], states: dict[int, str], place: dict[int, int], met: bytes
) -> list[Held]:
    known = evaluation.named(measure, ask, keys)
    return [Held(key, known.get(key), states[key], key in place and bool(met[place[key]])) for key in keys]
