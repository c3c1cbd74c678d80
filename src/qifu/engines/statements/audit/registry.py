"""The rules of the audit: one rule is one function, one code, one message, one source.

@rule("XTB-05-06", "基本支出与经济分类不符", source=FORMULAS, message="{left}为{a}，与{right}{b}不符，差{d}。", fix="…")
def basic_by_subject(case: Case) -> Iterator[Hit]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .case import Case
from .hits import ERROR, INFO, WARNING, Finding, Hit

__all__ = ["ERROR", "INFO", "RULES", "WARNING", "Finding", "Hit", "Rule", "rule"]

FORMULAS = "部门决算报表表内、表间公式（各表表下注）"
BUDGET_FORMULAS = "部门预算公开表式的表内、表间关系"
OPENNESS = "《地方预决算公开操作规程》（财预〔2016〕143号）：公开内容应当真实、准确、完整"
PERFORMANCE = "《项目支出绩效评价管理办法》（财预〔2020〕10号）及自评表表头公式"
TARGETS = "《中央部门预算绩效目标管理办法》（财预〔2015〕88号）、财预〔2021〕101号：指标应细化量化"
TEMPLATE = "部门决算（预算）公开模板的固定内容"
PURCHASES = "《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）"
CLASSIFICATION = "当年《政府收支分类科目》"
PRIVACY = "《个人信息保护法》、《政府信息公开条例》第十五条"
ARITHMETIC = "四则运算与四舍五入"


@dataclass(frozen=True)
class Rule:
    """A rule: its code, what it is called, how grave a breach is, by which source, and how it is said."""

    code: str
    title: str
    severity: str
    source: str
    message: str
    fix: str
    kinds: frozenset[str]
    check: Callable[[Case], Iterator[Hit]]


RULES: dict[str, Rule] = {}
BOTH = ("final_accounts", "budget")


def rule(
    code: str,
    title: str,
    *,
    source: str,
    message: str,
    severity: str = ERROR,
    fix: str = "核对后更正。",
    kinds: tuple[str, ...] = ("final_accounts",),
) -> Callable[[Callable[[Case], Iterator[Hit]]], Callable[[Case], Iterator[Hit]]]:
    """Register a rule under its code.

    :raises ValueError: the code is taken.
    """

    def register(check: Callable[[Case], Iterator[Hit]]) -> Callable[[Case], Iterator[Hit]]:
        if code in RULES:
            raise ValueError(f"rule {code} is registered twice")
        RULES[code] = Rule(code, title, severity, source, message, fix, frozenset(kinds), check)
        return check

    return register
