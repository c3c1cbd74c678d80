"""A list of cases as a workbook, written row by row so that memory does not grow with the list."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from qifu.domain.appeals.actions.exports import MOST, Export
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries.lists import Line

HERE = ZoneInfo("Asia/Shanghai")
RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for a formula
COLUMNS = (
    ("受理编号", 18), ("类型", 8), ("标题", 40), ("企业", 32), ("分类", 24), ("渠道", 10), ("紧急程度", 8), ("状态", 12),
    ("承办单位", 16), ("街道", 12), ("提交时间", 17), ("当前期限", 17), ("是否超期", 8), ("轮次", 6), ("退回次数", 8),
    ("督办级别", 8), ("办理结果", 14),
)  # fmt: skip


def of_cases(taken: Export) -> IO[bytes]:
    """Return the workbook, at its start, in a file that goes away when it is closed."""
    import xlsxwriter  # some megabytes that only a workbook needs

    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    sheet = book.add_worksheet("事项清单")
    head, text = book.add_format({"bold": True, "bg_color": "#E3F0F1", "border": 1}), book.add_format()
    quoted, moment = book.add_format({"quote_prefix": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, (label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, label, head)
    sheet.freeze_panes(1, 1)
    row = 0
    for row, line in enumerate(taken.lines, 1):
        for column, value in enumerate(_cells(line)):
            if isinstance(value, str):
                sheet.write_string(row, column, value, quoted if value.startswith(RISKY) else text)
            elif isinstance(value, int):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_datetime(row, column, value.astimezone(HERE), moment)
    if taken.is_cut:
        sheet.write_string(row + 1, 0, f"只导出前 {MOST:,} 条，其余请缩小范围后分次导出。")
    book.close()
    file.seek(0)
    return file


def _cells(line: Line) -> tuple[str | int | datetime | None, ...]:
    return (
        line.number,
        words.label(words.KINDS, line.kind),
        line.title,
        line.enterprise_name,
        line.category,
        line.channel_label,
        words.label(words.URGENCIES, line.urgency),
        line.state_label,
        line.unit_name,
        line.street_name,
        line.submitted_at,
        line.due_at if line.is_open else None,
        "是" if line.is_overdue and line.is_open else "否",
        line.round,
        line.returns,
        line.supervised or "",
        line.outcome_label,
    )
