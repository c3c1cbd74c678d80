"""How the bank carried out orders, read from its file: text with commas under any usual heading, or lines of fixed width.

A line that cannot be read is told with its number and what is wrong with it; the others are read all the same.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from .refusing import Refused

Outcome = Literal["paid", "failed", "returned"]
COLUMNS: Final = {
    "order": ("付款单号", "单号", "订单号", "业务编号", "客户流水号", "企业流水号", "委托号", "指令号"),
    "amount": ("金额（元）", "金额", "交易金额", "付款金额", "发生额", "实付金额"),
    "outcome": ("处理结果", "交易状态", "状态", "结果", "付款状态", "交易结果"),
    "receipt": ("回单号", "银行流水号", "交易流水号", "流水号", "核心流水号"),
    "why": ("失败原因", "原因", "退汇原因", "备注", "附言", "返回信息"),
    "day": ("交易日期", "日期", "记账日期", "付款日期", "入账日期"),
}
MOST_LINES = 20_000
_HEADING_WITHIN, _WIDEST, _MARKS = 15, 60, ",\t;|，"
_LABELS = {"order": "付款单号", "amount": "金额", "outcome": "处理结果"}
WORDS: Final[dict[Outcome, tuple[str, ...]]] = {
    "returned": ("退汇", "退回", "退票", "冲正", "已退"),
    "failed": ("失败", "未成功", "不成功", "拒绝", "未付", "错误", "作废", "撤销"),
    "paid": ("成功", "已到账", "已付", "已入账", "完成", "0000"),
}
_BLANK = re.compile(r"[\s_\-]+")
_FIXED = re.compile(rb"^H[ -~]{24}\d{8}\d{6}\d{15}")
_DATE = re.compile(r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:\s.*)?$")
DETAIL = (
    ("order", 7, 31),
    ("amount", 31, 46),
    ("outcome", 46, 47),
    ("receipt", 47, 79),
    ("day", 79, 87),
    ("why", 87, 147),
)
FLAGS: Final[dict[str, Outcome]] = {"S": "paid", "F": "failed", "R": "returned"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one order: `row` is where it stands in the file."""

    row: int
    order: str
    amount: Decimal
    outcome: Outcome
    receipt: str
    why: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Odd:
    """A line that could not be taken, and why."""

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Answers:
    """A file of the bank as read. `digest` knows the same content again."""

    digest: str
    answers: tuple[Answer, ...]
    odd: tuple[Odd, ...]


def read_answers(content: bytes) -> Answers:
    """Read how the bank carried out orders.

    :raises Refused: it is no such file, or a column that is needed is not there.
    """
    rows = _fixed_rows(content) if _FIXED.match(content) else _table_rows(content)
    answers: dict[str, Answer] = {}
    odd: list[Odd] = []
    torn: set[str] = set()
    for number, cells in rows:
        read = _answer(number, cells)
        if isinstance(read, Odd):
            odd.append(read)
        elif (before := answers.setdefault(read.order, read)) is not read and _differs(before, read):
            odd.append(Odd(number, f"付款单号 {read.order} 与第 {before.row} 行说法不同，请与银行核对。"))
            torn.add(read.order)
    if not answers and not odd:
        raise Refused("文件里没有付款结果，请核对后重新选择。")
    held = tuple(answer for order, answer in answers.items() if order not in torn)
    return Answers(hashlib.sha256(content).hexdigest(), held, tuple(odd))


def _differs(left: Answer, right: Answer) -> bool:
    return (left.amount, left.outcome) != (right.amount, right.outcome)


def _table_rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    means = {heading: key for key, headings in COLUMNS.items() for heading in headings}
    rows = _lines(_text(content))
    known = [(sum(_head(cell) in means for cell in cells), -at) for at, (_, cells) in enumerate(rows[:_HEADING_WITHIN])]
    at = -max(known, default=(0, 0))[1]
    places: dict[str, int] = {}
    for place, heading in enumerate(rows[at][1] if rows else []):
        if key := means.get(_head(heading)):
            places.setdefault(key, place)
    if missing := [label for key, label in _LABELS.items() if key not in places]:
        raise Refused(f"这不是银行回单：没有找到“{'”“'.join(missing)}”列。请核对银行文件的标题行。")
    if len(rows) - at > MOST_LINES:
        raise Refused(f"回单超过 {MOST_LINES:,} 行，请分成几份再上传。")
    width = max(places.values()) + 1
    filled = [(number, (cells + [""] * width)) for number, cells in rows[at + 1 :]]
    return [(number, {key: cells[place] for key, place in places.items()}) for number, cells in filled]


