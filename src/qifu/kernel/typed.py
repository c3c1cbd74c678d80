"""Text as people type or paste it, without what no eye sees: control characters, marks that turn the direction of writing.

A title copied from a PDF or a web page brings such characters along; kept, they would reverse the words after them on
every page, or make two equal titles differ.
"""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")  # control, format (direction, zero width), halves, private, separators


def line(text: str) -> str:
    """One line: breaks and tabs become blanks, what cannot be seen is left out, ends are trimmed."""
    return " ".join("".join(" " if mark.isspace() else _seen(mark) for mark in text).split(" ")).strip()


def lines(text: str) -> str:
    """Several lines: breaks stay, as one character each."""
    told = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(_seen(mark) for mark in told).strip()


def _seen(mark: str) -> str:
    return mark if mark in _KEPT or unicodedata.category(mark) not in _UNSEEN else ""
