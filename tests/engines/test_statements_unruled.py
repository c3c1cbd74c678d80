"""PDF documents whose tables have no rulings: cells from where the words stand, or the lines as they are."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from qifu.engines.statements import Model, Paper, audit, read
from qifu.engines.statements.doubt import Doubt
from qifu.engines.statements.relations import cells_of, place_name
from qifu.entry.intake.fiscal import open_bytes
from qifu.output.papers.fiscal import portable, render
from qifu.output.papers.fiscal.budgets import budget
from qifu.output.papers.fiscal.samples import sample
from tests.engines.test_statements_unusual import amounts, errors

FONT = "STSong-Light"
TITLE = "江州市临河区科技创新服务中心2023年度部门决算"
HEAD = ["一般公共预算财政拨款支出决算表", "部门：江州市临河区科技创新服务中心 金额单位：万元"]
Column = tuple[float, float, str]  # from, to, how its figures are set
FIFTH: tuple[Column, ...] = (
    (56, 110, "left"),
    (110, 250, "left"),
    (250, 350, "right"),
    (350, 450, "right"),
    (450, 540, "right"),
)
ROWS = [
    ["", "合计", "1,420.50", "300.00", "1,120.50"],
    ["206", "科学技术支出", "1,420.50", "300.00", "1,120.50"],
    ["2060101", "行政运行", "300.00", "300.00", ""],
    ["2060503", "科技条件专项", "1,120.50", "", "1,120.50"],
]
NAMES = ["科目编码", "科目名称", "本年支出合计", "基本支出", "项目支出"]


class Sheet:
    """A page on which words are put where they are wanted."""

    def __init__(self, size: tuple[float, float] = A4, title: str = TITLE) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.raw = io.BytesIO()
        self.canvas = Canvas(self.raw, pagesize=size, invariant=1)
        self.y = size[1] - 60
        self.line(title)

    def put(self, column: Column, text: str, side: str, y: float, size: float = 9) -> None:
        left, right, _ = column
        width = pdfmetrics.stringWidth(text, FONT, size)
        x = {"left": left + 3, "right": right - 3 - width, "centre": (left + right - width) / 2}[side]
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, y, text)

    def line(self, text: str) -> Sheet:
        self.put((56, 540, "left"), text, "left", self.y)
        self.y -= 20
        return self

    def heads(self, columns: Sequence[Column], cells: Sequence[str], down: float = 20) -> Sheet:
        for column, text in zip(columns, cells, strict=True):
            self.put(column, text, "centre", self.y)
        self.y -= down
        return self

    def rows(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], pitch: float = 18) -> Sheet:
        for row in rows:
            self.row(columns, row, pitch)
        return self

    def row(self, columns: Sequence[Column], row: Sequence[str], pitch: float) -> None:
        """A row; a cell of several lines is centred beside the others."""
        tall = max(cell.count("\n") for cell in row) * 11
        for column, cell in zip(columns, row, strict=True):
            pieces = cell.split("\n")
            for number, piece in enumerate(pieces):
                self.put(column, piece, column[2], self.y - tall / 2 + (len(pieces) - 1) * 5.5 - number * 11)
        self.y -= tall + pitch

    def overleaf(self) -> Sheet:
        self.canvas.showPage()
        self.y = A4[1] - 60
        return self

    def paper(self) -> Paper:
        self.canvas.save()
        return open_bytes(self.raw.getvalue())


def fifth(columns: Sequence[Column], names: Sequence[str] = NAMES, rows: Sequence[Sequence[str]] = ROWS) -> Paper:
    return Sheet().line(HEAD[0]).line(HEAD[1]).heads(columns, names).rows(columns, rows).paper()


def cells(paper: Paper) -> list[tuple[str, ...]]:
    return [line.cells for line in paper.lines if line.cells is not None]


def test_blank_cells_keep_their_columns() -> None:
    paper = fifth(FIFTH)
    assert cells(paper) == [tuple(NAMES), *map(tuple, ROWS)]
    model = read(paper)
    assert amounts(model, "T05", "2060101") == {"total": "300.00", "basic": "300.00"}
    assert amounts(model, "T05", "2060503") == {"total": "1120.50", "project": "1120.50"}
    assert model.unreadable == ()
    assert errors(model) == []


@pytest.mark.parametrize("side", ["left", "centre", "right"])
def test_figures_set_to_any_side_stand_under_their_headings(side: str) -> None:
    columns = [*FIFTH[:2], *((left, right, side) for left, right, _ in FIFTH[2:])]
    assert cells(fifth(columns))[1:] == [tuple(row) for row in ROWS]


def test_a_column_that_is_blank_all_the_way_down_stays_a_column() -> None:
    columns = [*FIFTH[:2], (250, 310, "right"), (310, 370, "right"), (370, 430, "right"), (430, 540, "right")]
    rows = [[*row[:3], row[2], "", ""] for row in ROWS]
    names = ["科目编码", "科目名称", "本年支出合计", "项目支出", "基本支出", "经营支出"]
    assert cells(fifth(columns, names, rows)) == [tuple(names), *map(tuple, rows)]


def test_figures_of_one_width_far_from_centred_headings_are_not_placed() -> None:
    """Set right in one column or left in the next: nothing on the page tells which."""
    columns = [*FIFTH[:2], (250, 350, "right"), (350, 450, "right"), (450, 540, "right")]
    rows = [["", "合计", "30.00", "", "30.00"], ["206", "科学技术支出", "30.00", "", "30.00"]]
    paper = fifth(columns, ["科目编码", "科目名称", "合计", "基本", "项目"], rows)
    assert cells(paper) == []
    assert [line.text for line in paper.lines][-2:] == ["合计30.00 30.00", "206科学技术支出30.00 30.00"]


def test_names_broken_over_lines_belong_to_their_rows() -> None:
    rows = [
        *ROWS[:2],
        ["20605", "科技条件与\n服务", "1,120.50", "", "1,120.50"],
        ["2060503", "科技\n条件\n专项", "1,120.50", "", "1,120.50"],
        ["2060101", "行政运行", "300.00", "300.00", ""],
    ]
    found = cells(fifth(FIFTH, rows=rows))
    assert found[3] == ("20605", "科技条件与服务", "1,120.50", "", "1,120.50")
    assert found[4] == ("2060503", "科技条件专项", "1,120.50", "", "1,120.50")


def test_lines_at_one_distance_that_may_be_one_row_or_two_stay_lines() -> None:
    sheet = Sheet().line(HEAD[0]).line(HEAD[1]).heads(FIFTH, NAMES).rows(FIFTH, ROWS[:2], 11)
    for piece in (["2060503", "科技条件", "1,120.50", "", "1,120.50"], ["", "专项", "", "", ""], ROWS[2]):
        sheet.rows(FIFTH, [piece], 11)
    assert cells(sheet.paper()) == []


def test_a_heading_that_spans_columns_speaks_in_the_first_of_them() -> None:
    columns = [
        (56, 110, "left"),
        (110, 230, "left"),
        *((230 + 60 * i, 290 + 60 * i, "right") for i in range(5)),
    ]
    sheet = Sheet().line("一般公共预算支出表").line("单位：万元")
    sheet.put((290, 470, "centre"), "基本支出", "centre", sheet.y + 9)
    for column, text in zip([*columns[:3], columns[6]], ["科目编码", "科目名称", "合计", "项目支出"], strict=True):
        sheet.put(column, text, "centre", sheet.y)
    for column, text in zip(columns[3:6], ["小计", "人员经费", "公用经费"], strict=True):
        sheet.put(column, text, "centre", sheet.y - 9)
    sheet.y -= 32
    rows = [
        ["", "合计", "1,420.50", "300.00", "260.00", "40.00", "1,120.50"],
        ["2060101", "行政运行", "300.00", "300.00", "260.00", "40.00", ""],
        ["2060503", "科技条件专项", "1,120.50", "", "", "", "1,120.50"],
    ]
    paper = sheet.rows(columns, rows).paper()
    assert cells(paper)[:2] == [
        ("", "", "", "基本支出", "", "", ""),
        ("科目编码", "科目名称", "合计", "小计", "人员经费", "公用经费", "项目支出"),
    ]
    assert amounts(read(paper), "B05", "2060503") == {"total": "1120.50", "project": "1120.50"}


@pytest.mark.parametrize("repeated", [True, False])
def test_a_statement_goes_on_overleaf(repeated: bool) -> None:
    sheet = Sheet().line(HEAD[0]).line(HEAD[1]).heads(FIFTH, NAMES).rows(FIFTH, ROWS[:2]).overleaf()
    if repeated:
        sheet.heads(FIFTH, NAMES)
    paper = sheet.rows(FIFTH, ROWS[2:]).line("注：本表反映部门本年度支出情况。").paper()
    assert cells(paper) == [tuple(NAMES), *map(tuple, ROWS)]
    assert [line.page for line in paper.lines if line.cells][-1] == 2
    assert paper.lines[-1].text == "注：本表反映部门本年度支出情况。"


def test_a_figure_that_a_space_parts_is_not_taken_for_two_columns() -> None:
    rows = [[cell.replace(",", " ") for cell in row] for row in ROWS]
    assert cells(fifth(FIFTH, rows=rows)) == []


def test_a_name_that_reaches_over_the_columns_leaves_the_lines() -> None:
    rows = [*ROWS, ["2060599", "其他科技条件与服务支出其他科技条件与服务支出其他", "", "", ""]]
    assert cells(fifth(FIFTH, rows=rows)) == []


def test_units_whose_columns_stand_in_another_order_stay_lines() -> None:
    columns = [*FIFTH[:2], *((250 + 58 * i, 308 + 58 * i, "right") for i in range(5))]
    names = ["单位编码", "单位名称", "合计", "基本支出", "人员经费", "公用经费", "项目支出"]
    rows = [
        ["", "合计", "18.50", "12.00", "9.00", "3.00", "6.50"],
        ["137", "某中心", "18.50", "12.00", "9.00", "3.00", "6.50"],
    ]
    for order in (range(7), (0, 1, 2, 6, 3, 4, 5)):
        heads = [names[i] for i in order]
        sheet = Sheet().line("一般公共预算支出表（分单位）").heads(columns, heads)
        found = cells(sheet.rows(columns, [[row[i] for i in order] for row in rows]).paper())
        assert found == ([tuple(names), *map(tuple, rows)] if heads == names else [])


def test_text_with_figures_stays_text() -> None:
    said = [
        "2023年度支出合计1420.50万元。其中：基本支出300.00万元，占21.1%；项目支出1120.50万元，占78.9%。",
        "2022年度支出合计1320.50万元。其中：基本支出200.00万元，占15.1%；项目支出1120.50万元，占84.9%。",
    ]
    sheet = Sheet().line("第三部分 2023年度部门决算情况说明").line("三、支出决算情况说明")
    for line in said:
        sheet.line(line)
    paper = sheet.paper()
    assert cells(paper) == []
    assert [line.text for line in paper.lines][-2:] == said


def without_rulings(monkeypatch: pytest.MonkeyPatch) -> None:
    ruled = portable.Ruled

    def bare(*given: Any, style: Sequence[tuple[Any, ...]], **more: Any) -> Any:
        return ruled(*given, style=[each for each in style if each[0] != "GRID"], **more)

    monkeypatch.setattr(portable, "Ruled", bare)


@pytest.mark.parametrize("draw", [sample, budget])
@pytest.mark.parametrize("seed", range(4))
def test_generated_documents_without_rulings_are_read_cell_by_cell(
    draw: Callable[..., Model], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_rulings(monkeypatch)
    model = draw(random.Random(seed))
    found = read(open_bytes(render(model, "pdf")))
    before, after = cells_of(model), cells_of(found)
    assert {key for key in {**before, **after} if (before.get(key) or 0) != (after.get(key) or 0)} == set()
    assert [finding.message for finding in audit(found).findings if finding.severity == "error"] == []


def test_figures_that_a_narrow_column_breaks_are_right_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column too narrow for its figures: the statement is not understood, the others are."""
    without_rulings(monkeypatch)
    model = sample(random.Random(3))
    built = portable._table

    def narrow(table: Any, room: float) -> Any:
        return built(table, room * (0.45 if "栏次" in "".join(table.rows[1]) else 1))

    monkeypatch.setattr(portable, "_table", narrow)
    found = read(open_bytes(render(model, "pdf")))
    before, after, doubt = cells_of(model), cells_of(found), Doubt.of(found)
    mended = {repair.where for repair in found.repairs}
    wrong = [key for key in {**before, **after} if (before.get(key) or 0) != (after.get(key) or 0)]
    assert [key for key in wrong if after.get(key) and (key not in doubt or place_name(key) in mended)] == []
    first = {key: value for key, value in before.items() if key[0] == "T01"}
    assert {key: after.get(key) for key, value in first.items() if value} == {k: v for k, v in first.items() if v}


def test_a_landscape_page() -> None:
    wide = [(left * 1.4, right * 1.4, side) for left, right, side in FIFTH]
    paper = Sheet(landscape(A4)).line(HEAD[0]).line(HEAD[1]).heads(wide, NAMES).rows(wide, ROWS).paper()
    assert cells(paper) == [tuple(NAMES), *map(tuple, ROWS)]
    assert read(paper).tables["T05"].rows[1].amounts["total"] == Decimal("1420.50")
