"""Rules that hold the explanations against the statements (NAR)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from difflib import SequenceMatcher

from qifu.engines.statements.layouts import printed_name
from qifu.engines.statements.model import Claim, Form, Paragraph, Row
from qifu.engines.statements.money import shown, tail
from qifu.engines.statements.reading.claims import FIGURE, value_in_wan
from qifu.engines.statements.relations import Key, tops
from qifu.engines.statements.subjects import class_of, codes_by_name, economic_by_name
from qifu.engines.statements.words import compact

from .case import Case, differs, quoted
from .registry import ERROR, INFO, OPENNESS, PERFORMANCE, TEMPLATE, WARNING, Hit, rule

_TEXT_FIX = "以报表为准改正说明中的数；报表有误的改正报表。"
_SAID = "说明“{section}”中{subject}为{a}万元，{table}为{b}万元，相差{d}万元。"

# topic, pattern of the subject, cell
TOTALS: tuple[tuple[str, str, Key], ...] = (
    ("overall", r"^(收入?、?支出?|收入|支出)总计$", ("T01", "income:grand", "amount")),
    ("income", r"^(本年)?收入(合计|总计)$", ("T02", "", "total")),
    ("income", r"^财政拨款收入$", ("T02", "", "fiscal")),
    ("income", r"^上级补助收入$", ("T02", "", "superior")),
    ("income", r"^事业收入$", ("T02", "", "undertaking")),
    ("income", r"^经营收入$", ("T02", "", "business")),
    ("income", r"^附属单位上缴收入$", ("T02", "", "affiliate")),
    ("income", r"^其他收入$", ("T02", "", "other")),
    ("expenditure", r"^(本年)?支出(合计|总计)$", ("T03", "", "total")),
    ("expenditure", r"^基本支出$", ("T03", "", "basic")),
    ("expenditure", r"^项目支出$", ("T03", "", "project")),
    ("expenditure", r"^上缴上级支出$", ("T03", "", "remit")),
    ("expenditure", r"^经营支出$", ("T03", "", "business")),
    ("fiscal", r"^财政拨款(收入?、?支出?|收入|支出)(总计|总决算)$", ("T04", "income:grand", "total")),
    ("fiscal", r"^一般公共预算财政拨款收入$", ("T04", "income:general", "total")),
    ("fiscal", r"^政府性基金预算财政拨款收入$", ("T04", "income:fund", "total")),
    ("fiscal", r"^国有资本经营预算财政拨款收入$", ("T04", "income:capital", "total")),
    ("general", r"^一般公共预算财政拨款支出(合计)?$", ("T05", "", "total")),
    ("basic", r"^(一般公共预算财政拨款)?基本支出(合计)?$", ("T05", "", "basic")),
    ("basic", r"^人员经费$", ("T06", "personnel", "amount")),
    ("basic", r"^(日常)?公用经费$", ("T06", "public", "amount")),
    ("fund", r"^政府性基金预算财政拨款(本年)?支出$", ("T07", "", "total")),
    ("fund", r"^政府性基金预算财政拨款(本年)?收入$", ("T07", "", "income")),
    ("capital", r"^国有资本经营预算财政拨款(本年)?支出$", ("T08", "", "total")),
)
PARTS: tuple[tuple[str, str, Key], ...] = (
    ("general", r"^基本支出$", ("T05", "", "basic")),
    ("general", r"^项目支出$", ("T05", "", "project")),
)
HOSPITALITY = (
    (r"^“三公”经费", "total"),
    (r"因公出国", "abroad"),
    (r"公务用车购置(及|和)运行", "vehicles"),
    (r"公务用车购置", "vehicle_purchase"),
    (r"公务用车运行", "vehicle_running"),
    (r"公务接待", "reception"),
)


def _hit(case: Case, claim: Claim, key: Key, expected: Decimal, severity: str) -> Hit:
    return Hit(
        {
            "section": claim.section,
            "subject": claim.subject,
            "a": shown(claim.value),
            "b": shown(expected),
            "d": f"{abs(claim.value - expected):f}",
            "table": printed_name(key[0]),
        },
        tuple(line for line in (claim.line, case.lines.get(key, 0)) if line),
        (shown(claim.value), shown(expected)),
        severity,
        cells=frozenset({key}),
        cause=f"说明 {claim.line} {claim.offset}",
        fix=_TEXT_FIX,
    )


def _against(case: Case, claim: Claim, key: Key) -> Iterator[Hit]:
    expected, said = case.value(key), value_in_wan(claim)
    if expected is None or said is None or not case.is_of_year(claim):
        return
    if re.search(
        r"(约|近|超过|超|不足|将近)$", compact(case.paragraph(claim)[max(0, claim.offset - 3) : claim.offset])
    ):
        return
    case.checked += 1
    if severity := differs(said, expected):
        yield _hit(case, claim, key, expected, severity if severity == INFO else "")


@rule("NAR-01", "说明中的合计与报表不符", source=OPENNESS, message=_SAID, fix=_TEXT_FIX)
def totals(case: Case) -> Iterator[Hit]:
    """Totals of the sections against the totals of their statements."""
    for topic, pattern, key in TOTALS:
        for claim in case.claims(topic, subject=pattern, unit="万元"):
            if claim.measure in ("amount", "actual") and not claim.item:
                yield from _against(case, claim, key)
    yield from _hospitality(case)


def _hospitality(case: Case) -> Iterator[Hit]:
    table = case.model.tables.get("T09")
    if table is None:
        return
    for claim in case.claims("hospitality", unit="万元"):
        half = {"actual": table.actual, "budget": table.budget}.get(claim.measure)
        column = next((column for pattern, column in HOSPITALITY if re.search(pattern, claim.subject)), "")
        if half is None or not column or not case.is_of_year(claim) or case.is_unclear(("T09", claim.measure, column)):
            continue
        case.checked += 1
        expected = half.get(column) or Decimal(0)
        if severity := differs(claim.value, expected):
            key: Key = ("T09", claim.measure, column)
            yield _hit(case, claim, key, expected, severity if severity == INFO else "")


@rule("NAR-02", "说明中的科目金额与报表不符", source=OPENNESS, message=_SAID, fix=_TEXT_FIX)
def subjects(case: Case) -> Iterator[Hit]:
    """Amounts by class and by item against the rows of the statement."""
    for claim in case.model.claims:
        if claim.topic not in ("general", "fund", "capital") or claim.unit != "万元":
            continue
        table = {"general": "T05", "fund": "T07", "capital": "T08"}[claim.topic]
        if claim.item and claim.measure == "actual":
            row = case.row_of_item(table, claim.item)
            if row is not None:
                yield from _against(case, claim, (table, row.code, "total"))
        elif claim.measure == "amount" and not claim.item and (code := class_of_claim(claim)):
            yield from _class(case, claim, table, code)


def class_of_claim(claim: Claim) -> str:
    """The 类 that a claim speaks of: 社会保障和就业（类）支出, 卫生健康支出类支出."""
    plain = compact(claim.subject)
    name = re.sub(r"\(类\)(支出)?$|类支出$|类$", "", plain)
    return class_of(name) if name != plain or plain.endswith("支出") else ""


def _class(case: Case, claim: Claim, table: str, code: str) -> Iterator[Hit]:
    statement = case.model.tables.get(table)
    rows = tops(statement, code) if statement else []
    values = [case.value((table, row, "total")) for row in rows]
    if statement is None or None in values:
        return
    case.checked += 1
    expected = sum((value for value in values if value is not None), Decimal(0))
    if severity := differs(claim.value, expected, len(values)):
        key: Key = (table, rows[0] if rows else code, "total")
        yield _hit(case, claim, key, expected, severity if severity == INFO else "")


@rule(
    "NAR-02-SUM",
    "各项年初预算之和与总额不符",
    source=OPENNESS,
    message="说明五（三）所列{n}项{what}合计{a}万元，与总额{b}万元相差{d}万元。",
    fix=_TEXT_FIX,
)
def sums_of_items(case: Case) -> Iterator[Hit]:
    """The items of 五（三） add up to the stated total, for 年初预算 and for 决算."""
    for measure, what in (("initial", "年初预算"), ("actual", "支出决算")):
        claims = case.claims("general", measure, unit="万元")
        items = [claim for claim in claims if claim.item]
        whole = [claim for claim in claims if not claim.item and "支出" in claim.subject]
        if len(items) < 2 or len(whole) != 1:
            continue
        table = case.model.tables.get("T05")
        listed = {row.code for claim in items if (row := case.row_of_item("T05", claim.item))}
        printed = {row.code for row in table.rows if len(row.code) == 7} if table else set()
        if printed - listed or not case.is_whole("T05"):
            continue  # an incomplete list is another matter (REQ-03)
        case.checked += 1
        found = sum((claim.value for claim in items), Decimal(0))
        difference = abs(found - whole[0].value)
        if difference:
            severity = INFO if difference <= tail(len(items)) else ""
            values = {
                "n": str(len(items)),
                "what": what,
                "a": f"{found:f}",
                "b": shown(whole[0].value),
                "d": f"{difference:f}",
            }
            yield Hit(values, (whole[0].line,), (f"{found:f}", shown(whole[0].value)), severity)


@rule("NAR-03", "说明中的部分与整体不符", source=OPENNESS, message=_SAID, fix=_TEXT_FIX)
def parts(case: Case) -> Iterator[Hit]:
    """基本 and 项目 of the general budget against the statement."""
    for topic, pattern, key in PARTS:
        for claim in case.claims(topic, "amount", pattern, "万元"):
            yield from _against(case, claim, key)


@rule(
    "NAR-03-LIST",
    "所列项目之和不等于项目支出",
    source=OPENNESS,
    severity=WARNING,
    message="说明五（三）所列{n}个项目合计{a}万元，项目支出为{b}万元，相差{d}万元{hint}。",
    fix="补列漏掉的项目，或改正金额；确实只列主要项目的，应写明“主要包括”。",
)
def listed_projects(case: Case) -> Iterator[Hit]:
    """Projects listed under 项目支出 add up to it."""
    for number, paragraph in enumerate(case.model.text):
        if paragraph.topic != "general" or paragraph.part != "explanations":
            continue
        claims = [c for c in case.model.claims if c.paragraph == number and c.unit == "万元"]
        at = next((i for i, c in enumerate(claims) if c.subject == "项目支出" and c.measure == "amount"), None)
        if at is None or "项目支出主要用于" not in compact(paragraph.text):
            continue
        projects = [
            c for c in claims[at + 1 :] if c.measure == "amount" and not c.item and c.subject not in ("基本支出",)
        ]
        if len(projects) < 2:
            continue
        case.checked += 1
        whole = claims[at].value
        found = sum((c.value for c in projects), Decimal(0))
        if abs(found - whole) > tail(len(projects)):
            values = {
                "n": str(len(projects)),
                "a": f"{found:f}",
                "b": f"{whole:f}",
                "d": f"{abs(found - whole):f}",
                "hint": _gap(case, whole - found),
            }
            yield Hit(values, (claims[at].line,), (f"{found:f}", f"{whole:f}"))


def _gap(case: Case, gap: Decimal) -> str:
    """Name the row whose project money is just the gap."""
    table = case.model.tables.get("T05")
    rows = [row for row in table.rows if len(row.code) == 7 and row.amounts.get("project")] if table else []
    found = [row for row in rows if abs((row.amounts["project"] or Decimal(0)) - gap) <= tail(1)]
    return f"，差额与{found[0].code}{found[0].name}的项目支出相同" if len(found) == 1 else ""


_LISTS = (
    (r"人员经费[^。；]{0,30}?主要(?:用于|包括)[:：]?([^。；;]+)", ("301", "303")),
    (r"公用经费[^。；]{0,30}?主要(?:用于|包括)[:：]?([^。；;]+)", ("302", "307", "309", "310", "399")),
)


@rule(
    "NAR-04",
    "说明所列经济科目与基本支出明细表不符",
    source="支出经济分类公开到款级（财预〔2016〕143号）",
    message="说明六{what}。",
    fix="按公开06表有金额的款级科目逐一列举。",
)
def economic_subjects(case: Case) -> Iterator[Hit]:
    """The subjects listed in section six are those with money in the statement."""
    table = case.model.tables.get("T06")
    if table is None or table.is_empty or any(statement == "T06" for statement, _ in case.doubtful):
        return
    text = compact(case.text_of("basic"))
    for pattern, classes in _LISTS:
        found = re.search(pattern, text)
        if not found:
            continue
        case.checked += 1
        yield from _compare_lists(case, table.rows, found[1], classes)


def _compare_lists(case: Case, rows: tuple[Row, ...], text: str, classes: tuple[str, ...]) -> Iterator[Hit]:
    known = economic_by_name()
    open_ended = bool(re.search(r"等(支出|费用|方面)?(的支出)?$", text))
    printed = {row.code: row for row in rows if len(row.code) == 5 and row.code[:3] in classes}
    named: set[str] = set()
    for word in re.split(r"[、,]", re.sub(r"等(支出|费用)?$", "", text)):
        codes = [code for code in known.get(compact(word), ()) if code[:3] in classes]
        named.update(codes)
        held = [printed[code] for code in codes if code in printed]
        if held and not any(row.amounts.get("amount") for row in held):
            yield Hit(
                {"what": f"列举了“{word}”，而公开06表中它没有金额"},
                (case.first_line("basic"), held[0].at),
                cause=f"列举 {word}",
            )
    missing = [row for code, row in printed.items() if row.amounts.get("amount") and code not in named]
    missing = [row for row in missing if compact(row.name) not in compact(text)]
    if missing and not open_ended and named:
        names = quoted([row.name for row in missing])
        yield Hit({"what": f"没有列举表中有金额的{names}"}, (case.first_line("basic"),), severity=WARNING)


@rule(
    "NAR-05",
    "确数写成了约数",
    source=OPENNESS,
    severity=INFO,
    message="说明“{section}”写“{text}”，报表中有确切的数，宜写确数。",
)
def approximations(case: Case) -> Iterator[Hit]:
    """Words of approximation beside an amount that a statement gives exactly."""
    for paragraph in case.explanations:
        for found in re.finditer(r"(约|近|将近)\s?\d[\d,.]*万元|\d[\d,.]*(余|多)万元", paragraph.text):
            case.checked += 1
            yield Hit(
                {"section": paragraph.section, "text": found[0]}, (paragraph.line_at(found.start()),), (found[0],)
            )


_NONE = (
    ("fund", "T07", r"(无|没有使用|没有|未安排)(政府性基金|此项)", r"政府性基金[^。]{0,20}(为0万元|(?<![.\d])0万元)"),
    ("capital", "T08", r"(无|没有使用|没有|未安排)(国有资本|此项)", r"国有资本[^。]{0,20}(为0万元|(?<![.\d])0万元)"),
    ("hospitality", "T09", r"(?!)", r"无“三公“|未发生“三公“|无(财政拨款)?三公|三公[^。]{0,30}(?<![.\d])0万元"),
)


@rule("NAR-09", "“无”的说明与报表不符", source=OPENNESS, message="{what}。", fix="按报表改正说明；报表有误的改正报表。")
def nothing_at_all(case: Case) -> Iterator[Hit]:
    """Statements that there is none, and tables that hold something; and the other way round."""
    for topic, name, flatly, zero in _NONE:
        table = case.model.tables.get(name)
        if table is None:
            continue
        text = compact(case.text_of(topic))
        amounts = [
            c
            for c in case.claims(topic, unit="万元")
            if c.value and case.is_of_year(c) and c.measure in ("amount", "actual")
        ]
        says_none = bool(re.search(flatly, text)) or (bool(re.search(zero, text)) and not amounts)
        case.checked += 1
        is_unspent = table.actual is not None and not any(
            table.actual.values()
        )  # a budget of 三公 of which nothing was spent
        if says_none and not table.is_empty and not is_unspent:
            yield Hit({"what": f"说明写没有此项收支，而{printed_name(name)}有金额"}, (case.first_line(topic), table.at))
        notes = compact("".join(table.notes))
        if re.search(r"(本部门|本单位|我单位)[^。]{0,12}无", notes) and not table.is_empty:
            yield Hit({"what": f"{printed_name(name)}表下注明没有此项收支，而表内有金额"}, (table.at,))
        if amounts and case.model.holds_nothing(name) and topic != "hospitality":
            yield Hit(
                {"what": f"说明写有{amounts[0].value:f}万元，而{printed_name(name)}是空表"},
                (amounts[0].line, table.at),
                (f"{amounts[0].value:f}",),
            )


@rule(
    "NAR-10",
    "无车辆而有公务用车运行维护费",
    source=OPENNESS,
    severity=WARNING,
    message="说明十二写无车辆，而公务用车运行维护费为{a}万元。",
)
def vehicles(case: Case) -> Iterator[Hit]:
    """No vehicle, no running costs."""
    text = compact(case.text_of("assets"))
    if not re.search(r"无(公务)?(用)?车(辆)?(?!.{0,4}(购置|运行))|(共有)?车辆0辆", text):
        return
    case.checked += 1
    for key in (("T09", "actual", "vehicle_running"), ("T06", "30231", "amount")):
        if value := case.value(key):
            yield Hit(
                {"a": f"{value:f}"}, (case.first_line("assets"), case.lines.get(key, 0)), (f"{value:f}",), cause="车辆"
            )


@rule(
    "NAR-11",
    "整体支出自评资金与决算不符",
    source=PERFORMANCE,
    message="整体支出自评资金应为{b}万元，写成了{a}万元{hint}。",
    fix="整体支出自评资金填本年支出合计（整体绩效自评表的执行数）。",
)
def whole_evaluation(case: Case) -> Iterator[Hit]:
    """The money of the evaluation of the whole unit is the year's expenditure."""
    expected = case.value(("T01", "expenditure:current", "amount"))
    form = case.unit_form
    allowed = {
        value
        for value in (expected, form.executed if form else None, form.budget if form else None)
        if value is not None
    }
    others = {c.value for c in case.claims("performance", "amount", unit="万元")}
    for number, paragraph in enumerate(case.model.text):
        if paragraph.topic != "performance" or "整体支出" not in paragraph.text or paragraph.kind != "text":
            continue
        found = re.search(
            r"整体支出(?:开展)?(?:绩效)?(?:自评|评价)[^。；]{0,20}?资金(?:共计|合计|总额)?\s?(\d[\d,]*(?:\.\d+)?)\s?万元",
            compact(paragraph.text),
        )
        if not found or expected is None:
            continue
        case.checked += 1
        value = Decimal(found[1].replace(",", ""))
        if all(differs(value, each) for each in allowed):
            repeated = any(c.value == value and c.paragraph != number for c in case.claims("performance", "amount"))
            hint = "（与项目自评的资金相同）" if repeated and value in others else ""
            yield Hit(
                {"a": f"{value:f}", "b": f"{expected:f}", "hint": hint},
                (_line(paragraph, found[1]),),
                (f"{value:f}", f"{expected:f}"),
            )


