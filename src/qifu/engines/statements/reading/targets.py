"""Target forms of budgets: of the whole unit and of each project, mostly printed without rulings, cells wrapped over lines.

A row ends with the word for the basis of its target (历史标准, 计划标准 …). Before it stand its levels, its name and one or three
values, each broken over lines at the width of its column; the cut between them is the one at which every broken line
is full and the values of three years resemble each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations, pairwise

from qifu.engines.statements.model import Form, Goal, Indicator, Unreadable
from qifu.engines.statements.money import amount
from qifu.engines.statements.paper import Line
from qifu.engines.statements.words import compact, is_chinese

from .loose import PARTED, is_doubtful
from .outline import Region
from .tables import Trouble

BASIS = re.compile(r"(历史标准|计划标准|预算支出标准|行业标准|国家标准|国际标准|定额标准|其他标准|通用标准)$")
LEVEL1 = ("产出指标", "效益指标", "满意度指标", "成本指标")
LEVEL2 = (
    *("社会公众或服务对象满意度指标", "服务对象满意度指标", "可持续发展影响指标", "可持续影响指标", "生态环境成本指标"),
    *(
        "社会效益指标",
        "经济效益指标",
        "生态效益指标",
        "经济成本指标",
        "社会成本指标",
        "数量指标",
        "质量指标",
        "时效指标",
        "成本指标",
    ),
)
_HEADS = re.compile(
    r"^(一级指标|二级指标|三级指标|指标名称|指标值|绩效标准|指标值确定依据|确定依据|依据|近两年指标值|预期当年实现值|预计当年|实现|前年|上年|目标名称"
    r"|一|级|长期绩效目标|年度绩效指标|年度绩效目标|绩效标准近两年指标值|20\d\d年|三级|确定|指标值确定|依据前年|年度|绩效|指标|目标|长期)+$"
)
_GOAL = re.compile(r"^(长期|年度)(绩效)?(目标|指标)(\d+|[一二三四五])[:：]")
_DATE = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_WIDE_COMMA = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_WIDE_POINT = re.compile(r"(?<=\d)(?: ?\. | \.)(?=\d{1,2}(?!\d))")
_RULED = "\x00"  # stands for a row whose cells are known
_MOST = 40  # fragments of one row; more is a page that was not understood


@dataclass
class _Draft:
    """A target form while it is read."""

    details: dict[str, str] = field(default_factory=dict)
    goals: list[tuple[str, list[Indicator], int]] = field(default_factory=list)
    level1: str = ""
    level2: str = ""


def read_targets(regions: Sequence[Region], trouble: Trouble) -> list[Form]:
    """Read the target forms of a budget: the whole unit's and one for each project."""
    forms = []
    for region in regions:
        if region.layout.id == "B11":
            forms.append(_whole(region, trouble))
        elif region.layout.id == "B12":
            forms.append(_project(region, trouble))
    return forms


def _texts(region: Region, ruled: dict[int, tuple[str, ...]], trouble: Trouble) -> list[tuple[int, str]]:
    """The lines of a form as words; rows of cells that hold a whole indicator are put aside in `ruled`."""
    found = []
    for line in region.lines:
        cells = _without_end(line.cells or ())
        if len(cells) >= 5 and BASIS.search(compact(cells[-1])):
            ruled[line.number] = cells
            found.append((line.number, _RULED))
            continue
        if is_doubtful(line):
            trouble.unreadable.append(Unreadable(region.title.alone, line.text, PARTED, line.number))
            continue
        for piece in _pieces(line):
            text = _DATE.sub(r"\1年\2月\3日", piece).strip()
            if text:
                found.append((line.number, text))
    return found


