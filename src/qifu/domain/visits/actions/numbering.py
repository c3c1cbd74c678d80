"""Numbers of visits: ZF, the day, six random digits and a check digit, as cases have them."""

from __future__ import annotations

import secrets
from datetime import datetime

from qifu.domain.appeals.numbers import check_digit
from qifu.engines.calendar import SHANGHAI


def made(at: datetime, drawn: int) -> str:
    """The number of six digits that were drawn elsewhere."""
    digits = at.astimezone(SHANGHAI).strftime("%y%m%d") + f"{drawn:06d}"
    return f"ZF{digits}{check_digit(digits)}"


def draw(at: datetime) -> str:
    """A fresh number."""
    return made(at, secrets.randbelow(10**6))
