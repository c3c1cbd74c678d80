"""Rules on what a statement prints: notes, units, soft pairs between the two classifications, plausibility."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.layouts import printed_name
from qifu.engines.statements.model import Statement
from qifu.engines.statements.money import shown, tail, total
from qifu.engines.statements.words import compact

from .case import Case
from .registry import BOTH, ERROR, FORMULAS, INFO, OPENNESS, TEMPLATE, WARNING, Hit, rule

_FORMULA = re.compile(r"(\d{1,2})[行栏]=[(（]?((?:\d{1,2}(?:[行栏])?(?:[+-]|\+…\+|\+\.{2,6}\+|…)*)+)[)）]?[行栏]?")

SOFT = (
    (("2080505",), ("30108",)),
    (("2080506",), ("30109",)),
    (("2101101", "2101102"), ("30110",)),
    (("2101103",), ("30111",)),
    (("2101199",), ("30307", "30399", "30112")),
    (("2210201",), ("30113",)),
    (("2080501", "2080502"), ("30301", "30302")),
    (("2080801",), ("30304",)),
)


@rule(
    "TBL-00",
    "表下公式引用的行次有误",
    source=FORMULAS,
    message="{table}注“{formula}”引用的行次有误：{name}是{right}行。",
    fix="按本表实际行次改正表下的公式。",
)
def printed_formulas(case: Case) -> Iterator[Hit]:
    """Hold the line numbers in printed formulas against the lines of the statement."""
    for name in ("T01", "T04"):
        table = case.model.tables.get(name)
        for note in table.notes if table else ():
            for found in _FORMULA.finditer(compact(note)):
                if "行" in found[0]:
                    yield from _misnumbered(case, name, found)


def _misnumbered(case: Case, name: str, found: re.Match[str]) -> Iterator[Hit]:
    numbers = [int(n) for n in re.findall(r"\d{1,2}", found[2])]
    numbered = {}
    for side in ("income", "expenditure"):
        for key, entry in case.lines_by_key(name, side).items():
            if entry.line is not None:
                numbered[entry.line] = (side, key, entry)
    case.checked += 1
    first = numbered.get(numbers[0]) if numbers else None
    if first is None or not (first[1].isdigit() or numbers[0] == 1):
        return  # only the totals of incomes and of 类 can be told by their first line
    side = first[0]
    meant = next(((n, entry.name) for n, (s, key, entry) in numbered.items() if key == "current" and s == side), None)
    if meant is not None and meant[0] == int(found[1]):
        return
    if meant is not None:
        values = {"table": printed_name(name), "formula": found[0], "name": meant[1], "right": str(meant[0])}
        yield Hit(values, (case.model.tables[name].until,), (found[0],))


@rule(
    "TBL-10",
    "报表的单位、部门名称或年度不符",
    source=TEMPLATE,
    severity=WARNING,
    message="{table}{what}。",
    kinds=BOTH,
    fix="按本单位、本年度的报表更正表头。",
)
def heads(case: Case) -> Iterator[Hit]:
    """Check money unit, name of the unit and year of every statement's head."""
    document = case.model.document
    for name, table in case.model.tables.items():
        case.checked += 1
        where = printed_name(name)
        if table.money_unit and table.money_unit != document.money_unit:
            yield Hit(
                {"table": where, "what": f"金额单位是{table.money_unit}，其他各表是{document.money_unit}"},
                (table.at,),
                severity=ERROR,
            )
        if table.unit and document.unit and compact(table.unit) != compact(document.unit):
            yield Hit({"table": where, "what": f"部门名称是“{table.unit}”，其他各表是“{document.unit}”"}, (table.at,))
        year = re.match(r"^(20\d\d)年", compact(table.title))
        if year and document.year and int(year[1]) != document.year:
            yield Hit(
                {"table": where, "what": f"标题是{year[1]}年，其他各表是{document.year}年"},
                (table.at,),
                (year[1],),
                ERROR,
            )


