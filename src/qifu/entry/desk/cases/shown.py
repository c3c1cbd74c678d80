"""What the page of a case shows: the sheet put into the shapes of the shared pieces."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from qifu.domain.appeals import access
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries.burning import shares
from qifu.domain.appeals.queries.sheet import ClockView, Happening, Sheet
from qifu.domain.appeals.queries.suggest import advice
from qifu.domain.appeals.queries.templates import for_case
from qifu.domain.appeals.queries.waiting import CAUSES
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.entry.desk.cases.doors import safe
from qifu.entry.desk.cases.steps import Refused, StepView, views
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.shapes import Entry, FileItem
from qifu.kernel.errors import Missing
from qifu.kernel.files.models import StoredFile

if TYPE_CHECKING:
    from qifu.output.papers.orders import OrderPaper

ICONS = {
    "submit": "edit", "accept": "inbox", "dispatch": "send", "sign": "check", "return": "undo", "rule": "flag",
    "ask": "question", "answer": "chat", "reply": "reply", "settle": "reply", "finish": "reply", "confirm": "check-circle",
    "refuse": "x-circle", "rate": "star", "follow_up": "phone", "reopen": "refresh", "withdraw": "undo", "urge": "alarm",
    "supervise": "flag", "note": "chat", "merge": "link", "signal": "hourglass", "recompute": "calendar",
    "ask_extension": "hourglass", "grant": "check", "refuse_extension": "x", "part": "people", "involve": "people",
}  # fmt: skip
TONES = {"supervise": "red", "refuse": "red", "urge": "amber", "signal": "amber", "return": "amber", "confirm": "green"}
STATES = {  # the colour only repeats the word
    "submitted": "amber", "accepted": "amber", "dispatched": "accent", "working": "accent", "asking": "", "disputed": "red",
    "settling": "accent", "replied": "green", "merged": "", "closed": "", "declined": "", "withdrawn": "",
}  # fmt: skip
PLACE = "NUMBER"  # in the pattern of an address
PART_STATES = {"open": "未反馈", "answered": "已反馈", "waived": "已免去", "returned": "已退回"}
URGENCY_TONES = {"urgent": "red", "inquiry": "accent"}


def context(request: PersonRequest, sheet: Sheet, refused: Refused | None = None) -> dict[str, object]:
    """Everything the page needs, each reading done once."""
    steps, appeal = views(sheet, request.now, refused), sheet.appeal
    knows = access.knows_identity(request.actor, appeal)
    brief = registry.brief([appeal.enterprise_id]).get(appeal.enterprise_id or 0) if knows else None
    gone = shares(appeal.pk, request.now) if sheet.line.is_open else {}
    given = request.POST if request.method == "POST" else request.GET
    callers = people.names([row.account for row in sheet.follow_ups])
    advised = advice(appeal, sheet.returned) if any(s.step.name == "dispatch" for s in steps) else None
    return {
        "sheet": sheet,
        "line": sheet.line,
        "appeal": appeal,
        "kind": words.label(words.KINDS, appeal.kind),
        "urgency": words.label(words.URGENCIES, appeal.urgency) if appeal.urgency != "normal" else "",
        "urgency_tone": URGENCY_TONES.get(appeal.urgency, ""),
        "tone": STATES.get(sheet.line.state, ""),
        "turn": f"第 {appeal.round} 轮",
        "returned": f"退回 {appeal.returns} 次",
        "closing": words.label(words.CLOSINGS, appeal.closed_how) if appeal.closed_how else "",
        "live": [(clock, gone.get(clock.kind)) for clock in sheet.clocks if clock.status in ("running", "paused")],
        "clocks": sorted(sheet.clocks, key=_by_round),
        "brief": brief,
        "enterprise_url": enterprise_url(appeal.enterprise_id) if brief else "",
        "knows": knows,
        "entries": [entry(sheet, happening) for happening in reversed(sheet.happenings)],
        "files": [file_item(sheet.line.number, kept) for kept in sheet.files],
        "pictures": [
            file_item(sheet.line.number, k, inline=True) for k in sheet.files if k.kind in ("png", "jpg", "webp")
        ],
        "parts": [(part, PART_STATES.get(part.state, part.state)) for part in sheet.parts],
        "orders": [(row, words.label(words.LEVELS, str(row.level)), _unit_name(row.unit_id)) for row in sheet.orders],
        "calls": [
            (
                row,
                CAUSES.get(row.cause, row.cause),
                words.label(words.CALLS, row.result),
                callers.get(row.account or 0, ""),
            )
            for row in sheet.follow_ups
        ],
        "batch": _batch(sheet),
        "advice": advised.proposals if advised else [],
        "is_sure": bool(advised and advised.is_sure),
        "has_similar": "centre" in sheet.relations and sheet.line.state in ("submitted", "accepted"),
        "seen": sheet.happenings[-1].seq if sheet.happenings else 0,
        "back": safe(request, given.get("next", "")),
        "templates": for_case(request.actor, appeal.category_id) if any(s.takes_template for s in steps) else [],
        **_placed(steps),
    }


def address(number: str, back: str = "") -> str:
    """The page of a case, which knows its way back to the list."""
    return _pattern().replace(PLACE, number) + _way_back(back)


@lru_cache(maxsize=1)
def _pattern() -> str:
    return reverse("desk:case", args=[PLACE])


@lru_cache(maxsize=64)  # the rows of a list all lead back to it
def _way_back(back: str) -> str:
    return "?" + urlencode({"next": back}) if back else ""


def since(request: PersonRequest, sheet: Sheet) -> list[Entry]:
    """What has happened since the person last saw the case."""
    seen = request.POST.get("seen", "")
    last = int(seen) if seen.isdigit() and len(seen) < 10 else 0
    return [entry(sheet, h) for h in reversed(sheet.happenings) if h.seq > last] if last else []


def entry(sheet: Sheet, happening: Happening) -> Entry:
    """One line of the timeline; details that the sentence does not already say stand under it."""
    rest = [
        f"{'' if happening.is_internal or label.startswith('内部') else '（内部）'}{label}：{value}"
        for label, value in happening.details
        if value not in happening.text
    ]
    turn = (
        f"（第 {happening.round} 轮）"
        if happening.round > 1 and happening.step in ("refuse", "reopen", "review")
        else ""
    )
    return Entry(
        at=happening.at,
        what=happening.label + turn,
        who=happening.who,
        text="\n".join(part for part in (happening.text, *rest) if part),
        files=[file_item(sheet.line.number, kept) for kept in happening.files],
        public=not happening.is_internal,
        tone=TONES.get(happening.step, ""),
        icon=ICONS.get(happening.step, "check"),
    )


def file_item(number: str, kept: StoredFile, *, inline: bool = False) -> FileItem:
    """A file as it is fetched through the case."""
    url = reverse("desk:file", args=[number, kept.pk]) + ("?inline=1" if inline else "")
    return FileItem(kept.name, url, kept.size, "仅内部可见" if kept.is_internal else "")


def enterprise_url(enterprise: int | None) -> str:
    """The page of the enterprise."""
    return reverse("desk_enterprise", args=[enterprise]) if enterprise else ""


def paper(sheet: Sheet, order: int) -> OrderPaper:
    """A written order as its paper says it.

    :raises Missing: the case has no such order.
    """
    from qifu.output.papers.orders import OrderPaper

    row = next((row for row in sheet.orders if row.pk == order), None)
    if row is None:
        raise Missing("没有这张督办单，请返回事项页重新打开。")
    centre = people.units("centre")
    reply = next((c for c in reversed(sheet.clocks) if c.kind == "reply"), None)
    return OrderPaper(
        number=row.number,
        level=words.label(words.LEVELS, str(row.level)),
        centre=centre[0].name if centre else "企业服务中心",
        unit=_unit_name(row.unit_id, full=True),
        case_number=sheet.line.number,
        title=sheet.line.title,
        category=sheet.category,
        enterprise=sheet.line.enterprise_name,
        body=sheet.body,
        text=row.text,
        issued_at=row.issued_at,
        reply_due=reply.due if reply else None,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def _placed(steps: list[StepView]) -> dict[str, object]:
    places = ("primary", "more", "extension", "order")
    return {f"{place}_steps": [step for step in steps if step.place == place] for place in places}


def _by_round(clock: ClockView) -> tuple[int, object]:
    return (-clock.round, clock.started)


def _unit_name(unit: int | None, *, full: bool = False) -> str:
    found = people.unit_tree().units.get(unit or 0)
    return "" if found is None else (found.name if full else found.short_name)


def _batch(sheet: Sheet) -> list[tuple[str, str]]:
    """What is known of a petition beyond a case."""
    batch = sheet.appeal.batch or {}
    said = [
        ("来访形式", words.label(words.PARTIES, str(batch.get("party", "")))),
        ("批次", str(batch.get("batch") or "")),
        ("人数", f"{batch['persons']} 人" if batch.get("persons") else ""),
        ("约定答复", str(batch.get("agreed") or "")),
    ]
    return [(label, value) for label, value in said if value]
