"""Files to and from banks: orders out in both layouts, answers in however they are written, lists of loans by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from qifu.engines.codes import credit
from qifu.engines.payments import LAYOUTS, Answer, Answers, Payment, Refused, cut, day_of, money, read_answers, written
from qifu.entry.intake.bank.loans import COLUMNS, percent, read_loans
from qifu.entry.intake.bank.returns import as_text
from qifu.kernel.errors import Invalid
from qifu.output.feeds.loan_template import HEADS, template

D = Decimal
DAY = date(2026, 11, 20)
CODE = "91420106MA4K00001J"
T = TypeVar("T")
ONE = Payment(
    "ZF2611200000001", "6222020000000001234", "武汉示例精密制造有限公司", "示例银行江汉支行", D("120000.5"), "技改补助"
)
TWO = Payment("ZF2611200000002", "42001000000123", "武汉䶮龘科技有限公司", "示例银行", D("0.01"), "=贴息\n第三季度")


def read(tmp_path: Path, content: bytes, name: str = "back.csv") -> Answers:
    (tmp_path / name).write_bytes(content)
    return read_answers(as_text(tmp_path / name, name))


def loans(tmp_path: Path, *lines: str) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    heads = "借据编号,企业名称,统一社会信用代码,类型,日期,金额（元）,年利率（%）,到期日,逾期开始日,逾期结束日,本期实付利息（元）"
    path = tmp_path / "loans.csv"
    path.write_bytes("\n".join((heads, *lines)).encode("gb18030"))
    told = read_loans(path, "loans.csv")
    held: list[tuple[object, ...]] = [
        (one.loan, [(move.day.isoformat(), move.amount) for move in one.moved], one.rates, one.due, one.interest)
        for one in told.loans
    ]
    return held, [(one.row, one.why) for one in told.wrong]


def test_orders_as_text_with_commas() -> None:
    file = written("plain", "PC2611200000001", DAY, [ONE, TWO])
    assert file.name == "PC2611200000001.csv"
    assert file.content.decode("gb18030").splitlines() == [
        "付款单号,收款账号,收款户名,开户银行,金额（元）,用途",
        "ZF2611200000001,6222020000000001234,武汉示例精密制造有限公司,示例银行江汉支行,120000.50,技改补助",
        "ZF2611200000002,42001000000123,武汉䶮龘科技有限公司,示例银行,0.01,贴息 第三季度",
    ]


def test_orders_of_fixed_width_count_bytes_and_carry_the_sum() -> None:
    lines = written("fixed", "PC2611200000001", DAY, [ONE, TWO]).content.split(b"\r\n")
    assert lines[0] == b"HPC2611200000001         20261120000002000000012000051"
    assert lines[3:] == [b"T000002000000012000051", b""]
    assert {len(line) for line in lines[1:3]} == {1 + 6 + 24 + 32 + 120 + 120 + 15 + 60}
    assert lines[2][63:183].decode("gb18030").strip() == TWO.payee
    assert lines[2][303:318] == b"000000000000001"


@pytest.mark.parametrize("layout", list(LAYOUTS))
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"payee": "=cmd|calc"}, "收款户名为空，或含有不能写入银行文件的字符"),
        ({"payee": "甲" * 61}, "收款户名超过 120 个字节"),
        ({"payee": "甲\n乙"}, "收款户名为空，或含有不能写入银行文件的字符"),
        ({"bank": " "}, "开户银行为空"),
        ({"account": "6222-02"}, "收款账号应为 6 至 32 位数字"),
        ({"amount": D("0.001")}, "最多两位小数"),
        ({"amount": D(0)}, "金额应大于零"),
        ({"order": "a;b"}, "付款单号只能用数字和大写字母"),
    ],
)
def test_a_line_that_would_come_back_wrong_is_refused(layout: str, changes: dict[str, object], said: str) -> None:
    from dataclasses import replace

    with pytest.raises(Refused, match=said):
        written(layout, "PC1", DAY, [ONE, replace(TWO, **changes)])  # type: ignore[arg-type]
    with pytest.raises(Refused, match="付款单号重复"):
        written(layout, "PC1", DAY, [ONE, ONE])


def test_answers_are_read_however_the_bank_words_them(tmp_path: Path) -> None:
    content = (
        "某某银行批量付款结果,,,,,\n客户流水号,交易金额(元),交易状态,核心流水号,记账日期,返回信息\n"
        "zf2611200000001,\"120,000.50\",交易成功,HX001,20261121,\n"
        "ZF2611200000002,￥0.01元,未成功,,2026/11/21,户名不符\n"
        "ZF2611200000003,5,已退汇,HX003,2026年11月22日,账户已销户\n"
        "ZF2611200000004,x,成功,HX4,,\nZF2611200000005,1,处理中,HX5,,\n,1,成功,HX6,,\nZF2611200000007,1,成功,,,\n"
    ).replace("交易金额(元)", "金额(元)")  # fmt: skip
    told = read(tmp_path, content.encode("gb18030"))
    assert told.answers == (
        Answer(3, "ZF2611200000001", D("120000.50"), "paid", "HX001", "", date(2026, 11, 21)),
        Answer(4, "ZF2611200000002", D("0.01"), "failed", "", "户名不符", date(2026, 11, 21)),
        Answer(5, "ZF2611200000003", D("5.00"), "returned", "HX003", "账户已销户", date(2026, 11, 22)),
    )
    assert [(one.row, one.why) for one in told.odd] == [
        (6, "金额“x”认不出来。"),
        (7, "处理结果“处理中”认不出是成功、失败还是退汇。"),
        (8, "没有付款单号。"),
        (9, "付款成功，但没有银行回单号。"),
    ]


def test_two_lines_that_differ_on_one_order_are_both_left_out(tmp_path: Path) -> None:
    head = "付款单号,金额,结果,回单号\n"
    told = read(tmp_path, f"{head}A001,1,成功,R1\nA001,1,失败,R1\nA002,2,成功,R2\nA002,2,成功,R2\n".encode())
    assert [one.order for one in told.answers] == ["A002"]
    assert [one.why for one in told.odd] == ["付款单号 A001 与第 2 行说法不同，请与银行核对。"]
    with pytest.raises(Refused, match="没有找到“处理结果”列"):
        read(tmp_path, "付款单号,金额\nA001,1\n".encode())


def test_an_answer_in_a_workbook_is_read_like_text(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["付款结果"], ["单号", "金额", "结果", "流水号"], ["A001", 12.5, "成功", "R1"]):
        sheet.append(row)
    book.save(tmp_path / "back.xlsx")
    told = read_answers(as_text(tmp_path / "back.xlsx", "back.xlsx"))
    assert [(one.order, one.amount, one.outcome, one.receipt) for one in told.answers] == [
        ("A001", D("12.50"), "paid", "R1")
    ]


def answer_line(number: int, order: str, cents: int, flag: str, receipt: str, why: str = "") -> bytes:
    fixed = f"D{number:06d}{order:<24}{cents:015d}{flag}{receipt:<32}20261121".encode()
    return fixed + why.encode("gb18030").ljust(60)


def test_answers_of_fixed_width_and_a_file_that_was_cut(tmp_path: Path) -> None:
    head = written("fixed", "PC2611200000001", DAY, [ONE]).content.split(b"\r\n")[0]
    lines = [head, answer_line(1, ONE.order, 12000050, "S", "HX1"), answer_line(2, TWO.order, 1, "F", "", "户名不符")]
    whole = b"\r\n".join([*lines, b"T000002000000012000051", b""])
    told = read(tmp_path, whole, "back.txt")
    assert [(one.order, one.amount, one.outcome, one.receipt, one.why) for one in told.answers] == [
        (ONE.order, D("120000.50"), "paid", "HX1", ""), (TWO.order, D("0.01"), "failed", "", "户名不符"),
    ]  # fmt: skip
    assert told.digest == read(tmp_path, whole, "again.txt").digest
    with pytest.raises(Refused, match="文件不完整"):
        read(tmp_path, b"\r\n".join(lines), "cut.txt")


def read_or_why(reading: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return reading(), "。"
    except (Refused, Invalid) as refusal:
        return None, str(refusal)


@given(st.binary(max_size=400))
def test_no_file_of_a_bank_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    for head in (b"", "付款单号,金额,结果,回单号\n".encode("gb18030"), b"H" + b" " * 24 + b"1" * 29 + b"\n"):
        path.write_bytes(head + content)
        told, why = read_or_why(lambda: read_answers(as_text(path, "fuzz.csv")))
        assert why.endswith("。")  # a sentence for the officer, never an exception of a library
        if told is not None:
            assert all(one.order and one.amount > 0 and (one.receipt or one.outcome != "paid") for one in told.answers)
        listed, why = read_or_why(lambda: read_loans(path, "fuzz.csv"))
        assert why.endswith("。")
        if listed is not None:
            assert all(one.why.endswith("。") for one in listed.wrong)


@given(st.text(max_size=40), st.integers(0, 30))
def test_a_cut_text_fits_and_splits_no_character(text: str, width: int) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    held = cut(text, width)
    assert text.startswith(held)
    assert len(held.encode("gb18030")) <= width


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,234.50", "1234.50"), ("￥12元", "12.00"), ("１２.5", "12.50"), ("-3", "-3.00"), ("1.005", None), ("abc", None),
     ("", None), ("1e5", None)],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, amount: str | None) -> None:
    assert money(text) == (None if amount is None else D(amount))


def test_days_and_rates_as_people_write_them() -> None:
    assert {
        day_of(text) for text in ("2026-09-30", "2026/9/30", "20260930", "2026年9月30日", "2026-09-30 00:00:00")
    } == {date(2026, 9, 30)}
    assert [day_of(text) for text in ("2026-02-30", "昨天", "")] == [None] * 3
    assert [percent(text) for text in ("3.45", "3.45%", "0.0345", "0", "36.1", "-1", "NaN", "x")] == [
        D("3.45"), D("3.45"), D("3.45"), D(0), None, None, None, None,
    ]  # fmt: skip


def test_a_list_of_loans_is_gathered_by_loan(tmp_path: Path) -> None:
    held, wrong = loans(
        tmp_path,
        f"L1,甲公司,{CODE},放款,2026-07-01,\"1,000,000\",3.45,2027-07-01,,,8000",
        f"L1,甲公司,{CODE},利率调整,2026-08-01,,3.35,,,,",
        f"L1,甲公司,{CODE},提前还款,2026-09-01,400000,,2027-07-01,,,",
    )  # fmt: skip
    assert wrong == []
    assert held == [
        ("L1", [("2026-07-01", D(1_000_000)), ("2026-09-01", D(-400_000))],
         [(date(2026, 7, 1), D("3.45")), (date(2026, 8, 1), D("3.35"))], date(2027, 7, 1), D(8000)),
    ]  # fmt: skip


def test_what_is_wrong_is_told_by_row_and_the_loan_is_left_out(tmp_path: Path) -> None:
    held, wrong = loans(
        tmp_path,
        f"L1,甲公司,{CODE},放款,2026-07-01,100,3.45,2027-07-01,,,",
        f"L1,甲公司,{CODE},还款,2026-13-01,x,,2027-07-02,,,",
        f"L2,甲公司,{CODE[:-1]}0,放款,2026-07-01,100,99,2027-07-01,2026-08-02,2026-08-01,",
        f"L3,甲公司,{CODE},借新还旧,2026-07-01,100,3,2027-07-01,,,-1",
        f"L4,乙公司,{CODE},放款,2026-07-01,100,3,2027-07-01,,,",
        f",乙公司,{CODE},放款,2026-07-01,100,3,2027-07-01,,,",
    )  # fmt: skip
    assert [one[0] for one in held] == ["L4"]
    assert wrong == [
        (3, "日期“2026-13-01”认不出来，请写成 2026-09-30。"),
        (3, "金额“x”应为大于零的数字，单位元。"),
        (3, "到期日与同一借据的前一行不同。"),
        (4, credit.problem(f"{CODE[:-1]}0")),
        (4, "年利率“99”应为 0 到 36 的百分数，例如 3.45。"),
        (4, "逾期开始日和结束日要一起填写，结束日不早于开始日。"),
        (5, "类型“借新还旧”应为放款、还款、提前还款或利率调整。"),
        (5, "本期实付利息（元）“-1”不是金额。"),
        (7, "没有借据编号。"),
    ]


def test_the_template_is_what_the_reader_reads(tmp_path: Path) -> None:
    content = template("小微企业贷款贴息", date(2026, 7, 1), date(2026, 9, 30))
    assert [COLUMNS[key][0] for key in COLUMNS] == list(HEADS)
    book = load_workbook(BytesIO(content))
    sheet = book["贷款清单"]
    assert len(sheet.data_validations.dataValidation) == 11
    for place, value in enumerate(
        ["L1", "甲公司", CODE, "放款", date(2026, 7, 1), 1000000, 3.45, date(2027, 7, 1), None, None, None, 8000.5], 1
    ):
        sheet.cell(2, place).value = value
    book.save(tmp_path / "filled.xlsx")
    (one,) = read_loans(tmp_path / "filled.xlsx", "filled.xlsx").loans
    assert (one.loan, one.rates, one.due, one.interest) == (
        "L1", [(date(2026, 7, 1), D("3.45"))], date(2027, 7, 1), D("8000.50"),
    )  # fmt: skip
    (tmp_path / "empty.xlsx").write_bytes(content)
    with pytest.raises(Invalid, match="清单是空的"):
        read_loans(tmp_path / "empty.xlsx", "empty.xlsx")
