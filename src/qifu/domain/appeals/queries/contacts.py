"""The number left with a case, for the message gateway and nothing else."""

from __future__ import annotations

from qifu.domain.appeals.models import Appeal


def phone_to_send(case: str, channel: str) -> str | None:
    """Return the clear number for SMS; None for other channels, or when none was left."""
    row = Appeal.objects.filter(pk=case).only("phone").first() if channel == "sms" and case.isdigit() else None
    return row.phone or None if row else None