@rule(
    "XTB-05-06-SOFT",
    "功能科目与经济科目的金额不一致",
    source="部门预算支出功能分类与经济分类的对应",
    severity=WARNING,
    message="功能科目{functional}的基本支出为{a}，对应的经济科目{economic}为{b}，相差{d}万元，请核对列项。",
    fix="核对该项支出的功能科目或经济科目是否列错；用其他科目开支的可不更正。",
)
def soft_pairs(case: Case) -> Iterator[Hit]:
    """Compare the subjects that name the same spending in both classifications."""
    fifth, sixth = case.model.tables.get("T05"), case.model.tables.get("T06")
    if fifth is None or sixth is None or fifth.is_empty or sixth.is_empty:
        return
    for functional, economic in SOFT:
        left = [row for row in fifth.rows if row.code in functional]
        right = [row for row in sixth.rows if row.code in economic]
        cells = [("T05", code, "basic") for code in functional] + [("T06", code, "amount") for code in economic]
        if any(map(case.is_unclear, cells)):
            continue
        a, b = total(row.amounts.get("basic") for row in left), total(row.amounts.get("amount") for row in right)
        if not left and (b == 0 or len(economic) > 1):
            continue
        case.checked += 1
        options = [row.amounts.get("amount") or Decimal(0) for row in right] + [b]
        if min(abs(a - option) for option in options) <= tail(2):
            continue
        yield Hit(
            {
                "functional": "、".join(f"{row.code}{row.name}" for row in left)
                or "、".join(functional) + "（表中没有）",
                "economic": "、".join(f"{row.code}{row.name}" for row in right if row.amounts.get("amount"))
                or "、".join(economic),
                "a": shown(a),
                "b": shown(b),
                "d": f"{abs(a - b):f}",
            },
            tuple(row.at for row in (*left, *right)),
            (f"{a:f}", f"{b:f}"),
        )


@rule(
    "XTB-06-09",
    "“三公”经费小于基本支出中的同名科目",
    source=FORMULAS,
    message="公开09表决算数{name}为{a}，小于公开06表{code}的{b}。",
)
def hospitality_covers_basic(case: Case) -> Iterator[Hit]:
    """三公 spending includes what the basic expenditure of the same name holds."""
    ninth, sixth = case.model.tables.get("T09"), case.model.tables.get("T06")
    if ninth is None or sixth is None or ninth.actual is None:
        return
    for column, code, name in (
        ("abroad", "30212", "因公出国（境）费"),
        ("reception", "30217", "公务接待费"),
        ("vehicle_running", "30231", "公务用车运行维护费"),
    ):
        row = sixth.row(code)
        spent = row.amounts.get("amount") if row else None
        unclear = case.is_unclear(("T09", "actual", column)) or case.is_unclear(("T06", code, "amount"))
        if row is None or not spent or unclear:
            continue
        case.checked += 1
        said = ninth.actual.get(column) or Decimal(0)
        if said < spent - tail(1):
            yield Hit(
                {"name": name, "a": shown(ninth.actual.get(column)), "code": code, "b": f"{spent:f}"},
                (row.at, ninth.until),
                (f"{said:f}", f"{spent:f}"),
            )


@rule(
    "CLS-01",
    "运行科目列了项目支出",
    source="《政府收支分类科目》对行政运行、事业运行的说明",
    severity=WARNING,
    message="{code}{name}列有项目支出{a}，而该科目只反映基本支出。",
    fix="核对这笔支出应列的项级科目。",
)
def running_costs(case: Case) -> Iterator[Hit]:
    """行政运行 and 事业运行 hold basic expenditure only."""
    table = case.model.tables.get("T03")
    for row in table.rows if table else ():
        if len(row.code) == 7 and compact(row.name) in ("行政运行", "事业运行"):
            case.checked += 1
            if row.amounts.get("project"):
                yield Hit(
                    {"code": row.code, "name": row.name, "a": shown(row.amounts["project"])},
                    (row.at,),
                    (shown(row.amounts["project"]),),
                )


