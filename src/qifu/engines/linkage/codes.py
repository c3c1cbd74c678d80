"""Credit codes as lists hold them: right, in an odd hand, mistyped, old numbers, or no code at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from qifu.engines.codes import credit

from .text import plain

_ALPHABET = credit.ALPHABET
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_VALUES = np.array([_VALUE.get(chr(byte), -1) for byte in range(256)])
_STARTS = np.array([chr(byte) in credit.AUTHORITIES for byte in range(256)])
_INVERSE = {value: pow(value, -1, 31) for value in range(1, 31)}
_NOT_CODE = re.compile(r"[^0-9A-Z]")
_SHORTEST = 9  # an organisation code; anything shorter is a remark


def is_right(code: str) -> bool:
    """Whether 18 characters in standard writing have the right check character."""
    if len(code) != 18:
        return False
    try:
        total = sum(_VALUE[c] * w for c, w in zip(code, _WEIGHTS, strict=False))
        return _VALUE[code[17]] == -total % 31 and code[0] in credit.AUTHORITIES
    except KeyError:
        return False


def tidy(cell: str) -> str:
    """The letters and digits of a cell in capitals; empty when they cannot be a code (无, 待补, 9.1E+17)."""
    if len(cell) == 18 and cell.isascii() and cell.isalnum():
        return cell.upper()
    text = plain(cell)
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", text.strip()):
        return ""
    text = _NOT_CODE.sub("", text)
    return text if _SHORTEST <= len(text) <= 24 and any(c.isdigit() for c in text) else ""


def read(cells: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return for each cell the right code it holds, and else the wrong one as typed; one of the two is empty."""
    tidied = [tidy(cell) if cell else "" for cell in cells]
    right, wrong = [], []
    for code, is_good in zip(tidied, _which_are_right(tidied), strict=True):
        typed = ""
        if code and not is_good:
            fixed = credit.repair(code) if len(code) == 18 else ()
            code, typed = (fixed[0], "") if len(fixed) == 1 else ("", code)
        right.append(code)
        wrong.append(typed)
    return right, wrong


def _which_are_right(codes: Sequence[str]) -> list[bool]:
    """`is_right` of many codes at once."""
    sized = np.array([len(code) == 18 and code.isascii() for code in codes], dtype=bool)
    letters = np.frombuffer(
        "".join(code for code, fits in zip(codes, sized, strict=True) if fits).encode(), dtype=np.uint8
    )
    values = _VALUES[letters].reshape(-1, 18)
    total = (values[:, :17] * np.array(_WEIGHTS)).sum(axis=1)
    good = (values >= 0).all(axis=1) & (values[:, 17] == -total % 31) & _STARTS[letters.reshape(-1, 18)[:, 0]]
    sized[sized] = good
    found: list[bool] = sized.tolist()
    return found


def meant(wrong: str, known: frozenset[str] | set[str], bodies: dict[str, str]) -> str:
    """The one code of `known` that a wrong one is a slip of the pen of; empty if none or several.

    One character wrong, left out, twice or changed with its neighbour; or the organisation code (the 9 characters from
    the ninth on, by which `bodies` lists known codes), alone or behind six digits of a tax number of before 2015.
    """
    if len(wrong) in (9, 15) and wrong[-9:] in bodies:
        return bodies[wrong[-9:]]
    found = {code for code in _near(wrong) if code in known}
    return found.pop() if len(found) == 1 else ""


def _near(wrong: str) -> set[str]:
    """Texts from which one slip of the pen leads to the wrong one; the caller knows which of them are codes."""
    size = len(wrong)
    if size == 18:
        return {wrong[:i] + wrong[i + 1] + wrong[i] + wrong[i + 2 :] for i in range(17)} | _substituted(wrong)
    if size == 19:
        return {wrong[:i] + wrong[i + 1 :] for i in range(19)}
    if size == 17:
        return {wrong[:i] + c + wrong[i:] for i in range(18) for c in _ALPHABET}
    return set()


def _substituted(wrong: str) -> set[str]:
    """Right codes that differ in one character: at each place exactly one character makes the check right."""
    values: Sequence[int | None] = [_VALUE.get(c) for c in wrong]
    missing = [place for place, value in enumerate(values) if value is None]
    if len(missing) > 1:
        return set()
    total = sum((value or 0) * _WEIGHTS[place] for place, value in enumerate(values[:17]))
    check = values[17]
    found = set()
    for place in missing or range(18):
        if place == 17:
            found.add(wrong[:17] + _ALPHABET[-total % 31])
        elif check is not None:
            others = total - (values[place] or 0) * _WEIGHTS[place]
            value = (-check - others) * _INVERSE[_WEIGHTS[place]] % 31
            found.add(wrong[:place] + _ALPHABET[value] + wrong[place + 1 :])
    return found


def repaired(right: Sequence[str], wrong: Sequence[str]) -> list[str]:
    """Codes with those wrong ones replaced that are a slip of the pen of exactly one right code of the lists."""
    known = {code for code in right if code}
    bodies: dict[str, str] = {}
    for code in known:
        bodies[code[8:17]] = "" if code[8:17] in bodies else code
    cache: dict[str, str] = {}
    out = []
    for good, bad in zip(right, wrong, strict=True):
        if bad and bad not in cache:
            cache[bad] = meant(bad, known, bodies)
        out.append(good or (cache[bad] if bad else ""))
    return out
