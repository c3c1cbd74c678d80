"""The alerts of an enterprise on its page."""

from __future__ import annotations

from collections.abc import Mapping

from qifu.domain.registry import watching
from qifu.entry.desk.registry import panels
from qifu.entry.theme.middleware import PersonRequest


def show(request: PersonRequest, enterprise: int) -> tuple[str, Mapping[str, object]] | None:
    """What there is for the actor; nothing where there is none."""
    lines = watching.of_enterprise(request.actor, request.now, enterprise, size=5)
    return ("alerts/_panel.html", {"lines": lines}) if lines else None


panels.register(panels.Panel("alerts", "预警", order=20, show=show))
