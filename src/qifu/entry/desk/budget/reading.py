"""Tables of budgets and of vouchers as finance systems write them, read into what the actions take; what cannot be read is told by row."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import UploadedFile

from qifu.domain.disclosure.actions.budgets import Planned
from qifu.domain.disclosure.entries import MONEYS, ZERO, Entry, Side
from qifu.engines.statements.money import amount
from qifu.entry.intake.tables import Table, open_table
from qifu.kernel.errors import Invalid

LARGEST = 20 * 2**20
VOUCHER = {
    "day": ("日期", "凭证日期", "记账日期", "制单日期"),
    "number": ("凭证号", "凭证编号", "凭证字号", "凭证号码"),
    "summary": ("摘要", "凭证摘要"),
    "account": ("科目编码", "会计科目编码", "科目代码", "会计科目", "科目"),
    "account_name": ("科目名称", "会计科目名称"),
    "debit": ("借方", "借方金额", "借方（元）", "借方金额（元）", "借方发生额"),
    "credit": ("贷方", "贷方金额", "贷方（元）", "贷方金额（元）", "贷方发生额"),
    "functional": ("功能分类", "功能分类科目", "支出功能分类", "功能科目", "功能科目编码"),
    "economic": ("经济分类", "部门预算支出经济分类", "经济分类科目", "部门经济分类", "经济科目", "经济科目编码"),
    "money": ("资金来源", "资金性质", "经费来源"),
    "project": ("项目代码", "项目编码", "预算项目编码"),
    "note": ("备注",),
}
BUDGET = {
    "project": ("项目代码", "项目编码"),
    "name": ("项目名称", "项目"),
    "functional": ("功能分类", "功能分类科目", "支出功能分类", "功能科目", "功能科目编码"),
    "economic": ("经济分类", "部门预算支出经济分类", "经济分类科目", "部门经济分类", "经济科目", "经济科目编码"),
    "money": ("资金来源", "资金性质", "经费来源"),
    "amount": ("金额", "金额（元）", "预算数", "预算数（元）", "预算金额", "预算金额（元）", "调整数（元）"),
    "procurement": ("政府采购", "是否政府采购", "是否采购"),
    "purpose": ("用途", "项目内容", "说明"),
}
NEEDS = {
    "voucher": ("day", "number", "account", "debit", "credit"),
    "budget": ("functional", "economic", "money", "amount"),
}
_WORDS = {  # how finance systems name the sources
    "一般公共预算": "general", "一般公共预算资金": "general", "财政拨款": "general", "经费拨款": "general",
    "政府性基金": "fund", "政府性基金预算": "fund", "国有资本经营预算": "capital", "国有资本经营": "capital",
    "财政专户": "special", "自有资金": "own", "其他资金": "own", "其他": "own", "非财政拨款": "own",
} | {label: key for key, label in MONEYS.items()} | {key: key for key in MONEYS}  # fmt: skip
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s.*)?$")
_CODE = re.compile(r"^\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Vouchers:
    """A file of vouchers as read."""

    name: str
    digest: str
    rows: int
    entries: list[tuple[int, Entry]]  # with the row of the first line
    unread: list[tuple[int, str]]


def vouchers(upload: object) -> Vouchers:
    """Read a file of vouchers; lines of one voucher follow each other.

    :raises Invalid: it is no table, too large, or lacks a column.
    """
    name, content = _received(upload)
    with _kept(name, content) as path:
        table = open_table(path, name, known=_known(VOUCHER))
        at = _columns(table, VOUCHER, NEEDS["voucher"])
        lines = list(table.rows())
    entries: list[tuple[int, Entry]] = []
    unread: list[tuple[int, str]] = []
    for row, cells in lines:
        said = {field: cells[column].strip() for field, column in at.items()}
        try:
            _join(entries, row, _entry(said, entries[-1][1] if entries else None))
        except ValueError as problem:
            unread.append((row, str(problem)))
    return Vouchers(name, hashlib.sha256(content).hexdigest(), len(lines), entries, unread)


def budget(upload: object) -> list[tuple[int, Planned]]:
    """Read the lines of a budget, each with its row.

    :raises Invalid: it is no table, too large, lacks a column, or a cell cannot be read.
    """
    name, content = _received(upload)
    with _kept(name, content) as path:
        table = open_table(path, name, known=_known(BUDGET))
        at = _columns(table, BUDGET, NEEDS["budget"])
        lines = list(table.rows())
    found = []
    for row, cells in lines:
        said = {field: cells[column].strip() for field, column in at.items()}
        try:
            found.append((row, _planned(said)))
        except ValueError as problem:
            raise Invalid(f"第 {row} 行：{problem}", {"file": str(problem)}) from None
    return found


def _planned(said: dict[str, str]) -> Planned:
    value = _amount(said["amount"], "金额")
    return Planned(
        project=said.get("project", "")[:40],
        name=said.get("name", "")[:120],
        functional=_code(said["functional"]),
        economic=_code(said["economic"]),
        money=_money(said["money"]),
        amount=value,
        is_procurement=said.get("procurement", "") in ("是", "1", "√", "Y", "y"),
        purpose=said.get("purpose", ""),
    )


def _entry(said: dict[str, str], last: Entry | None) -> Entry:
    """One line as an entry of its own; day, number and summary may stand only on the first line of a voucher."""
    if last is not None and said["number"] in ("", last.number):
        day = _day(said["day"]) if said["day"] else last.day
        number, summary = last.number, last.summary
    else:
        day, number, summary = _day(said["day"]), said["number"], said.get("summary", "")
    if not number:
        raise ValueError("没有凭证号。")
    side = Side(
        account=_code(said["account"]),
        account_name=said.get("account_name") or _CODE.sub("", said["account"]).strip(" -_"),
        debit=_amount(said["debit"], "借方"),
        credit=_amount(said["credit"], "贷方"),
        functional=_code(said.get("functional", "")),
        economic=_code(said.get("economic", "")),
        money=_money(said["money"]) if said.get("money") else "",
        project=said.get("project", "")[:40],
        note=said.get("note", "")[:200],
    )
    return Entry(day, number[:30], summary[:200], (side,))


def _join(entries: list[tuple[int, Entry]], row: int, one: Entry) -> None:
    if entries and (entries[-1][1].day, entries[-1][1].number) == (one.day, one.number):
        first, held = entries[-1]
        entries[-1] = (first, replace(held, sides=held.sides + one.sides))
    else:
        entries.append((row, one))


def _received(upload: object) -> tuple[str, bytes]:
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。", {"file": "没有选择文件"})
    if (upload.size or 0) > LARGEST:
        raise Invalid("文件超过 20 MB，请分成几份导入。", {"file": "文件过大"})
    return (upload.name or "文件")[-200:], upload.read()


@contextmanager
def _kept(name: str, content: bytes) -> Iterator[Path]:
    """The content on disk for as long as it is read."""
    with NamedTemporaryFile(suffix=Path(name).suffix[-8:]) as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


def _known(columns: dict[str, tuple[str, ...]]) -> Callable[[str], bool]:
    ours = {heading for headings in columns.values() for heading in headings}
    return lambda heading: _plain(heading) in ours


def _columns(table: Table, columns: dict[str, tuple[str, ...]], needs: tuple[str, ...]) -> dict[str, int]:
    means = {heading: field for field, headings in columns.items() for heading in headings}
    found: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        field = means.get(_plain(heading))
        if field is not None:
            found.setdefault(field, place)
    if missing := [columns[field][0] for field in needs if field not in found]:
        raise Invalid(f"表里没有“{'”“'.join(missing)}”这几列，请检查标题行。", {"file": "缺少列"})
    return found


def _plain(heading: str) -> str:
    return heading.replace("(", "（").replace(")", "）").replace(" ", "").strip("*＊")


def _day(text: str) -> date:
    found = _DAY.match(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 (a day, not a moment)
    except ValueError:
        raise ValueError(f"日期“{text[:20]}”读不懂，请写成 2026-01-31。") from None


def _amount(text: str, what: str) -> Decimal:
    if not text or text in "-—":
        return ZERO
    found = amount(text.removesuffix("元").removeprefix("¥").removeprefix("￥"))
    if found is None:
        raise ValueError(f"{what}“{text[:20]}”不是数，请写成以元为单位的数。")
    return found


def _money(text: str) -> str:
    found = _WORDS.get(text)
    if found is None:
        raise ValueError(f"资金来源“{text[:20]}”不认识，可以写：{'、'.join(MONEYS.values())}。")
    return found


def _code(text: str) -> str:
    """The code before its name: 2010199 其他人大事务支出."""
    found = _CODE.match(text)
    return found[1] if found else text[:20]
