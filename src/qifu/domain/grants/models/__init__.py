"""The tables of grants: money of a year, schemes in versions, applications, reviews, publicity, decisions, payments."""

from qifu.domain.grants.models.applications import Application, Clock, Material, Stay
from qifu.domain.grants.models.funds import BankAccount, FundLine, LedgerEntry, Reservation
from qifu.domain.grants.models.loans import Bank, BankShare, Loan, LoanList, Programme, Settlement
from qifu.domain.grants.models.obligations import Clawback, Obligation, Repayment
from qifu.domain.grants.models.overlaps import Overlap
from qifu.domain.grants.models.payments import BankReturn, PaymentBatch, PaymentOrder
from qifu.domain.grants.models.relief import ReliefList, ReliefPerson, ReliefScheme
from qifu.domain.grants.models.results import Decision, Notice, NoticeLine, Objection
from qifu.domain.grants.models.reviews import Seat, SiteVisit
from qifu.domain.grants.models.schemes import Scheme, Version

__all__ = [
    "Application",
    "Bank",
    "BankAccount",
    "BankReturn",
    "BankShare",
    "Clawback",
    "Clock",
    "Decision",
    "FundLine",
    "LedgerEntry",
    "Loan",
    "LoanList",
    "Material",
    "Notice",
    "NoticeLine",
    "Objection",
    "Obligation",
    "Overlap",
    "PaymentBatch",
    "PaymentOrder",
    "Programme",
    "ReliefList",
    "ReliefPerson",
    "ReliefScheme",
    "Repayment",
    "Reservation",
    "Scheme",
    "Seat",
    "Settlement",
    "SiteVisit",
    "Stay",
    "Version",
]
