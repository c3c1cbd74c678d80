"""Rules on counts, and on what the text says twice (CNT, NN)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, islice

from qifu.engines.statements.model import Claim, Form
from qifu.engines.statements.money import ZERO, tail
from qifu.engines.statements.words import chinese_number, compact, in_chinese

from .case import Case, said_section
from .forms import form_name, rate_of
from .registry import INFO, OPENNESS, PERFORMANCE, WARNING, Hit, rule

_PROJECTS = re.compile(
    r"(?:共?涉及|反映|共有|共计|选取|组织对)[^。；\d]{0,12}(\d{1,3})个?(?:一级|二级|三级)?(?:项目)?个?|涉及项目(?:共)?(\d{1,3})个|(\d{1,3})个(?:一级|二级|三级)?项目"
)
_SUMMARY = re.compile(
    r"^[-·•\s]*(?:\d{1,2}[.、]|[(（]\d{1,2}[)）]|[(（][一二三四五六七八九十]+[)）])?.{2,50}(?:自评(?:结果)?综述|项目自评综述)"
)


@rule(
    "CNT-01",
    "项目个数前后不一",
    source=PERFORMANCE,
    message="{what}{hint}。",
    fix="按实际自评的项目统一个数，并补齐缺少的自评表或综述。",
)
def projects(case: Case) -> Iterator[Hit]:
    """The number of projects announced, of their forms and of their summaries is one."""
    stated = _stated(case)
    forms = len(case.project_forms)
    summaries = [
        p for p in case.explanations if p.topic == "performance" and p.kind == "text" and _SUMMARY.match(p.text)
    ]
    counts = {f"{where}写{number}个": number for where, number, _ in stated}
    if forms:
        counts[f"项目自评表有{forms}张"] = forms
    if summaries:
        counts[f"项目自评综述有{len(summaries)}项"] = len(summaries)
    if len(counts) < 2:
        return
    case.checked += 1
    if len(set(counts.values())) == 1:
        return
    lines = tuple(line for _, _, line in stated) + tuple(p.line for p in summaries[:1])
    hint, severity = _scope(case, stated)
    yield Hit(
        {"what": "，".join(counts), "hint": hint},
        lines,
        tuple(str(n) for n in counts.values()),
        severity,
        cause="项目个数",
    )


def _stated(case: Case) -> list[tuple[str, int, int]]:
    found = []
    for paragraph in case.explanations:
        if paragraph.topic != "performance" or paragraph.kind != "text" or "评价报告" in paragraph.text[:20]:
            continue
        for match in _PROJECTS.finditer(compact(paragraph.text)):
            number = int(match[1] or match[2] or match[3])
            if "项目" in match[0]:
                found.append((f"说明{paragraph.section}", number, paragraph.line))
                break
    return found


def _scope(case: Case, stated: list[tuple[str, int, int]]) -> tuple[str, str]:
    """Whether the lower count is right for one kind of money: then it is a matter of scope."""
    text = compact(case.text_of("performance"))
    general = case.value(("T05", "", "project"))
    numbers = {number for _, number, _ in stated} | {len(case.project_forms)}
    for low in sorted(numbers)[:-1]:
        executed = sorted((form.executed or ZERO) for form in case.project_forms)
        if general is None or "一般公共预算项目" not in text or len(executed) < low:
            continue
        if any(abs(sum(group, ZERO) - general) <= tail(low) for group in _groups(executed, low)):
            return f"：{low}个是一般公共预算的项目，其余属于其他资金，应写明范围", WARNING
    whole = case.value(("T03", "", "project"))
    total = sum(((form.executed or ZERO) for form in case.project_forms), ZERO)
    if whole is not None and case.project_forms and abs(total - whole) <= tail(len(case.project_forms)):
        return f"；{len(case.project_forms)}张自评表的执行数合计与项目支出相符，应以{len(case.project_forms)}个为准", ""
    return "", ""


def _groups(values: list[Decimal], size: int) -> Iterator[tuple[Decimal, ...]]:
    return islice(combinations(values, size), 5000)


@rule(
    "CNT-02",
    "列举的序号不连贯",
    source=OPENNESS,
    severity=INFO,
    message="说明“{section}”的列举在“{a}是”之后写“{b}是”，顺序不连贯。",
    kinds=("final_accounts", "budget"),
)
def enumerations(case: Case) -> Iterator[Hit]:
    """一是…二是…三是 go on without a gap, and as far as was announced."""
    for paragraph in case.model.text:
        if paragraph.kind != "text" or paragraph.part not in ("explanations", "works"):
            continue
        found = list(re.finditer(r"(一)是|(?:^|[。；;：:，,、])\s*([二三四五六七八九十])是", paragraph.text))
        numbers = [chinese_number(match[1] or match[2]) or 0 for match in found]
        if len(numbers) < 2 or numbers[0] != 1:
            continue
        case.checked += 1
        for match, before, number in zip(found[1:], numbers, numbers[1:], strict=False):
            if number not in (1, before + 1):
                values = {"section": paragraph.section, "a": in_chinese(before), "b": in_chinese(number)}
                yield Hit(values, (paragraph.line_at(match.start()),), cause=f"列举 {paragraph.line}")


@rule(
    "CNT-03",
    "指标个数与所列不符",
    source=PERFORMANCE,
    severity=WARNING,
    message="文中写设置{n}个{level}，括号内所列之和为{m}个。",
)
def indicator_counts(case: Case) -> Iterator[Hit]:
    """设置N个三级指标（含…a个、…b个）: the parts make N."""
    for paragraph in case.model.text:
        for found in re.finditer(r"设置?了?(\d{1,3})个([一二三]级指标)[(（]([^)）]*)[)）]", compact(paragraph.text)):
            numbers = [int(n) for n in re.findall(r"(\d{1,3})个", found[3])]
            if not numbers:
                continue
            case.checked += 1
            if sum(numbers) != int(found[1]):
                yield Hit(
                    {"n": found[1], "level": found[2], "m": str(sum(numbers))},
                    (paragraph.line,),
                    (found[1], str(sum(numbers))),
                )


@rule(
    "NN-01",
    "同一金额在各处不同",
    source=OPENNESS,
    message="{subject}在“{s1}”为{a}万元，在“{s2}”为{b}万元。",
    fix="统一各处的金额。",
)
def repeated_amounts(case: Case) -> Iterator[Hit]:
    """One subject, one amount, wherever the explanations state it."""
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in case.claims(unit="万元"):
        stated = claim.measure in ("amount", "actual") and case.is_of_year(claim) and not claim.item
        if stated and (name := _constant(claim)):
            groups[name, ""].append(claim)
    for (name, _), claims in groups.items():
        first = claims[0]
        for other in claims[1:]:
            case.checked += 1
            if abs(other.value - first.value) > tail(1) and other.topic != first.topic:
                values = {
                    "subject": name,
                    "s1": said_section(first.section),
                    "s2": said_section(other.section),
                    "a": f"{first.value:f}",
                    "b": f"{other.value:f}",
                }
                yield Hit(
                    values,
                    (first.line, other.line),
                    (f"{first.value:f}", f"{other.value:f}"),
                    cause=f"说明 {other.line} {other.offset}",
                )


def _constant(claim: Claim) -> str:
    """The name of a total that stands in several sections; '' for anything that may rightly differ."""
    plain = compact(claim.subject)
    if re.fullmatch(r"(一般公共预算财政拨款)支出(合计)?", plain):
        return "一般公共预算财政拨款支出"
    if claim.topic == "basic" and re.fullmatch(r"(一般公共预算财政拨款)?基本支出", plain):
        return "一般公共预算财政拨款基本支出"
    return ""


_QUANTITY = re.compile(r"(?:收集|受理|处理|办理|回复|走访|推送|发布|举办|开展|服务|培训|接待|办结)")


@rule(
    "NN-02",
    "同一工作量在各处不同",
    source=OPENNESS,
    severity=WARNING,
    message="“{subject}”在{s1}为{a}{unit}，在{s2}为{b}{unit}，请核对口径。",
    fix="统一各处的数量，口径不同的写明范围。",
)
def repeated_quantities(case: Case) -> Iterator[Hit]:
    """One quantity of work has one number."""
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in case.model.claims:
        core = _quantity_core(claim)
        if claim.measure == "count" and claim.value > 0 and len(core) >= 4 and _QUANTITY.search(compact(claim.subject)):
            groups[core, claim.unit].append(claim)
    for (core, unit), claims in groups.items():
        values = {claim.value for claim in claims}
        case.checked += len(claims) - 1
        if len(values) > 1 and len({c.section for c in claims}) > 1:
            first = claims[0]
            other = next(c for c in claims if c.value != first.value)
            said = {
                "subject": core,
                "s1": said_section(first.section),
                "s2": said_section(other.section),
                "a": f"{first.value:f}",
                "b": f"{other.value:f}",
                "unit": unit,
            }
            yield Hit(said, (first.line, other.line), (f"{first.value:f}", f"{other.value:f}"))


def _quantity_core(claim: Claim) -> str:
    plain = re.sub(
        r"^(全年|已|共|累计|今年以来|在平台上|现场|线上|线下|一是|二是|三是|四是|并|同时|积极|组织)+",
        "",
        compact(claim.subject),
    )
    return re.sub(r"(已|共|累计|约|达)+$", "", plain)


@rule(
    "NN-04",
    "评价结论与执行情况矛盾",
    source=PERFORMANCE,
    severity=WARNING,
    message="{where}称“{text}”，而{form}{fact}。",
    fix="按实际执行情况改写结论，或说明原因。",
)
def conclusions(case: Case) -> Iterator[Hit]:
    """Praise stands beside a rate or a reason that contradicts it."""
    poor = [form for form in case.project_forms if (rate := rate_of(form)) is not None and rate < 80]
    for form in poor:
        case.checked += 1
        for goal_or_text, where, line in _praise(case, form):
            fact = f"执行率为{form.rate}"
            yield Hit(
                {"where": where, "text": goal_or_text, "form": form_name(form), "fact": fact},
                (line, form.at),
                (form.rate,),
                cause=f"结论 {form.at}",
            )
            break


def _praise(case: Case, form: Form) -> Iterator[tuple[str, str, int]]:
    for paragraph in case.explanations:
        if paragraph.topic != "performance":
            continue
        if found := re.search(
            r"(各项目标|各项目|均|全部)[^。，]{0,12}(达到了?[^。，]{0,8}(进度|目标)|按(期|时|计划)完成|全部完成|执行完毕)|按时(发放|支付|完成)",
            paragraph.text,
        ):
            if found[0].startswith("按时") and form.name and compact(form.name)[:4] not in compact(paragraph.text):
                continue
            yield found[0], f"说明{paragraph.section}", paragraph.line
