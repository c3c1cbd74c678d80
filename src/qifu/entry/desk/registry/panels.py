"""Other rooms' parts of the enterprise page: each registers what it shows, once, when its screens are loaded.

register(Panel("appeals", "诉求", order=10, show=lambda request, enterprise: ("appeals/_panel.html", {...})))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from qifu.entry.theme.middleware import PersonRequest

Show = Callable[[PersonRequest, int], tuple[str, Mapping[str, object]] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page: `show` answers a template and its context, or None when there is nothing for the actor."""

    key: str
    label: str
    show: Show
    order: int = 100


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a part; one of the same key is replaced."""
    _panels[panel.key] = panel


def shown(request: PersonRequest, enterprise: int) -> list[tuple[Panel, SafeString]]:
    """Render the parts for this person. The page has passed the enterprise's door."""
    found = []
    for panel in sorted(_panels.values(), key=lambda each: (each.order, each.key)):
        told = panel.show(request, enterprise)
        if told is not None:
            found.append((panel, render_to_string(told[0], dict(told[1]), request)))
    return found
