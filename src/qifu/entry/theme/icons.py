"""The icons of the sprite, each drawn by reference: no script, no inline style."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_WORDS = """
    account alarm alert back bell book building buildings calendar chart chat check check-circle clipboard clock
    copy down download edit excel eye eye-off file filter flag forward grid history home hourglass idea image
    inbox info key keyboard link list lock logout map mark menu more next notice out paperclip pause pdf people
    person person-check phone pie plus prev print question refresh reply search send settings shield side sliders
    split star star-full swap trash undo up upload word x x-circle
"""
NAMES = frozenset(_WORDS.split())


@lru_cache(maxsize=512)
def _drawn(name: str, label: str, extra: str) -> SafeString:
    sprite = static("qifu/icons.svg")
    says = f' role="img" aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
    classes = f"icon {escape(extra)}".rstrip()
    return mark_safe(  # noqa: S308 (every part is escaped above)
        f'<svg class="{classes}"{says} focusable="false"><use href="{escape(sprite)}#{escape(name)}"></use></svg>'
    )


def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """Draw an icon; without a label it is decoration and hidden from screen readers."""
    return _drawn(name if name in NAMES else "info", label, extra)
