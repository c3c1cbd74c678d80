"""Where a repair stands, or what could not be read, as people say it: 公开03表 2010399 基本支出."""

from __future__ import annotations

import re

from .layouts import COLUMN_NAMES, column_name, printed_name

_ROWS = {
    "current": "本年合计",
    "grand": "总计",
    "opening": "年初结转和结余",
    "closing": "年末结转和结余",
    "personnel": "人员经费合计",
    "public": "公用经费合计",
    "budget": "预算数",
    "actual": "决算数",
    "general": "一般公共预算",
    "fund": "政府性基金",
    "capital": "国有资本经营预算",
}
_PARTS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "basic": "基本支出总额",
    "project": "项目支出总额",
    "budget": "预算数",
    "executed": "执行数",
    "rate": "执行率",
    "score": "得分",
    "code": "编码",
    "name": "名称",
    "amount": "金额",
}
_STATEMENT = re.compile(r"^([TB]\d\d(?:-\d+)?)(.*)$", re.S)


def spoken_place(where: str) -> str:
    """The place of a repair or of what was not read, without codes of this program."""
    found = _STATEMENT.match(where)
    if found is None:
        place, _, part = where.rpartition(".")
        return f"{place} {_PARTS[part]}" if place and part in _PARTS else where
    name, rest = printed_name(found[1]), found[2]
    if not rest.startswith("."):
        return f"{name}{rest}"
    row, _, column = rest[1:].rpartition(".")
    if not row:
        return f"{name} {column}"
    last = _PARTS.get(column) if column not in COLUMN_NAMES or column == "amount" else column_name(found[1], column)
    return " ".join(piece for piece in (name, _ROWS.get(row, row), last or column) if piece)
