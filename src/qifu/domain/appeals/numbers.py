"""Receipt numbers: a letter for the kind, the day, six random digits and a check digit (ISO 7064 MOD 11,10), easy to read out.

Random, so that a number tells nobody how many there are, and so that writers need no common counter.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from qifu.engines.calendar import SHANGHAI

LETTERS = {"appeal": "QS", "complaint": "TS", "petition": "XF", "assistance": "BB"}


def draw(kind: str, at: datetime) -> str:
    """Return a fresh number such as QS2611210482735."""
    return made(kind, at, secrets.randbelow(10**6))


def made(kind: str, at: datetime, drawn: int) -> str:
    """Return the number of a kind, a day and six digits drawn elsewhere."""
    digits = at.astimezone(SHANGHAI).strftime("%y%m%d") + f"{drawn:06d}"
    return f"{LETTERS[kind]}{digits}{check_digit(digits)}"


def check_digit(digits: str) -> str:
    """Return the digit that detects any single wrong digit and any two neighbours swapped but for few."""
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def is_number(text: str) -> bool:
    """Whether the text is a receipt number with a right check digit."""
    head, digits = text[:2], text[2:]
    return (
        head in LETTERS.values() and len(digits) == 13 and digits.isdigit() and check_digit(digits[:-1]) == digits[-1]
    )
