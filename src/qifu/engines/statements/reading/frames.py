"""What surrounds the rows of every statement: unit, money unit and notes; and the lines that may hold figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qifu.engines.statements.layouts import is_marker, titled
from qifu.engines.statements.model import Repair, Statement, Unreadable
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact

from .outline import Region

_MARKER = re.compile(
    r"\(?(?:(?:附|公开|决算公开|预算公开)?表\d{1,2}(?:-\d)?|(?:附|公开|决算公开|预算公开)表?\d{1,2}表)\)?$"
)
_UNIT = re.compile(
    r"^(?:公开部门|公开单位|部门/单位|部门|编制单位|编制部门|编报单位|编报部门|填报部门|部门名称|单位名称|单位|填报单位|预算单位)(?:\(盖章\)|\(公章\))?[:：](.+?)(?:(?:金额)?单位[:：].*)?$"
)
_MONEY = re.compile(r"(?:金额)?单位[:：]((?:人民币)?(?:万元|元|亿元|千元))")
_NOTE = re.compile(
    r"^(注|备注|说明|本表|本套|\d{1,2}[行栏]=|\d+[.、]本(表|套)|本(部门|单位)|我(部门|单位)|此表|[^,。]{0,20}无(政府性基金|国有资本|“三公|财政拨款))"
)


@dataclass
class Trouble:
    """What could not be read, or only by the help of relations, while tables were read."""

    repairs: list[Repair] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    recognised: bool = False  # the source is a scan
    assumed: dict[str, tuple[str, ...]] = field(default_factory=dict)  # columns of statements, taken in official order


def read_head(region: Region) -> Statement:
    unit = money = ""
    notes: list[str] = []
    for line in region.lines:
        texts = [line.text] if line.cells is None else [cell for cell in line.cells if cell]
        for text in texts:
            plain = compact(text)
            if found := _MONEY.search(plain):
                money = money or found[1]
            if (found := _UNIT.match(plain)) and not unit and found[1] not in ("万元", "元") and len(found[1]) < 50:
                unit = _MARKER.sub("", found[1])  # the number of the statement stands on the same line
        if (line.cells is None or line.alone) and _NOTE.match(compact(line.alone)):
            notes.append(line.alone)
        elif (
            notes
            and line.cells is None
            and (line.starts is False or (not notes[-1].endswith(("。", "；")) and not is_marker(line.text)))
        ):
            notes[-1] += line.text  # a note that goes on over the end of a line
    last = max((line.number for line in region.lines), default=region.title.number)
    return Statement(
        region.layout.id, region.title.alone, unit, money, tuple(notes), at=region.title.number, until=last
    )


def data_lines(lines: Sequence[Line]) -> list[Line]:
    return [
        line
        for line in lines
        if not is_marker(line.alone or "") and not _NOTE.match(compact(line.alone)) and not titled(line.alone or "-")
    ]


def display(name: str) -> str:
    return "".join(name.split())
