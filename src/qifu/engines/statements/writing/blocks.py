"""A disclosure as a run of blocks that any format can write: headings, paragraphs, tables, with landscape pages where due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from qifu.engines.statements.layouts import column_name, layout, printed_name
from qifu.engines.statements.model import Amounts, Entry, Form, Grid, Indicator, Model, Paragraph, Statement

LANDSCAPE = frozenset({"T02", "T03", "T04", "T06", "T07", "T09", "B02", "B03", "B05", "B05-2", "B10"})


@dataclass(frozen=True)
class Text:
    """A paragraph: title, heading, centred line or running text."""

    text: str
    style: str = "text"  # title, part, heading, centre, text, note


@dataclass(frozen=True)
class Table:
    """A ruled table; `heads` rows of heading, `spans` of (row, column, rows, columns) merged, `numeric` columns set right."""

    rows: tuple[tuple[str, ...], ...]
    heads: int = 0
    spans: tuple[tuple[int, int, int, int], ...] = ()
    numeric: frozenset[int] = frozenset()
    widths: tuple[float, ...] = ()


@dataclass(frozen=True)
class Page:
    """What follows begins on a new page."""

    landscape: bool = False


Block = Text | Table | Page


def blocks_of(model: Model) -> list[Block]:
    """Lay a disclosure out."""
    found: list[Block] = []
    statements_done = False
    for part, paragraphs in groupby(model.text, key=lambda each: each.part):
        said = list(paragraphs)
        if part == "cover":
            found += [Text(each.text, "title") for each in said]
            continue
        if part == "contents":
            found.append(Page())
            found += [Text(each.text, "centre" if i == 0 else "contents") for i, each in enumerate(said)]
            continue
        found.append(Page())
        tables = [grid for grid in model.grids if grid.part == part]
        if part == "statements" and not statements_done:
            headings = [each for each in said if each.kind == "heading"]
            found += [_paragraph(each) for each in headings]
            found += _statements(model)
            statements_done = True
            found.append(Page())
            found += _with_tables([each for each in said if each.kind != "heading"], tables)
        else:
            found += [_paragraph(each) for each in said]
            found += [_grid(grid) for grid in tables]
        if part == "annex":
            found += _forms(model)
    if not statements_done:
        found += _statements(model)
    if not any(each.part == "annex" for each in model.text):
        found += _forms(model)
    return _tidied(found)


def _with_tables(said: Sequence[Paragraph], tables: Sequence[Grid]) -> list[Block]:
    """Tables that are no statements, each behind the lines that stood before it: its title among them."""
    placed: list[tuple[int, int, Block]] = [
        *((each.line, 0, _paragraph(each)) for each in said),
        *((grid.at, 1, _grid(grid)) for grid in tables),
    ]
    return [block for _, _, block in sorted(placed, key=lambda entry: entry[:2])]


def _tidied(blocks: list[Block]) -> list[Block]:
    """Drop page breaks that follow each other or end the document."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Page) and (not kept or isinstance(kept[-1], Page)):
            if kept:
                kept[-1] = block
            continue
        kept.append(block)
    while kept and isinstance(kept[-1], Page):
        kept.pop()
    return kept


def _paragraph(each: Paragraph) -> Text:
    if each.kind == "heading":
        return Text(each.text, "part" if each.text.startswith("第") and "部分" in each.text[:6] else "heading")
    return Text(each.text)


def _grid(grid: Grid) -> Table:
    return Table(grid.rows, 1)


# ---- statements ------------------------------------------------------------------------------------------------------


def _statements(model: Model) -> list[Block]:
    found: list[Block] = []
    for statement in model.tables.values():
        if layout(statement.id).shape == "target_form":
            continue
        found.append(Page(statement.id in LANDSCAPE))
        found.append(Text(statement.title or f"{model.document.year or ''}年度{layout(statement.id).name}", "centre"))
        found.append(
            Text(
                printed_name(statement.id) if statement.id[0] == "T" else f"表{statement.id[1:].lstrip('0')}", "marker"
            )
        )
        if statement.unit:
            found.append(Text(f"部门：{statement.unit}", "marker"))
        if statement.money_unit:
            found.append(Text(f"金额单位：{statement.money_unit}", "marker"))
        found.append(table_of(statement))
        found += [Text(note, "note") for note in statement.notes]
    for form in model.forms:
        if _is_target(form):
            found += _target(form)
    return found


def _is_target(form: Form) -> bool:
    """Whether a form states targets before the year: its indicators have a basis, none an actual value."""
    return any(each.basis for each in form.indicators) or "current" in form.details


def table_of(statement: Statement) -> Table:
    """One statement as a table in the official arrangement."""
    shape = layout(statement.id).shape
    if shape == "ledger":
        return _ledger(statement)
    if shape == "economic":
        return _economic(statement)
    if shape == "hospitality":
        return _hospitality(statement)
    return _listed(statement)


