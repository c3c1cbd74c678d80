"""A row of a list, read: what it says of an enterprise, or why it cannot be used. Pure, but for the table of streets.

A cell that cannot be understood is left out with a note; only what would give a wrong identity makes the row unusable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from qifu.domain.registry import naming, persons
from qifu.domain.registry.columns import BY_FIELD
from qifu.engines import eligibility
from qifu.engines.codes import credit, industries, legal_forms, phones
from qifu.engines.eligibility import catalogue
from qifu.kernel.files.cells import Computed

_DATE = re.compile(r"(\d{4})\s*[年./-]?\s*(\d{1,2})\s*[月./-]?\s*(\d{1,2})\s*日?(?:[ T].*)?")
_SERIAL = re.compile(r"[2-6]\d{4}")  # 1954 to 2091
_DAY_NONE = date(1899, 12, 30)  # the day before the first of a workbook
_MONEY = re.compile(r"(?:人民币)?([\d,，]+(?:\.\d+)?)(万元|万|元|亿元|亿)?(?:整|人民币|\(人民币\)|（人民币）)*")
_UNITS = {"": Decimal(1), "万": Decimal(1), "万元": Decimal(1), "元": Decimal("0.0001"), "亿": Decimal(10000)}
_HEADING_MONEY = re.compile(r"(亿元|亿|万元|元)")
_COUNT = re.compile(r"(\d{1,7})(?:\.0+)?\s*(?:人|名)?")
_NAMED = re.compile(r"[\u3400-\u9fffA-Za-z]")
_BLANK = {"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "none", "n/a", "暂无", "未知", "不详", "#n/a"}
_TOTALS = {"合计", "总计", "小计", "共计", "累计"}
_SIZES = {"大": "large", "中": "medium", "小": "small", "微": "micro"}
_YES, _NO = {"是", "有", "y", "yes", "√", "1", "true", "✓"}, {"否", "不是", "n", "no", "×", "0", "false", "x"}
_STATUSES = (("注销", "cancelled"), ("吊销", "revoked"))
_OPEN = ("存续", "在业", "在营", "开业", "正常", "登记成立", "营业")
LIMITS = {"name": 120, "address": 200}


class Unusable(Exception):
    """The row cannot be used; the message says why."""


class Unclear(Exception):
    """The cell cannot be understood, the message says how it should be written; `kept` is taken all the same."""

    def __init__(self, message: str, kept: object = None) -> None:
        super().__init__(message)
        self.kept = kept


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says; a blank cell says nothing."""

    number: int
    name: str
    uscc: str | None
    values: Mapping[str, object]
    marks: Mapping[str, bool]
    former: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())
    typed_code: str = ""  # a credit code that is none, as typed: the row goes by its name


