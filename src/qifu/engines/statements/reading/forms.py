"""Performance self-evaluation forms: money, goals, indicators, scores, reasons, read row by row by what the cells say.

Rows lose cells and shift; the last cells of a row are its target, its actual value and, where the form is scored, its
score. Names of levels come from a closed vocabulary; one that a recogniser destroyed is taken from its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.model import Form, Goal, Indicator, Repair, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese, unnumbered

from .drafts import Draft
from .funds import fund_columns, fund_values, is_fund_part
from .indicators import read_header, read_indicator
from .outline import Table
from .tables import Trouble

_START = re.compile(
    r"^(项目名称|单.{0,2}名称|基本支.{0,2}出总额|单位名称|部门名称|部门\(单位\)名称|预算单位)[:：]?(?!\(盖章)"
)
_BODY = re.compile(
    r"预算执行|基本支出总额|项目类型|项目类别|项目属性|主管部门|年度目标|绩效指标|执行率|预算数\(A\)|财政资金总额|总分"
)
_TITLE = re.compile(r"(绩效|自评|评价).*表$|自评表(\(20\d\d年度?\))?$")
_GOAL = re.compile(
    r"^(?:项目)?(?:年度|长期|总体)?(?:绩效)?目标(\d*|[一二三四五六七八九十]*)[:：]?(?:[(（](\d+(?:\.\d+)?)分[)）])?[:：]?$"
)
_POINTS = re.compile(r"[(（](\d+(?:\.\d+)?)分(?:[)）]|[*×x])")
_MONEY_ROW = re.compile(r"(财政资金|整体支出|资金|预算|支出)总额$|年度资金总额|^年度财政资金")
_VALUE = re.compile(
    r"\d|^(及时|按时|有效|良好|优|显著|明显|提升|提高|增长|达标|完成|已完成|有利于|是|否|无|长期|持续|顺利|实时|较好|稳定|增强|改善)"
)


def is_form(lines: Sequence[Line]) -> bool:
    """Whether a run of rows holds the beginning of a performance form."""
    for i, line in enumerate(lines):
        if _START.match(_label_of(line)):
            following = "".join(compact(cell) for each in lines[i : i + 8] for cell in each.cells or ())
            if _BODY.search(following):
                return True
    return False


def _label_of(line: Line) -> str:
    """The label that opens a row; a border may have cut it in two."""
    held = [compact(cell) for cell in line.cells or () if cell]
    if len(held) > 1 and not _START.match(held[0]) and len(held[0]) <= 4:
        return held[0] + held[1]
    return held[0] if held else ""


def _continues(lines: Sequence[Line]) -> bool:
    text = "".join(compact(line.text) for line in lines)
    held = [line for line in lines if sum(bool(cell) for cell in line.cells or ()) >= 2]
    return bool(re.search(r"(数量|质量|时效|效益|满意度)指标|偏差大|改进措施|自评结果|总分", text)) or (
        0 < len(held) <= 12 and all(_looks_like_indicator(line) for line in held)
    )


def _looks_like_indicator(line: Line) -> bool:
    cells = [cell for cell in line.cells or () if cell]
    return len(cells) >= 3 and bool(_VALUE.search(cells[-1])) and is_chinese(cells[-3]) and len(cells[-1]) < 20


def read_forms(tables: Iterable[Table], trouble: Trouble) -> list[Form]:
    """Read every form among the tables of the text; a form that a page broke is joined."""
    drafts: list[Draft] = []
    for table in tables:
        starts_form = is_form(table.lines)
        if not starts_form and not (drafts and table.part in ("annex", "explanations") and _continues(table.lines)):
            continue
        table.is_form = True
        for line in table.lines:
            _take(line, table, drafts, trouble)
    return _with_levels([_finished(draft) for draft in drafts], trouble)


def _take(line: Line, table: Table, drafts: list[Draft], trouble: Trouble) -> None:
    cells = list(line.cells or ())
    first = next((cell for cell in cells if cell), "")
    if not first:
        return
    if _TITLE.search(compact(line.alone)) and len(line.alone) < 60:
        table.before.append(line.alone)
        return
    label = _label_of(line)
    if _START.match(label) and (not drafts or not _same_form(drafts[-1], label)):
        drafts.append(Draft(_title(table.before), line.number))
    if not drafts:
        return
    drafts[-1].until = line.number
    _understand(drafts[-1], cells, line, trouble)


def _same_form(draft: Draft, first: str) -> bool:
    """Whether 项目名称 follows 单位名称 in the same form rather than opening another."""
    if not (draft.goals or draft.values or draft.texts):
        return True  # nothing but a head so far
    if "项目名称" in first:
        return not draft.name and not draft.goals
    return first.startswith("基本支") and not draft.goals


def _title(before: Sequence[str]) -> str:
    recent = [text for text in before if text]
    for i in range(len(recent) - 1, -1, -1):
        text = recent[i]
        if i > 0 and len(compact(text)) <= 4 and compact(text).endswith("表"):
            text = recent[i - 1] + text
        if _TITLE.search(compact(text)):
            twice = re.match(r"^.{6,}表\s*(20\d\d\s*年度?.{4,}表)$", text)
            return unnumbered(twice[1] if twice else text)
    return ""


def _understand(draft: Draft, cells: list[str], line: Line, trouble: Trouble) -> None:
    held = [(i, cell) for i, cell in enumerate(cells) if cell]
    plain = [(i, compact(cell)) for i, cell in held]
    joined = "".join(text for _, text in plain)
    if _identity(draft, held, plain):
        return
    if read_header(draft, cells, plain):
        return
    if _funds(draft, cells, plain, line, trouble):
        return
    if _money(draft, held, plain, joined):
        return
    if _closing(draft, held, plain):
        return
    if _expected(draft, held, plain, line):
        return
    if _goal(draft, held, plain, line):
        return
    read_indicator(draft, cells, line, trouble)


def _identity(draft: Draft, held: list[tuple[int, str]], plain: list[tuple[int, str]]) -> bool:
    first = plain[0][1]
    rest = [cell for _, cell in held[1:]]
    if first.startswith("项目名称"):
        draft.name = rest[0] if rest else first.partition(":")[2]
        return True
    if not first.startswith("基本支") and _START.match(first):
        draft.details["unit"] = first.partition(":")[2] or ("".join(rest[0].split()) if rest else "")
        return True
    if _START.match(first + (plain[1][1] if len(plain) > 1 else "")) and "总额" not in joined_of(plain):
        draft.details["unit"] = "".join(text for _, text in plain[2:])
        return True
    known = _unit_money(draft, held, joined_of(plain))
    for (_, label), value in zip(plain, [*rest, ""], strict=True):
        if re.match(r"^(主管部门|项目实施单位|项目类型|项目类别|项目属性|填报日期|填报人)", label):
            draft.details[label[:6]] = "".join(value.split())
            known = True
    if known:
        return True
    if any(re.search(r"资金量|预算来源|部门预算项目|专项资金|转移支付项目", text) for _, text in plain) and not any(
        re.search(r"指标", text) for _, text in plain
    ):
        figures = [number for _, cell in held if (number := amount(cell)) is not None]
        if figures and "source" not in draft.details:
            draft.details["source"] = f"{figures[0]}"
        return True
    return first in ("项目", "年度") and len(held) == 1


def joined_of(plain: Sequence[tuple[int, str]]) -> str:
    """The words of a row without its cells."""
    return "".join(text for _, text in plain)


def _unit_money(draft: Draft, held: list[tuple[int, str]], joined: str) -> bool:
    """基本支出总额 and 项目支出总额 of the whole unit; a border may have cut labels and figures in two."""
    if not re.search(r"基本支.{0,2}出总额", joined):
        return False
    draft.kind = "unit"
    side, words = "", ""
    pieces: dict[str, list[str]] = {"basic": [], "project": []}
    for _, cell in held:
        if amount(cell) is None:
            words += compact(cell)
            side = "project" if re.search(r"项目支.{0,2}出总额", words) else "basic"
        elif side:
            pieces[side].append(compact(cell))
    for half, found in pieces.items():
        if found:
            draft.values[half] = amount(found[0])
        if len(found) > 1:
            draft.details[f"{half}_pieces"] = "".join(found)
    return True


def _funds(draft: Draft, cells: Sequence[str], plain: list[tuple[int, str]], line: Line, trouble: Trouble) -> bool:
    """The money of a form whose columns name themselves: 年初预算数, 全年预算数, 全年执行数, 分值, 执行率, 得分."""
    if draft.goals or draft.header.width:
        return False
    if found := fund_columns(cells):
        draft.funds = found
        return True
    if not draft.funds:
        return False
    if not any(_MONEY_ROW.search(text) for _, text in plain[:2]):
        return is_fund_part([text for _, text in plain[:2]])
    values = fund_values(draft.funds, cells)
    if values is None:
        trouble.unreadable.append(
            Unreadable(f"{draft.title or '绩效表'} 第{line.number}行", line.text, "资金与栏目对不上", line.number)
        )
        return True
    draft.rate = values.pop("rate", "")
    draft.values |= {name: amount(value) for name, value in values.items() if name != "initial"}
    return True


def _expected(draft: Draft, held: list[tuple[int, str]], plain: list[tuple[int, str]], line: Line) -> bool:
    """The goal under 预期目标, beside what was done of it under 实际完成情况."""
    words = [text for _, text in plain]
    if any(text.startswith("预期目标") for text in words) and any("完成情况" in text for text in words):
        draft.goal_follows = True
        return True
    if not draft.goal_follows:
        return False
    draft.goal_follows = False
    texts = [cell for (_, cell), text in zip(held, words, strict=True) if not re.search(r"目标$", text)]
    if texts:
        draft.goals.append((texts[0], "", [], line.number))
    return bool(texts)


def _money(draft: Draft, held: list[tuple[int, str]], plain: list[tuple[int, str]], joined: str) -> bool:
    if re.search(r"预算数\(A\)|执行数\(B\)|执行率\(B/A\)|执行率\(B÷A\)", joined) and "指标" not in joined:
        for _, text in plain:
            if "执行情况" in text and (found := re.search(r"[(（](\d+(?:\.\d+)?)分[)）]", text)):
                draft.values["full"] = Decimal(found[1])
            if text.startswith("得分") and (found := _POINTS.search(text)):
                draft.details["score_full"] = found[1]
        return True
    label = next((k for k, (_, text) in enumerate(plain) if _MONEY_ROW.search(text) and "三公" not in text), None)
    if label is None or draft.goals or "指标" in joined:
        return False
    for _, text in plain[: label + 1]:
        if "执行" in text and (found := re.search(r"[(（](\d+(?:\.\d+)?)分[)）]", text)):
            draft.values.setdefault("full", Decimal(found[1]))
    if "整体支出" in plain[label][1]:
        draft.kind = "unit"
    _money_values(draft, [cell for _, cell in held[label + 1 :]])
    return True


def _money_values(draft: Draft, cells: Sequence[str]) -> None:
    """Budget, executed, rate and score as they follow the label; two that stand in one cell are parted."""
    tokens: list[str] = []
    for cell in cells:
        pieces = cell.split()
        tokens += (
            pieces
            if len(pieces) > 1 and all(amount(p.rstrip("%")) is not None for p in pieces) and amount(cell) is None
            else [cell]
        )
    figures: list[Decimal | None] = []
    for token in tokens:
        plain = compact(token)
        if plain.endswith("%"):
            draft.rate = draft.rate or plain
            figures.append(None)  # where the rate stands
        elif (value := amount(token)) is not None:
            figures.append(value)
    before_rate = figures.index(None) if None in figures else len(figures)
    money = [value for value in figures[:before_rate] if value is not None]
    after = [value for value in figures[before_rate:] if value is not None]
    if money:
        draft.values["budget"] = money[0]
    if len(money) > 1:
        draft.values["executed"] = money[1]
    if None not in figures and len(money) > 2:
        draft.rate, after = f"{money[2]}", money[3:]
    if after:
        draft.values["score"] = after[0]


def _closing(draft: Draft, held: list[tuple[int, str]], plain: list[tuple[int, str]]) -> bool:
    for k, (_, text) in enumerate(plain):
        rest = "".join(cell for _, cell in held[k + 1 :])
        if re.match(r"^(偏差大|偏差原因|目标未完成|未完成原因|偏差大或目标未完成)", text):
            draft.texts["reasons"] = rest or _after_label(held[k][1], "分析")
            draft.last = "reasons"
            return True
        if re.match(r"^(改进措施|自评结果应用|结果应用)", text):
            draft.texts["measures"] = rest or _after_label(held[k][1], "方案")
            draft.last = "measures"
            return True
        if re.match(r"^(总分|合计得分|自评总分|总得分)", text) and k <= 1:
            figures = {i: value for i, cell in held[k + 1 :] if (value := amount(cell)) is not None}
            last = next(reversed(figures.values()), None)
            draft.values["total_score"] = figures.get(draft.header.score, last)
            return True
    return len(held) == 1 and bool(re.match(r"^(备注|注[:：]|说明|\d[.、]|单位名称\(盖章)", plain[0][1]))


def _after_label(text: str, end: str) -> str:
    return text.rpartition(end)[2].lstrip("：:") if end in text else ""


def _goal(draft: Draft, held: list[tuple[int, str]], plain: list[tuple[int, str]], line: Line) -> bool:
    label = next((k for k, (_, text) in enumerate(plain[:2]) if _GOAL.match(text)), None)
    if label is None:
        found = re.match(r"^((?:年度|长期)?(?:绩效)?目标\s*\d?\s*(?:[(（]\d+分[)）])?\s*[:：])(.{6,})$", held[0][1])
        if not found or len(held) > 1:
            return False
        draft.goals.append((found[2].strip(), "", [], line.number))
        return True
    text = max((cell for _, cell in held[label + 1 :]), key=len, default="")
    if len(text) < 4 and any("指标" in each for _, each in plain):
        return False
    found_points = _GOAL.match(plain[label][1])
    points = found_points[2] or "" if found_points else ""
    if not points and (more := re.match(r"^[(（](\d+)分[)）]$", plain[-1][1])):
        points = more[1]
    draft.goals.append((text, points, [], line.number))
    draft.level1 = draft.level2 = ""
    return True


def _finished(draft: Draft) -> Form:
    values = draft.values
    title = draft.title
    kind = "unit" if draft.kind == "unit" or ("整体" in title and not draft.name) else "project"
    goals = tuple(Goal(text, points, tuple(indicators), at) for text, points, indicators, at in draft.goals)
    return Form(
        title=title,
        kind=kind,
        name=draft.name or ("" if kind == "project" else draft.details.get("unit", "")),
        budget=values.get("budget"),
        executed=values.get("executed"),
        rate=draft.rate,
        score=values.get("score"),
        total_score=values.get("total_score"),
        full=values.get("full"),
        basic=values.get("basic"),
        project=values.get("project"),
        goals=goals,
        reasons=draft.texts.get("reasons", ""),
        measures=draft.texts.get("measures", ""),
        details=draft.details,
        at=draft.at,
        until=draft.until,
    )


def _with_levels(forms: list[Form], trouble: Trouble) -> list[Form]:
    """Fill levels that are missing from an indicator of the same name in another form."""
    known: dict[str, tuple[str, str]] = {}
    for form in forms:
        for each in form.indicators:
            if each.level1 and each.level2:
                known.setdefault(compact(each.name), (each.level1, each.level2))
    mended = []
    for form in forms:
        goals = tuple(
            replace(goal, indicators=tuple(_filled(each, known, trouble) for each in goal.indicators))
            for goal in form.goals
        )
        mended.append(replace(form, goals=goals))
    return mended


def _filled(each: Indicator, known: dict[str, tuple[str, str]], trouble: Trouble) -> Indicator:
    if each.level2 and each.level1:
        return each
    level1, level2 = known.get(compact(each.name), ("", ""))
    if not level2 or (each.level1 and each.level1 != level1):
        return each
    where = f"指标“{each.name}”.level2"
    trouble.repairs.append(Repair(where, each.level2, level2, "同名指标在另一张表中属于这一级", each.at))
    trouble.unreadable[:] = [place for place in trouble.unreadable if place.where != where]
    return replace(each, level1=each.level1 or level1, level2=level2)