def _line(paragraph: Paragraph, text: str) -> int:
    place = paragraph.text.find(text)
    return paragraph.line_at(place) if place >= 0 else paragraph.line


@rule(
    "NAR-12",
    "支出用途与基本、项目的划分不符",
    source=OPENNESS,
    severity=WARNING,
    message="说明五（二）称{name}用于“{use}”，而该类在公开05表全部是基本支出。",
)
def stated_use(case: Case) -> Iterator[Hit]:
    """A use that only projects have, stated for a class without projects."""
    table = case.model.tables.get("T05")
    for claim, paragraph, code in _class_paragraphs(case):
        found = re.search(r"政策兑现|惠企资金|奖补资金|专项资金|项目建设", paragraph)
        values = [case.value(("T05", row, "project")) for row in tops(table, code)] if table else []
        if not found or not values or None in values:
            continue
        case.checked += 1
        if not any(values):
            yield Hit({"name": claim.subject, "use": found[0]}, (claim.line,), (found[0],))


@rule(
    "NAR-13",
    "说明提到的功能科目不在报表中",
    source="当年《政府收支分类科目》",
    severity=WARNING,
    message="公开05表{name}下没有“{subject}”。",
    fix="删去本年没有支出的科目，补上有支出的科目。",
)
def named_subjects(case: Case) -> Iterator[Hit]:
    """Functional subjects named under a class are rows of it."""
    table = case.model.tables.get("T05")
    if table is None or table.is_empty or not case.is_whole("T05"):
        return
    known = codes_by_name()
    for claim, paragraph, code in _class_paragraphs(case):
        present = {compact(row.name) for row in table.rows}
        for word in re.split(r"[、,，。；;：:中和及]|用于|等支出|等", compact(paragraph)):
            candidates = [each for each in known.get(word, ()) if each.startswith(code) and len(each) > 3]
            if not candidates or len(word) < 4:
                continue
            case.checked += 1
            rows = {row.code for row in table.rows}
            used = any(row.startswith(each) for each in candidates for row in rows) or word in present
            if not used:
                yield Hit({"name": claim.subject, "subject": word}, (claim.line,), (word,), cause=f"科目 {word}")


