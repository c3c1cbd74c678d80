"""Telephone numbers: one written form (E.164, China assumed), sealed for keeping, masked for showing."""

from __future__ import annotations

import re
import unicodedata

from qifu.kernel import sealed
from qifu.kernel.errors import Invalid

_SPACING = re.compile(r"[\s\-()·.]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{7,14}")


def normalise(text: str) -> str:
    """Return the number as +8613800000000.

    :raises Invalid: it is not a mobile number of the mainland, nor an international number.
    """
    number = _SPACING.sub("", unicodedata.normalize("NFKC", text))
    if number.startswith("00"):
        number = "+" + number[2:]
    bare = number.removeprefix("+86") if number.startswith("+86") else number.removeprefix("86")
    if _MOBILE.fullmatch(bare):
        return "+86" + bare
    if _INTERNATIONAL.fullmatch(number) and not number.startswith("+86"):
        return number
    raise Invalid("手机号格式不对，请输入 11 位手机号，境外号码请以 + 和国家代码开头。", {"phone": "手机号格式不对。"})


def mask(number: str) -> str:
    """Return the number with its middle hidden: 138****0000."""
    bare = number.removeprefix("+86")
    if len(bare) < 8:
        return "*" * len(bare)
    return f"{bare[:3]}{'*' * (len(bare) - 7)}{bare[-4:]}"


def keep(number: str) -> dict[str, str]:
    """Return the two columns under which a normalised number is kept."""
    return {"phone_sealed": sealed.seal(number), "phone_lookup": sealed.lookup(number)}
