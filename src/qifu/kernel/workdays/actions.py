from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from qifu.engines.calendar import FIRST_DAY, LAST_DAY, Calendar
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record
from qifu.kernel.workdays import queries
from qifu.kernel.workdays.models import Notice

MOST = 120  # days in one notice


@transaction.atomic
def enter_notice(
    *,
    actor: Actor,
    now: datetime,
    document: str,
    dated: date,
    known_until: date,
    days: Sequence[tuple[date, bool, str]],
) -> Notice:
    """Enter a notice. Live due times are computed anew by the clock that watches for a new calendar.

    :raises Forbidden: not an administrator.
    :raises Invalid: number, dates or days cannot be used.
    :raises Conflict: the notice has been entered before.
    """
    if not actor.has_role(Role.ADMINISTRATOR):
        raise Forbidden("只有管理员可以录入放假通知。")
    if problems := _problems(document, known_until, days):
        raise Invalid("放假通知需要修改：" + "".join(problems.values()), problems)
    if Notice.objects.filter(document=document.strip()).exists():
        raise Conflict(f"“{document.strip()}”已经录入过。")
    rows = [[on.isoformat(), works, holiday[:20]] for on, works, holiday in sorted(days)]
    notice = Notice.objects.create(
        document=document.strip(),
        dated=dated,
        known_until=known_until,
        days=rows,
        entered_by=actor.mark,
        entered_at=now,
    )
    facts = {"document": notice.document, "known_until": known_until.isoformat(), "days": rows}
    record(actor=actor, now=now, verb="workdays.enter", stream=f"workdays.notice:{notice.pk}", facts=facts)
    return notice


def _problems(document: str, known_until: date, days: Sequence[tuple[date, bool, str]]) -> dict[str, str]:
    dates = [on for on, _, _ in days]
    held = queries.calendar()
    idle = [on for on, works, _ in days if works == (on.weekday() < 5) and _is_held(held, on)]
    checks = {
        "document": "请填写通知文号（不超过 60 字）。" if not 0 < len(document.strip()) <= 60 else "",
        "known_until": "截止日期超出可用范围。" if not FIRST_DAY <= known_until <= LAST_DAY else "",
        "days": "请列出放假和调休上班的日子（不超过 120 天）。" if not 0 < len(days) <= MOST else "",
    }
    if len(set(dates)) != len(dates):
        checks["days"] = "同一天出现了两次。"
    elif any(not FIRST_DAY <= on <= known_until for on in dates):
        checks["days"] = "有日子晚于截止日期，或超出可用范围。"
    elif idle:
        checks["days"] = f"{idle[0]} 本来就是这样（工作日上班或周末休息），不必列出。"
    return {name: text for name, text in checks.items() if text}


def _is_held(held: Calendar, on: date) -> bool:
    """Whether the day is as the week has it already; a later notice may take a make-up day back, as in January 2020."""
    return not FIRST_DAY <= on <= LAST_DAY or (held.entry(on) is None and held.is_working_day(on) == (on.weekday() < 5))