def _text(content: bytes) -> str:
    """UTF-16 by its mark, else UTF-8 if every byte fits, else GB18030."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("文字编码无法识别，请把银行回单另存为 CSV 后重新上传。")


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with the line a person sees them at; the mark that parts the cells is the commonest."""
    head = text[:20_000]
    mark = max(_MARKS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows = []
    try:
        for number, cells in enumerate(reader, 1):
            held = [cell.strip()[:400] for cell in cells[:_WIDEST]]
            if any(held):
                rows.append((number, held))
    except csv.Error:
        raise Refused(f"第 {reader.line_num} 行的引号或换行不成对，请请银行重新导出。") from None
    return rows


def is_heading(text: str) -> bool:
    """Whether a cell names a column of an answer."""
    return any(_head(text) in headings for headings in COLUMNS.values())


def _head(text: str) -> str:
    return _BLANK.sub("", text).replace("(", "（").replace(")", "）")


def _fixed_rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Lines of fixed width; the tail must count what stands above it.

    :raises Refused: the tail is not there or counts otherwise: the file was cut on the way.
    """
    lines = content.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    details = [(number, line) for number, line in enumerate(lines, 1) if line.startswith(b"D")]
    tail = re.fullmatch(rb"T(\d{6})\d{15}\s*", lines[-1])
    if tail is None or int(tail[1]) != len(details):
        raise Refused("文件不完整：末行的笔数与明细不符，请请银行重新导出。")
    rows = []
    for number, line in details:
        cells = {key: line[start:end].decode("gb18030", "replace").strip() for key, start, end in DETAIL}
        cents = cells["amount"]
        rows.append((number, cells | {"amount": f"{cents[:-2]}.{cents[-2:]}" if cents.isdecimal() else cents}))
    return rows


def _answer(number: int, cells: dict[str, str]) -> Answer | Odd:
    order = unicodedata.normalize("NFKC", cells["order"]).strip().lstrip("'").upper()
    if not order:
        return Odd(number, "没有付款单号。")
    amount = money(cells["amount"])
    if amount is None or amount <= 0:
        return Odd(number, f"金额“{cells['amount'][:30]}”认不出来。")
    outcome = _outcome(cells["outcome"])
    if outcome is None:
        return Odd(number, f"处理结果“{cells['outcome'][:30]}”认不出是成功、失败还是退汇。")
    receipt = cells.get("receipt", "").lstrip("'")[:60]
    if outcome == "paid" and not receipt:
        return Odd(number, "付款成功，但没有银行回单号。")
    return Answer(
        number, order[:24], amount, outcome, receipt, cells.get("why", "")[:200], day_of(cells.get("day", ""))
    )


def _outcome(text: str) -> Outcome | None:
    """What a word of the bank means; failure is looked for first, since 未成功 holds 成功."""
    if text.upper() in FLAGS:
        return FLAGS[text.upper()]
    return next((outcome for outcome, words in WORDS.items() if any(word in text for word in words)), None)


def money(text: str) -> Decimal | None:
    """An amount as people and banks write it: 1,234.50, ￥1234.5, 1234.50元; None when it is none."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("¥", "").replace("元", "").strip().lstrip("'")
    if not re.fullmatch(r"-?\d{1,13}(\.\d+)?", plain):
        return None
    try:
        return Decimal(plain).quantize(Decimal("0.01")) if Decimal(plain) == round(Decimal(plain), 2) else None
    except InvalidOperation:
        return None


def day_of(text: str) -> date | None:
    """A day as people and banks write it: 2026-09-30, 2026/9/30, 20260930, 2026年9月30日; None when it is none."""
    held = _DATE.match(unicodedata.normalize("NFKC", text).strip().lstrip("'"))
    try:
        return date(int(held[1]), int(held[2]), int(held[3])) if held else None
    except ValueError:
        return None
