"""Payment orders as the files that banks take: text with commas, or lines of fixed width, in the encoding that banks read.

A name that does not fit, or that a spreadsheet would run, is refused: cut or altered it would come back as a wrong payee.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Final

from .refusing import Refused

_RUNS = re.compile(r"^\s*[=+\-@]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_ACCOUNT = re.compile(r"[0-9]{6,32}")
_ORDER = re.compile(r"[0-9A-Z]{4,24}")
HEADS: Final = ("付款单号", "收款账号", "收款户名", "开户银行", "金额（元）", "用途")
WIDTHS: Final = {"order": 24, "account": 32, "payee": 120, "bank": 120, "amount": 15, "purpose": 60}  # bytes
MOST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Payment:
    """One order as the bank is to carry it out; the amount is in 元."""

    order: str
    account: str
    payee: str
    bank: str
    amount: Decimal
    purpose: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """What goes to the bank."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Layout:
    """A way of writing orders that some bank takes."""

    name: str
    label: str
    ending: str
    write: Callable[[str, date, Sequence[Payment]], bytes]


def written(layout: str, batch: str, day: date, payments: Sequence[Payment]) -> BankFile:
    """Write orders the way a bank takes them.

    :raises Refused: a line that the bank would refuse or misread, or a layout that there is not; nothing is written.
    """
    chosen = LAYOUTS.get(layout)
    if chosen is None:
        raise Refused("没有这种银行文件格式，请重新选择。")
    problems = [f"{one.order}：{problem}" for one in payments for problem in _problems(one)]
    if not payments or len({one.order for one in payments}) != len(payments):
        problems.append("没有付款单，或付款单号重复。")
    if problems:
        raise Refused("银行文件没有生成：" + "".join(problems[:5]) + "请更正后重新生成。")
    return BankFile(f"{batch}.{chosen.ending}", chosen.write(batch, day, payments))


def _problems(one: Payment) -> Iterable[str]:
    if not _ORDER.fullmatch(one.order):
        yield "付款单号只能用数字和大写字母。"
    if not _ACCOUNT.fullmatch(one.account):
        yield "收款账号应为 6 至 32 位数字。"
    if not Decimal(0) < one.amount < MOST or one.amount != one.amount.quantize(Decimal("0.01")):
        yield "金额应大于零，最多两位小数。"
    for label, text, width in (("收款户名", one.payee, WIDTHS["payee"]), ("开户银行", one.bank, WIDTHS["bank"])):
        if not text.strip() or _RUNS.match(text) or _CONTROL.search(text):
            yield f"{label}为空，或含有不能写入银行文件的字符。"
        elif len(text.encode("gb18030")) > width:
            yield f"{label}超过 {width} 个字节。"


def _comma(batch: str, day: date, payments: Sequence[Payment]) -> bytes:
    kept = StringIO()
    writer = csv.writer(kept)
    writer.writerow(HEADS)
    for one in payments:
        writer.writerow((one.order, one.account, one.payee, one.bank, f"{one.amount:.2f}", _purpose(one)))
    return kept.getvalue().encode("gb18030")


def _fixed(batch: str, day: date, payments: Sequence[Payment]) -> bytes:
    """A head (H), a line an order (D), a tail with count and sum (T); amounts in 分, widths in bytes."""
    total = sum((one.amount for one in payments), Decimal(0))
    lines = [b"H" + _left(batch, 24) + f"{day:%Y%m%d}".encode() + _count(len(payments)) + _cents(total)]
    lines += [
        b"D" + _count(number) + _left(one.order, WIDTHS["order"]) + _left(one.account, WIDTHS["account"])
        + _left(one.payee, WIDTHS["payee"]) + _left(one.bank, WIDTHS["bank"]) + _cents(one.amount)
        + _left(_purpose(one), WIDTHS["purpose"])
        for number, one in enumerate(payments, 1)
    ]  # fmt: skip
    lines.append(b"T" + _count(len(payments)) + _cents(total))
    return b"\r\n".join(lines) + b"\r\n"


def _purpose(one: Payment) -> str:
    """The purpose without what a spreadsheet or the bank's reader trips over; it is for reading only."""
    return cut(_CONTROL.sub(" ", one.purpose).strip().lstrip("=+-@ "), WIDTHS["purpose"])


def cut(text: str, width: int) -> str:
    """The longest beginning of a text that fits into so many bytes; no character is split."""
    while len(text.encode("gb18030")) > width:
        text = text[:-1]
    return text


def _left(text: str, width: int) -> bytes:
    return text.encode("gb18030").ljust(width)


def _count(number: int) -> bytes:
    return f"{number:06d}".encode()


def _cents(amount: Decimal) -> bytes:
    return f"{int(amount * 100):0{WIDTHS['amount']}d}".encode()


LAYOUTS: Final = {
    one.name: one
    for one in (
        Layout("plain", "逗号分隔（GB18030）", "csv", _comma),
        Layout("fixed", "定长文本（GB18030）", "txt", _fixed),
    )
}
