"""The rule that reports damage of the whole document, once (DMG); and what damage takes away from other findings.

What a recogniser read is not what is printed: a contradiction in it is a question, to be settled at the original, and
never an error. A form of which a row could not be read is not added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from qifu.engines.statements.model import Model

from .case import Case
from .hits import ERROR, INFO, Finding
from .registry import BOTH, WARNING, Hit, rule

DIGIT = "数字疑因格式转换损坏"
SCAN = "（本件是扫描件，文字由识别得来：请先对照原件，原件如此再改。）"
_OF_WHOLE_FORMS = frozenset({"FRM-03", "FRM-04", "FRM-05", "FRM-08", "CNT-03", "FRM-09", "TGT-02"})
_OF_WORDS = ("VOC", "LBL", "RES", "NN")


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


def vouched(findings: Iterable[Finding], model: Model) -> Iterator[Finding]:
    """The findings that damage leaves standing, each as grave as the reading allows."""
    broken = [
        (form.at, form.until)
        for form in model.forms
        if any(form.at <= place.line <= form.until for place in model.unreadable if place.line)
    ]
    for finding in findings:
        if finding.rule in _OF_WHOLE_FORMS and any(
            low <= line <= high for low, high in broken for line in finding.lines
        ):
            continue
        yield _recognised(finding) if model.recognised else finding


def _recognised(finding: Finding) -> Finding:
    if finding.severity == INFO:
        return finding
    severity = INFO if finding.rule.startswith(_OF_WORDS) and finding.severity != ERROR else WARNING
    return replace(finding, severity=severity, fix=finding.fix + SCAN)
