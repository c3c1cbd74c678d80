"""What an official text says of itself: its number, its day, who issued it, how long it holds. Pure, and only a suggestion.

Each reading is of the written forms of 《党政机关公文格式》 (GB/T 9704-2012): number and signature; of their usual labels on web pages;
and of the closing article that says from when and until when a document holds. What is not written is not guessed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from qifu.engines.quantities.numerals import of_characters
from qifu.entry.intake.policies import gifts
from qifu.entry.intake.policies.gifts import Gift, Industry

OPEN, CLOSE = r"[〔\[【［(（﹝]", r"[〕\]】］)）﹞]"
_WIDE = str.maketrans("０１２３４５６７８９％／．－", "0123456789%/.-")
_HAN_DIGITS = str.maketrans("〇○Ｏ零一二三四五六七八九", "0000123456789")
_OFFICE = r"(?:局|委员会|办公室|人民政府|厅|部|中心|署|法院|检察院|银行|委|办|管委会|总会|国务院)"
_NUMBER = re.compile(rf"([一-龥]{{1,14}}){OPEN}\s*((?:19|20)\d\d)\s*{CLOSE}\s*(?:第\s*)?(\d{{1,5}})\s*号")
_NOTICE = re.compile(r"([一-龥]{2,20}(?: [一-龥]{2,12}){0,4}?)公告\s*((?:19|20)\d\d)\s*年\s*第\s*(\d{1,4})\s*号")
_ORDER = re.compile(r"([一-龥]{2,20}令)\s*第\s*(\d{1,5}|[零〇一二三四五六七八九十百]{1,7})\s*号")
_CITING = re.compile(r"(根据|按照|依据|落实|贯彻|参照|执行|废止)[^。；\n]{0,50}$")
_LEAD = re.compile(r"^(?:中华人民共和国|根据|按照|依据|关于|参照|现将|文号|发文字号|字号)+")
_NUMBER_LABEL = re.compile(r"(?:文号|发文字号|文件编号)\s*[:：]\s*")
_LABELLED_DAY = re.compile(r"(?:成文|发文|印发|签发|制发)(?:日期|时间)\s*[:：]\s*(\S[^\n]{0,24})")
_SHOWN_DAY = re.compile(r"(?:发布|公开|公布)(?:日期|时间)\s*[:：]\s*(\S[^\n]{0,24})")
_LABELLED_ISSUER = re.compile(
    r"(?:发文机关|发布机构|发文单位|发文机构|印发机关|制发机关|发布单位|制定机关)\s*[:：]\s*([一-龥]+(?:[、 ][一-龥]+局)*)"
)
_SOURCE = re.compile(r"(?:信息)?来源\s*[:：]\s*([一-龥]{2,30})")
_DIGIT_DAY = re.compile(r"((?:19|20)\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_HAN_DAY = re.compile(
    r"([一二][〇○Ｏ零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_ONLY_DAY = re.compile(rf"\s*(?P<who>[一-龥]*(?:[、 ]+[一-龥]+)*)?\s*(?:{_DIGIT_DAY.pattern}|{_HAN_DAY.pattern})\s*$")

_DAY = r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?"
_FROM = re.compile(rf"[自从]\s*{_DAY}\s*(?:起|开始|之日起)")
_SPAN = re.compile(
    rf"(?:期限|期间|有效期|时间)?[为：:自从]\s*{_DAY}\s*(?:起|开始)?[^。；，\d]{{0,4}}[，]?\s*(?:至|到|—|-|－)\s*{_DAY}"
)
_UNTIL = re.compile(rf"(?:至|到)\s*{_DAY}\s*止?")
_ON_ISSUE = re.compile(r"自?(?:印发|发布|公布|公告|颁布|发文)之日起\s*(?:满?\s*(\d{1,3})\s*(?:个?工作)?日后)?")
_TERM = re.compile(
    r"(?:有效期|试行期?|有效期限|执行期)\s*(?:为|限?为)?\s*(\d{1,2}|[一二两三四五六七八九十]+)\s*(年|个月)"
)
_TITLE = re.compile(
    r"(?:通知|办法|意见|措施|公告|规定|细则|方案|决定|条例|指南|政策|通告|批复|函)(?:[（(][^）)]{1,20}[）)])?$"
)
_BODY = re.compile(r"[。；：:，]|^第[一二三四五六七八九十]+[条章]|^[一二三四五六七八九十]+、")
LONGEST_SIGNATURE = 200
TITLE_WITHIN, MIN_TITLE, MAX_TITLE = 12, 6, 120  # lines, characters
_PLACES = (
    ("district", re.compile(r"(?<!自治)(?<!地)[区县](?=[一-龥])(?!域)")),
    ("city", re.compile(r"市(?=[一-龥])(?!场)")),
    ("provincial", re.compile(r"省|自治区")),
    ("national", re.compile(r"^(?:国务院|国家|财政部|税务总局|科技部|商务部|中国|中华|[一-龥]{2,12}部)")),
)
_VALID = re.compile(r"施行|实施|执行|有效|试行|生效|期限|止")


@dataclass(frozen=True, slots=True)
class Validity:
    """From when and until when, as written: on days, or counted from the day of issue."""

    start: date | None = None
    end: date | None = None
    on_issue: bool = False
    days_after: int = 0
    years: int = 0
    months: int = 0
    words: str = ""

    def span(self, issued_on: date | None) -> tuple[date | None, date | None]:
        """First and last day, as far as they can be told."""
        first = self.start
        if first is None and self.on_issue and issued_on is not None:
            first = issued_on + timedelta(days=self.days_after)
        months = 12 * self.years + self.months
        if self.end is not None or first is None or not months:
            return first, self.end
        return first, _months_on(first, months) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Extracted:
    """All that was picked out of a text."""

    number: str
    issued_on: date | None
    issuer: str
    validity: Validity
    industries: tuple[Industry, ...]
    gifts: tuple[Gift, ...]


def extract(text: str) -> Extracted:
    """Pick out what a text says of itself."""
    text = fold(text)
    return Extracted(
        number(text), issued_on(text), issuer(text), validity(text), gifts.industries(text), gifts.gifts(text)
    )


def fold(text: str) -> str:
    """Digits and signs in their narrow form, spaces of all kinds as one."""
    return re.sub(r"[ \t\u3000\xa0]+", " ", text.translate(_WIDE).replace("\r", ""))


def number(text: str) -> str:
    """The document's own number in its usual form, 江府规〔2030〕7号; empty when none is its own."""
    text = fold(text)
    label = _NUMBER_LABEL.search(text)
    start = label.end() if label else 0
    found = sorted(
        (match for pattern in (_NUMBER, _NOTICE, _ORDER) for match in pattern.finditer(text, start)),
        key=lambda m: m.start(),
    )
    own = [match for match in found if not _CITING.search(text[max(0, match.start() - 60) : match.start()])]
    return _said(own[0]) if own else ""


