"""Layouts that differ from the generated one: other numbers and orders of statements, other orders of columns, other units of money."""

from __future__ import annotations

import random
import re

import pytest

from qifu.engines.statements import Model, audit, from_text, read
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample

SEEDS = (1, 11)
OLD = {"01": 1, "02": 2, "03": 3, "04": 4, "05": 5, "06": 6, "07": 8, "08": 9, "09": 7}  # 三公 seventh


def read_back(text: str) -> Model:
    found = read(from_text(text))
    assert [f.message for f in audit(found).findings if f.severity != "info"] == []
    assert found.unreadable == ()
    return found


def printed(seed: int) -> tuple[Model, str]:
    model = sample(random.Random(seed))
    return model, "\n".join(lines_of(model))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("number", ["表{}", "附表{}", "附件{}", "公开表{}", "（表{}）", ""])
def test_statements_may_bear_any_number(seed: int, number: str) -> None:
    model, text = printed(seed)
    assert read_back(re.sub(r"公开(0\d)表", lambda m: number.format(OLD[m[1]]), text)).tables == model.tables


@pytest.mark.parametrize("seed", SEEDS)
def test_statements_may_stand_in_another_order(seed: int) -> None:
    model, text = printed(seed)
    fund, public = (text.index(m[0]) for m in re.finditer(r"20\d\d年度(政府性基金|“三公”)[^\n]*决算表\n\n公开", text))
    end = text.index("第三部分", public)
    moved = text[:fund] + text[public:end] + text[fund:public] + text[end:]
    assert read_back(moved).tables == model.tables


def swapped(text: str, title: str, one: int, other: int) -> str:
    """Two columns of a statement change places, headings and figures."""
    lines, inside = [], False
    for line in text.split("\n"):
        if "\t" not in line and line:
            inside = (inside and not line.startswith(("注", "20"))) or line.endswith(title)
        cells = line.split("\t")
        if inside and len(cells) > max(one, other):
            cells[one], cells[other] = cells[other], cells[one]
        lines.append("\t".join(cells))
    return "\n".join(lines)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("title", "one", "other"),
    [("年度收入决算表", 3, 8), ("年度支出决算表", 3, 4), ("一般公共预算财政拨款支出决算表", 3, 4)],
)
def test_columns_are_known_by_their_headings(seed: int, title: str, one: int, other: int) -> None:
    model, text = printed(seed)
    changed = swapped(text, title, one, other)
    assert changed != text
    assert read_back(changed).tables == model.tables


@pytest.mark.parametrize("seed", SEEDS)
def test_statements_in_yuan_agree_with_a_text_in_wan(seed: int) -> None:
    _, text = printed(seed)
    end = text.index("第三部分", text.index("公开09表"))
    yuan = re.sub(r"(?<![\d.])(\d+)\.(\d\d)(?!\d)", lambda m: f"{int(m[1] + m[2]) * 100}.00", text[:end])
    yuan = re.sub(r"(?<![\d.])(\d+)\.(\d)(?!\d)", lambda m: f"{int(m[1] + m[2]) * 1000}.00", yuan)
    found = read_back(yuan.replace("万元", "元") + text[end:])
    assert {table.money_unit for table in found.tables.values()} == {"元"}
    wrong = text[:end] + text[end:].replace("支出合计", "支出合计9", 1)
    assert wrong != text
    assert audit(read(from_text(yuan.replace("万元", "元") + wrong[end:]))).count("error")


def test_a_statement_whose_headings_say_nothing_known_is_not_understood() -> None:
    text = "某区某中心2024年度部门决算\n2024年度支出决算表\n甲\t乙\t丙\t丁\n一月\t3.11\t4.12\t5.13\n二月\t6.14\t7.15\t8.16\n"
    found = read(from_text(text))
    assert not any(row.amounts for table in found.tables.values() for row in table.rows)
    assert {place.line for place in found.unreadable} == {4, 5}
