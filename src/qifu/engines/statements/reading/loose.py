"""Figures in lines without columns: put together where a space fell into one, doubted where it cannot be told.

In `1 247.09` the space may be a thousands comma that was lost, or may part two figures. Nothing in the line tells, so the
line is not understood; `1 049.82` is one figure, because none begins with a nought.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qifu.engines.statements.model import Unreadable
from qifu.engines.statements.paper import Line

from .frames import Trouble
from .outline import Region

PARTED = "数字中间有空格，不能确定是一个数还是两个数"
_ENDS = r"(?=[\s%％]|$)"
_POINT = re.compile(rf"(?<=\d)(?:[.．]\s+|\s+[.．]\s*)(?=\d{{2}}{_ENDS})")
_MARK = re.compile(rf"(?<![\d.])(\d{{1,3}})(?:\s*[,，、'’]\s*|\.)(?=(?:\d{{3}}[,，、'’.])*\d{{3}}\.\d{{1,2}}{_ENDS})")
_NOUGHT = re.compile(rf"(?<![\d.])([1-9]\d{{0,2}})\s(?=0\d{{2}}\.\d{{1,2}}{_ENDS})")
_DOUBT = re.compile(rf"(?<![\d.])[1-9]\d{{0,2}}\s\d{{3}}\.\d{{1,2}}{_ENDS}")


def gathered(region: Region) -> Region:
    """The lines of a statement with the figures put together that spaces and marks parted."""
    return replace(region, lines=[_gathered(line) for line in region.lines])


def _gathered(line: Line) -> Line:
    if line.cells is not None or not line.raw:
        return line
    raw = _NOUGHT.sub(r"\1", _MARK.sub(r"\1", _POINT.sub(".", line.raw)))
    return line if raw == line.raw else replace(line, raw=raw, text=raw)


def is_doubtful(line: Line) -> bool:
    """Whether a space in a line without columns may stand inside a figure."""
    return line.cells is None and _DOUBT.search(line.raw or line.text) is not None


def without_doubtful(region: Region, lines: Sequence[Line], trouble: Trouble) -> list[Line]:
    """The lines that can be told apart; the others are named, and nothing is concluded from their statement."""
    kept = []
    for line in lines:
        if is_doubtful(line):
            trouble.unreadable.append(
                Unreadable(f"{region.layout.id} 第{line.number}行", line.text, PARTED, line.number)
            )
        else:
            kept.append(line)
    return kept