def shown(value: Decimal | None) -> str:
    """An amount as printed; blank is blank."""
    return "" if value is None else f"{value:f}"


def _ledger(statement: Statement) -> Table:
    columns = layout(statement.id).columns
    numbered = any(entry.line is not None for entry in (*statement.income, *statement.expenditure))
    rows = _numbered_rows(statement, columns) if numbered else _paired_rows(statement, columns)
    figures = "预算数" if statement.id[0] == "B" else "决算数"
    left = ("项目", "行次", "金额") if numbered else ("项目", figures)
    one = "金额" if numbered else figures
    names = (one,) if len(columns) == 1 else ("小计", *(column_name(statement.id, c) for c in columns[1:]))
    right = ("项目", "行次", *names) if numbered else ("项目", *names)
    top = ("收入", *[""] * (len(left) - 1), "支出", *[""] * (len(right) - 1))
    spans = ((0, 0, 1, len(left)), (0, len(left), 1, len(right)))
    numeric = frozenset({len(left) - 1, *range(len(left) + len(right) - len(names), len(left) + len(right))})
    widths = (4.2, 0.8, 1.6, 3.6, 0.8, *[1.6] * len(names)) if numbered else (4.2, 1.8, 4.2, *[1.8] * len(names))
    return Table((top, (*left, *right), *rows), 2, spans, numeric, widths)


