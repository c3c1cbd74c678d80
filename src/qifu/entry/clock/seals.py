"""Sealing the evidence every few minutes, and carrying its head outside the database every day."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings

from qifu.engines.calendar import SHANGHAI
from qifu.kernel.evidence.actions import seal_up
from qifu.kernel.evidence.queries import anchor


def seal(now: datetime) -> int:
    """Join what was written since the last seal; return how many records that was."""
    made = seal_up(now=now)
    return made.count if made else 0


def carry_out(now: datetime) -> None:
    """Write the newest seal beside the database: one file a day, never rewritten with an older seal."""
    found = anchor()
    if found is None:
        return
    folder = Path(settings.HOME) / "anchors"
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{now.astimezone(SHANGHAI):%Y-%m-%d}.json"
    scratch = place.with_suffix(".new")
    value = {"number": found.number, "hash": found.hash, "at": now.astimezone(SHANGHAI).isoformat()}
    with scratch.open("w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, place)


def seal_and_anchor(now: datetime) -> int:
    """Seal, and carry the head outside."""
    count = seal(now)
    carry_out(now)
    return count