@rule(
    "CLS-02",
    "“其他”科目列了基本支出",
    source="《政府收支分类科目》使用说明",
    severity=INFO,
    message="{code}{name}列有基本支出{a}，同款另有运行科目，请核对是否应列入运行科目。",
)
def other_subjects(case: Case) -> Iterator[Hit]:
    """Basic expenditure in a residual subject beside one for running costs."""
    table = case.model.tables.get("T03")
    rows = table.rows if table else ()
    running = {row.code[:5] for row in rows if compact(row.name) in ("行政运行", "事业运行")}
    for row in rows:
        if len(row.code) == 7 and row.code.endswith("99") and row.code[:5] in running and row.amounts.get("basic"):
            case.checked += 1
            yield Hit({"code": row.code, "name": row.name, "a": shown(row.amounts["basic"])}, (row.at,))


@rule(
    "PLS-01",
    "经济科目结构少见",
    source=OPENNESS,
    severity=INFO,
    message="公开06表{what}，请核对。",
)
def structure(case: Case) -> Iterator[Hit]:
    """Shapes of personnel spending that are seldom right."""
    table = case.model.tables.get("T06")
    if table is None or table.is_empty:
        return
    amounts = {row.code: row.amounts.get("amount") or Decimal(0) for row in table.rows}
    case.checked += 1
    if amounts.get("303", Decimal(0)) > amounts.get("301", Decimal(0)) > 0:
        yield Hit({"what": f"对个人和家庭的补助{amounts['303']:f}大于工资福利支出{amounts['301']:f}"}, (table.at,))
    if amounts.get("30309", Decimal(0)) > 10 and not amounts.get("30103"):
        yield Hit({"what": f"奖励金{amounts['30309']:f}而奖金为空"}, (table.at,))


@rule(
    "PLS-02",
    "年初预算疑照决算填列",
    source=OPENNESS,
    severity=WARNING,
    message="说明五（三）{n}个项级科目中有{m}个的年初预算与决算分毫不差，疑照决算填列。",
    fix="按批复的年初预算填写，并说明差异原因。",
)
def copied_budgets(case: Case) -> Iterator[Hit]:
    """Budgets of items that nearly all equal what was spent to the cent."""
    pairs = []
    for initial in case.claims("general", "initial", unit="万元"):
        same = [c for c in case.model.claims if c.item == initial.item and c.paragraph == initial.paragraph]
        actual = next((c for c in same if c.measure == "actual" and c.offset > initial.offset), None)
        if initial.item and actual is not None:
            pairs.append((initial, actual))
    if len(pairs) < 5:
        return
    case.checked += 1
    equal = [initial for initial, actual in pairs if initial.value == actual.value]
    if len(pairs) > len(equal) >= Decimal("0.8") * len(pairs):
        yield Hit({"n": str(len(pairs)), "m": str(len(equal))}, (pairs[0][0].line,))


@rule(
    "TBL-11",
    "缺少金额而没有说明为空",
    source=OPENNESS,
    severity=WARNING,
    message="{table}是空表，但没有“无此项收支”的说明。",
    fix="在表下注明“本部门当年无……”，或补填金额。",
    kinds=BOTH,
)
def empty_statements(case: Case) -> Iterator[Hit]:
    """An empty statement says that there is nothing."""
    for name, topic in (
        ("T07", "fund"),
        ("T08", "capital"),
        ("T09", "hospitality"),
        ("B08", "fund"),
        ("B09", "capital"),
    ):
        table = case.model.tables.get(name)
        if table is None or not case.model.holds_nothing(name) or _has_zero(table):
            continue
        case.checked += 1
        said = compact("".join(table.notes) + case.text_of(topic))
        if not re.search(r"无|没有|未安排|为0|0万元|不涉及", said):
            yield Hit({"table": printed_name(name)}, (table.at,))


def _has_zero(table: Statement) -> bool:
    values = [*(table.budget or {}).values(), *(table.actual or {}).values()]
    values += [value for row in table.rows for value in row.amounts.values()]
    return any(value is not None for value in values)
