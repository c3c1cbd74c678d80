"""The self-evaluation as the official form in Word: money, goals, indicators with target, value and score, reasons and remedies.

Shape of the form: 财预〔2020〕10号 and the forms that district centres publish; A4, 仿宋 in the table.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from qifu.domain.performance.queries import IndicatorView, Sheet

HEADS = ("一级指标", "二级指标", "三级指标", "目标值", "实际完成值", "分值", "得分")
WIDTHS = (2.0, 2.4, 4.0, 2.6, 2.8, 1.4, 1.6)
TEXT, TITLE = "仿宋_GB2312", "方正小标宋简体"


def build(sheet: Sheet) -> bytes:
    """Return the form as a Word document."""
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    title = document.add_paragraph()
    title.alignment = 1
    _font(title.add_run(f"{sheet.row.year}年度{sheet.row.name}绩效自评表"), TITLE, 18)
    table = document.add_table(rows=0, cols=len(HEADS), style="Table Grid")
    _money(table, sheet)
    for goal in sheet.goals:
        _wide(table, f"年度目标{goal.row.place}", goal.row.text)
        _row(table, HEADS)
        for one in goal.lines:
            _row(table, _cells(one))
    evaluation = sheet.evaluation
    _wide(table, "总分", "" if sheet.scored.total is None else f"{sheet.scored.total}")
    _wide(table, "偏差大或目标未完成原因分析", evaluation.reasons if evaluation is not None else "")
    _wide(table, "改进措施及结果应用方案", evaluation.remedies if evaluation is not None else "")
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


def _money(table: Any, sheet: Sheet) -> None:
    """Budget and execution in 万元, with the points that they earn."""
    evaluation, told = sheet.evaluation, sheet.scored
    rate = "" if told.rate is None else f"{told.rate * 100:.2f}%"
    earned = "" if told.execution is None else f"{told.execution}"
    _row(table, ("预算执行情况", "", "预算数（万元）", "执行数（万元）", "执行率", "分值", "得分"))
    budget, executed = (evaluation.budget, evaluation.executed) if evaluation is not None else (None, None)
    _row(table, ("年度资金总额", "", _wan(budget), _wan(executed), rate, f"{sheet.scheme.execution}", earned))


def _cells(one: IndicatorView) -> tuple[str, ...]:
    score = "" if one.result.score is None else f"{one.result.score}"
    actual = one.actual.value if one.actual is not None else ""
    return (one.row.level1, one.row.level2, one.row.name, one.row.target, actual, f"{one.row.points:f}", score)


def _wide(table: Any, head: str, text: str) -> None:
    cells = table.add_row().cells
    _write(cells[0].merge(cells[1]), head)
    _write(cells[2].merge(cells[-1]), text)


def _row(table: Any, texts: tuple[str, ...]) -> None:
    for cell, text in zip(table.add_row().cells, texts, strict=True):
        _write(cell, text)


def _write(cell: Any, text: str) -> None:
    _font(cell.paragraphs[0].add_run(text), TEXT, 10.5)


def _font(run: Any, name: str, size: float) -> None:
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run._element.rPr.rFonts.set(qn("w:eastAsia"), name)


def _wan(yuan: Decimal | None) -> str:
    return "" if yuan is None else f"{yuan / 10_000:.2f}"
