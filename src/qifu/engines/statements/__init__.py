"""Published budgets and final accounts: read into data, checked for contradictions.

    from qifu.engines.statements import audit, from_text, read, to_json
    model = read(from_text(text))
    for finding in audit(model).findings: ...

Rules with their sources, tolerances and limits: docs/rules/statements.md.
"""

from .audit import Finding, Report, audit, is_comparable, report_json, why_not_compared
from .interchange import BadModel, from_json, to_json
from .model import Model
from .paper import Line, Paper, from_text, line_of, row_of
from .reading.whole import NotADisclosure, read
from .rejecting import without_repairs

__all__ = [
    "BadModel",
    "Finding",
    "Line",
    "Model",
    "NotADisclosure",
    "Paper",
    "Report",
    "audit",
    "from_json",
    "from_text",
    "is_comparable",
    "line_of",
    "read",
    "report_json",
    "row_of",
    "to_json",
    "why_not_compared",
    "without_repairs",
]
