"""Who a firm is: the unified social credit code (GB 32100-2015) and the numbers it replaced.

18 characters: registration authority, category, division of registration (6), organisation code (9, GB 11714),
check character. The letters I, O, S, V and Z are never used, so that they are not mistaken for digits.
"""

from dataclasses import dataclass
from itertools import product

from . import divisions
from .errors import InvalidCode
from .letters import compact

STANDARD = "GB 32100-2015"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOK_ALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "UY"}

AUTHORITIES = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}
CATEGORIES = {
    "11": "机关",
    "12": "事业单位",
    "13": "编办直接管理机构编制的群众团体",
    "19": "其他",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "59": "其他",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "Y1": "其他",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a credit code says; names are empty where the tables do not hold the code."""

    code: str
    authority: str
    authority_name: str
    category: str
    category_name: str
    division: str
    division_name: str
    organisation: str
    check: str


def normalise(text: str) -> str:
    """Write a code as the standard does: half-width capitals without spaces, dashes or quotes."""
    return compact(text).translate(dict.fromkeys(map(ord, "-‐‑–—_'\"`“”‘’")))


def check_character(first17: str) -> str:
    """The eighteenth character, by GB 32100-2015 (ISO 7064 style, modulus 31, weights powers of 3).

    :raises InvalidCode: not 17 characters of the standard's alphabet.
    """
    if len(first17) != 17 or any(character not in _VALUE for character in first17):
        raise InvalidCode("计算校验码需要统一社会信用代码的前 17 位，且只能使用标准规定的数字和大写字母。")
    total = sum(_VALUE[character] * weight for character, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Whether the text, once normalised, is a credit code with the right check character."""
    return problem(code) is None


def problem(code: str) -> str | None:
    """Why the text is not a credit code: a whole sentence; None when it is one."""
    text = normalise(code)
    if not text:
        return "统一社会信用代码是空的，请填写 18 位代码。"
    if len(text) != 18:
        return _wrong_length(text)
    strange = [(place, c) for place, c in enumerate(text, start=1) if c not in _VALUE]
    if strange:
        return _wrong_characters(strange)
    if text[0] not in AUTHORITIES:
        return f"统一社会信用代码第 1 位 {text[0]} 不是登记管理部门代码，企业应为 9，请核对原件。"
    right = check_character(text[:17])
    if text[17] != right:
        return (
            f"统一社会信用代码的校验码不对：按前 17 位计算，第 18 位应为 {right}，现为 {text[17]}。"
            "某一位可能录错，请与营业执照核对。"
        )
    return None


def doubts(code: str) -> tuple[str, ...]:
    """What is unusual about a valid code though it is no ground to refuse it: sentences, none if all is usual.

    Firms keep the code they were given, so a division may since have been abolished.

    :raises InvalidCode: the code is not valid.
    """
    told = parts(code)
    found = []
    if not told.category_name and told.authority in "159Y":
        found.append(f"机构类别代码 {told.authority}{told.category} 不在标准所列类别中。")
    if not told.division_name:
        found.append(f"登记机关行政区划码 {told.division} 不在现行区划表中，可能是已调整的旧区划。")
    if not is_valid_organisation(told.organisation):
        found.append(f"第 9 至 17 位组织机构代码 {told.organisation} 的校验位与 GB 11714 不符。")
    return tuple(found)


def parts(code: str) -> Parts:
    """Take a credit code apart.

    :raises InvalidCode: the code is not valid; the message says why.
    """
    text = normalise(code)
    wrong = problem(text)
    if wrong:
        raise InvalidCode(wrong)
    place = text[2:8]
    return Parts(
        code=text,
        authority=text[0],
        authority_name=AUTHORITIES[text[0]],
        category=text[1],
        category_name=CATEGORIES.get(text[:2], ""),
        division=place,
        division_name=divisions.full_name(place) if divisions.is_known(place) else "",
        organisation=text[8:17],
        check=text[17],
    )


def repair(code: str) -> tuple[str, ...]:
    """Valid codes reached by reading letters the standard never uses as the characters they look like.

    I→1, O→0, Z→2, S→5, V→U or Y. A person chooses; nothing is ever replaced silently.
    """
    text = normalise(code)
    if len(text) != 18:
        return ()
    choices = [_LOOK_ALIKES.get(character, character) for character in text]
    if sum(len(choice) > 1 for choice in choices) > 6:  # 2**6 readings at most: more is no slip of the pen
        return ()
    return tuple(reading for each in product(*choices) if is_valid(reading := "".join(each)))


def organisation_check(first8: str) -> str:
    """The check character of an organisation code (GB 11714): modulus 11, X for ten.

    :raises InvalidCode: not eight digits or capital letters.
    """
    if len(first8) != 8 or not all(c.isascii() and c.isalnum() for c in first8):
        raise InvalidCode("组织机构代码的本体应为 8 位数字或大写字母。")
    total = sum(int(c, 36) * weight for c, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def is_valid_organisation(code: str) -> bool:
    """Whether the text is an organisation code of GB 11714, with or without its dash."""
    text = normalise(code)
    usable = len(text) == 9 and all(c.isascii() and c.isalnum() for c in text)
    return usable and organisation_check(text[:8]) == text[8]


def is_valid_registration(number: str) -> bool:
    """Whether the text is a 15-digit registration number of before 2015 (ISO 7064 MOD 11,10)."""
    text = normalise(number)
    if len(text) != 15 or not text.isdecimal():
        return False
    carry = 10
    for digit in text[:14]:
        carry = ((carry + int(digit)) % 10 or 10) * 2 % 11
    return (carry + int(text[14])) % 10 == 1


def _wrong_length(text: str) -> str:
    if is_valid_registration(text):
        return "这是 15 位的旧营业执照注册号，不是统一社会信用代码，请填写换照后的 18 位代码。"
    if is_valid_organisation(text):
        return "这是 9 位的组织机构代码，不是统一社会信用代码，请填写 18 位代码。"
    return f"统一社会信用代码应为 18 位，现为 {len(text)} 位，请核对是否漏录或多录。"


def _wrong_characters(strange: list[tuple[int, str]]) -> str:
    where = "、".join(f"第 {place} 位是 {character}" for place, character in strange[:3])
    where += "等" if len(strange) > 3 else ""
    if any(character in _LOOK_ALIKES for _, character in strange):
        return (
            f"统一社会信用代码不使用字母 I、O、S、V、Z，但{where}；"
            "可能是数字 1、0、5、2 等录成了字母，请与营业执照核对。"
        )
    return f"统一社会信用代码只能是数字和大写英文字母，但{where}，请与营业执照核对。"
