"""Rules on sums: inside a statement (TBL) and between statements (XTB)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .case import Case
from .registry import ERROR, FORMULAS, INFO, Hit, rule

_SUM = "{left}为{a}，应等于{right}{b}，相差{d}万元。"
_FIX = "对照原始报表核对两边的数，更正填错的一处。"

_HARD = (
    ("TBL-01a", "本年收入合计不等于各项收入之和"),
    ("TBL-01b", "收入总计不等于本年收入与结余结转之和"),
    ("TBL-01c", "本年支出合计不等于各类支出之和"),
    ("TBL-01d", "支出总计或收支平衡不成立"),
    ("TBL-02", "收入决算表行列合计不符"),
    ("TBL-03", "支出决算表行列合计不符"),
    ("TBL-04", "财政拨款收支总表合计不符"),
    ("TBL-05", "一般公共预算支出决算表行列合计不符"),
    ("TBL-06", "基本支出明细表合计不符"),
    ("TBL-07", "政府性基金收支表合计不符"),
    ("TBL-08", "国有资本经营预算支出表合计不符"),
    ("TBL-09", "“三公”经费表合计不符"),
    ("XTB-01-02", "收支总表与收入决算表不符"),
    ("XTB-01-03", "收支总表与支出决算表不符"),
    ("XTB-01-04", "收支总表与财政拨款总表不符"),
    ("XTB-03-05", "支出决算表与一般公共预算支出表不符"),
    ("XTB-03-05-08", "支出决算表与分资金来源各表之和不符"),
    ("XTB-04-05", "财政拨款总表与一般公共预算支出表不符"),
    ("XTB-04-07", "财政拨款总表与政府性基金表不符"),
    ("XTB-04-08", "财政拨款总表与国有资本经营预算表不符"),
    ("XTB-05-06", "基本支出与人员经费、公用经费之和不符"),
)


def _checker(code: str) -> Callable[[Case], Iterator[Hit]]:
    def check(case: Case) -> Iterator[Hit]:
        yield from case.sums(code)

    check.__doc__ = f"Check the relations of {code}."
    return check


# The relations are data of one shape (engines.statements.relations); each code has its own check all the same.
for _code, _title in _HARD:
    rule(_code, _title, source=FORMULAS, message=_SUM, severity=ERROR, fix=_FIX)(_checker(_code))


@rule(
    "XTB-02-03",
    "同一科目的收入与支出不等",
    source=FORMULAS,
    severity=INFO,
    message="{left}为{a}，{right}为{b}，相差{d}万元；没有结转和其他资金时两者通常相等。",
    fix="核对该科目的收入与支出，确有原因的可不更正。",
)
def income_and_expenditure(case: Case) -> Iterator[Hit]:
    """Compare income and expenditure by subject where there is neither carry-over nor other money."""
    for hit in case.sums("XTB-02-03"):
        yield Hit(hit.values, hit.lines, hit.figures, INFO, hit.relation, hit.cells, hit.cause)
