"""Telephone numbers of the mainland: mobile, fixed line and 400/800 service numbers; E.164 and masks.

Sources: the Ministry of Industry's numbering plan (电信网编号计划): mobile numbers have 11 digits from 13 to 19; area codes are 010, 02x
(eight-digit numbers) or four digits 03xx to 09xx (seven or eight digits).
"""

import re
from dataclasses import dataclass
from typing import Literal

from .letters import compact

Kind = Literal["mobile", "landline", "service"]

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0?(10|2[0-57-9]|[3-9]\d{2})([2-8]\d{6,7})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}")
_EXTENSION = re.compile(r"(?:转|EXT\.?|分机|#|X|-)(\d{1,6})$")
_BRACKETS = str.maketrans(dict.fromkeys("()—–‐", "-"))
_SEPARATORS = str.maketrans(dict.fromkeys("-.·/"))
_PREFIX = re.compile(r"^(?:(?:\+|00)86|86(?=1[3-9]\d{9}$))")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number taken apart; `area` is without its leading zero and only fixed lines have one."""

    kind: Kind
    area: str
    number: str
    extension: str = ""

    @property
    def e164(self) -> str:
        """The international form, without extension: +8613800000000, +862785000000."""
        return f"+86{self.area}{self.number}"

    @property
    def masked(self) -> str:
        """The form shown to people who need not dial it: 138****1234, 027-****1234."""
        if self.kind == "landline":
            return f"0{self.area}-{'*' * (len(self.number) - 4)}{self.number[-4:]}"
        return f"{self.number[:3]}****{self.number[-4:]}" if self.kind == "mobile" else self.number


def parse(text: str, area: str = "") -> Phone | None:
    """Read one number; `area` (`027`) is assumed for a fixed line written without one. None if it is no number."""
    written = compact(text).translate(_BRACKETS)
    for body, extension in _readings(written):
        digits = body.translate(_SEPARATORS)
        found = _plain(_PREFIX.sub("", digits), area, extension)
        if found:
            return found
    return None


def _readings(written: str) -> list[tuple[str, str]]:
    match = _EXTENSION.search(written)
    whole = [(written, "")]
    return [*whole, (written[: match.start()], match[1])] if match else whole


def _plain(digits: str, area: str, extension: str) -> Phone | None:
    if not digits.isascii() or not digits.isdecimal():
        return None
    if _MOBILE.fullmatch(digits):
        return None if extension else Phone("mobile", "", digits)
    if _SERVICE.fullmatch(digits):
        return Phone("service", "", digits, extension)
    line = _LANDLINE.fullmatch(digits)
    if line and (digits.startswith("0") or len(digits) > 9) and _fits(line[1], line[2]):
        return Phone("landline", line[1], line[2], extension)
    code = area.removeprefix("0")
    if code and _LOCAL.fullmatch(digits) and _fits(code, digits):
        return Phone("landline", code, digits, extension)
    return None


def _fits(area: str, number: str) -> bool:
    return len(number) == 8 or len(area) == 3


def normalise(text: str, area: str = "") -> str | None:
    """Write a number in E.164; None if it is no mainland number."""
    found = parse(text, area)
    return found.e164 if found else None


def is_mobile(text: str) -> bool:
    """Whether the text is a mainland mobile number."""
    found = parse(text)
    return found is not None and found.kind == "mobile"


def is_landline(text: str, area: str = "") -> bool:
    """Whether the text is a mainland fixed line."""
    found = parse(text, area)
    return found is not None and found.kind == "landline"


def problem(text: str, area: str = "") -> str | None:
    """Why the text is not a telephone number: a whole sentence; None when it is one."""
    if not compact(text):
        return "电话号码是空的，请填写 11 位手机号，或带区号的固定电话。"
    if parse(text, area):
        return None
    digits = sum(character.isdecimal() for character in compact(text))
    return f"电话号码无法识别（共 {digits} 位数字）：手机号应为 11 位，固定电话请带区号，例如 027-85001234。"


def mask(text: str) -> str:
    """Hide the middle of a number; what is no number is hidden but for its last two characters."""
    found = parse(text)
    if found:
        return found.masked
    written = compact(text)
    return "*" * max(len(written) - 2, 0) + written[-2:] if len(written) > 4 else "*" * len(written)
