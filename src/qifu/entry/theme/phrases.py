"""What is kept and raised in Chinese, said in the language of the page.

States, steps, refusals and the lines of a case's history are Chinese sentences of rooms and engines, which know no other language.
They are turned here, where they are shown: a sentence that never varies by the catalogue, one with values in it by its pattern.
What people typed is never translated; on an English page it is marked as Chinese, for voices and fonts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from qifu.entry.theme.language import speaks_english

HAN = re.compile(r"[\u3400-\u9fff\u3001-\u303f\uff00-\uffef]")
PLACE = re.compile(r"\{(\w+)\}")
# Values that are words of ours as well: they are turned with the sentence around them. All others are data.
TURNED = frozenset(
    {"label", "state", "step", "outcome", "unit", "way", "kinds", "where", "choices", "other", "what", "kind"}
)

# Sentences with values in them, as rooms, engines and pages build them. Where a number is called `n`, English has a plural.
PATTERNS = (
    # places and rooms: domain.events
    "{at}开始报名，请到时再来。",
    "每家单位最多 {most} 人，您的单位已经报满。",
    "最多提前 {days} 天预约。",
    "一次最长 {hours} 小时。",
    "人数要在 1 至 {most} 之间。",
    "请在开放时间 {opens}—{closes} 以内预约。",
    # a step of a case: engines.flow, domain.appeals
    "请填写{label}。",
    "{label}超过 {n} 字，请精简。",
    "{label}应当是文字。",
    "{label}不在可选范围内，请重新选择。",
    "{label}应当是整数。",
    "{label}应在 1 至 {longest} 之间。",
    "{label}没有选对，请重新选择。",
    "{label}应当是一个列表。",
    "{label}里有不能识别的内容。",
    "{label}最多 {n} 项。",
    "{label}应当是日期，例如 2026-09-30。",
    "{label}没有“{name}”这一步。",
    "现在是“{state}”，不能{step}。请刷新页面查看最新进展。",
    "现在是“{state}”，没有等待您确认的回复。请刷新页面查看最新进展。",
    "“{step}”在同一轮办理中最多 {n} 次，已经用完。",
    "“{step}”不在您的权限内。",
    "提交的内容需要修改：{what}",
    # an application: domain.grants
    "按已有数据不符合条件：{text}，现为 {value}（依据{cite}）。数据有误的，请先更正。",
    "请上传{label}。",
    "今年已经申报过这个项目（{number}），同一年度同一项目只支持一次。",
    "现在不在受理期内，{opens} 起受理。",
    "现在不在受理期内，受理期是 {opens} 至 {closes}。",
    "名额 {n} 户已经报满。有名额退出时会重新开放。",
    "填写的内容超过 {n} 字，请精简。",
    "{label}的写法不对，请只写数字，单位为元，例如 50000。",
    "{label}的写法不对，请只写数字，例如 12。",
    "{label}的写法不对，请写成 2026-03-01 这样的日期。",
    "还不能提交：{what}",
    # how a promise is counted
    "{n} 分钟（只计服务时间）",
    "{n} 小时（只计服务时间）",
    "{n} 分钟（昼夜连续计）",
    "{n} 小时（昼夜连续计）",
    "{n} 个工作日",
    "{n} 天（自然日）",
    # files
    "文件“{name}”是空的，请重新选择。",
    "文件“{name}”的内容不是可以接收的类型，请上传{kinds}。",
    "文件“{name}”未通过安全检查（{problem}），没有保存。",
    "文件“{name}”超过 {limit} MB，请压缩或拆分后再上传。",
    "服务器的磁盘写不进去了，文件“{name}”没有保存。请联系管理员，稍后再上传。",
    "一次最多附 {n} 个文件，请删减后再提交。",
    # signing in, enterprises and colleagues
    "请输入{label}。",
    "密码太短，至少要有 {n} 位。",
    "验证码不对，还可以再试 {n} 次。",
    "邀请码不对，还可以再试 {n} 次。",
    "已有 {n} 条邀请等待接受，请先撤回一些再邀请。",
    "统一社会信用代码第 1 位 {character} 不是登记管理部门代码，企业应为 9，请核对原件。",
    "统一社会信用代码的校验码不对：按前 17 位计算，第 18 位应为 {right}，现为 {character}。某一位可能录错，请与营业执照核对。",
    "统一社会信用代码应为 18 位，现为 {n} 位，请核对是否漏录或多录。",
    "统一社会信用代码不使用字母 I、O、S、V、Z，但{where}；可能是数字 1、0、5、2 等录成了字母，请与营业执照核对。",
    "统一社会信用代码只能是数字和大写英文字母，但{where}，请与营业执照核对。",
    "第 {place} 位是 {character}等",
    "第 {place} 位是 {character}",
    "可能应为 {choices}。",
    "{one} 或 {other}",
    # notices of the portal
    "已把 {n} 条消息标为已读。",
    "请给{label}打星。",
    "没有找到和“{q}”有关的事项。换个说法，或到其他分页看看。",
    # one of the list, or a way through it
    "{label} / {other}",
    "{label} · {other}",
    # headings of messages: output.messages
    "{kind}已收到",
    "{kind}已接单",
    "{kind}未予受理",
    "{kind}已转办",
    "{kind}延期办理",
    "{kind}已答复，请评价",
    "{kind}重新办理",
    "{kind}未收到您的确认",
)


def said(text: object) -> str:
    """Our own words, plain: for attributes and for sentences built around them."""
    words = str(text)
    if not speaks_english():
        return words
    if (whole := gettext(words)) != words:
        return whole
    if found_parts := _parts(words):
        between, parts = found_parts
        return between.join(map(said, parts))
    if found := _filled(words):
        turned, values = found
        return turned.format(**{name: said(value) if name in TURNED else value for name, value in values.items()})
    return words


def spoken(text: object) -> SafeString:
    """Our own words for a page; data among them is marked as what it is."""
    words = str(text)
    if not speaks_english():
        return conditional_escape(str(text))
    if (whole := gettext(words)) != words:
        return conditional_escape(whole)
    if found_parts := _parts(words):
        between, parts = found_parts
        return format_html_join(between, "{}", ((spoken(part),) for part in parts))
    if found := _filled(words):
        turned, values = found
        return format_html(turned, **{n: spoken(value) if n in TURNED else data(value) for n, value in values.items()})
    return data(text)


def told(text: str, pattern: str, *, turned: Iterable[str] = ()) -> SafeString:
    """A line of history that was filled from the pattern, with its values as they were written."""
    if not speaks_english() or not PLACE.search(pattern):
        return spoken(text)
    if (match := _compiled(pattern).fullmatch(text)) is None:
        return data(text)  # written before the pattern was changed: nobody can tell what in it was typed
    ours = TURNED | set(turned)
    values = {name: spoken(value) if name in ours else data(value) for name, value in match.groupdict().items()}
    return format_html(gettext(pattern), **values)


def data(text: object) -> SafeString:
    """What somebody typed, or a name: as it is, marked as Chinese on an English page."""
    if text is None:
        return SafeString("")
    if speaks_english() and HAN.search(str(text)):
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return conditional_escape(str(text))


def phrase(pattern: str, **values: object) -> str:
    """A sentence of ours with values put into it."""
    return gettext(pattern).format(**values)


def several(unit: str, n: int) -> str:
    """A unit in the number that English wants: 1 hour, 2 hours."""
    return ngettext(unit, unit, n)


def _filled(words: str) -> tuple[str, dict[str, str]] | None:
    """The pattern that the text was built from, in English, and the values in it."""
    for pattern in PATTERNS:
        if (match := _compiled(pattern).fullmatch(words)) and all(match.groupdict().values()):
            values = match.groupdict()
            n = values.get("n", "")
            return (ngettext(pattern, pattern, int(n)) if n.isdecimal() and len(n) < 10 else gettext(pattern)), values
    return None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    ends = PLACE.split(pattern)  # text, name, text, name, …
    made = (re.escape(part) if place % 2 == 0 else _place(part) for place, part in enumerate(ends))
    return re.compile("".join(made), re.DOTALL)


def _place(name: str) -> str:
    """A label is part of a sentence and never more than one."""
    return f"(?P<{name}>{'[^。]' if name in ('label', 'state', 'step', 'kind') else '.'}*?)"


def _parts(words: str) -> tuple[str, list[str]] | None:
    """Several sentences, or several items, said in one breath, where all of them are known."""
    for end, between in (("(?<=[。！？])", " "), ("、", ", ")):
        parts = [part for part in re.split(end, words) if part]
        if len(parts) > 1 and all(gettext(part) != part or _filled(part) for part in parts):
            return between, parts
    return None
