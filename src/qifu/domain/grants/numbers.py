"""Numbers of applications, lists, objections, batches and orders: letters, the day, digits drawn at random; those of decisions count on."""

from __future__ import annotations

import secrets
from datetime import datetime

from qifu.domain.grants.models import Decision
from qifu.engines.calendar import SHANGHAI

APPLICATION, NOTICE, OBJECTION, BATCH, ORDER, CLAWBACK = "SB", "GS", "YY", "PC", "ZF", "ZH"


def draw(letters: str, at: datetime) -> str:
    """Return a fresh number such as SB26112104827; a number taken already is drawn again by whoever saves it."""
    return f"{letters}{at.astimezone(SHANGHAI):%y%m%d}{secrets.randbelow(10**7):07d}"


def next_decision(at: datetime) -> str:
    """Return the number that the next decision of the year bears, such as 企服兑〔2026〕17号."""
    head = f"企服兑〔{at.astimezone(SHANGHAI).year}〕"
    last = Decision.objects.filter(number__startswith=head).order_by("-pk").values_list("number", flat=True).first()
    return f"{head}{int(last[len(head) : -1]) + 1 if last else 1}号"
