"""What an application comes to: the scheme's basis, the cap for one enterprise, and how that is said."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, InvalidOperation

from qifu.domain.grants.models import Version
from qifu.kernel.errors import Invalid

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 12


def worked_out(version: Version, by_formula: Decimal | None, asked: Decimal | None) -> tuple[Decimal | None, str]:
    """The sum and how it came about; none where it cannot be said yet."""
    bare, said = {
        "fixed": (version.fixed, f"定额 {_yuan(version.fixed)}"),
        "formula": (by_formula, f"按政策公式 {_yuan(by_formula)}"),
        "asked": (asked, f"申报 {_yuan(asked)}"),
    }[version.basis]
    if bare is None or bare <= 0:
        return None, ""
    sum_ = bare.quantize(CENT, ROUND_DOWN)
    if version.cap is not None and sum_ > version.cap:
        return version.cap, f"{said}，每户上限 {_yuan(version.cap)}"
    return sum_, said


def read(text: str, field: str = "amount") -> Decimal | None:
    """A sum as people type it; none where nothing is typed.

    :raises Invalid: it is no sum of money.
    """
    bare = text.replace(",", "").replace("，", "").removesuffix("元").strip()
    if not bare:
        return None
    try:
        found = Decimal(bare)
    except InvalidOperation:
        raise _wrong(field) from None
    if not found.is_finite() or not 0 < found < LARGEST or found != found.quantize(CENT):
        raise _wrong(field)
    return found.quantize(CENT)


def _wrong(field: str) -> Invalid:
    return Invalid("金额应是大于零的数字，单位为元，最多两位小数，例如 50000。", {field: "金额写法不对"})


def _yuan(value: Decimal | None) -> str:
    return f"{value:,.2f} 元" if value is not None else ""
