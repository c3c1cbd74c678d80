"""The table of indicators as people hand it in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.uploadedfile import UploadedFile

from qifu.domain.performance.actions import Promised
from qifu.engines.statements.money import amount
from qifu.entry.intake.tables import open_table
from qifu.kernel.errors import Invalid

LARGEST = 2 * 2**20
COLUMNS = {
    "goal": ("绩效目标", "年度绩效目标", "目标"),
    "level1": ("一级指标",),
    "level2": ("二级指标",),
    "name": ("三级指标", "指标名称"),
    "target": ("目标值", "指标值", "年度指标值"),
    "points": ("分值", "权重"),
    "basis": ("目标依据", "依据", "指标值依据"),
    "before_last": ("前年完成值", "前年值"),
    "last": ("上年完成值", "上年值"),
    "owner": ("责任人", "责任科室"),
    "measure": ("取数口径", "指标口径代码"),
}
NEEDS = ("level1", "level2", "name", "target", "points")
_MEANS = {heading: field for field, headings in COLUMNS.items() for heading in headings}
_HEADED = {"一级指标", "二级指标", "三级指标", "目标值", "分值"} | set(_MEANS)


def indicators(upload: object) -> list[tuple[int, Promised]]:
    """Read the indicators, each with its row; a blank goal or level is that of the row above, as in merged cells.

    :raises Invalid: it is no table, too large, lacks a column, or points are no number.
    """
    if not isinstance(upload, UploadedFile):
        raise Invalid("请先选择文件。", {"file": "没有选择文件"})
    if (upload.size or 0) > LARGEST:
        raise Invalid("文件超过 2 MB，请检查是不是指标表。", {"file": "文件过大"})
    name = (upload.name or "文件")[-200:]
    with NamedTemporaryFile(suffix=Path(name).suffix[-8:]) as file:
        file.write(upload.read())
        file.flush()
        table = open_table(Path(file.name), name, known=lambda heading: heading in _HEADED)
        at: dict[str, int] = {}
        for place, heading in enumerate(table.headings):
            if field := _MEANS.get(heading):
                at.setdefault(field, place)
        if missing := [COLUMNS[field][0] for field in NEEDS if field not in at]:
            raise Invalid(f"表里没有“{'”“'.join(missing)}”这几列，请检查标题行。", {"file": "缺少列"})
        lines = list(table.rows())
    found: list[tuple[int, Promised]] = []
    above = {"goal": "年度目标", "level1": "", "level2": ""}
    for row, cells in lines:
        said = {field: cells[column].strip() for field, column in at.items()}
        above |= {field: said[field] for field in above if said.get(field)}
        found.append((row, _promised(row, said | above)))
    return found


def _promised(row: int, said: dict[str, str]) -> Promised:
    points = amount(said.pop("points").removesuffix("分"))
    if points is None:
        raise Invalid(f"第 {row} 行：分值不是数。", {"file": "分值不是数"})
    return Promised(points=Decimal(points), **said)