def title(text: str) -> str:
    """What it calls itself: the first lines that end as titles of official papers do; empty when none do."""
    lines = [line.strip() for line in fold(text).split("\n")]
    head = [line for line in lines if line][:TITLE_WITHIN]
    for place in range(len(head)):
        for lines_together in (1, 2, 3):
            told = "".join(head[place : place + lines_together])
            if len(told) > MAX_TITLE or _BODY.search(told) or _NUMBER.search(told):
                break
            if len(told) >= MIN_TITLE and _TITLE.search(told):
                return told
    return ""


def level(issuer: str) -> str:
    """The level that an office belongs to by its name: the smallest place in it counts; empty when it names none."""
    first = issuer.split("、")[0]
    for name, place in _PLACES:
        if place.search(first):
            return name
    return ""


def issued_on(text: str) -> date | None:
    """The day of issue: labelled, else signed, else the day on which the page was shown."""
    text = fold(text)
    for match in _LABELLED_DAY.finditer(text):
        return _day(match[1])
    signed = _signed(text)
    if signed is not None:
        return signed[1]
    shown = _SHOWN_DAY.search(text)
    return _day(shown[1]) if shown else None


def issuer(text: str) -> str:
    """Who issued it; several joined by 、."""
    text = fold(text)
    if match := _LABELLED_ISSUER.search(text):
        return match[1].replace(" ", "、").strip("、")
    signed = _signed(text)
    if signed is not None and signed[0]:
        return "、".join(signed[0])
    if match := _NOTICE.search(text):
        return "、".join(_LEAD.sub("", match[1]).split())
    match = _SOURCE.search(text)
    return match[1] if match and re.search(_OFFICE + "$", match[1]) else ""