def _numbered_rows(statement: Statement, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    left = {entry.line: entry for entry in statement.income if entry.line is not None}
    right = {entry.line: entry for entry in statement.expenditure if entry.line is not None}
    step = 32 if statement.id == "T04" else 30
    if left and right and min(right) - min(left) > 20:
        step = min(right) - min(left) if {30, 32}.isdisjoint({min(right) - min(left)}) and 1 in left else step
    last = max([*left, *(number - step for number in right)], default=0)
    for number in range(1, last + 1):
        one, other = left.get(number), right.get(number + step)
        amount = next(iter(one.amounts.values()), None) if one else None
        yield (
            one.name if one else "",
            str(number),
            shown(amount),
            other.name if other else "",
            str(number + step),
            *(shown(other.amounts.get(column) if other else None) for column in columns),
        )
    income, spent = (
        [entry for entry in side if entry.line is None] for side in (statement.income, statement.expenditure)
    )
    for name, printed, other_name, *figures in _pairs(income, spent, columns):
        yield name, "", printed, other_name, "", *figures  # lines that the source left without a number


def _paired_rows(statement: Statement, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield from _pairs(statement.income, statement.expenditure, columns)


def _pairs(income: Sequence[Entry], spent: Sequence[Entry], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for i in range(max(len(income), len(spent))):
        right = spent[i] if i < len(spent) else None
        figures = (shown(right.amounts.get(column) if right else None) for column in columns)
        yield (*_half(income, i), right.name if right else "", *figures)


def _half(entries: Sequence[Entry], place: int) -> tuple[str, str]:
    if place >= len(entries):
        return "", ""
    return entries[place].name, shown(next(iter(entries[place].amounts.values()), None))


_HEADS_OF = {
    "B02": ("部门（单位）代码", "部门（单位）名称"),
    "B05-2": ("单位编码", "单位名称"),
    "B06": ("经济分类科目编码", "科目名称"),
    "B10": ("项目编码", "项目名称"),
}


def _listed(statement: Statement) -> Table:
    columns = layout(statement.id).columns
    first = _HEADS_OF.get(statement.id, ("功能分类科目编码", "科目名称"))
    head = (*first, *(column_name(statement.id, column) for column in columns))
    numbers = ("", "栏次", *(str(i) for i in range(1, len(columns) + 1)))
    rows = [
        (
            row.code if row.code != row.name else "",
            row.name if row.code else "合计",
            *(shown(row.amounts.get(c)) for c in columns),
        )
        for row in statement.rows
    ]
    width = 1.5 if len(columns) <= 7 else 1.1
    return Table(
        (head, numbers, *rows),
        2,
        (),
        frozenset(range(2, len(columns) + 2)),
        (3.2 if statement.id == "B10" else 1.6, 4.0, *[width] * len(columns)),
    )


def _economic(statement: Statement) -> Table:
    groups: list[list[tuple[str, ...]]] = [[], [], []]
    for row in statement.rows:
        place = 0 if row.code[:3] in ("301", "303") else (1 if row.code[:3] == "302" else 2)
        groups[place].append((row.code, row.name, shown(row.amounts.get("amount"))))
    length = max(map(len, groups))
    blank = ("", "", "")
    body = [tuple(cell for group in groups for cell in (group[i] if i < len(group) else blank)) for i in range(length)]
    closing = (
        "",
        "人员经费合计",
        shown(statement.personnel_total),
        "",
        "公用经费合计",
        "",
        "",
        "",
        shown(statement.public_total),
    )
    head = ("人员经费", "", "", "公用经费", "", "", "", "", "")
    names = ("经济分类科目编码", "科目名称", "金额") * 3
    return Table(
        (head, names, *body, closing), 2, ((0, 0, 1, 3), (0, 3, 1, 6)), frozenset({2, 5, 8}), (1.1, 3.2, 1.4) * 3
    )


def _hospitality(statement: Statement) -> Table:
    columns = layout(statement.id).columns
    names = ("合计", "因公出国（境）费", "小计", "公务用车购置费", "公务用车运行维护费", "公务接待费")
    group = ("合计", "因公出国（境）费", "公务用车购置及运行维护费", "", "", "公务接待费")
    halves: list[Amounts] = [statement.budget or {}]
    if layout(statement.id).kind == "final_accounts":
        halves.append(statement.actual or {})
    top = tuple(cell for words, _ in zip(("预算数", "决算数"), halves, strict=False) for cell in (words, *[""] * 5))
    values = tuple(shown(half.get(column)) for half in halves for column in columns)
    rows: list[tuple[str, ...]] = [top, group * len(halves), names * len(halves)]
    if any(values):
        rows.append(values)
    return Table(tuple(rows), 3, tuple((0, 6 * i, 1, 6) for i in range(len(halves))), frozenset(range(6 * len(halves))))


# ---- forms -----------------------------------------------------------------------------------------------------------


def _forms(model: Model) -> list[Block]:
    found: list[Block] = []
    for form in model.forms:
        if _is_target(form):
            continue
        found.append(Page())
        if form.title:
            found.append(Text(form.title, "centre"))
        found.append(_form(form))
    return found


_WITHHELD = "（已隐去）"  # names of staff are not kept, only that there was one
_KNOWN_DETAILS = ("主管部门", "项目实施单位", "项目类型", "项目类别", "项目属性", "填报日期", "填报人")


@dataclass
class _Sheet:
    width: int
    rows: list[tuple[str, ...]] = field(default_factory=list)
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append((*cells, *[""] * (self.width - len(cells))))

    def wide(self, label: str, text: str, columns: int = 2) -> None:
        """A label over its columns and its text over the rest."""
        row = len(self.rows)
        self.spans += [(row, 0, 1, columns)] if columns > 1 else []
        self.spans.append((row, columns, 1, self.width - columns))
        self.add(label, *[""] * (columns - 1), text)


def _form(form: Form) -> Table:
    scored = form.score is not None or any(each.score for each in form.indicators)
    weighed = any(each.points for each in form.indicators)
    sheet = _Sheet(6 + scored + weighed)
    _form_head(form, sheet)
    full = f"（{form.full:f}分）" if form.full is not None else ""
    rule = form.details.get("score_full", "")
    score = (f"得分（{rule}分*执行率）" if rule else "得分",) if scored else ()
    sheet.add(f"预算执行情况（万元）{full}", "", "预算数(A)", "执行数(B)", "执行率(B/A)", *score)
    label = "部门整体支出总额" if form.kind == "unit" else "年度财政资金总额"
    sheet.add("", label, shown(form.budget), shown(form.executed), form.rate, *((shown(form.score),) if scored else ()))
    for number, goal in enumerate(form.goals, start=1):
        points = f"（{goal.points}分）" if goal.points else ""
        if goal.text:
            sheet.wide(f"年度目标{number}{points}：", goal.text)
        label = "年度绩效指标" if goal.text or not points else f"年度绩效目标{number}{points}"
        sheet.add(
            label,
            "一级指标",
            "二级指标",
            "三级指标",
            *(("分值",) if weighed else ()),
            "年初目标值(A)",
            "实际完成值(B)",
            *(("得分",) if scored else ()),
        )
        for each in goal.indicators:
            sheet.add(
                "",
                each.level1,
                each.level2,
                each.name,
                *((each.points,) if weighed else ()),
                each.target,
                each.actual,
                *((each.score,) if scored else ()),
            )
    if form.total_score is not None:
        sheet.add("总分", *[""] * (sheet.width - 2), shown(form.total_score))
    sheet.wide("偏差大或目标未完成原因分析", form.reasons)
    sheet.wide("改进措施及结果应用方案", form.measures)
    return Table(
        tuple(sheet.rows), 0, tuple(sheet.spans), frozenset(), (1.6, 1.6, 1.9, 3.0, *[1.5] * (sheet.width - 4))
    )


def _form_head(form: Form, sheet: _Sheet) -> None:
    if form.kind == "unit":
        sheet.wide("单位名称", form.details.get("unit", form.name))
        sheet.add("基本支出总额", "", shown(form.basic), "项目支出总额", shown(form.project))
    else:
        if unit := form.details.get("unit"):
            sheet.wide("单位名称", unit)
        sheet.wide("项目名称", form.name)
    for key in _KNOWN_DETAILS:
        if key in form.details:
            sheet.wide(key, form.details[key])
    if source := form.details.get("source"):
        sheet.add("预算来源及资金规模", "", "1、部门预算项目", "资金量：", source)


def _target(form: Form) -> list[Block]:
    """A target form of a budget: its money, its goals and their indicators."""
    found: list[Block] = [Page(), Text(form.title or "项目申报表", "centre")]
    found.append(_application(form) if form.kind == "project" else _money_of_unit(form))
    if form.kind == "project":
        found.append(Text("项目绩效总目标", "marker"))
    count = {"长期": 0, "年度": 0}
    for goal in form.goals:
        when = "年度" if any(each.past for each in goal.indicators) else "长期"
        count[when] += 1
        found += [Text(f"{when}目标{count[when]}：", "marker"), *([Text(goal.text, "marker")] if goal.text else [])]
        found.append(_targets(goal.indicators))
    return found


def _targets(indicators: Sequence[Indicator]) -> Table:
    """The indicators of one goal: levels, name, the values of the years before where there are any, target and its basis."""
    past = max((len(each.past) for each in indicators), default=0)
    years = ("前年", "上年")[:past] if past <= 2 else ("",) * past
    head = ("一级指标", "二级指标", "三级指标", *years, "指标值", "指标值确定依据")
    rows = [
        (each.level1, each.level2, each.name, *each.past, *[""] * (past - len(each.past)), each.target, each.basis)
        for each in indicators
    ]
    return Table((head, *rows), 1, (), frozenset(), (1.5, 2.2, 3.0, *[1.8] * past, 1.8, 1.8))


def _application(form: Form) -> Table:
    """The head of an application: what the project is, its budget, sources and estimate, in 元."""
    details, sheet = form.details, _Sheet(4)
    sheet.wide("项目名称", form.name, 1)
    if "office" in details:
        sheet.wide("项目主管部门", details["office"], 1)
    for one, other in (
        (("一级项目名称", "level"), ("项目安排频度", "frequency")),
        (("起始年度", "start"), ("终止年度", "end")),
    ):
        sheet.add(one[0], details.get(one[1], ""), other[0], details.get(other[1], ""))
    if details.get("has_contact"):
        sheet.wide("项目负责人", _WITHHELD, 1)
    sheet.wide("项目概述", details.get("summary", ""), 1)
    sheet.wide("项目立项依据", details.get("grounds", ""), 1)
    sheet.wide("项目实施方案", details.get("plan", ""), 1)
    sheet.add("项目总预算", details.get("total", ""), "项目当年预算", details.get("current", ""))
    sheet.add("项目前两年预算情况", "预算数")
    for each in details.get("prior", "").split(";"):
        year, _, money = each.partition("=")
        if money:
            sheet.add(f"{year}年", money)
    for label, key in (("项目资金来源", "sources"), ("项目支出明细测算", "estimate")):
        sheet.add(label, "金额")
        if key == "estimate" and "tasks" in details:
            sheet.add("项目任务明细", "单价", "计量数", "测算数")
            for line in details["tasks"].split("\n"):
                sheet.add(*line.split("\t"))
        if key in details:
            sheet.add("合计", details[key])
    return Table(tuple(sheet.rows), 0, tuple(sheet.spans), frozenset(), (2.0, 2.6, 2.0, 2.6))


def _money_of_unit(form: Form) -> Table:
    """The money of the whole unit: amounts and shares of the year, amounts of the two years before."""
    lines = [line.split("\t") for line in _fund_lines(form.details.get("funds", ""))]
    rows = [(name, *_with_share(figures)) for name, *figures in lines]
    head = ("收支构成", "当年预算（万元）", "占比", "前年收支（万元）", "上年收支（万元）")
    contact = [("填报人", _WITHHELD, "", "", "")] if form.details.get("has_contact") else []
    return Table((*contact, head, *rows), 1, (), frozenset(range(1, 5)), (3.0, 2.0, 1.4, 2.0, 2.0))


def _with_share(figures: Sequence[str]) -> tuple[str, ...]:
    """The four figures of a line; the second is a percentage."""
    whole = (*figures, *[""] * (4 - len(figures)))
    return (whole[0], f"{whole[1]}%" if whole[1] else "", *whole[2:])


def _fund_lines(funds: str) -> list[str]:
    """The lines of the money of the whole unit, under the names that forms print."""
    return [line.replace("收入合计", "合计").replace("支出合计", "合计") for line in funds.split("\n") if line]
