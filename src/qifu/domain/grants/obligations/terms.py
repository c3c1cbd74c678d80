"""What a scheme says is owed after payment, days of it, and how much is asked back. Pure: values in, values out.

A line of a scheme reads `保持人数 | 24 个月 | 不少于 90% | 按缺口比例追回`; the order of the parts after the first is free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Any

from qifu.kernel.errors import Invalid

KINDS = {"stay": "不迁出", "headcount": "保持人数", "report": "报告资金使用"}
RULES = {"full": "全额追回", "rest": "按未满期限追回", "gap": "按缺口比例追回", "none": "不追回"}
MOST_MONTHS = 120
WARNINGS = (30, 7, 0)  # days before a report is due
CENT = Decimal("0.01")
_TERM = re.compile(r"(\d{1,3})(个月|年)")
_LEAST = re.compile(r"不少于(\d{1,6})(%|人)")


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation; of a headcount either `least` heads or `share` percent of the heads when it was paid."""

    kind: str
    months: int
    rule: str
    least: int | None = None
    share: int | None = None

    def as_row(self) -> dict[str, Any]:
        """As the version keeps it."""
        return asdict(self)


def read(text: str) -> list[Duty]:
    """Duties as people write them, a line each.

    :raises Invalid: a line cannot be read, or a kind stands twice.
    """
    found = [_line(line) for line in text.splitlines() if line.strip()]
    if len({one.kind for one in found}) < len(found):
        raise _wrong("同一种义务只能写一行。")
    return found


def _line(text: str) -> Duty:
    cells = [re.sub(r"\s", "", cell) for cell in text.replace("｜", "|").replace("％", "%").split("|")]
    kind = next((name for name, label in KINDS.items() if label == cells[0]), "")
    term = next((match for cell in cells[1:] if (match := _TERM.fullmatch(cell))), None)
    rule = next((name for name, label in RULES.items() if label in cells[1:]), "")
    least = next((match for cell in cells[1:] if (match := _LEAST.fullmatch(cell))), None)
    if not kind or term is None or not rule:
        raise _wrong(f"“{text.strip()[:30]}”看不懂，请写成：不迁出 | 36 个月 | 全额追回。")
    months = int(term[1]) * (12 if term[2] == "年" else 1)
    if not 1 <= months <= MOST_MONTHS:
        raise _wrong(f"期限应在 1 至 {MOST_MONTHS} 个月之间。")
    if (kind == "headcount") != (least is not None) or (rule == "gap" and kind != "headcount"):
        raise _wrong("保持人数要写“不少于 90%”或“不少于 20 人”；按缺口比例追回只用于保持人数。")
    if least is None:
        return Duty(kind, months, rule)
    number = int(least[1])
    if number < 1 or (least[2] == "%" and number > 100):
        raise _wrong("人数应大于零，比例应在 1% 至 100% 之间。")
    return Duty(kind, months, rule, **{"share" if least[2] == "%" else "least": number})


def _wrong(said: str) -> Invalid:
    return Invalid(f"付款后的义务没有保存：{said}", {"duties": said})


def promised(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Kept duties as an enterprise reads them before it asks for the money."""
    return [
        f"拨付以后 {one.months} 个月内：{_what(one)}（没有做到的，{RULES[one.rule]}）"
        for one in (Duty(**row) for row in rows)
    ]


def _what(one: Duty) -> str:
    least = f"{one.share}%" if one.share else f"{one.least} 人"
    return {
        "stay": "不迁出本区",
        "headcount": f"从业人员不少于{'拨付时的 ' if one.share else ' '}{least}",
        "report": "报告资金使用",
    }[one.kind]


def written(rows: Sequence[Mapping[str, Any]]) -> str:
    """Kept duties as people write them."""
    return "\n".join(_written(Duty(**row)) for row in rows)


def _written(one: Duty) -> str:
    least = f"不少于 {one.share}%" if one.share else f"不少于 {one.least} 人" if one.least else ""
    return " | ".join(part for part in (KINDS[one.kind], f"{one.months} 个月", least, RULES[one.rule]) if part)


def said(one: Duty, until: date, least: int | None) -> str:
    """What an enterprise is told of a duty."""
    day = f"{until.year}年{until.month}月{until.day}日"
    return {
        "stay": f"{day}前不迁出本区，不注销",
        "headcount": f"{day}前从业人员不少于 {least} 人",
        "report": f"{day}前报告资金怎么用的",
    }[one.kind]


def heads(one: Duty, now: int | None) -> int | None:
    """How many heads are to be kept, of those there were when it was paid; none where that is not known."""
    if one.share is None:
        return one.least
    if not now:
        return None
    return int((Decimal(now) * one.share / 100).to_integral_value(ROUND_CEILING))


def later(day: date, months: int) -> date:
    """The same day some months on; where that month has none, its last."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def next_reminder(kind: str, since: date, until: date, after: date) -> date | None:
    """The first day after `after` on which the enterprise is reminded: of a report before and on its day, of others every year."""
    days = [until - timedelta(days=n) for n in WARNINGS]
    if kind != "report":
        days = [later(since, 12 * n) for n in range(1, MOST_MONTHS // 12 + 1)]
    return min((day for day in days if after < day <= until), default=None)


def amount(
    granted: Decimal, rule: str, *, since: date, until: date, breached_on: date, least: int | None, found: int | None
) -> tuple[Decimal, str]:
    """How much the rule asks back, in 元 to the fen, rounded down, and how that is said.

    `rest`: by the days left from the breach; `gap`: by the heads that lack of those promised.
    """
    if rule == "rest":
        whole = (until - since).days + 1
        left = max(0, min(whole, (until - breached_on).days + 1))
        return _part(granted, left, whole), f"{granted:,.2f} 元 × 未满 {left} 天 ÷ 约定 {whole} 天"
    if rule == "gap":
        lacks = max(0, (least or 0) - (found or 0))
        return _part(granted, lacks, least or 1), f"{granted:,.2f} 元 × 缺 {lacks} 人 ÷ 约定 {least} 人"
    if rule == "full":
        return granted, f"全额 {granted:,.2f} 元"
    return Decimal("0.00"), "按约定不追回"


def _part(granted: Decimal, part: int, whole: int) -> Decimal:
    return (granted * part / whole).quantize(CENT, ROUND_DOWN)
