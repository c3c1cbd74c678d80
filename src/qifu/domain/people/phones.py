"""Telephone numbers: one written form (E.164, China assumed), sealed for keeping, masked for showing.

An account signs in with a mobile. A case may also leave a fixed line or a service number, written as people dial it.
"""

from __future__ import annotations

import re
import unicodedata

from qifu.engines.codes import phones as numbering
from qifu.kernel import sealed
from qifu.kernel.errors import Invalid

_SPACING = re.compile(r"[\s\-()·.]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{7,14}")
UNREADABLE = (
    "联系电话无法识别，请填写 11 位手机号，或带区号的固定电话，例如 027-85556666；境外号码请以 + 和国家代码开头。"
)


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


def written(text: str) -> str:
    """Return a contact's number as it is kept with a case: 13800000000, 027-85556666, 027-85556666-801, 4001234567,
    +85298765432.

    :raises Invalid: it is neither a mobile, nor a fixed line with its area code, nor a service number.
    """
    found = numbering.parse(text)
    if found is None:
        if (abroad := _abroad(text)) is None:
            raise Invalid(UNREADABLE, {"phone": UNREADABLE})
        return abroad
    number = f"0{found.area}-{found.number}" if found.kind == "landline" else found.number
    return f"{number}-{found.extension}" if found.extension else number


def is_contact(text: str) -> bool:
    """Whether the text is a number that may be left with a case."""
    return numbering.parse(text) is not None or _abroad(text) is not None


def may_receive_sms(text: str) -> bool:
    """Whether a short message can reach the number: a mobile or one from abroad."""
    found = numbering.parse(text)
    return found is None or found.kind == "mobile"


def trunk(text: str) -> str:
    """Return the digits by which a number is found, however it was typed: without area dash, extension and +86."""
    found = numbering.parse(text)
    if found is None:
        return _abroad(text) or text.strip()
    return f"0{found.area}{found.number}" if found.area else found.number


def _abroad(text: str) -> str | None:
    try:
        return normalise(text)
    except Invalid:
        return None


def keep(number: str) -> dict[str, str]:
    """Return the two columns under which a normalised number is kept."""
    return {"phone_sealed": sealed.seal(number), "phone_lookup": sealed.lookup(number)}
