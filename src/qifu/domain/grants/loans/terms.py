"""Terms of a programme as they are kept, and as the engine reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from qifu.domain.grants.models import Programme
from qifu.engines.subsidy import RateStep, Span, Terms
from qifu.engines.subsidy.model import Basis, Way
from qifu.kernel.errors import Invalid

WAYS: Final = (("share", "合同利息的百分之几"), ("points", "每年几个百分点"), ("benchmark", "基准利率的百分之几"))
BASES: Final = (("360", "实际天数 ÷ 360"), ("365", "实际天数 ÷ 365"))
CEILINGS: Final = ("rate_ceiling", "principal_of_firm", "of_loan", "of_firm_in_year", "of_firm_in_period")


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms as a person gives them; None: no such ceiling."""

    way: str
    value: Decimal
    basis: int = 360
    benchmark: Sequence[tuple[date, Decimal]] = ()
    lent_since: date | None = None
    lent_until: date | None = None
    months: int | None = None
    extension_counts: bool = False
    interest_paid_needed: bool = True
    rate_ceiling: Decimal | None = None
    principal_of_firm: Decimal | None = None
    of_loan: Decimal | None = None
    of_firm_in_year: Decimal | None = None
    of_firm_in_period: Decimal | None = None


def kept(asked: Asked) -> dict[str, Any]:
    """Terms as they are kept: days and figures as text.

    :raises Invalid: they make no sense.
    """
    held: dict[str, Any] = {
        "way": asked.way,
        "value": str(asked.value),
        "basis": asked.basis,
        "benchmark": [[day.isoformat(), str(rate)] for day, rate in sorted(asked.benchmark)],
        "lent_since": asked.lent_since.isoformat() if asked.lent_since else None,
        "lent_until": asked.lent_until.isoformat() if asked.lent_until else None,
        "months": asked.months,
        "extension_counts": asked.extension_counts,
        "interest_paid_needed": asked.interest_paid_needed,
    }
    held |= {name: None if (value := getattr(asked, name)) is None else str(value) for name in CEILINGS}
    if asked.way not in dict(WAYS) or asked.basis not in (360, 365):
        raise Invalid("请从列表中选择贴息方式和计息基础。", {"way": "请选择"})
    try:
        _terms(held, Span(date(2000, 1, 1), date(2000, 12, 31)))
    except ValueError as wrong:
        raise Invalid(str(wrong), {"value": str(wrong)}) from None
    return held


def of(programme: Programme, first: date, last: date) -> Terms:
    """The terms for one period."""
    return _terms(programme.terms, Span(first, last))


def _terms(held: Mapping[str, Any], period: Span) -> Terms:
    bounds = {name: None if held[name] is None else Decimal(held[name]) for name in CEILINGS}
    return Terms(
        period=period, way=cast(Way, held["way"]), value=Decimal(held["value"]), basis=cast(Basis, held["basis"]),
        benchmark=steps(held["benchmark"]), lent_since=day(held["lent_since"]), lent_until=day(held["lent_until"]),
        months=held["months"], extension_counts=held["extension_counts"],
        interest_paid_needed=held["interest_paid_needed"], rate_ceiling=bounds["rate_ceiling"],
        principal_of_firm=bounds["principal_of_firm"], of_loan=bounds["of_loan"],
        of_firm_in_year=bounds["of_firm_in_year"], of_firm_in_period=bounds["of_firm_in_period"],
    )  # fmt: skip


def steps(held: Sequence[Sequence[str]]) -> tuple[RateStep, ...]:
    """Rates by date."""
    return tuple(RateStep(date.fromisoformat(since), Decimal(rate)) for since, rate in held)


def day(text: str | None) -> date | None:
    """A day as kept."""
    return date.fromisoformat(text) if text else None


def said(held: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Terms as a person reads them: what, and how much."""
    unit = {"share": "%", "points": " 个百分点", "benchmark": "%"}[held["way"]]
    reach = "，高于基准利率的部分不计" if held["way"] == "share" and held["benchmark"] else ""
    lines = [
        ("贴息方式", f"{dict(WAYS)[held['way']]}：{held['value']}{unit}，不超过合同利率{reach}"),
        (
            "计息",
            f"{dict(BASES)[str(held['basis'])]}，算头不算尾，逾期不贴息，展期{'计入' if held['extension_counts'] else '不贴息'}",
        ),
    ]
    if held["benchmark"]:
        lines.append(("基准利率", "；".join(f"{since} 起 {rate}%" for since, rate in held["benchmark"])))
    if held["lent_since"] or held["lent_until"]:
        lines.append(("首次放款", f"{held['lent_since'] or '不限'} 至 {held['lent_until'] or '不限'}"))
    if held["months"]:
        lines.append(("最长贴息", f"首次放款起 {held['months']} 个月"))
    for name, label, unit in (
        ("rate_ceiling", "合同年利率不高于", "%"), ("principal_of_firm", "单户贴息本金不超过", " 元"), ("of_loan", "单笔贴息不超过", " 元"),
        ("of_firm_in_year", "单户每年贴息不超过", " 元"), ("of_firm_in_period", "单户每期贴息不超过", " 元"),
    ):  # fmt: skip
        if held[name] is not None:
            lines.append((label, f"{Decimal(held[name]):,}{unit}"))
    if held["interest_paid_needed"]:
        lines.append(("先付后贴", "不超过企业本期实付利息"))
    return lines
