"""Evaluation reports without the heading of an annex: told by their own sections, and no section of the explanations."""

from __future__ import annotations

import random

import pytest

from qifu.engines.statements import Finding, Model, audit, from_text, read
from qifu.output.papers.fiscal import render
from qifu.output.papers.fiscal.samples import sample

TITLE = "2022年度招商引资专项经费绩效评价报告"
REPORT = """一、项目基本情况
（一）项目概况
为促进招商引资，设立本项目。项目预算共计66.00万元，支出总计61.23万元。
（二）项目支出情况
支出合计61.23万元，其中：基本支出0.00万元，占0%；项目支出61.23万元，占100%。
二、绩效评价工作开展情况
（一）一般公共预算财政拨款收入支出情况
一般公共预算财政拨款支出61.23万元，占本年支出合计的100%。
三、综合评价情况及评价结论
项目综合得分97.5分，评价等级为优。
四、存在的问题及有关建议
预算编制不够细化。"""
SECTION = "十四、国有资产占用情况说明"


@pytest.fixture(scope="module")
def accounts() -> str:
    return render(sample(random.Random(5)), "txt").decode()


def within(text: str, *added: str) -> Model:
    """The document with text added at the end of its explanations."""
    end = text.rindex("第四部分")
    return read(from_text("\n".join([text[:end].rstrip(), *added, text[end:]])))


def new_findings(text: str, model: Model) -> list[Finding]:
    def said(each: Finding) -> tuple[str, str]:
        return each.rule, each.message

    before = {said(each) for each in audit(read(from_text(text))).findings}
    return [each for each in audit(model).findings if said(each) not in before]


@pytest.mark.parametrize("title", [TITLE, ""])
def test_a_report_among_the_explanations_is_told_by_its_sections(accounts: str, title: str) -> None:
    model = within(accounts, *filter(None, [title]), REPORT)
    parts = {each.text: each.part for each in model.text}
    assert parts["一、项目基本情况"] == "annex"
    assert next(part for said, part in parts.items() if said.endswith("预算编制不够细化。")) == "annex"
    assert [each for each in new_findings(accounts, model) if each.severity == "error"] == []
    assert [each.part for each in model.text if each.text.startswith("第四部分")][-1] == "works"
    if title:
        assert parts[title] == "annex"


def test_the_explanations_go_on_behind_a_report(accounts: str) -> None:
    last = [each.section.partition("(")[0] for each in read(from_text(accounts)).text if each.part == "explanations"][
        -1
    ]
    assert last == "十三"
    model = within(accounts, TITLE, REPORT, SECTION, "截至年末，本部门共有车辆0辆。")
    parts = {each.text[:6]: each.part for each in model.text}
    assert (parts["四、存在的问"], parts[SECTION[:6]]) == ("annex", "explanations")


@pytest.mark.parametrize(
    "headings",
    [
        ["一、部门基本情况", "二、收入支出决算总体情况说明", "三、绩效评价结果", "四、其他需要说明的情况"],
        ["一、基本情况", "二、机构设置", "三、人员情况"],
        ["一、收入支出情况", "二、绩效评价工作", "三、存在的问题"],
    ],
)
def test_sections_of_explanations_are_no_report(headings: list[str]) -> None:
    lines = ["第三部分 2024年度部门决算情况说明"]
    lines += [piece for heading in headings for piece in (heading, "本部门按规定开展有关工作，情况良好。")]
    text = "\n".join(["2024年度江州市南浦区商务局部门决算", "第二部分 2024年度部门决算表", "支出决算表", *lines])
    assert "annex" not in {each.part for each in read(from_text(text)).text}


def test_what_a_report_says_of_money_is_no_claim_of_the_unit(accounts: str) -> None:
    wrong = REPORT.replace("占本年支出合计的100%", "占本年支出合计的90%")
    assert not [each for each in new_findings(accounts, within(accounts, TITLE, wrong)) if each.rule.startswith("NN")]
