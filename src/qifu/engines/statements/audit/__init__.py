"""Auditing a disclosure: every rule over the model, breaches grouped by cause, each in a clerk's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from qifu.engines.statements.model import Model

from . import budgets, counts, damage, forms, narrative, plausible, required, shares, sums, wording
from .case import Case
from .grouping import grouped
from .registry import ERROR, INFO, RULES, WARNING, Finding, Hit, Rule
from .units import in_wan, speaks_yuan

__all__ = ["ERROR", "INFO", "RULES", "WARNING", "Finding", "Report", "Rule", "audit", "report_json"]
FAMILIES = (sums, plausible, narrative, shares, forms, counts, required, wording, budgets, damage)


@dataclass(frozen=True)
class Report:
    """What an audit found, and how many relations it checked."""

    findings: tuple[Finding, ...]
    checked: int

    def count(self, severity: str) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity == severity for finding in self.findings)


_OF_FIGURES = ("TBL-", "XTB-0", "BUD-0")  # rules that compare figures of statements alone


def audit(model: Model, against: Model | None = None) -> Report:
    """Apply every rule that a document of its kind is subject to; `against` is a second document of the same unit."""
    exact = Case(model, against) if speaks_yuan(model) else None
    model = in_wan(model)
    case = Case(model, None if against is None else in_wan(against))
    kind = model.document.kind or "final_accounts"
    found = [
        finding
        for rule in RULES.values()
        if kind in rule.kinds
        for finding in _findings(rule, exact if rule.code.startswith(_OF_FIGURES) else None, case)
    ]
    checked = case.checked + (exact.checked if exact is not None else 0)
    return Report(tuple(grouped(list(damage.vouched(found, model)), case.values)), checked)


def _findings(rule: Rule, exact: Case | None, case: Case) -> Iterator[Finding]:
    """What a rule finds: in the printed 元 (`exact`), where it compares statements alone and these are in 元."""
    for hit in rule.check(exact or case):
        finding = _finding(rule, hit)
        yield replace(finding, message=finding.message.replace("万元", "元")) if exact is not None else finding


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
