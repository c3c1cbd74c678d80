"""What a change sets off: matching of one item or one enterprise waits in the outbox, in the change's own transaction."""

from __future__ import annotations

from datetime import datetime

from qifu.kernel import outbox

CHANNEL = "policies"


def set_off(*, now: datetime, code: str = "", enterprise: int | None = None) -> None:
    """Match one item against all, or one enterprise against all; with neither, all against all."""
    about = f"item:{code}" if code else f"enterprise:{enterprise}" if enterprise is not None else "all"
    payload: dict[str, object] = {"code": code, "enterprise": enterprise}
    outbox.post(channel=CHANNEL, key=f"match:{about}:{now.isoformat()}", payload=payload, now=now)
