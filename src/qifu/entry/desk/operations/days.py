"""The working days in force, and the form by which a notice of the State Council comes in: paste, preview, enter."""

from __future__ import annotations

import calendar as months
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qifu.domain.appeals.queries import standing
from qifu.engines.calendar import FIRST_DAY, LAST_DAY, Calendar
from qifu.entry.desk.operations.page import require_inspector
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.words import HERE, WEEKDAYS, cn_date
from qifu.kernel.actor import Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.workdays import actions, queries

SHOWN = 50  # moved due times that a preview lists
LONGEST = 31  # days of one line's range
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_LINE = re.compile(
    rf"^{_DAY}(?:\s*(?:至|到|—|–|~|\.\.)\s*{_DAY})?[\s,，:：]*(休|放假|班|上班|补班|调休上班)[\s,，:：]*(.{{0,20}})$"
)
Change = tuple[date, bool, str]


class NoticeForm(forms.Form):
    """A notice as it is typed or pasted."""

    document = forms.CharField(
        label="文号", max_length=60, widget=forms.TextInput({"placeholder": "国办发明电〔2026〕1号"})
    )
    dated = forms.DateField(label="成文日期", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    known_until = forms.DateField(
        label="安排到哪一天",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="通常是那一年的 12 月 31 日。",
    )
    lines = forms.CharField(
        label="放假和调休",
        widget=forms.Textarea({"rows": 9, "placeholder": "2027-01-01 休 元旦\n2027-01-02 班"}),
        help_text="一行一天：日期、休或班、节日名；连续几天可写成 2027-10-01至2027-10-07 休 国庆节。本来就休息的周末会自动略过。",
    )

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        self.changes, self.skipped = parsed(text, queries.calendar())
        return text


def parsed(text: str, now_in_force: Calendar) -> tuple[list[Change], list[date]]:
    """Read the lines; what is so by the week alone, and is so in force, is skipped.

    :raises ValidationError: a line cannot be read; the sentence says which.
    """
    found: dict[date, Change] = {}
    skipped = []
    for count, line in enumerate(text.splitlines(), 1):
        for on, works, holiday in _read(line.strip(), count):
            if on in found:
                raise ValidationError(f"第 {count} 行：{on} 出现了两次。")
            if (
                works == (on.weekday() < 5)
                and now_in_force.is_working_day(on) == works
                and now_in_force.entry(on) is None
            ):
                skipped.append(on)
                continue
            found[on] = (on, works, holiday)
    return sorted(found.values()), skipped


def _read(line: str, count: int) -> Iterator[Change]:
    if not line:
        return
    match = _LINE.match(line)
    if match is None:
        raise ValidationError(f"第 {count} 行读不懂：“{line[:30]}”。请写成“2027-01-01 休 元旦”或“2027-01-02 班”。")
    parts = match.groups()
    try:
        first = date(*map(int, parts[:3]))
        last = date(*map(int, parts[3:6])) if parts[3] else first
    except ValueError:
        raise ValidationError(f"第 {count} 行：没有这一天。") from None
    if not first <= last < first + timedelta(days=LONGEST):
        raise ValidationError(f"第 {count} 行：起止日期颠倒，或超过 {LONGEST} 天。")
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step), parts[6] not in ("休", "放假"), parts[7].strip()


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day in the sheet of a month."""

    day: int
    kind: str  # work, rest, holiday, makeup; empty: of another month
    says: str


@require_http_methods(["GET", "POST"])
def calendar(incoming: HttpRequest) -> HttpResponse:
    """The year in force; a POST previews a notice or enters it."""
    request = cast(PersonRequest, incoming)
    require_inspector(request.actor)
    if request.method == "GET":
        return _shown(request, NoticeForm())
    if not request.actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以录入放假通知。")
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=422)
    given = {name: form.cleaned_data[name] for name in ("document", "known_until")} | {"days": form.changes}
    mark, is_entering = _digest(form), request.POST.get("act") == "enter"
    if not is_entering or request.POST.get("seen") != mark:
        shifts = standing.shifts(**given)
        return _shown(request, form, shifts=shifts, skipped=form.skipped, seen=mark, is_changed=is_entering)
    try:
        notice = actions.enter_notice(actor=request.actor, now=request.now, dated=form.cleaned_data["dated"], **given)
    except Invalid as refusal:
        for name, sentence in refusal.fields.items():
            form.add_error({"days": "lines"}.get(name, name), sentence)
        return _shown(request, form, status=422)
    except Conflict as refusal:
        form.add_error("document", refusal.message)
        return _shown(request, form, status=409)
    messages.success(request, f"“{notice.document}”已录入并生效；在办事项的期限会在五分钟内按新日历重算。")
    return redirect(f"{reverse('desk_calendar')}?year={notice.known_until.year}")


def _digest(form: NoticeForm) -> str:
    """What was previewed: only that is entered."""
    told = repr([form.cleaned_data[name] for name in ("document", "dated", "known_until")] + form.changes)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _shown(request: PersonRequest, form: NoticeForm, *, status: int = 200, **more: object) -> HttpResponse:
    asked = request.GET.get("year", "")
    today = request.now.astimezone(HERE).date()
    year = (
        int(asked)
        if asked.isdecimal() and len(asked) == 4 and FIRST_DAY.year <= int(asked) <= LAST_DAY.year
        else today.year
    )
    held = queries.calendar()
    special = [entry for entry in held.days if entry.date.year == year]
    shifts = more.get("shifts")
    context = {
        "year": year,
        "before": year - 1 if year > FIRST_DAY.year else None,
        "after": year + 1 if year < LAST_DAY.year else None,
        "sheets": [(month, _sheet(held, year, month)) for month in range(1, 13)],
        "weekdays": WEEKDAYS,
        "special": [(entry, WEEKDAYS[entry.date.weekday()]) for entry in sorted(special, key=lambda e: e.date)],
        "known_until": held.known_until,
        "is_assumed": held.known_until < date(year, 12, 31),
        "workdays": sum(held.is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range(_length(year))),
        "notices": queries.notices(),
        "form": form,
        "may_erase": request.actor.has_role(Role.ADMINISTRATOR),
        "may_enter": request.actor.has_role(Role.ADMINISTRATOR),
        "shown": shifts.moved[:SHOWN] if isinstance(shifts, standing.Shifts) else (),
        "changes": getattr(form, "changes", ()) if shifts else (),
    }
    return render(request, "operations/calendar.html", context | more, status=status)


def _sheet(held: Calendar, year: int, month: int) -> list[list[DayCell]]:
    return [[_cell(held, on, month) for on in week] for week in months.Calendar(0).monthdatescalendar(year, month)]


def _cell(held: Calendar, on: date, month: int) -> DayCell:
    if on.month != month:
        return DayCell(0, "", "")
    works, usual = held.is_working_day(on), on.weekday() < 5
    kind = ("work" if usual else "makeup") if works else ("holiday" if usual else "rest")
    entry = held.entry(on)
    name = entry.holiday if entry else ""
    said = {"work": "上班", "rest": "周末", "makeup": "调休上班", "holiday": "放假"}[kind]
    return DayCell(on.day, kind, f"{cn_date(on)} {said}{name}")


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
