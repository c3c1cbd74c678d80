"""Claims of the text as typed facts: each figure with its subject, measure, direction, period, unit and place.

The words between the figure before and this one say what it measures; a figure that names no subject of its own belongs to
the last one named. Nothing is guessed about figures whose words say nothing: their subject stays as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from qifu.engines.statements.model import Claim, Paragraph
from qifu.engines.statements.money import amount
from qifu.engines.statements.words import compact

COUNTED = (
    "人次|批次|户次|车次|平方米|平米|㎡|公里|小时|分钟|工作日|个月|个|家|户|条|次|场|项|篇|栋|件|批|期|册|辆|台|套|名|笔|例"
    "|站|人|份|所|处|门|间|位|幢|座|宗|起|只|类|支"
)
FIGURE = re.compile(
    r"(?<![\dA-Za-z.?])(?P<sign>-?)(?P<number>\d[\d,，]*(?:\s?[.．]\s?\d+)?)\s*"
    rf"(?:(?P<money>万元|亿元|千元|元)|(?P<percent>个百分点|%|％)|(?P<scale>[万亿千])?(?P<about>余|多|来)?(?P<count>{COUNTED}|元))"
)
_ITEM = re.compile(
    r"([^\s。，,；;:：()（）、.\d][^。，,；;:：()（）]*?(?:[(（][^)）类款项]{1,6}[)）][^。，,；;:：()（）]*?)?)[(（]类[)）]"
    r"([^。，,；;]*?)[(（]款[)）]([^。，,；;]*?)[(（]项[)）]"
)
_STOPS = re.compile(r"[，,；;：:。！!？?]")
_UP = re.compile(r"(增加|增长|上升|提高|增|新增|多)(了|数)?(约)?$")
_DOWN = re.compile(r"(减少|下降|降低|压减|压缩|减|少)(了|数)?(约)?$")
_SHARE = re.compile(r"(占|占比|比重)[^，,。；;]{0,40}?(的比例|比例|的)?(为|达|是)?$")
_COMPLETION = re.compile(
    r"(完成|完成了|为)(调整后|调整|年初|全年|本年)?(预算|预算数|年度预算)?(的)?$|(执行率|完成率|支出率)(为|达到|达|是)?$|完成(年初|全年|调整后?)?预算数?的?$"
)
_INITIAL = re.compile(r"(年初预算|年初预算数|年初预算安排|年初部门预算)(数)?(为|是|安排)?$")
_BUDGET = re.compile(r"((全年|调整后?|本年)预算(数|安排)?(为|是)?|预算(数|安排)(为|是)?|预算(为|是))$")
_ACTUAL = re.compile(
    r"(支出决算|决算|决算数|支出决算数|执行数|实际支出|实际执行|支出实际|实际完成)(数)?(为|是|总额为)?$"
)
_REVIEW = re.compile(
    r"^[-·•\s]*(?:\d{1,2}[.、]|[(（]\d{1,2}[)）]|[(（][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+[、.])?\s*[“\"]?([^。，,；;：:]{2,40}?)[”\"]?(?:项目)?(?:支出)?(?:绩效)?自评(?:结果)?综述"
)
_YEAR = re.compile(r"(20\d\d)\s*年")
_LEAD = re.compile(
    r"^(其中|同时|包括|主要(是|用于)?|分别|并|且|和|及|与|其(?!他)|按|从|另|其余|合计|含|共计|共)?[:：]?"
    r"((截至|截止)?20\d\d年(度|末|初)?(\d{1,2}月\d{1,2}日)?)?"
    r"((我|本|全)(部门|单位|局|中心|区|年))?"
)
_TRAIL = re.compile(
    r"((各|均|共|分别|全部|累计|约|近|超过|达到|达|共计|已|大约|安排|为|是|支出决算|决算数|执行数|的)+)$"
)
PARTS = frozenset({"overview", "explanations", "works"})


@dataclass
class _State:
    subject: str = ""
    item: str = ""
    names: tuple[str, ...] = ()


def item_path(text: str) -> tuple[str, str, str] | None:
    """类, 款 and 项 of a passage that names a subject in full."""
    found = _ITEM.search(text)
    if not found:
        return None
    return re.sub(r"^[-·•\s]*\d{1,2}[.、]", "", found[1].strip()).strip(), found[2].strip(), found[3].strip()


def claims_of(paragraphs: Iterable[Paragraph]) -> Iterator[Claim]:
    """Every figure asserted in the running text of the parts that assert."""
    state = _State()
    section = ""
    for number, paragraph in enumerate(paragraphs):
        if paragraph.kind != "text" or paragraph.part not in PARTS:
            continue
        if paragraph.section != section:
            state, section = _State(), paragraph.section
        yield from _of_paragraph(number, paragraph, state)


def _of_paragraph(number: int, paragraph: Paragraph, state: _State) -> Iterator[Claim]:
    end = 0
    if not re.match(r"^(年初预算|支出决算|决算)", compact(paragraph.text)):
        state.item = ""
    if named := _REVIEW.match(paragraph.text):
        state.subject = named[1]
    for found in FIGURE.finditer(paragraph.text):
        gap = paragraph.text[end : found.start()]
        claim = _claim(paragraph, number, found, gap, state)
        end = found.end()
        if claim is not None:
            yield claim
    if path := item_path(paragraph.text[end:]):
        state.item, state.subject = "/".join(path), path[2]


def _claim(paragraph: Paragraph, number: int, found: re.Match[str], gap: str, state: _State) -> Claim | None:
    value = amount(found["number"])
    if value is None or (found["count"] and _is_ordinal(paragraph.text, found)):
        return None
    if found["sign"]:
        value = -value
    sentence = re.split(r"[。！？]", gap)[-1] if re.search(r"[。！？]", gap) else gap
    if re.search(r"[。！？]", gap):
        state.item = ""
    # the path of a subject closes with 。 in some documents: 住房公积金（项）。年初预算为…
    if path := item_path(gap):
        state.item = "/".join(path)
        state.subject = path[2]
    segments = [segment for segment in _STOPS.split(sentence) if segment.strip()]
    last = segments[-1] if segments else ""
    unit = found["money"] or found["percent"] or found["count"] or ""
    unit = "%" if unit == "％" else unit
    if found["scale"] and not found["money"]:
        value *= {"万": 10000, "亿": 100000000, "千": 1000}[found["scale"]]
    measure, direction, noun = _measure(unit, last)
    subject = _subject(noun, measure, state)
    year = _YEAR.findall(sentence)
    return Claim(
        section=paragraph.section if paragraph.part == "explanations" else f"{paragraph.part}/{paragraph.section}",
        subject=subject,
        measure=measure,
        value=value,
        unit=unit,
        line=paragraph.line_at(found.start()),
        direction=direction,
        period=year[-1] if year else "",
        topic=paragraph.topic,
        item=state.item,
        paragraph=number,
        offset=found.start(),
        raw=found[0],
    )


def _is_ordinal(text: str, found: re.Match[str]) -> bool:
    """第3条, 2号: a number that orders rather than counts."""
    return text[max(0, found.start() - 1) : found.start()] == "第" or (
        found["count"] in ("类", "项", "支")
        and found["number"].isdigit()
        and text[found.end() : found.end() + 1] in "）)"
    )


def _measure(unit: str, words: str) -> tuple[str, str, str]:
    """(measure, direction, words that may name the subject)."""
    plain = compact(words)
    if unit in ("%", "个百分点"):
        if found := _SHARE.search(plain):
            return "share", "", plain[: found.start()]
        if found := _UP.search(plain):
            return "change_rate", "up", plain[: found.start()]
        if found := _DOWN.search(plain):
            return "change_rate", "down", plain[: found.start()]
        if found := _COMPLETION.search(plain):
            return "completion", "", plain[: found.start()]
        return "rate", "", plain
    if unit in ("万元", "元", "亿元", "千元"):
        if (found := _INITIAL.search(plain)) is not None:
            return "initial", "", plain[: found.start()]
        if (found := _ACTUAL.search(plain)) is not None:
            return "actual", "", plain[: found.start()]
        if (found := _BUDGET.search(plain)) is not None:
            return "budget", "", plain[: found.start()]
        if (found := _UP.search(plain)) is not None:
            return "change", "up", plain[: found.start()]
        if (found := _DOWN.search(plain)) is not None:
            return "change", "down", plain[: found.start()]
        return "amount", "", plain
    return "count", "", plain


def _subject(noun: str, measure: str, state: _State) -> str:
    plain = _clean(noun)
    if plain == "项目" and measure != "count":
        return state.subject
    if measure in ("share", "change_rate", "completion", "change") and (
        len(plain) < 2 or re.search(r"相比|比20|比上年|较上年|决算数$|占", plain)
    ):
        return state.subject
    if measure in ("initial", "budget", "actual") and len(plain) < 2:
        return state.subject
    if re.search(r"[类款项][)）]$", plain):
        plain = state.subject if state.item else plain
    if plain and measure in ("amount", "initial", "budget", "actual"):
        state.subject = plain
    return plain or state.subject


def _clean(noun: str) -> str:
    noun = noun.rpartition("主要用于")[2].rpartition("主要是用于")[2]
    plain = re.sub(r"^[、,\s\-·•(（]*(\d{1,2}[.、)）])?(\([一二三四五六七八九十\d]+\))?", "", noun)
    before = None
    while plain != before:
        before = plain
        plain = _LEAD.sub("", plain, count=1)
        plain = _TRAIL.sub("", plain)
    plain = plain.strip("、:：《》 ")
    return re.sub("“三公“?|三公“", "“三公”", plain)


def value_in_wan(claim: Claim) -> Decimal | None:
    """The amount of a claim in 万元; None when it is no amount."""
    if claim.unit == "万元":
        return claim.value
    if claim.unit == "元":
        return claim.value / 10000
    if claim.unit == "亿元":
        return claim.value * 10000
    return None


def without_unit(claim: Claim, unit: str) -> Claim:
    """The claim without the name of the unit in its subject."""
    plain = claim.subject
    if unit and compact(unit) in compact(plain) and plain != unit:
        plain = compact(plain).replace(compact(unit), "")
    return replace(claim, subject=plain) if plain != claim.subject else claim
