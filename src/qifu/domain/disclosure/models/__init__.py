"""Tables of the room: examinations of documents, budgets, the ledger, what else a year has to tell."""

from qifu.domain.disclosure.models.accounts import Account, Word
from qifu.domain.disclosure.models.budgets import BudgetLine, BudgetVersion, Project, Purchase, Standing
from qifu.domain.disclosure.models.examinations import SEVERITIES, STATES, Batch, Examination, RepairWord
from qifu.domain.disclosure.models.ledger import Month, Voucher, VoucherImport, VoucherLine

__all__ = [
    "SEVERITIES",
    "STATES",
    "Account",
    "Batch",
    "BudgetLine",
    "BudgetVersion",
    "Examination",
    "Month",
    "Project",
    "Purchase",
    "RepairWord",
    "Standing",
    "Voucher",
    "VoucherImport",
    "VoucherLine",
    "Word",
]
