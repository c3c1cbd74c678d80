"""What tells the course of a case: timeline, life line, files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from qifu.entry.theme import words
from qifu.entry.theme.icons import icon
from qifu.entry.theme.phrases import data, spoken
from qifu.entry.theme.pieces import empty, mark
from qifu.entry.theme.shapes import Entry, FileItem, Step

KINDS = {
    "pdf": "pdf", "doc": "word", "docx": "word", "wps": "word", "xls": "excel", "xlsx": "excel", "csv": "excel",
    "et": "excel", "jpg": "image", "jpeg": "image", "png": "image", "webp": "image", "heic": "image",
}  # fmt: skip
SAID = {"done": "（已完成）", "now": "（进行中）", "todo": "（未开始）"}


def file_list(files: Iterable[FileItem]) -> SafeString:
    """Name each file, its kind and its size."""
    rows = format_html_join(
        "",
        '<li>{}<a class="name" href="{}">{}</a><span class="muted small">{}</span></li>',
        ((icon(KINDS.get(f.name.rpartition(".")[2].lower(), "file")), f.url, data(f.name), _about(f)) for f in files),
    )
    return format_html('<ul class="files">{}</ul>', rows) if rows else SafeString("")


def _about(file: FileItem) -> str:
    return gettext("，").join(p for p in (words.size(file.size), file.note) if p)


def timeline(entries: Iterable[Entry], now: datetime, *, marks: bool = False) -> SafeString:
    """Tell what happened, newest first as handed in; `marks` says on each line who can see it."""
    rows = SafeString("").join(_line(entry, now, marks) for entry in entries)
    return (
        format_html('<ol class="timeline">{}</ol>', SafeString(rows))
        if rows
        else empty(gettext("还没有记录。"), "history")
    )


def _line(entry: Entry, now: datetime, marks: bool) -> SafeString:
    at = words.local(entry.at)
    return format_html(
        '<li class="{}"><span class="dot{}">{}</span><div class="what">{} {}</div>'
        '<div class="when"><time datetime="{}" title="{}">{}</time><span>{}</span></div>{}{}</li>',
        "is-public" if entry.public else "is-internal",
        f" dot-{entry.tone}" if entry.tone in ("amber", "red", "green") else "",
        icon(entry.icon),
        entry.what,
        mark(entry.public) if marks else "",
        at.isoformat(),
        words.cn_week(at),
        words.cn_near(at, now),
        entry.who,
        format_html('<p class="said">{}</p>', entry.text) if entry.text else "",
        file_list(entry.files),
    )


def steps(items: Iterable[Step], now: datetime) -> SafeString:
    """Show the life of a case as a line of stations."""
    rows = format_html_join("", "{}", ((_station(i, s, now),) for i, s in enumerate(items, 1)))
    return format_html('<ol class="life" aria-label="{}">{}</ol>', gettext("办理进度"), rows)


def _station(index: int, step: Step, now: datetime) -> SafeString:
    state = step.state if step.state in SAID else "todo"
    return format_html(
        '<li class="is-{}"{}><span class="dot" aria-hidden="true">{}</span>{}<span class="visually-hidden">{}</span>{}</li>',
        state,
        SafeString(' aria-current="step"') if state == "now" else "",
        icon("check") if state == "done" else index,
        spoken(step.label),
        gettext(SAID[state]),
        format_html('<span class="at">{}</span>', words.cn_near(step.at, now)) if step.at else "",
    )
