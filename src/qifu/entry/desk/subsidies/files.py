"""Lists of loans from a file to the room, and settlements as workbooks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import UploadedFile

from qifu.domain.grants.loans import queries
from qifu.domain.grants.loans.actions import lists
from qifu.entry.intake.bank.loans import read_loans
from qifu.kernel.errors import Invalid
from qifu.output.charts.tables import as_xlsx

LARGEST = 20 * 2**20
HEADS = (
    "银行", "借据编号", "企业名称", "银行所写名称", "状态", "贴息天数", "核定贴息（元）", "银行测算（元）", "相差（元）", "说明",
)  # fmt: skip
SHARES = ("银行", "贷款（笔）", "企业（家）", "贴息（元）", "状态", "银行回单")


def handed(upload: object) -> lists.Handed:
    """Read a list that was uploaded.

    :raises Invalid: no file, too large, or no list of loans.
    """
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。", {"file": "请选择文件"})
    if (upload.size or 0) > LARGEST:
        raise Invalid("文件超过 20 MB，请分成几份上传。", {"file": "文件过大"})
    name = upload.name or "贷款清单"
    digest = hashlib.sha256()
    with NamedTemporaryFile(suffix=Path(name).suffix) as kept:
        for piece in upload.chunks():
            kept.write(piece)
            digest.update(piece)
        kept.flush()
        read = read_loans(Path(kept.name), name)
    loans = [
        lists.Listed(
            one.loan, one.code, one.firm, one.rows, [(move.day, move.amount) for move in one.moved], one.rates, one.due,
            one.extended, one.overdue, one.interest, one.claimed,
        )
        for one in read.loans
    ]  # fmt: skip
    wrong = [lists.Wrong(one.row, one.loan, one.why) for one in read.wrong]
    return lists.Handed(name, digest.hexdigest(), read.count, loans, wrong)


def workbook(told: queries.SettlementPage) -> bytes:
    """A settlement: bank by bank, then loan by loan."""
    shares = [(s.bank, s.loans, s.firms, float(s.amount), s.state_label, s.receipt) for s in told.shares]
    return as_xlsx([("银行汇总", SHARES, shares), ("贷款明细", HEADS, _loans(told))])


def _loans(told: queries.SettlementPage) -> Iterator[tuple[object, ...]]:
    for one in told.loans:
        figures = (one.amount, one.claimed, one.difference)
        yield (
            one.bank, one.number, one.firm_name, one.written, one.state_label, one.days,
            *("" if value is None else float(value) for value in figures), "；".join(one.notes),
        )  # fmt: skip
