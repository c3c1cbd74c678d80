"""Numbers and dates in the Chinese manner, each with its unit; in the English one on an English page. `now` is handed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from qifu.entry.theme import english
from qifu.entry.theme.language import speaks_english

HERE = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"
BLANK = "—"
NEAR_DAYS = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}

Amount = Decimal | int | float | str | None


def local(at: datetime) -> datetime:
    """The same instant on the wall clock of the district; a naive time is taken as local already."""
    return at.replace(tzinfo=HERE) if at.tzinfo is None else at.astimezone(HERE)


def cn_date(value: datetime | date | None) -> str:
    """2026年9月30日 16:40, or 2026年9月30日 for a plain date."""
    if value is None:
        return BLANK
    if speaks_english():
        return english.day(local(value) if isinstance(value, datetime) else value)
    if isinstance(value, datetime):
        at = local(value)
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"{value.year}年{value.month}月{value.day}日"


def cn_week(value: datetime | date | None) -> str:
    """2026年9月30日 周三 16:40: for deadlines, where the weekday matters."""
    if value is None:
        return BLANK
    day = local(value) if isinstance(value, datetime) else value
    if speaks_english():
        return english.week(day)
    text = f"{day.year}年{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"
    return f"{text} {day:%H:%M}" if isinstance(day, datetime) else text


def cn_near(value: datetime | date | None, now: datetime) -> str:
    """今天 16:40, 昨天 09:05, 9月30日 16:40 within this year, else the full date."""
    if value is None:
        return BLANK
    here = local(now)
    day = local(value) if isinstance(value, datetime) else value
    if speaks_english():
        return english.near(day, here.date())
    clock = f" {day:%H:%M}" if isinstance(day, datetime) else ""
    gap = (date(day.year, day.month, day.day) - here.date()).days
    if gap in NEAR_DAYS:
        return NEAR_DAYS[gap] + clock
    year = "" if day.year == here.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日{clock}"


def cn_month(value: date) -> str:
    """2026年9月."""
    return english.month(value) if speaks_english() else f"{value.year}年{value.month}月"


def ago(at: datetime, now: datetime) -> str:
    """刚刚, 3分钟前, 2小时前 within twelve hours; before that, the day and the time."""
    gone = int((now - at).total_seconds() // 60)
    if not 0 <= gone < 720:
        return cn_near(at, now)
    if speaks_english():
        return english.ago(gone)
    if gone < 1:
        return "刚刚"
    return f"{gone}分钟前" if gone < 60 else f"{gone // 60}小时前"


def duration(value: timedelta | int | float | None) -> str:
    """3天, 3天4小时, 2小时5分, 5分, 不到1分; a number is seconds, the sign is dropped."""
    if value is None:
        return BLANK
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    minutes = int(abs(seconds) // 60)
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    if speaks_english():
        return english.duration(days, hours, left)
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{left}分" if left else f"{hours}小时"
    return f"{left}分" if left else "不到1分"


def _decimal(value: Amount) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _fixed(number: Decimal, places: int) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"


def money(yuan: Amount, unit: str = "元") -> str:
    """An amount kept in 元, shown in 元 (12,345.60 元) or 万元 (1.23 万元), in English in yuan; the unit is said each time."""
    number = _decimal(yuan)
    if number is None:
        return BLANK
    if speaks_english():
        return f"{_fixed(number, 2)} yuan"
    return f"{_fixed(number / 10000 if unit == '万元' else number, 2)} {'万元' if unit == '万元' else '元'}"


def wan(value: Amount) -> str:
    """An amount kept in 万元, shown in 万元."""
    number = _decimal(value)
    if number is None:
        return BLANK
    return f"{_fixed(number * 10000, 2)} yuan" if speaks_english() else f"{_fixed(number, 2)} 万元"


def number(value: Amount) -> str:
    """60,000; a fraction keeps its own digits."""
    amount = _decimal(value)
    return BLANK if amount is None else f"{amount:,}"


def pct(share: Amount, places: int = 1) -> str:
    """A share of one as per cent. Rounding never makes all out of nearly all, nor none out of a few."""
    part = _decimal(share)
    if part is None:
        return BLANK
    places = max(0, places)
    percent, step = part * 100, Decimal(1).scaleb(-places)
    shown = percent.quantize(step, ROUND_HALF_UP)
    if shown == 100 and percent < 100:
        shown = Decimal(100) - step
    if shown == 0 and percent > 0:
        return f"<{step} %"
    return f"{shown} %"


def share(numerator: Amount, denominator: Amount) -> Decimal | None:
    """One number over another; None over nothing."""
    above, below = _decimal(numerator), _decimal(denominator)
    return None if above is None or not below else above / below


def size(count: int | None) -> str:
    """Bytes as people read them: 820 B, 12 KB, 3.4 MB."""
    if count is None:
        return ""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1024**2 else f"{count / 1024**2:.1f}".removesuffix(".0") + " MB"


def mask_phone(value: str | None) -> str:
    """138****5678; of a short or foreign number only the last two digits stay."""
    digits = "".join(c for c in str(value or "") if c.isdigit())
    if not digits:
        return BLANK
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == 11 else "*" * max(3, len(digits) - 2) + digits[-2:]
