"""The official statements as dated data: titles, shapes, columns, lines of the two-sided ones and their formulas.

A statement is known by its title, never by its number: the layouts of 2022 and before number 三公 seventh, those since
ninth, some print 公开01表 and some 表1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from .model import Entry
from .subjects import class_of, rows
from .words import compact, unnumbered

_MARKER = re.compile(r"\(?(?:公开|附)?表[-]?[\d一二三四五六七八九十]{1,2}(?:[-.]\d)?\)?$|\(?公开\d{1,2}表\)?$")
# a number is of digits or of characters: in 表5一般公共预算 the 一 belongs to the title
_PREFIX = re.compile(r"^(附?表|公开|附件)(\d{1,2}|[一二三四五六七八九十]{1,2}(?!般))?([-.]\d)?(表)?[-.、:：]?")
# what a title adds in brackets: that it goes on, by which classification, in which money
_ASIDE = re.compile(r"\((续\d?表?|接上页|(按|分)?(政府|部门)?(预算)?(支出)?经济(分类)?(科目)?|单位:?(万元|元))\)$")
_MARKED = re.compile(
    r"^\(?(公开|预算公开|部门公开|决算公开|附)?(表)?0?(\d{1,2}|[一二三四五六七八九十]{1,2})(-\d)?表?\)?$"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One statement: how its title reads, what shape it has and which columns."""

    id: str
    kind: str
    shape: str  # ledger, subjects, economic, hospitality, units, projects, target_form
    columns: tuple[str, ...]
    name: str
    pattern: re.Pattern[str]


@cache
def layouts() -> tuple[Layout, ...]:
    """All statements; the narrower title first."""
    return tuple(
        Layout(
            row["id"], row["kind"], row["shape"], tuple(row["columns"].split()), row["name"], re.compile(row["title"])
        )
        for row in rows("statements.csv")
    )


@cache
def layout(statement: str) -> Layout:
    """A statement by its id; `B12-1` and the like are known by their family."""
    known = {each.id: each for each in layouts()}
    return known.get(statement) or known[statement.split("-")[0]]


@cache
def titled(text: str) -> Layout | None:
    """The statement whose title this line is, if it is one."""
    plain = compact(text)
    if not 4 <= len(plain) <= 70 or plain[-1] in "。;:,明" or "说明" in plain:
        return None
    plain = _ASIDE.sub("", _MARKER.sub("", _PREFIX.sub("", unnumbered(plain))))
    for each in layouts():
        found = each.pattern.search(plain)
        if found and found.end() == len(plain) and not re.search(r"[,;。]", plain):
            return each
    return None


def is_marker(text: str) -> bool:
    """Whether the line is the printed number of a statement: 公开01表, 表 5-1."""
    return bool(_MARKED.match(compact(text)))


@dataclass(frozen=True, slots=True)
class Known:
    """A line of a two-sided statement, known by its name."""

    side: str
    key: str
    label: str
    pattern: re.Pattern[str]


@cache
def ledger() -> tuple[Known, ...]:
    """The lines of two-sided statements that are not 类 of expenditure."""
    return tuple(Known(row["side"], row["key"], row["label"], re.compile(row["pattern"])) for row in rows("ledger.csv"))


@cache
def ledger_line(name: str) -> tuple[str, str] | None:
    """(side, key) of a ledger line by its printed name; the key of a 类 is its code. `grand` is of either side."""
    plain = compact(unnumbered(compact(name)))
    if not plain:
        return None
    if code := class_of(plain):
        return "expenditure", code
    if plain == "总计":
        return "", "grand"
    for known in ledger():
        if known.pattern.fullmatch(plain):
            return known.side, known.key
    return None


