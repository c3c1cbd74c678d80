"""The evaluation list of units as an Excel sheet ready to be printed: landscape, heads on every page, definitions behind."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from qifu.domain.appeals.queries.figures.evaluation import MEANS, RATES, Cell, Evaluation, Line
from qifu.domain.appeals.queries.figures.measures import BASES, FEW, FIGURES
from qifu.output.charts.tables import plain

if TYPE_CHECKING:
    import xlsxwriter

ZONE = ZoneInfo("Asia/Shanghai")
NOTE = f"名次只在分母（评分为评价份数）不少于 {FEW} 时给出，并列同名次；评价少于 {FEW} 份的只列件数。不设综合分。"


def period(evaluation: Evaluation) -> str:
    """2026年1月—9月, as it stands in a heading."""
    since, until = evaluation.cut.since, evaluation.cut.until
    if since == until:
        return f"{since.year}年{since.month}月"
    end = f"{until.month}月" if since.year == until.year else f"{until.year}年{until.month}月"
    return f"{since.year}年{since.month}月—{end}"


def workbook(evaluation: Evaluation) -> bytes:
    """Return the list as an Excel file."""
    import xlsxwriter  # some megabytes that only a workbook needs

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _list(book, evaluation)
        _definitions(book)
    return out.getvalue()


def _list(book: xlsxwriter.Workbook, evaluation: Evaluation) -> None:
    sheet = book.add_worksheet("考评表")
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    forms = {
        "text": book.add_format({"border": 1}),
        "share": book.add_format({"border": 1, "num_format": "0.0%"}),
        "mean": book.add_format({"border": 1, "num_format": "0.00"}),
    }
    heads = _heads()
    sheet.merge_range(0, 0, 0, len(heads) - 1, f"承办单位考评表({period(evaluation)})", title)
    at = evaluation.stamp.at.astimezone(ZONE)
    basis = BASES[evaluation.cut.basis][0]
    sheet.merge_range(1, 0, 1, len(heads) - 1, f"数据截至 {at:%Y-%m-%d %H:%M}；口径：{basis}。{NOTE}")
    sheet.write_row(2, 0, heads, head)
    for number, line in enumerate(evaluation.lines, 3):
        _line(sheet, number, line, forms)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, len(heads) - 1, 9)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _heads() -> Sequence[str]:
    found = ["单位", "类别", "转办到件", "已回复", "评价份数"]
    for mark in MEANS.values():
        found += [mark, "名次"]
    for name in RATES:
        found += [FIGURES[name].label, "分子", "分母", "名次"]
    return found


def _line(sheet: xlsxwriter.worksheet.Worksheet, number: int, line: Line, forms: dict[str, object]) -> None:
    counts = line.counts
    first = [plain(line.name), line.kind, counts["dispatched"], counts["replied"], counts["rated"]]
    sheet.write_row(number, 0, first, forms["text"])
    column = len(first)
    for name in (*MEANS, *RATES):
        cell, is_rate = line.cells[name], name in RATES
        _write(sheet, number, column, cell.value, forms["share" if is_rate else "mean"])
        rest: list[object] = [*_parts(cell), cell.rank] if is_rate else [cell.rank]
        for place, value in enumerate(rest, column + 1):
            _write(sheet, number, place, value, forms["text"])
        column += 1 + len(rest)


def _parts(cell: Cell) -> tuple[object, object]:
    return cell.numerator, cell.denominator


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object, form: object) -> None:
    if value is None:
        sheet.write_blank(row, column, None, form)
    else:
        sheet.write(row, column, value if isinstance(value, int) else float(str(value)), form)


def _definitions(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("口径")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100, wrap)
    rows = [("指标", "定义"), *((FIGURES[name].label, FIGURES[name].says) for name in RATES)]
    rows += [(label, "评价者对该项打分（1 至 5 分）的平均数，取每件最后一次评价。") for label in MEANS.values()]
    for number, row in enumerate([*rows, ("名次", NOTE)]):
        sheet.write_row(number, 0, row)
