"""The workbook that banks fill in: loans of a period, a row a movement, with checks in the cells and a page that explains."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any, Final

HEADS: Final = (
    "借据编号", "企业名称", "统一社会信用代码", "类型", "日期", "金额（元）", "年利率（%）", "到期日", "展期到期日", "逾期开始日",
    "逾期结束日", "本期实付利息（元）", "银行测算贴息（元）",
)  # fmt: skip
ROWS = 2000
KINDS: Final = ["放款", "还款", "提前还款", "利率调整"]
GUIDE: Final = (
    "一行填一次变动：放款、还款（含提前还款）或利率调整；同一笔贷款的各行用同一个借据编号。",
    "金额以元为单位，还款也填正数；利率调整的行金额可以不填。",
    "年利率写百分数，例如 3.45；放款行和利率调整行必填。",
    "到期日写借款合同约定的日期；展期的另填展期到期日。展期是否贴息由政策规定。",
    "逾期的填逾期开始日和结束日，多段逾期分行填写；逾期期间不贴息。",
    "本期实付利息填企业在贴息期间实际付清的利息，同一借据填一次即可；没有填的，金额要等补充后才能确定。",
    "银行测算贴息可以不填；填了的，系统逐笔与自己的计算核对，不一致的逐笔列出。",
    "计息天数算头不算尾：放款当天计息，还款当天不计息。",
)


def template(title: str, first: date, last: date) -> bytes:
    """Return the empty workbook for a scheme and its period."""
    import xlsxwriter  # some megabytes that only a workbook needs

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("贷款清单")
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#eef2f7"})
        sheet.write_row(0, 0, HEADS, bold)
        sheet.freeze_panes(1, 1)
        text, day, money, rate = (
            book.add_format({"num_format": each}) for each in ("@", "yyyy-mm-dd", "#,##0.00", "0.00##")
        )
        for columns, width, form in (
            ("A:A", 22, text), ("B:B", 32, text), ("C:C", 22, text), ("D:D", 10, text), ("E:E", 13, day),
            ("F:F", 16, money), ("G:G", 11, rate), ("H:K", 13, day), ("L:M", 18, money),
        ):  # fmt: skip
            sheet.set_column(columns, width, form)
        for cells, check in _checks():
            sheet.data_validation(cells, check)
        guide = book.add_worksheet("填写说明")
        guide.set_column("A:A", 96, book.add_format({"text_wrap": True}))
        guide.write_row(0, 0, [f"{title}  贴息期间：{first} 至 {last}"], bold)
        for number, line in enumerate(GUIDE, 1):
            guide.write_string(number, 0, f"{number}. {line}")
    return out.getvalue()


def _checks() -> list[tuple[str, dict[str, Any]]]:
    days = {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2100, 12, 31)}
    sums = {"validate": "decimal", "criteria": ">=", "value": 0}
    return [
        (f"C2:C{ROWS}", {"validate": "length", "criteria": "==", "value": 18, "error_title": "统一社会信用代码",
                         "error_message": "统一社会信用代码是 18 位。"}),
        (f"D2:D{ROWS}", {"validate": "list", "source": KINDS}),
        *((f"{column}2:{column}{ROWS}", days | {"error_title": "日期", "error_message": "请写成 2026-09-30 这样的日期。"})
          for column in "EHIJK"),
        *((f"{column}2:{column}{ROWS}", sums | {"error_title": "金额", "error_message": "金额以元为单位，填数字。"})
          for column in "FLM"),
        (f"G2:G{ROWS}", {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 36,
                         "error_title": "年利率", "error_message": "年利率写百分数，例如 3.45。"}),
    ]  # fmt: skip
