"""The only reads of the room: examinations of documents; budgets, the ledger and execution have modules of their own."""

from qifu.domain.disclosure.queries.examinations import (
    KINDS,
    SEVERITIES,
    BatchSheet,
    Line,
    Page,
    Sheet,
    batch,
    comparable,
    counts,
    listing,
    sheet,
)

__all__ = [
    "KINDS",
    "SEVERITIES",
    "BatchSheet",
    "Line",
    "Page",
    "Sheet",
    "batch",
    "comparable",
    "counts",
    "listing",
    "sheet",
]