def _class_paragraphs(case: Case) -> Iterator[tuple[Claim, str, str]]:
    """Paragraphs of 五（二） by class: the claim, the words after its figures, and the class."""
    for claim in case.claims("general", "amount", unit="万元"):
        code = "" if claim.item else class_of_claim(claim)
        text = case.paragraph(claim)
        if code and "具体" not in text[:30]:
            last = list(FIGURE.finditer(text))
            yield claim, text[last[-1].end() :] if last else text, code


@rule(
    "NAR-06",
    "文字中的预算数、执行数与自评表不符",
    source=PERFORMANCE,
    message="项目“{name}”的综述写{what}{a}万元，自评表为{b}万元。",
    severity=ERROR,
)
def reviews(case: Case) -> Iterator[Hit]:
    """The summary of each project against its form."""
    for claim in case.claims("performance", unit="万元"):
        form = form_named(case, claim.subject)
        expected = {"budget": form.budget, "actual": form.executed}.get(claim.measure) if form else None
        if form is None or expected is None:
            continue
        case.checked += 1
        if severity := differs(claim.value, expected):
            what = "预算数" if claim.measure == "budget" else "执行数"
            values = {"name": form.name, "what": what, "a": shown(claim.value), "b": shown(expected)}
            yield Hit(
                values,
                (claim.line, form.at),
                (shown(claim.value), shown(expected)),
                severity if severity == INFO else "",
                cause=f"综述 {form.name}",
            )