def _without_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Cells without the blank ones that fill a row up to the width of its sheet."""
    last = next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)
    return cells[:last]


def _is_figures(cells: Sequence[str]) -> bool:
    return all(amount(cell.rstrip("%％")) is not None for cell in cells)


def _pieces(line: Line) -> list[str]:
    if line.cells is None:
        return [line.raw or line.text]
    held = [_ungrouped(cell) for cell in line.cells if cell]
    if not held:
        return []
    whole = BASIS.search(held[-1]) is None and (len(held) <= 4 or _is_figures(held[-4:]))
    return [" ".join(held)] if whole else [*held[:-2], " ".join(held[-2:])]


def _ungrouped(cell: str) -> str:
    """A figure without the separators of its thousands, whatever was made of them; other words as they are."""
    value = amount(cell)
    return cell if value is None else f"{value:f}"


def _whole(region: Region, trouble: Trouble) -> Form:
    ruled: dict[int, tuple[str, ...]] = {}
    texts = _texts(region, ruled, trouble)
    draft = _Draft()
    draft.details["funds"] = _funds(texts)
    if _names_staff("\n".join(text for _, text in texts)):
        draft.details["has_contact"] = "1"
    _rows(texts, draft, trouble, region.title.alone, ruled)
    table = dict(line.split("\t", 1) for line in draft.details["funds"].split("\n") if "\t" in line)
    budget = amount(table.get("支出合计", "").split("\t")[0]) if table else None
    return Form(
        title=region.title.alone,
        kind="unit",
        budget=budget,
        goals=tuple(Goal(text, "", tuple(rows), at) for text, rows, at in draft.goals),
        details={key: value for key, value in draft.details.items() if value},
        at=region.title.number,
        until=region.lines[-1].number if region.lines else region.title.number,
    )


def _funds(texts: Sequence[tuple[int, str]]) -> str:
    """Income and expenditure of this year and the two before, a line each: name, amount, share, amounts of the years."""
    found: list[str] = []
    shared = any(re.search(r"\d\s+\d+(?:\.\d+)?%\s+\d", text) for _, text in texts)
    for _, text in texts:
        match = re.match(
            r"^(?:(?:收入|支出)构成\s*)?(财政拨款|其他资金|合计|基本支出|项目支出)\s+((?:[\d,.]+%?\s*){1,4})$",
            _plain_figures(text),
        )
        if not match:
            continue
        name = match[1]
        if name == "合计":
            name = "支出合计" if any(line.startswith("基本支出") for line in found) else "收入合计"
        figures = match[2].split()
        if len(figures) == 3 and shared and "%" not in match[2]:
            figures.insert(1, "")  # the share was left out
        found.append("\t".join([name, *(token.rstrip("%") for token in figures)]))
    return "\n".join(found)


_FIELDS = (
    ("office", re.compile(r"项目主管部门[:：]?[ \t]+(\S+)")),
    ("level", re.compile(r"一级项目名称\s*(\S+)")),
    ("frequency", re.compile(r"项目安排频度\s*(\S+)")),
    ("start", re.compile(r"起始年度\s*(20\d\d)")),
    ("end", re.compile(r"终止年度\s*(20\d\d)")),
    ("total", re.compile(r"项目总预算\s*([\d,.]+)")),
    ("current", re.compile(r"项目当年预算\s*([\d,.]+)")),
)
_BLOCKS = (
    ("summary", "项目概述", ("项目立项依据", "立项依据", "项目实施方案")),
    ("grounds", "立项依据", ("项目实施方案", "项目总预算")),
    ("plan", "项目实施方案", ("项目总预算",)),
)


def _project(region: Region, trouble: Trouble) -> Form:
    ruled: dict[int, tuple[str, ...]] = {}
    texts = _texts(region, ruled, trouble)
    draft = _Draft()
    joined = "\n".join(text for _, text in texts)
    figures = _plain_figures(joined)
    for key, pattern in _FIELDS:
        if found := pattern.search(figures):
            draft.details[key] = found[1].replace(",", "")
    for key, begins, ends in _BLOCKS:
        rest = joined.partition(begins)[2]
        end = next((word for word in ends if word in rest), "")
        if end and (text := "".join(rest.split(end, 1)[0].split())):
            draft.details[key] = text
    name = re.search(r"项目名称\s*[:：]?\s*(\S.*)", joined)
    if _names_staff(joined):
        draft.details["has_contact"] = "1"
    _amounts(figures, draft)
    _rows(_after(texts, "绩效总目标"), draft, trouble, region.title.alone, ruled)
    current = amount(draft.details.get("current", ""))
    return Form(
        title=region.title.alone,
        kind="project",
        name="".join(name[1].split()) if name else "",
        budget=current / 10000 if current is not None else None,
        goals=tuple(Goal(text, "", tuple(rows), at) for text, rows, at in draft.goals),
        details=draft.details,
        at=region.title.number,
        until=region.lines[-1].number if region.lines else region.title.number,
    )


_STAFF = re.compile(
    r"(?:填报人|项目负责人|经办人|联系人)[ \t]*[:：]?[ \t]*"
    r"(?!联系|电话|填报|填表|单位|部门|主管|项目|审核|职务|签[字名章]|日期|[(（](?!已隐去))[(（]?[一-鿿·]{2,6}"
)
_TELEPHONE = re.compile(r"(?:联系)?电话[ \t]*[:：]?[ \t]*[\d-]{7,}")


def _names_staff(text: str) -> bool:
    """Whether a form gives the name or the telephone of who filled it in or answers for it; cells left blank give neither."""
    return bool(_STAFF.search(text) or _TELEPHONE.search(text))


def _plain_figures(text: str) -> str:
    """The text with figures as they are usually printed: no space about the point, commas of normal width."""
    return _WIDE_POINT.sub(".", _WIDE_COMMA.sub(",", text))


def _after(texts: Sequence[tuple[int, str]], word: str) -> list[tuple[int, str]]:
    at = next((i for i, (_, text) in enumerate(texts) if word in compact(text)), 0)
    return list(texts[at + 1 :]) if at else list(texts)


# what is to be done, its price, number and amount
_TASK = re.compile(
    r"^([^\d\s][^\d\n]*?)[ \t]+([\d,.]+)[ \t]+([\d,.]+)[ \t]+([\d,.]+)(?=[ \t]+\D|[ \t]*$)", re.MULTILINE
)


def _amounts(joined: str, draft: _Draft) -> None:
    before = joined.split("前两年预算情况", 1)[-1].split("项目资金来源", 1)[0]
    prior = re.findall(r"^(20\d\d)\s*年\s+([\d,.]+)", before, re.MULTILINE)
    if prior:
        draft.details["prior"] = ";".join(f"{year}={money.replace(',', '')}" for year, money in prior)
    sources = joined.split("项目资金来源", 1)[-1].split("项目支出明细测算", 1)[0]
    if found := re.search(r"^合计\s+([\d,.]+)", sources, re.MULTILINE):
        draft.details["sources"] = found[1].replace(",", "")
    estimate = joined.partition("项目支出明细测算")[2].split("绩效总目标", 1)[0].split("项目采购", 1)[0]
    if found := re.search(r"^合计\s+([\d,.]+)$", estimate, re.MULTILINE):
        draft.details["estimate"] = found[1].replace(",", "")
    if tasks := _TASK.findall(estimate):
        draft.details["tasks"] = "\n".join("\t".join(each).replace(",", "") for each in tasks)


# ---- indicators ------------------------------------------------------------------------------------------------------


def _rows(
    texts: Sequence[tuple[int, str]], draft: _Draft, trouble: Trouble, title: str, ruled: dict[int, tuple[str, ...]]
) -> None:
    fragments: list[tuple[int, str]] = []
    window = ""
    three = False
    for number, text in texts:
        if text == _RULED:
            _ruled_row(ruled[number], draft, trouble, title, number)
            fragments, window = [], ""
            continue
        plain = compact(text)
        window = (window + plain)[-40:]
        if re.search(r"备注[:：]1|^\d\.“", plain):
            break
        if marker := _marker(window):
            draft.goals.append(("", [], number))
            draft.level1 = draft.level2 = ""
            three = marker == "年度"
            fragments, window = [], ""
            continue
        if re.search(r"年度绩效目标表|近两年指标值|前年|预期当年", plain):
            three = True
        elif "长期绩效目标表" in plain:
            three = False
        if re.match(r"^(长期|年度)绩效目标表$", plain):
            draft.goals.append(("", [], number))
            draft.level1 = draft.level2 = ""
            fragments = []
            continue
        if _HEADS.match(plain) and plain not in LEVEL1 and plain not in LEVEL2 and not _completes(fragments, plain):
            if draft.goals and not draft.goals[-1][1] and fragments and not draft.goals[-1][0]:
                said = "".join(piece for _, piece in fragments if is_chinese(piece)).replace(" ", "")
                if len(said) > 4:
                    draft.goals[-1] = (said, [], draft.goals[-1][2])
                fragments = []
            elif len(plain) > 2:
                fragments = [] if not (draft.goals and draft.goals[-1][1]) else fragments
            continue
        fragments.append((number, text))
        if BASIS.search(plain):
            _row(fragments, draft, trouble, title, 3 if three else 1)
            fragments = []
    draft.goals[:] = [goal for goal in draft.goals if goal[1] or goal[0]]


def _completes(fragments: Sequence[tuple[int, str]], word: str) -> bool:
    """Whether a short word (指标, 标) is the rest of a level that was broken over lines."""
    before = "".join(compact(text) for _, text in fragments[-6:])
    return any(
        level.endswith(word) and len(level) > len(word) and before.endswith(level[: -len(word)])
        for level in (*LEVEL1, *LEVEL2)
    ) or any(
        before.endswith(level[:n]) and level[n:].startswith(word) for level in LEVEL1 for n in (2, 3) if len(word) == 1
    )


def _marker(window: str) -> str:
    """长期目标1： or 年度指标2：, put together from pieces that stood under each other."""
    found = re.search(r"(长期|年度)(?:绩效)?(目标|指标)(\d|[一二三四五])[:：]$", window)
    return found[1] if found else ""


def _row(fragments: list[tuple[int, str]], draft: _Draft, trouble: Trouble, title: str, values: int) -> None:
    number, last = fragments[-1]
    basis = BASIS.search(compact(last))
    assert basis is not None
    rest = re.sub(r"\s*" + r"\s*".join(basis[1]) + "$", "", last).strip()
    pieces = [text for _, text in fragments[:-1]] + ([rest] if rest else [])
    pieces = _from_levels(pieces, draft)
    if _is_cut_off(pieces):
        trouble.unreadable.append(
            Unreadable(f"{title} 第{number}行", " ".join(pieces)[:60], "这一行被分页切断，不能拼合", number)
        )
        return
    pieces = _levels(pieces, draft)
    fixed = _values_of_line(pieces[-1], values) if pieces else []
    if len(fixed) == values and values > 1:
        name = "".join(pieces[:-1])
        if not name and len(fixed) > 1:
            name, fixed = fixed[0], fixed[1:]
        _keep(draft, name, fixed, basis[1], number)
        return
    if len(pieces) == 1 and is_chinese(pieces[0]) and " " in pieces[0]:
        pieces = pieces[0].split(" ", 1)
    split = _cut(pieces, values)
    if split is None:
        trouble.unreadable.append(
            Unreadable(
                f"{title} 第{number}行", " ".join(pieces)[:60], "没有分栏，不能确定指标名称与指标值的分界", number
            )
        )
        return
    _keep(draft, split[0], split[1:], basis[1], number)


def _ruled_row(cells: tuple[str, ...], draft: _Draft, trouble: Trouble, title: str, number: int) -> None:
    """An indicator whose cells are known: levels, name, one value or three, basis; blank cells before them are merged ones."""
    rest = list(cells[:-1])
    merged = False
    while rest and (not rest[0] or compact(rest[0]) in (*LEVEL1, *LEVEL2)):
        word = compact(rest.pop(0))
        if word in LEVEL1 and not (merged and word in LEVEL2):
            draft.level1 = word
        elif word:
            draft.level2 = word
        merged = merged or not word or word in LEVEL1
    if len(rest) in (2, 4) and is_chinese(rest[0]):
        _keep(draft, rest[0], rest[1:], compact(cells[-1]), number)
    else:
        why = "这一行缺少指标名称或指标值，不能归入指标"
        trouble.unreadable.append(Unreadable(f"{title} 第{number}行", " ".join(cells)[:60], why, number))


def _keep(draft: _Draft, name: str, values: Sequence[str], basis: str, number: int) -> None:
    clean = [_joined(value) for value in values]
    indicator = Indicator(
        draft.level1,
        draft.level2,
        _joined(name),
        clean[-1] if clean else "",
        basis=basis,
        past=tuple(clean[:-1]) if any(clean[:-1]) else (),
        at=number,
    )
    if not draft.goals:
        draft.goals.append(("", [], number))
    draft.goals[-1][1].append(indicator)


def _joined(text: str) -> str:
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text).strip()


def _from_levels(pieces: list[str], draft: _Draft) -> list[str]:
    """Leave out what stands before the first word of a level: the goal itself, or the rest of a row that a page broke."""
    for start in range(1, len(pieces)):
        if _take(pieces[start:], LEVEL1) or (start > 2 and _take(pieces[start:], LEVEL2)):
            if _take(pieces, LEVEL1) or _take(pieces, LEVEL2):
                return pieces
            if draft.goals and not draft.goals[-1][0] and not draft.goals[-1][1]:
                draft.goals[-1] = (_joined("".join(pieces[:start])), [], draft.goals[-1][2])
            return pieces[start:]
    return pieces


def _is_cut_off(pieces: Sequence[str]) -> bool:
    """Whether a row begins with a level that a page break cut short: 社会效益指 …"""
    head = compact(pieces[0].split(" ")[0]) if pieces else ""
    return len(head) >= 4 and any(word.startswith(head) and word != head for word in LEVEL2) and " " in pieces[0]


def _levels(pieces: list[str], draft: _Draft) -> list[str]:
    """Take the words of levels off the front of a row, however they were broken."""
    rest = list(pieces)
    for _ in range(2):
        for vocabulary, attribute in ((LEVEL1, "level1"), (LEVEL2, "level2")):
            if (
                attribute == "level1"
                and compact("".join(rest[:1])) in LEVEL2
                and compact("".join(rest[:1])) not in LEVEL1
            ):
                continue
            taken = _take(rest, vocabulary)
            if taken:
                word, rest = taken
                setattr(draft, attribute, word)
                if attribute == "level1":
                    draft.level2 = ""
    return rest


def _take(pieces: list[str], vocabulary: Sequence[str]) -> tuple[str, list[str]] | None:
    for word in sorted(vocabulary, key=len, reverse=True):
        said = ""
        for count, piece in enumerate(pieces[:9], start=1):
            tokens = piece.split(" ")
            head = compact(tokens[0])
            if not word.startswith(said + head):
                if len(said) >= 3 and len(word) - len(said) == 1 and (head in LEVEL2 or head in LEVEL1):
                    return word, pieces[count - 1 :]  # a page break took its last character
                break
            said += head
            if said == word:
                remainder = " ".join(tokens[1:]).strip()
                return word, ([remainder] if remainder else []) + pieces[count:]
            if len(tokens) > 1:
                break
    return None


def _values_of_line(text: str, count: int) -> list[str]:
    """The values of several years that stand on one line."""
    if count == 1:
        return [text]
    tokens = text.split()
    if len(tokens) % count == 0 and len(tokens) >= count:
        size = len(tokens) // count
        groups = [" ".join(tokens[i * size : (i + 1) * size]) for i in range(count)]
        if all(_alike(groups[0], other) > 0.4 for other in groups[1:]):
            return groups
    return []


def _alike(one: str, other: str) -> float:
    left, right = (re.sub(r"\d", "0", compact(text)) for text in (one, other))
    return SequenceMatcher(None, left, right).ratio()


def _cut(pieces: list[str], values: int) -> list[str] | None:
    """Part fragments into a name and its values at the cuts that cost least; None when nothing is plausible."""
    if len(pieces) < 2 or len(pieces) > _MOST:
        return None
    best: tuple[float, list[str]] | None = None
    for count in sorted({1, values}):
        for cuts in combinations(range(1, len(pieces)), count):
            places = (0, *cuts, len(pieces))
            groups = [pieces[a:b] for a, b in pairwise(places)]
            cost = sum(_raggedness(group) for group in groups) + (4 if count == 1 and values > 1 else 0)
            if best is not None and cost >= best[0]:
                continue
            cost += _unlikely(groups)
            if best is None or cost < best[0]:
                best = (cost, ["".join(group) for group in groups])
    return best[1] if best is not None and best[0] < 14 else None


def _raggedness(group: Sequence[str]) -> float:
    """How far the broken lines of a cell are from being full; the last may be short, never longer."""
    widths = [sum(2 if ord(letter) > 255 else 1 for letter in compact(piece)) / 2 for piece in group]
    if len(widths) == 1:
        return 0.0
    full = max(widths[:-1])
    return sum(full - width for width in widths[:-1]) + 2 * max(0.0, widths[-1] - full)


def _unlikely(groups: Sequence[Sequence[str]]) -> float:
    name = "".join(groups[0])
    texts = ["".join(group) for group in groups[1:]]
    cost = 5.0 if re.search(r"\d", name) else 0.0
    cost += sum(
        2.0
        for group in groups[1:]
        for piece in group[1:]
        if re.match(r"[≥≤=>\d]", piece) and not group[0][:1].isdigit()
    )
    cost += sum((1 - _alike(texts[0], other)) * 6 for other in texts[1:])
    return cost
