"""Where each clause of a condition stands: sources are given by JSON pointer, and cover what lies under them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qifu.engines.eligibility.conditions import Clause, Comparison, Constant, Group, Membership, Negation, Node


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clause stands in the document, and what it says there in plain words."""

    cite: str
    says: str


def place(pointer: str) -> str:
    """The engine's path of a JSON pointer into a condition: `/and/0` is `$.when.and[0]`; of `!` it has no index."""
    found = "$.when"
    before = ""
    for part in pointer.strip("/").split("/") if pointer.strip("/") else ():
        if not (part.isdigit() and before == "!"):
            found += f"[{part}]" if part.isdigit() else f".{part}"
        before = part
    return found


def leaves(node: Node) -> Iterator[Clause]:
    """The clauses of a condition, in order."""
    if isinstance(node, Comparison | Membership):
        yield node
    elif isinstance(node, Negation):
        yield from leaves(node.part)
    elif isinstance(node, Group):
        for part in node.parts:
            yield from leaves(part)
    else:
        assert isinstance(node, Constant)


def sources(clauses: Sequence[Mapping[str, object]]) -> dict[str, Source]:
    """Sources by the engine's path; without words of where it stands there is none."""
    return {
        place(str(each.get("path", ""))): Source(str(each.get("cite", "")).strip(), str(each.get("says", "")).strip())
        for each in clauses
        if str(each.get("cite", "")).strip()
    }


def source_of(path: str, known: Mapping[str, Source]) -> Source | None:
    """The nearest source of a path: its own, else that of what it lies in."""
    fitting = [each for each in known if path == each or path.startswith((f"{each}.", f"{each}["))]
    return known[max(fitting, key=len)] if fitting else None


def uncovered(node: Node, clauses: Sequence[Mapping[str, object]]) -> list[Clause]:
    """The clauses that have no source."""
    known = sources(clauses)
    return [leaf for leaf in leaves(node) if source_of(leaf.path, known) is None]