def form_named(case: Case, name: str) -> Form | None:
    """The form of the project of this name, spelt nearly so."""
    plain = project_core(name)
    found = [form for form in case.project_forms if form.name and _alike(plain, project_core(form.name))]
    if not found and len(plain) >= 4:
        found = [
            form for form in case.project_forms if SequenceMatcher(None, plain, project_core(form.name)).ratio() > 0.7
        ]
    return found[0] if plain and len(found) == 1 else None


def project_core(name: str) -> str:
    """A project's name without the words that come and go."""
    return re.sub(r"(项目|经费|工作|专项|资金|支出|平台|“)", "", compact(name))


def _alike(one: str, other: str) -> bool:
    return bool(one and other) and (one == other or one in other or other in one)


@rule(
    "NAR-07",
    "偏差原因没有覆盖差额",
    source=PERFORMANCE,
    severity=INFO,
    message="项目“{name}”的偏差原因提到{a}万元，而未执行的是{b}万元。",
)
def reasons_cover(case: Case) -> Iterator[Hit]:
    """An unpaid amount that the reason names is the gap."""
    for form in case.model.forms:
        if form.budget is None or form.executed is None or not form.reasons:
            continue
        gap = form.budget - form.executed
        named = [
            Decimal(x.replace(",", ""))
            for x in re.findall(
                r"(?:未支付|未支出|未执行|结余|剩余)[^\d。]{0,8}(\d[\d,]*(?:\.\d+)?)\s?万元", form.reasons
            )
        ]
        for value in named:
            case.checked += 1
            if abs(value - gap) > tail(1):
                yield Hit(
                    {"name": form.name or "整体支出", "a": f"{value:f}", "b": f"{gap:f}"},
                    (form.at,),
                    (f"{value:f}", f"{gap:f}"),
                )


@rule(
    "NAR-14",
    "金额漏填",
    source=TEMPLATE,
    message="说明“{section}”中“{text}”处没有填金额。",
    kinds=("final_accounts", "budget"),
    fix="补填金额。",
)
def blanks(case: Case) -> Iterator[Hit]:
    """A noun of money that is followed by its unit without a figure."""
    for paragraph in case.explanations:
        for found in re.finditer(
            r"((?:收入|支出|预算|决算|经费|拨款|费|合计|总计)(?:为|是|共)?)\s*(万元)", paragraph.text
        ):
            before = paragraph.text[max(0, found.start() - 16) : found.end()]
            if re.search(r"单位\s*[:：]|以?万元为", before):  # 单位：万元; a 单位 in the name of a subject is another
                continue
            case.checked += 1
            yield Hit(
                {"section": paragraph.section, "text": before},
                (paragraph.line_at(found.start()),),
                cause=f"漏填 {paragraph.section}",
            )
