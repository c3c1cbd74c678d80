"""Spreadsheets as people keep them, made from the enterprises: for trying imports, with the mistakes counted.

Each list holds duplicates, blank rows, wrong credit codes and formulas in cells, under headings of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import xlsxwriter

from qifu.engines.codes import credit, legal_forms
from qifu.entry.cli.sample.buildings import buildings
from qifu.entry.cli.sample.district import units
from qifu.entry.cli.sample.enterprises import enterprises
from qifu.entry.cli.sample.streams import SEED, stream

FORMULAS = (
    '=HYPERLINK("http://example.com","点我")',
    "=1+1",
    "@SUM(A1:A9)",
    "+86-10-0",
    "-2+3",
    '=WEBSERVICE("http://example.com")',
)

Row = list[str | float | None]
Maker = Callable[[int, dict[str, object], list[float]], Row]


@dataclass(frozen=True, slots=True)
class Written:
    """A list and what is in it: `rows` below the heading, of which so many of each kind."""

    path: Path
    rows: int
    firms: int  # different enterprises with a valid code
    duplicates: int
    blank: int
    wrong_codes: int
    formulas: int


def write_lists(folder: Path, rows: int = 2_000, seed: int = SEED) -> list[Written]:
    """Write four lists of about `rows` enterprises each into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table = enterprises(seed=seed)
    return [
        _csv(folder / "市场主体名单.csv", table[:rows], "gb18030", seed, _REGISTER_HEADS, _register_row),
        _csv(
            folder / "税源企业（导出）.csv",
            table[rows // 2 : rows + rows // 2],
            "utf-8-sig",
            seed,
            _TAX_HEADS,
            _tax_row,
        ),
        _xlsx(folder / "楼宇入驻企业台账.xlsx", _housed(table, rows), seed, _TENANT_HEADS, _tenant_row),
        _xlsx(folder / "规上企业名录.xlsx", table.filter(pl.col("above_scale"))[:rows], seed, _SCALE_HEADS, _scale_row),
    ]


def write_register(path: Path, table: pl.DataFrame | None = None, seed: int = SEED) -> int:
    """Write a clean register of all enterprises as UTF-8 CSV, and return the number of rows."""
    full = enterprises(seed=seed) if table is None else table
    streets = {unit.code: unit.name for unit in units(seed) if unit.kind == "street"}
    forms = {form.code: form.name for form in legal_forms.FORMS}
    full.select(
        pl.col("name").alias("企业名称"),
        pl.col("uscc").alias("统一社会信用代码"),
        pl.col("former_names").list.join(";").alias("曾用名"),
        pl.col("legal_form").replace(forms).alias("企业类型"),
        pl.col("industry").alias("行业代码"),
        pl.col("street").replace(streets).alias("所属街道"),
        pl.col("address").alias("住所"),
        pl.col("registered_on").alias("成立日期"),
        pl.col("registered_capital").alias("注册资本（万元）"),
        pl.col("employees").alias("从业人数"),
        pl.col("revenue").alias("营业收入（万元）"),
        pl.col("assets").alias("资产总额（万元）"),
        pl.when("key_enterprise").then(pl.lit("是")).otherwise(pl.lit("否")).alias("重点企业"),
        pl.when("above_scale").then(pl.lit("是")).otherwise(pl.lit("否")).alias("四上企业"),
        pl.col("contact").alias("联系人"),
        pl.col("phone").alias("联系电话"),
    ).write_csv(path, include_bom=True)
    return full.height


def _housed(table: pl.DataFrame, rows: int) -> pl.DataFrame:
    return table.filter(pl.col("building_id").is_not_null())[:rows]


_REGISTER_HEADS = ("序号", "企业名称", "统一社会信用代码", "企业类型", "经营地址", "成立日期", "联系电话", "备注")
_TAX_HEADS = ("单位名称", "税号", "行业", "注册资本(万)", "从业人员数", "上年营业收入（万元）", "街道", "说明")
_TENANT_HEADS = ("公司名", "社会信用代码", "楼宇", "房号", "联系人", "手机", "入驻情况")
_SCALE_HEADS = ("单位详细名称", "统一代码", "行业代码", "营业收入", "资产总计", "期末人数", "经济类型", "备注")


def _register_row(number: int, firm: dict[str, object], u: list[float]) -> Row:
    day = str(firm["registered_on"])
    year, month, rest = day.split("-")
    shown = (day, f"{year}/{int(month)}/{int(rest)}", f"{year}年{int(month)}月{int(rest)}日", f"{year}.{month}.{rest}")
    form = legal_forms.legal_form(str(firm["legal_form"])).name
    return [
        number,
        str(firm["name"]),
        str(firm["uscc"]),
        form,
        str(firm["address"]),
        shown[int(u[1] * 4)],
        _phone(firm),
        "",
    ]


def _tax_row(number: int, firm: dict[str, object], u: list[float]) -> Row:
    money = _number(firm["revenue"])
    shown = f"{money:,.2f}" if isinstance(money, float) and u[1] < 0.3 else money
    code = str(firm["industry"])
    return [
        str(firm["name"]), str(firm["uscc"]), code if u[2] < 0.5 else code[1:], _number(firm["registered_capital"]),
        _number(firm["employees"]), shown, str(firm["street"]), "",
    ]  # fmt: skip


def _tenant_row(number: int, firm: dict[str, object], u: list[float]) -> Row:
    one = next(one for one in buildings() if one.id == firm["building_id"])
    called = one.aliases[0] if one.aliases and u[1] < 0.25 else one.name
    room = f"{firm['tower'] or ''}{firm['room']}"
    return [
        str(firm["name"]), str(firm["uscc"]), called, room if u[2] < 0.7 else f"{firm['floor']}楼", str(firm["contact"]),
        _phone(firm), "已入驻" if u[3] < 0.9 else "待核实",
    ]  # fmt: skip


def _scale_row(number: int, firm: dict[str, object], u: list[float]) -> Row:
    return [
        str(firm["name"]), str(firm["uscc"]), str(firm["industry"]), _number(firm["revenue"]), _number(firm["assets"]),
        _number(firm["employees"]), "内资" if u[1] < 0.9 else "港澳台", "",
    ]  # fmt: skip


def _phone(firm: dict[str, object]) -> str:
    return str(firm["phone"]).removeprefix("+86")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


class _Builder:
    """Adds mistakes to clean rows and counts them."""

    def __init__(self, table: pl.DataFrame, seed: int, heads: tuple[str, ...], row: Maker, name: str) -> None:
        drawn = stream(seed, f"list.{name}").random((table.height, 8)).tolist()
        self.lines: list[Row] = []
        self.duplicates = self.blank = self.wrong = self.formulas = 0
        valid: set[str] = set()
        code_at = next(place for place, head in enumerate(heads) if "代码" in head or head == "税号")
        for number, (firm, u) in enumerate(zip(table.iter_rows(named=True), drawn, strict=True), start=1):
            line: Row = row(number, firm, u)
            line[code_at] = self._code(str(firm["uscc"]), u)
            if u[5] < 0.012:
                line[-1] = FORMULAS[int(u[6] * len(FORMULAS))]
                self.formulas += 1
            self.lines.append(line)
            if credit.is_valid(str(line[code_at])):
                valid.add(str(firm["uscc"]))
            if u[4] < 0.02:
                self.lines.append(list(line))
                self.duplicates += 1
            elif u[4] > 0.985:
                self.lines.append([None] * len(heads))
                self.blank += 1
        self.valid = len(valid)

    def _code(self, code: str, u: list[float]) -> str:
        """Most codes right, some in an odd hand that can still be read, a few wrong."""
        if u[0] < 0.03:
            self.wrong += 1
            changed = "0" if code[12] != "0" else "1"
            return (code[:12] + changed + code[13:], code[:17], "无", code[:8] + "I" + code[9:])[int(u[7] * 4)]
        if u[0] < 0.08:
            return (code.lower(), f" {code} ", f"{code[:8]}-{code[8:]}")[int(u[7] * 3)]
        return code

    def written(self, path: Path) -> Written:
        return Written(path, len(self.lines), self.valid, self.duplicates, self.blank, self.wrong, self.formulas)


def _csv(path: Path, table: pl.DataFrame, encoding: str, seed: int, heads: tuple[str, ...], row: Maker) -> Written:
    built = _Builder(table, seed, heads, row, path.stem)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(built.lines)
    return built.written(path)


def _xlsx(path: Path, table: pl.DataFrame, seed: int, heads: tuple[str, ...], row: Maker) -> Written:
    """A title above the headings, real formulas, and a total line at the foot, as such sheets have."""
    built = _Builder(table, seed, heads, row, path.stem)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": True, "strings_to_urls": False})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_string(0, 0, f"江泽区{path.stem}")
    sheet.write_row(1, 0, [f" {head}\n" if place % 3 == 2 else head for place, head in enumerate(heads)])
    for number, line in enumerate(built.lines, start=2):
        sheet.write_row(number, 0, line)
    foot = len(built.lines) + 2
    sheet.write_string(foot, 0, "合计")
    sheet.write_formula(foot, 1, f"=COUNTA(B3:B{foot})")
    book.close()
    return built.written(path)
