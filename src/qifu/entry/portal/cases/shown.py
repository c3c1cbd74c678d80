"""Cases as the portal shows them: cards of lists, the timeline, the line of stations, the promised times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from qifu.domain.appeals.actions.playing import REOPEN_DAYS
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.appeals.queries.lists import Line
from qifu.domain.appeals.queries.owed import Owed, owed
from qifu.domain.appeals.queries.sheet import ClockView, Happening, Sheet
from qifu.engines.flow import Step
from qifu.entry.theme.phrases import phrase, said, spoken, told
from qifu.entry.theme.shapes import Entry, FileItem
from qifu.entry.theme.shapes import Step as Station

TONES = {"asking": "amber", "replied": "amber", "closed": "green", "declined": "", "withdrawn": ""}
ICONS = {
    "submit": "send", "accept": "check", "dispatch": "forward", "sign": "person-check", "ask": "question", "answer": "reply",
    "reply": "chat", "settle": "chat", "finish": "chat", "reply_along": "chat", "confirm": "check-circle", "refuse": "refresh",
    "reopen": "refresh", "withdraw": "undo", "urge": "alarm", "add": "plus", "grant": "calendar", "supervise": "flag",
    "decline": "x-circle", "lapse": "hourglass", "refuse_extension": "calendar", "rate": "star",
}  # fmt: skip
TOLD = {
    "ask": "请您补充",
    "reply": "回复",
    "settle": "办结反馈",
    "confirm": "您已确认",
    "refuse": "您表示没解决",
}  # as the enterprise says it
SUBMITTED = "已提交：{title}"
MARKED = {"ask": "amber", "reply": "green", "settle": "green", "finish": "green", "decline": "red"}
FOR_ME = {"asking": "请您补充材料", "replied": "请您确认并评价"}
_WAY = (
    ("提交", "submitted_at"),
    ("接单", "accepted_at"),
    ("转办", "dispatched_at"),
    ("办理", ""),
    ("回复", "replied_at"),
)
_ERRAND = (("提交", "submitted_at"), ("接单", "accepted_at"), ("帮办", "dispatched_at"), ("反馈", "replied_at"))
_REACHED = {"submitted": 1, "accepted": 2, "dispatched": 3, "merged": 3, "replied": 5, "closed": 6}


@dataclass(frozen=True, slots=True)
class Card:
    """A case in a list."""

    line: Line
    tone: str
    owed: Owed | None
    asks: str  # what waits for me; empty when nothing does
    enterprise: str  # only where one speaks for several


def cards(lines: Iterable[Line], *, several: bool) -> list[Card]:
    """Dress lines with what is owed on each. One query."""
    lines = list(lines)
    dues = owed(lines)
    return [
        Card(
            line,
            TONES.get(line.state, "accent"),
            dues.get(line.id),
            FOR_ME.get(line.state, ""),
            line.enterprise_name if several else "",
        )
        for line in lines
    ]


def entries(sheet: Sheet) -> list[Entry]:
    """The timeline, newest first, with the files of each moment."""
    number, rounds = sheet.line.number, sheet.line.round
    return [
        Entry(
            at=h.at,
            what=_what(h, rounds),
            who=spoken(h.who),
            text=_said(sheet, h),
            files=[file_item(number, f.pk, f.name, f.size) for f in h.files],
            tone=MARKED.get(h.step, ""),
            icon=ICONS.get(h.step, "check"),
        )
        for h in reversed(sheet.happenings)
    ]


def _what(h: Happening, rounds: int) -> str:
    what = said(TOLD.get(h.step, h.label))
    return phrase("第 {round} 轮 · {what}", round=h.round, what=what) if rounds > 1 else what


def _said(sheet: Sheet, h: Happening) -> str:
    """The sentence of the record; the words typed into it stay as they were typed."""
    step = FLOWS[sheet.line.kind].steps.get(h.step)
    pattern = step.told if step else SUBMITTED if h.step == "submit" else ""
    return told(h.text, pattern, turned=("reason",) if h.step == "decline" else ())


def file_item(number: str, file: int, name: str, size: int) -> FileItem:
    return FileItem(name, reverse("portal:file", kwargs={"number": number, "file": file}), size)


def stations(sheet: Sheet) -> list[Station]:
    """Where the case stands between submission and confirmation; nothing for a case that ended otherwise."""
    if sheet.line.state in ("declined", "withdrawn"):
        return []
    is_errand = sheet.line.kind == "assistance"
    reached = _REACHED.get(sheet.line.state, 3)
    if is_errand:
        reached = {"submitted": 1, "accepted": 2, "replied": 4, "closed": 5}.get(sheet.line.state, 3)
    way = (*(_ERRAND if is_errand else _WAY), ("确认", "closed_at"))
    return [
        Station(
            label,
            "done" if place < reached else "now" if place == reached else "todo",
            _moment(sheet, name) if place < reached else None,
        )
        for place, (label, name) in enumerate(way)
    ]


def _moment(sheet: Sheet, name: str) -> datetime | None:
    """When a station was passed; of the first round only, for the row keeps those."""
    found = getattr(sheet.appeal, name) if name and sheet.line.round == 1 else None
    return found if isinstance(found, datetime) else None


def current_clocks(sheet: Sheet) -> list[ClockView]:
    """The promised times of this round; for a case that ended, those that were met. Of a case merged into another nobody
    owes more than the reply, by the day that was promised."""
    idle = ("accept", "dispatch") if sheet.line.state == "merged" else ()
    return [
        c
        for c in sheet.clocks
        if c.round == sheet.line.round
        and (c.status != "stopped" or sheet.line.is_open)
        and (c.kind not in idle or c.status == "met")
    ]


def further_steps(sheet: Sheet, now: datetime) -> list[Step]:
    """What else I can do, besides what the first card asks for."""
    first = {"asking": {"answer"}, "replied": {"confirm", "refuse", "rate"}}.get(sheet.line.state, set())
    hidden = first | ({"reopen"} if not may_reopen(sheet, now) else set())
    spent = {"rate"} if sheet.appeal.counts.get("rate") else set()
    return [step for step in sheet.steps if step.name not in hidden | spent]


def may_reopen(sheet: Sheet, now: datetime) -> bool:
    """Whether the ninety days after the end are not over."""
    ended = sheet.appeal.closed_at
    return sheet.line.state == "closed" and ended is not None and now - ended < timedelta(days=REOPEN_DAYS)


def last_reply(sheet: Sheet) -> Entry | None:
    """The reply that waits for my word, with its files."""
    said = [h for h in sheet.happenings if h.step in ("reply", "settle", "finish", "reply_along")]
    if not said:
        return None
    h = said[-1]
    return Entry(
        h.at,
        h.label,
        h.who,
        _said(sheet, h),
        files=[file_item(sheet.line.number, f.pk, f.name, f.size) for f in h.files],
    )
