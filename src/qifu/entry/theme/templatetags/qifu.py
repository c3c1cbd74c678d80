"""`{% load qifu %}`: the shared pieces, as tags and filters. What each takes: docs/howto/pages.md."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.middleware.csrf import get_token
from django.template import Context
from django.template.base import Parser, Token
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, gettext

from qifu.entry.theme import courses, fields, language, phrases, pieces, words
from qifu.entry.theme.icons import icon
from qifu.entry.theme.shapes import Entry, Step

register = template.Library()


def _now(context: Context) -> datetime:
    """The page's own `now`, so that all pieces of one page agree; else the clock."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


register.simple_tag(icon, name="icon")
register.simple_tag(pieces.state_badge, name="state_badge")
register.simple_tag(pieces.mark, name="visibility")
register.simple_tag(pieces.masked, name="masked")
register.simple_tag(pieces.rate, name="rate")
register.simple_tag(pieces.stat, name="stat")
register.simple_tag(pieces.empty, name="empty")
register.simple_tag(pieces.pager, name="pager")
register.simple_tag(pieces.options, name="options")
register.simple_tag(courses.file_list, name="file_list")
register.simple_tag(fields.field, name="field")
register.simple_tag(fields.errors, name="errors")
register.simple_tag(fields.filter_bar, name="filter_bar")
register.simple_tag(fields.size_limit, name="upload_limit")

register.filter("cn_date", words.cn_date)
register.filter("cn_week", words.cn_week)
register.filter("duration", words.duration)
register.filter("money", words.money)
register.filter("wan", words.wan)
register.filter("number", words.number)
register.filter("pct", words.pct)
register.filter("mask_phone", words.mask_phone)
register.filter("file_size", words.size)
register.filter("cn_month", words.cn_month)
register.filter("said", phrases.spoken)  # our own words, on a page
register.filter("said_plain", phrases.said)  # the same, in an attribute
register.filter("data", phrases.data)  # what people typed, and names


class Still(template.Node):
    """A part of a page that is the same for everybody; drawn once in each language, and kept with the template."""

    def __init__(self, nodes: template.NodeList) -> None:
        self.nodelist = nodes
        self.drawn: dict[str | None, str] = {}

    def render(self, context: Context) -> SafeString:
        spoken = get_language()
        if spoken not in self.drawn:
            self.drawn[spoken] = self.nodelist.render(context)
        return SafeString(self.drawn[spoken])


@register.tag
def still(parser: Parser, token: Token) -> Still:
    """`{% still %}…{% endstill %}`: nothing in between may depend on the person, the address or the time."""
    nodes = parser.parse(("endstill",))
    parser.delete_first_token()
    return Still(nodes)


@register.filter
def cn_near(value: datetime | date | None, now: datetime | None = None) -> str:
    """今天 16:40, 昨天 09:05, 9月30日 16:40."""
    return words.cn_near(value, now or timezone.now())


@register.filter
def minutes(value: int | None) -> str:
    """A number of minutes as a duration."""
    return words.duration(None if value is None else timedelta(minutes=value))


@register.simple_tag(takes_context=True)
def clock_chip(
    context: Context,
    due: datetime | None,
    start: datetime | None = None,
    met: datetime | None = None,
    paused: bool = False,
    label: str = "",
    share: float | Decimal | None = None,
    provisional: bool = False,
) -> SafeString:
    """Say how a promised time stands, and let it tick."""
    # A name the page does not have arrives as an empty string.
    return pieces.clock_chip(
        due or None,
        _now(context),
        start=start or None,
        met=met or None,
        paused=bool(paused),
        label=label,
        share=None if share == "" else share,
        provisional=bool(provisional),
    )


@register.simple_tag(takes_context=True)
def timeline(context: Context, entries: Iterable[Entry], marks: bool = False) -> SafeString:
    """Tell what happened to a case."""
    return courses.timeline(entries, _now(context), marks=marks)


@register.simple_tag(takes_context=True)
def steps(context: Context, items: Iterable[Step]) -> SafeString:
    """Show the life of a case."""
    return courses.steps(items, _now(context))


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None) -> SafeString:
    """3分钟前, kept current by the page; the full time on hovering."""
    if at is None:
        return SafeString(words.BLANK)
    now = _now(context)
    here = words.local(at).isoformat()
    return format_html(
        '<time datetime="{}" data-ago="{}" title="{}">{}</time>',
        here,
        now.isoformat(),
        words.cn_week(at),
        words.ago(at, now),
    )


@register.inclusion_tag("theme/_language.html", takes_context=True)
def language_switch(context: Context) -> dict[str, object]:
    """A button that turns the page into the other language; nothing where there is only Chinese."""
    request = context.get("request")
    if request is None or not language.is_offered(request) or context["actor"].is_staff:
        return {}
    other = language.CHINESE if language.speaks_english() else language.ENGLISH
    back = request.get_full_path() if request.method == "GET" else "/"  # what was posted to may not be shown
    return {"other": get_language_info(other), "back": back}


@register.simple_tag(takes_context=True)
def once(context: Context) -> SafeString:
    """The hidden key by which a form sent twice is recognised; a form shown again keeps its key, unless it is used up."""
    request = context.get("request")
    keeps = not context.get("needs_new_key")
    sent = request.POST.get("idempotency_key", "") if keeps and request is not None and request.method == "POST" else ""
    key = sent if sent and len(sent) <= 64 else str(uuid.uuid4())
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', key)


@register.simple_tag(takes_context=True)
def confirm(
    context: Context, url: str, label: str, question: str, ok: str = "", tone: str = "plain", drawn: str = ""
) -> SafeString:
    """A button that asks first, says what is lost, and then posts."""
    request = context.get("request")
    token = (
        format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
        if request
        else ""
    )
    return format_html(
        '<form method="post" action="{}" class="d-inline" data-confirm="{}" data-confirm-ok="{}" data-confirm-tone="{}">'
        '{}{}<button class="btn btn-{}">{}{}</button></form>',
        url, question, ok or label, tone, token, once(context), tone, icon(drawn) if drawn else "", label,
    )  # fmt: skip


@register.simple_tag
def copy(text: str, label: str = "") -> SafeString:
    """A button that copies a text, such as a case number."""
    return format_html(
        '<button type="button" class="btn btn-quiet btn-sm" data-copy="{}" aria-label="{} {}">{}</button>',
        text, label or gettext("复制"), text, icon("copy"),
    )  # fmt: skip


@register.simple_tag
def chart(name: str, option: dict[str, object], label: str, height: str = "") -> SafeString:
    """A chart of a board: options of ECharts as data, drawn by qifu/charts.js; the label is read aloud."""
    css = f"chart chart-{height}" if height in ("tall", "low") else "chart"
    return format_html(
        '<div class="{}" role="img" aria-label="{}" data-chart="{}"></div>{}',
        css,
        label,
        name,
        json_script(option, name),
    )
