"""What entering a list of claims would do: which rows are new, bring one up to date, are known, or cannot be used and why.

Departments keep such lists each in its own way: one for an item or one for all, with the day of the application, of the
payment, or both, in 元 or in 万元. A firm is found by its code, else by its very name; an item by its code or its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from qifu.domain.policies.models import Claim, Item, Revision
from qifu.domain.registry import lookups
from qifu.engines.codes import credit

EARLIEST = date(2000, 1, 1)
DEAREST = Decimal(10) ** 11  # 元
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d.*)?|(\d{4})(\d{2})(\d{2})")
_NOTHING = {"", "-", "—", "/", "无", "未拨付"}
_STATES = ("published", "reviewed", "draft", "withdrawn")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, as it was written; `number` is that of the row in the file, `yuan` and `wan` the amount by unit."""

    number: int
    item: str = ""
    firm: str = ""
    code: str = ""
    applied: str = ""
    paid: str = ""
    yuan: str = ""
    wan: str = ""

    @property
    def cells(self) -> list[str]:
        """What tells a person which row it is."""
        return [self.item, self.firm, self.code, self.applied, self.paid, self.yuan or self.wan]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be used."""

    number: int
    reason: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a claim says; kept beside it, so that taking the list back can give it back."""

    applied_on: date
    paid_on: date | None = None
    yuan: Decimal | None = None
    source: str = ""

    @property
    def kept(self) -> dict[str, str]:
        """As a list of what was written keeps it."""
        return {name: "" if value is None else str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim that a row asks for; `row` is the claim that is there already."""

    enterprise: int
    item: int
    year: int
    said: Said
    row: Claim | None = None


@dataclass(slots=True)
class Plan:
    """What would be done."""

    fresh: list[Wanted] = field(default_factory=list)
    changed: list[Wanted] = field(default_factory=list)
    same: int = 0
    rejects: list[Reject] = field(default_factory=list)


class _Unfit(Exception):
    """Why a row cannot be used."""


def said_of(row: Claim) -> Said:
    """What a claim says now."""
    return Said(row.applied_on, row.paid_on, row.yuan, row.source)


def said_again(kept: dict[str, str]) -> Said:
    """What a claim said, from what was kept of it."""
    paid, yuan = kept["paid_on"], kept["yuan"]
    return Said(
        date.fromisoformat(kept["applied_on"]), date.fromisoformat(paid) if paid else None,
        Decimal(yuan) if yuan else None, kept["source"],
    )  # fmt: skip


def plan(lines: Sequence[Line], source: str, on: date) -> Plan:
    """Go through the rows in their order; the database is only read."""
    return _Planner(lines, source, on).planned(lines)


class _Planner:
    def __init__(self, lines: Sequence[Line], source: str, on: date) -> None:
        self.source, self.on = source, on
        self.by_code = lookups.ids_by_code(credit.normalise(line.code) for line in lines if line.code)
        self.by_name = lookups.ids_by_name(line.firm for line in lines if line.firm)
        self.items, self.titles = _items()
        self.claims: dict[tuple[int, int], list[Claim]] = {}
        firms = sorted({*self.by_code.values(), *self.by_name.values()})
        for start in range(0, len(firms), 500):
            for row in Claim.objects.filter(enterprise__in=firms[start : start + 500]).order_by("year"):
                self.claims.setdefault((row.enterprise_id, row.item_id), []).append(row)
        self.seen: dict[tuple[int, int, int], int] = {}

    def planned(self, lines: Iterable[Line]) -> Plan:
        done = Plan()
        for line in lines:
            try:
                self._take(line, done)
            except _Unfit as why:
                done.rejects.append(Reject(line.number, str(why), line.cells))
        return done

    def _take(self, line: Line, done: Plan) -> None:
        item, firm = self._item(line), self._firm(line)
        applied, paid = self._day(line.applied, "申报日期"), self._day(line.paid, "拨付日期")
        yuan = _money(line)
        if applied is None and paid is None:
            raise _Unfit("申报日期和拨付日期都没有写，至少要写一个。")
        if applied and paid and paid < applied:
            raise _Unfit("拨付日期早于申报日期。")
        row = self._known(firm, item, applied, paid)
        year = row.year if row else (applied or paid or self.on).year
        if (earlier := self.seen.setdefault((firm, item, year), line.number)) != line.number:
            raise _Unfit(f"与第 {earlier} 行是同一家企业、同一项政策、同一年，只用前一行。")
        began = applied or (row.applied_on if row else paid) or self.on
        said = Said(began, paid, yuan, self.source)
        if row is None:
            done.fresh.append(Wanted(firm, item, year, said))
            return
        before = said_of(row)
        after = replace(said, paid_on=paid or before.paid_on, yuan=before.yuan if yuan is None else yuan)
        if after.paid_on and after.paid_on < after.applied_on:
            raise _Unfit(f"已登记的拨付日期是 {after.paid_on}，早于这一行的申报日期，请核对。")
        if replace(after, source=before.source) == before:
            done.same += 1
        else:
            done.changed.append(Wanted(firm, item, year, after, row))

    def _known(self, firm: int, item: int, applied: date | None, paid: date | None) -> Claim | None:
        """The claim that a row speaks of: of its year; a payment alone belongs to the last application before it."""
        here = self.claims.get((firm, item), [])
        if applied:
            return next((row for row in here if row.year == applied.year), None)
        fitting = [row for row in here if paid and row.applied_on <= paid and row.paid_on in (None, paid)]
        return fitting[-1] if fitting else next((row for row in here if paid and row.year == paid.year), None)

    def _item(self, line: Line) -> int:
        if not line.item:
            raise _Unfit("没有写是哪一项政策；整份名单都是一项的，请在上传时选好。")
        if (found := self.items.get(line.item.upper())) is not None:
            return found
        named = self.titles.get(line.item, set())
        if len(named) > 1:
            raise _Unfit(f"叫“{line.item[:40]}”的政策有 {len(named)} 项，请写编号。")
        if not named:
            raise _Unfit(f"政策库里没有“{line.item[:40]}”，请写政策编号或完整名称。")
        return next(iter(named))

    def _firm(self, line: Line) -> int:
        if not line.firm and not line.code:
            raise _Unfit("没有写企业名称，也没有写统一社会信用代码。")
        code = credit.normalise(line.code) if line.code else ""
        found = self.by_code.get(code) or self.by_name.get(line.firm)
        if found is None:
            raise _Unfit("企业库里没有这家企业，请核对信用代码和名称；同名的企业要写信用代码。")
        return found

    def _day(self, text: str, label: str) -> date | None:
        if text in _NOTHING:
            return None
        found = _DAY.fullmatch(text)
        try:
            day = date(*(int(part) for part in found.groups() if part)) if found else None
        except ValueError:
            day = None
        if day is None or day < EARLIEST:
            raise _Unfit(f"{label}“{text[:20]}”不是日期，请写成 2026-01-31。")
        if day > self.on:
            raise _Unfit(f"{label} {day} 还没有到，请核对。")
        return day


def _items() -> tuple[dict[str, int], dict[str, set[int]]]:
    """The items by code, and by every title that one of their revisions bears."""
    codes = {code.upper(): pk for code, pk in Item.objects.values_list("code", "pk")}
    titles: dict[str, set[int]] = {}
    for title, item in Revision.objects.filter(state__in=_STATES).values_list("title", "item"):
        titles.setdefault(title, set()).add(item)
    return codes, titles


def _money(line: Line) -> Decimal | None:
    """The amount in 元; one written with its unit says so itself."""
    text, scale = (line.wan, Decimal(10_000)) if line.wan and not line.yuan else (line.yuan, Decimal(1))
    text = text.replace(",", "").replace("，", "").replace(" ", "").removeprefix("￥").removeprefix("¥")
    if text in _NOTHING:
        return None
    if text.endswith("万元"):
        text, scale = text.removesuffix("万元"), Decimal(10_000)
    text = text.removesuffix("元")
    try:
        value = Decimal(text) * scale
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= DEAREST:
        raise _Unfit(f"金额“{(line.yuan or line.wan)[:20]}”不是可用的数字，请写成 30000 或 3万元。")
    return value.quantize(Decimal("0.01"))