Streets = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How the cells of one list are to be read: field → column, streets, and the unit of money its heading names."""

    mapping: Mapping[str, int]
    streets: Streets
    money: Mapping[str, str] = field(default_factory=dict)  # field → unit that its heading names


def sheet_of(mapping: Mapping[str, int], headings: Sequence[str], streets: Streets) -> Sheet:
    """Return how to read a list; a heading such as 注册资本（元） names the unit of its figures."""
    named = {f: _HEADING_MONEY.search(headings[place]) for f, place in mapping.items() if f in MONEY}
    return Sheet(mapping, streets, {f: found[1] for f, found in named.items() if found})


def street_names(units: Sequence[tuple[int, str, str]]) -> Streets:
    """Return every way a street is written → its unit, from (id, name, short name)."""
    found: dict[str, int] = {}
    for unit, name, short in units:
        for text in (name, short):
            bare = _bare_street(text)
            found |= {text: unit, bare: unit, bare + "街": unit, bare + "街道": unit}
    return found


def _bare_street(text: str) -> str:
    return re.sub(r"(街道办事处|街道办|办事处|街道|街)$", "", text.rpartition("区")[2] or text)


def read(number: int, cells: Sequence[str], sheet: Sheet) -> Row:
    """Read one row.

    :raises Unusable: no name, or a formula without its value where the identity stands.
    """
    said = {f: cells[place].strip() for f, place in sheet.mapping.items()}
    computed = [f for f, place in sheet.mapping.items() if isinstance(cells[place], Computed)]
    said = {f: text for f, text in said.items() if text.lower() not in _BLANK}
    if "name" not in said and any("".join(cell.split()) in _TOTALS for cell in cells):
        raise Unusable("是合计行，不是企业。")
    name = _name(said.pop("name", ""))
    code = said.pop("uscc", "")
    uscc, wrong = _uscc(code)
    former = _former(said.pop("former", ""), name)
    values: dict[str, object] = {}
    marks: dict[str, bool] = {}
    notes = [
        f"“{BY_FIELD[f].label}”是公式，已按表格保存的计算结果读取（{cells[sheet.mapping[f]][:40]}）" for f in computed
    ]
    if wrong:
        notes.append(f"{wrong}这一格没有采用，这一行按企业名称对应（原文：{code[:40]}）")
    for what, text in said.items():
        column = BY_FIELD[what]
        try:
            if text.startswith("="):
                raise Unclear("是公式，请先粘贴为数值")
            if column.mark:
                marks[column.mark] = _yes(text)
            else:
                values |= _cell(what, text, sheet)
        except Unclear as unclear:
            if unclear.kept is not None:
                values[what] = unclear.kept
            fate = "没有采用" if unclear.kept is None else "按原文保留"
            notes.append(f"“{column.label}”{unclear}，这一格{fate}（原文：{text[:40]}）")
    return Row(number, name, uscc, values, marks, former, tuple(notes), code[:40] if wrong else "")


def _cell(what: str, text: str, sheet: Sheet) -> dict[str, object]:
    if what == "street":
        return {"street_id": _street(text, sheet.streets)}
    if what in MONEY and what in sheet.money and text[-1].isdecimal():
        text += sheet.money[what]
    return {what: _READERS[what](text) if what in _READERS else _figure(what, text)}


def _figure(what: str, text: str) -> object:
    """A figure or standing of the catalogue; money may name its unit and be below zero."""
    if what in MONEY and text.lstrip("+-−－")[-1:] in "元万亿整":
        sign = -1 if text[0] in "-−－" else 1
        return sign * _capital(text.lstrip("+-−－"))
    try:
        found = eligibility.read(catalogue()[what], text)
    except eligibility.Unreadable as unreadable:
        raise Unclear(str(unreadable).removeprefix(catalogue()[what].label).rstrip("。")) from None
    if catalogue()[what].type == "date" and isinstance(found, float):
        return date.fromordinal(int(found))
    return Decimal(repr(found)) if isinstance(found, float) else found


def _former(text: str, name: str) -> tuple[str, ...]:
    names = (naming.written(part)[: LIMITS["name"]] for part in re.split(r"[;；,，、|\n]", text))
    return tuple(dict.fromkeys(each for each in names if each and each != name and not each.startswith("=")))


def _name(text: str) -> str:
    if not text:
        raise Unusable("没有企业名称，请补充后重新导入。")
    if text.startswith(("=", "+", "-", "@")):
        raise Unusable("企业名称是公式，请在表格中把这一列“粘贴为数值”后重新导入。")
    name = naming.written(text)
    if name in _TOTALS:
        raise Unusable("是合计行，不是企业。")
    if len(name) < 2 or not _NAMED.search(name):
        raise Unusable("企业名称不像名称，请核对是否错列。")
    if len(name) > LIMITS["name"]:
        raise Unusable(f"企业名称超过 {LIMITS['name']} 个字，请核对是否错列。")
    return name


def _uscc(text: str) -> tuple[str | None, str]:
    """The code, else what is wrong with what was typed: the name may say all the same whom the row means."""
    if not text:
        return None, ""
    if text.startswith("="):
        raise Unusable("统一社会信用代码是公式，请在表格中把这一列“粘贴为数值”后重新导入。")
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        return None, "统一社会信用代码被表格软件改成了数字，后几位已丢失，请把这一列设为“文本”格式并重新填写。"
    problem = credit.problem(text)
    if problem is None:
        return credit.normalise(text), ""
    choices = credit.repair(text)
    hint = f"可能应为 {' 或 '.join(choices[:3])}。" if choices else ""
    return None, f"{problem}{hint}"


def _street(text: str, streets: Streets) -> int:
    found = streets.get(text) or streets.get(_bare_street(text))
    if found is None:
        raise Unclear("不在本区街道名单中")
    return found


def _yes(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Unclear("请填“是”或“否”")


@lru_cache(4096)
def _industry(text: str) -> str:
    code = re.split(r"[\s\-—:：]", text.strip(), maxsplit=1)[0].upper()
    held = industries.find(code) or _industry_named(text)
    if held is not None:
        return held.full_code
    section = industries.section_of(code)
    if section is None or not re.fullmatch(r"[A-T]?\d{2,4}", code):
        raise Unclear("不在 GB/T 4754-2017 行业表中")
    raise Unclear("不在 GB/T 4754-2017 行业表中（可能是旧版代码）", kept=section + code.removeprefix(section))


def _industry_named(text: str) -> industries.Industry | None:
    return _by_industry_name().get(text)


@cache
def _by_industry_name() -> dict[str, industries.Industry]:
    """Industries by name; of several of one name the widest."""
    found: dict[str, industries.Industry] = {}
    for each in industries.table().values():
        if each.name not in found or len(each.code) < len(found[each.name].code):
            found[each.name] = each
    return found


@lru_cache(256)
def _size(text: str) -> str:
    found = _SIZES.get(text[:1]) if len(text) <= 4 else None
    if found is None:
        raise Unclear("请填大型、中型、小型或微型")
    return found


@lru_cache(1024)
def _form(text: str) -> str:
    held = legal_forms.read(text)
    if held is None:
        raise Unclear("不是认得的企业类型")
    return held.code


@lru_cache(256)
def _status(text: str) -> str:
    for word, state in _STATUSES:
        if word in text:
            return state
    if any(word in text for word in _OPEN):
        return "open"
    raise Unclear("请填存续、吊销或注销")


def _date(text: str) -> date:
    if _SERIAL.fullmatch(text):  # a day in a cell that the workbook keeps as a number
        return _DAY_NONE + timedelta(days=int(text))
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Unclear("不是认得的日期，请写成 2020-05-18") from None
    if not 1900 <= found.year <= 2100:
        raise Unclear("年份不合理")
    return found


def _capital(text: str) -> Decimal:
    match = _MONEY.fullmatch(text.replace(" ", ""))
    if match is None:
        raise Unclear("不是人民币金额，请换算成万元")
    try:
        unit = (match[2] or "").replace("亿元", "亿")
        amount = (Decimal(match[1].replace(",", "").replace("，", "")) * _UNITS[unit]).quantize(Decimal("0.0001"))
    except InvalidOperation:
        raise Unclear("金额过大，请核对单位是否为万元") from None
    if amount >= 10**14:
        raise Unclear("金额过大，请核对单位是否为万元")
    return amount


def _employees(text: str) -> int:
    match = _COUNT.fullmatch(text.replace(",", ""))
    if match is None:
        raise Unclear("不是人数")
    return int(match[1])


def _cases(text: str) -> int:
    found = text.replace(",", "").removesuffix("件").strip()
    if not found.isdecimal() or len(found) > 6:
        raise Unclear("不是件数")
    return int(found)


def _address(text: str) -> str:
    if len(text) > LIMITS["address"]:
        raise Unclear(f"超过 {LIMITS['address']} 个字")
    return text


def _legal_person(text: str) -> str:
    if not _NAMED.search(text) or len(text) > persons.LONGEST:
        raise Unclear("不像姓名或名称")
    return persons.shown(text)


def _holders(text: str) -> str:
    try:
        return persons.holders(text)
    except ValueError:
        raise Unclear("请写成“姓名或名称 比例”，几个之间用分号隔开") from None


def _phone(text: str) -> str:
    held = phones.parse(re.split(r"[;；,，、/|\s]", text.strip(), maxsplit=1)[0]) or phones.parse(text)
    if held is None:
        raise Unclear("不是认得的电话，固定电话请带区号")
    return held.e164 + (f"-{held.extension}" if held.extension else "")


MONEY = frozenset({"registered_capital", "arrears"} | {f.name for f in catalogue().values() if f.unit == "万元"})
_READERS: Mapping[str, Callable[[str], object]] = {
    "industry": _industry,
    "size_class": _size,
    "legal_form": _form,
    "registered_on": _date,
    "registered_capital": _capital,
    "arrears": _capital,
    "lawsuits": _cases,
    "employees": _employees,
    "address": _address,
    "legal_person": _legal_person,
    "holders": _holders,
    "status": _status,
    "phone": _phone,
}
