"""The rule that reports damage of the whole document, once (DMG)."""

from __future__ import annotations

from collections.abc import Iterator

from .case import Case
from .registry import BOTH, WARNING, Hit, rule

DIGIT = "数字疑因格式转换损坏"


@rule(
    "DMG-01",
    "数字成规律地损坏",
    source="同一文件各层数字的分布比较",
    severity=WARNING,
    message="全文{n}处数字疑因格式转换损坏（千分位前一位），已按表内数据还原后审核；若公开原件即如此，请更正重发。",
    kinds=BOTH,
    fix="与公开原件核对；原件也如此的，更正后重新公开。",
)
def digits(case: Case) -> Iterator[Hit]:
    """Figures that lost the same digit by rule were mended before the audit."""
    places = [repair for repair in case.model.repairs if DIGIT in repair.why]
    case.checked += 1
    if places:
        yield Hit({"n": str(len(places))}, tuple(dict.fromkeys(repair.line for repair in places))[:20])
