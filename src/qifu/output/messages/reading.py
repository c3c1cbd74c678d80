"""A kept message read back: which values its words were filled with, so that it can be said again in another language.

What is kept of a message is its template and its text; the values stand in the text, each in its place.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qifu.output.messages.wording import OPTIONAL, PLACE, WORDINGS


def pattern_of(template: str) -> str:
    """The words of the template as they are filled; empty for one that is no longer known."""
    return WORDINGS[template].text if template in WORDINGS else ""


def values(pattern: str, text: str) -> dict[str, str] | None:
    """What the text was filled with; None when it was filled from other words."""
    match = _compiled(pattern).fullmatch(text)
    return None if match is None else {name: value for name, value in match.groupdict().items() if value is not None}


def kept(pattern: str, present: dict[str, str]) -> str:
    """The pattern without brackets: an optional part stays where its values are present."""
    return OPTIONAL.sub(
        lambda part: part[1] if all(name in present for name in PLACE.findall(part[1])) else "", pattern
    )


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = OPTIONAL.split(pattern)  # words, an optional part, words, …
    made = (_placed(part) if place % 2 == 0 else f"(?:{_placed(part)})?" for place, part in enumerate(parts))
    return re.compile("".join(made), re.DOTALL)


def _placed(words: str) -> str:
    ends = PLACE.split(words)  # words, name, words, …
    return "".join(re.escape(part) if place % 2 == 0 else f"(?P<{part}>.+?)" for place, part in enumerate(ends))
