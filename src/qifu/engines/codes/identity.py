"""Identity numbers of citizens (GB 11643-1999): check and mask. They are personal data: mask before showing."""

from datetime import date

from . import divisions
from .letters import compact

STANDARD = "GB 11643-1999"
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS = "10X98765432"


def check_character(first17: str) -> str:
    """The eighteenth character (ISO 7064 MOD 11-2).

    :raises ValueError: not 17 digits.
    """
    if len(first17) != 17 or not first17.isascii() or not first17.isdecimal():
        raise ValueError("计算校验码需要身份证号码的前 17 位数字。")
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def problem(number: str, on: date | None = None) -> str | None:
    """Why the text is not an identity number: a whole sentence; None when it is one.

    `on` refuses births after that day. The province is checked, not the county: people keep the number of a county
    that has since been abolished.
    """
    text = compact(number)
    if not text:
        return "身份证号码是空的，请填写 18 位号码。"
    if len(text) == 15 and text.isdecimal():
        return "15 位的旧身份证号码已停止使用，请填写 18 位号码。"
    if len(text) != 18:
        return f"身份证号码应为 18 位，现为 {len(text)} 位，请核对是否漏录或多录。"
    if not (text.isascii() and text[:17].isdecimal() and text[17] in _CHECKS):
        return "身份证号码的前 17 位应为数字，最后一位应为数字或 X，请核对。"
    if not divisions.is_known(text[:2]) and text[:2] != "83":  # 83: residence permits of Taiwan residents
        return f"身份证号码前两位 {text[:2]} 不是省级行政区划代码，请核对。"
    born = _birth(text)
    if born is None or (on is not None and born > on):
        return f"身份证号码中的出生日期 {text[6:14]} 不成立，请核对。"
    if check_character(text[:17]) != text[17]:
        return "身份证号码的校验位不对，某一位可能录错，请与证件核对。"
    return None


def is_valid(number: str, on: date | None = None) -> bool:
    """Whether the text is an identity number with a possible birth and the right check character."""
    return problem(number, on) is None


def mask(number: str) -> str:
    """Show the first three and last four characters only: 420***********1234."""
    text = compact(number)
    if len(text) < 11:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]


def _birth(text: str) -> date | None:
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
    return born if born.year >= 1850 else None
