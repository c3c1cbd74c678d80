"""Evaluation reports that a unit prints among its explanations without the heading of an annex, told by what they hold.

A report numbers its own sections from 一 on: the project, how it was evaluated, what came of it, what is wrong and proposed.
Its figures are those of a project; taken for a section of the explanations they would contradict the statements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import chinese_number, compact

_PART = re.compile(r"^[-·•]?第[一二三四五六七八九十]{1,2}部分")
_SECTION = re.compile(r"^[-·•]?([一二三四五六七八九十]{1,3})[、.．](.{2,30})$")
_TITLE = re.compile(r"^[^。，；：,;:]{0,44}(评价|自评)(情况)?报告(\([^()]{1,20}\))?$")
_FIRST = re.compile(
    r"(项目|单位|部门|评价对象|资金|政策|整体支出)的?(基本|整体|总体|绩效)?(概况|情况|概述)$|^(基本|总体)(情况|概况)$|^概况$|^项目绩效目标"
)
_OWN = re.compile(
    r"评价(工作|过程|组织|结论|结果|情况|指标)|绩效(分析|目标)|指标(分析|完成)|自评(工作|结论|结果|情况)|综合(评价|结论)"
)
_EXPLAINED = re.compile(r"三公|机关运行|政府采购|国有资产|收入支出(决算|预算)|(决算|预算)收支|财政拨款.*(决算|预算)")
_REMEDY = re.compile(r"问题|经验|做法|建议|改进|下一步|附件|其他需要说明")


def report_starts(lines: Sequence[Line]) -> frozenset[int]:
    """Numbers of the lines at which a report begins: its title where it has one, else its first section."""
    heads = [(i, found) for i, line in enumerate(lines) if (found := _section(line))]
    starts = set()
    for k, (i, (number, words)) in enumerate(heads):
        if number != 1 or not _FIRST.search(words):
            continue
        following = [words for _, words in _same_list(lines, heads[k:])]
        if any(_EXPLAINED.search(each) for each in following):
            continue
        if any(_OWN.search(each) for each in following) and sum(map(_is_of_report, following)) >= 2:
            starts.add(lines[_title_before(lines, i)].number)
    return frozenset(starts)


def _is_of_report(words: str) -> bool:
    return bool(_OWN.search(words) or _REMEDY.search(words))


def _section(line: Line) -> tuple[int, str] | None:
    """Number and words of a heading 一、…; `None` for any other line."""
    found = _SECTION.match(compact(line.alone))
    return (chinese_number(found[1]) or 0, found[2].rstrip("。")) if found else None


def _same_list(lines: Sequence[Line], heads: Sequence[tuple[int, tuple[int, str]]]) -> list[tuple[int, str]]:
    """The headings that go on numbering behind the first, until a part of the document begins."""
    first = heads[0][0]
    end = next((i for i in range(first, len(lines)) if _PART.match(compact(lines[i].alone))), len(lines))
    behind = [head for i, head in heads[1:] if i < end]
    in_turn = takewhile(lambda pair: pair[0] == pair[1][0], enumerate(behind, start=2))
    return [head for _, head in in_turn]


def _title_before(lines: Sequence[Line], first: int) -> int:
    """The place of the title above the first section, else of that section."""
    for i in range(first - 1, max(first - 7, -1), -1):
        if _TITLE.match(compact(lines[i].alone)):
            return i
        if _PART.match(compact(lines[i].alone)) or lines[i].text.endswith(("。", "；")):
            break
    return first
