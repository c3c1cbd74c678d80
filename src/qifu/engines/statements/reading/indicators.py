"""Rows of a performance form that are indicators: their levels, names, targets, values and scores, told by what the cells say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qifu.engines.statements.model import Indicator, Repair, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese

from .drafts import Draft, Header
from .tables import Trouble

_LEVEL1 = re.compile(
    r"^(产出|效益|满意度|成本|管理|投入|过程|决策|效果|履职|运行|预算执行|部门管理|社会效应|可持续性)(指标)?$"
)
_LEVEL2 = re.compile(
    r"^(数量|质量|时效|成本|经济成本|社会成本|生态(环境)?成本|经济效益|社会效益|生态效益|环境效益|可持续(发展)?影响|服务对象满意度|社会公众或服务对象满意度|社会公众(满意度)?|满意度)(指标)?$"
)
_PAIRS = (
    (re.compile(r"^(数量|质量|时效)"), "产出指标"),
    (re.compile(r"^(经济效益|社会效益|生态效益|可持续)"), "效益指标"),
    (re.compile(r"满意度"), "满意度指标"),
    (re.compile(r"^(经济|社会|生态(环境)?)成本"), "成本指标"),
)
_LABEL = re.compile(r"^(项目)?(年度)?(绩效)?(指标|目标)?$|^年度绩效|^项目年")
_GOAL_IN_LABEL = re.compile(r"(?:年度)?绩效(?:目标|指标)(\d*|[一二三四五六七八九十]*)[(（](\d+(?:\.\d+)?)分[)）]")


def read_header(draft: Draft, cells: Sequence[str], plain: list[tuple[int, str]]) -> bool:
    """Take the row that names the columns of the indicators; false for any other row."""
    words = {text for _, text in plain}
    if not any(text.startswith("一级指标") for text in words) and not any(
        text.startswith(("三级指标", "指标名称")) for text in words
    ):
        return False
    header = Header(width=len(cells))
    for i, text in plain:
        if text.startswith("一级指标"):
            header.level1 = i
        elif text.startswith("二级指标"):
            header.level2 = i
        elif text.startswith(("三级指标", "指标名称")):
            header.name = i
        elif re.match(r"^(年初目标|年度指标值|指标值|目标值|年初指标|预期)", text):
            header.target = i
        elif re.match(r"^(实际完成|完成值|实际值|全年完成|年度完成)", text):
            header.actual = i
        elif re.match(r"^(得分|自评得分|实际得分|评分)", text):
            header.score = i
        elif re.match(r"^(分值|权重|满分)", text):
            header.points = i
        elif re.match(r"^(偏差|未完成原因)", text):
            header.reason = i
    draft.header = header
    draft.level1 = draft.level2 = ""
    label = plain[0][1]
    if found := _GOAL_IN_LABEL.search(label):
        if draft.goals and not draft.goals[-1][2] and not draft.goals[-1][1]:
            text, _, indicators, at = draft.goals[-1]
            draft.goals[-1] = (text, found[2], indicators, at)
        elif not draft.goals or draft.goals[-1][2]:
            draft.goals.append(("", found[2], [], 0))
    return True


def read_indicator(draft: Draft, cells: Sequence[str], line: Line, trouble: Trouble) -> None:
    """Take a row as an indicator, or as more of the last reason; what is neither is named in `trouble`."""
    found = _by_columns(draft.header, cells) or _from_right(draft.header, cells)
    if found is not None and 0 <= draft.header.reason < len(cells) and (reason := cells[draft.header.reason]):
        said = f"{found[1].name}：{reason}"
        draft.texts["reasons"] = "；".join(filter(None, [draft.texts.get("reasons", ""), said]))
    if found is None:
        if draft.last and line.alone and draft.texts.get(draft.last):
            draft.texts[draft.last] += line.alone
        elif sum(bool(cell) for cell in cells) >= 2:
            trouble.unreadable.append(
                Unreadable(f"{draft.title or '绩效表'} 第{line.number}行", line.text, "这一行不能归入指标", line.number)
            )
        return
    levels, indicator = found
    level1, level2 = _levels(draft, levels, line, trouble, indicator.name)
    if not draft.goals:
        draft.goals.append(("", "", [], line.number))
    draft.goals[-1][2].append(replace(indicator, level1=level1, level2=level2, at=line.number))


def _by_columns(header: Header, cells: Sequence[str]) -> tuple[list[tuple[int, str]], Indicator] | None:
    if header.name < 0 or header.target < 0 or len(cells) < max(header.name, header.target, header.actual) + 1:
        return None
    name, target = cells[header.name], cells[header.target]
    if not is_chinese(name) or _LEVEL2.match(_bare(name)):
        return None
    if not target and not (len(cells) == header.width and header.level2 >= 0 and _is_level(cells[header.level2])):
        return None  # only where every cell stands in its column is a blank target one that was left out
    actual = cells[header.actual] if 0 <= header.actual < len(cells) else ""
    score = cells[header.score] if 0 <= header.score < len(cells) else ""
    points = cells[header.points] if 0 <= header.points < len(cells) else ""
    if header.actual >= 0 and not actual:
        return None
    if is_chinese(score) or is_chinese(points):
        return None  # the row has moved: words stand where points do
    levels = [(i, cell) for i, cell in enumerate(cells[: header.name]) if cell and i >= min(header.level1, header.name)]
    levels += [(i, c) for i, c in enumerate(cells[: max(header.level1, 0)]) if c and _is_level(c)]
    return sorted(levels), _made(name, target, actual, score, points)


def _from_right(header: Header, cells: Sequence[str]) -> tuple[list[tuple[int, str]], Indicator] | None:
    held = [(i, cell) for i, cell in enumerate(cells) if cell]
    if header.reason >= 0 and len(cells) != header.width:
        return None  # what stands last may be a reason as well as a value
    held = [(i, cell) for i, cell in held if i != header.reason]
    scored = header.score >= 0 and len(held) >= 4 and amount(held[-1][1]) is not None
    values = 3 if scored else 2
    if header.actual < 0 and header.name >= 0:
        values = 1
    if len(held) < values + 1:
        return None
    tail_cells = [cell for _, cell in held[-values:]]
    rest = held[:-values]
    points = ""
    if header.points >= 0 and len(rest) >= 2 and amount(rest[-1][1]) is not None:
        points, rest = rest[-1][1], rest[:-1]
    name = rest[-1][1]
    if not is_chinese(name) or _is_level(name):
        return None
    target, actual = tail_cells[0], tail_cells[1] if values > 1 else ""
    levels = [(i, cell) for i, cell in rest[:-1] if i >= header.level1 or _is_level(cell)]
    return levels, _made(name, target, actual, tail_cells[2] if scored else "", points)


def _made(name: str, target: str, actual: str, score: str, points: str) -> Indicator:
    behind = _BEHIND.search(compact(name))
    if behind and not points:
        name, points = re.sub(r"\s*[(（][\d.\s]+分\s*[)）]\s*$", "", name), behind[1]
    return Indicator("", "", "".join(name.split()), _value(target), _value(actual), _value(score), _value(points))


def _value(text: str) -> str:
    plain = re.sub(r"(?<=\d)\s*\.\s*(?=\d)", ".", text.strip())
    return plain if re.fullmatch(r"[\x00-\x7f]+ [\x00-\x7f]+", plain) else re.sub(r"\s+", "", plain)


_BEHIND = re.compile(r"[(（](\d+(?:\.\d+)?)分[)）]$")


def _bare(text: str) -> str:
    """The name of a level without the points printed behind it: 数量指标（30分）."""
    return _BEHIND.sub("", compact(text))


def _is_level(text: str) -> bool:
    plain = _bare(text)
    return bool(_LEVEL1.match(plain) or _LEVEL2.match(plain))


def _levels(
    draft: Draft, levels: Sequence[tuple[int, str]], line: Line, trouble: Trouble, name: str
) -> tuple[str, str]:
    """Level 1 and 2 of a row: printed, carried from the row above, or by the official pairing."""
    texts = [_bare(cell) for _, cell in levels if not _LABEL.match(compact(cell))]
    first = second = ""
    garbled = []
    for k, text in enumerate(texts):
        last = k == len(texts) - 1
        if _LEVEL1.match(text) and not (last and _LEVEL2.match(text) and (first or len(texts) > 1)):
            first = text
        elif _LEVEL2.match(text):
            second = text
        elif text.endswith("指标") and 4 <= len(text) <= 12:
            first, second = (first, text) if first or last else (text, second)
        else:
            garbled.append(text)
    if len(texts) == 1 and first and not second and _LEVEL2.match(first) and draft.level1 == first:
        second = first
    if first and first != draft.level1:
        draft.level1, draft.level2 = first, ""
    if second:
        paired = next((level for pattern, level in _PAIRS if pattern.search(second)), "")
        if not first and paired and paired != draft.level1:
            trouble.repairs.append(
                Repair(
                    f"指标“{name}”.level1",
                    draft.level1,
                    paired,
                    f"{second}属于{paired}，合并单元格的文字缺失或移位",
                    line.number,
                )
            )
            draft.level1 = paired
        draft.level2 = second
    elif garbled and "满意度" in name and draft.level1 != "满意度指标":
        draft.level1 = draft.level2 = ""
        trouble.unreadable.append(Unreadable(f"指标“{name}”.level2", garbled[-1], "二级指标名称无法辨认", line.number))
    elif garbled and not draft.level2:
        trouble.unreadable.append(Unreadable(f"指标“{name}”.level2", garbled[-1], "二级指标名称无法辨认", line.number))
    if not second and draft.level1 == "满意度指标" and not draft.level2 and not garbled:
        draft.level2 = ""
    return draft.level1, draft.level2
