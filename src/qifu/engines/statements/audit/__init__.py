"""Auditing a disclosure: every rule over the model, breaches grouped by cause, each in a clerk's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from qifu.engines.statements.model import Model
from qifu.engines.statements.words import compact

from . import (
    budgets,
    compositions,
    counts,
    damage,
    forms,
    initial,
    labels,
    narrative,
    plausible,
    quantities,
    required,
    shares,
    sums,
    targets,
    vocabulary,
    wording,
)
from .case import Case
from .endings import until_the_break
from .grouping import grouped
from .registry import ERROR, INFO, RULES, WARNING, Finding, Hit, Rule
from .units import in_wan, in_yuan, speaks_yuan

__all__ = ["ERROR", "INFO", "RULES", "WARNING", "Finding", "Report", "Rule", "audit", "report_json", "why_not_compared"]
FAMILIES = (
    *(sums, plausible, vocabulary, narrative, quantities, shares, initial, forms, counts),
    *(required, compositions, wording, labels, budgets, targets, damage),
)


@dataclass(frozen=True)
class Report:
    """What an audit found, and how many relations it checked."""

    findings: tuple[Finding, ...]
    checked: int

    def count(self, severity: str) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity == severity for finding in self.findings)


_WAN = re.compile(r"(\d+(?:\.\d+)?)万元")
# rules that compare figures of statements with each other, or with what the text says of them
_OF_FIGURES = ("TBL-", "XTB-0", "BUD-0", "NAR-01", "NAR-02", "NAR-03", "NAR-21", "PCT-SHARE", "PCT-YOY", "PCT-COMP")


def is_comparable(model: Model, other: Model) -> bool:
    """Whether `other` is of the same unit, and last year's accounts or this year's budget; what is not named hinders nothing."""
    return not why_not_compared(model, other)


def why_not_compared(model: Model, other: Model) -> str:
    """Why a second document is left out of the audit, in a clerk's words; empty where it takes part."""
    mine, its = model.document, other.document
    if mine.kind == "budget":
        return "审核的是预算，对照只用于决算"
    units = compact(mine.unit), compact(its.unit)
    if all(units) and not _is_one_unit(*units, whole=its.kind == "budget"):
        return f"对照的文件是“{its.unit}”的，与这份文件不是同一单位"
    if its.year and mine.year:
        wanted = mine.year - (its.kind == "final_accounts")
        if its.year != wanted:
            name = "决算" if its.kind == "final_accounts" else "预算"
            return f"对照的文件是{its.year}年{name}，应当是{wanted}年{name}"
    return ""


def _is_one_unit(one: str, other: str, *, whole: bool) -> bool:
    """Whether two names are of one unit; a budget must be of the very unit, named with or without its district."""
    if whole:
        return one.endswith(other) or other.endswith(one)
    return one in other or other in one


def audit(model: Model, against: Model | None = None) -> Report:
    """Apply every rule that a document of its kind is subject to; `against` is a second one that `is_comparable`."""
    if against is not None and not is_comparable(model, against):
        against = None
    exact = Case(in_yuan(model), against) if speaks_yuan(model) else None
    model = in_wan(model)
    case = Case(model, None if against is None else in_wan(against))
    kind = model.document.kind or "final_accounts"
    found = [
        finding
        for rule in RULES.values()
        if kind in rule.kinds
        for finding in _findings(
            rule, exact if rule.code.startswith(_OF_FIGURES) else None, case, yuan=exact is not None
        )
    ]
    checked = case.checked + (exact.checked if exact is not None else 0)
    return Report(tuple(grouped(list(until_the_break(damage.vouched(found, model), model)), case.values)), checked)


def _findings(rule: Rule, exact: Case | None, case: Case, *, yuan: bool) -> Iterator[Finding]:
    """What a rule finds: in the printed 元 (`exact`), where it compares statements, and the text, that are in 元."""
    for hit in rule.check(exact or case):
        finding = _finding(rule, hit)
        if exact is not None:
            finding = replace(finding, message=finding.message.replace("万元", "元"))
        elif yuan:
            finding = replace(finding, message=_in_yuan(finding.message))
        yield finding


def _in_yuan(message: str) -> str:
    """A message of a document in 元: amounts were worked out in 万元 without rounding."""
    return _WAN.sub(lambda found: f"{(Decimal(found[1]) * 10000).quantize(Decimal('0.01'))}元", message)


def _finding(rule: Rule, hit: Hit) -> Finding:
    return Finding(
        rule.code,
        hit.severity or rule.severity,
        rule.title,
        rule.message.format(**hit.values),
        tuple(dict.fromkeys(line for line in hit.lines if line)),
        tuple(figure for figure in hit.figures if figure),
        hit.fix or rule.fix,
        rule.source,
        cells=hit.cells,
        relation=hit.relation,
        cause=hit.cause,
    )


def report_json(report: Report) -> dict[str, Any]:
    """Write a report as plain values, as the contract has it."""
    return {
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "title": finding.title,
                "message": finding.message,
                "lines": list(finding.lines),
                "figures": list(finding.figures),
                "fix": finding.fix,
                "source": finding.source,
                "related": list(finding.related),
            }
            for finding in report.findings
        ],
        "summary": {
            **{severity: report.count(severity) for severity in (ERROR, WARNING, INFO)},
            "relations_checked": report.checked,
        },
    }