def validity(text: str) -> Validity:
    """From when and until when it holds; the first sentence that says so counts."""
    for sentence in gifts.sentences(fold(text)):
        if not _VALID.search(sentence):
            continue
        found = _holding(sentence)
        if found is not None:
            return found
    return Validity()


def _holding(sentence: str) -> Validity | None:
    start, end = _ends(sentence)
    term = _TERM.search(sentence)
    count = _count(term[1]) if term else 0
    issue = _ON_ISSUE.search(sentence) if start is None else None
    has_begin = issue is not None and re.search(r"施行|实施|执行|生效|试行", sentence) is not None
    if start is None and end is None and not has_begin and not count:
        return None
    return Validity(
        start, end, has_begin, int(issue[1] or 0) if issue and has_begin else 0,
        count if term and term[2] == "年" else 0, count if term and term[2] == "个月" else 0, sentence.strip()[:200],
    )  # fmt: skip


def _ends(sentence: str) -> tuple[date | None, date | None]:
    """The first and the last day written in a sentence."""
    if match := _SPAN.search(sentence):
        first = _parts(match[1], match[2], match[3])
        year = match[4] or match[1]
        return first, _parts(year, match[5], match[6], is_last=True)
    begin = _FROM.search(sentence)
    first = _parts(begin[1], begin[2], begin[3]) if begin else None
    until = _UNTIL.search(sentence, begin.end() if begin else 0)
    last = _parts(until[1] or (begin[1] if begin else None), until[2], until[3], is_last=True) if until else None
    return first, last


def _parts(year: str | None, month: str, day: str | None, *, is_last: bool = False) -> date | None:
    try:
        if day is None:
            return date(int(year or 0), int(month), monthrange(int(year or 0), int(month))[1] if is_last else 1)
        return date(int(year or 0), int(month), int(day))
    except ValueError:
        return None


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _count(text: str) -> int:
    return int(text) if text.isdecimal() else of_characters(text) or 0


def _said(match: re.Match[str]) -> str:
    who = _LEAD.sub("", match[1].strip())
    if match.re is _NUMBER:
        return f"{who}〔{match[2]}〕{match[3]}号"
    return f"{who}公告{match[2]}年第{match[3]}号" if match.re is _NOTICE else f"{who}第{match[2]}号"


def _day(text: str) -> date | None:
    if match := _DIGIT_DAY.search(text):
        return _parts(match[1], match[2], match[3])
    match = _HAN_DAY.search(text)
    if match is None:
        return None
    month, day = of_characters(match[2]), of_characters(match[3])
    return _parts(match[1].translate(_HAN_DIGITS), str(month or 0), str(day or 0))


def _signed(text: str) -> tuple[list[str], date] | None:
    """The signature: a line that ends with a day and holds nothing else but offices, or stands under lines of offices."""
    lines = [line.strip() for line in text.split("\n")]
    for place in range(len(lines) - 1, -1, -1):
        match = _ONLY_DAY.match(lines[place]) if len(lines[place]) <= LONGEST_SIGNATURE else None
        day = _day(lines[place]) if match else None
        if match is None or day is None:
            continue
        beside = _offices(match["who"] or "")
        if beside:
            return beside, day
        if not match["who"]:
            return _above(lines, place), day
    return None


def _above(lines: list[str], place: int) -> list[str]:
    found: list[str] = []
    for line in reversed(lines[max(0, place - 8) : place]):
        offices = _offices(line)
        if line and not offices:
            break
        found = offices + found
    return found


def _offices(line: str) -> list[str]:
    """The offices that a line consists of; none when it holds anything else."""
    names = [name for name in re.split(r"[、 ]+", line.strip()) if name]
    return names if names and all(re.fullmatch(rf"[一-龥]{{1,28}}{_OFFICE}", name) for name in names) else []
