"""Tables as people send them: encodings, delimiters, titles above the heading, workbooks, and what is no table."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from qifu.domain.registry.columns import is_known
from qifu.entry.intake.tables import open_table, safe_cell
from qifu.kernel.errors import Invalid

TEXT = "企业名称,信用代码\n云星科技,91\n明远贸易,92\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(TEXT.encode(encoding))
    table = open_table(path, known=is_known)
    assert table.headings == ("企业名称", "信用代码")
    assert list(table.rows()) == [(2, ["云星科技", "91"]), (3, ["明远贸易", "92"])]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_delimiters_are_told_apart(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(TEXT.replace(",", mark), encoding="utf-8")
    assert next(cells for _, cells in open_table(path, known=is_known).rows()) == ["云星科技", "91"]


@pytest.mark.parametrize("shift", range(6))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_characters_on_the_edge_of_a_block_are_no_damage(tmp_path: Path, encoding: str, shift: int) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(("企业名称,信用代码\n" + "a" * shift + "云星科技有限公司,91\n" * 300).encode(encoding))
    assert len(list(open_table(path, known=is_known).rows())) == 300


def test_title_and_blank_rows_keep_the_numbers_a_person_sees(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("某区企业名单,,\n\n序号,企业名称,税号\n1,云星科技,91\n,,\n2,明远贸易,92\n", encoding="utf-8")
    table = open_table(path, known=is_known)
    assert (table.heading_row, table.headings) == (3, ("序号", "企业名称", "税号"))
    assert list(table.rows()) == [(4, ["1", "云星科技", "91"]), (6, ["2", "明远贸易", "92"])]


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["说明", "无"])
    sheet = book.create_sheet("名单")
    sheet.append(["名单", "2026 年"])
    sheet.append(["企业名称", "信用代码", "成立日期", "人数", "资本", "代码数字"])
    row = ["=HYPERLINK(1)", "91", datetime.fromisoformat("2020-05-08T00:00"), 12.0, 10.5, 914201030000000000]
    sheet.append(row)
    sheet.append([None] * 6)
    sheet.append(["云星科技", "92", date(2021, 1, 2), 3, True, None])
    path = tmp_path / "名单.xlsx"
    book.save(path)
    table = open_table(path, known=is_known)
    assert table.sheet == "名单"
    assert list(table.rows()) == [
        (3, ["=HYPERLINK(1)", "91", "2020-05-08", "12", "10.5", "9.14201E+17"]),
        (5, ["云星科技", "92", "2021-01-02", "3", "是", ""]),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("名单.csv", b"", "是空的"),
        ("名单.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "旧版 .xls"),
        ("名单.xlsx", b"PK\x03\x04" + b"broken", "不是 CSV 文本"),
        ("名单.pdf", b"%PDF-1.7 ...", "不是 CSV 文本"),
        ("名单.csv", bytes(range(256)), "文字编码无法识别"),
        ("名单.csv", "一列\n二\n".encode(), "没有找到标题行"),
        ("名单.txt", "企业名称,代码\n".encode() + b"\xff\xff\xff\xff,1\n" * 3, "文字编码无法识别"),
        ("名单.csv", "企业名称,代码\n".encode() * 400 + b"\xff\xff\xff\xff,1\n", "文字编码无法识别"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid) as refusal:
        open_table(path, known=is_known)
    assert said in refusal.value.message


def test_cells_that_a_spreadsheet_would_run_are_made_text() -> None:
    kept = ["云星科技", "-12.5", "+86", "12%", "a=b"]
    assert [safe_cell(text) for text in kept] == kept
    for text in ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1"):
        assert safe_cell(text) == "'" + text
