"""Days by which something is to be done."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

YEAR = r"(?P<year>(?:19|20)\d\d)"
FULL = re.compile(rf"{YEAR}(?:年|[-./])(?P<month>\d{{1,2}})(?:月|[-./])(?P<day>\d{{1,2}})日?")
MONTH = re.compile(rf"{YEAR}年(?P<month>\d{{1,2}})月(?P<end>底|末)?")
PART = re.compile(rf"{YEAR}年(?P<part>上半年|下半年|第?[一二三四1-4]季度|年?底|年?末)末?")
DONE = re.compile(r"^(?:以前|之前|前|内)?(?:已|全部|全面)?(?:完成|完工|竣工|到位|发放|支付|交付|上线|结束)?$")
LEAD = re.compile(r"^(?:于|在|截至|截止|至|到|按期于)?$")
QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}


def read_day(text: str) -> date | str | None:
    """The last day meant; a sentence where a day is meant but cannot be; None where no day is spoken of."""
    for pattern, last in ((FULL, _full), (MONTH, _month), (PART, _part)):
        found = pattern.search(text)
        if found and LEAD.match(text[: found.start()]) and DONE.match(text[found.end() :]):
            try:
                return last(found, text[found.end() :])
            except ValueError:
                return f"“{found[0]}”不是日历上的日子。"
    if re.match(r"^\d{1,2}月(\d{1,2}日|底|末|份)|^(本年|当年|次年|年)(年)?[底末]", text):
        return "没有写明哪一年。"
    return None


def _full(found: re.Match[str], _: str) -> date:
    return date(int(found["year"]), int(found["month"]), int(found["day"]))


def _month(found: re.Match[str], rest: str) -> date:
    year, month = int(found["year"]), int(found["month"])
    first = date(year, month, 1)
    if rest.startswith(("前", "以前", "之前")) and not found["end"]:
        return first - timedelta(days=1)
    return first.replace(day=monthrange(year, month)[1])


def _part(found: re.Match[str], _: str) -> date:
    part, year = found["part"], int(found["year"])
    month = 6 if part == "上半年" else QUARTERS[part.removeprefix("第")[0]] if "季度" in part else 12
    return date(year, month, monthrange(year, month)[1])