def keyed(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by what they are; under 年初结转 the three kinds of money are `opening_…`, under 年末 `closing_…`."""
    found: dict[str, Entry] = {}
    under = ""
    for entry in entries:
        line = ledger_line(entry.name)
        key = line[1] if line else ""
        if key in ("opening", "closing"):
            under = key
        elif key in ("general", "fund", "capital") and under:
            key = f"{under}_{key}"
        if key and key not in found:
            found[key] = entry
    return found


@dataclass(frozen=True, slots=True)
class Identity:
    """A formula between lines of one side of a two-sided statement."""

    rule: str
    statement: str
    side: str
    left: str
    right: tuple[str, ...]


@cache
def identities() -> tuple[Identity, ...]:
    """The formulas between lines."""
    return tuple(
        Identity(row["rule"], row["statement"], row["side"], row["left"], tuple(row["right"].split("+")))
        for row in rows("identities.csv")
    )


def addends(identity: Identity, lines: dict[str, Entry]) -> list[Entry]:
    """The entries on the right side of a formula that are printed."""
    if identity.right == ("classes",):
        return [entry for key, entry in lines.items() if key.isdigit()]
    return [lines[key] for key in identity.right if key in lines]


# column → the columns it is the sum of, by statement; (sign, column)
SUMS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "T02": (("total", ("fiscal", "superior", "undertaking", "business", "affiliate", "other")),),
    "T03": (("total", ("basic", "project", "remit", "business", "subsidy")),),
    "T04": (("total", ("general", "fund", "capital")),),
    "T05": (("total", ("basic", "project")),),
    "T07": (("total", ("basic", "project")), ("closing", ("opening", "income", "-total"))),
    "T08": (("total", ("basic", "project")),),
    "T09": (("total", ("abroad", "vehicles", "reception")), ("vehicles", ("vehicle_purchase", "vehicle_running"))),
    "B02": (
        ("total", ("current", "carried")),
        (
            "current",
            (
                "general",
                "fund",
                "capital",
                "special_account",
                "undertaking",
                "business",
                "superior",
                "affiliate",
                "other",
            ),
        ),
        ("carried", ("carried_general", "carried_fund", "carried_capital", "carried_special_account", "carried_unit")),
    ),
    "B03": (("total", ("basic", "project", "business", "remit", "subsidy")),),
    "B05": (("total", ("basic", "project")), ("basic", ("personnel", "public"))),
    "B05-2": (("total", ("basic", "project")), ("basic", ("personnel", "public"))),
    "B06": (("total", ("personnel", "public")),),
    "B07": (("total", ("abroad", "vehicles", "reception")), ("vehicles", ("vehicle_purchase", "vehicle_running"))),
    "B08": (("total", ("basic", "project")),),
    "B09": (("total", ("basic", "project")),),
    "B10": (
        (
            "total",
            (
                "general",
                "fund",
                "capital",
                "carried_general",
                "carried_fund",
                "carried_capital",
                "special_account",
                "unit",
            ),
        ),
    ),
}

COLUMN_NAMES = {
    "amount": "金额",
    "total": "合计",
    "general": "一般公共预算财政拨款",
    "fund": "政府性基金预算财政拨款",
    "capital": "国有资本经营预算财政拨款",
    "fiscal": "财政拨款收入",
    "superior": "上级补助收入",
    "undertaking": "事业收入",
    "business": "经营收入",
    "affiliate": "附属单位上缴收入",
    "other": "其他收入",
    "basic": "基本支出",
    "project": "项目支出",
    "remit": "上缴上级支出",
    "subsidy": "对附属单位补助支出",
    "opening": "年初结转和结余",
    "income": "本年收入",
    "closing": "年末结转和结余",
    "personnel": "人员经费",
    "public": "公用经费",
    "abroad": "因公出国（境）费",
    "vehicles": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_running": "公务用车运行维护费",
    "reception": "公务接待费",
    "current": "本年收入小计",
    "special_account": "财政专户管理资金",
    "carried": "上年结转结余小计",
    "carried_general": "上年结转一般公共预算",
    "carried_fund": "上年结转政府性基金预算",
    "carried_capital": "上年结转国有资本经营预算",
    "carried_special_account": "上年结转财政专户管理资金",
    "carried_unit": "上年结转单位资金",
    "unit": "单位资金",
}


def column_name(statement: str, column: str) -> str:
    """What a column is called in messages."""
    if column == "business" and statement in ("T03", "B03"):
        return "经营支出"
    if column == "total" and statement in ("T03", "T05", "T07", "T08"):
        return "本年支出合计"
    return COLUMN_NAMES.get(column, column)


def printed_name(statement: str) -> str:
    """What a statement is called in messages: 公开01表, 预算表5."""
    if statement.startswith("T"):
        return f"公开{statement[1:]}表"
    family, _, part = statement[1:].partition("-")
    return f"预算表{int(family)}{'-' + part if part else ''}"


def column_sum(amounts: dict[str, Decimal | None], parts: tuple[str, ...]) -> Decimal:
    """Add the columns named; a leading minus subtracts."""
    found = Decimal(0)
    for part in parts:
        value = amounts.get(part.lstrip("-")) or Decimal(0)
        found += -value if part.startswith("-") else value
    return found
