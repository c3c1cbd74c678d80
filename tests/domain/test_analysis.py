"""The analysis of industries: sums of what is known, nothing that betrays a single firm, findings, the paper and the page."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import pypdfium2
import pytest
from django.core.cache import cache
from django.test import Client
from docx import Document
from openpyxl import load_workbook
from reportlab.pdfbase import pdfmetrics

from qifu.domain.registry.models import Enterprise
from qifu.output.papers.industry import pdf, word
from qifu.output.papers.industry.analysis import Analysis, House, Labels, Tally, analyse
from qifu.output.papers.industry.chapters import WITHHELD, chapters, title
from qifu.output.papers.industry.findings import amount, drafted
from qifu.output.papers.industry.pdf import _widths
from tests.stage import Stage

DAY = date(2026, 3, 2)
LABELS = Labels(
    industries={"C": "制造业", "F": "批发和零售业", "I": "信息传输、软件和信息技术服务业"},
    streets=["甲街", "乙街"],
    sizes={"small": "小型", "micro": "微型"},
    standings={"high_tech": "高新技术企业"},
    fields={"revenue": "营业收入", "tax_paid": "实缴税收"},
)
HOUSES = [
    House("B1", "江汉大厦", "甲街", 12, 0.95, 800.0, 10, 320.0),
    House("B2", "云澜中心", "乙街", 3, 0.5, None, 2, None),
]


def district(firms: list[tuple[str | None, str, str | None, float | None, float | None, float | None]]) -> Analysis:
    """Industry, street, size, revenue, its growth, tax of each firm."""
    industry, street, size, revenue, growth, tax = (list(column) for column in zip(*firms, strict=True))
    columns: dict[str, list[object]] = {
        "industry": list(industry), "street": list(street), "size_class": list(size), "revenue": list(revenue),
        "revenue_growth": list(growth), "tax_paid": list(tax), "employees": [10] * len(firms),
        "high_tech": [True, False, *[None] * (len(firms) - 2)],
    }  # fmt: skip
    return analyse(columns, LABELS, HOUSES, DAY)


def usual() -> Analysis:
    makers = [("C3911", "甲街", "small", 110.0, 0.1, 11.0)] * 30
    coders = [("I6510", "乙街", "micro", 90.0, -0.1, 1.0)] * 40
    traders = [("F5191", "甲街", "small", 500.0, None, 70.0), ("F5191", "乙街", None, None, None, 5.0)]
    return district([*makers, *coders, *traders, (None, "乙街", None, None, None, None)])


def test_sums_are_of_what_is_known() -> None:
    found = usual()
    assert (found.year, found.all.firms) == (2025, 73)
    assert (found.all.value("revenue"), found.all.known("revenue")) == (110 * 30 + 90 * 40 + 500, 71)
    assert (found.all.value("tax_paid"), found.all.known("tax_paid")) == (330 + 40 + 75, 72)
    assert [group.label for group in found.industries] == [
        "制造业",
        LABELS.industries["I"],
        "批发和零售业",
        "（未登记）",
    ]
    assert [group.firms for group in found.industries] == [30, 40, 2, 1]
    assert found.industries[0].growth == pytest.approx(0.1)
    assert found.all.growth == pytest.approx((3300 + 3600) / (3000 + 4000) - 1)
    assert found.all.grown == 70
    assert [(one.label, one.firms, one.known) for one in found.standings] == [("高新技术企业", 1, 2)]
    assert [(gap.label, gap.unknown) for gap in found.gaps] == [("营业收入", 2), ("实缴税收", 1)]


def test_a_sum_of_fewer_than_three_is_withheld_everywhere() -> None:
    found = usual()
    trade = found.industries[2]
    assert (trade.value("tax_paid"), trade.known("tax_paid")) == (None, 2)
    said = [row.cells for row in chapters(found)[1].tables[0].rows if row.key == "F"]
    assert said == [
        ("批发和零售业", "2", "—" if trade.known("revenue") == 0 else WITHHELD, WITHHELD, WITHHELD, "—", "—")
    ]
    text = "".join(finding.text for finding in drafted(found))
    assert "批发和零售业" not in text
    house = [row.cells for row in chapters(found)[4].tables[0].rows if row.key == "B2"]
    assert house == [("云澜中心", "乙街", "3", "50.0%", WITHHELD, "—")]


def test_findings_say_what_the_figures_say() -> None:
    said = {finding.code: finding.text for finding in drafted(usual())}
    assert said["largest"].startswith("纳税最多的行业是制造业，330.00 万元，占全区的 74.2%，企业数占 41.1%。")
    assert said["fastest"] == (
        "营业收入增长最快的行业是制造业（+10.0%，可比 30 户），最慢的是信息传输、软件和信息技术服务业（-10.0%，可比 40 户）。"
    )
    assert "下降的行业有 1 个：“信息传输、软件和信息技术服务业”" in said["falling"]
    assert said["heads"].startswith("纳税前 10 户占全区的 38.0%")
    assert said["weak-streets"] == "户均纳税低于全区平均七成的街道：乙街。"
    assert said["empty-houses"].startswith("入驻率低于 75% 的楼宇有 1 栋，最低的是云澜中心（50.0%）")
    assert "houses" in said
    assert "gaps" not in said


def test_counted_in_stretches_is_counted_at_once() -> None:
    whole = {
        "industry": ["C39", "I65", "C13", None, "I64"], "street": ["甲街", "乙街", "甲街", "丙街", None],
        "size_class": ["small", "micro", "small", None, "small"], "revenue": [10.0, None, 40.0, 5.0, 20.0],
        "revenue_growth": [0.25, 0.5, -1.0, 0.25, 1.0], "tax_paid": [1.0, 2.0, None, 4.0, 8.0], 
        "high_tech": [True, None, False, True, None],
    }  # fmt: skip
    tally = Tally(LABELS)
    for begin, end in ((0, 2), (2, 2), (2, 5)):
        tally.add({name: values[begin:end] for name, values in whole.items()})
    found = tally.done(HOUSES, DAY)
    assert found == analyse(whole, LABELS, HOUSES, DAY)
    assert [(group.label, group.firms) for group in found.streets] == [("甲街", 2), ("乙街", 1), ("（未登记）", 2)]
    assert (found.all.grown, found.all.growth) == (3, pytest.approx(35 / (8 + 4 + 10) - 1))


def test_nothing_known_is_said_and_never_divided_by() -> None:
    found = district([(None, "甲街", None, None, None, None)] * 2)
    assert found.all.value("revenue") is None
    assert [finding.code for finding in drafted(found)] == ["standings", "houses", "empty-houses", "gaps"]
    assert len(chapters(found)) == 6
    assert pdf.build(found, "示例中心").startswith(b"%PDF")
    assert word.build(found, "示例中心").startswith(b"PK")


def test_amounts_are_said_in_the_unit_that_fits() -> None:
    assert [amount(value) for value in (0, 9_999.994, 10_000, -12_345.678)] == [
        "0.00 万元", "9,999.99 万元", "1.00 亿元", "-1.23 亿元",
    ]  # fmt: skip


def test_the_paper_says_the_same_in_word_and_pdf() -> None:
    found = usual()
    document = Document(io.BytesIO(word.build(found, "示例中心<>&")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert title(found) in text
    assert "示例中心<>&" in text
    for finding in drafted(found):
        assert finding.text in text
    assert document.tables[1].rows[1].cells[3].text == "330.00（30）"
    pages = pypdfium2.PdfDocument(pdf.build(found, "示例中心<>&"))
    printed = "".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "")
    assert "330.00（30）" in printed
    assert "六、数据说明" in printed


@pytest.mark.django_db
def test_the_word_file_has_charts_with_the_figures_of_its_tables() -> None:
    raw = word.build(usual(), "示例中心")
    parts = zipfile.ZipFile(io.BytesIO(raw))
    names = sorted(name for name in parts.namelist() if name.startswith("word/charts/"))
    assert names == [f"word/charts/chart{n}.xml" for n in range(1, len(names) + 1)]
    chart = ElementTree.fromstring(parts.read(names[0]))
    inside = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    told = [[one.text for one in chart.findall(f".//{inside}{kind}//{inside}v")] for kind in ("cat", "val")]
    assert told == [["制造业", LABELS.industries["I"]], ["330.00", "40.00"]]
    assert "按行业门类：纳税（万元）" in parts.read(names[0]).decode()
    assert sum("c:chart" in one._element.xml for one in Document(io.BytesIO(raw)).paragraphs) == len(names)
    assert parts.read("[Content_Types].xml").decode().count("drawingml.chart+xml") == len(names)


def test_the_page_and_its_files(stage: Stage, client: Client, django_assert_max_num_queries: object) -> None:
    cache.clear()
    client.force_login(stage.house.accounts["leader"])
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        page = client.get("/desk/analysis/")
    assert page.status_code == 200
    assert "产业发展分析报告" in page.content.decode()
    for form, start in (("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = client.get(f"/desk/analysis/{form}/")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert f".{form}" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(client.get("/desk/analysis/xlsx/").content))
    assert book.sheetnames[:3] == ["全区", "按行业门类", "按街道"]
    assert client.get("/desk/analysis/exe/").status_code == 404


@pytest.mark.django_db
def test_who_sees_a_part_only_is_refused(stage: Stage, client: Client) -> None:
    client.force_login(stage.house.accounts["street"])
    assert client.get("/desk/analysis/").status_code == 403
    assert client.get("/desk/analysis/pdf/").status_code == 403


def test_the_board_opens_what_is_behind_each_number(stage: Stage, client: Client) -> None:
    cache.clear()
    Enterprise.objects.filter(pk=stage.firm.pk).update(industry="I6513", size_class="small")
    client.force_login(stage.house.account("leader"))
    page = client.get("/board/industries/").content.decode()
    assert '<a href="/desk/enterprises/?section=I">信息传输、软件和信息技术服务业</a>' in page
    assert f'<a href="/desk/enterprises/?street={stage.house.street}">' in page
    assert '<a href="/desk/enterprises/?size=small">小型</a>' in page
    assert '<a href="/desk/enterprises/?mark=high_tech">' in page
    client.force_login(stage.house.account("street"))
    assert client.get("/board/industries/").status_code == 403


def test_a_large_sum_stands_in_a_column_of_its_own() -> None:
    firms = [("F5191", "甲街", "small", 4_898_936.75 / 17_444, 0.1, 116_181.74 / 17_444)] * 17_444
    coders = [("I6510", "乙街", "micro", 90.0, -0.1, 1.0)] * 40
    table = chapters(district([*firms, *coders]))[1].tables[0]
    whole = 440.0
    widths = _widths(table, whole)
    assert sum(widths) == pytest.approx(whole)
    for row in table.rows:
        for width, text in list(zip(widths, row.cells, strict=True))[1:]:
            assert pdfmetrics.stringWidth(text, "STSong-Light", 8) + 6 <= width, text
