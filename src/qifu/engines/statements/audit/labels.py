"""Rules on names that must be printed alike: titles (LBL-02), budgets (LBL-05), headings (LBL-07), lines of statements (VOC-03)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from qifu.engines.statements.layouts import ledger, ledger_line
from qifu.engines.statements.subjects import functional, names_of
from qifu.engines.statements.words import compact, distance_one, unnumbered

from .case import Case
from .registry import INFO, OPENNESS, TEMPLATE, WARNING, Hit, rule
from .required import TOPIC_NAMES

BOTH = ("final_accounts", "budget")
_PREFIX = re.compile(r"^(?:表[\d-]+[.、]?)?(20\d\d年度|20\d\d年)?")
_MOST = 6  # titles or headings that must agree before another one is called different


@rule(
    "LBL-02",
    "各报表的标题写法不一",
    source=TEMPLATE,
    severity=INFO,
    message="报表“{title}”的标题{mine}，其他报表的标题{theirs}。",
    fix="各报表标题的年度写法保持一致。",
)
def titles(case: Case) -> Iterator[Hit]:
    """The titles of all statements name the year alike."""
    heads = {}
    for name, table in case.model.tables.items():
        found = _PREFIX.match(compact(table.title))
        if table.title and found and not case.model.is_doubted(name):
            heads[name] = re.sub(r"\d", "", found[1] or "")
    if len(heads) < _MOST:
        return
    case.checked += 1
    (usual, number), *_ = Counter(heads.values()).most_common()
    if number < len(heads) - 2:
        return
    for name, head in heads.items():
        if head != usual:
            table = case.model.tables[name]
            values = {"title": table.title, "mine": _said(head), "theirs": _said(usual)}
            yield Hit(values, (table.at,), cause=f"标题 {name}")


def _said(head: str) -> str:
    return f"写作“××××{head}”" if head else "没有写年度"


_LABEL = r"(年初预算|全年预算|调整后预算|调整预算|调整后的预算)数?"
_BUDGET = re.compile(_LABEL + r"(?:为|是|:)?[\d.]+万元")
_COMPLETED = re.compile(r"完成(?:了)?" + _LABEL + r"的?[\d.]+%")


@rule(
    "LBL-05",
    "预算数的名称前后不一",
    source=OPENNESS,
    severity=INFO,
    message="同一个预算数前面写“{one}”，完成率写“{other}”。",
    fix="年初预算和调整后预算是两个数，核对后用同一个名称。",
)
def budget_label(case: Case) -> Iterator[Hit]:
    """The rate of completion names the budget that stands before it."""
    for paragraph in case.explanations:
        text = compact(paragraph.text)
        for sentence in re.split(r"[。;]", text):
            rate = _COMPLETED.search(sentence)
            before = [found[1] for found in _BUDGET.finditer(sentence[: rate.start()])] if rate else []
            if rate is None or not before:
                continue
            case.checked += 1
            if rate[1][:2] not in {label[:2] for label in before}:
                line = paragraph.line
                yield Hit({"one": before[-1], "other": rate[1]}, (line,), cause=f"预算名称 {line} {rate[0]}")


@rule(
    "LBL-07",
    "固定标题漏字",
    source=TEMPLATE,
    severity=INFO,
    message="标题“{title}”漏了字，模板写作“{official}”。",
    fix="按模板补全标题。",
)
def headings(case: Case) -> Iterator[Hit]:
    """Where nearly all headings are those of the template, one that lacks characters is named."""
    found = [
        (p, compact(TOPIC_NAMES[p.topic]))
        for p in case.explanations
        if p.kind == "heading" and p.topic in TOPIC_NAMES and p.section and not re.search(r"[(（]", p.section)
    ]
    other = [(p, name) for p, name in found if name not in compact(p.text)]
    if len(found) < _MOST or len(other) > 2:
        return
    case.checked += len(found)
    for p, name in other:
        said = compact(unnumbered(p.text)).removesuffix("。").removesuffix("说明")
        if 4 <= len(said) < len(name) <= len(said) + 6 and _is_within(said, name):
            yield Hit({"title": p.text, "official": TOPIC_NAMES[p.topic]}, (p.line,), cause=f"标题 {p.line}")


def _is_within(short: str, long: str) -> bool:
    """Whether the characters of one stand in the other in this order."""
    rest = iter(long)
    return all(letter in rest for letter in short)


@rule(
    "VOC-03",
    "报表的行名写错",
    source=TEMPLATE,
    severity=WARNING,
    message="《{table}》的“{name}”应为“{official}”。",
    fix="按统一表式改正行名。",
    kinds=BOTH,
)
def line_names(case: Case) -> Iterator[Hit]:
    """A line of a two-sided statement that is nearly an official name."""
    official = _official()
    for name in ("T01", "T04", "B01", "B04"):
        table = case.model.tables.get(name)
        for entry in (*table.income, *table.expenditure) if table else ():
            case.checked += 1
            said = compact(unnumbered(compact(entry.name)))
            right = next((each for each in official if _is_slip(said, each)), "")
            if right and ledger_line(entry.name) is None:
                values = {"table": table.title if table else "", "name": entry.name, "official": right}
                yield Hit(values, (entry.at,), cause=f"行名 {name} {said}")


@cache
def _official() -> tuple[str, ...]:
    """The names of lines as the statements of accounts and of budgets print them."""
    found = {compact(name) for code in functional() if len(code) == 3 for name in names_of(code)}
    for known in ledger():
        for label in (known.label, known.label.removesuffix("收入")):
            found |= {compact(label), compact(label.replace("财政拨款", "拨款"))}
    return tuple(sorted(found))


def _is_slip(said: str, name: str) -> bool:
    """Whether a name has one character mistaken or doubled, or two neighbours turned about."""
    if len(name) < 4 or said == name:
        return False
    if distance_one(said, name):
        return True
    if len(said) == len(name) + 1:
        return any(said[i] == said[i - 1] and said[:i] + said[i + 1 :] == name for i in range(1, len(said)))
    return len(said) == len(name) and any(
        said == name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)
    )
