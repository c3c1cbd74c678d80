"""Rules on percentages of the text: changes, shares, completion, procurement (PCT)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from qifu.engines.statements.model import Claim
from qifu.engines.statements.money import HUNDRED, decimals, percentage, shown, tail
from qifu.engines.statements.relations import Key
from qifu.engines.statements.words import compact

from .case import Case, differs, rated, said_section
from .registry import ARITHMETIC, ERROR, INFO, OPENNESS, PURCHASES, WARNING, Hit, rule

_RATE_FIX = "按金额重新计算百分比。"
_RATE = "说明“{section}”中{subject}{what}写{a}%，按{part}÷{whole}计算为{b}%。"
BOTH = ("final_accounts", "budget")


def neighbours(case: Case, claim: Claim) -> list[Claim]:
    """The claims before this one in the same paragraph, nearest first."""
    return [c for c in reversed(case.model.claims) if c.paragraph == claim.paragraph and c.offset < claim.offset]


def _base(case: Case, claim: Claim) -> Claim | None:
    """The amount that a change or share speaks of: the last of the same subject."""
    return next(
        (
            c
            for c in neighbours(case, claim)
            if c.measure in ("amount", "actual", "budget") and c.subject == claim.subject and c.unit == "万元"
        ),
        None,
    )


def _rate_hit(claim: Claim, what: str, severity: str, expected: Decimal | None, part: Decimal, whole: Decimal) -> Hit:
    values = {
        "section": claim.section,
        "subject": claim.subject or claim.item,
        "what": what,
        "a": shown(claim.value),
        "b": shown(expected) if expected is not None else "无意义",
        "part": shown(part),
        "whole": shown(whole),
    }
    return Hit(
        values,
        (claim.line,),
        (f"{claim.value:f}%", f"{shown(expected)}%"),
        severity,
        cause=f"百分比 {claim.line} {claim.offset}",
    )


@rule("PCT-YOY", "增减幅度与增减额不符", source=ARITHMETIC, message=_RATE, fix=_RATE_FIX, kinds=BOTH)
def changes(case: Case) -> Iterator[Hit]:
    """The rate of a change is the change divided by the year before."""
    for claim in case.claims(measure="change_rate", unit="%"):
        change = next((c for c in neighbours(case, claim) if c.measure == "change" and c.unit == "万元"), None)
        if change is None or change.subject != claim.subject:
            continue
        base = _base(case, change) or _base_nearby(case, change)
        if base is None or not case.is_of_year(base):
            continue
        prior = base.value + (change.value if change.direction == "down" else -change.value)
        severity, ratio = rated(case, claim.value, change.value, prior)
        if severity and prior > 0:
            yield _rate_hit(claim, "增减幅度", severity, ratio.expected, change.value, prior)


def _base_nearby(case: Case, change: Claim) -> Claim | None:
    """The amount just before a change whose own subject is a year or a comparison."""
    before = neighbours(case, change)
    return (
        before[0]
        if before
        and before[0].measure in ("amount", "actual")
        and before[0].unit == "万元"
        and len(before[0].subject) > 1
        and change.subject in ("", before[0].subject)
        else None
    )


@rule(
    "PCT-DIR",
    "增减方向的用词前后不一",
    source=ARITHMETIC,
    message="说明“{section}”中{subject}的增减额写“{a}”，幅度写“{b}”，方向相反。",
    kinds=BOTH,
    fix="统一增减方向。",
)
def directions(case: Case) -> Iterator[Hit]:
    """A change and its rate go the same way."""
    words = {"up": "增加", "down": "减少"}
    for claim in case.claims(measure="change_rate", unit="%"):
        before = neighbours(case, claim)
        if before and before[0].measure == "change" and before[0].direction and claim.direction:
            case.checked += 1
            if before[0].direction != claim.direction:
                values = {
                    "section": claim.section,
                    "subject": claim.subject,
                    "a": words[before[0].direction],
                    "b": words[claim.direction],
                }
                yield Hit(
                    values, (claim.line,), (f"{before[0].value:f}", f"{claim.value:f}%"), cause=f"方向 {claim.line}"
                )


@rule(
    "PCT-PRIOR",
    "各部分推出的上年数不一致",
    source=OPENNESS,
    severity=WARNING,
    message="由增减额推算，上年{what}在“{s1}”为{a}万元，在“{s2}”为{b}万元。",
    fix="核对上年决算数，统一各部分的增减额。",
)
def prior_year(case: Case) -> Iterator[Hit]:
    """Sections that speak of the same total imply the same figure of the year before."""
    implied: list[tuple[Claim, Decimal, Decimal]] = []
    for change in case.claims(measure="change", unit="万元"):
        if change.topic not in ("overall", "income", "expenditure", "fiscal") or not re.search(
            r"(总计|合计)$", change.subject
        ):
            continue
        base = _base(case, change)
        if base is not None and case.is_of_year(base):
            prior = base.value + (change.value if change.direction == "down" else -change.value)
            implied.append((change, base.value, prior))
    if not case.only_fiscal:
        return
    for change, base_value, prior in implied[1:]:
        first, first_base, first_prior = implied[0]
        case.checked += 1
        if base_value == first_base and abs(prior - first_prior) > tail(2):
            values = {
                "what": "总额",
                "s1": said_section(first.section),
                "s2": said_section(change.section),
                "a": f"{first_prior:f}",
                "b": f"{prior:f}",
            }
            yield Hit(values, (first.line, change.line), (f"{first_prior:f}", f"{prior:f}"), cause="上年数")
    yield from _kinds(case)


def _kinds(case: Case) -> Iterator[Hit]:
    """The changes by kind of money add up to the change of all fiscal money."""
    kinds = case.claims("fiscal", "change", r"^(一般公共预算|政府性基金预算|国有资本经营预算)财政拨款收入$", "万元")
    whole = case.claims("fiscal", "change", r"财政拨款收、?支", "万元")
    if not kinds or len(whole) != 1 or len({c.subject for c in kinds}) != len(kinds):
        return
    case.checked += 1
    signed = {c: (-c.value if c.direction == "down" else c.value) for c in (*kinds, *whole)}
    found = sum((signed[c] for c in kinds), Decimal(0))
    if abs(found - signed[whole[0]]) > tail(len(kinds)) and case.only_fiscal:
        named = {c.subject[:3] for c in kinds}
        if (
            len(named) == 1
            and not any(case.value(("T04", f"income:{k}", "total")) for k in ("fund", "capital"))
            and "一般" not in "".join(named)
        ):
            return
        if abs(found - signed[whole[0]]) > tail(3):
            values = {
                "what": "财政拨款增减额",
                "s1": "各类资金之和",
                "s2": said_section(whole[0].section),
                "a": f"{found:f}",
                "b": f"{signed[whole[0]]:f}",
            }
            yield Hit(values, (whole[0].line, kinds[0].line), (f"{found:f}", f"{signed[whole[0]]:f}"))


@rule("PCT-SHARE", "占比与金额不符", source=ARITHMETIC, message=_RATE, fix=_RATE_FIX, kinds=BOTH)
def parts_of_a_whole(case: Case) -> Iterator[Hit]:
    """A share is the amount divided by the whole it names."""
    for claim in case.claims(measure="share", unit="%"):
        base = _base(case, claim)
        cell = _whole(case, claim) if base is not None else None
        whole = case.value(cell) if cell is not None else None
        if base is None or cell is None or not whole:
            continue
        severity, ratio = rated(case, claim.value, base.value, whole)
        if severity:
            hit = _rate_hit(claim, "占比", severity, ratio.expected, base.value, whole)
            yield replace(hit, cells=frozenset({cell}))  # follows from that cell, where it is wrong itself


def _whole(case: Case, claim: Claim) -> Key | None:
    """The cell that a share is a share of."""
    text = compact(case.paragraph(claim)[: claim.offset])
    said = re.search(r"(?:占|占比)([^，,。；;占]*)$", text)
    words = said[1] if said else ""
    if claim.topic == "income":
        return "T02", "", "total"
    if claim.topic == "expenditure":
        return "T03" if case.model.document.kind != "budget" else "B03", "", "total"
    if claim.topic == "general":
        if "本年支出" in words:
            return "T03", "", "total"
        if claim.section.endswith("(二)") or "一般公共预算" in words:
            return "T05", "", "total"
        return None
    if claim.topic == "performance" and "项目支出" in words:
        return "T05" if "一般公共预算" in words else "T03", "", "project"
    return None


@rule(
    "PCT-SUM",
    "各项占比之和不是100%",
    source=ARITHMETIC,
    severity=WARNING,
    message="说明“{section}”各项占比之和为{a}%。",
    fix="重新计算各项占比，尾差按四舍五入处理。",
)
def shares_together(case: Case) -> Iterator[Hit]:
    """Shares of one complete list come to 100."""
    for topic, section in (("expenditure", ""), ("general", "(二)")):
        claims = [c for c in case.claims(topic, "share", unit="%") if c.section.endswith(section)]
        claims = [c for c in claims if _base(case, c) is not None]
        if len(claims) < 2:
            continue
        amounts = [b.value for c in claims if (b := _base(case, c))]
        cell = _whole(case, claims[0])
        whole = case.value(cell) if cell is not None else None
        if whole is None or abs(sum(amounts, Decimal(0)) - whole) > tail(len(amounts)):
            continue
        case.checked += 1
        places = max(decimals(c.value) for c in claims)
        total = sum((c.value for c in claims), Decimal(0))
        if abs(total - HUNDRED) > Decimal(1).scaleb(-places) * len(claims):
            yield Hit(
                {"section": claims[0].section, "a": f"{total:f}"}, tuple(c.line for c in claims[:3]), (f"{total:f}%",)
            )


@rule("PCT-COMP", "完成率与预算、决算数不符", source=ARITHMETIC, message=_RATE, fix=_RATE_FIX)
def completion(case: Case) -> Iterator[Hit]:
    """Completion is what was spent divided by the budget it names; of a budget of zero there is none."""
    for claim in case.claims(measure="completion", unit="%"):
        before = [c for c in neighbours(case, claim) if c.unit == "万元"]
        spent = next((c for c in before if c.measure == "actual"), None)
        base = next((c for c in before if c.measure in ("initial", "budget")), None)
        if spent is None or base is None or spent.item != claim.item or base.item != claim.item:
            continue
        if base.subject != spent.subject and not claim.item:
            continue
        severity, ratio = rated(case, claim.value, spent.value, base.value)
        if severity:
            yield _rate_hit(claim, "完成率", severity, ratio.expected, spent.value, base.value)


@rule(
    "PCT-PROC",
    "政府采购各数不符",
    source=PURCHASES,
    message="说明“政府采购”中{what}。",
    fix="核对采购合同台账，改正金额或比例。",
)
def procurement(case: Case) -> Iterator[Hit]:
    """Goods, works and services make the total; shares of smaller firms follow from the amounts."""
    claims = case.claims("procurement", unit="万元")
    whole = _said(claims, r"支出总额|采购总额|采购支出合计")
    kinds = {name: _said(claims, f"{name}(支出|采购|类)") for name in ("货物", "工程", "服务")}
    if whole is None or not any(kinds.values()):
        return
    parts = [c.value for c in kinds.values() if c]
    case.checked += 1
    if severity := differs(sum(parts, Decimal(0)), whole.value, len(parts)):
        what = f"总额{whole.value:f}万元不等于货物、工程、服务之和{sum(parts, Decimal(0)):f}万元"
        yield Hit({"what": what}, (whole.line,), (f"{whole.value:f}",), severity if severity == INFO else "")
    yield from _smaller_firms(case, claims, whole, kinds)


def _said(claims: list[Claim], pattern: str) -> Claim | None:
    return next(
        (
            c
            for c in claims
            if c.measure == "amount" and re.search(pattern, compact(c.subject)) and "授予" not in c.subject
        ),
        None,
    )


def _smaller_firms(case: Case, claims: list[Claim], whole: Claim, kinds: dict[str, Claim | None]) -> Iterator[Hit]:
    medium = next((c for c in claims if re.search(r"授予中小企业合同", c.subject)), None)
    micro = next((c for c in claims if re.search(r"授予小微企业合同", c.subject)), None)
    if medium is None:
        return
    for claim in case.claims("procurement", "share", unit="%"):
        plain = compact(claim.subject)
        if plain == compact(medium.subject):
            yield from _proc_rate(case, claim, medium.value, whole.value, "中小企业合同占采购总额")
        elif micro is not None and plain == compact(micro.subject):
            yield from _proc_rate(case, claim, micro.value, medium.value, "小微企业合同占中小企业合同")
    if micro is not None:
        case.checked += 1
        if micro.value > medium.value + tail(1):
            what = f"小微企业合同{micro.value:f}万元大于中小企业合同{medium.value:f}万元"
            yield Hit({"what": what}, (micro.line,), (f"{micro.value:f}", f"{medium.value:f}"))
    if medium.value > whole.value + tail(1):
        what = f"中小企业合同{medium.value:f}万元大于采购总额{whole.value:f}万元"
        yield Hit({"what": what}, (medium.line,), (f"{medium.value:f}", f"{whole.value:f}"))
    yield from _by_kind(case, medium, kinds)


def _proc_rate(case: Case, claim: Claim, part: Decimal, whole: Decimal, what: str) -> Iterator[Hit]:
    case.checked += 1
    if whole == 0 and claim.value == 0:
        return
    ratio = percentage(claim.value, part, whole)
    if ratio.verdict not in ("right", "rounding"):
        said = f"{what}写{claim.value:f}%，按金额计算为{shown(ratio.expected)}%"
        yield Hit({"what": said}, (claim.line,), (f"{claim.value:f}%",), WARNING if ratio.verdict == "near" else ERROR)


def _by_kind(case: Case, medium: Claim, kinds: dict[str, Claim | None]) -> Iterator[Hit]:
    """Amounts by kind times their shares make the contracts of smaller firms."""
    found = slack = Decimal(0)
    count = 0
    for name, kind in kinds.items():
        share = next((c for c in case.claims("procurement", "share", f"^{name}采购", "%")), None)
        if kind is None or kind.value == 0:
            continue
        if share is None:
            return
        count += 1
        found += kind.value * share.value / HUNDRED
        slack += kind.value * Decimal(1).scaleb(-decimals(share.value)) / HUNDRED
    if count == 0:
        return
    case.checked += 1
    if abs(found - medium.value) > slack + tail(count):
        what = f"按货物、工程、服务的比例推算中小企业合同为{found:.2f}万元，而写的是{medium.value:f}万元"
        yield Hit({"what": what}, (medium.line,), (f"{medium.value:f}",), WARNING)


@rule(
    "PCT-LAST",
    "增减额与上年决算不符",
    source=OPENNESS,
    message="说明“{section}”中{subject}推出上年为{a}万元，上年决算为{b}万元。",
    fix="按上年决算改正增减额。",
)
def against_last_year(case: Case) -> Iterator[Hit]:
    """With last year's accounts at hand: the change leads back to its total."""
    if case.against is None or case.against.document.kind != "final_accounts":
        return
    last = Case(case.against)
    cells = {
        "overall": ("T01", "income:grand", "amount"),
        "income": ("T02", "", "total"),
        "expenditure": ("T03", "", "total"),
        "fiscal": ("T04", "income:grand", "total"),
        "general": ("T05", "", "total"),
    }
    for change in case.claims(measure="change", unit="万元"):
        base = _base(case, change)
        key = cells.get(change.topic)
        expected = (
            last.value(key) if key and re.search(r"(总计|合计|^一般公共预算财政拨款支出)$", change.subject) else None
        )
        if base is None or expected is None:
            continue
        case.checked += 1
        prior = base.value + (change.value if change.direction == "down" else -change.value)
        if abs(prior - expected) > tail(1):
            values = {"section": change.section, "subject": change.subject, "a": f"{prior:f}", "b": f"{expected:f}"}
            yield Hit(values, (change.line,), (f"{prior:f}", f"{expected:f}"))
