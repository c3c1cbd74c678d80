"""What an address or a form of these pages asks: the year, days, amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qifu.domain.disclosure.queries import execution
from qifu.engines.statements.money import amount
from qifu.entry.theme.middleware import PersonRequest
from qifu.entry.theme.words import local
from qifu.kernel.errors import Invalid

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def year_of(request: PersonRequest) -> int:
    """The year asked for; else the one that a person most likely wants.

    :raises Forbidden: the budget is not for this person.
    """
    likely = execution.first_year(request.actor, local(request.now).year)
    text = request.GET.get("year", "") or request.POST.get("year", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else likely
    return asked if 2000 <= asked < 2100 else likely


def number_of(text: str) -> int | None:
    """A key of an address or a form."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day_of(text: str) -> date:
    """:raises Invalid: it is no day."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("请选择日期。", {"day": "请选择日期"}) from None


def amount_of(text: str, label: str) -> Decimal:
    """:raises Invalid: it is no number."""
    found = amount(text)
    if found is None:
        raise Invalid(f"{label}请填写数字。", {"value": "请填写数字"})
    return found
