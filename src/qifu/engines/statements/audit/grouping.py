"""One cause, one finding: contradictions that a single wrong figure explains become one, the rest is named as related."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.money import tail
from qifu.engines.statements.relations import Key

from .hits import ERROR, INFO, Finding

_GRAVITY = {ERROR: 0, "warning": 1, INFO: 2}
_ORDER = (
    "TBL",
    "BUD",
    "XTB",
    "NAR",
    "PCT",
    "FRM",
    "CNT",
    "NN",
    "REQ",
    "RES",
    "LBL",
    "VOC",
    "PRI",
    "TGT",
    "CLS",
    "PLS",
    "DMG",
)


def grouped(findings: Sequence[Finding], values: dict[Key, Decimal | None]) -> list[Finding]:
    """Gather findings of one cause and put the gravest first."""
    by_cell = _by_wrong_cell(list(findings), values)
    return sorted(_by_cause(by_cell), key=lambda f: (_GRAVITY[f.severity], _family(f.rule), f.lines[:1]))


def _family(code: str) -> int:
    head = code.split("-")[0]
    return _ORDER.index(head) if head in _ORDER else len(_ORDER)


def _by_wrong_cell(findings: list[Finding], values: dict[Key, Decimal | None]) -> list[Finding]:
    """Take the cell that, set right, mends the most relations; repeat for what is left."""
    left = [f for f in findings if f.relation is not None and f.severity != INFO]
    others = [f for f in findings if f.relation is None or f.severity == INFO]
    done: list[Finding] = []
    while left:
        best: list[Finding] = []
        key: Key | None = None
        for candidate in {cell for finding in left for cell in finding.cells}:
            group = _agreeing(candidate, left, values)
            if len(group) > len(best):
                best, key = group, candidate
        if len(best) < 2 or key is None:
            done += left
            break
        done.append(_one(best, key))
        left = [f for f in left if f not in best]
    return _text_follows(done, others)


def _agreeing(cell: Key, findings: list[Finding], values: dict[Key, Decimal | None]) -> list[Finding]:
    """The findings that one value of this cell would settle."""
    implied = [(f, f.relation.implied(cell, values)) for f in findings if f.relation is not None and cell in f.cells]
    best: list[Finding] = []
    for _, value in implied:
        group = [f for f, other in implied if abs(other - value) <= tail(3)]
        if len(group) > len(best):
            best = group
    return best


def _one(group: list[Finding], cell: Key) -> Finding:
    """The finding that speaks for a group: the one whose own left side is the cell, else the first."""
    own = [f for f in group if f.relation is not None and f.relation.cells[0][0] == cell]
    main = (own or sorted(group, key=lambda f: _family(f.rule)))[0]
    rest = [f for f in group if f is not main]
    related = tuple(dict.fromkeys(f"{f.rule}：{f.message}" for f in rest))
    lines = tuple(dict.fromkeys(line for f in (main, *rest) for line in f.lines))
    return replace(main, related=main.related + related, lines=lines, cells=frozenset({cell}))


def _text_follows(done: list[Finding], others: list[Finding]) -> list[Finding]:
    """A sentence that disagrees with a cell which is itself wrong is no finding of its own."""
    wrong = {next(iter(f.cells)): i for i, f in enumerate(done) if len(f.cells) == 1}
    kept = []
    for finding in others:
        place = next((wrong[cell] for cell in finding.cells if cell in wrong), None)
        if place is None or finding.severity == INFO or finding.relation is not None:
            kept.append(finding)
            continue
        main = done[place]
        done[place] = replace(
            main,
            related=(*main.related, f"{finding.rule}：{finding.message}"),
            lines=tuple(dict.fromkeys((*main.lines, *finding.lines))),
        )
    return done + kept


def _by_cause(findings: list[Finding]) -> list[Finding]:
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    result: list[Finding] = []
    for finding in findings:
        if finding.cause:
            groups[finding.cause, ""].append(finding)
        else:
            result.append(finding)
    for group in groups.values():
        ordered = sorted(group, key=lambda f: (_GRAVITY[f.severity], _family(f.rule)))
        main, rest = ordered[0], ordered[1:]
        related = tuple(dict.fromkeys(f"{f.rule}：{f.message}" for f in rest if f.message != main.message))
        lines = tuple(dict.fromkeys(line for f in ordered for line in f.lines))
        result.append(replace(main, related=main.related + related, lines=lines))
    return result
