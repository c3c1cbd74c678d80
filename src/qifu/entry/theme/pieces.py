"""The shared pieces that stand in lists: chips, badges, rates, masked values. Plain functions, fast enough for every row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from qifu.entry.theme import words
from qifu.entry.theme.icons import icon
from qifu.entry.theme.phrases import phrase
from qifu.entry.theme.words import Amount

TONES = ("calm", "accent", "amber", "red", "green")
AMBER_AT = 0.8
CALM_BELOW = 0.5
CHIP_ICONS = {"red": "alarm", "amber": "hourglass", "pause": "pause", "met": "check-circle", "missed": "alert"}


def _chip(tone: str, drawn: str, text: str, attributes: str = "", extra: str = "") -> SafeString:
    return mark_safe(  # noqa: S308 (callers hand in escaped text)
        f'<span class="chip{" chip-" + tone if tone else ""}{extra}"{attributes}>'
        f'{drawn}<span class="chip-text">{text}</span></span>'
    )


def passed(start: datetime | None, due: datetime, now: datetime) -> float | None:
    """The share of the time that has gone, by the wall clock; None when the start is not known."""
    if start is None or due <= start:
        return None
    return (now - start).total_seconds() / (due - start).total_seconds()


def clock_tone(left: float, gone: float | None) -> str:
    """Calm below half, plain to 80 %, amber from there, red once over."""
    if left < 0:
        return "red"
    if gone is None:
        return ""
    return "amber" if gone >= AMBER_AT else "calm" if gone < CALM_BELOW else ""


def clock_chip(
    due: datetime | None,
    now: datetime,
    *,
    start: datetime | None = None,
    met: datetime | None = None,
    paused: bool = False,
    label: str = "",
    share: float | Decimal | None = None,
    provisional: bool = False,
) -> SafeString:
    """Say how a promised time stands; `share` is the part of working time gone, where the caller knows it."""
    if due is None:
        return mark_safe("")
    head = f"{conditional_escape(label)} " if label else ""
    unsure = gettext("（暂定）") if provisional else ""
    full = f' title="{phrase("截止 {at}", at=words.cn_week(due))}{unsure}"'
    if met is not None:
        if met <= due:
            return _chip("green", icon(CHIP_ICONS["met"]), head + gettext("按时"), full)
        return _chip(
            "red", icon(CHIP_ICONS["missed"]), head + phrase("超时 {span}完成", span=words.duration(met - due)), full
        )
    if paused:
        return _chip("accent", icon(CHIP_ICONS["pause"]), head + gettext("已暂停"), full)
    left = (due - now).total_seconds()
    tone = clock_tone(left, float(share) if share is not None else passed(start, due, now))
    said = head + phrase("已超 {span}" if left < 0 else "剩 {span}", span=words.duration(left)) + unsure
    data = f' data-due="{due.isoformat()}" data-now="{now.isoformat()}"'
    if start is not None and share is None:
        data += f' data-start="{start.isoformat()}"'
    data += f' data-label="{head.strip()}"' + (' data-provisional=""' if provisional else "")
    return _chip(tone, icon(CHIP_ICONS.get(tone, "clock")), said, full + data)


def state_badge(label: str, tone: str = "", drawn: str = "") -> SafeString:
    """Name a state; the colour only repeats what the word says."""
    known = tone if tone in TONES else ""
    return _chip(known, icon(drawn) if drawn else "", conditional_escape(label), "", " tag")


def mark(public: bool) -> SafeString:
    """Tell whether the enterprise sees this."""
    if public:
        return _chip("accent", icon("eye"), gettext("企业可见"), "", " tag")
    return _chip("", icon("lock"), gettext("仅内部可见"), "", " tag")


def masked(value: str, url: str = "", label: str = "") -> SafeString:
    """Show a masked value; with an address, a button asks for the reason and shows the whole for two minutes."""
    if not url:
        return format_html('<span class="masked"><span>{}</span></span>', value)
    return format_html(
        '<span class="masked" data-masked><span data-value>{}</span>'
        '<button type="button" class="btn btn-quiet" data-unmask="{}" data-label="{}" aria-label="查看完整{}">'
        "{}查看</button></span>",
        value, url, label or "内容", label or "内容", icon("eye"),
    )  # fmt: skip


def rate(
    numerator: Amount, denominator: Amount, label: str, url: str = "", note: str = "", tone: str = ""
) -> SafeString:
    """A rate with what it was computed from beneath it; the link opens the list behind it."""
    part = words.share(numerator, denominator)
    under = f"{words.number(numerator)} / {words.number(denominator)} 件" if part is not None else "暂无数据"
    return stat(
        label, words.pct(part).removesuffix(" %"), "%" if part is not None else "", url, note or under, tone, part
    )


def stat(
    label: str,
    figure: object,
    unit: str = "",
    url: str = "",
    note: str = "",
    tone: str = "",
    part: Decimal | None = None,
) -> SafeString:
    """One figure with its unit, its name and a word beneath."""
    meter = (
        format_html('<progress class="meter" max="1" value="{}" aria-hidden="true"></progress>', f"{part:.4f}")
        if part is not None
        else ""
    )
    body = format_html(
        '<span class="label d-block">{}</span><span class="figure">{}{}</span>{}{}',
        label,
        words.number(figure) if isinstance(figure, int | Decimal) else str(figure),
        format_html('<span class="unit">{}</span>', unit) if unit else "",
        meter,
        format_html('<span class="under d-block">{}</span>', note) if note else "",
    )
    css = f"stat stat-{tone}" if tone in ("amber", "red", "green") else "stat"
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', css, url, body)
    return format_html('<div class="{}">{}</div>', css, body)


def options(pairs: Sequence[tuple[str, Any]], value: str = "") -> SafeString:
    """The options of a list to choose from; a label that is a sequence is a group. Drawn once for the same (hashable) pairs."""
    drawn = _options(tuple(pairs))
    here = f'<option value="{escape(value)}"'
    return mark_safe(drawn.replace(here, f"{here} selected", 1))  # noqa: S308 (escaped below)


@lru_cache(maxsize=256)
def _options(pairs: Sequence[tuple[str, Any]]) -> str:
    return "".join(
        f'<option value="{escape(value)}">{escape(label)}</option>'
        if isinstance(label, str)
        else f'<optgroup label="{escape(value)}">{_options(label)}</optgroup>'
        for value, label in pairs
    )


def empty(sentence: str, drawn: str = "inbox", url: str = "", action: str = "") -> SafeString:
    """Say that there is nothing here, and what to do."""
    act = format_html('<a class="btn btn-primary" href="{}">{}</a>', url, action) if url and action else ""
    return format_html('<div class="empty">{}<p>{}</p>{}</div>', icon(drawn, extra="icon-xl"), sentence, act)


def pager(before: str = "", after: str = "", count: int | None = None, shown: int | None = None) -> SafeString:
    """Turn the pages of a list that is read by key: back, on, and how many there are."""
    parts = [
        phrase("共 {count} 条", count=f"{count:,}") if count is not None else "",
        phrase("本页 {count} 条", count=f"{shown:,}") if shown is not None else "",
    ]
    told = gettext("，").join(p for p in parts if p)
    return format_html(
        '<nav class="pager" aria-label="{}"><span class="muted">{}</span><span class="turns">{}{}</span></nav>',
        gettext("翻页"), told, _turn(before, gettext("上一页"), "prev"), _turn(after, gettext("下一页"), "next"),
    )  # fmt: skip


def _turn(url: str, label: str, way: str) -> SafeString:
    ends = (icon("prev"), "") if way == "prev" else ("", icon("next"))
    if not url:
        return format_html(
            '<span class="btn btn-plain disabled" aria-disabled="true">{}{}{}</span>', ends[0], label, ends[1]
        )
    return format_html('<a class="btn btn-plain" rel="{}" href="{}">{}{}{}</a>', way, url, ends[0], label, ends[1])
