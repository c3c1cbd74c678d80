"""Places of repairs and of what was not read are said in words, never in codes of this program."""

from __future__ import annotations

import random
import re

import pytest

from qifu.engines.statements import from_text, read
from qifu.engines.statements.spots import spoken_place
from qifu.output.papers.fiscal.plain import lines_of
from qifu.output.papers.fiscal.samples import sample


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("T03.2010399.basic", "公开03表 2010399 基本支出"),
        ("T06.public.amount", "公开06表 公用经费合计 金额"),
        ("T01.208.amount", "公开01表 208 金额"),
        ("T05.2080505.code", "公开05表 2080505 编码"),
        ("T01.五、教育支出", "公开01表 五、教育支出"),
        ("B05-2.201.total", "预算表5-2 201 合计"),
        ("T09 第12行", "公开09表 第12行"),
        ("T09“上年决算数”栏", "公开09表“上年决算数”栏"),
        ("指标“走访企业数”.level1", "指标“走访企业数” 一级指标"),
        ("2024年度整体绩效自评表.basic", "2024年度整体绩效自评表 基本支出总额"),
        ("正文", "正文"),
    ],
)
def test_a_place_is_said_in_words(where: str, said: str) -> None:
    assert spoken_place(where) == said


def test_the_reason_of_a_repair_names_statements_as_people_do() -> None:
    model = sample(random.Random(2))
    text = "\n".join(lines_of(model))
    total = f"{model.tables['T06'].public_total:f}"
    damaged = re.sub(rf"(公用经费合计\t+){re.escape(total)}", rf"\g<1>{total[:-1]}", text, count=1)
    assert damaged != text
    repairs = read(from_text(damaged)).repairs
    assert repairs
    assert not [each.why for each in repairs if re.search(r"[TB]\d\d\.", each.why)]
