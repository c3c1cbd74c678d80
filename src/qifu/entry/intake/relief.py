"""Lists of persons for relief and condolence money, as neighbourhoods and firms hand them in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qifu.domain.grants.relief.actions import Line
from qifu.entry.intake.tables import open_table
from qifu.kernel.errors import Invalid

COLUMNS: Final = {
    "name": ("姓名", "人员姓名"),
    "identity": ("身份证号", "身份证号码", "公民身份号码", "证件号码"),
    "kind": ("类别", "人员类别", "救助类别", "对象类别"),
    "bank": ("开户行", "开户银行"),
    "account": ("银行账号", "收款账号", "银行卡号", "账号"),
}
HEADS: Final = tuple(headings[0] for headings in COLUMNS.values())
_MEANS = {heading: key for key, headings in COLUMNS.items() for heading in headings}


def read_people(path: Path, name: str) -> list[Line]:
    """Read a list of persons; what is wrong with a row is said where it is held against the standards.

    :raises Invalid: it is no table, or a column is not there.
    """
    table = open_table(path, name, lambda heading: heading in _MEANS)
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        if heading in _MEANS:
            places.setdefault(_MEANS[heading], place)
    if missing := [headings[0] for key, headings in COLUMNS.items() if key not in places]:
        raise Invalid(f"没有找到“{'”“'.join(missing)}”列，请用页面上的模板填写。", {"file": "缺少必需的列"})
    return [
        Line(number=number, **{key: cells[place].lstrip("'") for key, place in places.items()})
        for number, cells in table.rows()
    ]
