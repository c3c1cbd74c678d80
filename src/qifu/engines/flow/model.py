"""The vocabulary of flows: values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qifu.engines.flow.clocks import Clock

BACK = "^"  # as a target: the state the case was in before the detour


@dataclass(frozen=True, slots=True)
class State:
    """Where a case stands. `told` is the word the other side sees."""

    name: str
    label: str
    told: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a step asks for.

    kind: text (several lines), line, choice, flag, number, date, items (a list of lines), unit, units, account, case, files.
    """

    name: str
    label: str
    kind: str = "text"
    is_required: bool = True
    longest: int = 2000  # characters of a text, largest number, or count of items
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done to a case, and what it does to state and clocks."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str = ""  # empty: the state stays; BACK: the state before the detour
    who: frozenset[str] = frozenset()  # relations of the actor to the case
    needs: tuple[Need, ...] = ()
    told: str = ""  # the sentence the other side sees; empty: an internal step
    starts: tuple[str, ...] = ()  # clocks
    meets: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()  # no longer owed
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    opens_round: bool = False
    is_detour: bool = False  # remembers the present state for BACK
    most: int | None = None  # how often in one round
    overflow: str = ""  # the state it leads to beyond `most`; empty: refused
    confirms: str = ""  # a question to ask before it is done


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole life of one kind of case."""

    name: str
    label: str
    begins: str
    states: Mapping[str, State]
    steps: Mapping[str, Step]
    clocks: Mapping[str, str]  # kind → label
    guards: Mapping[str, Callable[[Case], str]] = field(default_factory=dict)  # step → reason why not, or ""

    def __post_init__(self) -> None:
        for step in self.steps.values():
            unknown = {*step.sources, step.target, step.overflow} - {*self.states, "", BACK}
            if unknown:
                raise ValueError(f"{self.name}.{step.name}: unknown states {sorted(unknown)}")
            clocks = {*step.starts, *step.meets, *step.stops, *step.pauses, *step.resumes} - set(self.clocks)
            if clocks:
                raise ValueError(f"{self.name}.{step.name}: unknown clocks {sorted(clocks)}")


@dataclass(frozen=True, slots=True)
class Case:
    """What the machine knows of one case."""

    state: str
    round: int = 1
    resumes: str = ""  # the state behind a detour
    counts: Mapping[str, int] = field(default_factory=dict)  # steps taken in this round
    clocks: tuple[Clock, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)  # for guards only
