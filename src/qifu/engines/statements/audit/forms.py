"""Rules on performance self-evaluation forms (FRM)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from qifu.engines.statements.model import Form, Indicator
from qifu.engines.statements.money import CENT, HALF, HUNDRED, ZERO, amount, decimals, percentage, rounded, shown, tail
from qifu.engines.statements.words import compact

from .case import Case, differs
from .measures import is_met, measure, zero_is_best
from .narrative import form_named, project_core
from .registry import ERROR, INFO, PERFORMANCE, WARNING, Hit, rule

LOW_RATE = Decimal(90)
_FORM_FIX = "核对自评表，更正填错的数。"


def form_name(form: Form) -> str:
    """What a form is called in messages."""
    return f"项目“{form.name}”自评表" if form.kind == "project" else "整体绩效自评表"


def rate_of(form: Form) -> Decimal | None:
    """The printed execution rate in per cent; a fraction such as 0.935 is read as 93.5."""
    value = amount(form.rate.rstrip("%％")) if form.rate else None
    if value is not None and "%" not in form.rate and value <= Decimal("1.5") and form.budget and form.executed:
        return value * HUNDRED
    return value


@rule(
    "FRM-01",
    "执行率与预算数、执行数不符",
    source=PERFORMANCE,
    message="{form}的执行率写{a}，按{executed}÷{budget}计算为{b}%。",
    fix="执行率＝执行数÷预算数，按金额改正。",
)
def execution_rate(case: Case) -> Iterator[Hit]:
    """The rate is B/A, and it is filled in."""
    for form in case.model.forms:
        if form.budget is None or form.executed is None:
            continue
        case.checked += 1
        values = {
            "form": form_name(form),
            "executed": shown(form.executed),
            "budget": shown(form.budget),
            "a": form.rate or "空白",
        }
        rate = rate_of(form)
        if rate is None:
            if form.budget and not form.rate:
                expected = rounded(form.executed / form.budget * HUNDRED, 2)
                yield Hit(values | {"b": f"{expected:f}"}, (form.at,), (), WARNING)
            continue
        ratio = percentage(rate, form.executed, form.budget, places=decimals(rate))
        if ratio.verdict in ("wrong", "near", "undefined"):
            figures = (form.rate, shown(ratio.expected))
            severity = WARNING if ratio.verdict == "near" else ""
            yield Hit(values | {"b": shown(ratio.expected)}, (form.at,), figures, severity, cause=f"执行率 {form.at}")


@rule(
    "FRM-02",
    "预算执行得分与执行率不符",
    source=PERFORMANCE,
    message="{form}预算执行得分为{a}，按{full}分×执行率计算为{b}分{hint}。",
    fix="得分＝满分×执行率，按执行率重新计算。",
)
def execution_score(case: Case) -> Iterator[Hit]:
    """The score of execution is the full points times the rate."""
    for form in case.model.forms:
        full = full_points(form)
        if form.score is None or full is None or not form.budget or form.executed is None:
            continue
        case.checked += 1
        exact = min(form.executed / form.budget, Decimal(1)) * full
        rate = rate_of(form)
        places = decimals(form.score)
        options = {rounded(exact, places), rounded(form.executed / form.budget * full, places)}
        if rate is not None:
            options |= {
                rounded(rate / HUNDRED * full, places),
                full if rate >= HUNDRED else rounded(rate / HUNDRED * full, places),
            }
        if form.score not in options and abs(form.score - exact) > CENT:
            hint = "（填的是执行率）" if rate is not None and form.score in (rate, rate / HUNDRED) else ""
            values = {
                "form": form_name(form),
                "a": f"{form.score:f}",
                "full": f"{full:f}",
                "b": f"{rounded(exact, 2):f}",
                "hint": hint,
            }
            yield Hit(values, (form.at,), (f"{form.score:f}", f"{rounded(exact, 2):f}"), cause=f"执行率 {form.at}")


def full_points(form: Form) -> Decimal | None:
    """The full points of budget execution, as the head of the form says."""
    stated = form.details.get("score_full")
    return form.full if form.full is not None else amount(stated or "")


@rule("FRM-03", "分值设置前后不一", source=PERFORMANCE, message="{form}{what}。", fix="统一表头分值，合计为100分。")
def weights(case: Case) -> Iterator[Hit]:
    """The points of the head agree with its formula, and all points come to 100."""
    for form in case.model.forms:
        stated = form.details.get("score_full")
        if form.full is not None and stated:
            case.checked += 1
            if amount(stated) != form.full:
                yield Hit(
                    {"form": form_name(form), "what": f"表头预算执行为{form.full:f}分，得分公式按{stated}分计算"},
                    (form.at,),
                    (f"{form.full:f}", stated),
                )
        points = [value for goal in form.goals if (value := amount(goal.points)) is not None]
        full = full_points(form)
        if full is not None and points and len(points) == len(form.goals):
            case.checked += 1
            total = full + sum(points, ZERO)
            if total != HUNDRED:
                yield Hit(
                    {"form": form_name(form), "what": f"预算执行{full:f}分与各目标分值之和为{total:f}分，不是100分"},
                    (form.at,),
                    (f"{total:f}",),
                )


@rule(
    "FRM-04",
    "指标得分与目标分值不符",
    source=PERFORMANCE,
    message="{form}目标{n}{what}。",
    fix="核对各指标的分值和得分。",
)
def goal_points(case: Case) -> Iterator[Hit]:
    """The scores under a goal stay within its points, and reach them when all is achieved."""
    for form in case.model.forms:
        for number, goal in enumerate(form.goals, start=1):
            scores = [value for each in goal.indicators if each.score and (value := amount(each.score)) is not None]
            weighed = [value for each in goal.indicators if each.points and (value := amount(each.points)) is not None]
            full = amount(goal.points)
            if full is None or not scores or len(scores) != len(goal.indicators):
                continue
            case.checked += 1
            total = sum(scores, ZERO)
            head = {"form": form_name(form), "n": str(number)}
            if total > full:
                yield Hit(
                    head | {"what": f"满分{full:f}分，各指标得分之和为{total:f}分"},
                    (goal.at or form.at,),
                    (f"{full:f}", f"{total:f}"),
                    cause=f"得分 {form.at}",
                )
            elif total < full and all(_achieved(each) for each in goal.indicators):
                yield Hit(
                    head | {"what": f"满分{full:f}分，指标全部完成而得分之和为{total:f}分"},
                    (goal.at or form.at,),
                    (f"{full:f}", f"{total:f}"),
                    cause=f"得分 {form.at}",
                )
            if weighed and len(weighed) == len(goal.indicators) and sum(weighed, ZERO) != full:
                yield Hit(
                    head | {"what": f"满分{full:f}分，各指标分值之和为{sum(weighed, ZERO):f}分"},
                    (goal.at or form.at,),
                    (f"{full:f}",),
                    cause=f"得分 {form.at}",
                )


def _achieved(each: Indicator) -> bool:
    target, actual = measure(each.target), measure(each.actual)
    if target is None or actual is None:
        return compact(each.target) == compact(each.actual)
    return is_met(target, actual) is True


@rule(
    "FRM-05",
    "总分与各项得分之和不符",
    source=PERFORMANCE,
    message="{form}总分为{a}，预算执行得分与各指标得分之和为{b}。",
    fix="总分＝预算执行得分＋各指标得分之和。",
)
def total_score(case: Case) -> Iterator[Hit]:
    """The total is the score of execution and those of the indicators."""
    for form in case.model.forms:
        scores = [value for each in form.indicators if each.score and (value := amount(each.score)) is not None]
        if form.total_score is None or not scores or len(scores) != len(form.indicators):
            continue
        case.checked += 1
        total = sum(scores, ZERO) + (form.score or ZERO)
        if abs(total - form.total_score) > CENT:
            values = {"form": form_name(form), "a": f"{form.total_score:f}", "b": f"{total:f}"}
            right = _right_score(form)
            follows = right is not None and abs(total - (form.score or ZERO) + right - form.total_score) <= CENT
            cause = f"执行率 {form.at}" if follows else f"得分 {form.at}"
            yield Hit(values, (form.at, form.until), (f"{form.total_score:f}", f"{total:f}"), cause=cause)


def _right_score(form: Form) -> Decimal | None:
    """The score of execution as the money gives it."""
    full = full_points(form)
    if full is None or not form.budget or form.executed is None:
        return None
    return rounded(form.executed / form.budget * full, 2)


@rule(
    "FRM-06",
    "自评表金额与决算表不符",
    source=PERFORMANCE,
    message="{what}为{a}万元，{other}为{b}万元，相差{d}万元{hint}。",
    fix="自评表的金额以决算报表为准。",
)
def money(case: Case) -> Iterator[Hit]:
    """The form of the whole unit against the statements, and the projects against it."""
    form = case.unit_form
    if form is not None:
        for value, key, what, other in (
            (form.basic, ("T03", "", "basic"), "整体绩效自评表基本支出总额", "公开03表基本支出合计"),
            (form.project, ("T03", "", "project"), "整体绩效自评表项目支出总额", "公开03表项目支出合计"),
            (form.executed, ("T01", "expenditure:current", "amount"), "整体绩效自评表执行数", "公开01表本年支出合计"),
        ):
            expected = case.value(key)
            if value is None or expected is None or form.details.get("money_doubtful"):
                continue
            case.checked += 1
            if severity := _compared(value, expected):
                values = {
                    "what": what,
                    "a": shown(value),
                    "other": other,
                    "b": shown(expected),
                    "d": f"{abs(value - expected):f}",
                    "hint": "",
                }
                yield Hit(values, (form.at,), (shown(value), shown(expected)), severity)
    yield from _projects(case, form)


def _compared(value: Decimal, expected: Decimal) -> str:
    found = differs(value, expected)
    return WARNING if found == ERROR and abs(value - expected) <= Decimal("0.06") else found


def _projects(case: Case, whole: Form | None) -> Iterator[Hit]:
    """When all projects are evaluated, their money is that of the projects of the whole unit."""
    forms = [form for form in case.project_forms if form.executed is not None]
    text = compact(case.text_of("performance"))
    if len(forms) != len(case.project_forms) or not forms or not re.search(r"(所有|全部)项目|总额的100%|全覆盖", text):
        return
    executed = sum((form.executed for form in forms if form.executed is not None), ZERO)
    expected = case.value(("T03", "", "project"))
    slack = max(
        tail(len(forms)), sum((Decimal("0.05") if decimals(f.executed or ZERO) < 2 else HALF for f in forms), ZERO)
    )
    if expected is not None:
        case.checked += 1
        if abs(executed - expected) > slack:
            values = {
                "what": f"{len(forms)}个项目执行数合计",
                "a": f"{executed:f}",
                "other": "公开03表项目支出合计",
                "b": f"{expected:f}",
                "d": f"{abs(executed - expected):f}",
                "hint": _missing(case, expected - executed),
            }
            yield Hit(
                values, tuple(form.at for form in forms), (f"{executed:f}", f"{expected:f}"), WARNING, cause="项目合计"
            )
    basic = case.value(("T03", "", "basic"))
    budgets = [form.budget for form in forms if form.budget is not None]
    if whole is None or whole.budget is None or basic is None or len(budgets) != len(forms):
        return
    case.checked += 1
    left = whole.budget - sum(budgets, ZERO)
    if left < basic - slack:
        values = {
            "what": "整体预算数减去各项目预算数",
            "a": f"{left:f}",
            "other": "基本支出决算",
            "b": f"{basic:f}",
            "d": f"{basic - left:f}",
            "hint": "（基本支出的预算不应小于决算）",
        }
        yield Hit(values, (whole.at,), (f"{left:f}", f"{basic:f}"), WARNING, cause="项目合计")


def _missing(case: Case, gap: Decimal) -> str:
    table = case.model.tables.get("T03")
    rows = [row for row in table.rows if len(row.code) == 7 and row.amounts.get("project")] if table else []
    found = [row for row in rows if abs((row.amounts["project"] or ZERO) - gap) <= tail(1)]
    return f"；差额与{found[0].code}{found[0].name}的项目支出相同，可能漏了这个项目的自评表" if len(found) == 1 else ""


@rule(
    "FRM-07",
    "指标与自评表的执行率矛盾",
    source=PERFORMANCE,
    message="{form}指标“{name}”填{a}，表内执行率为{b}%。",
    fix="按表内执行率填写该指标的实际完成值。",
)
def restated_rate(case: Case) -> Iterator[Hit]:
    """An indicator that restates the rate of execution equals it."""
    forms = case.project_forms or list(case.model.forms)
    for form in forms:
        rate = rate_of(form)
        if rate is None:
            continue
        for each in form.indicators:
            if not re.search(r"预算执行(控制)?率|资金执行率|资金使用率|预算完成率", each.name):
                continue
            case.checked += 1
            actual = measure(each.actual)
            if actual is None or (actual.sign in (">=", ">") and rate >= actual.value):
                continue
            low, high = actual.value, actual.high if actual.high is not None else actual.value
            if not (low - Decimal("0.5") <= rate <= high + Decimal("0.5")):
                values = {"form": form_name(form), "name": each.name, "a": each.actual, "b": f"{rate:f}"}
                yield Hit(values, (each.at, form.at), (each.actual, form.rate), cause=f"执行率指标 {form.at}")


@rule(
    "FRM-09",
    "整体表与项目表的同名指标不一致",
    source=PERFORMANCE,
    severity=WARNING,
    message="指标“{name}”的{what}在整体表为“{a}”，在{form}为“{b}”。",
    fix="统一两张表中的同名指标。",
)
def same_indicators(case: Case) -> Iterator[Hit]:
    """Indicators of one name have one target and one actual value."""
    whole = case.unit_form
    if whole is None:
        return
    known: dict[str, list[Indicator]] = {}
    for each in whole.indicators:
        known.setdefault(compact(each.name), []).append(each)
    for form in case.project_forms:
        for each in form.indicators:
            others = known.get(compact(each.name), [])
            if not others:
                continue
            case.checked += 1
            if any(_equal(o.target, each.target) and _equal(o.actual, each.actual) for o in others):
                continue
            other = others[0]
            what = "年初目标值" if not _equal(other.target, each.target) else "实际完成值"
            a, b = (other.target, each.target) if what[0] == "年" else (other.actual, each.actual)
            values = {"name": each.name, "what": what, "a": a, "b": b, "form": form_name(form)}
            yield Hit(values, (other.at, each.at), (a, b), cause=f"同名 {compact(each.name)}")


def _equal(one: str, other: str) -> bool:
    left, right = measure(one), measure(other)
    if left is None or right is None:
        return compact(one).rstrip("。") == compact(other).rstrip("。")
    return (
        left.value == right.value
        and left.high == right.high
        and (left.unit == right.unit or not left.unit or not right.unit)
        and ("%" in left.unit) == ("%" in right.unit)
    )


@rule(
    "FRM-10",
    "二级指标归入了别的一级指标",
    source=PERFORMANCE,
    severity=WARNING,
    message="{form}把“{level2}”列在“{level1}”之下，应属“{right}”。",
    fix="按产出、效益、满意度的分类归位。",
)
def levels(case: Case) -> Iterator[Hit]:
    """Levels belong together: 时效 under 产出, 社会效益 under 效益."""
    pairs = (
        (r"^(数量|质量|时效)", "产出指标"),
        (r"^(经济效益|社会效益|生态效益|可持续)", "效益指标"),
        (r"满意度", "满意度指标"),
    )
    for form in case.model.forms:
        reported: set[tuple[str, str]] = set()
        for each in form.indicators:
            level1, level2 = compact(each.level1), compact(each.level2)
            right = next((top for pattern, top in pairs if re.search(pattern, level2)), "")
            if not right or not level1 or (level1, level2) in reported:
                continue
            case.checked += 1
            if (
                level1 != right
                and right[:2] not in level1
                and not (right == "满意度指标" and "效益" in level1)
                and level1 in ("产出指标", "效益指标", "满意度指标")
            ):
                reported.add((level1, level2))
                yield Hit(
                    {"form": form_name(form), "level2": each.level2, "level1": each.level1, "right": right},
                    (each.at,),
                    cause=f"层级 {level1}{level2}",
                )


@rule(
    "FRM-11",
    "有偏差而未说明原因",
    source=PERFORMANCE,
    severity=WARNING,
    message="{form}{what}，偏差原因{state}。",
    fix="填写偏差原因和改进措施。",
)
def reasons(case: Case) -> Iterator[Hit]:
    """A low rate or a missed target asks for a reason."""
    for form in case.model.forms:
        rate = rate_of(form)
        given = compact(form.reasons)
        empty = not given or bool(re.fullmatch(r"(无|无偏差|没有偏差|不存在偏差|/|-)。?", given))
        if not form.goals or not empty:
            continue
        case.checked += 1
        missed = [each for each in form.indicators if _missed(each)]
        faults = ([f"执行率{form.rate}低于{LOW_RATE}%"] if rate is not None and rate < LOW_RATE else []) + [
            f"指标“{each.name}”目标{each.target}、完成{each.actual}" for each in missed[:3]
        ]
        if faults:
            state = "空白" if not given else f"填“{form.reasons}”"
            yield Hit(
                {"form": form_name(form), "what": "，".join(faults), "state": state},
                (form.at, *(each.at for each in missed)),
                cause=f"偏差 {form.at}",
            )


def _missed(each: Indicator) -> bool:
    target, actual = measure(each.target), measure(each.actual)
    if target is None or actual is None or target.value == actual.value:
        return False
    if zero_is_best(each.name, target):
        return (
            actual.value > target.value
            and target.sign != ">="
            and is_met(target, actual) is not None
            and target.value == 0
        )
    return is_met(target, actual) is False


@rule(
    "FRM-12",
    "实际完成值不是确数",
    source=PERFORMANCE,
    severity=INFO,
    message="{form}有{n}个指标的实际完成值照抄目标或不是确数，如“{name}”填“{a}”。",
    fix="填写实际完成的数。",
)
def actual_values(case: Case) -> Iterator[Hit]:
    """The actual value of a quantity is a number, not a bound copied from the target."""
    for form in case.model.forms:
        found = [each for each in form.indicators if _copied(each)]
        case.checked += len(form.indicators)
        if found:
            values = {"form": form_name(form), "n": str(len(found)), "name": found[0].name, "a": found[0].actual}
            yield Hit(values, tuple(each.at for each in found[:5]))


def _copied(each: Indicator) -> bool:
    actual, target = measure(each.actual), measure(each.target)
    if target is None or target.unit == "计划期":
        return False
    return bool(each.actual) and (actual is None or actual.sign in (">=", "<=", ">", "<", "range") or actual.about)


@rule(
    "FRM-13",
    "完成值明显高于目标值而未分析",
    source=PERFORMANCE,
    severity=INFO,
    message="{form}指标“{name}”目标{target}、完成{actual}，超过30%，宜说明原因或调整目标。",
)
def far_beyond(case: Case) -> Iterator[Hit]:
    """An actual value 30 % and more above its target is explained."""
    for form in case.model.forms:
        if compact(form.reasons):
            continue
        for each in form.indicators:
            target, actual = measure(each.target), measure(each.actual)
            if (
                target is None
                or actual is None
                or target.value <= 0
                or is_met(target, actual) is not True
                or zero_is_best(each.name, target)
            ):
                continue
            case.checked += 1
            if actual.value >= target.value * Decimal("1.3") and "%" not in actual.unit:
                values = {"form": form_name(form), "name": each.name, "target": each.target, "actual": each.actual}
                yield Hit(values, (each.at,), (each.target, each.actual), cause=f"超额 {compact(each.name)}")


@rule(
    "FRM-15",
    "目标值无法衡量",
    source=PERFORMANCE,
    severity=INFO,
    message="{form}指标“{name}”的目标值{what}。",
    fix="写明可衡量的目标值。",
)
def measurable(case: Case) -> Iterator[Hit]:
    """A target is there, and says something of its own."""
    for form in case.model.forms:
        for each in form.indicators:
            case.checked += 1
            plain = compact(each.target)
            if not plain or plain in ("-", "/"):
                yield Hit({"form": form_name(form), "name": each.name, "what": "是空白"}, (each.at,))
            elif re.search(r"根据实际(情况)?", plain) or plain == compact(each.name):
                yield Hit({"form": form_name(form), "name": each.name, "what": f"为“{each.target}”"}, (each.at,))


@rule(
    "FRM-16",
    "执行率重复计分",
    source=PERFORMANCE,
    severity=INFO,
    message="{form}预算执行已单独计分，又设指标“{name}”。",
    fix="删去重复计分的执行率指标。",
)
def scored_twice(case: Case) -> Iterator[Hit]:
    """Execution that has points of its own is no indicator again."""
    for form in case.model.forms:
        if full_points(form) is None:
            continue
        for each in form.indicators:
            if re.search(r"^预算执行(控制)?率$|^资金执行率$", compact(each.name)):
                case.checked += 1
                yield Hit({"form": form_name(form), "name": each.name}, (each.at,), cause=f"重复 {form.at}")


@rule(
    "FRM-01-TEXT",
    "综述中的执行率与自评表不符",
    source=PERFORMANCE,
    message="项目“{name}”的综述写完成{a}%，自评表执行率为{b}。",
    severity=ERROR,
)
def stated_rates(case: Case) -> Iterator[Hit]:
    """The rate of the summary against the rate of the form, each at its own decimals."""
    for claim in case.claims("performance", "completion", unit="%"):
        form = form_named(case, claim.subject)
        rate = rate_of(form) if form else None
        if form is None or rate is None or not form.budget or form.executed is None:
            continue
        case.checked += 1
        places = min(decimals(claim.value), decimals(rate))
        exact = form.executed / form.budget * HUNDRED
        if (
            rounded(claim.value, places) != rounded(rate, places)
            and rounded(exact, decimals(claim.value)) != claim.value
        ):
            values = {"name": form.name, "a": f"{claim.value:f}", "b": form.rate}
            yield Hit(values, (claim.line, form.at), (f"{claim.value:f}%", form.rate), cause=f"综述 {form.name}")


_REPORT = (
    ("执行率", re.compile(r"执行率(?:为|达到|达|是)?(\d+(?:\.\d+)?)%"), "rate"),
    ("预算执行得分", re.compile(r"预算执行(?:情况|率)?(?:指标)?得分?(?:为|是)?(\d+(?:\.\d+)?)分"), "score"),
    (
        "总分",
        re.compile(r"(?:综合|自评|评价|绩效)?(?:总得分|总分|综合得分|自评得分|评价得分)(?:为|是)?(\d+(?:\.\d+)?)分"),
        "total",
    ),
    (
        "预算数",
        re.compile(r"(?:项目预算|预算数|全年预算数?|预算资金)(?:为|共计|共)?(\d[\d,]*(?:\.\d+)?)万元"),
        "budget",
    ),
    ("执行数", re.compile(r"(?:实际执行|执行数|实际支出)(?:为|共计|共)?(\d[\d,]*(?:\.\d+)?)万元"), "executed"),
)


@rule(
    "FRM-08",
    "评价报告与自评表不符",
    source=PERFORMANCE,
    message="评价报告写项目“{name}”{what}{a}，自评表为{b}。",
    fix="统一评价报告与自评表的数。",
)
def reports(case: Case) -> Iterator[Hit]:
    """What the evaluation report at the end states of a project against the form of that project."""
    form: Form | None = None
    for paragraph in case.model.text:
        if paragraph.part != "annex":
            continue
        plain = compact(paragraph.text)
        named = [
            f
            for f in case.project_forms
            if len(project_core(f.name)) >= 4 and project_core(f.name) in project_core(plain)
        ]
        if len(named) == 1:
            form = named[0]
        elif "报告" in plain[-6:] or len(named) > 1:
            form = None
        if form is not None:
            yield from _reported(case, form, plain, paragraph.line)


def _reported(case: Case, form: Form, text: str, line: int) -> Iterator[Hit]:
    held = {
        "rate": rate_of(form),
        "score": form.score,
        "total": form.total_score,
        "budget": form.budget,
        "executed": form.executed,
    }
    for what, pattern, key in _REPORT:
        expected = held[key]
        for found in pattern.finditer(text):
            if expected is None:
                continue
            case.checked += 1
            said = Decimal(found[1].replace(",", ""))
            places = min(decimals(said), decimals(expected))
            if rounded(said, places) != rounded(expected, places):
                unit = {"rate": "%", "budget": "万元", "executed": "万元"}.get(key, "分")
                values = {"name": form.name, "what": what, "a": f"{said:f}{unit}", "b": f"{expected:f}{unit}"}
                cause = f"执行率 {form.at}" if said == _recomputed(form, key, places) else f"报告 {form.name}{key}"
                yield Hit(values, (line, form.at), (f"{said:f}", f"{expected:f}"), cause=cause)


def _recomputed(form: Form, key: str, places: int) -> Decimal | None:
    """What the amounts of a form make of its rate, score and total: where the report says so, the form itself is wrong."""
    full = full_points(form)
    if not form.budget or form.executed is None:
        return None
    ratio = form.executed / form.budget
    if key == "rate":
        return rounded(ratio * HUNDRED, places)
    if full is None or form.score is None:
        return None
    score = rounded(min(ratio, Decimal(1)) * full, decimals(form.score))
    if key == "total" and form.total_score is not None:
        return form.total_score - form.score + score
    return score if key == "score" else None
